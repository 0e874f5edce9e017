import {
    Component,
    onWillStart,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {cookie} from "@web/core/browser/cookie";
import {getColor} from "@web/core/colors/colors";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {fill} from "./patterns.esm";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

/**
 * A chart of Chart.js with its figures in words, for those who cannot see it.
 */
export class RegieChart extends Component {
    static template = "espace_famille_billing.RegieChart";
    static props = {
        title: String,
        type: String,
        labels: Array,
        series: Array,
        words: String,
        // Code of the currency of the figures
        currency: String,
        // Of each label, the number of its colour and pattern
        ranks: {type: Array, optional: true},
    };

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => this.draw());
        onWillUnmount(() => this.destroy());
    }

    destroy() {
        this.chart?.destroy();
        this.chart = null;
    }

    draw() {
        this.destroy();
        this.chart = new window.Chart(this.canvas.el, {
            type: this.props.type === "doughnut" ? "doughnut" : "bar",
            data: {labels: this.props.labels, datasets: this.datasets},
            options: this.options,
        });
    }

    get isRound() {
        return this.props.type === "doughnut";
    }

    get datasets() {
        const scheme = cookie.get("color_scheme");
        const ranks = this.props.ranks || this.props.labels.map((_label, n) => n);
        return this.props.series.map((serie, index) => ({
            label: serie.label,
            data: serie.data,
            backgroundColor: this.isRound
                ? ranks.map((rank) => fill(rank))
                : getColor(index, scheme, "odoo"),
        }));
    }

    euros(amount, options = {}) {
        return new Intl.NumberFormat(user.lang, {
            style: "currency",
            currency: this.props.currency,
            ...options,
        }).format(amount);
    }

    get options() {
        const label = ({dataset, label: name, raw}) =>
            `${this.isRound ? name : dataset.label} : ${this.euros(raw)}`;
        const ticks = {
            callback: (value) => this.euros(value, {maximumFractionDigits: 0}),
        };
        const scales = {[this.props.type === "rows" ? "x" : "y"]: {ticks}};
        return {
            locale: user.lang,
            maintainAspectRatio: false,
            animation: false,
            indexAxis: this.props.type === "rows" ? "y" : "x",
            scales: this.isRound ? {} : scales,
            plugins: {
                legend: {
                    display: this.isRound || this.props.series.length > 1,
                    position: this.isRound ? "right" : "top",
                },
                tooltip: {callbacks: {label}},
            },
        };
    }
}

/**
 * First screen of the Régie: figures, charts and lists that lead to what they show.
 */
export class RegieDashboard extends Component {
    static template = "espace_famille_billing.RegieDashboard";
    static components = {Layout, RegieChart};
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.data = useState({});
        onWillStart(() => this.load());
    }

    /**
     * Show one of several régies; 0: all of them, nothing given: that of the user.
     */
    async load(regie = null) {
        Object.assign(
            this.data,
            await this.orm.call("espace.regie.dashboard", "load", [regie])
        );
    }

    chooseRegie({target}) {
        return this.load(Number(target.value));
    }

    open(action) {
        return this.action.doAction(action);
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    labels(rows) {
        return rows.map((row) => row.label);
    }

    amounts(rows, name = "amount") {
        return rows.map((row) => row[name]);
    }

    words(rows) {
        return rows.map((row) => `${row.label} : ${row.words}`).join(" ; ");
    }

    /** The names of slices with their amounts: they tell them apart in grey, too. */
    legend(rows) {
        return rows.map((row) => `${row.label} : ${row.words}`);
    }

    monthWords() {
        return this.data.months
            .map(
                (row) => `${row.label} : ${row.invoiced_words} / ${row.received_words}`
            )
            .join(" ; ");
    }
}

registry.category("actions").add("espace_regie_dashboard", RegieDashboard);
