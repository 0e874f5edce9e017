from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille_portal.tests.common import EspacePortalCase

from .common import DAY, IBAN, OTHER_IBAN, SepaSetup

URL = "/my/prelevement"
CODE = "012345"


@tagged("post_install", "-at_install")
class TestDirectDebitPortal(SepaSetup, EspacePortalCase):
    """Claire Martin signs; Sofia Durand sees nothing of it."""

    def setUp(self):
        super().setUp()
        randbelow = patch(
            "odoo.addons.espace_famille_sepa.models.espace_mandate_signature"
            ".secrets.randbelow",
            return_value=int(CODE),
        )
        randbelow.start()
        self.addCleanup(randbelow.stop)

    def ask(self, **values):
        return self.post(
            f"{URL}/signer",
            **{
                "iban": "FR76 3000 4000 0312 3456 7890 143",
                "holder": "Claire Martin",
                "agree": "1",
                **values,
            },
        )

    def sign_online(self, **values):
        self.ask(**values)
        return self.post(f"{URL}/confirmer", code=CODE)

    def mandates(self, family=None):
        return (family or self.martin).espace_mandate_ids

    def test_a_parent_signs_with_the_code(self):
        self.assertIn("You have no mandate", self.shown(self.url_open(URL)))
        response = self.ask()
        self.assertTrue(response.url.endswith(f"{URL}/signature"))
        shown = self.shown(response)
        self.assertIn("FR76 3000 4000 0312 3456 7890 143", shown)
        self.assertIn("within 8 weeks", shown)
        self.assertIn("FR72ZZZ123456", shown)
        self.assertFalse(self.mandates())
        response = self.post(f"{URL}/confirmer", code="01 23 45")
        self.assertTrue(response.url.endswith(URL))
        mandate = self.mandates()
        self.assertEqual((mandate.state, mandate.espace_origin), ("valid", "online"))
        self.assertEqual(mandate.partner_bank_id.sanitized_acc_number, IBAN)
        self.assertEqual(mandate.espace_signed_email, self.claire.email)
        self.assertTrue(mandate.espace_signed_at and mandate.espace_signed_from)
        self.assertEqual(str(mandate.signature_date), "2027-01-04")
        shown = self.shown(response)
        self.assertIn("0143", shown)
        self.assertNotIn("0400", shown)
        self.assertFalse(self.env["espace.mandate.signature"].search([]))
        pdf = self.url_open(f"{URL}/mandat/{mandate.id}")
        self.assertEqual(pdf.status_code, 200)
        self.assertIn("no-store", pdf.headers["Cache-Control"])

    def test_wrong_codes_are_counted_and_over(self):
        self.ask()
        for _try in range(4):
            response = self.post(f"{URL}/confirmer", code="999999")
            self.assertIn("not the code", self.shown(response))
        response = self.post(f"{URL}/confirmer", code="999999")
        self.assertIn("Too many wrong codes", self.shown(response))
        self.post(f"{URL}/confirmer", code=CODE)
        self.assertFalse(self.mandates())

    def test_a_code_is_over_after_a_quarter_of_an_hour(self):
        self.ask()
        with freeze_time("2027-01-04 08:16:00"):
            self.login(self.claire)
            response = self.post(f"{URL}/confirmer", code=CODE)
            self.assertIn("code is over", self.shown(response))
        self.assertFalse(self.mandates())

    def test_only_so_many_codes_are_sent(self):
        for _number in range(5):
            self.ask()
        self.assertIn("Too many codes", self.shown(self.ask()))

    def test_what_is_typed_is_looked_at(self):
        for values, words in (
            ({"iban": "FR7630004000031234567890144"}, "no IBAN"),
            ({"iban": "TR330006100519786457841326"}, "SEPA"),
            ({"iban": "\x00" * 3}, "IBAN"),
            ({"holder": " "}, "name of the holder"),
            ({"agree": ""}, "agree to the mandate"),
        ):
            response = self.ask(**values)
            if response.status_code == 200:
                self.assertIn(words, self.shown(response))
        self.assertFalse(self.env["espace.mandate.signature"].search([]))

    def test_the_code_of_one_parent_is_of_no_use_to_another(self):
        self.ask()
        self.login(self.sofia)
        self.post(f"{URL}/confirmer", code=CODE)
        self.assertFalse(self.mandates() | self.mandates(self.durand))

    def test_a_mandate_of_another_family_is_not_reached(self):
        self.sign_online()
        mandate = self.mandates()
        self.login(self.sofia)
        self.assertNotIn("0143", self.shown(self.url_open(URL)))
        self.assertEqual(self.url_open(f"{URL}/mandat/{mandate.id}").status_code, 404)
        self.post(f"{URL}/revoquer", mandate=str(mandate.id))
        self.assertEqual(mandate.state, "valid")
        result, error = self.call_kw(
            "account.banking.mandate", "search_read", [], ["espace_holder"]
        )
        self.assertTrue(error and not result)

    def test_a_bank_is_changed_and_a_mandate_revoked(self):
        self.sign_online()
        first = self.mandates()
        self.sign_online(iban=OTHER_IBAN)
        second = self.mandates() - first
        self.assertEqual((first.state, second.state), ("cancel", "valid"))
        self.assertEqual(second.espace_replaces_id, first)
        self.post(f"{URL}/revoquer", mandate=str(second.id))
        self.assertEqual(second.state, "cancel")
        self.assertFalse(self.martin.pays_by_debit)

    def test_who_does_not_pay_does_not_sign(self):
        self.martin.guardian_ids[0].is_payer = False
        self.assertIn("Only a guardian who pays", self.shown(self.url_open(URL)))
        self.ask()
        self.assertFalse(self.env["espace.mandate.signature"].search([]))

    def test_where_the_regie_cannot_debit_nothing_is_signed(self):
        self.regie.debit_creditor = False
        self.assertTrue(self.page(URL).xpath("//*[@data-no-regie]"))
        self.ask()
        self.assertFalse(self.env["espace.mandate.signature"].search([]))

    def test_invoices_say_when_they_are_debited(self):
        self._publish_provider()
        self.sign_online()
        self.assertTrue(self.page("/my/factures").xpath("//*[@data-action='pay']"))
        run = self.propose()
        run.action_espace_announce()
        tree = self.page("/my/factures")
        self.assertFalse(tree.xpath("//*[@data-action='pay']"))
        [first, _second] = tree.xpath("//*[@data-debited]")
        self.assertIn("Jan 18, 2027", self.words(first).replace("18 Jan", "Jan 18,"))
        tree = self.page(URL)
        [debits] = tree.xpath("//*[@data-debits]")
        self.assertIn("4.90", self.words(debits))
        response = self.url_open(f"/my/factures/payer?invoice={self.meal_move.id}")
        self.assertIn("on its way", self.shown(response))
        self.assertEqual(self.meal_move.espace_debit_date, DAY)

    def test_forged_forms_change_nothing(self):
        for path in ("signer", "confirmer", "revoquer"):
            response = self.post(f"{URL}/{path}", csrf=False, code=CODE)
            self.assertEqual(response.status_code, 400)
        self.assertFalse(self.mandates())
