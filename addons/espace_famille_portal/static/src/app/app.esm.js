/**
 * The portal on a device: its worker, the week it keeps, “Add to the home screen”.
 *
 * Pages work without any of it.
 */

import {forget, keep, read} from "@espace_famille_portal/app/kept.esm";
import {unsubscribe} from "@espace_famille_portal/app/push.esm";
import {ready} from "@espace_famille_portal/family/page.esm";

const WORKER = "/my/service-worker.js";
const SAID = "ef-install-said";
// A page that is looked at for a moment needs no other week than the one before.
const SOON = 1500;

/** Register the worker of /my, and say to it what the pages are made of. */
async function startWorker({offline, icon}) {
    if (!("serviceWorker" in navigator)) {
        return;
    }
    const registration = await navigator.serviceWorker.register(WORKER, {scope: "/my"});
    await navigator.serviceWorker.ready;
    const parts = performance
        .getEntriesByType("resource")
        .map((entry) => entry.name)
        .filter((name) => name.startsWith(location.origin));
    registration.active?.postMessage({keep: [...new Set([...parts, icon])], offline});
}

ready("#ef_app", async (app) => {
    const {user, family} = app.dataset;
    try {
        const kept = await read();
        if (kept && (kept.user !== user || kept.family !== family)) {
            await forget();
        }
        await startWorker(app.dataset);
        setTimeout(() => keep(user, family).catch(() => {}), SOON);
    } catch {
        // A private window keeps nothing: the pages work all the same.
    }
});

/** Who logs out leaves nothing on the device. */
document.addEventListener("click", async (ev) => {
    const link = ev.target.closest?.("a[href*='/web/session/logout']");
    if (!link || ev.defaultPrevented || ev.button || ev.metaKey || ev.ctrlKey) {
        return;
    }
    ev.preventDefault();
    await Promise.allSettled([forget(), unsubscribe()]);
    location.href = link.href;
});

// === Without network === //

function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}

function isoDay(date) {
    const two = (number) => String(number).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function element(name, content, ...children) {
    const made = document.createElement(name);
    made.textContent = content;
    made.append(...children);
    return made;
}

ready("#ef_offline", async (note) => {
    const words = {};
    for (const one of note.querySelectorAll("[data-words]")) {
        words[one.dataset.words] = one.textContent;
    }
    const week = await read().catch(() => null);
    if (!week) {
        return;
    }
    const now = new Date();
    const today = isoDay(now);
    const tomorrow = isoDay(
        new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
    );
    const seen = week.date === today ? words.today : words.before;
    note.querySelector("[data-seen]").textContent = fill(seen, week);
    const days = week.days.filter((day) => day.date >= today);
    const place = document.querySelector("#ef_offline_days");
    for (const day of days) {
        const named = {[today]: words.this_day, [tomorrow]: words.next_day};
        const title = named[day.date]
            ? fill(named[day.date], {day: day.words})
            : day.words[0].toUpperCase() + day.words.slice(1);
        const list = document.createElement("dl");
        for (const child of day.children) {
            list.append(
                element("dt", child.name),
                element("dd", "", ...child.stays.map((stay) => element("span", stay)))
            );
        }
        const section = element("section", "", element("h2", title), list);
        section.className = "ef-app-day";
        place.append(section);
    }
    if (!days.length) {
        place.append(element("p", words.empty));
    }
});

// === On the home screen === //

/** Tell whether it was said already; from now on it was. */
function isSaid() {
    try {
        const said = localStorage.getItem(SAID);
        localStorage.setItem(SAID, "1");
        return Boolean(said);
    } catch {
        return true;
    }
}

ready("#ef_install", (note) => {
    let asked = null;
    const show = (by) => {
        if (isSaid()) {
            return;
        }
        for (const words of note.querySelectorAll("[data-by]")) {
            words.hidden = words.dataset.by !== by;
        }
        note.querySelector("[data-do=install]").hidden = by !== "button";
        note.hidden = false;
    };
    window.addEventListener("beforeinstallprompt", (ev) => {
        ev.preventDefault();
        asked = ev;
        show("button");
    });
    // Safari of a telephone installs by its own menu, and says so: false.
    if (navigator.standalone === false) {
        show("hand");
    }
    note.addEventListener("click", (ev) => {
        const wanted = ev.target.closest("[data-do]")?.dataset.do;
        if (wanted) {
            note.hidden = true;
        }
        if (wanted === "install") {
            asked?.prompt();
        }
    });
});
