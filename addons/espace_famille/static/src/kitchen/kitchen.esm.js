import {Component, onWillStart, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {downloadFile} from "@web/core/network/download";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SIGNS = {
    sent: "fa-check-circle text-success",
    waiting: "fa-clock-o text-muted",
    refused: "fa-times-circle text-danger",
};

/**
 * The kitchen's week: what is to deliver now, what changed since the last sheet, and
 * the sheets that were sent. What is shown is always that of this moment.
 */
export class EspaceKitchen extends Component {
    static template = "espace_famille.Kitchen";
    static props = ["*"];
    static components = {Layout};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.data = useState({week: null, busy: false, said: "", asks: false});
        this.asked = 0;
        // A session opens the week of its day.
        onWillStart(() => this.load(this.props.action?.params?.day || null));
    }

    async load(day) {
        const asked = ++this.asked;
        const week = await this.orm.call("espace.kitchen", "load_week", [day]);
        // Answers may come in another order than they were asked for.
        if (asked === this.asked) {
            Object.assign(this.data, {week, asks: false});
        }
    }

    get week() {
        return this.data.week;
    }

    get title() {
        return _t("Kitchen, week %s", this.week.week);
    }

    get isLate() {
        return this.week.last && this.week.changes.length > 0;
    }

    /** "2 meals more than the last sheet: 3 added, 1 taken off." */
    get news() {
        const {more, added, removed, last} = this.week;
        const parts = [_t("%s added", added), _t("%s taken off", removed)].join(", ");
        if (more > 0) {
            return _t("%(more)s more than on %(last)s: %(parts)s.", {
                more,
                last,
                parts,
            });
        }
        if (more < 0) {
            return _t("%(less)s fewer than on %(last)s: %(parts)s.", {
                less: -more,
                last,
                parts,
            });
        }
        return _t("As many as on %(last)s, but others: %(parts)s.", {last, parts});
    }

    get askWords() {
        const {caterer, last} = this.week;
        if (!caterer.email) {
            return _t(
                "The kitchen has no e-mail address in the settings: the sheet will be kept here to print."
            );
        }
        return last
            ? _t("The whole sheet is sent to %s and replaces the last.", caterer.email)
            : _t("The sheet is sent to %s.", caterer.email);
    }

    sign({state}) {
        return SIGNS[state] || "fa-print text-muted";
    }

    orderWords({state_words, sent_to, reason}) {
        if (reason) {
            return reason;
        }
        return sent_to
            ? _t("%(state)s: %(address)s", {state: state_words, address: sent_to})
            : _t("Kept to print: the kitchen had no e-mail address");
    }

    whoLabel(change) {
        return _t("Who? %(day)s, %(words)s", {
            day: change.day_words,
            words: change.words,
        });
    }

    async order() {
        if (this.data.busy) {
            return;
        }
        this.data.busy = true;
        try {
            const number = await this.orm.call("espace.kitchen", "order_week", [
                this.week.monday,
                this.week.last,
            ]);
            this.data.said = _t("%s is made.", number);
        } finally {
            this.data.busy = false;
            await this.load(this.week.monday);
        }
    }

    async sendAgain({id}) {
        await this.orm.call("espace.kitchen.order", "action_send_again", [[id]]);
        await this.load(this.week.monday);
    }

    async who({day, school, age, diet}) {
        const action = await this.orm.call("espace.kitchen", "open_bookings", [
            day,
            school,
            age,
            diet,
        ]);
        await this.action.doAction(action);
    }

    print({id}) {
        return this.action.doAction({
            type: "ir.actions.report",
            report_type: "qweb-pdf",
            report_name: "espace_famille.kitchen_order",
            report_file: "espace_famille.kitchen_order",
            context: {active_ids: [id]},
        });
    }

    async spreadsheet({id}) {
        const {name, content} = await this.orm.call(
            "espace.kitchen.order",
            "get_workbook",
            [[id]]
        );
        const bytes = Uint8Array.from(window.atob(content), (letter) =>
            letter.charCodeAt(0)
        );
        downloadFile(new Blob([bytes]), name, XLSX);
    }

    async openMenus() {
        const action = await this.orm.call("espace.kitchen", "open_menus", [
            this.week.monday,
        ]);
        await this.action.doAction(action);
    }

    openAdults() {
        return this.action.doAction("espace_famille.espace_kitchen_adults_action");
    }

    openOrders() {
        return this.action.doAction("espace_famille.espace_kitchen_order_action");
    }
}

registry.category("actions").add("espace_kitchen", EspaceKitchen);
