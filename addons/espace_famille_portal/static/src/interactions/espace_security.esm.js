import * as passkeyLib from "@auth_passkey/../lib/simplewebauthn";
import {InputConfirmationDialog} from "@portal/js/components/input_confirmation_dialog/input_confirmation_dialog";
import {PortalPasskeyCreate} from "@auth_passkey_portal/js/passkeys_portal_create";
import {_t} from "@web/core/l10n/translation";
import {handleCheckIdentity} from "@portal/interactions/portal_security";
import {patch} from "@web/core/utils/patch";
import {useEffect} from "@odoo/owl";

let openWindows = 0;

/** Leave the page behind a window alone, until the last window is closed. */
function hidePage() {
    const page = document.getElementById("wrapwrap");
    const update = (step) => {
        openWindows += step;
        page?.toggleAttribute("inert", openWindows > 0);
    };
    update(1);
    return () => update(-1);
}

/**
 * Odoo's windows of the security of an account, for everybody: what they show and ask
 * for has a name, and they are no page within the page.
 */
patch(InputConfirmationDialog.prototype, {
    setup() {
        super.setup();
        useEffect(
            (root) => {
                if (root) {
                    this.espaceName(root);
                    return hidePage();
                }
            },
            () => [this.modalRef.el]
        );
    },

    espaceName(root) {
        root.classList.add("o_espace_window");
        const title = root.querySelector(".modal-title");
        root.setAttribute("aria-label", title?.textContent || _t("Security"));
        title?.setAttribute("aria-level", "2");
        const labels = {
            code: _t("Code of six figures"),
            keyname: _t("Name of the passkey"),
            password: _t("Your password"),
        };
        for (const input of root.querySelectorAll("input")) {
            const label = labels[input.name];
            if (label) {
                input.setAttribute("aria-label", label);
                input.placeholder = label;
            }
        }
        const code = root.querySelector("input[name=code]");
        if (code) {
            code.setAttribute("inputmode", "numeric");
            // Odoo has not translated it.
            root.querySelector(".btn-primary:not(.o_clipboard_button)").textContent =
                _t("Switch on");
        }
        for (const picture of root.querySelectorAll("img:not([alt])")) {
            picture.alt = _t("Code to be read by the application");
        }
    },
});

/** Whoever closes the window of the device has changed its mind: that is no error. */
patch(PortalPasskeyCreate.prototype, {
    async createPasskey(serverOptions, name) {
        const registration = await passkeyLib
            .startRegistration(serverOptions)
            .catch(() => null);
        if (!registration) {
            this.services.notification.add(_t("No passkey was added."), {
                type: "warning",
            });
            return;
        }
        const {orm, dialog} = this.services;
        const [key] = await orm.create("auth.passkey.key.create", [{name}]);
        await handleCheckIdentity(
            orm.call("auth.passkey.key.create", "make_key", [key, registration]),
            orm,
            dialog
        );
        window.location.reload();
    },
});
