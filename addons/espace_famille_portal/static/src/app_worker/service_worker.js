// The worker of the families' pages, of scope /my; Odoo's own has the scope /odoo.
//
// Fonts, styles and scripts come from the device. Pages come from the network alone:
// seats and money are never stale. Without network one page is shown instead, which
// holds nobody's name; the week on it is kept by the pages (`kept.esm.js`).
"use strict";

const PARTS = "espace-family-parts-1";
const OFFLINE = "/my/hors-ligne";

/** Tell whether this address always gives the same: it changes with its content. */
function isPart(url) {
    return (
        url.origin === self.location.origin &&
        (/^\/web\/assets\/(\d+\/)?[0-9a-f]{7,}\//.test(url.pathname) ||
            url.pathname.startsWith("/espace_famille_portal/static/fonts/") ||
            /^\/espace-famille\/app\/\d+\/icone-/.test(url.pathname))
    );
}

/** Return what a part is called whatever its version: a new one replaces it. */
function nameOf(url) {
    return url.pathname.startsWith("/web/assets/")
        ? url.pathname.split("/").pop()
        : url.pathname;
}

async function store(cache, url, response) {
    if (!response.ok || response.redirected || response.type !== "basic") {
        return;
    }
    for (const kept of await cache.keys()) {
        const known = new URL(kept.url);
        if (known.href !== url.href && nameOf(known) === nameOf(url)) {
            await cache.delete(kept);
        }
    }
    await cache.put(url.href, response);
}

async function part(request) {
    const url = new URL(request.url);
    const cache = await caches.open(PARTS);
    const kept = await cache.match(url.href);
    if (kept) {
        return kept;
    }
    const response = await fetch(request);
    await store(cache, url, response.clone()).catch(() => {});
    return response;
}

async function page(request) {
    try {
        return await fetch(request);
    } catch (error) {
        const kept = await caches.match(OFFLINE, {cacheName: PARTS});
        if (!kept) {
            throw error;
        }
        return kept;
    }
}

self.addEventListener("install", (event) => {
    self.skipWaiting();
    // What a page sends as it goes would wait for this worker, and be lost with the page.
    const direct = {condition: {requestMethod: "POST"}, source: "network"};
    event.waitUntil(Promise.resolve(event.addRoutes?.(direct)).catch(() => {}));
});

self.addEventListener("activate", (event) => {
    event.waitUntil(
        (async () => {
            for (const name of await caches.keys()) {
                if (name.startsWith("espace-family-parts-") && name !== PARTS) {
                    await caches.delete(name);
                }
            }
            await self.clients.claim();
        })()
    );
});

self.addEventListener("fetch", (event) => {
    const {request} = event;
    if (request.method !== "GET") {
        return;
    }
    if (request.mode === "navigate") {
        event.respondWith(page(request));
    } else if (isPart(new URL(request.url))) {
        event.respondWith(part(request));
    }
});

// A page says what it is made of, and where the one for the time without network is.
self.addEventListener("message", (event) => {
    const {keep, offline} = event.data || {};
    if (!Array.isArray(keep) || typeof offline !== "string") {
        return;
    }
    event.waitUntil(
        (async () => {
            const cache = await caches.open(PARTS);
            for (const address of keep) {
                const url = new URL(address, self.location.origin);
                if (isPart(url) && !(await cache.match(url.href))) {
                    // The browser has just loaded it: nothing is transferred again.
                    await fetch(url.href)
                        .then((response) => store(cache, url, response))
                        .catch(() => {});
                }
            }
            const url = new URL(offline, self.location.origin);
            const known = await cache.match(OFFLINE);
            if (known?.headers.get("X-Espace-From") === url.href) {
                return;
            }
            // Without the cookies of anybody.
            const response = await fetch(url.href, {credentials: "omit"});
            if (response.ok && !response.redirected) {
                const headers = new Headers(response.headers);
                headers.set("X-Espace-From", url.href);
                await cache.put(
                    OFFLINE,
                    new Response(await response.blob(), {headers})
                );
            }
        })()
    );
});

// === What the town hall tells === //

self.addEventListener("push", (event) => {
    let told = {};
    try {
        told = event.data.json();
    } catch {
        return;
    }
    const {title, body, lang, tag, icon, badge, url} = told;
    event.waitUntil(
        self.registration.showNotification(String(title), {
            body,
            tag,
            icon,
            badge,
            lang,
            data: {url},
        })
    );
});

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const asked = new URL(event.notification.data?.url || "/my", self.location.origin);
    const isOurs =
        asked.origin === self.location.origin && asked.pathname.startsWith("/my");
    const url = isOurs ? asked.href : "/my";
    event.waitUntil(
        (async () => {
            const windows = await self.clients.matchAll({type: "window"});
            for (const one of windows) {
                if (new URL(one.url).pathname.startsWith("/my")) {
                    await one.focus();
                    return one.navigate(url);
                }
            }
            return self.clients.openWindow(url);
        })()
    );
});
