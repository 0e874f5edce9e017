import {ready} from "@espace_famille_portal/family/page.esm";

/** The total of the chosen invoices. The page works without it. */
ready(".o_espace_pay", (form) => {
    const format = new Intl.NumberFormat(document.documentElement.lang || "fr", {
        style: "currency",
        currency: form.dataset.currency,
    });

    const add = () => {
        const chosen = [...document.querySelectorAll("input[name='invoice']:checked")];
        // Cents are added as whole numbers: 0.1 + 0.2 is not 0.3.
        const cents = chosen.reduce(
            (sum, input) => sum + Math.round(parseFloat(input.dataset.amount) * 100),
            0
        );
        for (const place of form.querySelectorAll("[data-chosen]")) {
            place.classList.toggle("d-none", !chosen.length);
        }
        for (const place of form.querySelectorAll("[data-chosen-total]")) {
            place.textContent = format.format(cents / 100);
        }
        for (const button of form.querySelectorAll("button[data-action='pay_all']")) {
            button.disabled = !chosen.length;
        }
    };

    document.addEventListener("change", (ev) => {
        if (ev.target.matches("input[name='invoice']")) {
            add();
        }
    });
    add();
});
