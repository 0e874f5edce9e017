import {ready} from "@espace_famille_portal/family/page.esm";

// As in domain/password.py, which decides.
const STRONG = 50;
const VERY_STRONG = 75;
const KINDS = [
    [/\p{Ll}/u, 26],
    [/\p{Lu}/u, 26],
    [/\d/, 10],
    [/[^\p{L}\d]/u, 33],
];

/**
 * The account creation in three parts, one at a time. The form works without it: all
 * parts are shown below one another.
 */
class Activation {
    constructor(form) {
        this.form = form;
        this.parts = [...form.querySelectorAll("fieldset[data-part]")];
        this.index = Math.max(
            0,
            this.parts.findIndex((part) => part.dataset.part === form.dataset.part)
        );
        form.addEventListener("keydown", (ev) => this.onKeydown(ev));
        form.addEventListener("click", (ev) => this.onClick(ev));
        form.addEventListener("input", (ev) => {
            this.forget(ev.target);
            if (ev.target.matches("input[autocomplete=new-password]")) {
                this.showStrength(this.strength(ev.target.value));
            }
        });
        this.draw();
        form.querySelector("[data-block=errors]")?.focus();
    }

    onClick(ev) {
        const {action} = ev.target.closest("[data-action]")?.dataset || {};
        if (action === "next") {
            this.onNext();
        } else if (action === "previous") {
            this.show(this.index - 1);
        }
    }

    /** Show one part and the buttons that it needs. */
    draw() {
        const hide = (selector, hidden) =>
            this.form
                .querySelectorAll(selector)
                .forEach((one) => one.classList.toggle("d-none", hidden));
        hide("[data-action=next]", this.isLast);
        hide("[data-action=previous]", this.index === 0);
        hide("[data-action=save]", !this.isLast);
        for (const part of this.parts) {
            part.classList.toggle("d-none", part !== this.parts[this.index]);
        }
        const order = this.parts.map((part) => part.dataset.part);
        for (const step of this.form.querySelectorAll("[data-step]")) {
            step.toggleAttribute(
                "data-done",
                order.indexOf(step.dataset.step) < this.index
            );
            if (step.dataset.step === this.parts[this.index].dataset.part) {
                step.setAttribute("aria-current", "step");
            } else {
                step.removeAttribute("aria-current");
            }
        }
    }

    get isLast() {
        return this.index === this.parts.length - 1;
    }

    /** Enter goes on to the next part; only the last one saves. */
    onKeydown(ev) {
        if (ev.key === "Enter" && ev.target.matches("input") && !this.isLast) {
            ev.preventDefault();
            this.onNext();
        }
    }

    async onNext() {
        const part = this.parts[this.index];
        const wrong = [...part.querySelectorAll("input")].find(
            (input) => !input.checkValidity()
        );
        if (wrong) {
            wrong.reportValidity();
            return;
        }
        const errors = await this.check(part.dataset.part);
        if (errors) {
            this.leave(part, errors);
        }
    }

    /**
     * Ask the server, which decides, what is wrong in a part.
     *
     * @param {String} part
     * @returns {Object} words by name of the input; null when a page says it
     */
    async check(part) {
        const body = new FormData(this.form);
        body.set("step", "check");
        body.set("part", part);
        const url = this.form.getAttribute("action");
        try {
            const response = await fetch(url, {method: "POST", body});
            return await response.json();
        } catch (error) {
            if (error instanceof SyntaxError) {
                // It answered by a page: the invitation has ended, or too many tries.
                this.form.submit();
                return null;
            }
            // Without a network the server says it at the end.
            return {};
        }
    }

    /** Go on to the next part, or say under each input what is wrong. */
    leave(part, errors) {
        for (const place of part.querySelectorAll("[data-error]")) {
            const words = errors[place.dataset.error] || "";
            place.textContent = words;
            const inputs = part.querySelectorAll(`[name="${place.dataset.error}"]`);
            for (const input of inputs) {
                input.classList.toggle("is-invalid", Boolean(words));
                input.setAttribute("aria-invalid", String(Boolean(words)));
            }
            if (!place.matches(".invalid-feedback")) {
                place.classList.toggle("d-none", !words);
            }
        }
        const wrong = part.querySelector("input.is-invalid");
        if (wrong) {
            wrong.focus();
        } else {
            this.show(this.index + 1);
        }
    }

    /** What is being corrected is no longer said to be wrong. */
    forget({name}) {
        for (const input of this.form.querySelectorAll(`.is-invalid[name="${name}"]`)) {
            input.classList.remove("is-invalid");
            input.removeAttribute("aria-invalid");
        }
        const place = this.form.querySelector(`[data-error="${name}"]`);
        if (place) {
            place.textContent = "";
            if (!place.matches(".invalid-feedback")) {
                place.classList.add("d-none");
            }
        }
    }

    show(index) {
        this.index = index;
        this.draw();
        this.parts[index].querySelector("input:not([type=hidden])").focus();
    }

    strength(password) {
        const size = KINDS.reduce(
            (sum, [kind, count]) => sum + (kind.test(password) ? count : 0),
            0
        );
        return size ? password.length * Math.log2(size) : 0;
    }

    showStrength(bits) {
        const meter = this.form.querySelector("[data-meter]");
        const progress = meter.querySelector("[role=progressbar]");
        const bar = progress.firstElementChild;
        const words = meter.querySelector("[data-meter-words]");
        const share = Math.min(100, Math.round((bits / VERY_STRONG) * 100));
        let verdict = "weak";
        if (bits >= STRONG) {
            verdict = bits >= VERY_STRONG ? "strong" : "good";
        }
        const colours = {weak: "bg-danger", good: "bg-primary", strong: "bg-success"};
        meter.classList.remove("d-none");
        progress.setAttribute("aria-valuenow", share);
        bar.style.width = `${share}%`;
        bar.className = `progress-bar ${colours[verdict]}`;
        words.textContent = words.dataset[verdict];
    }
}

ready(".o_espace_activation", (form) => new Activation(form));
