// The page of attendance. Rules of the screen: a tap never waits and never moves
// anything; the place that says Present can only ever say Present.

import {
    App,
    Component,
    onMounted,
    onPatched,
    useEffect,
    useExternalListener,
    useRef,
    useState,
    whenReady,
} from "@odoo/owl";
import {Desk, WORD, bareRow, fullName} from "./desk.esm";
import {newIdentity} from "./store.esm";
import {COUNTED, _t, clock, plain, say} from "./words.esm";
import {Refused, call} from "./wire.esm";
import {NoCamera, READER, Scanner, codeOf} from "./scanner.esm";
import {drawIcons} from "./icons.esm";
import {getTemplate} from "@web/core/templates";

const MARK = {present: "check", absent: "x", gone: "log-out", announced: "calendar-x"};
// A second tap meant for a sheet that has just closed does not reach the list.
const GHOST = 400;
// A card that is read again sooner than this means nothing; later, the child leaves.
const CARD_STAYS = 10 * 60 * 1000;
const ORDERS = {name: _t("name"), first: _t("first name"), class: _t("class")};
const COLLATOR = new Intl.Collator(
    document.documentElement.lang.replace("_", "-") || "fr"
);

class Kid extends Component {
    static template = "espace_famille.AttendanceKid";
    static props = {kid: Object, session: Object, page: Object, tick: Number};

    setup() {
        this.kid = useState(this.props.kid);
        this.data = useState(this.props.page.desk.state);
    }

    get page() {
        return this.props.page;
    }

    get times() {
        return this.props.session.times;
    }

    get state() {
        return this.kid.state;
    }

    get mark() {
        return MARK[this.kid.state];
    }

    get isHere() {
        return ["present", "gone"].includes(this.kid.state);
    }

    get initials() {
        return `${this.kid.first[0] || ""}${this.kid.last[0] || ""}`;
    }

    get option() {
        return this.page.optionName(this.props.session, this.kid.option);
    }

    get photo() {
        return this.data.photos[this.kid.child];
    }

    get isLeft() {
        return this.page.isLeft(this.props.session, this.kid);
    }

    get isOver() {
        return this.page.isOver(this.props.session, this.kid);
    }

    get time() {
        return this.page.timeOf(this.kid);
    }

    get line() {
        const {clash, state} = this.kid;
        if (clash) {
            return _t("%(answer)s says %(agent)s %(time)s", {
                answer: WORD[clash.answer],
                agent: clash.by,
                time: this.page.clockOf(clash.at),
            });
        }
        return `${WORD[state]} ${this.time}`.trim();
    }

    get other() {
        const {by, by_id} = this.kid;
        return by && by_id !== this.page.desk.state.agent?.id && this.isHere ? by : "";
    }

    get withWords() {
        if (this.kid.state === "gone") {
            return this.kid.with ? _t("with %s", this.kid.with) : _t("adult not said");
        }
        const names = this.kid.may.map((one) => shortName(one.name, this.kid.last));
        return names.length ? _t("With %s", names.join(", ")) : "";
    }

    /** What a screen reader says besides what is written. */
    get told() {
        const {kid} = this;
        return [
            kid.not.length ? _t("Do not hand over to %s.", kid.not.join(", ")) : "",
            this.isHere ? "" : _t("Mark present."),
        ]
            .filter(Boolean)
            .join(" ");
    }
}

class Attendance extends Component {
    static template = "espace_famille.Attendance";
    static components = {Kid};
    static props = {desk: Object};

    setup() {
        this.desk = this.props.desk;
        this.data = useState(this.desk.state);
        this.ui = useState({
            session: null,
            filter: "all",
            group: "",
            groups: {},
            needle: "",
            finding: false,
            sort: localStorage.getItem("espace-attendance-sort") || "name",
            sheet: "",
            kid: "",
            search: "",
            unknown: "",
            code: "",
            agents: [],
            agent: 0,
            words: "",
            history: [],
            evac: false,
            counted: {},
            rail: 0,
            reason: "",
            code_typed: "",
            camera: "",
            scanned: "",
        });
        this.kept = new Set();
        // A time being typed: {kid: its key, name, text}.
        this.typedTime = null;
        this.guard = 0;
        this.sheet = useRef("sheet");
        this.evacuation = useRef("evac");
        this.list = useRef("list");
        this.find = useRef("find");
        this.video = useRef("video");
        const show = (ref, isOpen) => () => {
            const dialog = ref.el;
            if (dialog && isOpen() && !dialog.open) {
                dialog.showModal();
                dialog.querySelector("h2")?.focus();
            }
        };
        const both = () => {
            show(this.sheet, () => this.ui.sheet)();
            show(this.evacuation, () => this.ui.evac)();
            if (this.video.el && !this.scanner) {
                this.startCamera();
            }
        };
        useExternalListener(document, "keydown", (event) => this.keydown(event));
        onMounted(both);
        onPatched(both);
        useEffect(
            () => {
                document.title = this.session
                    ? `${this.session.name} – ${_t("Attendance")}`
                    : `${_t("Attendance")} – Espace Famille`;
            },
            () => [this.ui.session]
        );
    }

