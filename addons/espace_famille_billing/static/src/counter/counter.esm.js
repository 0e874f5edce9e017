import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";
import {useEffect} from "@odoo/owl";

/**
 * The counter by the keyboard alone: Enter leads from the family to the amount, and
 * from any other field registers the payment and asks for the next family.
 */
class CounterController extends FormController {
    setup() {
        super.setup();
        const onKeydown = this.onKeydown.bind(this);
        useEffect(
            (form) => {
                form?.addEventListener("keydown", onKeydown);
                return () => form?.removeEventListener("keydown", onKeydown);
            },
            () => [this.rootRef.el]
        );
    }

    onKeydown(event) {
        const field = event.target.closest("input")?.closest(".o_field_widget");
        const isPlain = !(event.altKey || event.ctrlKey || event.shiftKey);
        if (event.key !== "Enter" || !isPlain || !field || event.defaultPrevented) {
            return;
        }
        event.preventDefault();
        if (field.getAttribute("name") === "family_id") {
            const amount = this.rootRef.el.querySelector("[name=amount] input");
            amount.focus();
            amount.select();
            return;
        }
        const box = this.rootRef.el.closest(".modal") || document;
        box.querySelector("button[name=action_register_and_next]")?.click();
    }
}

registry.category("views").add("espace_counter", {
    ...formView,
    Controller: CounterController,
});
