// The desk of one device: its lists, its gestures, what it sends and what it is told.
// Nothing here draws; `app.esm.js` shows it.

import {LoggedOut, Offline, Refused, call} from "./wire.esm";
import {Store, newIdentity} from "./store.esm";
import {Bus} from "./bus.esm";
import {COUNTED, _t, clock, plain, say} from "./words.esm";
import {dayOf, hoursOf, overlay, snapshot} from "./standing.esm";
import {reactive} from "@odoo/owl";

// Others' gestures are told by the bus; whoever has none asks, and all ask at times.
const POLL = 10000;
const POLL_BESIDE_BUS = 30000;
// Without network: whether it is back.
const POLL_LOST = 4000;
// What many do at the same time is asked for once.
const TOGETHER = 150;
const SLOW = 3000;
const BATCH = 100;
// Photos of one question.
const PHOTOS = 60;
const RETRIES = [1000, 2000, 4000, 8000, 15000];
// Lists older than this are erased at the latest, once everything is sent.
const OLDEST = 36 * 3600 * 1000;

export const WORD = {
    expected: _t("Expected"),
    present: _t("Present"),
    absent: _t("Absent"),
    gone: _t("Left"),
    announced: _t("Absence announced"),
};

export class Desk {
    constructor() {
        this.store = new Store();
        this.queue = [];
        this.rows = {};
        this.offset = 0;
        this.tries = 0;
        this.sending = false;
        this.schools = [];
        this.listed = new Set();
        // By how much the clock jumped since the last answer, until that is said.
        this.jumped = 0;
        // Which bookings the last answer told of, so that nothing is told twice.
        this.stamps = {};
        this.bus = new Bus(() => this.somethingChanged());
        this.state = reactive({
            ready: false,
            info: null,
            sessions: [],
            kids: {},
            names: [],
            // Of children whose family allows it: {child: address of the picture}.
            photos: {},
            agent: null,
            net: "on",
            since: 0,
            updated: 0,
            queued: 0,
            refused: [],
            notice: "",
            full: false,
            clockOff: 0,
            keptAt: 0,
            // No list was kept, and there is no network.
            bare: false,
            undo: [],
            tick: 0,
        });
    }

    // === Start === //