    // === Words === //

    get word() {
        return WORD;
    }

    get counted() {
        return COUNTED;
    }

    get orders() {
        return Object.entries(ORDERS);
    }

    clockOf(instant) {
        return instant ? clock(this.desk.hours(instant)) : "";
    }

    clock(hours) {
        return clock(hours);
    }

    fullName(kid) {
        return fullName(kid);
    }

    tel(phone) {
        return `tel:${phone.replace(/[^+\d]/g, "")}`;
    }

    timeOf(kid) {
        if (kid.state === "gone") {
            return kid.left ? clock(kid.left) : this.clockOf(kid.at);
        }
        if (kid.state === "present") {
            return kid.arrived ? clock(kid.arrived) : this.clockOf(kid.at);
        }
        return kid.state === "absent" ? this.clockOf(kid.at) : "";
    }

    hoursWords(session) {
        if (!session.end) {
            return "";
        }
        const words = (hours) => clock(hours).replace(/^0/, "").replace(":", " h ");
        return `${words(session.start)} – ${words(session.end)}`;
    }

    icon(session) {
        return (
            {canteen: "utensils", leisure: "sun"}[session.category] ||
            (session.start && session.start < 12 ? "sunrise" : "sunset")
        );
    }

    optionName(session, id) {
        return session.options.find((option) => option.id === id)?.name || "";
    }

    isOver(session, kid) {
        const option = session.options.find((one) => one.id === kid.option);
        const hasLater = session.options.some((one) => one.end > (option?.end || 99));
        return (
            session.times &&
            hasLater &&
            kid.state === "present" &&
            session.date === this.desk.today &&
            this.desk.hours() > option.end + session.grace
        );
    }

    /** Nobody came for this child until the service was over. */
    isLeft(session, kid) {
        return (
            session.times &&
            kid.times &&
            kid.state === "present" &&
            session.end > 0 &&
            session.date === this.desk.today &&
            this.desk.hours() > session.end + session.grace
        );
    }

    // === Days === //

    get sessions() {
        return this.data.sessions.filter((one) => one.date === this.desk.today);
    }

    get unfinished() {
        return this.data.sessions.filter((one) => one.date !== this.desk.today);
    }

    counts(session) {
        return countOf(this.desk.kidsOf(session.id));
    }

    isNow(session) {
        const hours = this.desk.hours();
        return (
            session.date === this.desk.today &&
            session.end > 0 &&
            hours >= session.start - 0.5 &&
            hours < session.end
        );
    }

    summary(session) {
        const isKept = this.desk.listed?.has(session.id);
        const here = isKept ? this.counts(session) : session;
        const words = [this.hoursWords(session)];
        if (here.expected) {
            words.push(COUNTED.expected(here.expected));
        }
        if (here.present) {
            words.push(COUNTED.present(here.present));
        }
        if (here.gone) {
            words.push(COUNTED.gone(here.gone));
        }
        if (here.announced) {
            words.push(COUNTED.announced(here.announced));
        }
        if (session.times) {
            words.push(_t("departures to note"));
        }
        return words.filter(Boolean).join(" · ");
    }

