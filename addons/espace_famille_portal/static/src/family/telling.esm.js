/** What pages say of a change, seen and heard, and what they count. */

// How long a message stays, unless somebody is at it.
const SHOWN = 6000;

let hiding = null;

/** Where it is heard: made once on a page that has no such place. */
function spokenPlace() {
    let spoken = document.getElementById("espace_spoken");
    if (!spoken) {
        spoken = document.createElement("p");
        spoken.id = "espace_spoken";
        spoken.className = "visually-hidden";
        spoken.setAttribute("role", "status");
        document.querySelector("main").append(spoken);
    }
    return spoken;
}

/** Where it is seen: above what stands at the foot of the page. */
function toastPlace() {
    let toast = document.getElementById("espace_toast");
    if (!toast) {
        toast = document.createElement("div");
        toast.id = "espace_toast";
        toast.className = "ef-snack d-none";
        toast.innerHTML =
            '<span class="ef-grow"></span><button type="button"></button>';
        const foot = document.querySelector(".o_espace_foot");
        if (foot) {
            foot.prepend(toast);
        } else {
            toast.classList.add("ef-alone");
            document.querySelector("main").append(toast);
        }
    }
    return toast;
}

/** Say something to those who listen; what is seen says it already. */
export function speak(text) {
    const spoken = spokenPlace();
    // The same words twice are two pieces of news.
    spoken.textContent = "";
    setTimeout(() => {
        spoken.textContent = text;
    }, 50);
}

/**
 * Say what became of something, seen and heard, and offer the way back.
 *
 * @param {String} level
 * @param {String} text
 * @param {Object} way words of a button, and what it does
 */
export function tell(level, text, way = null) {
    speak(text);
    const toast = toastPlace();
    const button = toast.querySelector("button");
    const alone = toast.classList.contains("ef-alone") ? "ef-alone" : "";
    toast.className = `ef-snack ef-${level} ${alone}`;
    toast.querySelector("span").textContent = text;
    button.classList.toggle("d-none", !way);
    button.textContent = way ? way.words : "";
    const hide = () => toast.classList.add("d-none");
    button.onclick = () => {
        hide();
        way.act();
    };
    const go = () => {
        clearTimeout(hiding);
        hiding = setTimeout(hide, SHOWN);
    };
    toast.onpointerenter = toast.onfocusin = () => clearTimeout(hiding);
    toast.onpointerleave = toast.onfocusout = go;
    go();
}

/** Say how many bookings are in the cart, wherever it is said. */
export function setBadges(count) {
    for (const badge of document.querySelectorAll("[data-cart-count]")) {
        badge.textContent = count;
        badge.classList.toggle("d-none", count <= 0);
    }
}

/** The way to log in again and come back here. */
export function loginWay(words) {
    const back = encodeURIComponent(location.pathname + location.search);
    return {words, act: () => location.assign(`/web/login?redirect=${back}`)};
}