    async start() {
        try {
            await this.store.open();
        } catch {
            this.state.full = true;
            this.store.database = null;
        }
        this.channel =
            "BroadcastChannel" in globalThis
                ? new BroadcastChannel("espace-attendance")
                : null;
        if (this.channel) {
            this.channel.onmessage = () => this.readQueue();
        }
        if (this.store.database) {
            this.offset = (await this.store.get("meta", "offset")) || 0;
            this.schools = (await this.store.get("meta", "schools")) || [];
            this.state.refused = (await this.store.get("meta", "refused")) || [];
            await this.readQueue();
            const lists = await this.store.readLists();
            if (lists && this.mayKeep(lists)) {
                this.take(lists, lists.keptAt);
                this.pictures = await this.store.readPhotos();
                this.showPhotos();
            }
        }
        this.state.ready = true;
        await this.load();
        setInterval(() => this.lookAtTimes(), POLL / 5);
        setInterval(() => {
            this.state.tick++;
            this.eraseOldLists();
        }, 20000);
        window.addEventListener("online", () => this.wake());
        window.addEventListener("offline", () => this.lost());
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden) {
                this.wake();
            }
        });
    }

    now() {
        return Date.now() + this.offset;
    }

    hours(instant = this.now()) {
        return hoursOf(instant, this.tz);
    }

    /** The day it is, which may not be that of the lists that are kept here. */
    get today() {
        return this.state.info ? dayOf(this.now(), this.tz) : "";
    }

    get tz() {
        return this.state.info?.tz || "Europe/Paris";
    }

    mayKeep(lists) {
        const young = this.now() - lists.keptAt < OLDEST;
        const today = lists.info.today === dayOf(this.now(), lists.info.tz);
        return this.queue.length > 0 || (young && today);
    }

    async eraseOldLists() {
        const {info, keptAt} = this.state;
        if (!info || this.mayKeep({info, keptAt}) || !this.store.database) {
            return;
        }
        await this.store.eraseLists();
        Object.assign(this.state, {info: null, sessions: [], kids: {}, names: []});
        this.rows = {};
        this.pictures = {};
        this.showPhotos();
        await this.load();
    }

    /** Fetch the lists of the day; those that are kept stay until they have come. */
    async load() {
        try {
            const asked = Date.now();
            const lists = await this.talk("open", {
                device: this.store.device || "",
                schools: this.schools || [],
            });
            this.measure(lists.now, asked);
            const {sessions, lists: children, names, ...info} = lists;
            const user = this.state.info?.user;
            if (user && user.id !== info.user.id && this.store.database) {
                await this.store.eraseLists();
                this.state.undo = [];
                this.state.agent = null;
            }
            this.take({info, sessions, children, names}, this.now());
            await this.keep();
            await this.nameTheNameless();
            this.flush();
            this.photos();
        } catch (error) {
            if (error instanceof Refused) {
                this.state.notice = error.message;
            }
            this.state.bare = !this.state.info;
        }
    }

    take({info, sessions, children, names}, keptAt) {
        const known = Object.fromEntries(this.state.sessions.map((s) => [s.id, s]));
        this.rows = {};
        for (const {children: rows} of children) {
            for (const row of rows) {
                this.rows[keyOf(row)] = row;
            }
        }
        Object.assign(this.state, {info, names, keptAt, bare: false});
        this.state.agent ||= {...info.user, token: info.token};
        if (this.state.agent.id === info.user.id) {
            this.state.agent.token = info.token;
        }
        this.listed = new Set(children.map((one) => one.session));
        this.state.sessions = sessions.map((session) => ({
            ...(known[session.id] || {}),
            ...session,
        }));
        this.state.updated = keptAt;
        this.refreshAll();
        this.listen();
    }

    /** Hear of the days whose lists are here. */
    listen() {
        const {bus} = this.state.info;
        if (bus) {
            this.bus.listen(bus, [...this.listed]);
        }
    }

    /** Ask what it was, once for what comes together. */
    somethingChanged() {
        clearTimeout(this.soon);
        this.soon = setTimeout(() => this.news(), TOGETHER);
    }

    /** Write the lists to the device, as the server last said them. */
    async keep() {
        if (!this.store.database || !this.state.info) {
            return;
        }
        const of = (id) => Object.values(this.rows).filter((row) => row.session === id);
        try {
            await this.store.keepLists({
                info: {...this.state.info},
                sessions: JSON.parse(JSON.stringify(this.state.sessions)),
                children: [...this.listed].map((id) => ({
                    session: id,
                    children: of(id),
                })),
                names: this.state.names,
                keptAt: this.state.keptAt,
            });
        } catch {
            this.state.full = true;
        }
    }

    /** Say who is there, for the list of an evacuation; nobody waits for it. */
    async arrive(session) {
        const {agent} = this.state;
        if (!agent) {
            return;
        }
        try {
            await call("here", {
                session,
                device: this.store.device || "",
                token: agent.token,
            });
        } catch {
            // Offline: this device knows its own agent.
        }
    }

    /** Fetch the list of a day that is not today's. */
    async openSession(id) {
        if (this.listed?.has(id)) {
            return true;
        }
        try {
            const answer = await this.talk("list", {
                sessions: [id],
                schools: this.schools || [],
            });
            for (const {session, children} of answer.lists) {
                this.listed.add(session);
                children.forEach((row) => this.setRow(row));
            }
            this.listen();
            await this.keep();
            return true;
        } catch (error) {
            this.state.notice = error instanceof Refused ? error.message : "";
            return false;
        }
    }

    async chooseSchools(ids) {
        this.schools = ids;
        await this.store.put("meta", "schools", ids);
        await this.load();
    }

    // === Photos === //

    /**
     * Keep the photos that the lists speak of, and erase all others at once: a family
     * may have taken its consent back.
     */
    async photos() {
        const wanted = {};
        for (const row of Object.values(this.rows)) {
            if (row.photo) {
                wanted[row.child] = row.photo;
            }
        }
        const known = this.pictures || {};
        this.pictures = Object.fromEntries(
            Object.entries(known).filter(([child, one]) => wanted[child] === one.stamp)
        );
        const missing = Object.keys(wanted).filter((child) => !this.pictures[child]);
        try {
            while (missing.length) {
                const some = missing.splice(0, PHOTOS).map(Number);
                const answer = await call("photos", {children: some});
                for (const [child, data] of Object.entries(answer)) {
                    this.pictures[child] = {stamp: wanted[child], data};
                }
            }
        } catch {
            // Offline: initials are shown until it is back.
        }
        this.showPhotos();
        if (this.store.database) {
            await this.store
                .put("lists", "photos", await this.store.seal(this.pictures))
                .catch(() => {});
        }
    }

    showPhotos() {
        this.state.photos = Object.fromEntries(
            Object.entries(this.pictures || {}).map(([child, one]) => [child, one.data])
        );
    }

    // === What the screen shows === //

    refreshAll() {
        const keys = new Set([
            ...Object.keys(this.rows),
            ...this.queue.map((one) => one.key).filter(Boolean),
        ]);
        for (const key of Object.keys(this.state.kids)) {
            if (!keys.has(key)) {
                delete this.state.kids[key];
            }
        }
        keys.forEach((key) => this.refresh(key));
    }

    refresh(key) {
        const mine = this.queue.filter((one) => one.key === key);
        const row = this.rows[key] || mine.find((one) => one.adds)?.row;
        if (!row) {
            delete this.state.kids[key];
            return;
        }
        const shown = {...overlay(row, mine), key};
        if (shown.taken && !this.rows[key]) {
            delete this.state.kids[key];
            return;
        }
        const refused = this.state.refused.find((one) => one.key === key);
        if (refused && !mine.length) {
            Object.assign(shown, {sync: "refused", why: refused.reason});
        }
        if (this.state.kids[key]) {
            Object.assign(this.state.kids[key], shown);
        } else {
            this.state.kids[key] = shown;
        }
    }

    setRow(row) {
        const key = keyOf(row);
        const health = this.rows[key]?.health;
        this.rows[key] = health === undefined ? row : {...row, health};
        this.refresh(key);
    }

    kidsOf(sessionId) {
        return Object.values(this.state.kids).filter(
            (kid) => kid.session === sessionId
        );
    }

    session(id) {
        return this.state.sessions.find((session) => session.id === id);
    }

    // === Gestures === //

    /**
     * Record a gesture: kept on the device first, then shown, then sent.
     *
     * @param {Object} kid of the list
     * @param {Object} said kind, answer, times, with whom…
     * @returns {Promise<Object>} the gesture
     */
    async gesture(kid, said) {
        const at = this.now();
        const agent = this.state.agent || {id: 0, name: "", token: ""};
        const isUnknown = String(kid.child).startsWith("?");
        const one = {
            uid: newIdentity(),
            kind: "mark",
            key: kid.key || keyOf(kid),
            session: kid.session,
            child: isUnknown ? null : kid.child,
            target: isUnknown ? String(kid.child).slice(1) : "",
            at,
            hours: this.hours(at),
            seen: [...(kid.heads || [])].slice(0, 50),
            author: agent.id,
            author_name: agent.name,
            token: agent.token,
            before: snapshot(kid),
            ...said,
        };
        try {
            one.seq = await this.store.add(one);
        } catch {
            // Not kept: it lives in the memory of this page, and that is said.
            this.state.full = true;
        }
        if (!this.queue.some((known) => known.uid === one.uid)) {
            this.queue.push(one);
        }
        this.state.queued = this.queue.length;
        this.refresh(one.key);
        this.channel?.postMessage("queue");
        this.flush();
        return one;
    }

    async mark(kid, answer, more = {}) {
        const session = this.session(kid.session);
        if (session?.locked) {
            say(session.locked);
            return null;
        }
        if (kid.state === answer && !("arrived" in more) && !("left" in more)) {
            say(
                _t("%(child)s: already %(state)s", {
                    child: fullName(kid),
                    state: WORD[answer].toLowerCase(),
                })
            );
            return null;
        }
        const said = {answer, ...more};
        if (answer === "present" && !("arrived" in said) && kid.arrived) {
            said.arrived = kid.arrived;
        }
        if (answer === "gone" && kid.arrived && !("arrived" in said)) {
            said.arrived = kid.arrived;
        }
        const one = await this.gesture(kid, said);
        const here = this.kidsOf(kid.session);
        const count = (state) => here.filter((k) => k.state === state).length;
        say(
            _t("%(child)s %(state)s. %(present)s, %(expected)s.", {
                child: fullName(kid),
                state: WORD[answer].toLowerCase(),
                present: COUNTED.present(count("present")),
                expected: COUNTED.expected(count("expected")),
            })
        );
        return one;
    }

    remember(gestures, words) {
        const done = gestures.filter(Boolean);
        if (done.length) {
            this.state.undo.push({
                gestures: done.map(({uid, key, before, adds}) => ({
                    uid,
                    key,
                    before,
                    adds,
                })),
                words,
                at: this.hours(),
            });
        }
    }

    /** Take back the last gesture of this device, unless somebody else went on from it. */
    async undo() {
        const last = this.state.undo.pop();
        for (const {uid, key, before, adds} of last?.gestures || []) {
            const kid = this.state.kids[key];
            if (!kid) {
                continue;
            }
            const others = kid.heads.length && !kid.heads.includes(uid);
            if (others && kid.by_id !== this.state.agent?.id) {
                this.state.notice = _t(
                    "%(agent)s recorded “%(answer)s” at %(time)s since.",
                    {
                        agent: kid.by,
                        answer: WORD[kid.state],
                        time: clock(this.hours(kid.at)),
                    }
                );
                say(this.state.notice);
                continue;
            }
            await this.gesture(kid, {kind: "undo", target: uid, before, adds});
            say(_t("Taken back"));
        }
    }

    /** Add a child that nobody expected. */
    async addWalkIn(sessionId, name) {
        const [child, first, last, cls, diet, pai] = name;
        const key = `${sessionId}:${child}`;
        const there = this.state.kids[key];
        if (there) {
            return this.mark(there, "present");
        }
        const session = this.session(sessionId);
        const hours = this.hours();
        const option =
            [...session.options]
                .sort((a, b) => (a.end || 24) - (b.end || 24))
                .find((one) => hours < (one.end || 24)) || session.options.at(-1);
        const row = bareRow({
            child,
            session: sessionId,
            first,
            last,
            class: cls,
            diet,
            pai,
            option: option?.id || 0,
            times: Boolean(option?.times),
        });
        return this.gesture({...row, key}, {answer: "present", adds: true, row});
    }

    /** Note a child that no list knows, by its name and class. */
    async addUnknown(sessionId, words) {
        const uid = newIdentity();
        const row = bareRow({
            child: `?${uid}`,
            session: sessionId,
            first: words,
            unknown: true,
            times: Boolean(this.session(sessionId)?.times),
        });
        return this.gesture(
            {...row, key: `${sessionId}:?${uid}`},
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
    }

    /** Give those that were noted by name without any list the day they were there. */
    async nameTheNameless() {
        for (const one of this.queue.filter((gesture) => !gesture.session)) {
            const running = this.running(one.hours)[0] || this.state.sessions[0];
            if (!running) {
                return;
            }
            const match = this.kidsOf(running.id).filter(
                (kid) => plain(fullName(kid)) === plain(one.words)
            );
            const kid = match.length === 1 ? match[0] : null;
            const known = kid
                ? {kind: "mark", child: kid.child, key: kid.key, adds: false, words: ""}
                : {key: `${running.id}:?${one.uid}`};
            Object.assign(one, known, {session: running.id});
            one.row = {...one.row, session: running.id};
            const seq = await this.store.add(one);
            await this.store.drop([one.seq]);
            one.seq = seq;
        }
        this.refreshAll();
    }

    /** Return today's sessions that take place at these hours. */
    running(hours = this.hours()) {
        return this.state.sessions.filter(
            (session) =>
                session.date === this.today &&
                !session.locked &&
                hours >= (session.start || 0) - 0.5 &&
                (session.times || hours <= (session.end || 24) + 1)
        );
    }

    // === Sending === //

    async readQueue() {
        if (!this.store.database) {
            return;
        }
        const memory = this.queue.filter((one) => !one.seq);
        this.queue = [...(await this.store.queue()), ...memory];
        this.state.queued = this.queue.length;
        this.refreshAll();
    }

    wake() {
        this.tries = 0;
        this.bus.wake();
        this.flush();
        this.look();
    }

    /** Ask what is new if nobody has said anything for a while. */
    async lookAtTimes() {
        const beside = this.bus.isOpen ? POLL_BESIDE_BUS : POLL;
        const pause = this.state.net === "on" ? beside : POLL_LOST;
        if (Date.now() - (this.looked || 0) >= pause) {
            await this.look();
        }
    }

    /** Fetch what is missing, or ask what is new. */
    async look() {
        if (this.state.info) {
            await this.news();
        } else if (!document.hidden && !this.asking) {
            this.looked = Date.now();
            this.asking = true;
            await this.load();
            this.asking = false;
        }
    }

    /** Send what is kept, in order; only one tab of a device does. */
    async flush() {
        if (this.sending) {
            this.again = true;
            return;
        }
        this.sending = true;
        clearTimeout(this.retry);
        try {
            if (navigator.locks) {
                await navigator.locks.request("espace-send", () => this.sendAll());
            } else {
                await this.sendAll();
            }
            this.tries = 0;
        } catch (error) {
            if (!(error instanceof LoggedOut)) {
                const pause = RETRIES[Math.min(this.tries++, RETRIES.length - 1)];
                this.retry = setTimeout(() => this.flush(), pause);
            }
        } finally {
            this.sending = false;
        }
        if (this.again) {
            this.again = false;
            this.flush();
        }
    }

    async sendAll() {
        for (;;) {
            const batch = this.queue.filter((one) => one.session).slice(0, BATCH);
            if (!batch.length) {
                return;
            }
            const asked = Date.now();
            const answer = await this.talk("send", {
                device: this.store.device || "memory",
                said_now: this.now() + this.jumped,
                events: batch.map(toSend),
                ...this.since(),
            });
            this.jumped = 0;
            await this.settle(batch, answer);
            this.measure(answer.now, asked);
            this.hear(answer);
            await this.keep();
        }
    }

    async settle(batch, answer) {
        const results = Object.fromEntries(answer.results.map((one) => [one.uid, one]));
        const done = batch.filter((one) => results[one.uid]);
        const uids = new Set(done.map((one) => one.uid));
        await this.store.drop(done.map((one) => one.seq).filter(Boolean));
        this.queue = this.queue.filter((one) => !uids.has(one.uid));
        this.state.queued = this.queue.length;
        this.state.clockOff = answer.off;
        let aside = 0;
        for (const one of done) {
            const {result, reason} = results[one.uid];
            if (result === "aside" && one.kind !== "unknown") {
                aside++;
                this.state.notice = `${reason} ${_t("For the family desk: %s.", aside)}`;
            } else if (result === "kept" && reason) {
                this.state.notice = reason;
            } else if (result === "refused") {
                this.state.refused.push({
                    key: one.key,
                    uid: one.uid,
                    name: one.row ? fullName(one.row) : this.nameOf(one.key),
                    answer: one.answer,
                    hours: one.hours,
                    reason,
                });
            }
        }
        if (this.store.database) {
            await this.store
                .put("meta", "refused", JSON.parse(JSON.stringify(this.state.refused)))
                .catch(() => {});
        }
        this.channel?.postMessage("queue");
        // What the server did not take back is shown as it says.
        uids.forEach((uid) => {
            const {key} = done.find((one) => one.uid === uid);
            if (key) {
                this.refresh(key);
            }
        });
    }

    nameOf(key) {
        const kid = this.state.kids[key];
        return kid ? fullName(kid) : "";
    }

    async forgetRefused() {
        this.state.refused = [];
        await this.store.put("meta", "refused", []).catch(() => {});
        this.refreshAll();
    }

    since() {
        return {
            sessions: [...(this.listed || [])],
            schools: this.schools || [],
            since: this.heard || this.state.keptAt,
            stamps: this.stamps,
        };
    }

    /** Ask what others did; nobody waits for it. */
    async news() {
        if (document.hidden || !this.state.info) {
            return;
        }
        if (this.asking) {
            // What changed since that question is asked for after it.
            this.askAgain = true;
            return;
        }
        this.asking = true;
        this.looked = Date.now();
        try {
            const asked = Date.now();
            const answer = await this.talk("news", this.since());
            this.measure(answer.now, asked);
            if (this.hear(answer)) {
                await this.keep();
                this.photos();
            }
            if (this.queue.length && !this.sending) {
                this.flush();
            }
            if (this.state.info.today !== this.today) {
                await this.load();
            }
        } catch {
            // Said by `talk`.
        } finally {
            this.asking = false;
        }
        if (this.askAgain) {
            this.askAgain = false;
            this.somethingChanged();
        }
    }

    hear(answer) {
        let changed = false;
        this.stamps = answer.stamps;
        for (const row of answer.rows) {
            const same =
                JSON.stringify({...this.rows[keyOf(row)], health: 0}) ===
                JSON.stringify({...row, health: 0});
            if (!same) {
                changed = true;
                this.setRow(row);
            }
        }
        for (const [session, child] of answer.left) {
            changed = true;
            delete this.rows[`${session}:${child}`];
            this.refresh(`${session}:${child}`);
        }
        for (const {session, rows} of answer.unknown) {
            const keys = new Set(rows.map(keyOf));
            for (const key of Object.keys(this.rows)) {
                const known = this.rows[key];
                if (known.unknown && known.session === session && !keys.has(key)) {
                    delete this.rows[key];
                    this.refresh(key);
                }
            }
            rows.forEach((row) => this.setRow(row));
        }
        for (const [id, agents] of Object.entries(answer.agents)) {
            const session = this.session(Number(id));
            if (session) {
                session.agents = agents;
            }
        }
        for (const [id, words] of Object.entries(answer.locked)) {
            const session = this.session(Number(id));
            if (session && session.locked !== words) {
                session.locked = words;
                changed = true;
            }
        }
        this.heard = answer.now;
        this.state.updated = answer.now;
        return changed;
    }

    measure(serverNow, asked) {
        const middle = (asked + Date.now()) / 2;
        const offset = serverNow - middle;
        if (Math.abs(offset - this.offset) > 500) {
            if (this.queue.length) {
                // The gestures that wait were made on the clock as it was.
                this.jumped += this.offset - offset;
            }
            this.offset = offset;
            if (this.store.database) {
                this.store.put("meta", "offset", offset).catch(() => {});
            }
        }
    }

    // === The network === //

    async talk(name, params) {
        const slow = setTimeout(() => this.lost(), SLOW);
        try {
            const result = await call(name, params);
            this.found();
            return result;
        } catch (error) {
            if (error instanceof LoggedOut) {
                this.state.net = "auth";
            } else if (error instanceof Offline) {
                this.lost();
            } else {
                this.found();
            }
            throw error;
        } finally {
            clearTimeout(slow);
        }
    }

    lost() {
        if (this.state.net !== "off") {
            this.state.net = "off";
            this.state.since = this.now();
            say(_t("Offline: gestures are kept on this device."));
        }
    }

    found() {
        if (this.state.net !== "on") {
            this.state.net = "on";
            this.tries = 0;
        }
    }

    // === Agents === //

    async becomes(agent, code) {
        const answer = await this.talk("agent", {
            device: this.store.device || "",
            agent,
            code,
        });
        if (answer.refused) {
            throw new Refused(answer.refused);
        }
        this.state.agent = answer;
    }

    /** Log out, which erases the lists; never before everything is sent. */
    async logOut() {
        if (this.queue.length) {
            this.state.notice = _t(
                "%s: log out once everything is sent.",
                COUNTED.unsent(this.queue.length)
            );
            return;
        }
        this.bus.close();
        if (this.store.database) {
            await this.store.eraseLists();
        }
        location.href = "/web/session/logout?redirect=/web/login";
    }
}

export function keyOf(row) {
    return `${row.session}:${row.child}`;
}

export function fullName(kid) {
    return `${kid.first} ${kid.last}`.trim();
}

export function bareRow(values) {
    return {
        last: "",
        class: "",
        order: [10 ** 6, ""],
        school: "",
        option: 0,
        times: false,
        state: "expected",
        arrived: 0,
        left: 0,
        with: "",
        at: 0,
        by: "",
        by_id: 0,
        heads: [],
        clash: null,
        walk_in: true,
        remark: "",
        pai: false,
        diet: "",
        may: [],
        not: [],
        alone: false,
        ...values,
    };
}

/** Return of a gesture what the server is told. */
function toSend(one) {
    return {
        uid: one.uid,
        kind: one.kind,
        session: one.session,
        child: one.child,
        product: one.product || null,
        answer: one.answer || "expected",
        at: Math.round(one.at),
        seen: one.seen,
        target: one.target || "",
        arrived: one.arrived || null,
        left: one.left || null,
        with: one.with || "",
        words: one.words || "",
        token: one.token || "",
    };
}
