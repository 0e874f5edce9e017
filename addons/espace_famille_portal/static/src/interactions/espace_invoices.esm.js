import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** The total of the chosen invoices. The page works without it. */
export class EspaceInvoices extends Interaction {
    static selector = ".o_espace_pay";
    dynamicContent = {
        _document: {"t-on-change": this.onChange},
        "[data-chosen]": {
            "t-att-class": () => ({"d-none": !this.count}),
        },
        "[data-chosen-total]": {"t-out": () => this.total},
        "button[data-action='pay_all']": {"t-att-disabled": () => !this.count},
    };

    setup() {
        this.format = new Intl.NumberFormat(document.documentElement.lang || "fr", {
            style: "currency",
            currency: this.el.dataset.currency,
        });
        this.add();
    }

    onChange(ev) {
        if (ev.target.matches("input[name='invoice']")) {
            this.add();
        }
    }

    add() {
        const chosen = [...document.querySelectorAll("input[name='invoice']:checked")];
        this.count = chosen.length;
        // Cents are added as whole numbers: 0.1 + 0.2 is not 0.3.
        const cents = chosen.reduce(
            (sum, input) => sum + Math.round(parseFloat(input.dataset.amount) * 100),
            0
        );
        this.total = this.format.format(cents / 100);
    }
}

registry
    .category("public.interactions")
    .add("espace_famille_portal.invoices", EspaceInvoices);
