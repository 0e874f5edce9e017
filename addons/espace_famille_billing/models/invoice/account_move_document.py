"""What the invoice of a family, or of a third party, says when it is printed."""

from odoo import fields, models
from odoo.tools.misc import formatLang

FAMILY_INVOICE = "espace_famille_billing.family_invoice"


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_name_invoice_report(self):
        """Print those of families and third parties as the régie's, others as Odoo."""
        self.ensure_one()
        own = self.espace_family_id or self.espace_third_party
        if own and self.is_sale_document():
            return FAMILY_INVOICE
        return super()._get_name_invoice_report()

    def _espace_document(self, with_payments=True):
        """Return what this document says, in the language of the environment.

        :param bool with_payments: say what was paid, too
        :return: dict of texts and lists of texts, see the template
        """
        self.ensure_one()
        move = self.sudo()
        family, company = move.espace_family_id, move.company_id
        regie = move._espace_document_regie()
        euros = company._espace_amount_words
        settled = move._espace_settled_words() if with_payments else []
        is_due = move.move_type == "out_invoice" and move.state == "posted"
        left = move.amount_residual if move.state == "posted" else move.amount_total
        credit = family._espace_credit() if is_due and family else 0
        return {
            "company": company,
            "recipient": move._espace_recipient_lines(),
            "regie": regie,
            "title": move._espace_document_title(),
            "facts": move._espace_document_facts(),
            "lines": [
                {
                    "words": (line.espace_words or line.name or "").splitlines(),
                    "is_text": line.display_type != "product",
                    "quantity": formatLang(
                        move.env,
                        line.quantity,
                        digits=0 if line.quantity == int(line.quantity) else 2,
                    ),
                    "price": euros(line.price_unit),
                    "amount": euros(line.price_total),
                }
                for line in move.invoice_line_ids.sorted("sequence")
            ],
            "total": euros(move.amount_total),
            "settled": settled,
            "left": euros(left) if with_payments and is_due else "",
            "credit": euros(credit) if credit else "",
            "ways": (
                move._espace_document_ways(regie)
                if is_due and left and with_payments
                else []
            ),
            "complaint": company._espace_complaint_words(regie),
            "mentions": move._espace_document_mentions(regie),
        }

    def _espace_document_regie(self):
        """Return the régie that asks for this money, maybe none."""
        self.ensure_one()
        return self.espace_regie_id or self.company_id._espace_default_regie()

    def _espace_document_title(self):
        titles = {
            ("out_invoice", "posted"): self.env._("Invoice"),
            ("out_invoice", "draft"): self.env._("Draft Invoice"),
            ("out_invoice", "cancel"): self.env._("Cancelled Invoice"),
            ("out_refund", "posted"): self.env._("Credit Note"),
            ("out_refund", "draft"): self.env._("Draft Credit Note"),
            ("out_refund", "cancel"): self.env._("Cancelled Credit Note"),
        }
        title = titles.get((self.move_type, self.state)) or self.env._("Invoice")
        return f"{title} {self.name}" if self.name and self.name != "/" else title

    def _espace_document_facts(self):
        """Return [(label, words)] of the dates and numbers of this document."""
        day = self.company_id._espace_format_day
        is_asked = self.move_type == "out_invoice" and self.state == "posted"
        facts = [
            (
                self.env._("Date"),
                self.invoice_date and day(self.invoice_date, "d MMMM y"),
            ),
            (self.env._("Family Account"), self.espace_family_id.reference),
            (self.env._("Period"), self._espace_period_words()),
        ]
        if self.espace_debit_date and is_asked:
            debited = day(self.espace_debit_date, "d MMMM y")
            facts.append((self.env._("Debited on"), debited))
        elif is_asked and self.invoice_date_due:
            facts.append(
                (self.env._("Due Date"), day(self.invoice_date_due, "d MMMM y"))
            )
        if deposits := self._espace_deposit_plan_sudo().line_ids:
            facts.append((self.env._("Deposits"), ", ".join(deposits._words())))
        if self.reversed_entry_id:
            facts.append((self.env._("Corrects"), self.reversed_entry_id.name))
        return [(label, words) for label, words in facts if words]

    def _espace_period_words(self):
        """Say the days that the services were on, '' if these are none."""
        lines = self.invoice_line_ids
        days = (lines.espace_charge_ids | lines.espace_payer_charge_ids).mapped("date")
        if not days:
            return ""
        day = self.company_id._espace_format_day
        first, last = min(days), max(days)
        if first == last:
            return day(first, "d MMMM y")
        return self.env._(
            "from %(first)s to %(last)s",
            first=day(first, "d MMMM y" if first.year != last.year else "d MMMM"),
            last=day(last, "d MMMM y"),
        )

    def _espace_settled_words(self):
        """Return [(label, amount in words)] of what was deducted or paid already."""
        content = (self.invoice_payments_widget or {}).get("content") or []
        company = self.company_id
        settled = []
        for part in content:
            if part["is_exchange"]:
                continue
            day = company._espace_format_day(part["date"], "d MMMM y")
            is_note = part["is_refund"] or (
                self.move_type == "out_refund" and not part["account_payment_id"]
            )
            if self.move_type == "out_refund":
                words = (
                    self.env._("Deducted on %s", day)
                    if is_note
                    else self.env._("Paid on %s", day)
                )
            elif is_note:
                words = self.env._("Credit deducted on %s", day)
            elif self.invoice_date and part["date"] < self.invoice_date:
                words = self.env._("Previous credit, paid on %s", day)
            else:
                words = self.env._("Paid on %s", day)
            settled.append((words, company._espace_amount_words(-part["amount"])))
        return settled

    def _espace_document_ways(self, regie):
        """Return [(label, words)] of how and where what is left can be paid."""
        self.ensure_one()
        if self.espace_debit_date:
            day = self.company_id._espace_format_day(
                self.espace_debit_date, "EEEE d MMMM y"
            )
            words = self.env._(
                "Your bank is asked for the amount on %s: you have nothing to do.", day
            )
            return [(self.env._("By direct debit"), words)]
        if self.espace_third_party:
            return self.company_id._espace_ways_to_pay(regie, self.name)
        return self.espace_family_id._espace_ways_to_pay(regie, self.name)

    def _espace_document_mentions(self, regie):
        """Return the texts at the end: who collects, by which decisions."""
        company = self.company_id
        who = [company.name]
        if company.company_registry:
            who.append(self.env._("SIRET %s", company.company_registry))
        if regie:
            who.append(regie.name)
            if regie.decision:
                who.append(self.env._("created by: %s", regie.decision))
            if regie.regisseur_id:
                who.append(self.env._("régisseur: %s", regie.regisseur_id.name))
        mentions = [" – ".join(who)]
        tariffs = self.invoice_line_ids.espace_charge_ids.tariff_line_id.tariff_id
        decisions = dict.fromkeys(filter(None, tariffs.mapped("deliberation")))
        if decisions:
            mentions.append(self.env._("Prices: %s", ", ".join(decisions)))
        if not self.amount_tax:
            mentions.append(self.env._("Amounts in euros, without VAT."))
        return mentions


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # The label of the entry goes to the accountant and into the FEC: it names no child.
    espace_words = fields.Text("What the Family Reads")
