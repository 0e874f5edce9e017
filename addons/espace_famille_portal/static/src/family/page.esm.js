/**
 * The scripts of the families' pages: plain modules. Each page works without them.
 *
 * They run on our own pages, with nothing else, and on pages of Odoo's front end.
 */

/** Call `start` with each element that matches, once the page is there. */
export function ready(selector, start) {
    const run = () => document.querySelectorAll(selector).forEach(start);
    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", run);
    } else {
        run();
    }
}

/** Ask the server by JSON-RPC; return its answer, throw what went wrong. */
export async function call(url, params, options = {}) {
    const response = await fetch(url, {
        ...options,
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
    });
    const {result, error} = await response.json();
    if (error) {
        throw Object.assign(new Error(error.message), {name: error.data?.name});
    }
    return result;
}

/** The eye beside a password. Odoo's front end brings its own. */
ready(".ef-own button.o_show_password", (eye) =>
    eye.addEventListener("click", () => {
        const input = eye.parentElement.querySelector("input");
        const shown = input.type === "password";
        input.type = shown ? "text" : "password";
        eye.setAttribute("aria-pressed", String(shown));
    })
);

/** A list that opens closes by Escape, and by a tap elsewhere, as menus do. */
ready(".o_espace_menu details, .o_espace_more", (more) => {
    const close = () => {
        more.open = false;
    };
    document.addEventListener("click", (ev) => {
        if (!more.contains(ev.target)) {
            close();
        }
    });
    more.addEventListener("keydown", (ev) => {
        if (ev.key === "Escape" && more.open) {
            close();
            more.querySelector("summary").focus();
        }
    });
});
