import {ready} from "@espace_famille_portal/family/page.esm";

/** A button that copies a field. Without it the field is selected by hand. */
ready("[data-copy]", (button) =>
    button.addEventListener("click", async () => {
        const field = document.getElementById(button.dataset.copy);
        const said = document.getElementById(`${button.dataset.copy}_copied`);
        field.select();
        try {
            await navigator.clipboard.writeText(field.value);
        } catch {
            // Without HTTPS, or without leave, there is the older way.
            document.execCommand("copy");
        }
        const label = button.querySelector("span");
        label.textContent = said.textContent = button.dataset.copied;
    })
);
