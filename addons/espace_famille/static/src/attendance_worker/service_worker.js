// Opens the page of attendance without network: the page and its own files, no more.
// Lists and gestures are not here: the page keeps them itself, encrypted.
"use strict";

const ROOT = "/espace-famille/pointage";
const CACHE = "espace-attendance-3";
const PATIENCE = 3000;

function isOurs(url) {
    return (
        url.pathname === ROOT ||
        url.pathname === `${ROOT}/manifest.webmanifest` ||
        (url.pathname.startsWith("/web/assets/") &&
            url.pathname.includes("attendance_app")) ||
        url.pathname.startsWith("/espace_famille/static/") ||
        // Reads the cards of children where the browser does not.
        url.pathname.startsWith("/web/static/lib/zxing-library/")
    );
}

async function keep(request) {
    const cache = await caches.open(CACHE);
    const response = await fetch(request);
    // A log-in page is no page of ours.
    if (response.ok && !response.redirected) {
        await cache.put(request, response.clone());
    }
    return response;
}

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
    event.waitUntil(
        (async () => {
            const names = await caches.keys();
            const old = names.filter(
                (name) => name.startsWith("espace-attendance-") && name !== CACHE
            );
            await Promise.all(old.map((name) => caches.delete(name)));
            await self.clients.claim();
        })()
    );
});

// The page says what it is made of; what is not part of it any more is dropped.
self.addEventListener("message", (event) => {
    const {keep: addresses} = event.data || {};
    if (!Array.isArray(addresses)) {
        return;
    }
    event.waitUntil(
        (async () => {
            const cache = await caches.open(CACHE);
            const wanted = addresses
                .map((address) => new URL(address, self.location.origin))
                .filter((url) => url.origin === self.location.origin && isOurs(url));
            for (const url of wanted) {
                if (url.pathname === ROOT || !(await cache.match(url.href))) {
                    await keep(
                        new Request(url.href, {credentials: "same-origin"})
                    ).catch(() => {});
                }
            }
            const hrefs = new Set(wanted.map((url) => url.href));
            for (const request of await cache.keys()) {
                if (!hrefs.has(request.url)) {
                    await cache.delete(request);
                }
            }
            event.source?.postMessage({kept: wanted.length});
        })()
    );
});

self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) {
        return;
    }
    if (!isOurs(url)) {
        return;
    }
    event.respondWith(
        (async () => {
            const cache = await caches.open(CACHE);
            const kept = await cache.match(url.origin + url.pathname);
            if (url.pathname !== ROOT) {
                return kept || keep(event.request);
            }
            if (!kept) {
                return fetch(event.request);
            }
            // The network first, for a while: a new version, or the log-in page.
            const fresh = fetch(event.request);
            fresh.catch(() => {});
            const late = new Promise((resolve) => {
                setTimeout(() => resolve(null), PATIENCE);
            });
            try {
                const response = await Promise.race([fresh, late]);
                return response && response.status < 500 ? response : kept;
            } catch {
                return kept;
            }
        })()
    );
});
