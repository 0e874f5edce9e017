"""How charges are invoiced under given terms: dates, campaign, credit notes."""

from odoo import api, models

from .espace_charge import COMPLETE
from .invoice_terms import TERMS, terms_of


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    def _invoice_under(self, terms, now):
        """Make and post one invoice, or credit note, a family of these charges.

        :param Terms terms: the dates they bear
        :return: the posted `account.move` records
        """
        moves = self._draft_under(terms, now)
        # Not soft: an invoice that bears a date to come is posted all the same. Its
        # lines are complete; see `COMPLETE`.
        moves.with_context(**COMPLETE)._post(soft=False)
        return moves

    def _draft_under(self, terms, now):
        moves = self.with_context(**{TERMS: terms})._invoice(now)
        return self.env["account.move"].browse(moves.ids)

    def _deductible(self):
        return self if terms_of(self.env) else super()._deductible()

    @api.model
    def _prepare_invoice(self, family, groups, now):
        vals = super()._prepare_invoice(family, groups, now)
        terms = terms_of(self.env)
        if not terms:
            return vals
        if sum(charges._total() for charges in groups) < 0:
            vals = self._as_credit_note(vals)
            terms = terms._replace(date_due=terms.invoice_date, debit_date=None)
        return self._with_terms(vals, terms, family)

    @api.model
    def _as_credit_note(self, vals):
        """Return the values of the credit note that gives this invoice's total back.

        Balances stay: only what is printed changes its sign.
        """
        for _command, _id, line in vals["line_ids"]:
            if "quantity" in line:
                line["quantity"] = -line["quantity"]
        return {**vals, "move_type": "out_refund"}

    @api.model
    def _with_terms(self, vals, terms, family):
        for _command, _id, line in vals["line_ids"]:
            if line.get("display_type") == "payment_term":
                line["date_maturity"] = terms.date_due
        return {
            **vals,
            "invoice_date": terms.invoice_date,
            "invoice_date_due": terms.date_due,
            "espace_debit_date": family.pays_by_debit and terms.debit_date,
            "espace_run_id": terms.run_id,
        }