    groupsOf(session) {
        const kids = this.desk.kidsOf(session.id);
        const of = (id, label, is) => ({id, label, is, count: kids.filter(is).length});
        const groups = [of("", _t("All"), () => true)];
        if (session.options.length > 1) {
            for (const option of session.options) {
                groups.push(
                    of(`o${option.id}`, option.name, (kid) => kid.option === option.id)
                );
            }
        }
        // Lists that were kept before there were groups have none.
        const named = new Set(kids.flatMap((kid) => kid.groups || []));
        for (const name of [...named].sort(COLLATOR.compare)) {
            groups.push(of(`g${name}`, name, (kid) => kid.groups?.includes(name)));
        }
        const classes = [...new Set(kids.map((kid) => kid.class).filter(Boolean))];
        if (classes.length > 1 && !session.times) {
            classes.sort(COLLATOR.compare);
            for (const name of classes) {
                groups.push(of(`c${name}`, name, (kid) => kid.class === name));
            }
        }
        return groups;
    }

    chooseGroup(session, id) {
        this.ui.groups[session.id] = id;
    }

    async openSession(session) {
        if (!(await this.desk.openSession(session.id))) {
            this.data.notice ||= _t(
                "This list is not on this device: come back with network."
            );
            return;
        }
        Object.assign(this.ui, {
            session: session.id,
            filter: "all",
            group: this.ui.groups[session.id] || "",
            needle: "",
        });
        this.kept.clear();
        this.desk.arrive(session.id);
    }

    back() {
        this.ui.session = null;
    }

    get session() {
        return this.desk.session(this.ui.session);
    }

    // === The list === //

    get kids() {
        const group = this.groupsOf(this.session).find(
            (one) => one.id === this.ui.group
        );
        return this.desk.kidsOf(this.session.id).filter(group?.is || (() => true));
    }

    get counters() {
        const here = countOf(this.kids);
        const all = [
            {id: "all", word: _t("All"), count: this.kids.length},
            {id: "expected", word: _t("Expected (count)"), count: here.expected},
            {
                id: "present",
                word: _t("Present (count)"),
                count: here.present,
                icon: "check",
            },
            {
                id: "absent",
                word: _t("Absent (count)"),
                count: here.absent + here.announced,
                icon: "x",
            },
        ];
        if (this.session.times) {
            all.push({
                id: "gone",
                word: _t("Left (count)"),
                count: here.gone,
                icon: "log-out",
            });
        }
        return all;
    }

    get shown() {
        const words = plain(this.ui.needle).split(/\s+/).filter(Boolean);
        const is = {
            all: () => true,
            absent: (kid) => ["absent", "announced"].includes(kid.state),
            clash: (kid) => kid.clash,
            refused: (kid) => kid.sync === "refused",
        };
        const filter = is[this.ui.filter] || ((kid) => kid.state === this.ui.filter);
        const shown = this.kids.filter(
            (kid) =>
                (filter(kid) || this.kept.has(kid.key)) &&
                startsWith(fullName(kid), words)
        );
        const by = {
            name: (kid) => [kid.last, kid.first],
            first: (kid) => [kid.first, kid.last],
            class: (kid) => [
                String(kid.order[0]).padStart(8, "0"),
                kid.order[1],
                kid.last,
            ],
        }[this.ui.sort];
        return shown
            .map((kid) => [by(kid).join("\u0001"), kid])
            .sort((a, b) => COLLATOR.compare(a[0], b[0]))
            .map(([, kid]) => kid);
    }

    get sections() {
        const {shown} = this;
        if (this.ui.sort === "class") {
            return byLabel(shown, (kid) => kid.class || "–").map(([label, kids]) => ({
                label,
                kids,
                isClass: true,
            }));
        }
        const name = this.ui.sort === "first" ? "first" : "last";
        return lettersOf(shown, (kid) => kid[name] || kid.first);
    }

    expectedOf(section) {
        return section.kids.filter((kid) => kid.state === "expected").length;
    }

    setFilter(id) {
        this.kept.clear();
        this.ui.filter = id;
    }

    jump(section, index) {
        this.ui.rail = index;
        document
            .getElementById(domId(section.kids[0]))
            ?.scrollIntoView({block: "start"});
    }

    domId(kid) {
        return domId(kid);
    }

    setSort(sort) {
        this.ui.sort = sort;
        localStorage.setItem("espace-attendance-sort", sort);
        this.closeSheet();
        if (this.list.el) {
            this.list.el.scrollTop = 0;
        }
    }

    startFinding() {
        this.ui.finding = true;
        setTimeout(() => this.find.el?.focus());
    }

    // === Gestures === //

    get isGhost() {
        return Date.now() < this.guard;
    }

