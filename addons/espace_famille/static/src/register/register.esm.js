import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useRef,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {Layout} from "@web/search/layout";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {downloadFile} from "@web/core/network/download";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const MODEL = "espace.register.import";
// Milliseconds between two looks at an import that is being written.
const PAUSE = 1500;
const SHOWN = 100;
const ALL_STEPS = ["files", "columns", "preview", "report"];

/**
 * Read a file as base64, without what a browser writes before it.
 */
function contentOf(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1] || "");
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(file);
    });
}

/**
 * The import of a school's register: files, columns, preview, report.
 *
 * The server says all that is shown; nothing is decided here.
 */
export class RegisterImport extends Component {
    static template = "espace_famille.RegisterImport";
    static props = {...standardActionServiceProps};
    static components = {Layout};

    // Names of what says too little by itself; templates translate no such pieces.
    labels = {
        remove: (file) => _t("Remove %s", file),
        becomes: (header) => _t("%s becomes", header),
        decision: (name) => _t("Decision: %s", name),
        isClass: (name) => _t("%s is the class", name),
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        // The bar holds the way back: to the checklist, to earlier imports.
        this.display = {controlPanel: {}};
        this.input = useRef("input");
        this.heading = useRef("heading");
        this.screen = useState({});
        // What the server does not keep: files that were refused, what is going on.
        this.own = useState({refused: [], busy: false, over: false, said: ""});
        this.shown = SHOWN;
        this.tab = false;
        onWillStart(() => this.load(this.props.action.params?.import_id || false));
        onMounted(() => this.watch());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    // === The server === //

    async load(id = this.screen.id) {
        const screen = await this.orm.call(MODEL, "get_screen", [
            id || false,
            this.tab,
            this.shown,
        ]);
        for (const name of Object.keys(this.screen)) {
            delete this.screen[name];
        }
        Object.assign(this.screen, screen);
        this.tab = screen.tab || false;
    }

    /**
     * Call a method of the import, then show what is there by now.
     */
    async call(method, args = []) {
        if (this.own.busy) {
            return;
        }
        const before = this.screen.step;
        this.own.busy = true;
        try {
            const action = await this.orm.call(MODEL, method, [
                [this.screen.id],
                ...args,
            ]);
            if (action && action.params && action.params.message) {
                this.notification.add(action.params.message, {
                    type: "warning",
                    sticky: true,
                });
            }
            await this.load();
        } finally {
            this.own.busy = false;
        }
        if (this.screen.step !== before) {
            this.heading.el?.focus();
            this.shown = SHOWN;
        }
        this.watch();
    }

    watch() {
        clearTimeout(this.timer);
        if (this.screen.step === "running") {
            this.timer = setTimeout(async () => {
                await this.load();
                this.watch();
            }, PAUSE);
        }
    }

    // === Steps === //

    get steps() {
        const names = [_t("Files"), _t("Columns"), _t("Preview"), _t("Report")];
        const at = {running: "report", done: "report", undone: "report"};
        const current = ALL_STEPS.indexOf(at[this.screen.step] || this.screen.step);
        return names.map((name, number) => ({
            name: `${number + 1}. ${name}`,
            isPast: number < current,
            isCurrent: number === current,
        }));
    }

    // === Files === //

    async addFiles(files) {
        this.own.busy = true;
        this.own.refused = [];
        try {
            for (const file of files) {
                const content = await contentOf(file);
                const {id, problem} = await this.orm.call(MODEL, "add_file", [
                    this.screen.id,
                    file.name,
                    content,
                ]);
                this.screen.id = id;
                if (problem) {
                    this.own.refused.push({name: file.name, words: problem});
                }
            }
            await this.load();
        } finally {
            this.own.busy = false;
            if (this.input.el) {
                this.input.el.value = "";
            }
        }
    }

    drop(event) {
        this.own.over = false;
        this.addFiles([...event.dataTransfer.files]);
    }

    async option(values) {
        if (this.screen.id) {
            await this.orm.write(MODEL, [this.screen.id], values);
        }
        Object.assign(this.screen, values);
    }

    async download() {
        const {name, content} = await this.orm.call(MODEL, "get_template", []);
        const bytes = Uint8Array.from(window.atob(content), (letter) =>
            letter.charCodeAt(0)
        );
        downloadFile(
            new Blob([bytes]),
            name,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        );
    }

    async readFiles() {
        await this.orm.write(MODEL, [this.screen.id], {
            school_id: this.screen.school_id,
            school_name: this.screen.school_name,
            is_whole: this.screen.is_whole,
        });
        await this.call("action_read");
    }

    // === Preview === //

    get tabs() {
        const signs = [
            ["new", "fa-plus", _t("New ones")],
            ["changed", "fa-pencil", _t("Changed ones")],
            ["same", "fa-check", _t("Unchanged ones")],
            ["decide", "fa-exclamation-circle", _t("To decide")],
            ["problem", "fa-times-circle", _t("Problems")],
            ["place", "fa-building-o", _t("Schools and classes")],
            ["leaver", "fa-sign-out", _t("Not in the register")],
        ];
        return signs.map(([id, icon, label]) => ({
            id,
            icon,
            label,
            count: this.screen.counts[id],
        }));
    }

    async open(tab) {
        this.tab = tab;
        this.shown = SHOWN;
        await this.load();
    }

    async more() {
        this.shown += SHOWN;
        await this.load();
    }

    choose(row, values) {
        return this.call("choose", [row.id, values]);
    }

    chooseClass(row, {target}) {
        return this.choose(row, {class_id: Number(target.value) || false});
    }

    chooseSchool({target}) {
        return this.option({school_id: Number(target.value) || false});
    }

    /**
     * Cut “Class: CP → CE1” so that the old value can be struck out.
     */
    parts(line) {
        const [before, after] = line.split(" → ");
        if (after === undefined) {
            return {words: line};
        }
        const colon = before.search(/\s?: /);
        const start = before.indexOf(": ", colon) + 2;
        return {name: before.slice(0, start), old: before.slice(start), after};
    }

    // === Report === //

    undo() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Undo this import?"),
            body: _t(
                "What it created is deleted and what it changed is put back, but for " +
                    "the households that were booked or changed since."
            ),
            confirmLabel: _t("Undo the import"),
            cancelLabel: _t("Keep the import"),
            confirm: () => this.call("action_undo"),
            cancel: () => undefined,
        });
    }

    async follow(method) {
        const action = await this.orm.call(MODEL, method, [[this.screen.id]]);
        return this.action.doAction(action);
    }

    earlier() {
        return this.action.doAction("espace_famille.espace_register_import_action");
    }

    async another() {
        this.tab = false;
        this.own.refused = [];
        await this.load(false);
        this.heading.el?.focus();
    }

    async abandon() {
        await this.orm.unlink(MODEL, [this.screen.id]);
        this.own.refused = [];
        await this.load(false);
    }
}

registry.category("actions").add("espace_register", RegisterImport);
