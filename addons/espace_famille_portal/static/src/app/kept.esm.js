/**
 * The week that this device keeps, for the time without network.
 *
 * It is of one user: it goes at log-out, and as soon as somebody else is logged in.
 */

export const CACHE = "espace-family-week";
const KEY = "/my/semaine";

/** Return what is kept, with its `user`; null where nothing is. */
export async function read() {
    if (!("caches" in window)) {
        return null;
    }
    const response = await caches.match(KEY, {cacheName: CACHE});
    return response ? response.json() : null;
}

/** Forget it. */
export async function forget() {
    if ("caches" in window) {
        await caches.delete(CACHE);
    }
}

/** Keep the week of a user, as the server gives it now. */
export async function keep(user, family) {
    const response = await fetch(KEY, {credentials: "same-origin"});
    const type = response.headers.get("Content-Type") || "";
    // Who is logged out meanwhile gets the page of the log-in.
    if (!response.ok || response.redirected || !type.includes("json")) {
        return;
    }
    const week = {...(await response.json()), user, family};
    const cache = await caches.open(CACHE);
    await cache.put(
        KEY,
        new Response(JSON.stringify(week), {
            headers: {"Content-Type": "application/json"},
        })
    );
}
