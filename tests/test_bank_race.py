"""Two agents load the same file, or accept the same transfer, at the same instant.

Real transactions, each with a connection of its own, through Odoo's own retry.
"""

import threading
import uuid

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille_bank.tests.common import DAY, BankSetup, camt


class Office(BankSetup):
    """Builds a commune with a deposit account and a debt; no test runs."""

    @classmethod
    def build(cls, env):
        cls._create_commune(env, name=f"Relevés {uuid.uuid4().hex[:8]}")
        cls._create_accounts()
        cls._create_tariff()
        cls.iban = f"FR76{uuid.uuid4().int % 10**23:023}"
        cls._create_regie()
        cls.deposit.bank_account_id.acc_number = cls.iban
        [quote] = cls.Reservation._book(
            cls.martin, [(cls.nina, cls.meal, MONDAY)], now=NOW, staff=True
        )
        booking = cls.Reservation.browse(quote.reservation_id)
        booking._invoice_booking(cls.martin, NOW)
        cls.env.flush_all()
        return {
            "company": cls.company.id,
            "regie": cls.regie.id,
            "move": booking.charge_ids.move_id.id,
            "name": booking.charge_ids.move_id.name,
        }


@tagged("post_install", "-at_install", "committed")
class TestBankRace(BaseCase):
    """A commune of its own, committed: its records stay in the test database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with freeze_time(NOW), cls.registry.cursor() as cr:
            context = {"tracking_disable": True}
            cls.ids = Office.build(api.Environment(cr, SUPERUSER_ID, context))
        cls.iban = Office.iban

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        clock.start()
        self.addCleanup(clock.stop)

    def open(self, cr):
        companies = [self.ids["company"]]
        return api.Environment(
            cr, SUPERUSER_ID, {"allowed_company_ids": companies, "lang": "en_US"}
        )

    def race(self, act):
        """Do something twice at once; return both results, refusals among them."""
        start = threading.Barrier(2)
        results, errors = [], []

        def run():
            try:
                with self.registry.cursor() as cr:
                    env = self.open(cr)
                    # The picture of the data is taken before either begins.
                    env["espace.regie"].browse(self.ids["regie"]).read(["name"])
                    start.wait(timeout=30)
                    results.append(retrying(lambda: act(env), env))
            except UserError as error:
                results.append(error)
            except Exception as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)

        threads = [threading.Thread(target=run) for _number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        self.assertFalse(errors)
        return results

    def test_a_file_and_its_transfer_count_once(self):
        content = camt((DAY, 360, f"VIR {self.ids['name']}"), account=self.iban)

        def load(env):
            company = env["res.company"].browse(self.ids["company"])
            received, is_new = env["espace.bank.file"]._receive(
                company, "releve.xml", content
            )
            return received.id, is_new

        answers = self.race(load)
        self.assertEqual(len({file_id for file_id, _is_new in answers}), 1)
        self.assertEqual(sorted(is_new for _id, is_new in answers), [False, True])

        def accept(env):
            line = env["espace.bank.file"].browse(answers[0][0]).line_ids
            line.action_accept()
            return line.match_ids.receipt_number

        accepted = self.race(accept)
        refusals = [one for one in accepted if isinstance(one, UserError)]
        self.assertEqual(len(refusals), 1, accepted)
        self.assertIn("pointed already", str(refusals[0]))
        with self.registry.cursor() as cr:
            env = self.open(cr)
            company = env["res.company"].browse(self.ids["company"])
            self.assertEqual(env["espace.check"]._problems(company), [])
            move = env["account.move"].browse(self.ids["move"])
            self.assertEqual(move.payment_state, "paid")
            payments = env["account.payment"].search(
                [("company_id", "=", company.id), ("espace_kind", "=", "receipt")]
            )
            self.assertEqual(
                payments.mapped("espace_receipt_number"), ["RS-2027-00001"]
            )
