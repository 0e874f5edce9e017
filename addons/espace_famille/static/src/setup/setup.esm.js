import {Component, onWillStart, status, useRef, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const SIGNS = {
    ok: {icon: "fa-check-circle text-success", words: _t("In order")},
    warning: {icon: "fa-exclamation-triangle text-warning", words: _t("To look at")},
    danger: {icon: "fa-times-circle text-danger", words: _t("To correct")},
};

/**
 * The checklist of an administrator: what remains to be done before families can come.
 * All of it is asked again after each step; nothing is kept here.
 */
export class EspaceSetup extends Component {
    static template = "espace_famille.Setup";
    static props = ["*"];
    static components = {Layout};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.data = useState({steps: [], ready: null, busy: false, said: ""});
        this.readyRef = useRef("ready");
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.data, await this.orm.call("espace.setup", "load", []));
    }

    /** The first step that is still open, which is the one to do. */
    get current() {
        return this.data.steps.find(({done, optional}) => !done && !optional);
    }

    get progress() {
        return Math.round((100 * this.data.done) / this.data.total);
    }

    get summary() {
        const {done, total, minutes} = this.data;
        if (done === total) {
            return _t("All %s steps are done.", total);
        }
        return minutes
            ? _t("Steps done: %s of %s · about %s minutes left", done, total, minutes)
            : _t("Steps done: %s of %s · what is left is optional", done, total);
    }

    isCurrent(step) {
        return this.current?.code === step.code;
    }

    icon(step) {
        if (step.done) {
            return "fa-check-circle text-success";
        }
        return this.isCurrent(step)
            ? "fa-exclamation-circle text-primary"
            : "fa-circle-o text-muted";
    }

    stateWords(step) {
        return step.done ? _t("Done") : _t("To do");
    }

    sign(finding) {
        return SIGNS[finding.level];
    }

    /** What the buttons of a list do is heard with their step. */
    buttonLabel(words, step) {
        return `${words}, ${step.title}`;
    }

    againLabel({title}) {
        return _t("See again: %s", title);
    }

    /** Run what the server answers; the list is looked at again when it is closed. */
    async run(method, args) {
        if (this.data.busy) {
            return;
        }
        this.data.busy = true;
        try {
            const action = await this.orm.call("espace.setup", method, args);
            await this.action.doAction(action, {onClose: () => this.reload()});
            if (action.type === "ir.actions.client" && action.target !== "new") {
                await this.reload();
            }
        } finally {
            this.data.busy = false;
        }
    }

    async reload() {
        // What was opened may have taken the place of this screen.
        if (status(this) === "destroyed") {
            return;
        }
        await this.load();
        if (this.data.ready) {
            await this.check();
        }
    }

    open(step, key = "") {
        return this.run("open", [step.code, key]);
    }

    mend(finding) {
        return this.run("mend", [finding.code]);
    }

    async check() {
        this.data.ready = await this.orm.call("espace.setup", "ready", []);
        const {dangers, warnings} = this.data.ready;
        if (dangers) {
            this.data.said = _t("%s points prevent the opening.", dangers);
        } else if (warnings) {
            this.data.said = _t(
                "Nothing prevents the opening. %s points to look at.",
                warnings
            );
        } else {
            this.data.said = _t("Ready: nothing would go wrong.");
        }
    }

    async askReady() {
        await this.check();
        this.readyRef.el?.scrollIntoView({block: "start"});
    }

    get verdict() {
        const {dangers, warnings} = this.data.ready;
        if (dangers) {
            return "danger";
        }
        return warnings ? "warning" : "ok";
    }

    alert(level) {
        return {danger: "alert-danger", warning: "alert-warning", ok: "alert-success"}[
            level
        ];
    }
}

registry.category("actions").add("espace_setup", EspaceSetup);
