import {
    loginWay,
    setBadges,
    speak,
    tell,
} from "@espace_famille_portal/family/telling.esm";
import {ready} from "@espace_famille_portal/family/page.esm";

/**
 * Panier without reloading: its forms are sent as they are, and its inside is drawn
 * again where it stands. The page works without it.
 */
class Cart {
    constructor(page) {
        this.page = page;
        page.addEventListener("submit", (ev) => this.onSubmit(ev));
        page.addEventListener("click", (ev) => this.onClick(ev));
    }

    onClick(ev) {
        if (ev.target.closest("[data-action=keep]")) {
            ev.preventDefault();
            const details = ev.target.closest("details");
            details.open = false;
            details.querySelector("summary").focus();
        }
    }

    onSubmit(ev) {
        const form = ev.target.closest("form[data-form]");
        const button = ev.submitter;
        if (!form || button?.hasAttribute("formaction")) {
            return;
        }
        ev.preventDefault();
        const values = new FormData(form);
        if (button?.name) {
            values.set(button.name, button.value);
        }
        values.set("part", "1");
        this.send(form.getAttribute("action"), values, this.placeOf(button));
    }

    /** Return where the focus goes: the next day, else the nearest title. */
    placeOf(button) {
        const chip = button?.closest("li[data-line]");
        const near = chip && (chip.nextElementSibling || chip.previousElementSibling);
        return [
            near && `li[data-line="${near.dataset.line}"] button`,
            chip && `#${chip.closest(".ef-entry").id} h3`,
            chip && `#${chip.closest(".ef-cart-child").id} h2`,
            "#cart_total",
            "[data-empty] a",
        ].filter(Boolean);
    }

    /** One after the other: a second tap waits for the answer to the first. */
    send(url, values, places) {
        this.last = Promise.resolve(this.last).then(() =>
            this.sendNow(url, values, places)
        );
    }

    async sendNow(url, values, places) {
        const {failed, retry, ended, login} = this.page.dataset;
        let response = null;
        try {
            response = await fetch(url, {
                method: "POST",
                body: new URLSearchParams(values),
                redirect: "manual",
            });
        } catch {
            tell("danger", failed, {
                words: retry,
                act: () => this.send(url, values, places),
            });
            return;
        }
        if (!response.ok) {
            tell("danger", ended, loginWay(login));
            return;
        }
        this.draw(await response.text(), places);
    }

    draw(html, places) {
        const template = document.createElement("template");
        template.innerHTML = html.trim();
        const body = template.content.firstElementChild;
        // What the server's page says by itself, the script says and takes away.
        const form = body.querySelector("[data-form=take-up]");
        const said = body.querySelector("[data-level]");
        document.getElementById("cart_body").replaceWith(body);
        setBadges(parseInt(body.dataset.count));
        const place = places.map((one) => body.querySelector(one)).find(Boolean);
        place?.focus({preventScroll: true});
        if (form) {
            const text = form.querySelector("[role=status]").textContent.trim();
            if (body.dataset.count === "0") {
                // An empty cart keeps the way back in sight, for ten minutes.
                speak(text);
                return;
            }
            const button = form.querySelector("button");
            form.remove();
            tell("success", text, {
                words: button.textContent,
                act: () => {
                    body.append(form);
                    form.hidden = true;
                    form.requestSubmit(button);
                },
            });
        } else if (said) {
            tell(said.dataset.level, said.textContent.trim());
        }
    }
}

ready(".ef-cart-page", (page) => new Cart(page));
