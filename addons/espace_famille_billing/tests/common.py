from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.espace_famille.tests.common import NOW, TODAY, EspaceCase

from ..models.core.amounts import to_decimal

# A euro sign follows a no-break space.
NBSP = "\N{NO-BREAK SPACE}"

PAYMENT_TRANSACTION = "odoo.addons.payment.models.payment_transaction"


class EspaceBillingCase(EspaceCase):
    """The small commune with accounts and the prices of a real règlement.

    Canteen 3.60 €, 5.40 € without booking or proof of absence; childcare by the hour
    and by quotient. The Martins have a quotient of 750, the Durands gave none.
    Subclasses that name another chart of accounts run their tests on it.
    """

    chart = "generic_coa"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_accounts()
        cls.tariff = cls._create_tariff()
        cls._set_quotient(cls.martin, 750)
        cls.Charge = cls.env["espace.charge"]
        cls.Move = cls.env["account.move"]
        cls._invoice_what_agents_book()

    @classmethod
    def _invoice_what_agents_book(cls):
        """Have the scheduled action run as soon as somebody but a parent has booked.

        What parents book waits for `invoice_what_is_due`, all in `not_invoiced`.
        """
        Charge = cls.env.registry["espace.charge"]
        invoice_soon = Charge._invoice_soon

        def invoice(charges, now):
            invoice_soon(charges, now)
            if not charges.env.user._is_portal():
                charges._cron_invoice_at_once(now)

        cls.classPatch(Charge, "_invoice_soon", invoice)

    # === Commune === #

    @classmethod
    def _create_accounts(cls):
        """Open the books of the commune, in euros, with a tax ready by default.

        A commune that the database held already may have them.
        """
        if cls.company.chart_template != cls.chart:
            cls.company.currency_id = cls.env.ref("base.EUR")
            cls.env["account.chart.template"].try_loading(
                cls.chart, company=cls.company, install_demo=False
            )
            cls.company.currency_id = cls.env.ref("base.EUR")
        cls.bank_journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )

    @classmethod
    def _create_tariff(cls, **vals):
        """Create the tariff in force from the first day of January on."""
        prices = [
            (cls.meal, "planned", 0, 0, 3.60, "session"),
            (cls.meal, "unplanned", 0, 0, 5.40, "session"),
            (cls.meal, "absence_unjustified", 0, 0, 5.40, "session"),
            (cls.meal, "absence_justified", 0, 0, 0, "session"),
            *(
                (product, "planned", low, high, price, "hour")
                for product in (cls.t1, cls.t2)
                for low, high, price in (
                    (0, 500, 0.60),
                    (500, 1001, 0.65),
                    (1001, 0, 0.80),
                )
            ),
        ]
        return cls.env["espace.tariff"].create(
            {
                "name": "Tarifs 2027",
                "company_id": cls.company.id,
                "date_from": TODAY,
                "deliberation": "Délibération 2026-41",
                "line_ids": [
                    Command.create(cls._line(*price, sequence=sequence))
                    for sequence, price in enumerate(prices)
                ],
                **vals,
            }
        )

    @classmethod
    def _line(cls, product, event, low, high, price, unit="session", **vals):
        return {
            "product_id": product.id,
            "event": event,
            "qf_min": low,
            "qf_max": high,
            "amount": price,
            "unit": unit,
            **vals,
        }

    @classmethod
    def _set_quotient(cls, family, value, day=TODAY):
        return cls.env["espace.family.income"].create(
            {"family_id": family.id, "value": value, "date_from": day}
        )

    # === Régie === #

    @classmethod
    def _create_regie(cls, means=("cash", "cheque", "card", "cesu", "transfer")):
        """Create the régie “RS” with a journal for each of these means of payment.

        `cls.journals` holds them by means.
        """
        cls.regie = cls.env["espace.regie"].create(
            {"name": "Régie scolaire", "code": "RS", "company_id": cls.company.id}
        )
        cls.journals = {
            kind: cls._create_journal(
                cls.regie, kind, short=f"RS{number}", account=f"5412{number:02}"
            )
            for number, kind in enumerate(means, 1)
        }
        return cls.regie

    @classmethod
    def _create_journal(cls, regie, means, short, account, name=None):
        """Create a journal of a régie, or of the treasury for an empty one.

        Its entries are on an account of its own, as those of a real régie: each
        payment is paid at once.
        """
        name = name or f"Régie {means}"
        cash = cls.env["account.account"].create(
            {
                "name": name,
                "code": account,
                "account_type": "asset_cash",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        journal = cls.env["account.journal"].create(
            {
                "name": name,
                "code": short,
                "type": "cash" if means == "cash" else "bank",
                "company_id": cls.company.id,
                "default_account_id": cash.id,
                "espace_regie_id": regie.id,
                "espace_means": means,
            }
        )
        lines = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        lines.payment_account_id = cash
        return journal

    # === Payment online === #

    @classmethod
    def _pay_into(cls, provider, regie):
        """Have a provider bring its money to a régie, in a journal of its own."""
        number = cls.env["account.journal"].search_count([])
        journal = cls._create_journal(
            regie, "online", f"ONL{number}", f"5129{number:02}"
        )
        vals = {
            "name": provider.name,
            "journal_id": journal.id,
            "payment_method_id": cls.env.ref(
                "account.account_payment_method_manual_in"
            ).id,
            "payment_account_id": journal.default_account_id.id,
            "payment_provider_id": provider.id,
        }
        lines = cls.env["account.payment.method.line"]
        own = lines.search([("payment_provider_id", "=", provider.id)])
        if own:
            own.write(vals)
        else:
            lines.create(vals)
        provider.invalidate_recordset(["journal_id"])
        assert provider.journal_id == journal
        return journal

    @classmethod
    def _publish_provider(cls):
        """Let families pay online, with a provider that asks no bank."""
        card = cls.env.ref("payment.payment_method_card")
        provider = cls.env["payment.provider"].create(
            {
                "name": "Online",
                "code": "none",
                "company_id": cls.company.id,
                "state": "test",
                "is_published": True,
                "payment_method_ids": [Command.set(card.ids)],
            }
        )
        card.active = True
        provider.invalidate_recordset(["payment_method_ids"])
        outstanding = cls.env["account.account"].create(
            {
                "name": "Online payments",
                "code": "511600",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        cls.env["account.payment.method.line"].create(
            {
                "name": "Online",
                "journal_id": cls.bank_journal.id,
                "payment_method_id": cls.env.ref(
                    "account.account_payment_method_manual_in"
                ).id,
                "payment_account_id": outstanding.id,
                "payment_provider_id": provider.id,
            }
        )
        provider.journal_id = cls.bank_journal
        cls.provider = provider
        return provider

    def transaction(self, move, amount=None, **vals):
        """Create the transaction of a family that opens the payment page."""
        Transaction = self.env["payment.transaction"]
        return Transaction.create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids[:1].id,
                "amount": move.amount_total if amount is None else amount,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "reference": f"ESPACE-{Transaction.search_count([])}",
                "operation": "online_direct",
                "invoice_ids": [Command.set(move.ids)],
                **vals,
            }
        )

    def notify(self, transaction, state="done", amount=None):
        """Receive what the bank says, for `amount` euros, once; then post-process."""
        with self._bank(state):
            transaction._process(
                "none", {"amount": transaction.amount if amount is None else amount}
            )
        transaction._post_process()
        return transaction

    @contextmanager
    def _bank(self, state):
        """Make the provider without code read {amount} and set the state."""

        def extract(_transaction, payment_data):
            return {"amount": payment_data["amount"], "currency_code": "EUR"}

        def apply(transaction, _payment_data):
            getattr(transaction, f"_set_{state}")(state_message="The bank says so")

        transaction = f"{PAYMENT_TRANSACTION}.PaymentTransaction"
        with (
            patch(f"{transaction}._extract_amount_data", extract),
            patch(f"{transaction}._apply_updates", apply),
        ):
            yield

    # === Shortcuts === #

    def invoice_what_is_due(self):
        """Run the scheduled action that invoices bookings."""
        self.Charge._cron_invoice_at_once(NOW)

    def not_invoiced(self):
        """Book in it as if the scheduled action had not run yet."""
        return patch.object(self.env.registry["espace.charge"], "_invoice_soon")

    def invoices(self, family):
        """Return the invoices of a family, the oldest first."""
        return self.Move.search([("espace_family_id", "=", family.id)], order="id")

    def cancel(self, reservation, now=NOW, **options):
        return reservation._cancel(now=now, **options)

    def point(self, reservations, attendance):
        """Record who came, as on the evening of their day."""
        with self.at(reservations[:1].date):
            reservations._set_attendance(attendance)

    def at(self, day):
        """Go to the evening of a day."""
        return freeze_time(f"{day} 18:00:00")

    def amounts(self, reservations):
        """Return the amounts of all charges in the order they were made."""
        return [
            to_decimal(charge.amount) for charge in reservations.charge_ids.sorted("id")
        ]

    def receivable(self, family):
        """Return what the ledger says that the family still owes."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", family.partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return to_decimal(sum(lines.mapped("balance")))

    def messages(self, family, subject=None):
        """Return the messages written to the family, with this subject."""
        messages = family.message_ids.filtered(lambda m: m.message_type == "comment")
        return messages.filtered(lambda m: subject is None or m.subject == subject)

    # === Invariants === #

    def _callTestMethod(self, method):
        super()._callTestMethod(method)
        self.check_invariants()

    def check_invariants(self):
        """Check all promises over all that the test has made."""
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
