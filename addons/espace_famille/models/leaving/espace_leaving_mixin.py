from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning
from odoo.http import request

from ..core.guards import ERASING, LEAVING, is_allowed
from .undecided import Undecided

NAMED = 3
# By which only Odoo's own client calls.
CLIENT = "/web/"
DIALOG = "espace_famille.espace_leaving_ask_action"


class EspaceLeavingMixin(models.AbstractModel):
    """Whoever leaves keeps no seats (départ), whatever the door.

    A change after which a coming booking has no ground any more is refused, unless the
    dialog has decided what becomes of it: `espace.leaving.wizard`. Refused, and not
    cancelled silently: a booking costs money, a place may be lost for good, and an
    import or a call by name that is wrong must not cancel a hundred of them. Lines of
    a cart hold nothing: they go by themselves.
    """

    _name = "espace.leaving.mixin"
    _description = "Whoever Leaves Keeps no Seats"

    # The fields by which somebody may leave.
    _leaves_by = frozenset()

    def write(self, vals):
        if not (self and vals.keys() & self._leaves_by):
            return super().write(vals)
        before = self._grounds_lacking()
        result = super().write(vals)
        self._check_nobody_stays(before, vals)
        return result

    def unlink(self):
        if not self:
            return super().unlink()
        asked = self.browse(self.ids)
        before = self._grounds_lacking()
        names = asked._leaving_names() if before else ""
        result = super().unlink()
        asked._check_nobody_stays(before, None, names)
        return result

    def web_save(self, vals, specification, next_id=None):
        """Save a form; where somebody would leave seats behind, lead to the dialog."""
        with self._leading_to_the_dialog():
            return super().web_save(vals, specification, next_id=next_id)

    def web_save_multi(self, vals_list, specification):
        """Save some lines of a list; where seats would be left, lead to the dialog."""
        with self._leading_to_the_dialog():
            return super().web_save_multi(vals_list, specification)

    @contextmanager
    def _leading_to_the_dialog(self):
        try:
            yield
        except Undecided as undecided:
            raise RedirectWarning(
                str(undecided),
                self.env.ref(DIALOG).id,
                self.env._("Decide on the Bookings"),
                {"espace_leaving": undecided.asked},
            ) from undecided

    def action_archive(self):
        """Archive; in Odoo's client, ask first what becomes of what is booked."""
        try:
            with self.env.cr.savepoint():
                return super().action_archive()
        except Undecided as undecided:
            if not (request and request.httprequest.path.startswith(CLIENT)):
                raise
            return self.env["espace.leaving.wizard"]._action_ask(undecided.asked)

    def _leaving_domain(self):
        """Hook: return the domain of the bookings that may hang on these records."""
        raise NotImplementedError

    def _leaving_names(self):
        """Hook: say who leaves."""
        return ", ".join(self.mapped("display_name"))

    def _grounds_lacking(self):
        """Return {coming booking: what it lacks}, of all that may hang on these."""
        if is_allowed(self.env, ERASING):
            return {}
        reservations = self.env["espace.reservation"].sudo()
        coming = reservations._coming_live(self._leaving_domain())
        return coming._grounds_lacking()

    def _check_nobody_stays(self, before, vals, names=None):
        """Refuse a change that leaves seats behind, unless that was decided.

        :param dict before: what each coming booking lacked before the change
        :param vals: what was written, None if these were deleted
        :raise Undecided: naming the bookings, and the way
        """
        if not before or is_allowed(self.env, LEAVING):
            return
        left_sudo = self.env["espace.reservation"].sudo()._newly_groundless(before)
        carts_sudo = left_sudo.filtered(lambda r: r.state == "draft")
        carts_sudo._discard()
        if left_sudo := left_sudo - carts_sudo:
            raise Undecided(
                self._undecided_words(left_sudo, names or self._leaving_names()),
                {"model": self._name, "ids": self.ids, "vals": vals},
            )

    def _undecided_words(self, left_sudo, names):
        lines = left_sudo.sorted("date")[:NAMED]._day_lines()
        if len(left_sudo) > NAMED:
            lines.append(self.env._("%s more", len(left_sudo) - NAMED))
        return self.env._(
            "%(who)s: %(count)s coming bookings or places on waiting lists would be "
            "left behind (%(which)s). Nothing was changed. Make the change in the "
            "form, or press “Leaving…” in the menu of actions, and decide what becomes "
            "of them: cancel them now, or keep them until a date.",
            who=names,
            count=len(left_sudo),
            which="; ".join(lines),
        )


class EspaceLeaverMixin(models.AbstractModel):
    """Who may leave on a day to come, `leaves_on`, and change its mind."""

    _name = "espace.leaver.mixin"
    _inherit = ["espace.leaving.mixin"]
    _description = "Who Leaves on a Day to Come"

    leaves_on = fields.Date(
        "Last Day before Leaving", readonly=True, copy=False, tracking=True
    )
    leaving_words = fields.Char(compute="_compute_leaving_words")

    @api.depends("leaves_on", "active")
    def _compute_leaving_words(self):
        """Say that a departure is decided for a day to come, '' if it is not."""
        self.leaving_words = ""
        for one in self.filtered(lambda one: one.leaves_on and one.active):
            one.leaving_words = self.env._(
                "Leaves after %s, and is archived on the next day.",
                one.company_id._espace_day_words(one.leaves_on, year=True),
            )

    def action_stay(self):
        """Give up a departure that was decided for a day to come."""
        self.check_access("write")
        self.write({"leaves_on": False})