    async tap(kid) {
        if (this.isGhost || this.refuseLocked()) {
            return;
        }
        if (["present", "gone"].includes(kid.state)) {
            say(
                _t("%(child)s: already %(state)s", {
                    child: fullName(kid),
                    state: WORD[kid.state].toLowerCase(),
                })
            );
            return;
        }
        await this.mark(kid, "present");
    }

    /** Say that the day is locked, if so, and offer to ask for it. */
    refuseLocked() {
        const isLocked = Boolean(this.session.locked);
        if (isLocked) {
            say(this.session.locked);
            this.openUnlock();
        }
        return isLocked;
    }

    async mark(kid, answer, more) {
        if (this.ui.filter !== "all") {
            this.kept.add(kid.key);
        }
        const done = await this.desk.mark(kid, answer, more);
        if (done) {
            this.desk.remember([done], this.undoWords(kid, WORD[answer]));
        }
        return done;
    }

    undoWords(kid, word) {
        return `${kid.first} ${(kid.last || " ")[0]}. – ${word}`;
    }

    async leave(kid) {
        if (this.isGhost || this.refuseLocked()) {
            return;
        }
        if (kid.not.length || kid.state !== "present") {
            if (kid.state !== "gone") {
                this.openKid(kid);
            }
            return;
        }
        await this.mark(kid, "gone");
    }

    async leaveWith(kid, name) {
        await this.mark(kid, "gone", {with: name});
        this.closeSheet();
    }

    async setState(kid, answer) {
        await this.mark(kid, answer);
        this.closeSheet();
    }

    /** Decide between two answers: who decides has seen both. */
    async settle(kid, answer) {
        const said = answer === "present" && kid.arrived ? {arrived: kid.arrived} : {};
        const one = await this.desk.gesture(kid, {answer, ...said});
        this.desk.remember([one], this.undoWords(kid, WORD[answer]));
        this.closeSheet();
    }

    async step(kid, name, minutes) {
        await this.setTime(kid, name, (kid[name] * 60 + minutes) / 60);
    }

    /** The time of a child, or what is being typed: others' gestures draw it anew. */
    shownTime(kid, name) {
        const typed = this.typedTime;
        if (typed && typed.kid === kid.key && typed.name === name) {
            return typed.text;
        }
        return kid[name] ? clock(kid[name]) : "";
    }

    /**
     * Read a time that was typed, when it changed and when it is left: a browser tells
     * no change of an input that was drawn anew.
     */
    async typeTime(kid, name, event) {
        if (!this.typedTime) {
            return;
        }
        this.typedTime = null;
        const found = /^(\d{1,2})[:hH. ]?(\d{2})$/.exec(event.target.value.trim());
        const hours = found ? Number(found[1]) + Number(found[2]) / 60 : 0;
        if (!hours || hours >= 24) {
            event.target.value = kid[name] ? clock(kid[name]) : "";
            return;
        }
        await this.setTime(kid, name, hours);
    }

    async setTime(kid, name, hours) {
        const times = {arrived: kid.arrived, left: kid.left, [name]: hours};
        if (times.arrived && times.left && times.left < times.arrived) {
            this.data.notice = _t("A child leaves after it arrives.");
            return;
        }
        const answer = times.left ? "gone" : "present";
        await this.mark(kid, answer, {...times, with: kid.with});
    }

    async setOption(kid, option) {
        if (kid.option !== option.id) {
            await this.desk.gesture(kid, {kind: "option", product: option.id});
            say(`${fullName(kid)} : ${option.name}`);
        }
    }

    get expected() {
        return this.kids.filter((kid) => kid.state === "expected");
    }

    async markRest(answer) {
        const done = [];
        for (const kid of this.expected) {
            if (this.ui.filter !== "all") {
                this.kept.add(kid.key);
            }
            done.push(await this.desk.mark(kid, answer));
        }
        this.desk.remember(done, `${COUNTED.children(done.length)} – ${WORD[answer]}`);
        this.closeSheet();
    }

    get lastUndo() {
        return this.data.undo.at(-1);
    }

    // === Sheets === //

    openSheet(name) {
        this.ui.search = "";
        this.ui.unknown = "";
        this.ui.sheet = name;
    }

    openKid(kid) {
        this.ui.kid = kid.key;
        this.ui.history = [];
        this.openSheet("kid");
        this.loadHistory(kid);
    }

