/**
 * This device is told things: the browser subscribes, the form of the account says so.
 *
 * Nothing is asked before somebody presses the button.
 */

import {call, ready} from "@espace_famille_portal/family/page.esm";

const canBeTold = () =>
    "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** Return the subscription of this browser for /my, null where there is none. */
async function subscription() {
    const registration = await navigator.serviceWorker.getRegistration("/my");
    return registration ? registration.pushManager.getSubscription() : null;
}

/** Have the push service of the browser forget it. */
export async function unsubscribe() {
    if (canBeTold()) {
        const known = await subscription();
        await known?.unsubscribe();
    }
}

/** Return the bytes of base64url. */
function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

async function subscribe(key) {
    const registration = await navigator.serviceWorker.ready;
    const known = await registration.pushManager.getSubscription();
    // One of another key, or of somebody else before, is of no use.
    await known?.unsubscribe();
    return registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytes(key),
    });
}

ready("#ef_push", (form) => {
    const button = form.querySelector("[data-do=subscribe]");
    const problem = form.querySelector("#ef_push_problem");
    const say = (why) => {
        for (const words of problem.querySelectorAll("[data-why]")) {
            words.hidden = words.dataset.why !== why;
        }
        problem.hidden = false;
    };
    if (!canBeTold() || document.querySelector("[data-forget=this]")) {
        return;
    }
    button.hidden = false;
    form.querySelector("[data-cannot]")?.setAttribute("hidden", "hidden");
    form.querySelector("[type=submit]").classList.replace(
        "btn-primary",
        "btn-outline-dark"
    );
    button.addEventListener("click", async () => {
        problem.hidden = true;
        const boxes = [...form.querySelectorAll("[type=checkbox]")];
        if (!boxes.some((box) => box.checked)) {
            // Who wants to be told and chose nothing wants all of it.
            for (const box of boxes) {
                box.checked = true;
            }
        }
        if ((await Notification.requestPermission()) !== "granted") {
            say("denied");
            return;
        }
        try {
            const {endpoint, keys} = (await subscribe(form.dataset.key)).toJSON();
            Object.assign(form.elements.endpoint, {value: endpoint});
            Object.assign(form.elements.p256dh, {value: keys.p256dh});
            Object.assign(form.elements.auth, {value: keys.auth});
            form.requestSubmit();
        } catch {
            say("failed");
        }
    });
});

ready("[data-forget=this]", (form) => {
    form.addEventListener(
        "submit",
        async (ev) => {
            ev.preventDefault();
            await unsubscribe().catch(() => {});
            form.submit();
        },
        {once: true}
    );
});

/** A browser that subscribed for somebody else tells nothing to who is here now. */
ready("#ef_app", async (app) => {
    if (app.dataset.device || !canBeTold()) {
        return;
    }
    try {
        const known = await subscription();
        if (known) {
            const answer = await call("/my/foyer/compte/appareils/connu", {
                endpoint: known.endpoint,
            });
            if (!answer.known) {
                await known.unsubscribe();
            }
        }
    } catch {
        // Without an answer nothing changes.
    }
});
