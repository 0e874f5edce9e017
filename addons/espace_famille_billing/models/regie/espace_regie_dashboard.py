from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

MONTHS = 12
TOP = 8
LAST_COLLECTIONS = 5

# What a movement of money does to what was received.
SIGNS = {"receipt": 1, "rejection": -1, "refund": -1}


class EspaceRegieDashboard(models.AbstractModel):
    """First screen of the Régie: what is due, received, overdue and to invoice."""

    _name = "espace.regie.dashboard"
    _description = "Dashboard of the Régie"

    @api.model
    @api.readonly
    def load(self, regie_id=None):
        """Return what the screen shows, for the Régie of the current commune.

        :param int regie_id: of several régies the one to show; 0: all of them, None:
            that of the user
        """
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie sees its dashboard."))
        company = self.env.company
        regies = company._espace_regies()
        regie = regies.browse()
        if len(regies) > 1:
            own = company._espace_own_regie()
            regie = (
                own if regie_id is None else regies.filtered(lambda r: r.id == regie_id)
            )
        return {
            **self._read(company, company._espace_today(), regie),
            "regies": [{"id": r.id, "name": r.name} for r in regies],
            "regie": regie.id or 0,
            "warnings": [
                words for shown in regie or regies for words in shown._warnings()
            ],
        }

    @api.model
    def _read(self, company, today, regie):
        months = self._months(today)
        movements = self._movements(company, regie, months)
        ages, owed = self._open_sums(company, regie)
        return {
            "company": company.name,
            "currency": company.currency_id.name,
            "cards": self._cards(company, regie, today, movements, ages),
            "months": self._by_month(company, regie, months, movements),
            "means": self._by_means(company, movements),
            "activities": self._by_activity(company, regie, months),
            "arrears": self._top_arrears(company, owed),
            "ages": self._ages(company, ages),
            "collections": self._last_collections(company, regie),
            "links": {
                "invoices": self._link("espace_invoice_analysis_action"),
                "payments": self._link("espace_payment_analysis_action"),
                "charges": self._link("espace_charge_analysis_action"),
                "ages": self._open_lines_link(regie),
                "arrears": self._link("espace_arrears_action"),
            },
        }

    @api.model
    def _mine(self, company, regie, name="regie_id"):
        """Return the domain of what is of a commune, or of one of its régies."""
        of_company = [("company_id", "=", company.id)]
        return [*of_company, (name, "=", regie.id)] if regie else of_company

    @api.model
    def _open_lines_link(self, regie):
        action = self._link("espace_arrears_line_action")
        if regie:
            action["domain"] = [
                ("family_id", "!=", False),
                ("regie_id", "=", regie.id),
            ]
        return action

    # === Figures === #

    @api.model
    def _cards(self, company, regie, today, movements, ages):
        """Return the figures at the top, each with the list behind it."""
        credits = -ages.get("credit", 0)
        debts = sum(amount for key, amount in ages.items() if key != "credit")
        overdue = sum(amount for key, amount in ages.items() if key.startswith("late"))
        blocked = self._blocked(company)
        to_invoice, to_deduct = self._waiting_charges(company, regie)
        month = today.replace(day=1)
        received = sum(amount for start, _means, amount in movements if start == month)
        amounts = [
            (
                "due",
                self.env._("Due"),
                debts,
                self.env._("credits: %s", self._euros(company, credits)),
                self._open_lines_link(regie),
            ),
            (
                "overdue",
                self.env._("Overdue"),
                overdue,
                self.env._("bookings blocked: %s", blocked),
                self._link("espace_arrears_action"),
            ),
            (
                "received",
                self.env._("Received this month"),
                received,
                format_date(self.env, today, date_format="MMMM y"),
                self._link(
                    "espace_payment_analysis_action",
                    domain=[
                        *self._mine(company, regie, "espace_regie_id"),
                        ("espace_family_id", "!=", False),
                        ("state", "in", ("in_process", "paid")),
                        ("date", ">=", month),
                    ],
                ),
            ),
            (
                "to_invoice",
                self.env._("To invoice"),
                to_invoice,
                self.env._("credits to deduct: %s", self._euros(company, to_deduct)),
                self._link(
                    "espace_charge_action",
                    context={"search_default_to_invoice": 1},
                    **({"domain": [("regie_id", "=", regie.id)]} if regie else {}),
                ),
            ),
        ]
        return [
            {
                "key": key,
                "label": label,
                "value": self._euros(company, amount),
                "note": note,
                "action": action,
            }
            for key, label, amount, note, action in amounts
        ]

    @api.model
    def _blocked(self, company):
        """Return how many families may not book: few, of those somebody decided on."""
        decided = self.env["espace.booking.block"].search(
            [*self._mine(company, self.env["espace.regie"]), ("state", "=", "in_force")]
        )
        if not decided:
            return 0
        return self.env["espace.arrears"].search_count(
            [("id", "in", decided.family_id.ids), ("blocked", "=", True)]
        )

    @api.model
    def _waiting_charges(self, company, regie):
        """Return the euros of the charges, and of the credits, not yet invoiced."""
        waiting = [*self._mine(company, regie), ("state", "=", "to_invoice")]
        sums = [
            self.env["espace.charge"]._read_group(
                [*waiting, ("amount", sign, 0)], [], ["amount:sum"]
            )[0][0]
            or 0
            for sign in (">", "<")
        ]
        return sums[0], -sums[1]

    # === By month === #

    @api.model
    def _months(self, today):
        """Return the first days of the last twelve months, this one included."""
        month = today.replace(day=1)
        return [month - relativedelta(months=n) for n in reversed(range(MONTHS))]

    @api.model
    def _movements(self, company, regie, months):
        """Return [(first day of the month, means or False, euros)] since the first."""
        return [
            (fields.Date.to_date(month), means, SIGNS[kind] * amount)
            for month, means, kind, amount in self.env["account.payment"]._read_group(
                [
                    *self._mine(company, regie, "espace_regie_id"),
                    ("espace_kind", "!=", False),
                    ("state", "in", ("in_process", "paid")),
                    ("date", ">=", months[0]),
                ],
                ["date:month", "espace_means", "espace_kind"],
                ["amount:sum"],
            )
        ]

    @api.model
    def _by_month(self, company, regie, months, movements):
        """Return what was invoiced and received, month by month."""
        invoiced = {
            fields.Date.to_date(month): amount
            for month, amount in self.env["account.move"]._read_group(
                [
                    *self._mine(company, regie, "espace_regie_id"),
                    ("espace_family_id", "!=", False),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                    ("invoice_date", ">=", months[0]),
                ],
                ["invoice_date:month"],
                ["amount_total_signed:sum"],
            )
        }
        return [
            {
                "label": format_date(self.env, month, date_format="MMM yy"),
                "invoiced": round(invoiced.get(month, 0), 2),
                "received": round(
                    sum(amount for start, _m, amount in movements if start == month), 2
                ),
                "invoiced_words": self._euros(company, invoiced.get(month, 0)),
                "received_words": self._euros(
                    company,
                    sum(amount for start, _m, amount in movements if start == month),
                ),
            }
            for month in months
        ]

    @api.model
    def _by_means(self, company, movements):
        """Return what was received by each means of payment, the most used first.

        A means keeps its rank, hence its colour and pattern, whatever the amounts.
        """
        labels = dict(
            self.env["account.payment"]
            ._fields["espace_means"]
            ._description_selection(self.env)
        )
        ranks = {means: rank for rank, means in enumerate(labels)}
        sums = {}
        for _month, means, amount in movements:
            sums[means] = sums.get(means, 0) + amount
        return [
            {
                "label": labels.get(means) or self.env._("Other"),
                "rank": ranks.get(means, len(ranks)),
                **self._figure(company, amount),
            }
            for means, amount in sorted(sums.items(), key=lambda item: -item[1])
            if round(amount, 2) > 0
        ]

    @api.model
    def _by_activity(self, company, regie, months):
        """Return what was charged for each activity, of days since the first month."""
        groups = self.env["espace.charge"]._read_group(
            [*self._mine(company, regie), ("date", ">=", months[0])],
            ["activity_id"],
            ["amount:sum"],
        )
        return [
            {"label": activity.name, **self._figure(company, amount)}
            for activity, amount in sorted(groups, key=lambda group: -group[1])
            if round(amount, 2)
        ]

    # === Arrears === #

    @api.model
    def _open_sums(self, company, regie):
        """Return what families have not paid, or are owed; the ledger is read once.

        :return: ({age: euros}, {id of a family: (euros overdue, days)}), of the
            families those that owe most, the most first
        """
        Aged = self.env["espace.aged.receivable"]
        query = Aged._search(
            [*self._mine(company, regie), ("family_id", "!=", False)], order="id"
        )
        names = ("bucket", "family_id", "amount", "days_late")
        columns = [SQL.identifier(query.table, name) for name in names]
        rows = self.env.execute_query(
            SQL(
                """
                WITH open AS MATERIALIZED (%(open)s)
                SELECT bucket, NULL::int, sum(amount), NULL::int
                  FROM open
              GROUP BY bucket
             UNION ALL (
                SELECT NULL, family_id, sum(amount) AS owed, max(days_late)
                  FROM open
                 WHERE days_late > 0
              GROUP BY family_id
              ORDER BY owed DESC, family_id
                 LIMIT %(top)s)
                """,
                open=query.select(*columns),
                top=TOP,
            )
        )
        ages = {age: amount for age, family_id, amount, _days in rows if not family_id}
        owed = {
            family_id: (amount, days)
            for _age, family_id, amount, days in rows
            if family_id
        }
        return ages, owed

    @api.model
    def _ages(self, company, sums):
        """Return what is unpaid by its age, credits apart."""
        labels = self.env["espace.aged.receivable"]._fields["bucket"]
        return [
            {"label": label, **self._figure(company, sums.get(key, 0))}
            for key, label in labels._description_selection(self.env)
            if key != "credit"
        ]

    @api.model
    def _top_arrears(self, company, owed):
        """Return the families that owe most, with what was done about it.

        :param owed: {id of a family: (euros overdue, days)}
        """
        lines = self.env["espace.arrears"].browse(owed)
        return [
            {
                "id": line.id,
                "name": line.family_id.display_name,
                "overdue": self._euros(company, overdue),
                "days": days,
                "level": line.last_level_id.name or "",
                "blocked": line.blocked,
                "exempt": line.exempt,
            }
            for line, (overdue, days) in zip(lines, owed.values(), strict=True)
        ]

    @api.model
    def _last_collections(self, company, regie):
        """Return the last collections of the régies."""
        collections = self.env["espace.collection.statement"].search(
            self._mine(company, regie), limit=LAST_COLLECTIONS
        )
        states = dict(collections._fields["state"]._description_selection(self.env))
        return [
            {
                "id": collection.id,
                "name": collection.display_name,
                "period": company._espace_span_words(
                    collection.date_from, collection.date_to
                ),
                "state": states.get(collection.state, ""),
                "closing": self._euros(company, collection.closing_balance),
            }
            for collection in collections
        ]

    # === Tools === #

    @api.model
    def _figure(self, company, amount):
        """Return an amount for a chart, and in words."""
        return {
            "amount": round(amount, 2),
            "words": self._euros(company, amount),
        }

    @api.model
    def _euros(self, company, amount):
        return format_amount(self.env, amount, company.currency_id)

    @api.model
    def _link(self, name, **changes):
        """Return the window action that a figure opens."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"espace_famille_billing.{name}"
        )
        return {**action, **changes}
