/**
 * Colours that colour-blind people tell apart (Okabe and Ito), each with a pattern of
 * its own, for those who see or print in grey.
 */
const COLOURS = [
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8a7f00",
    "#5f5f5f",
];
const SIZE = 10;

/** What is drawn in white over each colour, on a square of SIZE. */
const MARKS = [
    () => undefined,
    (pen) => line(pen, [0, SIZE, SIZE, 0]),
    (pen) => line(pen, [0, SIZE / 2, SIZE, SIZE / 2]),
    (pen) => dot(pen, 1.8),
    (pen) => line(pen, [SIZE / 2, 0, SIZE / 2, SIZE]),
    (pen) => line(pen, [0, 0, SIZE, SIZE]),
    (pen) => {
        line(pen, [0, SIZE / 2, SIZE, SIZE / 2]);
        line(pen, [SIZE / 2, 0, SIZE / 2, SIZE]);
    },
    (pen) => dot(pen, 3.5),
];

function line(pen, [fromX, fromY, toX, toY]) {
    pen.beginPath();
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
    pen.stroke();
}

function dot(pen, radius) {
    pen.beginPath();
    pen.arc(SIZE / 2, SIZE / 2, radius, 0, 2 * Math.PI);
    pen.fill();
}

/**
 * What the slice of this rank is filled with.
 *
 * @param {Number} rank from 0 on; after the last one they begin again
 * @returns {CanvasPattern}
 */
export function fill(rank) {
    const place = rank % COLOURS.length;
    const tile = document.createElement("canvas");
    tile.width = tile.height = SIZE;
    const pen = tile.getContext("2d");
    pen.fillStyle = COLOURS[place];
    pen.fillRect(0, 0, SIZE, SIZE);
    pen.fillStyle = pen.strokeStyle = "#ffffff";
    pen.lineWidth = 1.5;
    MARKS[place](pen);
    return pen.createPattern(tile, "repeat");
}
