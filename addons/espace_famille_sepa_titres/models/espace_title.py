from odoo import models


class EspaceTitle(models.Model):
    """Titres name the mandate of their debtor, where it was given for titres too."""

    _inherit = "espace.title"

    def _mandate(self):
        """Return the valid mandate of the family, of a régie that lends its own.

        A mandate that was suspended after rejections, or of a family that has left, is
        not handed on: the accountant's debit would come back too. Of several the latest
        signed is named.
        """
        family_sudo = self.family_id.sudo()
        mandates_sudo = family_sudo.espace_mandate_ids.filtered(
            lambda one: (
                one.state == "valid"
                and family_sudo.active
                and not one.espace_suspended_on
                and one.espace_regie_id.debit_for_titles
            )
        )
        if not mandates_sudo:
            return super()._mandate()
        mandate_sudo = mandates_sudo.sorted("signature_date")[-1]
        account_sudo = mandate_sudo.partner_bank_id
        return {
            "mandat_rum": mandate_sudo.unique_mandate_reference,
            "mandat_date": mandate_sudo.signature_date,
            "mandat_iban": account_sudo.sanitized_acc_number,
            "mandat_bic": account_sudo.bank_bic or "",
        }
