import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const COUNTERS = [
    "expected_count",
    "present_count",
    "absent_count",
    "walk_in_count",
    "waiting_count",
    "attendance_locked",
    "staff_words",
    "staff_short",
];

/**
 * How many children are expected, present and absent on the day whose attendance is marked.
 * Read again each time the list is: after a tap, a search, a child added.
 */
export class AttendanceCounters extends Component {
    static template = "espace_famille.AttendanceCounters";
    static props = {sessionId: Number, version: Number};

    setup() {
        this.orm = useService("orm");
        this.counters = useState({});
        onWillStart(() => this.load(this.props.sessionId));
        onWillUpdateProps((next) => {
            this.load(next.sessionId);
        });
    }

    async load(sessionId) {
        const [session] = await this.orm.read("espace.session", [sessionId], COUNTERS);
        Object.assign(this.counters, session);
    }
}

export class AttendanceListController extends ListController {
    static template = "espace_famille.AttendanceListView";
    static components = {...ListController.components, AttendanceCounters};

    setup() {
        this.counted = useState({version: 0});
        super.setup();
    }

    get sessionId() {
        return this.props.context.espace_session_id || 0;
    }

    get modelParams() {
        const params = super.modelParams;
        const {onRootLoaded} = params.hooks;
        params.hooks.onRootLoaded = (...args) => {
            this.counted.version++;
            return onRootLoaded && onRootLoaded(...args);
        };
        return params;
    }
}

registry.category("views").add("espace_attendance_list", {
    ...listView,
    Controller: AttendanceListController,
});
