"""What must always be true of what families pay at a flat price."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _flat_invariants(self):
        return [
            Invariant(
                "flat_settled",
                self.env._(
                    "The charges of a month at a flat price add up to what is asked of "
                    "it."
                ),
                self.env._(
                    "What was charged for these months is not what is asked: settle "
                    "them again, or complete the tariff."
                ),
            ),
            Invariant(
                "flat_once",
                self.env._("No day of a child is included in two flat prices."),
                self.env._("These subscriptions include the same days."),
            ),
            Invariant(
                "flat_copies",
                self.env._(
                    "A charge names the child, the family and the month of its flat "
                    "price."
                ),
                self.env._("These charges name another child, family or month."),
            ),
        ]

    @api.model
    def _find_flat_settled(self, companies):
        """Without writing; what a tariff changed since is known, and settled later."""
        dues = self.env["espace.flat.due"].search([("company_id", "in", companies.ids)])
        wrong = dues.browse(due.id for due, *_rest in dues._unsettled())
        return wrong.filtered(
            lambda due: (
                not due.company_id.espace_prices_from
                or due.date_to < due.company_id.espace_prices_from
            )
        )

    @api.model
    def _find_flat_once(self, companies):
        flats = self.env["espace.flat"].search([("company_id", "in", companies.ids)])
        return flats.filtered(lambda flat: flat._overlapping())

    @api.model
    def _find_flat_copies(self, companies):
        return self._select(
            "espace.charge",
            SQL(
                """
                SELECT charge.id
                FROM espace_charge charge
                JOIN espace_flat_due due ON due.id = charge.flat_due_id
                LEFT JOIN espace_flat flat ON flat.id = due.flat_id
                LEFT JOIN espace_pack pack ON pack.id = due.pack_id
                WHERE charge.company_id IN %s AND (
                    charge.child_id != coalesce(flat.child_id, pack.child_id)
                    OR charge.family_id != coalesce(flat.family_id, pack.family_id)
                    OR charge.activity_id != due.activity_id
                    OR charge.company_id != due.company_id
                    OR date_trunc('month', charge.date) != due.month
                )
                """,
                tuple(companies.ids),
            ),
        )
