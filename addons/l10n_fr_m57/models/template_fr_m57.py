from odoo import models
from odoo.fields import Command

from odoo.addons.account.models.chart_template import template

# Means of payment of a régie: account 5412…, journal code, name in English and French.
# Each has an account and a journal of its own, so that what was received by each means
# and is not yet handed over can be read in the ledger.
REGIE_JOURNALS = {
    "cash": ("54121", "RNUM", "Régie – Cash", "Régie – Numéraire"),
    "cheque": ("54122", "RCHQ", "Régie – Cheques", "Régie – Chèques"),
    "card": ("54123", "RCB", "Régie – Bank Cards", "Régie – Cartes bancaires"),
    "online": ("54124", "RWEB", "Régie – Online", "Régie – Paiements en ligne"),
    "cesu": ("54125", "RCESU", "Régie – CESU", "Régie – CESU"),
    "direct_debit": ("54126", "RPRE", "Régie – Direct Debits", "Régie – Prélèvements"),
    "transfer": ("54127", "RVIR", "Régie – Bank Transfers", "Régie – Virements"),
}

# What Odoo calls outstanding receipts and payments: values for collection and internal
# transfers. Payments of the régie need neither, they are booked on 5412… at once.
OUTSTANDING = {
    "account_journal_payment_debit_account_id": "m57_5118",
    "account_journal_payment_credit_account_id": "m57_588",
}


class AccountChartTemplate(models.AbstractModel):
    """The nomenclature M57 as the services of a commune and its régie need it.

    Codes are those of the instruction budgétaire et comptable M57; 54121 to 54127
    divide its account 5412 by means of payment. It has no tax: school canteen and
    childcare of a commune for its families are outside VAT.
    """

    _inherit = "account.chart.template"

    @template("fr_m57")
    def _get_fr_m57_template_data(self):
        return {
            "name": self.env._("Communes (M57)"),
            # Codes have the length that the nomenclature gives them: 515, 4111, 70632.
            "code_digits": 3,
            # Never the one that Odoo proposes first to a French company.
            "sequence": 20,
            "property_account_receivable_id": "m57_4111",
            "property_account_payable_id": "m57_4011",
            "downpayment_account_id": "m57_4191",
        }

    @template("fr_m57", "res.company")
    def _get_fr_m57_res_company(self):
        return {
            self.env.company.id: {
                "account_fiscal_country_id": "base.fr",
                "bank_account_code_prefix": "515",
                "cash_account_code_prefix": "531",
                "transfer_account_code_prefix": "58",
                "account_journal_suspense_account_id": "m57_4718",
                "transfer_account_id": "m57_588",
                "income_account_id": "m57_7067",
                "expense_account_id": "m57_6068",
                "income_currency_exchange_account_id": "m57_766",
                "expense_currency_exchange_account_id": "m57_666",
                "default_cash_difference_income_account_id": "m57_75888",
                "default_cash_difference_expense_account_id": "m57_65888",
                "account_journal_early_pay_discount_gain_account_id": "m57_7688",
                "account_journal_early_pay_discount_loss_account_id": "m57_6688",
                # The ones of a chart that was there before, if any, are gone.
                "account_sale_tax_id": False,
                "account_purchase_tax_id": False,
            },
        }

    @template("fr_m57", "account.journal")
    def _get_fr_m57_account_journal(self):
        return {
            "sale": {"refund_sequence": True},
            "purchase": {"refund_sequence": True},
            # For taxes due on payment; there are none.
            "caba": {"active": False},
            "bank": {
                "name": "Treasury",
                "name@fr": "Trésor public",
                "code": "TRES",
                "default_account_id": "m57_515",
                "sequence": 8,
            },
            **{
                f"regie_{means}": self._prepare_regie_journal(means, *values)
                for means, values in REGIE_JOURNALS.items()
            },
        }

    def _prepare_regie_journal(self, means, account, code, name, name_fr):
        """Return a journal whose payments are booked on its account, paid at once."""
        manual = "account.account_payment_method_manual"
        lines = {
            way: [
                Command.create(
                    {
                        "payment_method_id": f"{manual}_{way}",
                        "payment_account_id": f"m57_{account}",
                    }
                )
            ]
            for way in ("in", "out")
        }
        return {
            "name": name,
            "name@fr": name_fr,
            "code": code,
            "type": "cash" if means == "cash" else "bank",
            "default_account_id": f"m57_{account}",
            "inbound_payment_method_line_ids": lines["in"],
            "outbound_payment_method_line_ids": lines["out"],
            "show_on_dashboard": True,
            "sequence": 7,
        }

    def _create_outstanding_accounts(self, company, bank_prefix, code_digits):
        """Name real accounts of the nomenclature instead of making up codes."""
        if company.chart_template != "fr_m57":
            return super()._create_outstanding_accounts(
                company, bank_prefix, code_digits
            )
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": self.company_xmlid(name, company),
                    "record": self.env.ref(self.company_xmlid(account, company)),
                    "noupdate": True,
                }
                for name, account in OUTSTANDING.items()
            ]
        )

    def _get_bank_fees_reco_account(self, company):
        if company.chart_template == "fr_m57":
            return self.ref("m57_627")
        return super()._get_bank_fees_reco_account(company)
