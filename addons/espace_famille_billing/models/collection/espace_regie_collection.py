from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_amount, format_date


class EspaceRegie(models.Model):
    """What a cash office holds, hands over and states."""

    _inherit = "espace.regie"

    statement_ids = fields.One2many(
        "espace.collection.statement", "regie_id", "Statements"
    )
    remittance_ids = fields.One2many("espace.remittance", "regie_id", "Remittances")
    remittance_journal_id = fields.Many2one(
        "account.journal",
        "Treasury Journal",
        domain="[('type', '=', 'bank'), ('espace_regie_id', '=', False)]",
        check_company=True,
        help="The account of the public treasury (515) that remittances go to.",
    )
    remittance_sequence_id = fields.Many2one(
        "ir.sequence", "Numbers of Remittances", readonly=True, copy=False
    )
    closed_until = fields.Date(
        compute="_compute_closed_until",
        help="The end of the last closed statement: no payment may be dated before.",
    )
    cash_held = fields.Monetary(
        compute="_compute_cash_held",
        groups="espace_famille.group_finance,espace_famille.group_manager",
    )
    cash_ceiling_exceeded = fields.Boolean(
        compute="_compute_cash_held",
        groups="espace_famille.group_finance,espace_famille.group_manager",
    )

    @api.depends("statement_ids.state", "statement_ids.date_to")
    def _compute_closed_until(self):
        for regie in self:
            closed = regie.sudo().statement_ids.filtered(lambda s: s.state == "closed")
            regie.closed_until = max(closed.mapped("date_to"), default=False)

    @api.depends_context("uid")
    def _compute_cash_held(self):
        for regie in self:
            journals = regie.sudo().journal_ids.filtered(
                lambda journal: journal.espace_means == "cash"
            )
            held = regie.currency_id.round(sum(regie._balances(journals).values()))
            regie.cash_held = held
            regie.cash_ceiling_exceeded = bool(
                regie.cash_ceiling and held > regie.cash_ceiling
            )

    @api.model_create_multi
    def create(self, vals_list):
        regies = super().create(vals_list)
        for regie in regies:
            regie._remittance_sequence()
        return regies

    def _remittance_sequence(self):
        """Return the numbers of the remittances: without a gap, from 1 each year."""
        self.ensure_one()
        if not self.remittance_sequence_id:
            self.remittance_sequence_id = (
                self.env["ir.sequence"]
                .sudo()
                .create(
                    {
                        "name": f"{self.name}: remittances",
                        "prefix": self._remittance_prefix(),
                        "padding": 3,
                        "implementation": "no_gap",
                        "use_date_range": True,
                        "company_id": self.company_id.id,
                    }
                )
            )
        return self.remittance_sequence_id

    def _remittance_prefix(self):
        return f"{self.code}-V-%(range_year)s-"

    def _renew_prefixes(self):
        super()._renew_prefixes()
        self.remittance_sequence_id.sudo().prefix = self._remittance_prefix()

    # === What it holds === #

    def _balances(self, journals, until=None):
        """Return {journal: euros} that the books say it holds at the end of a day.

        :param date until: the day; None: all that is posted
        """
        accounts = journals.default_account_id
        domain = [
            ("account_id", "in", accounts.ids),
            ("parent_state", "=", "posted"),
            ("company_id", "in", self.company_id.ids),
        ]
        if until:
            domain.append(("date", "<=", until))
        balances = dict(
            self.env["account.move.line"]
            .sudo()
            ._read_group(domain, ["account_id"], ["balance:sum"])
        )
        return {
            journal: self.company_id.currency_id.round(
                balances.get(journal.default_account_id, 0)
            )
            for journal in journals
        }

    def _ceiling_words(self):
        """Say that more cash is held than the régisseur may hold, else False."""
        self.ensure_one()
        if not self.cash_ceiling_exceeded:
            return False
        return self.env._(
            "%(regie)s holds %(held)s in cash, above its ceiling of %(ceiling)s: hand "
            "it over to the treasury.",
            regie=self.name,
            held=format_amount(self.env, self.cash_held, self.currency_id),
            ceiling=format_amount(self.env, self.cash_ceiling, self.currency_id),
        )

    # === Closed periods === #

    def _check_period_open(self, day, what):
        """Refuse what is dated in a period that is stated for ever.

        :param str what: names what is dated, for the sentence
        :raise ValidationError: names the first day that is open
        """
        self.ensure_one()
        self._wait_for_closing(day)
        until = self._closed_until()
        if until and day <= until:
            raise ValidationError(
                self.env._(
                    "%(what)s is dated %(day)s, but the statements of %(regie)s are "
                    "closed until %(until)s. Date it %(first)s or later.",
                    what=what,
                    day=format_date(self.env, day),
                    regie=self.name,
                    until=format_date(self.env, until),
                    first=format_date(self.env, until + relativedelta(days=1)),
                )
            )

    def _closed_until(self):
        """Return the end of the last closed statement, False without one."""
        self.ensure_one()
        return (
            self.env["espace.collection.statement"]
            .sudo()
            .search(
                [("regie_id", "=", self.id), ("state", "=", "closed")],
                order="date_to desc",
                limit=1,
            )
            .date_to
        )

    def _wait_for_closing(self, day=None):
        """Be the only transaction that changes what is before today.

        Transactions do not see each other: of a closing and a payment of that period
        at the same time, both of which write this row, the second is run again by
        Odoo. A payment of today concerns no statement that can be closed.
        """
        self.ensure_one()
        if day and day >= self.company_id._espace_today():
            return
        self.env.cr.execute(
            SQL(
                "UPDATE espace_regie SET write_date = write_date WHERE id = %s", self.id
            )
        )

    # === Actions === #

    def _next_period(self):
        """Return the first and last day that the next statement is to hold.

        It ends with the month in which it begins.
        """
        self.ensure_one()
        last = self.env["espace.collection.statement"].search(
            [("regie_id", "=", self.id)], order="date_to desc", limit=1
        )
        if last:
            start = last.date_to + relativedelta(days=1)
        else:
            first = self.env["account.payment"].search(
                [("espace_regie_id", "=", self.id)], order="date", limit=1
            )
            day = first.date or self.company_id._espace_today()
            start = day.replace(day=1)
        return start, start + relativedelta(day=31)

    def action_close_month(self):
        """Open the statement to be closed next; it is made when there is none."""
        self.ensure_one()
        self.check_access("write")
        Statement = self.env["espace.collection.statement"]
        statement = Statement.search(
            [("regie_id", "=", self.id), ("state", "=", "draft")], limit=1
        ) or Statement.create({"regie_id": self.id})
        return statement._get_records_action(
            name=self.env._("Close the Month"), context={"create": False}
        )

    def action_open_statements(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_collection_statement_action"
        )
        action["domain"] = [("regie_id", "=", self.id)]
        action["context"] = {"default_regie_id": self.id}
        return action

    def action_remit(self):
        """Hand the cash over: open a new remittance of what is held."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_remittance_action"
        )
        cash = self.sudo().journal_ids.filtered(lambda j: j.espace_means == "cash")
        action["views"] = [(False, "form")]
        action["context"] = {
            "default_regie_id": self.id,
            "default_journal_id": cash[:1].id,
        }
        return action
