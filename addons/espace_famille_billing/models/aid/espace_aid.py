from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...domain import aid as rule
from ...domain.wording import format_number
from ..core.amounts import to_decimal
from ..core.groups import MONEY
from .aid_plan import no_use

KINDS = [
    ("percent", "A percentage of the price"),
    ("booking", "Euros for each booking"),
    ("day", "Euros for each day of a child"),
    ("month", "Euros for each month"),
]
PERIODS = [("month", "a month"), ("year", "a calendar year"), ("all", "in all")]

# What charges were made of: another decision says otherwise.
SAID = ("activity_ids", "amount", "child_id", "family_id", "kind", "payer_id", "share")


class EspaceAid(models.Model):
    """The decision that a third party pays a part of what a family is charged.

    It holds for what is invoiced from then on: the family's invoice bears a line that
    deducts the part, and the third party is invoiced for the same sum.
    """

    _name = "espace.aid"
    _description = "Decision of a Third Party to Pay"
    _order = "date_from desc, sequence, id"
    _rec_name = "number"
    _check_company_auto = True

    # Who pays for whom
    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    child_id = fields.Many2one(
        "espace.child",
        ondelete="restrict",
        check_company=True,
        help="Empty: for all the children whose days this family pays.",
    )
    activity_ids = fields.Many2many(
        "espace.activity", check_company=True, help="None: for all activities."
    )
    payer_id = fields.Many2one(
        "res.partner",
        "Third Party",
        required=True,
        index=True,
        ondelete="restrict",
        help="Who pays: the CCAS, an employer, the CAF… Invoices are made out to it.",
    )
    sequence = fields.Integer(
        default=10,
        help="Of several decisions for one booking the first one pays first; another "
        "one pays at most what is left of the price.",
    )

    # How much
    kind = fields.Selection(KINDS, "Pays", default="percent", required=True)
    share = fields.Float("Share (%)", digits=(16, 2))
    amount = fields.Monetary(
        "Sum", help="At most the price: nobody pays more than a booking costs."
    )
    ceiling = fields.Monetary(help="Nothing: no ceiling.")
    ceiling_period = fields.Selection(
        PERIODS, "Ceiling For", default="all", required=True
    )

    # The decision
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="The first day of services that it holds for.",
    )
    date_to = fields.Date("To", help="The last day, included. Empty: no end.")
    number = fields.Char("Decision No.", required=True)
    decided_on = fields.Date("Decided on", required=True)
    document = fields.Binary(attachment=True)
    document_name = fields.Char()
    note = fields.Char()

    # What became of it
    charge_ids = fields.One2many(
        "espace.charge", "aid_id", "Parts Paid", readonly=True, groups=MONEY
    )
    used = fields.Monetary(
        compute="_compute_used",
        compute_sudo=True,
        help="What the third party pays so far, without what was given back.",
    )
    remark = fields.Text(compute="_compute_remark", compute_sudo=True)

    _share_valid = models.Constraint(
        "CHECK(kind != 'percent' OR coalesce(share, 0) > 0 AND share <= 100)",
        "A share is above 0 and at most 100 percent.",
    )
    _amount_positive = models.Constraint(
        "CHECK(kind = 'percent' OR coalesce(amount, 0) > 0)",
        "The sum must be above zero.",
    )
    _ceiling_positive = models.Constraint(
        "CHECK(ceiling >= 0)", "A ceiling must not be negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A decision must not end before it begins.",
    )

    @api.depends("charge_ids.amount", "charge_ids.state")
    def _compute_used(self):
        groups = self.env["espace.charge"]._read_group(
            [("aid_id", "in", self.ids), ("state", "!=", "offset")],
            ["aid_id"],
            ["amount:sum"],
        )
        used = {aid: -amount for aid, amount in groups}
        for aid in self:
            aid.used = used.get(aid._origin, 0)

    @api.depends(
        "family_id", "child_id", "activity_ids", "date_from", "date_to", "charge_ids"
    )
    def _compute_remark(self):
        for aid in self:
            words = [aid._invoiced_without_words(), aid._invoiced_beyond_words()]
            aid.remark = "\n".join(filter(None, words)) or False

    @api.constrains("payer_id", "family_id")
    def _check_payer(self):
        for aid in self:
            payer = aid.payer_id.commercial_partner_id
            if payer.company_id and payer.company_id != aid.company_id:
                raise ValidationError(
                    self.env._("%s is a contact of another commune.", payer.name)
                )
            if payer.sudo()._espace_payer_families():
                raise ValidationError(
                    self.env._(
                        "%s is the payer of a family: who shares the days of a child "
                        "has its own account, by the custody of the child.",
                        payer.name,
                    )
                )

    # === CRUD === #

    def write(self, vals):
        """Keep what was invoiced by a decision; merging families moves it all the same.

        :raise UserError: parts of charges name what would change
        """
        before = {aid: aid._said() for aid in self if not self.env.su}
        result = super().write(vals)
        for aid, said in before.items():
            if said != aid._said() and aid.sudo().charge_ids:
                raise UserError(
                    self.env._(
                        "Charges were invoiced by the decision %s: give it a last day, "
                        "and enter what holds from then on as another one.",
                        aid.number,
                    )
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        for aid in self:
            if aid.sudo().charge_ids:
                raise UserError(
                    self.env._(
                        "Charges were invoiced by the decision %s: it is not deleted. "
                        "Give it a last day instead.",
                        aid.number,
                    )
                )

    def _said(self):
        """Return what the charges that were made of this decision are made of."""
        self.ensure_one()
        return [self[name] for name in SAID]

    # === What it covers === #

    def _covers(self, charge):
        """Tell whether this decision is about a charge, or a booking."""
        self.ensure_one()
        return (
            self.family_id == charge.family_id
            and (not self.child_id or self.child_id == charge.child_id)
            and (not self.activity_ids or charge.activity_id in self.activity_ids)
            and self.date_from <= charge.date
            and (not self.date_to or charge.date <= self.date_to)
        )

    def _share(self):
        """Return the percentage of the price that is paid, below the limits."""
        return self.share if self.kind == "percent" else 100

    def _limits(self):
        """Return [(scope, euros, whether it is a ceiling)] of what is paid at most."""
        self.ensure_one()
        limits = []
        if self.kind != "percent":
            limits.append((self.kind, to_decimal(self.amount), False))
        if self.ceiling:
            limits.append((self.ceiling_period, to_decimal(self.ceiling), True))
        return limits

    def _used(self):
        """Return {id: {bucket: euros}} of what was used of the limits so far.

        Whoever uses the same decision at the same time begins again.
        """
        used = defaultdict(no_use)
        if not self:
            return used
        self.env["espace.charge"].flush_model()
        for aid_id, child, day, booking, amount in self.env.execute_query(
            SQL(
                """
                SELECT aid_id, child_id, date, coalesce(reservation_id, -flat_due_id),
                    sum(-amount)
                FROM espace_charge
                WHERE aid_id = ANY(%s) AND state != 'offset'
                GROUP BY 1, 2, 3, 4
                """,
                self.ids,
            )
        ):
            aid = self.browse(aid_id)
            for scope in {scope for scope, _limit, _ceiling in aid._limits()}:
                key = rule.bucket(scope, day, child, booking)
                used[aid_id][key] += to_decimal(amount)
        return used

    def _lock_used(self):
        """Have whoever uses up these decisions meanwhile begin again."""
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_aid SET sequence = sequence WHERE id = ANY(%s)",
                    self.ids,
                )
            )

    # === Words === #

    def _decision_words(self):
        """Say by which decision: number and day."""
        self.ensure_one()
        return self.env._(
            "decision %(number)s of %(day)s",
            number=self.number,
            day=self.company_id._espace_format_day(self.decided_on, "d MMMM y"),
        )

    def _words(self, price, part, limited):
        """Say who pays what of a price, for the family and for who pays.

        :param bool limited: its ceiling is reached by this
        """
        self.ensure_one()
        aid = self.with_context(lang=self.family_id.lang)
        euros = aid.company_id._espace_amount_words
        names = {
            "payer": aid.payer_id.name,
            "part": euros(part),
            "price": euros(price),
            "decision": aid._decision_words(),
        }
        if limited:
            return aid.env._(
                "Paid by %(payer)s: %(part)s of %(price)s, its ceiling is reached "
                "(%(decision)s)",
                **names,
            )
        if aid.kind == "percent":
            return aid.env._(
                "Paid by %(payer)s: %(share)s %% of %(price)s (%(decision)s)",
                share=format_number(to_decimal(aid.share)),
                **names,
            )
        return aid.env._(
            "Paid by %(payer)s: %(part)s of %(price)s (%(decision)s)", **names
        )

    def _given_back_words(self, part, credited):
        """Say that a part of what is credited is given back to who paid it."""
        self.ensure_one()
        aid = self.with_context(lang=self.family_id.lang)
        euros = aid.company_id._espace_amount_words
        return aid.env._(
            "Given back to %(payer)s: %(part)s of %(credited)s (%(decision)s)",
            payer=aid.payer_id.name,
            part=euros(part),
            credited=euros(credited),
            decision=aid._decision_words(),
        )

    # === What is invoiced already === #

    def _scope(self):
        """Return the domain of the charges of whom and what this decision names."""
        domain = Domain("family_id", "=", self.family_id._origin.id)
        if self.child_id:
            domain &= Domain("child_id", "=", self.child_id._origin.id)
        if self.activity_ids:
            domain &= Domain("activity_id", "in", self.activity_ids._origin.ids)
        return domain

    def _invoiced_without_words(self):
        """Say what of its days was invoiced before the decision was entered."""
        if not self.family_id or not self.date_from:
            return ""
        days = Domain("date", ">=", self.date_from)
        if self.date_to:
            days &= Domain("date", "<=", self.date_to)
        entered = self._origin.create_date
        charges = (
            self.env["espace.charge"]
            .search(
                self._scope()
                & days
                & Domain("aid_id", "=", False)
                & Domain("invoice_line_id.parent_state", "=", "posted")
            )
            .filtered(
                lambda charge: (
                    self._origin not in charge._owners_charges().aid_id
                    and not (
                        entered
                        and charge.amount > 0
                        and charge.move_id.create_date > entered
                    )
                )
            )
        )
        amount = charges._total()
        if amount <= 0:
            return ""
        return self.env._(
            "%(amount)s of these days were invoiced before this decision, until "
            "%(day)s: those invoices stay. To have the third party pay its part of "
            "them, credit them and invoice them again.",
            amount=self.company_id._espace_amount_words(amount),
            day=format_date(self.env, max(charges.mapped("date"))),
        )

    def _invoiced_beyond_words(self):
        """Say what the third party pays of days that the decision no longer holds for.

        That is what a decision leaves which is ended afterwards.
        """
        beyond = self.charge_ids.filtered(
            lambda charge: (
                charge.state == "invoiced"
                and (
                    charge.date < self.date_from
                    or (self.date_to and charge.date > self.date_to)
                )
            )
        )
        amount = -beyond._total()
        if amount <= 0:
            return ""
        return self.env._(
            "%(payer)s was invoiced %(amount)s for days outside these dates "
            "(%(invoices)s): those invoices stay. To correct them, credit the "
            "invoices of the family and invoice them again.",
            payer=self.payer_id.name,
            amount=self.company_id._espace_amount_words(amount),
            invoices=", ".join(beyond.move_id.sorted("id").mapped("name")),
        )

    def action_open_parts(self):
        """Open the charges by which the third party pays."""
        self.ensure_one()
        self.check_access("read")
        return self.env["espace.charge"]._opened([("aid_id", "=", self.id)])


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    aid_ids = fields.One2many("espace.aid", "family_id", "Third Parties", groups=MONEY)


class ResPartner(models.Model):
    _inherit = "res.partner"

    espace_aid_ids = fields.One2many(
        "espace.aid", "payer_id", "Decisions to Pay for Families", groups=MONEY
    )

    def _espace_pays_for_families(self):
        """Return those of these, and of who they belong to, that decisions name."""
        payers_sudo = (
            self.env["espace.aid"]
            .sudo()
            .search(
                [
                    (
                        "payer_id.commercial_partner_id",
                        "in",
                        self.commercial_partner_id.ids,
                    )
                ]
            )
            .payer_id.commercial_partner_id
        )
        return self.filtered(lambda p: p.commercial_partner_id in payers_sudo)
