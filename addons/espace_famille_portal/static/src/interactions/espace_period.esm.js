import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/**
 * Vue Période without reloading. The page works without it: every button submits a
 * form. Here the same value is posted, and the server sends back what to draw again.
 */
export class EspacePeriod extends Interaction {
    static selector = ".o_espace_period";
    dynamicContent = {
        _root: {
            "t-on-submit.prevent": this.onSubmit,
            "t-on-click": this.onClick,
        },
    };

    setup() {
        // One request at a time, in the order of the taps.
        this.queue = Promise.resolve();
    }

    onSubmit(ev) {
        const button = ev.submitter;
        if (!button || button.name !== "do") {
            return;
        }
        if (!button.dataset.question) {
            this.enqueue(button);
            return;
        }
        this.ask(button);
    }

    /** Ask before a booking is cancelled: Escape and "keep it" cancel nothing. */
    ask(button) {
        const question = document.getElementById("espace_question");
        document.getElementById("espace_question_text").textContent =
            button.dataset.question;
        question.returnValue = "";
        const answered = () => {
            if (question.returnValue === "yes") {
                this.enqueue(button);
            }
        };
        this.addListener(question, "close", answered, {once: true});
        question.showModal();
    }

    /** On a touch screen nothing hovers: a tap on a fixed cell says why it is fixed. */
    onClick(ev) {
        const reason = ev.target.closest("td.o_espace_cell > span[title]");
        if (reason) {
            this.tell("info", reason.title);
        }
    }

    enqueue(button) {
        const cell = button.closest("td, .o_espace_row");
        if (cell.getAttribute("aria-busy")) {
            return;
        }
        cell.setAttribute("aria-busy", "true");
        this.queue = this.queue.then(() => this.send(button.value, cell.id));
    }

    async send(order, cellId) {
        const {child, view, date, past, together} = Object.fromEntries(
            new FormData(this.el)
        );
        try {
            const answer = await this.waitFor(
                rpc(
                    "/my/reservations/do",
                    {do: order, child, view, date, past, together},
                    {silent: true}
                )
            );
            this.protectSyncAfterAsync(() => this.draw(answer, cellId))();
        } catch {
            document.getElementById(cellId)?.removeAttribute("aria-busy");
            this.tell("danger", this.el.dataset.failed);
        }
    }

    draw(answer, cellId) {
        const hadFocus = document
            .getElementById(cellId)
            ?.contains(document.activeElement);
        for (const [id, html] of Object.entries(answer.parts)) {
            this.replace(document.getElementById(id), html);
        }
        for (const column of this.el.querySelectorAll(".o_espace_all td[id]")) {
            this.showColumn(column);
        }
        const cell = document.getElementById(cellId);
        cell?.removeAttribute("aria-busy");
        if (hadFocus) {
            cell.querySelector("button:not(.d-none)")?.focus({preventScroll: true});
        }
        this.replace(document.getElementById("cart_bar"), answer.bar);
        const count = parseInt(document.getElementById("cart_bar").dataset.count);
        for (const badge of document.querySelectorAll("[data-cart-count]")) {
            badge.textContent = count;
            badge.classList.toggle("d-none", !count);
        }
        this.tell(answer.level, answer.message);
    }

    /** Offer what a whole column still allows: to take all, else to take all out. */
    showColumn(column) {
        const [take, leave] = column.querySelectorAll("button");
        if (!take) {
            return;
        }
        const {child, product} = take.dataset;
        const among = (status) =>
            this.el.querySelector(
                `[data-child="${child}"][data-product="${product}"][data-status="${status}"]`
            );
        const free = among("available");
        take.classList.toggle("d-none", !free);
        leave.classList.toggle("d-none", Boolean(free) || !among("in_cart"));
    }

    replace(element, html) {
        if (element) {
            const template = document.createElement("template");
            template.innerHTML = html.trim();
            element.replaceWith(template.content);
        }
    }

    /** Say what became of a tap: aloud always, on the screen when it was refused. */
    tell(level, text) {
        const spoken = document.getElementById("espace_spoken");
        spoken.textContent = text;
        const place = document.getElementById("espace_toast");
        place.className = `alert alert-${level} mb-2 ${level === "success" ? "d-none" : ""}`;
        place.querySelector("span").textContent = text;
    }
}

registry
    .category("public.interactions")
    .add("espace_famille_portal.period", EspacePeriod);
