from odoo.tests import tagged

from odoo.addons.espace_famille.tests.core.test_messages import Messages

from ..common import EspacePortalCase


@tagged("post_install", "-at_install")
class TestPortalMessages(Messages, EspacePortalCase):
    """Messages of the portal: shown in the settings, and in the way of nothing."""

    def change(self):
        return self.env["espace.change"]._propose(
            self.martin.guardian_ids[0], {"phone": "05 63 11 11 11"}
        )

    def test_each_message_can_be_previewed_in_french(self):
        self.change()
        self.env["espace.account.request"].create(
            {
                "company_id": self.company.id,
                "civility": "madam",
                "firstname": "Zoé",
                "lastname": "Garçon",
                "email": "zoe@example.org",
                "reason": "Adresse inconnue.",
            }
        )
        self.assert_previews("espace_famille_portal")

    def test_a_correction_is_decided_whatever_a_text_says(self):
        self.break_text(self.template("corrections", "espace_famille_portal"))
        change = self.change()
        with self.errors_of_texts():
            change.with_user(self._create_staff("manager")).action_accept()
        self.assertEqual(change.state, "accepted")
        self.assertTrue(change.notified)
        self.assertIn("its text holds an error", self.martin.message_ids[0].body)

    def test_an_invitation_without_its_text_is_not_counted_as_sent(self):
        self.template("activation", "espace_famille_portal").action_archive()
        self.assertFalse(self.martin.guardian_ids[1]._invite())
        self.assertIn("switched off", self.martin.message_ids[0].body)
