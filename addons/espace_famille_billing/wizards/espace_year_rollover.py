from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class EspaceYearRollover(models.TransientModel):
    """What the next school year needs of money: quotients, and a tariff."""

    _inherit = "espace.year.rollover"

    # Quotients
    quotient_count = fields.Integer(
        "Quotients to Ask for", compute="_compute_quotient_count"
    )

    # Tariff
    tariff_id = fields.Many2one(
        "espace.tariff", "Present Tariff", compute="_compute_tariff"
    )
    next_tariff_id = fields.Many2one(
        "espace.tariff", "Tariff of the Next Year", compute="_compute_tariff"
    )

    # === Quotients === #

    def _quotients_to_ask(self):
        """Return the families to ask: with children who stay, not asked for that year.

        What they gave is missing, or too old.
        """
        self.ensure_one()
        Family = self.env["espace.family"]
        if not self.next_id:
            return Family
        staying = (
            Domain("active", "=", True)
            & Domain("class_id", "!=", False)
            & Domain("id", "not in", self._leavers().ids)
        )
        return Family.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("qf_state", "in", ["missing", "to_renew"])
            & Domain("main_child_ids", "any", staying)
            & (
                Domain("qf_asked_for", "=", False)
                | Domain("qf_asked_for", "<", self.next_id.date_from)
            )
        )

    @api.depends("year_id")
    def _compute_quotient_count(self):
        for rollover in self:
            rollover.quotient_count = len(rollover._quotients_to_ask())

    def action_ask_quotients(self):
        """Write to each family, once a school year, that its quotient is needed."""
        self.ensure_one()
        self._check_next()
        families = self._quotients_to_ask()
        for family in families:
            family._notify_with(
                "espace_famille_billing.mail_template_quotient_asked", family
            )
        families.qf_asked_for = self.next_id.date_from
        return self._reopen()

    def action_show_quotients(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "espace_famille_billing.espace_family_quotient_action"
            ),
            "domain": [("id", "in", self._quotients_to_ask().ids)],
            "context": {},
        }

    # === Tariff === #

    @api.depends("year_id")
    def _compute_tariff(self):
        Tariff = self.env["espace.tariff"]
        for rollover in self:
            rollover.tariff_id = rollover.next_tariff_id = Tariff
            if not rollover.next_id:
                continue
            start = rollover.next_id.date_from
            own = Domain("company_id", "=", rollover.company_id.id)
            rollover.tariff_id = Tariff.search(
                own
                & Domain("date_from", "<", start)
                & (
                    Domain("date_to", "=", False)
                    | Domain("date_to", ">=", start - timedelta(days=1))
                ),
                limit=1,
            )
            rollover.next_tariff_id = Tariff.search(
                own
                & Domain("date_from", ">=", start)
                & Domain("date_from", "<=", rollover.next_id.date_to),
                order="date_from",
                limit=1,
            )

    def action_copy_tariff(self):
        """Open the copy of the present tariff, from the first day of the next year.

        Its percentage and each price are decided there, and the present one then ends
        the day before.
        """
        self.ensure_one()
        self._check_next()
        if self.next_tariff_id:
            return self.action_show_tariff()
        if not self.tariff_id:
            raise UserError(
                self.env._("There is no tariff to copy at the end of the year.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_tariff_copy_action"
        )
        return {
            **action,
            "context": {
                "default_tariff_id": self.tariff_id.id,
                "default_date_from": self.next_id.date_from,
                "default_name": self.env._("Prices %s", self.next_id.name),
                "dialog_size": "extra-large",
            },
        }

    def action_show_tariff(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "espace.tariff",
            "res_id": self.next_tariff_id.id,
            "view_mode": "form",
        }