    async loadHistory(kid) {
        if (kid.unknown) {
            return;
        }
        try {
            const history = await call("history", {
                session: kid.session,
                child: kid.child,
            });
            if (this.ui.kid === kid.key) {
                this.ui.history = history;
            }
        } catch {
            // Offline: what is kept here is shown.
        }
    }

    historyWords(one) {
        if (one.kind === "undo") {
            return _t("Taken back");
        }
        if (one.kind === "option") {
            return one.option;
        }
        return WORD[one.answer === "excused" ? "absent" : one.answer];
    }

    get kid() {
        return this.data.kids[this.ui.kid];
    }

    get queueOfKid() {
        return this.desk.queue.filter((one) => one.key === this.ui.kid);
    }

    closeSheet() {
        this.guard = Date.now() + GHOST;
        this.sheet.el?.close();
    }

    sheetClosed() {
        this.guard = Date.now() + GHOST;
        const {kid} = this;
        this.scanner?.stop();
        this.scanner = null;
        this.ui.sheet = "";
        if (kid) {
            document.querySelector(`#${CSS.escape(domId(kid))} .kid__more`)?.focus({
                preventScroll: true,
            });
        }
        this.ui.kid = "";
    }

    outside(event) {
        if (event.target === this.sheet.el) {
            this.closeSheet();
        }
    }

    // === Nobody expected them === //

    get found() {
        const words = plain(this.ui.search).split(/\s+/).filter(Boolean);
        if (words.join("").length < 2) {
            return [];
        }
        const {kids} = this.data;
        return this.data.names
            .filter(([, first, last]) => startsWith(`${first} ${last}`, words))
            .slice(0, 12)
            .map((name) => ({
                name,
                full: `${name[1]} ${name[2]}`,
                there: kids[`${this.ui.session}:${name[0]}`],
            }));
    }

    async walkIn(one) {
        const isNew = !one.there;
        const done = await this.desk.addWalkIn(this.ui.session, one.name);
        if (done) {
            this.desk.remember([done], `${one.full} – ${WORD.present}`);
            const words = isNew ? _t("%s added, not booked.", one.full) : one.full;
            say(words);
        }
        this.closeSheet();
    }

    async addUnknown() {
        const words = this.ui.unknown.trim() || this.ui.search.trim();
        if (!words) {
            return;
        }
        const done = await this.desk.addUnknown(this.ui.session, words);
        this.desk.remember([done], words);
        this.closeSheet();
    }

    async noteByName() {
        const words = this.ui.unknown.trim();
        if (!words) {
            return;
        }
        const uid = newIdentity();
        const row = bareRow({
            child: `?${uid}`,
            session: 0,
            first: words,
            unknown: true,
        });
        await this.desk.gesture(
            {...row, key: `0:?${uid}`},
            {
                uid,
                kind: "unknown",
                child: null,
                target: "",
                answer: "present",
                words,
                adds: true,
                row,
            }
        );
        this.ui.unknown = "";
        say(_t("%s noted.", words));
    }

    get nameless() {
        return this.desk.kidsOf(0);
    }

    // === Cards === //

    openScan() {
        Object.assign(this.ui, {code_typed: "", camera: "", scanned: ""});
        this.openSheet("scan");
    }

    async startCamera() {
        this.scanner = new Scanner((text) => this.scanned(text));
        try {
            await this.scanner.start(this.video.el);
        } catch (error) {
            const words = {
                none: _t("This device has no camera: type the code of the card."),
                refused: _t(
                    "The browser does not give the camera: allow it in the settings of " +
                        "the page, or type the code of the card."
                ),
                insecure: _t(
                    "The camera needs a page on HTTPS: type the code of the card."
                ),
            };
            this.ui.camera =
                words[error instanceof NoCamera ? error.kind : "none"] || words.none;
        }
    }

    typedCode() {
        const code = this.ui.code_typed;
        this.ui.code_typed = "";
        if (code.trim()) {
            this.scanned(code);
        }
    }

