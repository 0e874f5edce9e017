"""Who is in the building besides the children: agents of a list, adults of a school."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# For an evacuation of the day; nothing is known of when agents worked after that.
KEPT = timedelta(days=2)


class EspaceAttendancePresence(models.Model):
    """An agent opened the list of a day: counted in an evacuation, and nothing else."""

    _name = "espace.attendance.presence"
    _description = "Agent at a List"
    _log_access = False
    _rec_name = "user_id"

    session_id = fields.Many2one(
        "espace.session", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="session_id.company_id", store=True)
    at = fields.Datetime(required=True)

    _once = models.UniqueIndex("(session_id, user_id)")

    @api.model
    def _note(self, session, user):
        """Note that an agent is at this list, once; open screens are told.

        :param user: who marks there, maybe on the tablet of somebody else
        """
        self.env.cr.execute(
            SQL(
                "INSERT INTO espace_attendance_presence"
                " (session_id, user_id, company_id, at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (session_id, user_id) DO NOTHING RETURNING id",
                session.id,
                user.id,
                session.company_id.id,
                fields.Datetime.now(),
            )
        )
        if self.env.cr.fetchone():
            session._tell_screens()

    @api.model
    def _agents(self, sessions):
        """Return {session id: [[user id, name]] of the agents there}."""
        found = {session.id: [] for session in sessions}
        for one in self.sudo().search([("session_id", "in", sessions.ids)]):
            found[one.session_id.id].append([one.user_id.id, one.user_id.name])
        return found

    @api.autovacuum
    def _gc_presences(self):
        self.sudo().search([("at", "<", fields.Datetime.now() - KEPT)]).unlink()


class EspaceSchoolAdult(models.Model):
    """An adult who is usually in a school: a teacher, the cook, the headmistress."""

    _name = "espace.school.adult"
    _description = "Adult of a School"
    _order = "school_id, sequence, name"

    school_id = fields.Many2one(
        "espace.school", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="school_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    role = fields.Char(help="e.g. teacher of CP, cook")


class EspaceSchool(models.Model):
    _inherit = "espace.school"

    adult_ids = fields.One2many(
        "espace.school.adult",
        "school_id",
        "Adults in the Building",
        help="They are counted in an evacuation besides the children.",
    )
