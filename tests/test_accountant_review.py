"""The worked examples of docs/relecture-comptable.md are what the books hold.

Each example is a table of the document: what happens, then debit, credit and euros of
its entries. The same is done here, and the tables are compared with the ledger.
"""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY
from odoo.addons.espace_famille_bank.tests.statement_files import ACCOUNT, camt
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from . import recompute

DOCUMENT = Path(__file__).parents[1] / "docs" / "relecture-comptable.md"
YESTERDAY = TODAY - timedelta(days=1)


def examples():
    """Return {title: [(what happens, debit, credit, euros)]} of the document."""
    found, title, what = defaultdict(list), "", ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            title = line.removeprefix("### ").strip()
        cells = [cell.strip() for cell in line.strip()[1:-1].split("|")]
        if not title or len(cells) != 4 or "€" not in cells[3]:
            continue
        what = cells[0] or what
        euros = cells[3].replace("€", "").replace(",", ".").strip()
        found[title].append((what, cells[1], cells[2], recompute.number(float(euros))))
    return dict(found)


@tagged("post_install", "-at_install")
class TestAccountantReview(EspaceBillingCase):
    """The Martins pay for Nina's meals, on the chart of accounts M57."""

    chart = "fr_m57"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie = cls.company._espace_setup_regie()
        cls.clerk = cls._create_staff("finance")
        cls.regie.write({"purse": True, "regisseur_id": cls.clerk.id})
        cls.Payment = cls.env["account.payment"].with_user(cls.clerk)

    def setUp(self):
        super().setUp()
        self.told, self.seen = [], set(self.entries().ids)

    # === What is told === #

    def entries(self):
        return self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("state", "=", "posted")],
            order="id",
        )

    def happened(self, what):
        """Note the entries that this has made since the one before."""
        self.env.flush_all()
        for move in self.entries().filtered(lambda one: one.id not in self.seen):
            self.seen.add(move.id)
            debits = move.line_ids.filtered(lambda line: line.balance > 0)
            credits_ = move.line_ids.filtered(lambda line: line.balance < 0)
            [smaller] = [side for side in (debits, credits_) if len(side) == 1][:1]
            for line in debits + credits_ - smaller:
                pair = (line, smaller) if line.balance > 0 else (smaller, line)
                self.told.append(
                    (what, *map(self.code, pair), recompute.number(abs(line.balance)))
                )

    def code(self, line):
        """Return the account as the document names it."""
        code = line.account_id.code.rstrip("0")
        if line.account_id == self.deposit_account:
            return "DFT"
        return "471" if code.startswith("471") else code

    deposit_account = None

    def assert_told(self, title):
        self.assertEqual(self.told, examples()[title])

    def journal(self, means):
        return self.regie.journal_ids.filtered(lambda one: one.espace_means == means)

    def meal_on(self, day):
        booking = self.booked(self.nina, self.meal, day)
        return booking.charge_ids.move_id

    def open_lines(self, side):
        return self.martin.with_user(self.clerk)._espace_open_lines(side)

    def register(self, parts, means, **vals):
        return self.Payment._espace_register(
            self.martin.with_user(self.clerk),
            self.journal(means).with_user(self.clerk),
            parts,
            TODAY,
            **vals,
        )

    # === Examples === #

    def test_the_purse(self):
        paid = self.register({}, "cash", advance=20)
        paid._espace_mark_top_up()
        self.happened("Martin paie 20 € d’avance, en espèces")
        first = self.meal_on(MONDAY)
        self.happened("un repas est facturé : l’avance le paie, sans autre écriture")
        self.assertEqual(first.payment_state, "paid")
        self.assertEqual(self.martin._espace_purse().balance, recompute.number(16.4))
        self.meal_on(TUESDAY)
        self.happened("un second repas, de même")
        [line] = self.open_lines("credit")
        self.register({line: 10}, "transfer", espace_proof="Reçu 12")
        self.happened("10 € lui sont rendus par virement")
        self.assertEqual(self.martin._espace_purse().balance, recompute.number(2.8))
        paid._espace_reject("mistake", TODAY)
        self.happened("les espèces étaient fausses : le règlement est rejeté")
        self.assertEqual(self.receivable(self.martin), recompute.number(17.2))
        self.assert_told("Porte-monnaie")

    def test_a_third_party(self):
        ccas = self.env["res.partner"].create({"name": "CCAS", "is_company": True})
        aid = self.env["espace.aid"].create(
            {
                "family_id": self.martin.id,
                "payer_id": ccas.id,
                "kind": "percent",
                "share": 33,
                "date_from": TODAY,
                "number": "12",
                "decided_on": TODAY,
            }
        )
        move = self.meal_on(MONDAY)
        self.happened("un repas à 3,60 € est facturé, le CCAS en paie 33 %")
        self.assertEqual(move.amount_total, 2.41)
        charges = self.env["espace.charge"].with_user(self.clerk)
        charges.action_invoice_payers()
        self.happened("le CCAS est facturé de sa part")
        lines = move._espace_receivable_lines().with_user(self.clerk)
        self.register({lines: 2.41}, "card")
        self.happened("Martin paie le reste par carte")
        # Its end, even in the past, takes nothing back of what it has paid.
        aid.with_user(self.clerk).date_to = TODAY
        move.espace_reservation_ids._settle()
        self.happened("the decision ended")
        self.assertEqual(aid.used, 1.19)
        booking = move.espace_reservation_ids
        booking._cancel(NOW, staff=True)
        self.martin._espace_give_back(NOW)
        self.happened("le repas est annulé : avoir de la famille")
        charges.action_invoice_payers()
        self.happened("et avoir du CCAS")
        self.assertEqual(aid.used, 0)
        self.assertEqual(self.receivable(self.martin), recompute.number(-2.41))
        self.assert_told("Tiers payeur")

    def test_the_bank(self):
        self.open_deposit()
        move = self.meal_on(MONDAY)
        self.happened("un repas est facturé à Martin")
        transfer, stranger = self.load(
            (360, f"VIR {move.name}"), (999, "VIREMENT INCONNU")
        )
        self.happened("le relevé est chargé : 3,60 € de Martin, 9,99 € d’un inconnu")
        transfer.action_accept()
        self.happened("le virement de Martin est accepté")
        self.assertEqual(move.payment_state, "paid")
        stranger._point_transfer(self.martin.with_user(self.clerk), {}, 9.99)
        self.happened("l’inconnu était Martin, qui paie d’avance")
        rejection = self.Payment.browse(stranger.match_ids.payment_id.id)
        rejection._espace_reject("mistake", TODAY)
        self.happened("ce n’était pas lui : erreur de saisie, l’argent est à classer")
        self.assertEqual(stranger.state, "open")
        self.assert_told("Relevés de banque")

    def test_deposits(self):
        self.canteen.deposit_rule_id = self.env["espace.deposit.rule"].create(
            {
                "name": "Séjours",
                "share": 40,
                "count": 2,
                "month_day": 15,
                "days_before": 10,
                "least": 10,
                "company_id": self.company.id,
            }
        )
        days = [date(2027, 2, day) for day in (1, 2, 4, 5)]
        items = [(self.nina, self.meal, day) for day in days]
        quotes = self.Reservation._book(self.martin, items, now=NOW)
        bookings = self.Reservation.browse([one.reservation_id for one in quotes])
        move = bookings.charge_ids.move_id
        self.happened(
            "quatre repas de février sont réservés, payables en deux acomptes"
        )
        self.assertEqual(move.invoice_date_due, date(2027, 1, 22))
        deposits = move.espace_deposit_plan_ids.line_ids
        self.assertEqual(
            [(one.date, one.amount) for one in deposits],
            [(TODAY, 5.76), (date(2027, 1, 15), 8.64)],
        )
        line = move._espace_receivable_lines().with_user(self.clerk)
        self.register({line: 5.76}, "card")
        self.happened("premier acompte, 40 %, par carte le jour même")
        self.register({line: 8.64}, "cheque")
        self.happened("second acompte, par chèque")
        bookings[-1]._cancel(NOW, staff=True)
        self.martin._espace_give_back(NOW)
        self.happened("un repas est annulé à temps")
        self.assertEqual(self.receivable(self.martin), recompute.number(-3.6))
        self.assert_told("Acomptes")

    def test_terms_of_the_accountant(self):
        self.company.write({"espace_collect_days": 60, "espace_title_minimum": 0})
        move = self.meal_on(MONDAY)
        self.happened(
            "un repas est facturé, reste impayé et part chez le comptable public"
        )
        later = TODAY + timedelta(days=61)
        with self.at(later):
            transfers = self.env["espace.debt.transfer"].with_user(self.clerk)
            transfers._prepare(move.with_user(self.clerk)).action_send()
            terms = self.env["espace.accountant.terms"].with_user(self.clerk)
            terms = terms.create(
                {
                    "family_id": self.martin.id,
                    "reference": "2027-15",
                    "granted_on": later,
                    "granted_by": "SGC de Castres",
                    "move_ids": [Command.set(move.ids)],
                    "line_ids": [
                        Command.create({"date": later + timedelta(30), "amount": 2}),
                        Command.create({"date": later + timedelta(60), "amount": 1.6}),
                    ],
                }
            )
            terms.action_record()
            line = move._espace_receivable_lines().with_user(self.clerk)
            move.with_user(self.clerk)._espace_paid_to_treasury(
                self.martin.with_user(self.clerk),
                {line: 2},
                later,
                "P503",
                self.company._espace_treasury_account(),
            )
            self.happened(
                "le comptable accorde deux mois (aucune écriture), puis encaisse 2 €"
            )
            self.env.invalidate_all()
            self.assertEqual((terms.paid, terms.left), (2, 1.6))
        self.assert_told("Délais du comptable public")

    def test_a_month_at_a_flat_price(self):
        self.tariff.line_ids = [
            Command.create(self._line(self.t1, "flat", 0, 0, 40, sequence=90))
        ]
        formula = self.env["espace.flat.formula"].create(
            {
                "name": "Garderie au mois",
                "company_id": self.company.id,
                "product_id": self.t1.id,
                "partial": "prorata",
            }
        )
        flat = self.env["espace.flat"].create(
            {
                "formula_id": formula.id,
                "family_id": self.martin.id,
                "child_id": self.nina.id,
                "date_from": date(2027, 1, 1),
            }
        )
        flat.with_user(self.clerk).action_invoice()
        self.happened("janvier à 40 € pour Nina, facturé")
        evening = self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(evening.charged_amount, 0)
        flat.date_to = date(2027, 1, 15)
        self.martin._espace_give_back(NOW)
        self.happened("elle part le 15 : prorata de 7 jours d’ouverture sur 14")
        self.assertEqual(flat.charged_amount, 20)
        self.assert_told("Forfait mensuel")

    def test_a_pack_of_days(self):
        self.tariff.line_ids = [
            Command.create(self._line(self.t2, "pack", 0, 0, 9, sequence=90))
        ]
        formula = self.env["espace.pack.formula"].create(
            {
                "name": "Carnet de 3 soirs",
                "company_id": self.company.id,
                "product_id": self.t2.id,
                "days": 3,
                "unused": "refund",
            }
        )
        pack = self.env["espace.pack"].create(
            {
                "formula_id": formula.id,
                "family_id": self.martin.id,
                "child_id": self.nina.id,
                "date_from": TODAY,
                "date_to": MONDAY,
            }
        )
        pack.with_user(self.clerk).action_invoice()
        self.happened("Nina a un carnet de 3 soirs, facturé")
        evening = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(evening.charged_amount, 0)
        with self.at(MONDAY + timedelta(days=1)):
            pack._cron_end()
            self.martin._espace_give_back(NOW)
            self.happened(
                "un soir est réservé (aucune écriture), le carnet se termine : "
                "2 soirs rendus"
            )
        self.assert_told("Carnet de jours")

    def open_deposit(self):
        account = self.env["account.account"].create(
            {
                "name": "Compte de dépôt de fonds",
                "code": "5159",
                "account_type": "asset_cash",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        waiting = self.env["account.account"].create(
            {
                "name": "Recettes à classer",
                "code": "471299",
                "account_type": "liability_current",
                "reconcile": True,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.deposit_account = account
        number = self.env["res.partner.bank"].create(
            {
                "acc_number": ACCOUNT,
                "partner_id": self.company.partner_id.id,
                "company_id": self.company.id,
            }
        )
        self.regie.dft_journal_id = self.env["account.journal"].create(
            {
                "name": "Compte DFT",
                "code": "DFT",
                "type": "bank",
                "company_id": self.company.id,
                "default_account_id": account.id,
                "suspense_account_id": waiting.id,
                "bank_account_id": number.id,
            }
        )

    def load(self, *movements):
        told = [(YESTERDAY, *movement) for movement in movements]
        files = self.env["espace.bank.file"].with_user(self.clerk)
        received, _new = files._receive(self.company, "releve.xml", camt(*told))
        return received.line_ids.sorted("id")