    /** A card that was read is a tap on the child; read twice, it is nothing more. */
    async scanned(text) {
        const code = codeOf(text);
        const name = this.data.names.find((one) => one[6] === code);
        if (!code || !name) {
            this.sayScan(_t("This card is not known, or not valid any more."));
            return;
        }
        const kid = this.data.kids[`${this.session.id}:${name[0]}`];
        const full = `${name[1]} ${name[2]}`;
        if (!kid) {
            this.sayScan(_t("%s is not booked: touch “Child not booked”.", full));
            return;
        }
        if (this.session.locked) {
            this.sayScan(this.session.locked);
            return;
        }
        if (!["present", "gone"].includes(kid.state)) {
            await this.mark(kid, "present");
            this.sayScan(`${full} – ${WORD.present}`);
            return;
        }
        const since = this.desk.now() - (kid.at || 0);
        if (kid.state === "present" && kid.times && since > CARD_STAYS) {
            if (kid.not.length) {
                this.closeSheet();
                setTimeout(() => this.openKid(kid), GHOST);
                return;
            }
            await this.mark(kid, "gone");
            this.sayScan(`${full} – ${WORD.gone}`);
            return;
        }
        this.sayScan(
            _t("%(child)s: already %(state)s", {
                child: full,
                state: WORD[kid.state].toLowerCase(),
            })
        );
    }

    sayScan(words) {
        this.ui.scanned = words;
        say(words);
    }

    // === The end === //

    get missing() {
        const kids = this.desk.kidsOf(this.session.id);
        return {
            expected: kids.filter((kid) => kid.state === "expected").length,
            here: this.session.times
                ? kids.filter((kid) => kid.state === "present" && kid.times).length
                : 0,
            clashes: kids.filter((kid) => kid.clash).length,
            unsent: this.data.queued,
            walkIns: kids.filter((kid) => kid.walk_in && kid.state !== "expected")
                .length,
            stayed: kids.filter((kid) => this.proposed(kid)),
            left: kids.filter((kid) => this.isLeft(this.session, kid)),
            counts: countOf(kids),
        };
    }

    get isMissing() {
        const {expected, here, clashes, unsent} = this.missing;
        return Boolean(expected || here || clashes || unsent || this.data.net !== "on");
    }

    /** The option to propose to a child that stayed past its own, as the server does. */
    proposed(kid) {
        const {options, grace, times} = this.session;
        const current = options.find((option) => option.id === kid.option);
        const isHere = kid.state === "present" && kid.times;
        const isToday = this.session.date === this.desk.today;
        const until = isHere ? (isToday ? this.desk.hours() : 24) : kid.left;
        if (!times || !current?.end || !(isHere || kid.state === "gone") || !until) {
            return null;
        }
        if (until <= current.end + grace) {
            return null;
        }
        const later = options
            .filter((option) => option.end > current.end)
            .sort((a, b) => a.end - b.end);
        return later.find((one) => until <= one.end + grace) || later.at(-1) || null;
    }

    see(filter) {
        this.setFilter(filter);
        this.closeSheet();
    }

    async close() {
        const {session} = this;
        try {
            const answer = await this.desk.talk("close", {session: session.id});
            session.locked = answer.locked;
            say(answer.locked);
        } catch (error) {
            this.data.notice =
                error instanceof Refused
                    ? error.message
                    : _t("The list is closed with network only.");
        }
        this.closeSheet();
    }

    /** Who may open the day again, by name. */
    get deskNames() {
        return (this.data.info?.desk || []).join(", ") || _t("Management");
    }

    openUnlock() {
        this.ui.reason = "";
        this.ui.words = "";
        this.openSheet("unlock");
    }

    typeReason(event) {
        this.ui.reason = event.target.value;
        this.ui.words = "";
    }

    async askToUnlock() {
        const reason = this.ui.reason.trim();
        if (!reason) {
            this.ui.words = _t("Say what is to be corrected.");
            return;
        }
        try {
            await this.desk.talk("ask", {session: this.session.id, reason});
            this.data.notice = _t("Handed to: %s.", this.deskNames);
            say(this.data.notice);
            this.closeSheet();
        } catch (error) {
            this.ui.words =
                error instanceof Refused
                    ? error.message
                    : _t("This needs the network: ask again once it is back.");
        }
    }

    // === Evacuation === //

