from odoo import api, models
from odoo.exceptions import UserError


class AccountStatementImport(models.TransientModel):
    """The OCA's form: what is of a régie is loaded by the régie's own form."""

    _inherit = "account.statement.import"

    @api.model
    def _get_allow_cfonb_complementary_types(self):
        """Keep who pays, and the references, in the label of a movement."""
        kept = super()._get_allow_cfonb_complementary_types()
        return (*kept, "NPY", "NPO", "LCS", "REF", "RUM")

    def _complete_stmts_vals(self, stmts_vals, journal, account_number):
        """Refuse the account of a régie but where its own form asks.

        What this form does would neither be looked at nor matched as it has to be.
        """
        regie = self.env["espace.bank.file"]._regie_of(journal)
        if regie and not self.env["espace.bank.file"]._is_receiving():
            raise UserError(
                self.env._(
                    "%(journal)s is the deposit account of %(regie)s: load its files "
                    "in Régie, Payments and Collections, Bank Files.",
                    journal=journal.display_name,
                    regie=regie.name,
                )
            )
        return super()._complete_stmts_vals(stmts_vals, journal, account_number)
