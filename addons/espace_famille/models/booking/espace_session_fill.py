from odoo import api, fields, models

NEARLY_FULL = 80  # percent of the places


class EspaceSession(models.Model):
    """How full a session is, at a glance."""

    _inherit = "espace.session"

    free_count = fields.Integer(store=True)
    fill_rate = fields.Float(store=True, aggregator="avg", digits=(5, 1))
    fill_state = fields.Selection(
        [
            ("free", "Places left"),
            ("nearly", "Nearly full"),
            ("full", "Full"),
            ("closed", "Closed"),
        ],
        "Occupancy",
        compute="_compute_fill_state",
        store=True,
    )
    day_words = fields.Char("Day", compute="_compute_day_words")

    @api.depends("state", "seats_limited", "free_count", "fill_rate")
    def _compute_fill_state(self):
        for session in self:
            session.fill_state = session._fill_state()

    def _fill_state(self):
        if self.state == "closed":
            return "closed"
        if not self.seats_limited:
            return "free"
        if not self.free_count:
            return "full"
        return "nearly" if self.fill_rate >= NEARLY_FULL else "free"

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_day_words(self):
        for session in self:
            day = session.date
            session.day_words = day and session.company_id._espace_day_words(day)
