import unittest
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.document.printed import (
    MISSING,
    NO_PANGO,
    print_report,
)
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from .common import IBAN, ICS, OTHER_IBAN, SepaCase


@tagged("post_install", "-at_install")
class TestMandate(SepaCase):
    def test_a_mandate_names_what_was_signed(self):
        self.assertEqual(self.mandate.state, "valid")
        self.assertRegex(self.mandate.unique_mandate_reference, r"^EF\d{4}-\d{6}$")
        self.assertNotEqual(
            self.mandate.unique_mandate_reference, self.other.unique_mandate_reference
        )
        self.assertEqual(
            self.mandate.partner_bank_id.partner_id, self.martin.partner_id
        )
        self.assertTrue(self.mandate.espace_pdf)
        self.assertTrue(self.martin.pays_by_debit)

    def test_a_mandate_is_signed_just_after_midnight(self):
        """In Paris it is the next day already, and in UTC not yet."""
        with freeze_time("2027-01-19 23:30:00"):
            today = self.company._espace_today()
            mandate = self.sign(number=OTHER_IBAN, day=today)
        self.assertEqual(mandate.signature_date, date(2027, 1, 20))
        self.assertEqual(mandate.state, "valid")

    @unittest.skipIf(MISSING, NO_PANGO)
    def test_the_pdf_says_all_that_was_signed(self):
        printed = print_report("espace_famille_sepa.mandate_report", self.mandate)
        for words in (
            self.mandate.unique_mandate_reference,
            ICS,
            "FR76 3000 4000 0312 3456 7890 143",
            "within 8 weeks",
            "Claire Martin",
        ):
            self.assertIn(words, printed.text)

    def test_the_account_is_masked_where_it_is_named(self):
        for words in (
            self.mandate.espace_iban,
            self.mandate.display_name,
            self.mandate.partner_bank_id.display_name,
            *self.mandate.message_ids.mapped("body"),
            *self.mandate.message_ids.tracking_value_ids.mapped("new_value_char"),
        ):
            self.assertNotIn("0400003123", str(words).replace(" ", ""))
        self.assertIn("0143", self.mandate.espace_iban)

    def test_agents_without_the_regie_read_no_account(self):
        agent = self._create_staff("manager")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models"):
            self.mandate.with_user(agent).read(["state"])
        accounts = self.env["res.partner.bank"].with_user(agent)
        self.assertFalse(accounts.search([("espace_family_id", "!=", False)]))
        self.assertTrue(
            accounts.with_user(self.clerk).search([("espace_family_id", "!=", False)])
        )

    def test_a_new_mandate_takes_the_place_of_the_old_one(self):
        new = self.sign(number=OTHER_IBAN)
        self.assertEqual(self.mandate.state, "cancel")
        self.assertEqual(new.espace_replaces_id, self.mandate)
        self.assertEqual(self.martin._espace_mandate(self.regie), new)
        self.assertTrue(self.martin.pays_by_debit)

    def test_what_was_signed_is_not_edited(self):
        account = self.other.partner_bank_id
        for user in (self.clerk, self.env.ref("base.user_admin"), self.env.user):
            mandate = self.mandate.with_user(user).sudo()
            for act in (
                lambda m: m.write({"partner_bank_id": account.id}),
                lambda m: m.write({"state": "expired"}),
                lambda m: m.write({"espace_family_id": self.durand.id}),
                lambda m: m.cancel(),
                lambda m: m.unlink(),
            ):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    act(mandate)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.Mandate.with_user(self.clerk).create(
                {"partner_id": self.martin.partner_id.id, "format": "sepa_core"}
            )

    def test_revoked_nothing_is_debited(self):
        self.mandate.with_user(self.clerk).action_espace_revoke()
        self.assertEqual(self.mandate.state, "cancel")
        self.assertFalse(self.martin.pays_by_debit)
        self.assertEqual(self.propose().payment_line_ids.espace_family_id, self.durand)

    def test_unused_for_36_months_it_ends(self):
        old = self.sign(day=date(2024, 1, 4))
        self.assertEqual(old.espace_expires_on, date(2027, 1, 4))
        self.assertIn("36", old._espace_problem())
        self.Mandate._sdd_mandate_set_state_to_expired()
        self.assertEqual(old.state, "expired")
        self.assertEqual(self.other.state, "valid")
        self.assertFalse(self.martin.pays_by_debit)

    def test_used_it_goes_on(self):
        old = self.sign(day=date(2024, 1, 4))
        allow(old, STATING).last_debit_date = date(2025, 6, 1)
        self.assertEqual(old.espace_expires_on, date(2028, 6, 1))
        self.Mandate._sdd_mandate_set_state_to_expired()
        self.assertEqual(old.state, "valid")

    def paper(self, **vals):
        return (
            self.env["espace.paper.mandate"]
            .with_user(self.clerk)
            .create(
                {
                    "family_id": self.martin.id,
                    "regie_id": self.regie.id,
                    "company_id": self.company.id,
                    "holder": "Claire Martin",
                    "iban": "fr76 3000 4000 0312 3456 7890 143",
                    "signature_date": date(2026, 12, 20),
                    "scan": b"JVBERi0xLjQ=",
                    **vals,
                }
            )
        )

    def test_a_mandate_on_paper_is_recorded_with_its_scan(self):
        action = self.paper().action_record()
        mandate = self.Mandate.browse(action["res_id"])
        self.assertEqual(mandate.espace_origin, "paper")
        self.assertEqual(mandate.partner_bank_id.sanitized_acc_number, IBAN)
        self.assertTrue(mandate.scan)
        self.assertEqual(mandate.state, "valid")

    def test_accounts_that_cannot_be_debited_are_refused(self):
        for number, words in (
            ("FR7630004000031234567890144", "no IBAN"),
            ("TR330006100519786457841326", "SEPA"),
            ("", "IBAN"),
            ("bonjour", "no IBAN"),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self.paper(iban=number or " ").action_record()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.paper(signature_date=date(2027, 2, 1)).action_record()

    def leave(self, family):
        """Archive a family after its last booking."""
        clock = freeze_time("2027-01-18 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        family.sudo().active = False

    def test_an_archived_family_is_not_debited(self):
        self.leave(self.durand)
        self.assertIn("archived", self.other._espace_problem())
        run = self.propose(date(2027, 2, 3))
        self.assertEqual(run.payment_line_ids.espace_family_id, self.martin)
        self.assertIn("archived", run.espace_left_out)

    def merge(self):
        return self.env["espace.merge"]._merge(self.martin, self.durand)

    def test_of_two_families_merged_one_mandate_goes_on(self):
        self.merge()
        self.assertEqual(self.mandate.state, "valid")
        self.assertEqual(self.other.state, "cancel")
        self.assertEqual(self.other.espace_family_id, self.martin)
        self.assertEqual(self.martin._espace_mandate(self.regie), self.mandate)
        # What both owed is debited by the one that goes on.
        run = self.propose()
        self.assertEqual(run.payment_line_ids.mandate_id, self.mandate)
        self.assertEqual(run.total_company_currency, 8.5)
        self.assertEqual(run.payment_line_ids.partner_id, self.martin.partner_id)
        self.assertFalse(self.env["espace.check"]._problems(self.company))

    def test_the_mandate_of_the_family_that_is_gone_moves(self):
        self.mandate._espace_end("Test")
        self.merge()
        self.assertEqual(self.other.state, "valid")
        self.assertEqual(self.other.partner_id, self.martin.partner_id)
        self.assertEqual(self.other.partner_bank_id.partner_id, self.martin.partner_id)
        self.assertTrue(self.martin.pays_by_debit)
        self.assertEqual(self.propose().total_company_currency, 8.5)

    def test_families_about_to_be_debited_are_not_merged(self):
        self.propose()
        with self.assertRaisesRegex(UserError, "about to be debited"):
            self.merge()

    def test_erasing_leaves_nothing_of_the_account(self):
        self.pay(self.durand)
        self.leave(self.durand)
        account = self.other.partner_bank_id
        self.durand.sudo()._erase()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT acc_number, sanitized_acc_number, acc_holder_name "
            "FROM res_partner_bank WHERE id = %s",
            (account.id,),
        )
        for value in self.env.cr.fetchone():
            self.assertNotIn("5390", value or "")
        self.assertEqual(self.other.state, "cancel")
        self.assertFalse(self.other.espace_pdf)
        self.assertEqual(self.other.espace_signer, "–")
