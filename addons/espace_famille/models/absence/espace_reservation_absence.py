from odoo import api, fields, models
from odoo.exceptions import UserError

from .espace_absence import OPEN_STATES


class EspaceReservation(models.Model):
    """Bookings that a declared absence is about."""

    _inherit = "espace.reservation"

    absence_id = fields.Many2one(
        "espace.absence",
        "Declared Absence",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
    )
    absence_due = fields.Boolean(
        "Due although Excused",
        readonly=True,
        copy=False,
        help="Carence: one of the first days of the absence, which stay due.",
    )
    absence_words = fields.Char(
        "Announced", compute="_compute_absence_words", compute_sudo=True
    )

    @api.depends("absence_id.state", "absence_due")
    @api.depends_context("lang")
    def _compute_absence_words(self):
        """Say what agents should know before the child is looked for."""
        for reservation in self:
            state = reservation.absence_id.state
            words = ""
            if state in OPEN_STATES:
                words = self.env._("Absence announced")
            elif state == "accepted":
                words = (
                    self.env._("Absence accepted, due")
                    if reservation.absence_due
                    else self.env._("Absence accepted")
                )
            reservation.absence_words = words

    # === Absences === #

    def _excused(self):
        """Return those whose absence was accepted."""
        accepted_sudo = self.sudo().filtered(lambda r: r.absence_id.state == "accepted")
        return self.browse(accepted_sudo.ids)

    def _in_live_absence(self):
        """Return those of which an absence is announced or accepted."""
        return self.filtered(lambda r: r.absence_id.state in (*OPEN_STATES, "accepted"))

    def _check_absence_open(self):
        """Refuse to change who came on days whose attendance is locked.

        :raise UserError: naming the day; later addons refuse what was invoiced
        """
        for reservation in self:
            if reservation.session_id.attendance_locked:
                raise UserError(
                    self.env._(
                        "The attendance of %s is locked: its absences can no longer "
                        "be changed.",
                        reservation.session_id.display_name,
                    )
                )

    def _set_absence(self, attendance, due=False):
        """Record what was decided of an absence; nothing changes for present children.

        :param str attendance: expected, absent_justified or absent_unjustified
        :param bool due: the day stays due (carence)
        """
        changed = self.filtered(
            lambda r: (
                r.attendance != "present"
                and (r.attendance, r.absence_due) != (attendance, due)
            )
        )
        changed._check_absence_open()
        changed.write({"attendance": attendance, "absence_due": due})
        changed._after_absence()
        return changed

    def _catch_up_with_absences(self):
        """Write on bookings of a closed day what was decided of absences meanwhile."""
        now = fields.Datetime.now()
        for absence, bookings in self.grouped("absence_id").items():
            since = bookings.filtered(
                lambda r, absence=absence: (
                    absence.decided_on and absence.decided_on >= r.cancelled_at
                )
            )
            for booking in since.filtered(lambda r: r.attendance != "present"):
                booking.write(absence._decided_for(booking, now))

    def _after_absence(self):
        """Hook: an absence has just been decided on."""

    def _absence_lines(self):
        """Return one line of words for each booking, by date."""
        return [
            self.env._(
                "%(option)s, %(day)s",
                option=reservation.product_id.name,
                day=reservation.company_id._espace_day_words(reservation.date),
            )
            for reservation in self.sorted(lambda r: (r.date, r.activity_id.sequence))
        ]
