import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

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
export class EspaceActivation extends Interaction {
    static selector = ".o_espace_activation";
    dynamicContent = {
        "[data-action=next]": {
            "t-on-click": this.onNext,
            "t-att-class": () => ({"d-none": this.isLast}),
        },
        "[data-action=previous]": {
            "t-on-click": () => this.show(this.index - 1),
            "t-att-class": () => ({"d-none": this.index === 0}),
        },
        "[data-action=save]": {
            "t-att-class": () => ({"d-none": !this.isLast}),
        },
        "fieldset[data-part]": {
            "t-att-class": (el) => ({"d-none": el !== this.parts[this.index]}),
        },
        "[data-step]": {
            "t-att-aria-current": (el) =>
                el.dataset.step === this.parts[this.index].dataset.part
                    ? "step"
                    : undefined,
        },
        "input[autocomplete=new-password]": {"t-on-input": this.onPassword},
        _root: {"t-on-keydown": this.onKeydown},
    };

    setup() {
        this.parts = [...this.el.querySelectorAll("fieldset[data-part]")];
        this.index = Math.max(
            0,
            this.parts.findIndex((part) => part.dataset.part === this.el.dataset.part)
        );
    }

    start() {
        this.el.querySelector("[data-block=errors]")?.focus();
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
        const errors = await this.waitFor(this.check(part.dataset.part));
        if (errors) {
            this.protectSyncAfterAsync(() => this.leave(part, errors))();
        }
    }

    /**
     * Ask the server, which decides, what is wrong in a part.
     *
     * @param {String} part
     * @returns {Object} words by name of the input; null when a page says it
     */
    async check(part) {
        const body = new FormData(this.el);
        body.set("step", "check");
        body.set("part", part);
        const url = this.el.getAttribute("action");
        try {
            const response = await fetch(url, {method: "POST", body});
            return await response.json();
        } catch (error) {
            if (error instanceof SyntaxError) {
                // It answered by a page: the invitation has ended, or too many tries.
                this.el.submit();
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

    show(index) {
        this.index = index;
        this.updateContent();
        this.parts[index].querySelector("input:not([type=hidden])").focus();
    }

    onPassword(ev) {
        this.showStrength(this.strength(ev.target.value));
    }

    strength(password) {
        const size = KINDS.reduce(
            (sum, [kind, count]) => sum + (kind.test(password) ? count : 0),
            0
        );
        return size ? password.length * Math.log2(size) : 0;
    }

    showStrength(bits) {
        const meter = this.el.querySelector("[data-meter]");
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

registry
    .category("public.interactions")
    .add("espace_famille_portal.activation", EspaceActivation);
