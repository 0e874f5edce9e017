import {Component, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const SECONDS = 3;

/** Reads the record again every few seconds, while a job works on it. */
class Follow extends Component {
    static template = xml`<span/>`;
    static props = {...standardWidgetProps};

    setup() {
        const timer = setInterval(() => this.refresh(), SECONDS * 1000);
        onWillUnmount(() => clearInterval(timer));
    }

    async refresh() {
        const record = this.props.record;
        if (document.visibilityState === "visible" && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("espace_follow", {component: Follow});