    get inBuilding() {
        const hours = this.desk.hours();
        const running = new Set(this.desk.running(hours).map((one) => one.id));
        const here = new Map();
        const maybe = new Map();
        for (const kid of Object.values(this.data.kids)) {
            const isRunning = running.has(kid.session) || kid.session === 0;
            const key = String(kid.child);
            if (isRunning && kid.state === "present") {
                here.set(key, kid);
            } else if (isRunning && kid.state === "expected") {
                maybe.set(key, kid);
            }
        }
        for (const key of here.keys()) {
            maybe.delete(key);
        }
        const counted = [...here.values()].filter((kid) => this.ui.counted[kid.child]);
        const groups = new Map();
        for (const kid of [...here.values()].sort(byClass)) {
            const building = this.desk.session(kid.session)?.building || kid.school;
            const label = [building, kid.class || _t("Without a class")]
                .filter(Boolean)
                .join(" – ");
            groups.set(label, [...(groups.get(label) || []), kid]);
        }
        return {
            here: here.size,
            maybe: [...maybe.values()].sort(byClass),
            counted: counted.length,
            groups: [...groups].map(([label, kids]) => ({
                label,
                kids,
                counted: kids.filter((kid) => this.ui.counted[kid.child]).length,
            })),
            adults: this.adults,
            adultsCounted: this.adults.filter((one) => this.ui.counted[one.key]).length,
        };
    }

    /**
     * Adults of the building: agents who opened a list that is running or marked
     * somebody there, and those whom the family desk keeps for each school.
     */
    get adults() {
        const running = this.desk.running();
        const schools = new Set(
            Object.values(this.data.kids)
                .filter((kid) => running.some((one) => one.id === kid.session))
                .map((kid) => kid.school)
        );
        const agents = new Map();
        const add = (id, name) => name && agents.set(`agent-${id}`, name);
        for (const session of running) {
            (session.agents || []).forEach(([id, name]) => add(id, name));
            this.desk.kidsOf(session.id).forEach((kid) => add(kid.by_id, kid.by));
        }
        add(this.data.agent?.id, this.data.agent?.name);
        const here = (this.data.info?.adults || []).filter(
            (one) => !schools.size || schools.has(one.school)
        );
        return [
            ...[...agents].map(([key, name]) => ({key, name, role: _t("Agent")})),
            ...here.map((one) => ({
                key: `adult-${one.id}`,
                name: one.name,
                role: [one.role, one.school].filter(Boolean).join(" – "),
            })),
        ].sort((a, b) => COLLATOR.compare(a.name, b.name));
    }

    openEvacuation() {
        this.ui.evac = true;
    }

    countIn(key) {
        this.ui.counted[key] = true;
    }

    countOut(key) {
        delete this.ui.counted[key];
    }

    closeEvacuation() {
        this.evacuation.el?.close();
    }

    evacuationClosed() {
        this.ui.evac = false;
        this.guard = Date.now() + GHOST;
    }

    print() {
        window.print();
    }

    // === The network === //

    get clashes() {
        return this.kids.filter((kid) => kid.clash).length;
    }

    get others() {
        const mine = this.data.agent?.id;
        const names = this.kids.filter((kid) => kid.by && kid.by_id !== mine);
        return [...new Set(names.map((kid) => kid.by))].slice(0, 2).join(", ");
    }

    get loginAddress() {
        return "/web/login?redirect=/espace-famille/pointage";
    }

    keptWords(one) {
        const name = one.row ? fullName(one.row) : this.desk.nameOf(one.key);
        const word =
            one.kind === "undo" ? _t("Taken back") : WORD[one.answer] || _t("Option");
        return {name, line: `${word} ${clock(one.hours)}, ${one.author_name}`};
    }

    // === Agents === //

    async openAgents() {
        this.ui.code = "";
        this.ui.words = "";
        this.ui.agent = 0;
        this.openSheet("agent");
        try {
            this.ui.agents = await this.desk.talk("agents", {});
        } catch {
            this.ui.words = _t("Changing the agent needs the network.");
        }
    }

    async confirmAgent() {
        try {
            await this.desk.becomes(this.ui.agent, this.ui.code);
            this.closeSheet();
        } catch (error) {
            this.ui.words =
                error instanceof Refused
                    ? error.message
                    : _t("Changing the agent needs the network.");
        }
        this.ui.code = "";
    }

    async chooseCode() {
        try {
            await this.desk.talk("code", {code: this.ui.code});
            this.ui.words = _t("Your code is kept.");
            this.data.info.has_code = true;
        } catch (error) {
            this.ui.words = error.message || _t("This needs the network.");
        }
        this.ui.code = "";
    }

    // === Keyboard === //

