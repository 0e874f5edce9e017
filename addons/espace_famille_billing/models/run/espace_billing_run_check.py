from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.absence.espace_absence import OPEN_STATES

LEVELS = {
    "unmarked": "blocking",
    "unpriced": "blocking",
    "flats": "blocking",
    "no_quotient": "warning",
    "proofs": "warning",
    "drafts": "warning",
    "unlocked": "warning",
    "to_come": "warning",
}


class EspaceBillingRunCheck(models.Model):
    """One line of the checklist of a run: what may be wrong, how often, where."""

    _name = "espace.billing.run.check"
    _description = "Checklist of a Billing Run"
    _order = "run_id, id"

    run_id = fields.Many2one(
        "espace.billing.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    code = fields.Selection(
        [
            ("unmarked", "Days paid at consumption whose attendance is not marked"),
            ("unpriced", "Bookings without a price"),
            ("flats", "Months at a flat price that the tariff does not say"),
            ("no_quotient", "Families without a quotient: the dearest price applies"),
            ("proofs", "Absences whose proof is not decided on"),
            ("drafts", "Invoices that wait for their online payment"),
            ("unlocked", "Past days not marked, to be locked as they are"),
            ("to_come", "Days that are still to come"),
        ],
        "To Check",
        required=True,
        readonly=True,
    )
    count = fields.Integer(readonly=True)
    level = fields.Selection(
        [("blocking", "Blocking"), ("warning", "Warning"), ("ok", "OK")],
        compute="_compute_level",
    )

    @api.depends("code", "count")
    def _compute_level(self):
        for check in self:
            check.level = LEVELS.get(check.code) if check.count else "ok"

    def _words(self):
        """Return one line of words for each of these."""
        labels = dict(self._fields["code"]._description_selection(self.env))
        return "\n".join(f"• {labels[c.code]} : {c.count}" for c in self)

    def action_open(self):
        """Open the records that this line counts."""
        self.ensure_one()
        self.check_access("read")
        model, domain = self.run_id.sudo()._anomaly(self.code)
        labels = dict(self._fields["code"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": labels[self.code],
            "res_model": model,
            "view_mode": "list,form",
            "domain": list(domain),
            "context": {"create": False},
        }


class EspaceBillingRun(models.Model):
    _inherit = "espace.billing.run"

    def _find_anomalies(self):
        """Count again what may be wrong; all lines are kept, to be seen as done."""
        self.check_ids.unlink()
        self.env["espace.billing.run.check"].create(
            [
                {"run_id": self.id, "code": code, "count": self._count(code)}
                for code in LEVELS
            ]
        )

    def _count(self, code):
        model, domain = self._anomaly(code)
        return self.env[model].search_count(domain)

    def _anomaly(self, code):
        """Return (model, domain) of the records that a line of the checklist is about.

        :param str code: a key of `LEVELS`
        """
        return getattr(self, f"_anomaly_{code}")()

    def _anomaly_unmarked(self):
        expected = Domain("state", "=", "confirmed") & Domain(
            "attendance", "=", "expected"
        )
        return "espace.session", (
            self._session_domain()
            & self._over()
            & Domain("activity_id.billing_mode", "=", "consumption")
            & Domain("reservation_ids", "any", expected & self._scope())
        )

    def _anomaly_unpriced(self):
        return "espace.reservation", (
            self._booking_domain() & Domain("settlement_error", "!=", False)
        )

    def _anomaly_no_quotient(self):
        return "espace.family", (
            Domain("id", "in", self.family_line_ids.family_id.ids)
            & ~Domain("income_ids", "any", [("date_from", "<=", self.date_to)])
        )

    def _anomaly_proofs(self):
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", OPEN_STATES)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
            & Domain("reservation_ids", "any", self._scope() & self._in_period())
        )
        return "espace.absence", domain

    def _anomaly_drafts(self):
        charges = self._scope() & self._in_period()
        return "account.move", (
            Domain("company_id", "=", self.company_id.id)
            & Domain("espace_family_id", "!=", False)
            & Domain("state", "=", "draft")
            & Domain(
                "invoice_line_ids",
                "any",
                Domain("espace_charge_ids", "any", charges),
            )
        )

    def _anomaly_unlocked(self):
        """Days paid at booking: some unmarked, and the lock says that it stays so."""
        return "espace.session", (
            self._session_domain()
            & self._over()
            & Domain("attendance_locked", "=", False)
            & Domain("activity_id.billing_mode", "=", "booking")
            & Domain("reservation_ids.state", "=", "confirmed")
        )

    def _anomaly_to_come(self):
        return "espace.session", (
            self._session_domain()
            & ~self._over()
            & Domain("reservation_ids", "any", self._booking_domain())
        )
