from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ACCOUNT, DAY, LATER, BankCase, camt, cfonb
from .statement_files import OTHER_ACCOUNT

TRANSFER = (DAY, 490, "VIREMENT INCONNU")


@tagged("post_install", "-at_install")
class TestBankFile(BankCase):
    def assert_refused(self, words, content, **options):
        before = (self.File.search_count([]), self.Line.search_count([]))
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            self.receive(content, **options)
        self.assertIn(words, str(error.exception))
        after = (self.File.search_count([]), self.Line.search_count([]))
        self.assertEqual(before, after)

    def test_each_kind_of_file_is_loaded(self):
        for kind, content in (
            ("camt.053", camt(TRANSFER, number="A")),
            ("cfonb120", cfonb((DAY - timedelta(days=2), 490, "VIR RECU"))),
            ("camt.054", camt((DAY - timedelta(days=4), 7, "X"), kind="054")),
        ):
            received, is_new = self.receive(content)
            self.assertTrue(is_new)
            self.assertEqual((received.kind, received.line_count), (kind, 1))
            self.assertEqual(received.regie_id, self.regie)
            self.assertEqual(received.read_by_id, self.clerk)
            entry = received.sudo().line_ids.statement_line_id.move_id
            self.assertEqual(entry.state, "posted")
            self.assertEqual(entry.date, received.line_ids.day)
        self.assertEqual(self.waits(), 490 + 490 + 7)

    def test_the_same_file_twice_changes_nothing(self):
        first, is_new = self.receive(camt(TRANSFER))
        again, is_new_again = self.receive(camt(TRANSFER), name="copie.xml")
        self.assertEqual((first, is_new, is_new_again), (again, True, False))
        self.assertIn("nothing changes", again._outcome_words(False))
        self.assertEqual(self.waits(), 490)

    def test_a_movement_that_another_file_told_of_is_loaded_once(self):
        self.receive(camt(TRANSFER, number="A"))
        received, _new = self.receive(
            camt(TRANSFER, (LATER - timedelta(days=2), 100, "AUTRE"), number="B")
        )
        self.assertEqual((received.line_count, received.known_count), (1, 1))
        self.assertIn("known already", received._outcome_words(True))
        self.assertEqual(self.waits(), 590)

    def test_what_goes_on_where_the_last_ended_is_new_though_alike(self):
        self.receive(cfonb(TRANSFER))
        received, _new = self.receive(cfonb(TRANSFER, opening=490))
        self.assertEqual((received.line_count, received.known_count), (1, 0))
        self.assertEqual(self.waits(), 980)

    def test_a_statement_that_is_missing_is_said(self):
        self.receive(camt(TRANSFER))
        day = DAY + timedelta(days=1)
        received, _new = self.receive(camt((day, 1, "X"), opening=9000, number="3"))
        self.assertTrue(received.is_gap)
        self.assertIn("a file is missing", received._outcome_words(True))

    def test_what_is_refused_is_said_in_words(self):
        whole = cfonb(TRANSFER)
        self.assert_refused("is not whole", whole[:200])
        self.assert_refused("is not whole", camt(TRANSFER)[:-40])
        self.assert_refused(
            "letters", camt((DAY, 1, "é")).replace(b"\xc3\xa9", b"\xe9")
        )
        self.assert_refused("no statement that is read", b"Bonjour")
        self.assert_refused("holds no movement", b"")
        self.assert_refused("does not add up", camt(TRANSFER, closing=3))
        self.assert_refused("yet to come", camt((LATER, 1, "X")))

    def test_the_file_of_another_account(self):
        for make in (camt, cfonb):
            self.assert_refused(
                "no régie of", make(TRANSFER, account=OTHER_ACCOUNT), name="autre"
            )
        # The account of the commune itself is none of a régie.
        self.treasury.bank_account_id = self.env["res.partner.bank"].create(
            {
                "acc_number": OTHER_ACCOUNT,
                "partner_id": self.company.partner_id.id,
                "company_id": self.company.id,
            }
        )
        self.assert_refused("no régie of", camt(TRANSFER, account=OTHER_ACCOUNT))

    def test_two_kinds_of_files_do_not_tell_of_the_same_days(self):
        self.receive(camt(TRANSFER))
        self.assert_refused("counted twice", cfonb(TRANSFER))
        self.assert_refused("counted twice", camt(TRANSFER, kind="054"))

    def test_who_may_load(self):
        for role in ("animation", "manager"):
            user = self._create_staff(role)
            with self.assertRaises(AccessError):
                self.receive(camt(TRANSFER), user=user)
        self.regie.mandate_ids = [(0, 0, {"user_id": self.clerk.id})]
        stranger = self._create_user("stranger", "espace_famille.group_finance")
        with self.assertRaises(AccessError):
            self.receive(camt(TRANSFER), user=stranger)

    def test_a_day_that_is_stated_is_booked_later(self):
        """The bank tells of a month whose collection was closed already."""
        transfer = self.journals["transfer"]
        self.regie.dft_journal_id = False
        transfer.bank_account_id = self.deposit.bank_account_id
        self.deposit.bank_account_id = False
        transfer.suspense_account_id = self.deposit.suspense_account_id
        with self.at("2027-01-02"):
            collection = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-01",
                }
            )
            collection.action_close()
        day = DAY - timedelta(days=2)
        received, _new = self.receive(camt((day, 490, "INCONNU")))
        self.assertEqual(received.journal_id, transfer)
        line = received.line_ids
        self.assertEqual(line.day, day)
        self.assertEqual(str(line.sudo().statement_line_id.date), "2027-01-02")
        parts = {
            debt: debt.amount_residual
            for debt in self.martin._espace_open_lines("debit")
        }
        line.with_user(self.clerk)._point_transfer(self.martin, parts)
        self.assertEqual(line.state, "pointed")

    def test_accounts_are_masked_in_words(self):
        words = self.File._masked(ACCOUNT)
        self.assertNotIn(ACCOUNT[6:20], words)