    keydown(event) {
        if (this.ui.sheet || this.ui.evac || !this.session) {
            return;
        }
        if (["INPUT", "TEXTAREA"].includes(event.target.tagName)) {
            if (event.key === "Escape") {
                this.ui.needle = "";
                this.ui.finding = false;
            }
            return;
        }
        const item = event.target.closest?.(".kid");
        const isPlain = !(event.ctrlKey || event.metaKey || event.altKey);
        const act =
            this.keyAnywhere(event) || (item && isPlain && this.keyOnKid(event, item));
        if (act) {
            event.preventDefault();
            act();
        }
    }

    keyAnywhere(event) {
        if (event.key === "/") {
            return () => this.startFinding();
        }
        if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
            return () => this.desk.undo();
        }
        return null;
    }

    keyOnKid(event, item) {
        const kid = this.data.kids[item.dataset.key];
        const act = {
            a: () => this.refuseLocked() || this.mark(kid, "absent"),
            p: () => this.session.times && this.leave(kid),
            o: () => this.openKid(kid),
        }[event.key];
        if (act) {
            return act;
        }
        const taps = [...this.list.el.querySelectorAll(".kid__tap")];
        const grid = getComputedStyle(this.list.el.querySelector(".kids"));
        const columns = grid.gridTemplateColumns.split(" ").length;
        const steps = {
            ArrowRight: 1,
            ArrowLeft: -1,
            ArrowDown: columns,
            ArrowUp: -columns,
        };
        const step = steps[event.key];
        const next = step && taps[taps.indexOf(item.querySelector(".kid__tap")) + step];
        return next ? () => next.focus() : null;
    }
}

/** Put kids that follow one another under the label they share. */
function byLabel(kids, labelOf) {
    const sections = [];
    for (const kid of kids) {
        const label = labelOf(kid);
        const last = sections.at(-1);
        if (last?.[0] === label) {
            last[1].push(kid);
        } else {
            sections.push([label, [kid]]);
        }
    }
    return sections;
}

/** Put letters together so that each section holds a screenful at most. */
function lettersOf(kids, nameOf) {
    const size = Math.max(3, Math.ceil(kids.length / 9));
    const sections = [];
    const letters = byLabel(kids, (kid) => plain(nameOf(kid))[0]?.toUpperCase() || "?");
    for (const [letter, group] of letters) {
        const last = sections.at(-1);
        if (last && last.kids.length + group.length <= size + 1) {
            last.label = `${last.from}–${letter}`;
            last.kids.push(...group);
        } else {
            sections.push({label: letter, from: letter, kids: [...group]});
        }
    }
    return sections;
}

function countOf(kids) {
    const counts = {expected: 0, present: 0, absent: 0, gone: 0, announced: 0};
    for (const kid of kids) {
        counts[kid.state]++;
    }
    return counts;
}

function startsWith(name, words) {
    const parts = plain(name).split(/[\s'-]/);
    return words.every((word) => parts.some((part) => part.startsWith(word)));
}

function shortName(name, last) {
    return name.replace(` ${last}`, "");
}

function byClass(one, other) {
    return COLLATOR.compare(
        `${String(one.order[0]).padStart(8, "0")}${one.class}${one.last}`,
        `${String(other.order[0]).padStart(8, "0")}${other.class}${other.last}`
    );
}

function domId(kid) {
    return `k${kid.key.replace(/[^\w-]/g, "_")}`;
}

/** Have the device open the page without network. */
async function install(desk) {
    if (!("serviceWorker" in navigator)) {
        return;
    }
    const scope = "/espace-famille/pointage";
    await navigator.serviceWorker.register(`${scope}/service-worker.js`, {scope});
    const {active} = await navigator.serviceWorker.ready;
    const parts = [...document.querySelectorAll("script[src], link[href]")].map(
        (element) => element.src || element.href
    );
    // What reads cards, where the browser does not do it itself.
    const reader = desk.state.info?.cards && !("BarcodeDetector" in globalThis);
    active.postMessage({keep: [scope, ...parts, ...(reader ? [READER] : [])]});
}

function dress() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const wear = () => {
        document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
    };
    dark.addEventListener("change", wear);
    wear();
}

whenReady(async () => {
    dress();
    drawIcons();
    const desk = new Desk();
    const app = new App(Attendance, {
        getTemplate,
        props: {desk},
        translateFn: (text) => _t(text),
        translatableAttributes: ["aria-label"],
    });
    const root = document.getElementById("root");
    root.textContent = "";
    await app.mount(root);
    await desk.start();
    install(desk).catch(() => {});
});
