import {call, ready} from "@espace_famille_portal/family/page.esm";
import {loginWay, setBadges, tell} from "@espace_famille_portal/family/telling.esm";

// Presses within this time travel together, in milliseconds.
const TOGETHER = 300;

// What a press on a cell changes at once: the status then, the press that takes it back.
const AT_ONCE = {add: ["in_cart", "remove"], remove: ["available", "add"]};
const SIGNS = {
    available: '<span class="ef-ring"></span>',
    in_cart: '<i class="fa fa-shopping-basket"></i>',
};

const REFUSED = "odoo.http.SessionExpiredException";

/**
 * Vue Période without reloading. The page works without it: every button submits a
 * form. Here the same values are posted, several together, and the server sends back
 * what to draw again: its word holds.
 */
class Period {
    constructor(form) {
        this.form = form;
        this.sheet = document.getElementById("espace_sheet");
        // What waits to be sent: {id of the cell: order}.
        this.pending = new Map();
        // What cells looked like before a press that nobody has answered: {id: HTML}.
        this.kept = new Map();
        this.sending = false;
        form.addEventListener("submit", (ev) => this.onSubmit(ev));
        form.addEventListener("click", (ev) => this.onClick(ev));
        this.sheet.addEventListener("submit", (ev) => this.onSheet(ev));
        this.sheet.addEventListener("click", (ev) => this.onSheetClick(ev));
        // Nothing that was pressed is lost by going on at once.
        document.addEventListener("click", (ev) => this.onLeave(ev));
        window.addEventListener("pagehide", () => this.send(null, {keepalive: true}));
        document
            .querySelector("[data-action=print]")
            ?.addEventListener("click", () => window.print());
    }

    onSubmit(ev) {
        ev.preventDefault();
        const button = ev.submitter;
        if (!button || button.name !== "do") {
            return;
        }
        if (button.dataset.question) {
            this.open(button.closest("td"), button);
        } else {
            this.press(button.closest("td, .o_espace_row, .o_espace_all"), button);
        }
    }

    /** On a touch screen nothing hovers: a tap on a fixed cell says why it is fixed. */
    onClick(ev) {
        const link = ev.target.closest("a[data-sheet]");
        if (link) {
            ev.preventDefault();
            this.open(link.closest("td"), link);
            return;
        }
        const reason = ev.target.closest("td.o_espace_cell > span[title]");
        if (reason) {
            tell("info", reason.title);
        }
    }

    // === Presses === //

    /** Take a press: drawn at once where that is sure, and sent a moment later. */
    press(cell, button) {
        const order = button.value;
        const [action] = order.split("_");
        const together = this.form.elements.together;
        if (AT_ONCE[action] && cell.matches("td") && !together) {
            this.draw(cell, button, AT_ONCE[action]);
            if (this.pending.get(cell.id)?.startsWith(AT_ONCE[action][1])) {
                // Taken back before it was sent.
                this.pending.delete(cell.id);
                return;
            }
        } else if (cell.getAttribute("aria-busy")) {
            return;
        } else {
            cell.setAttribute("aria-busy", "true");
        }
        this.pending.set(cell.id, order);
        this.sendSoon();
    }

    /** Show what a press does before the server has said it. */
    draw(cell, button, [status, back]) {
        if (!this.kept.has(cell.id)) {
            this.kept.set(cell.id, cell.outerHTML);
        }
        cell.dataset.status = status;
        button.value = button.value.replace(/^[a-z]+/, back);
        button.setAttribute("aria-pressed", String(status === "in_cart"));
        const seen = button.querySelector(".ef-m");
        const old = seen.querySelector(":scope > .fa, :scope > .ef-ring");
        old?.insertAdjacentHTML("afterend", SIGNS[status]);
        old?.remove();
        cell.classList.add("ef-pop", "ef-saving");
        this.addToBadges(status === "in_cart" ? 1 : -1);
    }

    /** A link waits until what was pressed has been answered. */
    async onLeave(ev) {
        const link = ev.target.closest?.("a[href]");
        const stays = !link || link.target || link.dataset.sheet || ev.ctrlKey;
        if (stays || ev.metaKey || !(this.pending.size || this.sending)) {
            return;
        }
        ev.preventDefault();
        link.setAttribute("aria-busy", "true");
        clearTimeout(this.timer);
        await this.answered;
        const kept = await this.send();
        link.removeAttribute("aria-busy");
        if (kept !== false) {
            location.assign(link.href);
        }
    }

