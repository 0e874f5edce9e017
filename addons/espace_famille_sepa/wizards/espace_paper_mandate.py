from odoo import fields, models
from odoo.exceptions import UserError

from ..domain import iban


class EspacePaperMandate(models.TransientModel):
    """A mandate that a family signed on paper, with its scan."""

    _name = "espace.paper.mandate"
    _description = "Mandate on Paper"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    family_id = fields.Many2one(
        "espace.family",
        "Family Account",
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        required=True,
        default=lambda self: self.env.company._espace_own_regie(),
        domain="[('company_id', '=', company_id)]",
    )
    holder = fields.Char("Holder of the Account", required=True)
    iban = fields.Char("IBAN", required=True)
    signature_date = fields.Date("Date of Signature", required=True)
    scan = fields.Binary("Scan of the Signed Mandate", required=True)
    scan_name = fields.Char()

    def action_record(self):
        """Look at what was entered, and make the mandate."""
        self.ensure_one()
        mandates = self.env["account.banking.mandate"]
        self.env["account.payment"]._espace_check_regie_role()
        family, regie = self.family_id, self.regie_id
        number, wrong = iban.read(self.iban)
        if wrong == iban.OUTSIDE:
            raise UserError(
                self.env._("This account is outside the SEPA area: it is not debited.")
            )
        if wrong:
            raise UserError(
                self.env._("This is no IBAN: compare it with the paper, its key fails.")
            )
        if family.company_id != regie.company_id:
            raise UserError(
                self.env._("This family is one of another commune than the régie.")
            )
        if not family.active:
            raise UserError(
                self.env._(
                    "%s is archived: reactivate the family account first.", family.name
                )
            )
        regie._debit_check_ready()
        if self.signature_date > self.company_id._espace_today():
            raise UserError(self.env._("The day of the signature is yet to come."))
        mandate = mandates._espace_sign(
            family,
            regie,
            number,
            " ".join(self.holder.split()),
            self.signature_date,
            espace_origin="paper",
            scan=self.scan,
        )
        # What was typed stays nowhere else.
        self.sudo().unlink()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.banking.mandate",
            "res_id": mandate.id,
            "views": [(self.env.ref("espace_famille_sepa.mandate_form").id, "form")],
        }
