from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain.regie import admits_cesu
from ..core.amounts import to_decimal
from ..tariff.espace_tariff_line import EVENTS

# What may change once a charge exists: its invoices and the charge that undid it.
LINKS = {"invoice_line_id", "offset_charge_id", "payer_line_id"}

# What a charge is for; another one that takes it back has the same.
ABOUT = (
    "reservation_id",
    "flat_due_id",
    "child_id",
    "family_id",
    "product_id",
    "activity_id",
    "regie_id",
    "date",
    "event",
    "company_id",
    "currency_id",
    "qf",
    "qf_known",
    "tariff_line_id",
)


class EspaceCharge(models.Model):
    """What a booking, a month at a flat price, a pack costs or gives back."""

    _name = "espace.charge"
    _description = "Charge"
    _order = "date desc, id desc"
    _rec_name = "explanation"
    _check_company_auto = True

    # For what
    reservation_id = fields.Many2one(
        "espace.reservation", index=True, ondelete="restrict"
    )
    child_id = fields.Many2one("espace.child", required=True, ondelete="restrict")
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    activity_id = fields.Many2one("espace.activity", required=True, ondelete="restrict")
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        ondelete="restrict",
        help="The one that collected for the activity when it was first charged.",
    )
    date = fields.Date("Day of Service", required=True, index=True)
    event = fields.Selection(EVENTS, required=True)
    company_id = fields.Many2one("res.company", required=True)
    # Given with the others: else it is looked up again for each new charge.
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
    )

    # How much and why
    quantity = fields.Float(digits=(16, 4), required=True)
    unit_price = fields.Float(digits=(16, 4), required=True)
    amount = fields.Monetary(required=True)
    qf = fields.Float("QF Used", digits=(16, 2), help="Empty when it was unknown.")
    qf_known = fields.Boolean()
    tariff_line_id = fields.Many2one("espace.tariff.line", ondelete="set null")
    explanation = fields.Char(required=True)

    # What became of it
    at_once = fields.Boolean(
        "Due at Booking",
        readonly=True,
        copy=False,
        help="Invoiced within minutes, without waiting for a run.",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", copy=False
    )
    move_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    offset_charge_id = fields.Many2one(
        "espace.charge", "Undone by", copy=False, ondelete="restrict"
    )
    reverses_id = fields.Many2one(
        "espace.charge",
        "Credits the Charge",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    reversed_by_ids = fields.One2many(
        "espace.charge", "reverses_id", "Credited by", readonly=True
    )
    closure_id = fields.Many2one(
        "espace.closure",
        "Given Back by the Closure",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("to_invoice", "To invoice"),
            ("invoiced", "Invoiced"),
            ("offset", "Undone before invoicing"),
        ],
        compute="_compute_state",
        store=True,
        precompute=True,
        readonly=False,
    )

    # Few wait at any time: an index of all states would only slow down bookings.
    _to_invoice = models.Index("(family_id) WHERE state = 'to_invoice'")

    _reversed_once = models.UniqueIndex(
        "(reverses_id) WHERE reverses_id IS NOT NULL",
        "This charge was credited already: reload the page.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for charge in self:
            charge.currency_id = charge.company_id.currency_id

    @api.depends("invoice_line_id", "offset_charge_id")
    def _compute_state(self):
        for charge in self:
            if charge.invoice_line_id:
                charge.state = "invoiced"
            else:
                charge.state = "offset" if charge.offset_charge_id else "to_invoice"

    # === CRUD === #

    def write(self, vals):
        if vals.keys() - LINKS:
            raise UserError(
                self.env._("A charge is never edited: settle the booking again.")
            )
        for name in ("invoice_line_id", "payer_line_id"):
            if name in vals:
                self.check_access("write")
                self._check_invoice_stays(name, vals[name])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A charge is never deleted: cancel the booking instead.")
        )

    def _check_invoice_stays(self, name, line_id):
        """Leave charges on the posted invoice that was sent with them.

        :param str name: of the field that would say another line
        """
        for charge in self.sudo().filtered(name):
            line = charge[name]
            if line.id != line_id and line.parent_state == "posted":
                raise UserError(
                    self.env._(
                        "The charge is on the posted invoice %s: credit it instead.",
                        line.move_id.name,
                    )
                )

    # === What it is worth === #

    def _about(self):
        """Return the values of what this charge is for, for one that takes it back."""
        self.ensure_one()
        return {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in ABOUT
        }

    def _admits_cesu(self):
        """Tell whether a CESU may pay this: by its activity and the child's age."""
        self.ensure_one()
        return admits_cesu(self.activity_id.cesu, self.child_id.birth_date, self.date)

    def _total(self):
        """Return the euros that these charges make."""
        return sum((to_decimal(charge.amount) for charge in self), Decimal(0))

    # === Undoing what is not invoiced === #

    def _offset_undone(self):
        """Pair each of these with the uninvoiced charges that it undoes exactly.

        A credit undoes a charge; a charge made again undoes a credit not yet
        deducted, lest an invoice take the credit and leave the charge behind.
        """
        groups = self._read_group(
            [
                ("reservation_id", "in", self.reservation_id.ids),
                ("state", "=", "to_invoice"),
                ("id", "not in", self.ids),
            ],
            ["reservation_id"],
        )
        open_before = {reservation.id for [reservation] in groups}
        for charge in self.filtered(lambda c: c.reservation_id.id in open_before):
            undone = charge._undone()
            if undone:
                charge.offset_charge_id = undone[0]
                undone.offset_charge_id = charge
        self._settle_aids()

    def _undone(self):
        """Return the uninvoiced charge, or all of them, that this one undoes."""
        self.ensure_one()
        opposite = -to_decimal(self.amount)
        others = (self.reservation_id.charge_ids - self).filtered(
            lambda charge: charge.state == "to_invoice" and not charge.aid_id
        )
        same = others.filtered(lambda charge: to_decimal(charge.amount) == opposite)
        if same:
            return same[:1]
        total = sum(to_decimal(charge.amount) for charge in others)
        return others if total == opposite else others.browse()

    @api.model
    def _opened(self, domain):
        """Return the action that opens some charges, without the usual filters."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_charge_action"
        )
        action["domain"] = domain
        action["context"] = {}
        return action

    def _undo(self):
        """Undo these charges, none of which is invoiced; the old ones stay readable.

        :return: one new charge a booking, but for those that amount to nothing
        """
        undone = [
            charges
            for charges in self.grouped(lambda charge: charge._owner()).values()
            if charges._total()
        ]
        undoing = self.create([charges._prepare_undoing() for charges in undone])
        for charge, charges in zip(undoing, undone, strict=True):
            charges.offset_charge_id = charge
        return undoing

    def _prepare_undoing(self):
        """Return the charge that undoes these, which are of one booking or month."""
        last = self.browse(max(self.ids)).with_prefetch(self._prefetch_ids)
        amount = -self._total()
        in_words = self.with_context(lang=last.family_id.lang)
        return {
            **last._about(),
            "quantity": 1 if amount > 0 else -1,
            "unit_price": float(abs(amount)),
            "amount": float(amount),
            "explanation": in_words.env._("Replaced: the price has changed"),
            "offset_charge_id": last.id,
            "state": "offset",
        }
