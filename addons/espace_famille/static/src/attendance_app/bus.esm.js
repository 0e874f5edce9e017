// Odoo's bus, as far as this page needs it: which of its days changed.
//
// A client of our own, for Odoo's is made for its whole web client (a shared worker, the
// services of the environment). What is spoken is in docs/odoo-internals.md.

// The pause before it is tried again, growing; some of it by chance, so that all
// tablets of a commune do not come back at the same instant.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
// A line that says nothing may be dead: the server drops it once it hears of it.
const SIGN_OF_LIFE = 55000;
// The log-in has ended; the page says so by itself and asks again after it.
const LOGGED_OUT = 4001;

export class Bus {
    /**
     * @param {Function} onChange called with nothing whenever one of the days changed,
     *     and each time the line is there again, for what was missed meanwhile
     */
    constructor(onChange) {
        this.onChange = onChange;
        this.channels = [];
        this.version = "";
        this.last = 0;
        this.pause = FIRST_PAUSE;
    }

    /** Whether others' gestures are told at once; else the page has to ask. */
    get isOpen() {
        return this.socket?.readyState === WebSocket.OPEN;
    }

    /**
     * Listen for these days.
     *
     * @param {String} version of the protocol, as the server says
     * @param {Number[]} sessions
     */
    listen(version, sessions) {
        const channels = sessions.map((id) => `espace_attendance:${id}`).sort();
        const same = channels.join() === this.channels.join();
        this.version = version;
        this.channels = channels;
        if (!this.isOpen) {
            this.open();
        } else if (!same) {
            this.subscribe();
        }
    }

    open() {
        const isOpening = this.socket?.readyState === WebSocket.CONNECTING;
        if (isOpening || this.isOpen || !this.version || !this.channels.length) {
            return;
        }
        clearTimeout(this.again);
        const root = location.origin.replace(/^http/, "ws");
        let socket = null;
        try {
            socket = new WebSocket(`${root}/websocket?version=${this.version}`);
        } catch {
            return;
        }
        this.socket = socket;
        socket.onopen = () => {
            this.pause = FIRST_PAUSE;
            this.subscribe();
            this.alive = setInterval(() => {
                if (this.isOpen) {
                    socket.send(new Uint8Array([0x00]));
                }
            }, SIGN_OF_LIFE);
            this.onChange();
        };
        socket.onmessage = (event) => this.hear(event.data);
        socket.onclose = (event) => this.closed(event);
    }

    subscribe() {
        this.socket.send(
            JSON.stringify({
                event_name: "subscribe",
                data: {channels: this.channels, last: this.last},
            })
        );
    }

    hear(data) {
        const notices = JSON.parse(data);
        this.last = Math.max(this.last, ...notices.map((notice) => notice.id));
        if (notices.some((notice) => notice.message.type === "espace_attendance")) {
            this.onChange();
        }
    }

    closed(event) {
        clearInterval(this.alive);
        this.socket = null;
        if (event.reason === "OUTDATED_VERSION") {
            // The next answer of the server says which one it speaks.
            this.version = "";
            return;
        }
        const pause = event.code === LOGGED_OUT ? LONGEST_PAUSE : this.pause;
        this.again = setTimeout(() => this.open(), pause * (1 + Math.random() / 2));
        this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    }

    /** Try again at once: the network, or the agent, is back. */
    wake() {
        this.pause = FIRST_PAUSE;
        this.open();
    }

    close() {
        clearTimeout(this.again);
        this.version = "";
        this.socket?.close();
    }
}
