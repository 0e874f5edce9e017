import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    status,
    useState,
} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

// The day is shown live: as often as this, while the screen is looked at.
const REFRESH_MS = 60000;

const TAGS = {
    now: {words: _t("today"), className: "o_espace_now"},
    soon: {words: _t("this week"), className: "o_espace_soon"},
};

/**
 * The first screen after log-in: what is to be done by urgency, with a number, the
 * reason and one button. Each number opens the list that it counted.
 */
export class EspaceHome extends Component {
    static template = "espace_famille.Home";
    static props = ["*"];
    static components = {Layout};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        // No bar of its own: the screen has a heading.
        this.display = {};
        this.data = useState({home: null, busy: false});
        this.asked = 0;
        onWillStart(() => this.load());
        onMounted(() => {
            this.timer = window.setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => window.clearInterval(this.timer));
    }

    async load(role = null) {
        const asked = ++this.asked;
        const home = await this.orm.call("espace.home", "load", [role]);
        // Answers may come in another order than they were asked for.
        if (asked === this.asked) {
            this.data.home = home;
        }
    }

    async refresh() {
        if (!document.hidden && !this.data.busy) {
            await this.load(this.home.role);
        }
    }

    get home() {
        return this.data.home;
    }

    get total() {
        const {duties, total} = this.home;
        return duties.length > 1
            ? _t("%(total)s in %(topics)s topics", {total, topics: duties.length})
            : "";
    }

    tag(duty) {
        return TAGS[duty.urgency];
    }

    dutyClass(duty) {
        return this.tag(duty)?.className || "";
    }

    /** What the button of a line does is heard with its line. */
    label(words, {title}) {
        return `${words}, ${title}`;
    }

    markLabel({name}) {
        return _t("Mark, %s", name);
    }

    seeLabel({name}) {
        return _t("See, %s", name);
    }

    cellWords({name}, {day}) {
        return `${name}, ${day}`;
    }

    share(session, count) {
        const sum = session.present + session.absent + session.expected;
        return sum ? Math.round((100 * count) / sum) : 0;
    }

    isMain(index) {
        return index === 0;
    }

    /** What was opened may have taken the place of this screen. */
    async reload() {
        if (status(this) !== "destroyed") {
            await this.load(this.home.role);
        }
    }

    async open({code, key = ""}) {
        if (code === "home") {
            await this.load(key);
            return;
        }
        if (this.data.busy) {
            return;
        }
        this.data.busy = true;
        try {
            const action = await this.orm.call("espace.home", "open", [code, key]);
            await this.action.doAction(action, {
                onClose: () => this.reload(),
            });
        } finally {
            this.data.busy = false;
        }
    }

    openSession({id}) {
        return this.open({code: "session", key: `${id}`});
    }

    openPage() {
        return this.open({code: "page"});
    }
}

registry.category("actions").add("espace_home", EspaceHome);
