import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.batch import one_by_one

from ...domain import flat as rule
from ...domain.settlement import DUE_STATES
from ..core.groups import MONEY
from ..tariff.pricer import Pricer

_logger = logging.getLogger(__name__)

# What charges say: another child, family or price is another subscription.
SAID = ("formula_id", "family_id", "child_id")
DATES = {"date_from", "date_to"}


class EspaceFlat(models.Model):
    """A family that pays a child's days together (forfait): from when, until when.

    From its first to its last day the days of its options cost nothing more; each month
    owes one price, see `espace.flat.due`. Whatever changes it settles its days and its
    months again: what was invoiced is corrected by a credit, never edited.
    """

    _name = "espace.flat"
    _description = "Subscription at a Flat Price"
    _order = "date_from desc, id desc"
    _rec_name = "formula_id"
    _check_company_auto = True

    formula_id = fields.Many2one(
        "espace.flat.formula",
        "Flat Price",
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
        "From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="The first day that is included.",
    )
    date_to = fields.Date("To", help="The last day, included. Empty: no end.")
    by_parent = fields.Boolean("Asked by the Family", readonly=True, copy=False)
    note = fields.Char()

    due_ids = fields.One2many("espace.flat.due", "flat_id", "Months", readonly=True)
    charged_amount = fields.Monetary(
        "Charged", compute="_compute_charged_amount", compute_sudo=True, groups=MONEY
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A subscription must not end before it begins.",
    )

    @api.depends("due_ids.charge_ids.amount")
    def _compute_charged_amount(self):
        for flat in self:
            flat.charged_amount = float(flat.due_ids._charged_total())

    @api.depends("formula_id.name", "child_id.name")
    def _compute_display_name(self):
        for flat in self:
            flat.display_name = f"{flat.formula_id.name} – {flat.child_id.name}"

    # === What may be === #

    @api.constrains("child_id", "family_id")
    def _check_child(self):
        for flat in self:
            if flat.child_id not in flat.family_id.sudo().child_ids:
                raise ValidationError(
                    self.env._(
                        "%(child)s is no child of %(family)s.",
                        child=flat.child_id.name,
                        family=flat.family_id.name,
                    )
                )

    @api.constrains("child_id", "family_id", "formula_id", "date_from", "date_to")
    def _check_one_at_a_time(self):
        for flat in self:
            other = flat._overlapping()[:1]
            if other:
                raise ValidationError(
                    self.env._(
                        "%(child)s has “%(flat)s” already on these days, from "
                        "%(day)s: a day is included once. End that one first.",
                        child=flat.child_id.name,
                        flat=other.formula_id.name,
                        day=flat.company_id._espace_day_words(
                            other.date_from, year=True
                        ),
                    )
                )

    def _overlapping(self):
        """Return what includes the same days of the same child already."""
        self.ensure_one()
        domain = (
            Domain("id", "!=", self.id)
            & Domain("child_id", "=", self.child_id.id)
            & Domain("family_id", "=", self.family_id.id)
            & Domain("activity_id", "=", self.activity_id.id)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", self.date_from))
        )
        if self.date_to:
            domain &= Domain("date_from", "<=", self.date_to)
        own = self.sudo().formula_id._options()
        return (
            self.sudo()
            .search(domain)
            .filtered(lambda flat: flat.formula_id._options() & own)
        )

    def _meets(self, other):
        """Tell whether both include the same days of the same options."""
        self.ensure_one()
        days = all(
            not one.date_to or one.date_to >= two.date_from
            for one, two in ((self, other), (other, self))
        )
        return days and bool(self.formula_id._options() & other.formula_id._options())

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Begin, with what was booked already: see `_settle`.

        Whoever enters another one for the same family meanwhile begins again.
        """
        families = self.env["espace.family"].browse(
            {vals["family_id"] for vals in vals_list if vals.get("family_id")}
        )
        families._espace_take_turn()
        flats = super().create(vals_list)
        flats._settle(flats._days())
        return flats

    def write(self, vals):
        """Change its days, and settle those it had and those it has.

        :raise UserError: months were charged for somebody or something else
        """
        if not self.env.su and vals.keys() & {*SAID}:
            self._check_uncharged(vals)
        if not vals.keys() & {*SAID, *DATES}:
            return super().write(vals)
        self.family_id._espace_take_turn()
        before = self._days()
        result = super().write(vals)
        self._settle(before | self._days())
        return result

    def unlink(self):
        """Delete what was never charged; its days have their own prices again."""
        days = self._days()
        result = super().unlink()
        days._settle_days()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_uncharged(self):
        if self.sudo().due_ids.charge_ids:
            raise UserError(
                self.env._(
                    "Months of this subscription were charged: it is not deleted. Give "
                    "it a last day instead."
                )
            )

    def _check_uncharged(self, vals):
        for flat in self:
            changes = any(name in vals and flat[name].id != vals[name] for name in SAID)
            if changes and flat.sudo().due_ids.charge_ids:
                raise UserError(
                    self.env._(
                        "Months of this subscription were charged: give it a last "
                        "day, and enter what holds from then on as another one."
                    )
                )

    # === Its days === #

    def _days(self):
        """Return the bookings, as superuser, that these subscriptions include."""
        Reservation = self.env["espace.reservation"].sudo()
        found = Reservation.browse()
        for flat in self:
            domain = (
                Domain("family_id", "=", flat.family_id.id)
                & Domain("child_id", "=", flat.child_id.id)
                & Domain("product_id", "in", flat.sudo().formula_id._options().ids)
                & Domain("date", ">=", flat.date_from)
                & Domain("state", "in", DUE_STATES)
            )
            if flat.date_to:
                domain &= Domain("date", "<=", flat.date_to)
            found |= Reservation.search(domain)
        return found

    def _settle(self, days):
        """Let these days cost what they cost by now, and each month its price.

        Days that no invoice holds are charged anew; what an invoice holds is given back
        on the next one. A missing price stops nobody: it is said, and settled later.
        """
        days._settle_days()
        today_of = {company: company._espace_today() for company in self.company_id}
        for flat in self:
            flat._open_dues(today_of[flat.company_id])
        self.sudo().due_ids._settle()

    def _open_dues(self, until):
        """Have a line for each month that has begun by a day.

        :param date until: the day; a subscription that begins later has its first month
        :return: the `espace.flat.due` of these subscriptions, as superuser
        """
        self._end_with_leaving()
        flats_sudo = self.sudo()
        missing = []
        for flat in flats_sudo:
            last = max(until, flat.date_from)
            last = min(last, flat.date_to or last)
            known = set(flat.due_ids.mapped("month"))
            missing += [
                {"flat_id": flat.id, "month": month}
                for month in rule.months_between(flat.date_from, last)
                if month not in known
            ]
        if missing:
            flats_sudo.browse(vals["flat_id"] for vals in missing)._lock()
            flats_sudo.env["espace.flat.due"].create(missing)
        return flats_sudo.due_ids

    def _end_with_leaving(self):
        """End what goes on for a child, or a family, that has left.

        What would begin later is never asked.
        """
        for flat in self.sudo():
            last = flat._leaves_on()
            if not last or (flat.date_to and flat.date_to <= max(last, flat.date_from)):
                continue
            flat.date_to = max(last, flat.date_from)
            if last < flat.date_from:
                flat.due_ids._waive(
                    self.env._("%s has left before it began", flat.child_id.name)
                )

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

    def _lock(self):
        """Have whoever opens months of these meanwhile begin again."""
        self.env.cr.execute(
            SQL(
                "UPDATE espace_flat SET write_date = write_date WHERE id = ANY(%s)",
                self.ids,
            )
        )

    @api.model
    def _cron_open(self):
        """Charge the month that has begun, and what has changed of the one before."""
        companies = self.env["res.company"]._espace_communes()
        flats = self.search([("company_id", "in", companies.ids)])
        one_by_one(
            self.env,
            list(flats.grouped("family_id").values()),
            lambda own: own._settle_recent(),
            _logger,
            "Flat prices of %s were not settled",
        )

    def _settle_recent(self):
        today = self.company_id[:1]._espace_today()
        since = rule.month_of(rule.month_of(today) - rule.ONE_DAY)
        dues = self._open_dues(today)
        dues.filtered(lambda due: due.month >= since)._settle()

    # === Actions === #

    def action_invoice(self):
        """Invoice now what waits of these, without waiting for a run."""
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("write")
        return self.sudo().due_ids._invoiced()

    def action_open_charges(self):
        self.ensure_one()
        self.check_access("read")
        return self.env["espace.charge"]._opened(
            [("flat_due_id.flat_id", "=", self.id)]
        )


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    espace_flat_ids = fields.One2many(
        "espace.flat", "family_id", "Flat Prices", groups=MONEY
    )


class EspaceChild(models.Model):
    _inherit = "espace.child"

    espace_flat_ids = fields.One2many(
        "espace.flat", "child_id", "Flat Prices", groups=MONEY
    )


class EspaceReservation(models.Model):
    """Days that a subscription includes."""

    _inherit = "espace.reservation"

    def _settle_days(self):
        """Charge these anew, as far as no invoice holds them; correct the others."""
        if not self:
            return
        self._recompute_prices()
        self._settle(strict=False)

    def _included_words(self):
        """Say in which flat price, or pack, a day is included, "" if it is not."""
        self.ensure_one()
        price = self.sudo()._priced(Pricer(self.env), "planned")
        return price.included if price else ""

    def _settle_flats(self):
        """Settle the months of which these may be absences."""
        companies = self.company_id
        sells = self.env["espace.rulebook"]._sells_flats
        if not any(sells(company) for company in companies):
            return
        dues_sudo = (
            self.env["espace.flat.due"]
            .sudo()
            .search(
                [
                    ("child_id", "in", self.child_id.ids),
                    ("activity_id", "in", self.activity_id.ids),
                    ("flat_id.formula_id.absence_part", ">", 0),
                    ("date", "<=", max(self.mapped("date"))),
                    ("date_to", ">=", min(self.mapped("date"))),
                ]
            )
        )
        dues_sudo._settle()