    sendSoon() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.send(), TOGETHER);
    }

    /**
     * Send what waits, unless an answer is awaited: then the next after it.
     *
     * @param {Map} orders instead of those that wait
     * @param {Object} options of fetch
     * @returns {Promise} false where nothing was saved
     */
    send(orders = null, options = {}) {
        if (this.sending || (!orders && !this.pending.size)) {
            return Promise.resolve();
        }
        this.sending = true;
        this.answered = this.sendNow(orders, options);
        return this.answered;
    }

    async sendNow(orders, options) {
        let saved = true;
        const sent = orders || new Map(this.pending);
        if (!orders) {
            this.pending.clear();
        }
        const {child, view, date, past, together, mixed, show} = Object.fromEntries(
            new FormData(this.form)
        );
        try {
            const answer = await call(
                "/my/reservations/do",
                {
                    do: [...sent.values()].join(","),
                    child,
                    view,
                    date,
                    past,
                    together,
                    mixed,
                    show,
                },
                options
            );
            this.show(answer, sent);
        } catch (error) {
            this.giveBack(sent, error);
            saved = false;
        }
        this.sending = false;
        if (this.pending.size) {
            this.sendSoon();
        }
        return saved;
    }

    /** Draw what the server has said; cells pressed since then wait for their own. */
    show(answer, sent) {
        const focused = document.activeElement.closest("td[id], span[id]");
        for (const id of sent.keys()) {
            this.kept.delete(id);
            document.getElementById(id)?.removeAttribute("aria-busy");
            document.getElementById(id)?.classList.remove("ef-saving");
        }
        for (const [id, html] of Object.entries(answer.parts)) {
            if (!this.pending.has(id)) {
                this.replace(document.getElementById(id), html);
            }
        }
        for (const column of this.form.querySelectorAll(".o_espace_all")) {
            this.showColumn(column);
        }
        this.replace(document.getElementById("cart_bar"), answer.bar);
        setBadges(parseInt(document.getElementById("cart_bar").dataset.count));
        if (focused && !focused.isConnected) {
            const place = document.getElementById(focused.id);
            place
                ?.querySelector("button:not(.d-none), a")
                ?.focus({preventScroll: true});
        }
        tell(answer.level, answer.message, this.wayBack(answer.undo));
    }

    /** Offer to take all back: “undo” of what was added, “restore” of what was left. */
    wayBack(undo) {
        if (!undo.length) {
            return null;
        }
        const restores = undo.every((order) => /^(add|rebook)/.test(order));
        return {
            words: this.form.dataset[restores ? "restore" : "undo"],
            act: () => this.send(new Map(undo.map((order, place) => [place, order]))),
        };
    }

    /** Show what was there before: nothing of it was saved. */
    giveBack(sent, error) {
        for (const id of sent.keys()) {
            const cell = document.getElementById(String(id));
            cell?.removeAttribute("aria-busy");
            if (this.kept.has(id)) {
                this.replace(cell, this.kept.get(id));
                this.kept.delete(id);
            }
        }
        const bar = document.getElementById("cart_bar");
        setBadges(parseInt(bar.dataset.count));
        if (error.name === REFUSED) {
            tell("danger", this.form.dataset.ended, loginWay(this.form.dataset.login));
        } else {
            tell("danger", this.form.dataset.failed, {
                words: this.form.dataset.retry,
                act: () => this.send(sent),
            });
        }
    }

    // === What is around the cells === //

    addToBadges(step) {
        const [badge] = document.querySelectorAll("[data-cart-count]");
        setBadges((parseInt(badge?.textContent) || 0) + step);
    }

    /** Offer what a whole column still allows: to take all, else to take all out. */
    showColumn(column) {
        const [take, leave] = column.querySelectorAll("button");
        if (!take) {
            return;
        }
        const {child, product} = take.dataset;
        const among = (status) =>
            this.form.querySelector(
                `td[data-child="${child}"][data-product="${product}"][data-status="${status}"]`
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

    // === A booked day === //

    /** Open what there is to know and do about a booked day: Escape changes nothing. */
    async open(cell, opener) {
        const {child, product, date} = cell.dataset;
        const {view, past} = Object.fromEntries(new FormData(this.form));
        const query = new URLSearchParams({child, product, date, view, part: 1});
        if (past) {
            query.set("past", past);
        }
        this.openedBy = cell.id;
        opener.setAttribute("aria-busy", "true");
        try {
            const response = await fetch(`/my/reservations/jour?${query}`, {
                redirect: "error",
            });
            this.sheet.innerHTML = await response.text();
            this.sheet.showModal();
            this.sheet.querySelector("h2").focus();
        } catch {
            // Without a network, or booked no longer: the page says it.
            tell("danger", this.sheet.dataset.failed, {
                words: this.form.dataset.retry,
                act: () => location.reload(),
            });
        }
        opener.removeAttribute("aria-busy");
    }

    onSheetClick(ev) {
        if (ev.target === this.sheet || ev.target.closest("[data-action=close]")) {
            this.sheet.close();
        }
    }

    onSheet(ev) {
        ev.preventDefault();
        const cell = document.getElementById(this.openedBy);
        this.sheet.close();
        if (cell && !cell.getAttribute("aria-busy")) {
            this.press(cell, ev.submitter);
        }
    }
}

ready(".o_espace_period", (form) => new Period(form));
