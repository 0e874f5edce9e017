// What the screen shows of a child: what the server said, and over it the gestures of
// this device that it does not know yet.

/** What of a child a gesture may change, and an undo gives back. */
const CHANGED = [
    "state",
    "arrived",
    "left",
    "with",
    "at",
    "by",
    "by_id",
    "heads",
    "clash",
    "walk_in",
];

/** Return what holds for a child now, to be given back by an undo. */
export function snapshot(kid) {
    return Object.fromEntries(CHANGED.map((name) => [name, kid[name]]));
}

/**
 * Show the gestures that are kept here over what the server said.
 *
 * @param {Object} row of the server
 * @param {Object[]} gestures of this child, in order
 * @returns {Object} what the screen shows
 */
export function overlay(row, gestures) {
    const shown = {...row, sync: gestures.length ? "kept" : "sent", taken: false};
    for (const one of gestures) {
        if (one.kind === "option") {
            shown.option = one.product;
        } else if (one.kind === "undo") {
            Object.assign(shown, one.before);
            shown.taken = Boolean(one.adds);
        } else {
            const came = ["present", "gone"].includes(one.answer);
            Object.assign(shown, {
                state: one.answer,
                arrived: came ? one.arrived || one.hours : 0,
                left: one.answer === "gone" ? one.left || one.hours : 0,
                with: one.with || "",
                at: one.at,
                by: one.author_name,
                by_id: one.author,
                heads: [one.uid],
                clash: null,
                taken: false,
            });
        }
    }
    return shown;
}

/** Return the hours of the day of an instant on the commune's clock. */
export function hoursOf(instant, tz) {
    const parts = new Intl.DateTimeFormat("en-GB", {
        timeZone: tz,
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
    }).formatToParts(new Date(instant));
    const of = (type) => Number(parts.find((part) => part.type === type).value);
    return of("hour") + of("minute") / 60;
}

/** Return the day of an instant on the commune's calendar, as 2027-01-04. */
export function dayOf(instant, tz) {
    return new Intl.DateTimeFormat("en-CA", {
        timeZone: tz,
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
    }).format(new Date(instant));
}
