// What a device keeps: the lists of the day and the gestures that are not sent yet.
//
// Everything with a name in it is encrypted by a key that the browser keeps and never
// gives out (WebCrypto, not extractable). Where the browser has no such key, which is so
// on pages without HTTPS, nothing is claimed: `isEncrypted` is false and the page says it.

const NAME = "espace-attendance";
const STORES = ["keys", "queue", "lists", "meta"];

function asked(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

function openDatabase() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
        for (const name of STORES) {
            request.result.createObjectStore(
                name,
                name === "queue" ? {keyPath: "seq", autoIncrement: true} : undefined
            );
        }
    };
    return asked(request);
}

export class Store {
    async open() {
        this.database = await openDatabase();
        this.database.onversionchange = () => this.database.close();
        if (navigator.storage?.persist) {
            navigator.storage.persist().catch(() => {});
        }
        this.key = await this.findKey();
        this.device = await this.findDevice();
    }

    get isEncrypted() {
        return Boolean(this.key);
    }

    async findKey() {
        if (!globalThis.crypto?.subtle) {
            return null;
        }
        const known = await this.get("keys", "key");
        if (known) {
            return known;
        }
        const key = await crypto.subtle.generateKey(
            {name: "AES-GCM", length: 256},
            false,
            ["encrypt", "decrypt"]
        );
        // Two tabs that start together: the first one's key is everybody's.
        const {store, done} = this.begin("keys", "readwrite");
        const first = await asked(store.get("key"));
        if (!first) {
            store.put(key, "key");
        }
        await done;
        return first || key;
    }

    async findDevice() {
        const known = await this.get("meta", "device");
        if (known) {
            return known;
        }
        const device = newIdentity();
        await this.put("meta", "device", device);
        return device;
    }

    // === Plain values === //

    begin(name, mode) {
        const transaction = this.database.transaction(name, mode);
        const done = new Promise((resolve, reject) => {
            transaction.oncomplete = resolve;
            transaction.onabort = () => reject(transaction.error);
            transaction.onerror = () => reject(transaction.error);
        });
        done.catch(() => {});
        return {store: transaction.objectStore(name), done};
    }

    get(name, key) {
        return asked(this.begin(name, "readonly").store.get(key));
    }

    async put(name, key, value) {
        const {store, done} = this.begin(name, "readwrite");
        store.put(value, key);
        await done;
    }

    // === Encrypted values === //

    async seal(value) {
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        if (!this.key) {
            return {open: bytes};
        }
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const sealed = await crypto.subtle.encrypt(
            {name: "AES-GCM", iv},
            this.key,
            bytes
        );
        return {iv, sealed};
    }

    async unseal(kept) {
        const bytes =
            kept.open ||
            (await crypto.subtle.decrypt(
                {name: "AES-GCM", iv: kept.iv},
                this.key,
                kept.sealed
            ));
        return JSON.parse(new TextDecoder().decode(bytes));
    }

    async keepLists(lists) {
        await this.put("lists", "day", await this.seal(lists));
    }

    async readLists() {
        const kept = await this.get("lists", "day");
        return kept ? this.unseal(kept).catch(() => null) : null;
    }

    async readPhotos() {
        const kept = await this.get("lists", "photos");
        return kept ? this.unseal(kept).catch(() => ({})) : {};
    }

    async eraseLists() {
        const {store, done} = this.begin("lists", "readwrite");
        store.clear();
        await done;
    }

    /** Keep a gesture; it is safe once this has ended. */
    async add(gesture) {
        const sealed = await this.seal(gesture);
        const {store, done} = this.begin("queue", "readwrite");
        const seq = await asked(store.add(sealed));
        await done;
        return seq;
    }

    /** Return the gestures that are kept, in their order. */
    async queue() {
        const kept = await asked(this.begin("queue", "readonly").store.getAll());
        const gestures = [];
        for (const one of kept) {
            try {
                gestures.push({...(await this.unseal(one)), seq: one.seq});
            } catch {
                // Of a key that is gone: nobody could read it any more.
            }
        }
        return gestures;
    }

    async drop(seqs) {
        const {store, done} = this.begin("queue", "readwrite");
        for (const seq of seqs) {
            store.delete(seq);
        }
        await done;
    }
}

/** Return an identity that no other device will find. */
export function newIdentity() {
    if (globalThis.crypto?.randomUUID) {
        return crypto.randomUUID();
    }
    return [...crypto.getRandomValues(new Uint8Array(16))]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("");
}
