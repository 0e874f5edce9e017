// Reading the cards of children by the camera of the tablet.
//
// The browser's own reader where it has one (Android, ChromeOS, macOS), else ZXing, which
// Odoo brings: it is loaded only when a camera is opened, and kept for the time without
// network like the rest of the page.

export const READER = "/web/static/lib/zxing-library/zxing-library.js";
// Between two looks, in milliseconds.
const PAUSE = 200;
// A card that stays before the camera is one reading.
const SAME = 4000;

/** Why there is no camera; `kind` is "none", "refused" or "insecure". */
export class NoCamera extends Error {
    constructor(kind) {
        super(kind);
        this.kind = kind;
    }
}

export class Scanner {
    /** @param {Function} onCode called with the text of each card, once a showing */
    constructor(onCode) {
        this.onCode = onCode;
        this.last = {text: "", at: 0};
    }

    /**
     * Open the camera, the one that looks away from the agent if there are two.
     *
     * @param {HTMLVideoElement} video
     * @throws {NoCamera}
     */
    async start(video) {
        if (!navigator.mediaDevices?.getUserMedia) {
            throw new NoCamera("insecure");
        }
        try {
            this.stream = await navigator.mediaDevices.getUserMedia({
                video: {facingMode: "environment"},
                audio: false,
            });
        } catch (error) {
            const isRefused = ["NotAllowedError", "SecurityError"].includes(error.name);
            throw new NoCamera(isRefused ? "refused" : "none");
        }
        if (this.stopped) {
            this.stop();
            return;
        }
        video.srcObject = this.stream;
        await video.play();
        const read = await findReader();
        const look = async () => {
            if (this.stopped) {
                return;
            }
            try {
                this.found(await read(video));
            } catch {
                // An image that cannot be read is followed by another one.
            }
            this.timer = setTimeout(look, PAUSE);
        };
        look();
    }

    found(text) {
        const now = Date.now();
        if (!text) {
            return;
        }
        const isSame = text === this.last.text && now - this.last.at < SAME;
        this.last = {text, at: now};
        if (!isSame) {
            this.onCode(text);
        }
    }

    stop() {
        this.stopped = true;
        clearTimeout(this.timer);
        this.stream?.getTracks().forEach((track) => track.stop());
    }
}

/** Return what reads the text of a QR code from a video, "" if there is none. */
async function findReader() {
    const known = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(
        () => []
    );
    if (known?.includes("qr_code")) {
        const detector = new BarcodeDetector({formats: ["qr_code"]});
        return async (video) => (await detector.detect(video))[0]?.rawValue || "";
    }
    const ZXing = await loadZXing();
    const reader = new ZXing.QRCodeReader();
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", {willReadFrequently: true});
    return async (video) => {
        if (!video.videoWidth) {
            return "";
        }
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        pen.drawImage(video, 0, 0);
        const light = new ZXing.HTMLCanvasElementLuminanceSource(canvas);
        const bits = new ZXing.BinaryBitmap(new ZXing.HybridBinarizer(light));
        return reader.decode(bits).getText();
    };
}

function loadZXing() {
    return new Promise((resolve, reject) => {
        if (globalThis.ZXing) {
            resolve(globalThis.ZXing);
            return;
        }
        const script = document.createElement("script");
        script.src = READER;
        script.onload = () => resolve(globalThis.ZXing);
        script.onerror = reject;
        document.head.append(script);
    });
}

/** Return the code of a card as it is kept: capitals and digits, no more. */
export function codeOf(text) {
    return text
        .replace(/^EF:/, "")
        .toUpperCase()
        .replace(/[^0-9A-Z]/g, "")
        .replace(/O/g, "0")
        .replace(/[IL]/g, "1");
}
