import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * Activities chosen from models: the sentence of the règlement with a worked example,
 * hours, places, schools. The server creates what is ticked.
 */
export class EspaceActivityModels extends Component {
    static template = "espace_famille.ActivityModels";
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.data = useState({models: [], schools: [], busy: false});
        onWillStart(() => this.load());
    }

    async load() {
        const {models, schools} = await this.orm.call(
            "espace.setup",
            "load_models",
            []
        );
        this.data.schools = schools;
        this.data.models = models.map((model) => ({
            ...model,
            chosenBooking: model.booking[0].code,
            chosenCancel: model.cancel[0].code,
            chosenSchools: schools.map(({id}) => id),
        }));
    }

    get chosen() {
        return this.data.models.filter(({chosen}) => chosen);
    }

    get createLabel() {
        const count = this.chosen.length;
        return count === 1
            ? _t("Create 1 Activity")
            : _t("Create %s Activities", count);
    }

    get showsSchools() {
        return this.data.schools.length > 1;
    }

    sentences(model) {
        return [
            {
                purpose: "booking",
                label: _t("Booking"),
                choices: model.booking,
                chosen: model.chosenBooking,
                field: "chosenBooking",
            },
            {
                purpose: "cancel",
                label: _t("Cancelling"),
                choices: model.cancel,
                chosen: model.chosenCancel,
                field: "chosenCancel",
            },
        ];
    }

    example({choices, chosen}) {
        return choices.find(({code}) => code === chosen).example;
    }

    startLabel({name}) {
        return _t("%s, starts at", name);
    }

    endLabel({name}) {
        return _t("%s, ends at", name);
    }

    onSchool(model, school, checked) {
        model.chosenSchools = checked
            ? [...model.chosenSchools, school.id]
            : model.chosenSchools.filter((id) => id !== school.id);
    }

    async create() {
        if (this.data.busy) {
            return;
        }
        const lost = this.chosen.find(
            ({chosenSchools}) => this.showsSchools && !chosenSchools.length
        );
        if (lost) {
            this.notification.add(_t("%s: tick at least one school.", lost.name), {
                type: "danger",
            });
            return;
        }
        this.data.busy = true;
        try {
            await this.orm.call("espace.setup", "create_activities", [
                this.chosen.map((model) => ({
                    code: model.code,
                    capacity: parseInt(model.capacity, 10) || 0,
                    booking: model.chosenBooking,
                    cancel: model.chosenCancel,
                    schools: model.chosenSchools,
                    options: model.options
                        .filter(({chosen}) => chosen)
                        .map(({code, start, end}) => ({code, start, end})),
                })),
            ]);
            await this.action.doAction({type: "ir.actions.act_window_close"});
        } finally {
            this.data.busy = false;
        }
    }
}

registry.category("actions").add("espace_activity_models", EspaceActivityModels);
