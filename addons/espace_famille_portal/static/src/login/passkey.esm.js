import * as passkeyLib from "@auth_passkey/../lib/simplewebauthn";
import {call, ready} from "@espace_famille_portal/family/page.esm";

/** Log in with a passkey, as Odoo's own page does. */
ready(".passkey_login_link", (link) =>
    link.addEventListener("click", async (ev) => {
        ev.preventDefault();
        const options = await call("/auth/passkey/start-auth", {});
        // Whoever closes the window of the device has changed its mind.
        const answer = await passkeyLib.startAuthentication(options).catch(() => null);
        if (!answer) {
            return;
        }
        const form = document.querySelector("form.oe_login_form");
        form.elements.webauthn_response.value = JSON.stringify(answer);
        form.elements.type.value = "webauthn";
        form.submit();
    })
);
