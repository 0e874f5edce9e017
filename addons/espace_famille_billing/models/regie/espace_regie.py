from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class EspaceRegie(models.Model):
    """A cash office (régie de recettes): collects for the public accountant.

    A régisseur receives the families' money in the journals of the régie, one a means
    of payment, gives numbered receipts and hands the money over to the public treasury.

    A commune may have several. How money finds its régie:

    - An activity says which régie collects for it (`espace.activity.regie_id`); the
      only régie of a commune collects for all its activities, without a word.
    - A charge keeps the régie of its activity (`espace.charge.regie_id`), and so do
      its corrections: when an activity changes its régie, what was charged stays.
    - An invoice is of one régie (`account.move.espace_regie_id`): charges are invoiced
      by family and régie. A payment, and its entry, is of the régie of its journal.
    - Money of one régie never settles what is owed to another: that is refused where
      Odoo matches two lines (`account.partial.reconcile`), whoever asks for it. What is
      of no régie (balances taken over, money at the treasury) may settle anything.
    - A cart of two régies is two draft invoices, paid one after the other by two
      payments: one would have to be cut in two journals, and the bank gives one sum.

    Its act (acte constitutif) lists what it collects, by which means and who does so;
    `espace_regie_rules` refuses the rest.
    """

    _name = "espace.regie"
    _description = "Cash Office"
    _order = "code, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(
        required=True, help="Begins the numbers of its receipts and collections."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    regisseur_id = fields.Many2one("res.users", "Régisseur")
    deputy_ids = fields.Many2many("res.users", string="Deputies")
    decision = fields.Char(
        "Act of Creation", help="Reference of the decision that created the régie."
    )
    decision_date = fields.Date("Date of the Act")
    activity_ids = fields.One2many(
        "espace.activity",
        "regie_id",
        "Activities",
        help="What its act lets it collect; it refuses payments for anything else.",
    )
    sale_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Invoices",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Its invoices are numbered there; empty: in that of the commune.",
    )
    minimum_invoice = fields.Monetary(
        "Smallest Invoice",
        compute="_compute_minimum_invoice",
        store=True,
        readonly=False,
        precompute=True,
        help="A family that owes less is invoiced later, with what follows; 0: always.",
    )
    is_one_of_several = fields.Boolean(compute="_compute_is_one_of_several")
    journal_ids = fields.One2many("account.journal", "espace_regie_id", "Journals")
    receipt_sequence_id = fields.Many2one(
        "ir.sequence", "Numbers of Receipts", readonly=True, copy=False
    )

    # What it holds and hands over
    cash_ceiling = fields.Monetary(
        help="Cash that the régisseur may hold before it must be handed over; 0: none."
    )
    cash_held = fields.Monetary(
        compute="_compute_cash_held",
        groups="espace_famille.group_finance,espace_famille.group_manager",
    )
    cash_ceiling_exceeded = fields.Boolean(
        compute="_compute_cash_held",
        groups="espace_famille.group_finance,espace_famille.group_manager",
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

    _code_unique = models.UniqueIndex(
        "(code, company_id)", "Another régie of this commune has that code."
    )
    _cash_ceiling_positive = models.Constraint(
        "CHECK(cash_ceiling >= 0)", "The cash ceiling must not be negative."
    )
    _minimum_invoice_positive = models.Constraint(
        "CHECK(minimum_invoice >= 0)", "The smallest invoice must not be negative."
    )

    @api.depends("company_id.espace_minimum_invoice")
    def _compute_minimum_invoice(self):
        """Follow the settings of the commune as long as it has one régie."""
        for regie in self:
            if regie._origin and regie.is_one_of_several:
                continue
            regie.minimum_invoice = regie.company_id.espace_minimum_invoice

    @api.depends("company_id")
    def _compute_is_one_of_several(self):
        for regie in self:
            regie.is_one_of_several = len(regie.company_id._espace_regies()) > 1

    @api.depends("cash_ceiling", "cash_float", "float_booked")
    @api.depends_context("uid")
    def _compute_cash_held(self):
        for regie in self:
            regie.cash_held = regie._held("cash")
            regie.cash_ceiling_exceeded = bool(
                regie.cash_ceiling and regie.cash_held > regie.cash_ceiling
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        regies = super().create(vals_list)
        for regie in regies:
            regie.receipt_sequence_id = regie._create_receipt_sequence()
            regie._remittance_sequence()
        for company in regies.company_id:
            known = company.with_context(active_test=False)._espace_regies()
            if len(known) == 1:
                known._adopt()
        self.invalidate_model(["is_one_of_several"])
        regies._show_selectors()
        regies.company_id._espace_give_reminder_levels()
        return regies

    def _adopt(self):
        """Take over what belongs to no régie, as the first one of its commune.

        Activities, and what was charged and invoiced for them before.
        """
        self.ensure_one()
        regie_sudo = self.sudo()
        regie_sudo.env["espace.activity"].with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id), ("regie_id", "=", False)]
        ).regie_id = regie_sudo
        self.env.flush_all()
        for query in (
            SQL(
                "UPDATE espace_charge SET regie_id = %s "
                "WHERE company_id = %s AND regie_id IS NULL",
                self.id,
                self.company_id.id,
            ),
            SQL(
                "UPDATE espace_billing_run_family SET regie_id = %s "
                "WHERE company_id = %s AND regie_id IS NULL",
                self.id,
                self.company_id.id,
            ),
            SQL(
                "UPDATE account_move SET espace_regie_id = %s "
                "WHERE company_id = %s AND espace_regie_id IS NULL "
                "AND espace_family_id IS NOT NULL",
                self.id,
                self.company_id.id,
            ),
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def _show_selectors(self):
        """Show the régie on forms and lists once a commune has several."""
        if any(len(company._espace_regies()) > 1 for company in self.company_id):
            self.env.ref("base.group_user").sudo()._apply_group(
                self.env.ref("espace_famille_billing.group_regies")
            )

    def write(self, vals):
        """Have the numbers of the régie begin with its code, once and for all."""
        recoded = self.filtered(
            lambda regie: vals.get("code", regie.code) != regie.code
        )
        recoded._check_no_number()
        result = super().write(vals)
        for regie in recoded:
            regie._renew_prefixes()
        if "active" in vals:
            self.invalidate_model(["is_one_of_several"])
            self._show_selectors()
        return result

    def _check_no_number(self):
        for regie in self:
            if regie._has_numbered():
                raise UserError(
                    self.env._(
                        "The numbers of the régie %(name)s begin with %(code)s: its "
                        "code does not change once it has given a receipt.",
                        name=regie.name,
                        code=regie.code,
                    )
                )

    def _has_numbered(self):
        """Tell whether this régie has given a receipt."""
        self.ensure_one()
        return bool(
            self.env["account.payment"]
            .sudo()
            .search_count(
                [
                    ("espace_regie_id", "=", self.id),
                    ("espace_receipt_number", "!=", False),
                ],
                limit=1,
            )
        )

    # === Numbers === #

    @api.model
    def _next_number(self, sequence, date):
        """Return the next number that a sequence without gap gives on a local date.

        The first number of a year opens its range. Two who do so at the same instant
        would both insert it, which Odoo shows as an error; the row that both write
        makes the second one try again instead, and find the range.
        """
        if not any(r.date_from <= date <= r.date_to for r in sequence.date_range_ids):
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_sequence SET write_date = write_date WHERE id = %s",
                    sequence.id,
                )
            )
        return sequence.next_by_id(sequence_date=date)

    def _renew_prefixes(self):
        """Have the numbers to come begin with the code of this régie."""
        self.receipt_sequence_id.sudo().prefix = self._receipt_prefix()
        self.remittance_sequence_id.sudo().prefix = self._remittance_prefix()

    def _receipt_prefix(self):
        return f"{self.code}-%(range_year)s-"

    def _remittance_prefix(self):
        return f"{self.code}-V-%(range_year)s-"

    def _create_receipt_sequence(self):
        return self._create_sequence(
            f"{self.name}: receipts", self._receipt_prefix(), padding=5
        )

    def _remittance_sequence(self):
        """Return the numbers of the remittances, made if there are none."""
        self.ensure_one()
        if not self.remittance_sequence_id:
            self.remittance_sequence_id = self._create_sequence(
                f"{self.name}: remittances", self._remittance_prefix(), padding=3
            )
        return self.remittance_sequence_id

    def _create_sequence(self, name, prefix, padding):
        """Create numbers without a gap, from 1 each year."""
        self.ensure_one()
        return (
            self.env["ir.sequence"]
            .sudo()
            .create(
                {
                    "name": name,
                    "prefix": prefix,
                    "padding": padding,
                    "implementation": "no_gap",
                    "use_date_range": True,
                    "company_id": self.company_id.id,
                }
            )
        )

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

    def action_remit(self):
        """Hand the cash over: open a new remittance of what is held."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_remittance_action"
        )
        cash_sudo = self.sudo().journal_ids.filtered(lambda j: j.espace_means == "cash")
        action["views"] = [(False, "form")]
        action["context"] = {
            "default_regie_id": self.id,
            "default_journal_id": cash_sudo[:1].id,
        }
        return action
