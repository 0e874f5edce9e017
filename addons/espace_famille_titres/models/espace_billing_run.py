from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.espace_famille_billing.domain import invoicing

TEMPLATE = "espace_famille_titres.mail_template_title_invoice"


class EspaceBillingRun(models.Model):
    """A run that ends in titres: the commune issues them, the accountant collects.

    Such an invoice is of no régie: nothing is paid online or at the counter, nobody is
    reminded, and no état d'encaissement knows it.
    """

    _inherit = "espace.billing.run"

    by_title = fields.Boolean(
        "Ends in Titres",
        help="The invoices are paid to the public accountant, and stand among what "
        "waits for a titre. No régie collects them.",
    )

    @api.depends("by_title")
    def _compute_minimum_amount(self):
        """Propose the smallest sum that is put in recovery: D1611-1 of the CGCT."""
        titles = self.filtered("by_title")
        for run in titles:
            run.minimum_amount = run.company_id.espace_title_minimum
        super(EspaceBillingRun, self - titles)._compute_minimum_amount()

    def write(self, vals):
        chosen = "by_title" in vals and not self.env.su
        if chosen and any(run.state != "draft" for run in self):
            raise UserError(
                self.env._(
                    "Whether a run ends in titres is chosen while it is a draft."
                )
            )
        return super().write(vals)

    def _check_may_invoice(self):
        if self.by_title:
            self.company_id._espace_check_titles()
        return super()._check_may_invoice()

    def _terms(self):
        """Have no bank debited by the régie: the accountant collects."""
        terms = super()._terms()
        return terms._replace(debit_date=None) if self.by_title else terms

    def _asked_by(self, regie):
        regie = super()._asked_by(regie)
        return regie.browse() if self.by_title else regie

    def _take(self, charges):
        """Take these from their régies: what corrects them is of none either."""
        result = super()._take(charges)
        charges = charges.filtered("regie_id")
        if self.by_title and charges:
            charges.flush_recordset()
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_charge SET regie_id = NULL WHERE id = ANY(%s)",
                    charges.ids,
                )
            )
            charges.invalidate_recordset(["regie_id"])
        return result

    def _outcome(self, charges, regie, paid=Decimal(0)):
        """Carry over what is too small for a titre, the last run of the year too.

        What corrects a titre waits for the next run that ends in titres: no régie
        could collect it. Where third parties pay all of it, only they have a debt.
        """
        amounts = [Decimal(str(charge.amount)) for charge in charges]
        if self.by_title:
            minimum = Decimal(str(self.minimum_amount))
            amounts += [paid] if paid else []
            aided = bool(paid or charges.aid_id)
            return invoicing.outcome(
                amounts, minimum, shared=aided and not sum(amounts)
            )
        if not regie and charges and all(c.activity_id.regie_id for c in charges):
            found = invoicing.outcome(amounts)
            return invoicing.REPORT if found == invoicing.INVOICE else found
        return super()._outcome(charges, regie, paid)

    def _letter_template(self):
        return self.env.ref(TEMPLATE) if self.by_title else super()._letter_template()
