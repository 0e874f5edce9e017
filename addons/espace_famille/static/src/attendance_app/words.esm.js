// The page's sentences in the language of the agent, which the server wrote into it.
const written = JSON.parse(document.getElementById("words")?.textContent || "{}");
// Templates break their lines where they like.
const flat = (text) => text.replace(/\s+/g, " ").trim();
const known = Object.fromEntries(
    Object.entries(written).map(([sentence, words]) => [flat(sentence), flat(words)])
);

/**
 * Return a sentence in the language of the page, with its values put in.
 *
 * @param {String} sentence in English, with %s or %(name)s where values go
 * @param {...any} values in order, or one object of names
 * @returns {String}
 */
export function _t(sentence, ...values) {
    const words = known[flat(sentence)] || sentence;
    if (values.length === 1 && typeof values[0] === "object") {
        return words.replace(/%\((\w+)\)s/g, (_all, name) => values[0][name]);
    }
    let index = 0;
    return words.replace(/%s/g, () => values[index++]);
}

const PLURALS = new Intl.PluralRules(document.documentElement.lang || "fr");

/**
 * Choose between the words for one and for several, by the language of the page.
 *
 * @param {Number} count
 * @param {String} one
 * @param {String} several
 * @returns {String}
 */
export function plural(count, one, several) {
    return PLURALS.select(count) === "one" ? one : several;
}

/** Say how many, in words. */
export const COUNTED = {
    children: (n) => plural(n, _t("%s child", n), _t("%s children", n)),
    expected: (n) => plural(n, _t("%s is expected", n), _t("%s expected", n)),
    present: (n) => plural(n, _t("%s is present", n), _t("%s present", n)),
    absent: (n) => plural(n, _t("%s is absent", n), _t("%s absent", n)),
    gone: (n) => plural(n, _t("%s has left", n), _t("%s left", n)),
    announced: (n) =>
        plural(n, _t("%s announced absence", n), _t("%s announced absences", n)),
    kept: (n) => plural(n, _t("%s gesture kept", n), _t("%s gestures kept", n)),
    unsent: (n) =>
        plural(n, _t("%s gesture not sent yet", n), _t("%s gestures not sent yet", n)),
    stillExpected: (n) =>
        plural(
            n,
            _t("%s child still expected", n),
            _t("%s children still expected", n)
        ),
    stillHere: (n) =>
        plural(
            n,
            _t("%s child without departure", n),
            _t("%s children without departure", n)
        ),
    clashes: (n) =>
        plural(
            n,
            _t("%s child with two answers", n),
            _t("%s children with two answers", n)
        ),
    refused: (n) =>
        plural(n, _t("%s gesture refused", n), _t("%s gestures refused", n)),
    walkIns: (n) =>
        plural(n, _t("%s child not booked", n), _t("%s children not booked", n)),
    building: (n) =>
        plural(
            n,
            _t("%s child in the building", n),
            _t("%s children in the building", n)
        ),
    perhaps: (n) => _t("%s perhaps", n),
    adults: (n) => plural(n, _t("%s adult", n), _t("%s adults", n)),
};

/**
 * Say one sentence to who cannot see the screen.
 *
 * @param {String} words
 */
export function say(words) {
    document.getElementById("say").textContent = words;
}

/** Return letters without accents, in lower case. */
export function plain(text) {
    return text
        .normalize("NFD")
        .replace(/[\u0300-\u036f]/g, "")
        .toLowerCase();
}

/** Return hours of the day as on a clock: 16.5 is 16:30. */
export function clock(hours) {
    const minutes = Math.round((hours || 0) * 60);
    const two = (number) => String(number).padStart(2, "0");
    return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
