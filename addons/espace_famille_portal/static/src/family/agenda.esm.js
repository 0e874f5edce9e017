import {ready} from "@espace_famille_portal/family/page.esm";
import {speak} from "@espace_famille_portal/family/telling.esm";

// So long nothing was touched: somebody who ticks five days asks once.
const QUIET = 500;

/**
 * Vue Agenda: dates and price follow what is ticked. Without scripts, and where the
 * server says what misses, its button shows them.
 */
class Agenda {
    constructor(form) {
        this.form = form;
        this.asked = 0;
        form.addEventListener("change", () => {
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(), QUIET);
        });
    }

    get check() {
        return document.getElementById("agenda_check");
    }

    async ask() {
        // Nothing was looked at yet: the button is the way to begin.
        if (!this.check.dataset.ready) {
            return;
        }
        this.asked += 1;
        const {asked} = this;
        const query = new URLSearchParams(new FormData(this.form));
        query.set("preview", "1");
        const url = `${location.pathname}?${query}`;
        let html = "";
        try {
            const response = await fetch(url, {redirect: "error"});
            html = response.ok ? await response.text() : "";
        } catch {
            // No network, or a session that has ended: the button says so.
        }
        if (asked !== this.asked || !html) {
            return;
        }
        const page = new DOMParser().parseFromString(html, "text/html");
        const fresh = page.getElementById("agenda_check");
        if (!fresh?.dataset.ready) {
            // Something misses: what is shown is no longer what is asked.
            this.check.querySelector("[data-action=add]")?.setAttribute("disabled", "");
            const problem = page.querySelector("[data-block=problems] li");
            if (problem) {
                speak(problem.textContent.trim());
            }
            return;
        }
        this.check.replaceWith(document.adoptNode(fresh));
        history.replaceState(null, "", url);
        speak(this.check.querySelector("[data-total]").textContent.trim());
    }
}

ready("form[data-form=agenda]", (form) => new Agenda(form));
