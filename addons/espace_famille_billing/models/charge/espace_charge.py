from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.i18n import format_list
from odoo.tools.misc import format_date

from ..core.amounts import to_decimal
from ..tariff.espace_tariff import EVENTS

# What may change once a charge exists: its invoice and the charge that undid it.
LINKS = {"invoice_line_id", "offset_charge_id"}

# What a charge is for; another one that takes it back has the same.
ABOUT = (
    "reservation_id",
    "child_id",
    "family_id",
    "product_id",
    "activity_id",
    "date",
    "event",
    "company_id",
    "currency_id",
    "qf",
    "qf_known",
    "tariff_line_id",
)

# Our invoices have all their lines, with their amounts: Odoo need not look for taxes,
# payment terms and roundings at each step. That they are balanced is still checked.
COMPLETE = {"skip_invoice_sync": True, "skip_invoice_line_sync": True}


class EspaceCharge(models.Model):
    """What a booking costs or gives back (prestation facturable); never edited."""

    _name = "espace.charge"
    _description = "Charge"
    _order = "date desc, id desc"
    _rec_name = "explanation"
    _check_company_auto = True

    # For what
    reservation_id = fields.Many2one(
        "espace.reservation", required=True, index=True, ondelete="restrict"
    )
    child_id = fields.Many2one("espace.child", required=True, ondelete="restrict")
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    activity_id = fields.Many2one("espace.activity", required=True, ondelete="restrict")
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
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", copy=False
    )
    move_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    offset_charge_id = fields.Many2one(
        "espace.charge", "Undone by", copy=False, ondelete="restrict"
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
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A charge is never deleted: cancel the booking instead.")
        )

    def _about(self):
        """Return the values of what this charge is for, for one that takes it back."""
        self.ensure_one()
        return {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in ABOUT
        }

    def _total(self):
        """Return the euros that these charges make."""
        return sum((to_decimal(charge.amount) for charge in self), Decimal(0))

    # === Invoices === #

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

    def _undone(self):
        """Return the uninvoiced charge, or all of them, that this one undoes."""
        self.ensure_one()
        opposite = -to_decimal(self.amount)
        others = (self.reservation_id.charge_ids - self).filtered(
            lambda charge: charge.state == "to_invoice"
        )
        same = others.filtered(lambda charge: to_decimal(charge.amount) == opposite)
        if same:
            return same[:1]
        total = sum(to_decimal(charge.amount) for charge in others)
        return others if total == opposite else others.browse()

    def _invoice(self, now):
        """Make one draft invoice per family from those of these charges not yet on one.

        Credits are deducted as far as the invoice stays positive; the others wait for
        the next one.

        :return: the draft `account.move` records
        """
        vals_list, parts = [], []
        open_charges = self.filtered(lambda charge: charge.state == "to_invoice")
        for family, charges in open_charges.grouped("family_id").items():
            charges = charges.with_context(lang=family.lang)._deductible()
            groups = charges._grouped_for_invoice()
            if groups:
                vals_list.append(self._prepare_invoice(family, groups, now))
                parts.append(groups)
        # A message for each field that is filled in would tell nobody anything.
        Move = self.env["account.move"].with_context(tracking_disable=True, **COMPLETE)
        moves = Move.with_company(self.company_id[:1]).create(vals_list)
        for move, groups in zip(moves, parts, strict=True):
            lines = move.invoice_line_ids.sorted("sequence")
            for line, charges in zip(lines, groups, strict=True):
                charges.invoice_line_id = line
        return moves.with_env(self.env)

    def _deductible(self):
        """Return these charges without the credits that exceed what is due.

        The largest credits that fit come first: as little as possible is left to pay.
        """
        kept = self.filtered(lambda charge: charge.amount >= 0)
        left = sum((to_decimal(charge.amount) for charge in kept), Decimal(0))
        for credit in (self - kept).sorted(lambda c: (c.amount, c.date, c.id)):
            if left + to_decimal(credit.amount) >= 0:
                left += to_decimal(credit.amount)
                kept += credit
        return kept

    def _grouped_for_invoice(self):
        """Return these charges in groups, one for each line of an invoice."""
        charges = self.sorted(
            lambda c: (c.child_id.firstname, c.product_id.display_name, c.date, c.id)
        )
        return list(
            charges.grouped(
                lambda c: (c.child_id, c.product_id, c.amount, c.explanation)
            ).values()
        )

    @api.model
    def _prepare_invoice(self, family, groups, now):
        company = family.company_id
        today = company._espace_today(now)
        lines = [charges._prepare_invoice_line() for charges in groups]
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "partner_id": family.partner_id.id,
            "espace_family_id": family.id,
            # Nobody sold it: no name of an agent on the invoice.
            "invoice_user_id": False,
            "invoice_date": today,
            # The term of the partner, if any, does not hold for the services.
            "invoice_payment_term_id": False,
            "invoice_date_due": today,
            "line_ids": [
                *(
                    Command.create({"sequence": number, **line})
                    for number, line in enumerate(lines)
                ),
                Command.create(self._prepare_due_line(lines, today)),
            ],
        }

    @api.model
    def _prepare_due_line(self, lines, due):
        """Return the line of what the family owes for these lines, due on a day.

        It is the one that Odoo makes of an invoice without taxes nor payment term, for
        several times the price.
        """
        total = -float(sum(to_decimal(line["balance"]) for line in lines))
        return {
            "display_type": "payment_term",
            "date_maturity": due,
            "balance": total,
            "amount_currency": total,
        }

    def _prepare_invoice_line(self):
        """Return one line for charges of the same child, product, price and reason."""
        first = self[0]
        sign = -1 if first.amount < 0 else 1
        total = float(to_decimal(first.amount) * len(self))
        return {
            "product_id": first.product_id.id,
            "name": self._invoice_line_words(),
            "quantity": sign * len(self),
            "price_unit": abs(first.amount),
            "tax_ids": [Command.clear()],
            # Odoo would find the same, once and again for each line.
            "balance": -total,
            "amount_currency": -total,
        }

    def _invoice_line_words(self):
        """Say child, product, dates and reason of the price."""
        first = self[0]
        title = f"{first.child_id.name} – {first.product_id.name}"
        return f"{title}\n{self._dates_words()}\n{first.explanation}"

    def _dates_words(self):
        """List the dates by month: “1er, 12 et 14 janvier 2027”."""
        months = []
        for (year, month), charges in self.grouped(
            lambda charge: (charge.date.year, charge.date.month)
        ).items():
            days = format_list(
                self.env,
                [
                    charge.company_id._espace_format_day(charge.date, "d")
                    for charge in charges
                ],
            )
            name = format_date(
                self.env,
                fields.Date.to_date(f"{year}-{month:02}-01"),
                date_format="MMMM y",
            )
            months.append(f"{days} {name}")
        return " ; ".join(months)
