import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {buildTable, linesToMerge, linesToSplit} from "./tariff_table.esm";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {parseFloat as parseLocalFloat} from "@web/views/fields/parsers";
import {registry} from "@web/core/registry";
import {useRef} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";
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
        this.tableRef = useRef("table");
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
        try {
            const value = parseLocalFloat(input.value);
            if (value >= 0) {
                return value;
            }
        } catch {
            // Said below.
        }
        this.refuse(
            _t("“%s” is no price nor quotient: enter a positive number.", input.value)
        );
        return null;
    }

    refuse(message) {
        this.notification.add(message, {type: "danger"});
        // What was typed is taken back.
        this.render();
    }

    apply(commands) {
        return this.list.applyCommands(commands);
    }

    async onPrice({record}, {target}) {
        const amount = this.parse(target);
        if (amount === null) {
            target.value = this.price(record);
        } else {
            await record.update({amount});
            target.value = this.price(record);
        }
    }

    /** Move a bound of brackets, in all columns that it separates. */
    async onBound(row, {target}) {
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
        const copy = Object.fromEntries(
            Object.keys(line.record.activeFields).map((name) => [
                name,
                line.record.data[name],
            ])
        );
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
