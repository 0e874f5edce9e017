from odoo import models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.guards import STATING


class EspaceMerge(models.Model):
    """Two accounts become one: so do their mandates, one a régie."""

    _inherit = "espace.merge"

    def _problems(self, kept, gone, choices):
        problems = super()._problems(kept, gone, choices)
        if kept._name == "espace.family" and self.env[
            "account.payment.line"
        ].sudo().search_count(
            [
                ("espace_family_id", "in", (kept | gone).ids),
                ("espace_live", "=", True),
            ],
            limit=1,
        ):
            problems.append(
                self.env._(
                    "One of them is about to be debited: wait for the result, or take "
                    "it out of the run."
                )
            )
        return problems

    def _before(self, kept, gone, choices):
        told = super()._before(kept, gone, choices)
        if kept._name != "espace.family":
            return told
        own, other = kept.sudo().espace_mandate_ids, gone.sudo().espace_mandate_ids
        valid = other.filtered(lambda mandate: mandate.state == "valid")
        own_valid = own.filtered(lambda mandate: mandate.state == "valid")
        twice = valid.filtered(lambda m: m.espace_regie_id in own_valid.espace_regie_id)
        if twice:
            twice._espace_end(self.env._("Merged with %s", kept.name))
            told.append(
                self.env._(
                    "Mandates that end, for that of the family kept goes on: %s",
                    ", ".join(twice.mapped("unique_mandate_reference")),
                )
            )
        if other:
            self._espace_move_mandates(kept.sudo(), gone.sudo())
        return told

    def _espace_move_mandates(self, kept, gone):
        """Have the accounts of who is gone be those of the payer that is kept.

        What was signed stays; only the account that owes is another one.
        """
        self.env.flush_all()
        for table in ("res_partner_bank", "account_banking_mandate"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET partner_id = %s WHERE espace_family_id = %s",
                    SQL.identifier(table),
                    kept.partner_id.id,
                    gone.id,
                )
            )
        self.env.invalidate_all()

    def _after(self, kept, gone, choices):
        told = super()._after(kept, gone, choices)
        if kept._name == "espace.family":
            allow(kept, STATING)._espace_mandates_changed()
        return told
