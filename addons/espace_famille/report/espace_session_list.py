from odoo import api, models


class EspaceSessionList(models.AbstractModel):
    """What the printed list of a session holds (liste du jour)."""

    _name = "report.espace_famille.session_list"
    _description = "List of a Session"

    @api.model
    def _get_report_values(self, docids, data=None):
        sessions = self.env["espace.session"].browse(docids).sorted("date")
        return {
            "doc_ids": docids,
            "doc_model": "espace.session",
            "docs": sessions,
            "sheets": [self._sheet(session) for session in sessions],
            "shows_health": self.env.user.has_group("espace_famille.group_health"),
        }

    @api.model
    def _sheet(self, session):
        """Return one session's list: its reservations per class, and its totals."""
        reservations = session._attendance_list()
        return {
            "session": session,
            "reservations": reservations,
            "classes": reservations.grouped("class_id"),
            "options": self._totals(reservations, "product_id"),
            "diets": self._totals(reservations, "diet_id"),
            "records_times": session.records_times,
            "waiting": session._waiting_list(),
            "pai_count": len(reservations.filtered("has_pai")),
        }

    @api.model
    def _totals(self, reservations, field):
        """Return [(record, count)] in the order of the records of `field`."""
        groups = reservations.grouped(field)
        records = reservations[field].sorted()
        counts = [(record, len(groups[record])) for record in records]
        if without := groups.get(records.browse()):
            counts.append((records.browse(), len(without)))
        return counts
