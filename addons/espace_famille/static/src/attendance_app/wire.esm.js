// Talking to the server: one call at a time says whether there is a network at all.

const ROOT = "/espace-famille/pointage";
// A list may take its time; a gesture is said to be kept here after three seconds.
const PATIENCE = 20000;

export class Refused extends Error {}
export class LoggedOut extends Error {}
export class Offline extends Error {}

/**
 * Call the server.
 *
 * @param {String} name of the call
 * @param {Object} params
 * @throws {Offline} no answer, or none that the server meant
 * @throws {LoggedOut} the log-in has ended
 * @throws {Refused} the server says why not
 * @returns {Promise<any>}
 */
export async function call(name, params = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
        const response = await fetch(`${ROOT}/${name}`, {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
            signal: stop.signal,
        });
        return read(await bodyOf(response));
    } catch (error) {
        const isOurs = [LoggedOut, Offline, Refused].some(
            (kind) => error instanceof kind
        );
        throw isOurs ? error : new Offline(String(error));
    } finally {
        clearTimeout(timer);
    }
}

async function bodyOf(response) {
    if (response.status === 401 || response.redirected) {
        throw new LoggedOut();
    }
    if (!response.ok) {
        throw new Offline(`HTTP ${response.status}`);
    }
    return response.json();
}

function read(answer) {
    if (!answer.error) {
        return answer.result;
    }
    const {code, data, message} = answer.error;
    const name = data?.name || "";
    const words = data?.message || message;
    if (code === 100 || name.endsWith("SessionExpiredException")) {
        throw new LoggedOut();
    }
    if (/UserError|AccessError|ValidationError|Forbidden/.test(name)) {
        throw new Refused(words);
    }
    throw new Offline(words);
}
