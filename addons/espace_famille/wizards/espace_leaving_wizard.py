from contextlib import closing
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.core.guards import LEAVING, allow

LEAVERS = (
    "espace.family",
    "espace.child",
    "espace.guardian",
    "espace.enrolment",
    "espace.custody",
)


class EspaceLeavingWizard(models.TransientModel):
    """What becomes of the coming bookings of who leaves (départ), before it is done.

    It holds the change that was about to be made, whatever it was: archive a child,
    end an enrolment, change a class… What the change would leave behind is found by
    making it and taking it back.
    """

    _name = "espace.leaving.wizard"
    _description = "Leaving"

    # The change: of which records, the values to write, or to delete them.
    res_model = fields.Char("Model", required=True)
    res_ids = fields.Json("Records", required=True)
    vals = fields.Json("Change")
    who = fields.Text("Who Leaves", readonly=True)

    # What it leaves behind
    reservation_ids = fields.Many2many(
        "espace.reservation", string="Coming Bookings", readonly=True
    )
    family_ids = fields.Many2many("espace.family", readonly=True)
    booking_count = fields.Integer("Places Held", compute="_compute_counts")
    waiting_count = fields.Integer("On Waiting Lists", compute="_compute_counts")
    cart_count = fields.Integer("In Carts", compute="_compute_counts")
    money = fields.Text(compute="_compute_money")
    told = fields.Text("Who Is Notified", compute="_compute_told")

    # The decision
    choice = fields.Selection(
        [("cancel", "Cancel them now"), ("keep", "Keep them until a date")],
        "Coming Bookings and Waiting Lists",
        default="cancel",
        required=True,
    )
    last_day = fields.Date(
        help="The bookings of this day are kept, those after it cancelled."
    )
    cancelled_count = fields.Integer("To Cancel", compute="_compute_cancelled")
    notify = fields.Boolean(
        "Notify the Families",
        default=True,
        help="One message a family, with what is cancelled.",
    )
    message = fields.Text("Message to Families")

    # === Asking === #

    @api.model
    def _action_ask(self, asked):
        """Return the action that asks what becomes of the bookings.

        :param dict asked: see `Undecided`
        """
        wizard = self.create(
            {
                "res_model": asked["model"],
                "res_ids": asked["ids"],
                "vals": asked["vals"],
            }
        )
        wizard._look()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leaving"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            # The archive button runs it as it is.
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _action_ask_from_client(self):
        """Ask about what the client names: a change refused, or records to leave."""
        context = self.env.context
        asked = context.get("espace_leaving")
        if not asked:
            model, ids = context.get("active_model"), context.get("active_ids") or []
            asked = {"model": model, "ids": ids, "vals": {"active": False}}
            if model == "espace.enrolment":
                asked["vals"] = self._end_of_enrolments(ids)
        return self._action_ask(asked)

    @api.model
    def _end_of_enrolments(self, ids):
        """Return what ends enrolments today; None deletes those not begun yet."""
        enrolments = self.env["espace.enrolment"].browse(ids)
        yesterday = self.env.company._espace_today() - timedelta(days=1)
        begun = all(enrolment.date_from <= yesterday for enrolment in enrolments)
        return {"date_to": fields.Date.to_string(yesterday)} if begun else None

    def _records(self):
        """Return the records that leave.

        :raise AccessError: they are none that leave, or not the user's to change
        """
        self.ensure_one()
        if self.res_model not in LEAVERS:
            raise AccessError(self.env._("Nobody leaves by this change."))
        records = self.env[self.res_model].browse(self.res_ids).exists()
        records.check_access("write" if self.vals else "unlink")
        return records

    def _look(self):
        """Find whom the change concerns and which bookings it leaves behind."""
        records = self._records()
        families = self._families_of(records)
        values = {
            "who": "\n".join(records.mapped("display_name")),
            "reservation_ids": self._left_behind(records).ids,
            "family_ids": families.ids,
        }
        self.write(values)

    @api.model
    def _families_of(self, records):
        if records._name == "espace.family":
            return records
        if records._name in ("espace.guardian", "espace.custody"):
            return records.family_id
        children = records if records._name == "espace.child" else records.child_id
        return children.family_id | children.custody_ids.family_id

    @api.model
    def _threads_of(self, records):
        """Return the families or children with whom the decision is recorded."""
        if records._name == "espace.guardian":
            return records.family_id
        if records._name in ("espace.family", "espace.child"):
            return records
        return records.child_id

    def _left_behind(self, records):
        """Return the bookings that the change leaves behind; nothing is changed."""
        silent = allow(records, LEAVING).with_context(tracking_disable=True)
        before = records._grounds_lacking()
        if not before:
            return self.env["espace.reservation"]
        reservations_sudo = self.env["espace.reservation"].sudo()
        with closing(self.env.cr.savepoint()):
            self._change(silent, self.vals)
            ids = reservations_sudo._newly_groundless(before).ids
        return self.env["espace.reservation"].browse(ids)

    @api.model
    def _change(self, records, vals):
        if vals:
            records.write(vals)
        else:
            records.unlink()

    # === Shown === #

    @api.depends("reservation_ids")
    def _compute_counts(self):
        for wizard in self:
            states = wizard.reservation_ids.mapped("state")
            wizard.waiting_count = states.count("waiting")
            wizard.cart_count = states.count("draft")
            wizard.booking_count = (
                len(states) - wizard.waiting_count - wizard.cart_count
            )

    @api.depends("reservation_ids", "choice", "last_day", "family_ids")
    def _compute_money(self):
        for wizard in self:
            wizard.money = "\n".join(wizard._money_lines(wizard._to_cancel()))

    @api.depends("reservation_ids", "choice", "last_day")
    def _compute_cancelled(self):
        for wizard in self:
            wizard.cancelled_count = len(wizard._to_cancel())

    @api.depends("reservation_ids", "choice", "last_day", "notify")
    def _compute_told(self):
        for wizard in self:
            families = wizard._to_cancel().filtered(lambda r: r.state != "draft")
            wizard.told = "\n".join(
                self.env._(
                    "%(family)s: %(people)s",
                    family=family.name,
                    people=", ".join(
                        family.guardian_ids.filtered("may_book").mapped("name")
                    ),
                )
                for family in families.family_id
                if wizard.notify
            )

    def _to_cancel(self):
        """Return which of the bookings left behind the decision cancels."""
        self.ensure_one()
        if self.choice == "cancel" or not self.last_day:
            return self.reservation_ids
        return self.reservation_ids.filtered(lambda r: r.date > self.last_day)

    def _money_lines(self, cancelled):
        """Hook: say what is owed either way by who leaves, and what is given back.

        :param cancelled: the bookings that the decision cancels
        :return: list of sentences
        """
        return []

    # === Deciding === #

    def action_confirm(self):
        """Make the change, cancel what it leaves behind, and notify the families."""
        self.ensure_one()
        self._check_last_day()
        records = self._records()
        # Somebody may have booked since the dialog was opened.
        self.reservation_ids = self._left_behind(records)
        cancelled = self._to_cancel()
        reason = self._reason()
        threads = self._threads_of(records)
        decided = allow(records, LEAVING)
        if vals := self._decided_vals(records):
            decided.write(vals)
        else:
            decided.unlink()
        now = fields.Datetime.now()
        told = cancelled.filtered(lambda r: r.state != "draft")
        cancelled._cancel(now, staff=True, reason=reason)
        self._log(threads, len(told))
        if self.notify:
            for family, bookings in told.grouped("family_id").items():
                family._notify_with(
                    "espace_famille.mail_template_left",
                    bookings[0],
                    {"places": bookings, "reason": reason, "note": self.message},
                )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_last_day(self):
        if self.choice == "cancel":
            self.last_day = False
            return
        if not self.last_day or self.last_day < self.env.company._espace_today():
            raise UserError(
                self.env._(
                    "Enter the last day, today or later; to end at once, cancel the "
                    "bookings now."
                )
            )

    def _decided_vals(self, records):
        """Return what is written of the records; None deletes them.

        Kept until a date, who leaves is archived once that day is over, and an
        enrolment ends on it. Other changes are made at once: only the bookings wait.
        """
        if not self.last_day:
            return self.vals or None
        if records._name == "espace.enrolment":
            return {"date_to": self.last_day}
        vals = dict(self.vals or {})
        if vals.get("active") is False:
            del vals["active"]
            vals["leaves_on"] = self.last_day
        return vals or None

    def _reason(self):
        """Say why the bookings are cancelled, in the language of the commune."""
        company = self.env.company
        env = self.with_context(lang=company.partner_id.lang or self.env.lang).env
        vals = self.vals or {}
        if self.res_model == "espace.enrolment":
            return env._("End of the enrolment")
        if "class_id" in vals:
            return env._("Change of class")
        if self.res_model == "espace.custody" or "family_id" in vals:
            return env._("Change of household")
        return env._("Departure")

    def _log(self, threads, count):
        """Record what was decided, and by whom, with those it is about.

        :param int count: bookings and places on waiting lists that were cancelled
        """
        for one in threads.exists():
            words = self.env._("Leaving: %s coming bookings cancelled.", count)
            if self.last_day:
                words = self.env._(
                    "Leaving: %(count)s coming bookings cancelled, the others kept "
                    "until %(day)s.",
                    count=count,
                    day=one.company_id._espace_day_words(self.last_day, year=True),
                )
            one.sudo()._message_log(author_id=self.env.user.partner_id.id, body=words)
