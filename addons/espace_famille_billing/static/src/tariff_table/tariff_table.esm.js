/**
 * What a tariff looks like as a table: brackets of quotients × products.
 * A line of a tariff is {id, product, productName, event, from, to, plain}; `to` is
 * Infinity for a bracket without end.
 */

/** The lines that hold for every child and family: the others fit in no table. */
function byUse(lines) {
    const uses = new Map();
    for (const line of lines.filter(({plain}) => plain)) {
        const key = `${line.product}-${line.event}`;
        uses.set(key, [...(uses.get(key) || []), line]);
    }
    return uses;
}

/** The columns, one for each product and event, those of a product side by side. */
function buildColumns(lines, events) {
    const products = [...new Set(lines.map(({product}) => product))];
    const rank = ({product, event}) =>
        products.indexOf(product) * events.length + events.indexOf(event);
    return [...byUse(lines)]
        .map(([key, own]) => ({
            key,
            product: own[0].product,
            name: own[0].productName,
            event: own[0].event,
            lines: own,
        }))
        .sort((one, other) => rank(one) - rank(other));
}

/** The brackets [from, to) that no line cuts in two. */
function buildRows(columns) {
    const ends = columns.flatMap(({lines}) =>
        lines.flatMap(({from, to}) => [from, to])
    );
    const bounds = [...new Set([0, ...ends])].sort((one, other) => one - other);
    return bounds
        .filter((from) => from !== Infinity)
        .map((from, index) => ({from, to: bounds[index + 1] ?? Infinity}));
}

/**
 * The table: columns, products that span them, and rows whose cells hold a line (which
 * spans the rows it covers) or nothing (a gap).
 */
export function buildTable(lines, events) {
    const columns = buildColumns(lines, events);
    const rows = buildRows(columns);
    for (const row of rows) {
        row.cells = columns.flatMap((column) => {
            const line = column.lines.find(
                ({from, to}) => from <= row.from && row.from < to
            );
            if (line && line.from !== row.from) {
                return [];
            }
            const span = line
                ? rows.filter(({from}) => line.from <= from && from < line.to)
                : [row];
            return [{key: column.key, column, line, span: span.length}];
        });
    }
    const products = [];
    for (const {product, name} of columns) {
        const last = products.at(-1);
        if (last && last.product === product) {
            last.span++;
        } else {
            products.push({product, name, span: 1});
        }
    }
    return {columns, products, rows, bounds: rows.map(({from}) => from).slice(1)};
}

/** The lines that a new bound cuts in two: those of prices that depend on the quotient. */
export function linesToSplit(table, bound) {
    const around = ({from, to}) => from < bound && bound < to;
    const split = table.columns.filter(({lines}) => lines.length > 1);
    return (split.length ? split : table.columns).flatMap(({lines}) =>
        lines.filter(around)
    );
}

/** Pairs of lines [below, above] that meet at a bound and become one without it. */
export function linesToMerge(table, bound) {
    return table.columns.flatMap(({lines}) => {
        const below = lines.find(({to}) => to === bound);
        const above = lines.find(({from}) => from === bound);
        return below && above ? [[below, above]] : [];
    });
}

/**
 * A number that can be read in one way only: “3,60”, “1 250”, “0.125”; else null.
 * “1.000” may be a thousand in one sheet and one in another: nobody guesses.
 */
export function readNumber(text) {
    const plain = text.replace(/\s*€\s*$/, "").trim();
    const number = /^(?:(?:\d{1,3}(?:\s\d{3})+|\d+)(?:[.,]\d{1,2})?|0[.,]\d{3,4})$/;
    return number.test(plain)
        ? Number(plain.replace(/\s/g, "").replace(",", "."))
        : null;
}
