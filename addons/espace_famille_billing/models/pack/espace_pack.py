import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.batch import one_by_one

from ...domain import flat as months
from ...domain import pack as rule
from ...domain.settlement import DUE_STATES
from ..core.errors import NoTariff
from ..core.groups import MONEY

_logger = logging.getLogger(__name__)

# What was sold: another family, child or price is another pack.
SOLD = ("formula_id", "family_id", "child_id", "date_from", "days")
# What a client never says.
STATED = ("state", "by_parent")


class EspacePack(models.Model):
    """Days that a family bought together for a child (carnet), and what is left.

    Its price is owed once, by its `espace.flat.due`. Each booking of its options within
    its validity takes a day when it is first charged, and costs nothing more; what was
    charged before stays. A booking that is no longer due gives its day back, for
    whichever is charged next.
    """

    _name = "espace.pack"
    _description = "Pack of Days"
    _order = "date_from desc, id desc"
    _rec_name = "formula_id"
    _check_company_auto = True

    formula_id = fields.Many2one(
        "espace.pack.formula",
        "Pack",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    child_id = fields.Many2one(
        "espace.child",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    activity_id = fields.Many2one(related="formula_id.activity_id", store=True)
    date_from = fields.Date(
        "Bought on",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="Its quotient and tariff give the price; days before are not included.",
    )
    date_to = fields.Date(
        "Valid until",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The last day, included.",
    )
    days = fields.Integer(
        compute="_compute_days", store=True, precompute=True, required=True
    )
    state = fields.Selection(
        [
            ("in_force", "In force"),
            ("ended", "Ended"),
            ("cancelled", "Cancelled"),
        ],
        default="in_force",
        required=True,
        readonly=True,
        copy=False,
    )
    by_parent = fields.Boolean("Bought by the Family", readonly=True, copy=False)
    note = fields.Char()

    due_ids = fields.One2many("espace.flat.due", "pack_id", readonly=True)
    reservation_ids = fields.One2many(
        "espace.reservation", "pack_id", "Days Taken", readonly=True, groups=MONEY
    )
    used = fields.Integer(compute="_compute_used", compute_sudo=True)
    left = fields.Integer(compute="_compute_used", compute_sudo=True)
    charged_amount = fields.Monetary(
        "Charged", compute="_compute_charged_amount", compute_sudo=True, groups=MONEY
    )
    settlement_error = fields.Char(
        "Not Charged Because", related="due_ids.settlement_error", groups=MONEY
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)",
        "A pack must not end before it is bought.",
    )

    @api.depends("formula_id", "date_from")
    def _compute_date_to(self):
        for pack in self:
            if pack.formula_id and pack.date_from:
                pack.date_to = pack.formula_id.sudo()._last_day(pack.date_from)

    @api.depends("formula_id")
    def _compute_days(self):
        for pack in self:
            pack.days = pack.formula_id.days

    @api.depends("reservation_ids", "days")
    def _compute_used(self):
        used = self._used()
        for pack in self:
            pack.used = used.get(pack.id, 0)
            pack.left = pack.days - pack.used

    @api.depends("due_ids.charge_ids.amount")
    def _compute_charged_amount(self):
        for pack in self:
            pack.charged_amount = float(pack.due_ids._charged_total())

    @api.depends("formula_id.name", "child_id.name")
    def _compute_display_name(self):
        for pack in self:
            pack.display_name = f"{pack.formula_id.name} – {pack.child_id.name}"

    def _used(self):
        """Return {id: number of days taken}."""
        groups = (
            self.env["espace.reservation"]
            .sudo()
            ._read_group([("pack_id", "in", self.ids)], ["pack_id"], ["__count"])
        )
        return {pack.id: count for pack, count in groups}

    # === What may be === #

    @api.constrains("child_id", "family_id")
    def _check_child(self):
        for pack in self:
            if pack.child_id not in pack.family_id.sudo().child_ids:
                raise ValidationError(
                    self.env._(
                        "%(child)s is no child of %(family)s.",
                        child=pack.child_id.name,
                        family=pack.family_id.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Sell packs: charge their prices, and let days not charged yet use them."""
        if not self.env.su:
            vals_list = [
                {name: vals[name] for name in vals if name not in (*STATED, "days")}
                for vals in vals_list
            ]
        packs = super().create(vals_list)
        self.env["espace.flat.due"].sudo().create(
            [
                {"pack_id": pack.id, "month": months.month_of(pack.date_from)}
                for pack in packs
            ]
        )
        charges = packs.sudo().due_ids._settle()
        packs._days()._settle_days()
        if charges.filtered("at_once"):
            charges._invoice_soon(fields.Datetime.now())
        return packs

    def write(self, vals):
        """Move the last day of what is in force, and settle what that changes.

        :raise UserError: it was sold to somebody, or as something, else; it has ended
        """
        if not self.env.su and vals.keys() & {*SOLD, *STATED}:
            raise UserError(
                self.env._("A pack that was sold stays as it is: end it, or cancel it.")
            )
        if "date_to" not in vals:
            return super().write(vals)
        if not self.env.su and any(pack.state != "in_force" for pack in self):
            raise UserError(self.env._("This pack has ended already."))
        before = self._days()
        result = super().write(vals)
        (before | self._days())._settle_days()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        if self.sudo().due_ids.charge_ids or self.sudo().reservation_ids:
            raise UserError(
                self.env._("This pack was charged: cancel it, or end it, instead.")
            )

    # === Its days === #

    def _days(self):
        """Return the bookings, as superuser, that use these packs or could."""
        Reservation = self.env["espace.reservation"].sudo()
        found = self.sudo().reservation_ids
        for pack in self.sudo():
            found |= Reservation.search(
                Domain("family_id", "=", pack.family_id.id)
                & Domain("child_id", "=", pack.child_id.id)
                & Domain("product_id", "in", pack.formula_id._options().ids)
                & Domain("date", ">=", pack.date_from)
                & Domain("date", "<=", pack.date_to)
                & Domain("state", "in", DUE_STATES)
                & Domain("pack_id", "=", False)
            )
        return found

    def _fits(self, child, family, product, day):
        """Tell whether a day is one of those that this pack includes."""
        self.ensure_one()
        return (
            self.child_id == child
            and self.family_id == family
            and self.date_from <= day <= self.date_to
            and product in self.formula_id._options()
        )

    def _included_words(self):
        """Say why a day that this pack includes costs nothing more."""
        self.ensure_one()
        bought = self.company_id._espace_format_day(self.date_from, "d MMMM y")
        return rule.included_words(self.days, bought, self.left)

    def _lock(self):
        """Have whoever takes days of these meanwhile begin again."""
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_pack SET write_date = write_date WHERE id = ANY(%s)",
                    self.ids,
                )
            )

    # === What is asked === #

    def _asked(self, pricer):
        """Return (`rule.Asked`, `TariffPrice` or None, explanation) of a pack.

        :raise MissingPrice: the commune bills, and its tariff has no price for this
        """
        self.ensure_one()
        nothing = rule.Asked(rule.ZERO, rule.ZERO)
        if self.state == "cancelled":
            in_words = self.with_context(lang=self.family_id.lang)
            return nothing, None, in_words.env._("Pack cancelled: credited")
        formula = self.formula_id
        try:
            price = pricer.price(
                formula.product_id,
                self.child_id,
                self.family_id,
                self.date_from,
                "pack",
            )
        except NoTariff:
            return nothing, None, ""
        is_paid_back = self.state == "ended" and formula.unused == rule.REFUND
        asked = rule.asked(price.amount, self.days, self.left if is_paid_back else 0)
        until = self.company_id._espace_format_day(self.date_to, "d MMMM y")
        words = rule.explained(price.explanation, self.days, until, asked)
        return asked, price, words

    # === Its end === #

    def _end(self, last=None):
        """End these with a day, today if None; days after cost what they cost.

        What is not used lapses, or is paid back, as the formula says.
        """
        for pack in self.sudo():
            day = last or pack.company_id._espace_today()
            pack._lock()
            pack.write(
                {
                    "state": "ended",
                    "date_to": max(pack.date_from, min(pack.date_to, day)),
                }
            )
            pack.due_ids._settle()

    def _leaves_on(self):
        """Return the last day of the child, or of its family, None if both stay."""
        self.ensure_one()
        today = self.company_id._espace_today()
        return min(
            (
                one.leaves_on or today
                for one in (self.child_id, self.family_id)
                if one.leaves_on or not one.active
            ),
            default=None,
        )

    @api.model
    def _cron_end(self):
        """End the packs whose last day is past, and those of who has left."""
        companies = self.env["res.company"]._espace_communes()
        packs = self.search(
            [("company_id", "in", companies.ids), ("state", "=", "in_force")],
            order="id",
        )
        one_by_one(
            self.env,
            packs,
            lambda pack: pack._end_if_over(),
            _logger,
            "Packs of days of %s were not ended",
        )

    def _end_if_over(self):
        self.ensure_one()
        last, today = self._leaves_on(), self.company_id._espace_today()
        if last and last < today:
            self._end(last)
        elif self.date_to < today:
            self._end(self.date_to)
        elif not self.sudo().due_ids.charge_ids:
            self.sudo().due_ids._settle()

    # === Actions === #

    def action_end(self):
        """End it today: see `_end`."""
        self.check_access("write")
        self._check_in_force()
        self._end()

    def action_cancel(self):
        """Take back the sale of what nobody has used: its price is credited in full."""
        self.check_access("write")
        self._check_in_force()
        packs_sudo = self.sudo()
        packs_sudo._lock()
        if packs_sudo.reservation_ids:
            raise UserError(
                self.env._(
                    "Days of this pack are used: end it instead, or cancel their "
                    "bookings first."
                )
            )
        packs_sudo.write({"state": "cancelled"})
        packs_sudo.due_ids._settle()

    def _check_in_force(self):
        if any(pack.state != "in_force" for pack in self):
            raise UserError(self.env._("This pack has ended already."))

    def action_invoice(self):
        """Invoice now what waits of these, without waiting for a run."""
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("write")
        return self.sudo().due_ids._invoiced()

    def action_open_charges(self):
        self.ensure_one()
        self.check_access("read")
        return self.env["espace.charge"]._opened(
            [("flat_due_id.pack_id", "=", self.id)]
        )


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    espace_pack_ids = fields.One2many(
        "espace.pack", "family_id", "Packs of Days", groups=MONEY
    )


class EspaceChild(models.Model):
    _inherit = "espace.child"

    espace_pack_ids = fields.One2many(
        "espace.pack", "child_id", "Packs of Days", groups=MONEY
    )
