from odoo import fields, models
from odoo.tools import SQL

from ...domain.booking import SEAT_STATES


class EspaceAttendanceFigure(models.Model):
    """Who was booked and who came, booking by booking, to be added up.

    The days that are over, and today: by activity, option, month, school and class; a
    child who stays away without a reason is found by its name.
    """

    _name = "espace.attendance.figure"
    _description = "Figures of Attendance"
    _auto = False
    _order = "date desc, activity_id, child_id"
    _rec_name = "date"
    _depends = {
        "espace.reservation": [
            "activity_id",
            "attendance",
            "child_id",
            "class_id",
            "company_id",
            "date",
            "origin",
            "product_id",
            "session_id",
            "state",
        ],
        "espace.school.class": ["school_id"],
    }

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    activity_id = fields.Many2one("espace.activity", readonly=True)
    product_id = fields.Many2one("product.product", "Option", readonly=True)
    session_id = fields.Many2one("espace.session", readonly=True)
    school_id = fields.Many2one("espace.school", readonly=True)
    class_id = fields.Many2one("espace.school.class", readonly=True)
    child_id = fields.Many2one("espace.child", readonly=True)
    booked = fields.Integer(readonly=True)
    present = fields.Integer(readonly=True, help="Walk-ins included.")
    walk_in = fields.Integer("Walk-ins", readonly=True)
    absent_justified = fields.Integer("Absent with Proof", readonly=True)
    absent_unjustified = fields.Integer("Absent without Reason", readonly=True)
    unmarked = fields.Integer("Not Marked", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.id, r.date, r.company_id, r.activity_id, r.product_id,
                   r.session_id, k.school_id, r.class_id, r.child_id,
                   (r.origin = 'booked')::int AS booked,
                   (r.attendance = 'present')::int AS present,
                   (r.origin = 'walk_in')::int AS walk_in,
                   (r.attendance = 'absent_justified')::int AS absent_justified,
                   (r.attendance = 'absent_unjustified')::int AS absent_unjustified,
                   (r.attendance = 'expected')::int AS unmarked
              FROM espace_reservation r
         LEFT JOIN espace_school_class k ON k.id = r.class_id
             WHERE r.state IN %s AND r.date <= %s
            """,
            tuple(SEAT_STATES),
            self.env.company._espace_today(),
        )
