from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import EspacePortalCase


@tagged("post_install", "-at_install")
class TestSetupInvite(EspacePortalCase):
    """The last step: families are invited once nothing is red."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setup = cls.env["espace.setup"].with_user(cls._create_staff("admin"))
        cls.petit = cls._create_family("Petit", ["Jeanne"])

    def look(self):
        return self.setup._look_invite(self.company)

    def green(self):
        return patch.object(
            type(self.setup), "_is_open_to_families", lambda *_args: True
        )

    def test_nobody_is_invited_as_long_as_something_is_red(self):
        self.assertFalse(self.look().done)
        self.assertEqual(self.setup._next_step(self.company)["code"], "invite")
        with self.assertRaisesRegex(UserError, "still red"):
            self.setup.open("invite")

    def test_the_button_invites_those_who_wait_and_no_others(self):
        with self.green():
            action = self.setup.open("invite")
        invitation = self.setup.env["espace.invitation"].browse(action["res_id"])
        # The Martins and the Durands have an account.
        self.assertEqual(invitation.line_ids.guardian_id, self.petit.guardian_ids)
        invitation.action_send()
        self.assertTrue(self.look().done)
        self.assertFalse(self.setup._next_step(self.company))

    def test_a_household_without_an_address_is_said_and_holds_up_nothing(self):
        self.petit.guardian_ids.email = False
        look = self.look()
        self.assertTrue(look.done)
        self.assertIn("to be written to: 1", look.warning)

    def test_the_pages_that_the_law_asks_for_are_amber_until_they_are_filled(self):
        self.assertEqual(self.setup._legal_finding(self.company).level, "warning")
        self.company.write(
            {
                "espace_host": "Hébergeur, 1 rue du Port",
                "espace_dpo_email": "dpo@example.org",
                "espace_accessibility_date": "2027-01-04",
            }
        )
        self.assertEqual(self.setup._legal_finding(self.company).level, "ok")

    def test_the_address_of_the_site_is_public_and_encrypted(self):
        parameters = self.env["ir.config_parameter"].sudo()
        for address, level in (
            ("http://localhost:8069", "warning"),
            ("http://famille.example.org", "warning"),
            ("https://famille.example.org", "ok"),
        ):
            parameters.set_param("web.base.url", address)
            self.assertEqual(self.setup._address_finding().level, level)

    def test_a_test_e_mail_comes_from_the_sender_of_the_families(self):
        self.company.espace_sender = "ne-pas-repondre@example.org"
        self.assertIn("ne-pas-repondre@example.org", self.company._espace_test_sender())

    def test_eleven_steps_end_with_the_invitations(self):
        codes = [step.code for step in self.setup._sorted_steps()]
        self.assertEqual(codes[-1], "invite")
        self.assertEqual(len(codes), 11)
