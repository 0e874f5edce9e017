from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain import supervision
from ..models.core.espace_weekday_mixin import WEEKDAYS

STATUSES = [
    ("available", "To book"),
    ("in_cart", "In the family's cart"),
    ("booked", "Booked"),
    ("pending", "Waiting for approval or payment"),
    ("waiting", "On the waiting list"),
    ("full", "Full"),
    ("closed", "Closed"),
    ("past", "Past"),
    ("too_late", "Too late"),
    ("not_open_yet", "Not open yet"),
    ("not_enrolled", "Not enrolled"),
    ("other_household", "Other household"),
    ("other_option", "Other option chosen"),
    ("blocked", "Not possible"),
]
BOOKABLE = ("available", "in_cart")
DONE = ("booked", "pending")
MAX_DAYS = 366


class EspaceBookingWizard(models.TransientModel):
    """Staff book for a family, through the same gate as the family itself."""

    _name = "espace.booking.wizard"
    _inherit = ["espace.weekday.mixin"]
    _description = "Book for a Family"
    _check_company_auto = True

    state = fields.Selection(
        [("draft", "To book"), ("done", "Booked")], default="draft", required=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    # Who
    family_id = fields.Many2one("espace.family", required=True, check_company=True)
    family_child_ids = fields.Many2many(
        related="family_id.child_ids", string="Children of the Family"
    )
    child_ids = fields.Many2many("espace.child", string="Children")

    # What and when
    product_id = fields.Many2one("product.product", "Option")
    activity_id = fields.Many2one(related="product_id.espace_activity_id")
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._espace_today()
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self.env.company._espace_today()
    )

    # When there is no place left
    when_full = fields.Selection(
        [
            ("skip", "Leave these days out"),
            ("wait", "Put on the waiting list"),
            ("beyond", "Book beyond the places"),
        ],
        default="skip",
        required=True,
    )
    beyond_reason = fields.Char(
        "Reason", help="Kept with the bookings that go beyond the places."
    )
    full_count = fields.Integer(compute="_compute_counts")

    # Preview, then result
    line_ids = fields.One2many(
        "espace.booking.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    booked_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer(compute="_compute_counts")
    chosen_count = fields.Integer(compute="_compute_counts")
    staff_words = fields.Text(compute="_compute_staff_words")

    @api.onchange("family_id")
    def _onchange_family_id(self):
        """Take the whole household, the usual case."""
        if self.family_id:
            self.child_ids = self.family_id.child_ids

    @api.onchange("product_id")
    def _onchange_product_id(self):
        """Tick the days on which the activity is open."""
        if self.activity_id:
            self.update({day: self.activity_id[day] for day in self._days()})

    @api.depends(
        "family_id",
        "child_ids",
        "product_id",
        "date_from",
        "date_to",
        "when_full",
        *WEEKDAYS,
    )
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._preview()),
            ]

    @api.depends("line_ids.status", "line_ids.chosen")
    def _compute_counts(self):
        for wizard in self:
            lines = wizard.line_ids
            chosen = lines.filtered("chosen")
            wizard.chosen_count = len(chosen)
            wizard.full_count = len(lines.filtered(lambda l: l.status == "full"))
            wizard.booked_count = len(chosen.filtered(lambda l: l.status in DONE))
            wizard.waiting_count = len(chosen.filtered(lambda l: l.status == "waiting"))
            wizard.refused_count = (
                len(chosen) - wizard.booked_count - wizard.waiting_count
            )

    @api.depends("line_ids.chosen", "line_ids.status", "state")
    def _compute_staff_words(self):
        """Say on which days these children ask for more agents than are planned."""
        for wizard in self:
            wizard.staff_words = "\n".join(wizard._staff_problems()) or False

    # === Actions === #

    def action_book(self):
        """Book the ticked lines and say what was booked and what was not."""
        self.ensure_one()
        lines = self.line_ids.filtered("chosen")
        if not lines:
            raise UserError(
                self.env._("Nothing can be booked: choose other days or children.")
            )
        Reservation = self.env["espace.reservation"]
        Reservation.check_access("create")
        beyond = self._beyond_reason()
        items = [line._item() for line in lines]
        by_item = {
            quote.item: quote
            for quote in Reservation._book(
                self.family_id, items, staff=True, beyond=beyond
            )
        }
        if self.when_full == "wait":
            full = [item for item, quote in by_item.items() if quote.may_wait]
            for quote in Reservation._join_waiting(self.family_id, full, staff=True):
                by_item[quote.item] = quote
        for line, item in zip(lines, items, strict=True):
            line.write(self._prepare_line(by_item[item]))
        (self.line_ids - lines).unlink()
        self.state = "done"
        return self._reopen()

    def action_back(self):
        """Book something else for the same family."""
        self.ensure_one()
        self.state = "draft"
        self._compute_line_ids()
        return self._reopen()

    # === Tools === #

    def _staff_problems(self):
        """Return in words the days whose agents are too few for these children."""
        chosen = self.line_ids.filtered(
            lambda line: line.chosen and line.status not in (*DONE, "waiting")
        )
        if not chosen or self.state == "done" or not self.activity_id.declared:
            return []
        sessions = self.env["espace.session"].search(
            [
                ("activity_id", "=", self.activity_id.id),
                ("date", "in", chosen.mapped("date")),
            ]
        )
        counts = sessions._age_counts()
        problems = []
        for session in sessions:
            children = chosen.filtered(lambda l, s=session: l.date == s.date).child_id
            count = counts.get(session.id, supervision.Count()).plus(
                supervision.count(
                    [(one.birth_date, one._as_pupil().level) for one in children],
                    session.date,
                )
            )
            needed = session._staff_for(count)
            if needed and session._staff() < needed:
                problems.append(
                    f"{session.day_words}: {session._staff_sentence(count, needed)}"
                )
        return problems

    def _beyond_reason(self):
        """Return why the places may be exceeded, None when they may not."""
        if self.when_full != "beyond":
            return None
        reason = (self.beyond_reason or "").strip()
        if not reason and self.full_count:
            raise UserError(
                self.env._("Say why these children are booked beyond the places.")
            )
        return reason or None

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Book for a Family"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _preview(self):
        """Return the values of the lines to show, in the order of the days."""
        self.ensure_one()
        family = self.family_id._origin
        items = self._items()
        if not (family and items):
            return []
        quotes = self.env["espace.reservation"]._quote(family, items, staff=True)
        return [
            {**self._prepare_line(quote), "chosen": self._is_chosen(quote)}
            for quote in quotes
        ]

    def _is_chosen(self, quote):
        if quote.status == "full":
            return self.when_full == "beyond" or (
                self.when_full == "wait" and quote.may_wait
            )
        return quote.status in BOOKABLE

    def _items(self):
        """Return the (child id, product id, date) of the family, by date."""
        children = self.child_ids._origin & self.family_id._origin.child_ids
        product = self.product_id._origin
        if not (product and self.date_from and self.date_to):
            return []
        span = (self.date_to - self.date_from).days + 1
        if span > MAX_DAYS:
            raise UserError(self.env._("Book one year at most at a time."))
        days = (self.date_from + timedelta(days=n) for n in range(span))
        weekdays = self._weekdays()
        return [
            (child.id, product.id, day)
            for day in days
            if day.weekday() in weekdays
            for child in children
        ]

    @api.model
    def _prepare_line(self, quote):
        reason = quote.reason or quote.warning
        if not reason and quote.late and quote.status in BOOKABLE:
            reason = self.env._("After the limit of families.")
        return {
            "child_id": quote.child_id,
            "product_id": quote.product_id,
            "date": quote.date,
            "status": quote.status,
            "reason": reason,
            "limit": self.company_id._espace_limit_words(quote.limit),
            "free_seats": quote.free_seats or 0,
            "reservation_id": quote.reservation_id,
        }


class EspaceBookingWizardLine(models.TransientModel):
    """A child on a day, before and after booking."""

    _name = "espace.booking.wizard.line"
    _description = "Line of Book for a Family"
    _order = "date, child_id, id"

    wizard_id = fields.Many2one(
        "espace.booking.wizard", required=True, index=True, ondelete="cascade"
    )
    chosen = fields.Boolean("Book")
    child_id = fields.Many2one("espace.child", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    date = fields.Date(required=True)
    status = fields.Selection(STATUSES)
    reason = fields.Char()
    limit = fields.Char("Families Book until")
    free_seats = fields.Integer("Free Places")
    reservation_id = fields.Many2one("espace.reservation", ondelete="set null")

    def _item(self):
        self.ensure_one()
        return (self.child_id.id, self.product_id.id, self.date)
