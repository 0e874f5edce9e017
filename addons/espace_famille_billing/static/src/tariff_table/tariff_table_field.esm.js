import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {buildTable, linesToMerge, linesToSplit, readNumber} from "./tariff_table.esm";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {onPatched, onWillStart, useRef, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useBus, useService} from "@web/core/utils/hooks";
import {x2ManyCommands} from "@web/core/orm_service";

const {CREATE, DELETE, UPDATE} = x2ManyCommands;

/** What `qf_max` of a line stores for a bracket that ends at `bound`. */
const storedEnd = (bound) => (bound === Infinity ? 0 : bound);

/**
 * The prices of a tariff as a table above their list. Both edit the same lines, which
 * the form saves and the server checks.
 */
export class TariffTableField extends X2ManyField {
    static template = "espace_famille_billing.TariffTableField";

    setup() {
        super.setup();
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.tableRef = useRef("table");
        this.pasted = useState({opened: false, text: ""});
        // What is being typed, by the name of its cell. Drawing the table again writes
        // each input anew: without this, a slow answer would wipe out a price.
        this.typed = new Map();
        this.reading = Promise.resolve();
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({detail}) => {
            // A form saved from the keyboard leaves no input.
            this.tableRef.el?.querySelector("input:focus")?.blur();
            detail.proms.push(this.reading);
        });
        onPatched(() => this.putBack());
        this.products = [];
        onWillStart(async () => {
            if (!this.props.readonly) {
                this.products = await this.orm.searchRead(
                    "product.product",
                    [["espace_activity_id", "!=", false]],
                    ["display_name"]
                );
            }
        });
    }

    // === What is shown === //

    get events() {
        return this.list.fields.event.selection;
    }

    buildTable() {
        const events = this.events.map(([event]) => event);
        return buildTable(this.list.records.map(this.lineOf), events);
    }

    lineOf(record) {
        const {data} = record;
        return {
            id: record.resId || record._virtualId,
            record,
            product: data.product_id && data.product_id.id,
            productName: data.product_id && data.product_id.display_name,
            event: data.event,
            from: data.qf_min,
            to: data.qf_max || Infinity,
            plain:
                Boolean(data.product_id) &&
                data.residency === "any" &&
                data.pai === "any" &&
                !data.sibling_rank_min &&
                !data.sibling_rank_max,
        };
    }

    /** How many lines are only in the list, for they are not for everybody. */
    get apart() {
        return this.list.records.filter((record) => !this.lineOf(record).plain).length;
    }

    eventName(event) {
        return this.events.find(([value]) => value === event)[1];
    }

    format(number) {
        return formatFloat(number, {digits: [16, 4], trailingZeros: false});
    }

    /** A price, with two decimals at least. */
    price(record) {
        const {amount} = record.data;
        if (this.isToFill(record)) {
            return "";
        }
        const cents = Math.abs(amount * 100 - Math.round(amount * 100)) < 1e-6;
        return formatFloat(amount, {digits: [16, cents ? 2 : 4]});
    }

    hasEnd({to}) {
        return to !== Infinity;
    }

    bracket({from, to}) {
        if (to === Infinity) {
            return from ? _t("QF from %s", this.format(from)) : _t("All quotients");
        }
        return from
            ? _t("QF from %s to less than %s", this.format(from), this.format(to))
            : _t("QF below %s", this.format(to));
    }

    /** "/ h", "/ 30 min": what the price is for, when it is not the session. */
    unit({data}) {
        const units = {
            hour: _t("/ h"),
            started_unit: _t("/ %s min", data.unit_minutes),
        };
        return units[data.unit] || "";
    }

    isRate(record) {
        return record.data.kind === "effort_rate";
    }

    /** "0.36 percent of the QF, 2.60 to 4.50". */
    rate({data}) {
        const rate = _t("%s percent of the QF", this.format(data.amount));
        const limits = [data.min_amount, data.max_amount];
        if (limits.every(Boolean)) {
            return _t(
                "%s, %s to %s",
                rate,
                ...limits.map((limit) => this.format(limit))
            );
        }
        return data.max_amount
            ? _t("%s, at most %s", rate, this.format(limits[1]))
            : rate;
    }

    label(row, {column}) {
        return `${column.name}, ${this.eventName(column.event)}, ${this.bracket(row)}`;
    }

    splitLabel({name, event}) {
        return _t("Give a price for each bracket: %s, %s", name, this.eventName(event));
    }

    boundLabel(row) {
        return _t("First quotient of the bracket: %s", this.bracket(row));
    }

    joinLabel(row) {
        return _t("Join with the bracket below: %s", this.bracket(row));
    }

    // === What is changed === //

    parse(input) {
        const value = readNumber(input.value);
        if (value === null) {
            this.refuse(
                _t(
                    "“%s” is no price nor quotient: enter a number such as 3,60.",
                    input.value
                )
            );
        }
        return value;
    }

    refuse(message) {
        this.notification.add(message, {type: "danger"});
        // What was typed is taken back.
        this.render();
    }

    apply(commands) {
        return this.list.applyCommands(commands);
    }

    onType({target}) {
        this.typed.set(target.dataset.cell, target.value);
    }

    /** A key pressed between the drawing and its showing was written over: it is back. */
    putBack() {
        for (const input of this.tableRef.el?.querySelectorAll("input") || []) {
            const typed = this.typed.get(input.dataset.cell);
            if (typed !== undefined && typed !== input.value) {
                input.value = typed;
            }
        }
    }

    /** What an input shows: what is being typed in it, else what the tariff says. */
    shown(cell, value) {
        return this.typed.get(String(cell)) ?? value;
    }

    /**
     * Whether something was typed in a cell that nobody has read yet. Asked when it
     * changed and when it is left: a browser tells no change of what was written anew.
     */
    takeTyped({target}) {
        return this.typed.delete(target.dataset.cell);
    }

    onPrice({record}, event) {
        if (this.takeTyped(event)) {
            this.reading = this.readPrice(record, event.target);
        }
    }

    async readPrice(record, input) {
        // An empty cell that is left empty says no more than before.
        const untouched = this.isToFill(record) && !input.value.trim();
        const amount = untouched ? null : this.parse(input);
        if (amount !== null) {
            await record.update({amount, to_fill: false});
        }
        if (!this.typed.has(input.dataset.cell)) {
            input.value = this.price(record);
        }
    }

    onBound(row, event) {
        if (this.takeTyped(event)) {
            this.reading = this.readBound(row, event.target);
        }
    }

    /** Move a bound of brackets, in all columns that it separates. */
    async readBound(row, target) {
        const {rows, columns} = this.buildTable();
        const bound = this.parse(target);
        const index = rows.findIndex(({from}) => from === row.from);
        const [low, high] = [rows[index - 1].from, rows[index].to];
        if (bound === null || bound <= low || bound >= high) {
            target.value = this.format(row.from);
            if (bound !== null) {
                this.refuse(
                    _t("The bracket %s must keep some quotients.", this.bracket(row))
                );
            }
            return;
        }
        await this.apply(
            columns
                .flatMap(({lines}) => lines)
                .flatMap((line) => [
                    ...(line.to === row.from
                        ? [[UPDATE, line.id, {qf_max: bound}]]
                        : []),
                    ...(line.from === row.from
                        ? [[UPDATE, line.id, {qf_min: bound}]]
                        : []),
                ])
        );
    }

    /** The commands that cut a line at some bounds, at the same price. */
    split(line, bounds) {
        const copy = this.copyOf(line.record);
        const ends = [...bounds, line.to];
        return [
            [UPDATE, line.id, {qf_max: bounds[0]}],
            ...bounds.map((bound, index) => [
                CREATE,
                false,
                {...copy, qf_min: bound, qf_max: storedEnd(ends[index + 1])},
            ]),
        ];
    }

    async onAddBracket({target}) {
        if (!target.value.trim()) {
            return;
        }
        const bound = this.parse(target);
        const lines = bound === null ? [] : linesToSplit(this.buildTable(), bound);
        if (lines.length) {
            await this.apply(lines.flatMap((line) => this.split(line, [bound])));
        } else if (bound !== null) {
            this.refuse(_t("A bracket starts at %s already.", this.format(bound)));
        }
        target.value = "";
    }

    async onRemoveBracket({from}) {
        await this.apply(
            linesToMerge(this.buildTable(), from).flatMap(([below, above]) => [
                [UPDATE, below.id, {qf_max: storedEnd(above.to)}],
                [DELETE, above.id],
            ])
        );
    }

    /** Give a product that had one price a price for each bracket. */
    async onSplitColumn({lines: [line]}) {
        const inside = this.buildTable().bounds.filter(
            (b) => line.from < b && b < line.to
        );
        await this.apply(this.split(line, inside));
    }

    // === A column more === #

    /** The products and events that the table has no column for. */
    get missingColumns() {
        const {columns} = this.buildTable();
        const keys = new Set(columns.map(({key}) => key));
        return this.products.flatMap(({id, display_name: name}) =>
            this.events
                .filter(([event]) => !keys.has(`${id}-${event}`))
                .map(([event, words]) => ({
                    key: `${id}-${event}`,
                    id,
                    name,
                    event,
                    label: `${name} – ${words}`,
                }))
        );
    }

    /** Add the prices of a product for an event, at those that hold without them. */
    async onAddColumn({target}) {
        const wanted = this.missingColumns.find(({key}) => key === target.value);
        target.value = "";
        if (!wanted) {
            return;
        }
        const {columns} = this.buildTable();
        const own = columns.filter(({product}) => product === wanted.id);
        const like = own.find(({event}) => event === "planned") || own[0];
        const values = {
            product_id: {id: wanted.id, display_name: wanted.name},
            event: wanted.event,
        };
        const lines = like
            ? like.lines.map(({record}) => ({...this.copyOf(record), ...values}))
            : [{qf_min: 0, qf_max: 0, amount: 0, to_fill: true, ...values}];
        await this.apply(lines.map((line) => [CREATE, false, line]));
    }

    copyOf(record) {
        return Object.fromEntries(
            Object.keys(record.activeFields).map((name) => [name, record.data[name]])
        );
    }

    // === A table of a spreadsheet === #

    isFree({data}) {
        return !data.amount && !data.to_fill;
    }

    /** Whether nobody has said this price yet; 0.00 is one that somebody said. */
    isToFill({data}) {
        return data.to_fill && !data.amount;
    }

    /** Several cells pasted on a price are spread from there on. */
    async onPaste(row, {column}, event) {
        const text = event.clipboardData.getData("text/plain");
        if (!/[\t\n;]/.test(text.trim())) {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
        await this.paste(text, row.from, column.key);
    }

    async onPasteAll() {
        if (await this.paste(this.pasted.text, null, null)) {
            Object.assign(this.pasted, {opened: false, text: ""});
        }
    }

    /**
     * Put a table of a spreadsheet into this one, all of it or nothing.
     * @param from, key: of the price it begins at; null: the first one
     */
    async paste(text, from, key) {
        const rows = await this.orm.call("espace.tariff", "read_pasted", [text]);
        const refusal = this.whyNotPasted(rows, from, key);
        if (refusal) {
            this.refuse(refusal);
            return false;
        }
        const named = rows.every((row) => row.from !== null);
        await this.apply(
            named ? this.pasteBrackets(rows, key) : this.pastePrices(rows, from, key)
        );
        this.notification.add(_t("Prices read: %s.", this.countCells(rows)), {
            type: "success",
        });
        return true;
    }

    countCells(rows) {
        return rows.flatMap(({cells}) => cells).filter(({value}) => value !== null)
            .length;
    }

    /** Say why a table cannot be put here; nothing if it can. */
    whyNotPasted(rows, from, key) {
        const table = this.buildTable();
        const wrong = rows.flatMap(({cells}, index) =>
            cells.filter(({error}) => error).map(({text}) => ({text, line: index + 1}))
        );
        if (wrong.length) {
            return _t(
                "Line %s, “%s”: is it one price? Write 1000 or 1,00. Nothing was pasted.",
                wrong[0].line,
                wrong[0].text
            );
        }
        if (!this.countCells(rows)) {
            return _t("There is no price in what was pasted.");
        }
        const start = this.columnIndex(table, key);
        const width = Math.max(...rows.map(({cells}) => cells.length));
        if (start + width > table.columns.length) {
            return _t(
                "%s columns of prices were pasted, the table has %s from there on. Add columns first, or copy fewer.",
                width,
                table.columns.length - start
            );
        }
        const named = rows.every((row) => row.from !== null);
        if (!named && this.rowIndex(table, from) + rows.length > table.rows.length) {
            return _t(
                "%s lines were pasted, the table has %s brackets from there on. Add brackets first, or copy the first column with them.",
                rows.length,
                table.rows.length - this.rowIndex(table, from)
            );
        }
        return "";
    }

    columnIndex({columns}, key) {
        return Math.max(
            columns.findIndex((column) => column.key === key),
            0
        );
    }

    rowIndex({rows}, from) {
        return Math.max(
            rows.findIndex((row) => row.from === from),
            0
        );
    }

    /** Replace the brackets of the columns that were pasted by those of the sheet. */
    pasteBrackets(rows, key) {
        const table = this.buildTable();
        const start = this.columnIndex(table, key);
        const width = Math.max(...rows.map(({cells}) => cells.length));
        return table.columns.slice(start, start + width).flatMap((column, index) => {
            const filled = rows.filter(({cells}) =>
                Number.isFinite(cells[index]?.value)
            );
            if (!filled.length) {
                return [];
            }
            const values = this.copyOf(column.lines[0].record);
            return [
                ...column.lines.map(({id}) => [DELETE, id]),
                ...filled.map((row) => [
                    CREATE,
                    false,
                    {
                        ...values,
                        qf_min: row.from,
                        qf_max: row.to === null ? 0 : row.to,
                        amount: row.cells[index].value,
                        to_fill: false,
                    },
                ]),
            ];
        });
    }

    /** Write prices from a cell on, to the right and downwards. */
    pastePrices(rows, from, key) {
        const table = this.buildTable();
        const [top, left] = [this.rowIndex(table, from), this.columnIndex(table, key)];
        const amounts = new Map();
        rows.forEach(({cells}, down) => {
            cells.forEach(({value}, right) => {
                const row = table.rows[top + down];
                const line = table.columns[left + right].lines.find(
                    (one) => one.from <= row.from && row.from < one.to
                );
                // A price that spans several brackets takes the first one.
                if (line && value !== null && !amounts.has(line.id)) {
                    amounts.set(line.id, value);
                }
            });
        });
        return [...amounts].map(([id, amount]) => [
            UPDATE,
            id,
            {amount, to_fill: false},
        ]);
    }

    /** Go up and down in a column with the arrows, as in a spreadsheet. */
    onKeydown(event) {
        const step = {ArrowUp: -1, ArrowDown: 1, Enter: 1}[event.key];
        if (!step) {
            return;
        }
        event.preventDefault();
        event.stopPropagation();
        const {column} = event.target.dataset;
        const inputs = [...this.tableRef.el.querySelectorAll("input")].filter(
            (input) => input.dataset.column === column
        );
        const next = inputs[inputs.indexOf(event.target) + step];
        if (next) {
            next.focus();
            next.select();
        } else {
            event.target.blur();
        }
    }
}

registry.category("fields").add("espace_tariff_table", {
    ...x2ManyField,
    component: TariffTableField,
});
