"""Deposits of a summer camp, and a debt of which the accountant granted terms."""

from datetime import timedelta
from decimal import Decimal

from odoo.fields import Command

from ..domain import instalment
from . import payments

# The camp costs 240 €, is due in four months, and its first deposit is paid.
CAMP = 240
DUE_DAYS = 120


class Demonstration(payments.Demonstration):
    def _load_money(self):
        super()._load_money()
        if self._regie():
            self._load_deposits()
            self._load_terms()

    def _load_deposits(self):
        """Have a family that owes nothing pay a camp by deposits."""
        today, company = self._today(), self._company()
        rule = self.env["espace.deposit.rule"].create(
            {
                "name": "Séjours d’été : 30 % à la réservation, puis chaque mois",
                "company_id": company.id,
                "share": 30,
                "count": 3,
                "month_day": 5,
            }
        )
        family = self._families()[1:].filtered(
            lambda one: not one._espace_open_lines("debit") and not one.purse_since
        )[:1]
        product = self.env["product.product"].create(
            {
                "name": "Séjour d’été",
                "type": "service",
                "list_price": CAMP,
                "taxes_id": [Command.clear()],
            }
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": family.partner_id.id,
                "espace_regie_id": self._regie().id,
                "invoice_date": today,
                "invoice_date_due": today + timedelta(days=DUE_DAYS),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": "Séjour d’été, cinq jours",
                            "price_unit": CAMP,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        left = Decimal(str(move.amount_residual))
        parts = rule._schedule(left, today, move.invoice_date_due)
        self.env["espace.deposit.plan"]._agree(move, parts, rule, "Au guichet")
        journal = self._regie().journal_ids.filtered(
            lambda one: one.espace_means == "card"
        )[:1]
        if journal:
            self.env["account.payment"]._espace_register(
                family,
                journal,
                {move._espace_receivable_lines(): float(parts[0].amount)},
                today,
            )

    def _load_terms(self):
        """Send the oldest debt to the accountant, who granted two terms of it."""
        today, company = self._today(), self._company()
        company.write(
            {
                "espace_collect_days": 60,
                "espace_accountant_contact": "SGC de Castres, 12 quai des Tilleuls, "
                "01 99 00 14 30",
            }
        )
        spared = self.env["espace.arrears.exemption"].search([]).family_id
        spared |= self.env["espace.booking.block"].search([]).family_id
        spared |= self._families()[:1]
        debts = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("espace_to_transmit", "=", True),
                ("espace_family_id", "not in", spared.ids),
            ],
            order="amount_residual DESC, id",
            limit=1,
        )
        if not debts:
            return
        # Who loads this is nobody of the régie.
        agent = self.env.ref("base.user_admin")
        transfer = self.env["espace.debt.transfer"].with_user(agent)
        transfer._prepare(debts.with_user(agent)).action_send()
        left = Decimal(str(debts.amount_residual))
        parts = instalment.schedule(
            left,
            today,
            today + timedelta(days=75),
            share=Decimal(0),
            count=2,
            month_day=15,
        )
        terms = self.env["espace.accountant.terms"].create(
            {
                "family_id": debts.espace_family_id.id,
                "reference": f"{today.year}-15",
                "granted_on": today,
                "granted_by": "SGC de Castres",
                "move_ids": [Command.set(debts.ids)],
                "line_ids": [
                    Command.create({"date": part.date, "amount": float(part.amount)})
                    for part in parts
                ],
            }
        )
        terms.with_user(agent).action_record()
