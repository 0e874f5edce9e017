from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.home.test_home import HomeCase
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestHomeFamilies(EspaceBillingCase, HomeCase):
    """What families ask and correct waits on the home of the family desk."""

    def ask(self, name):
        return self.env["espace.request"]._ask(
            self.martin,
            self.martin.guardian_ids[0].person_id,
            {"name": name},
            "Bonjour",
        )

    def test_requests_say_how_long_the_oldest_waits(self):
        self.assertNotIn("requests", self.duties(self.manager))
        self.ask("Goûter")
        with freeze_time("2027-01-07 09:00:00"):
            self.ask("Cantine")
            duty = self.duties(self.manager)["requests"]
            self.assertEqual(duty["count"], 2)
            self.assertEqual(duty["words"], "The oldest has waited for 3 days")
            self.assertEqual(len(self.rows_of(self.manager, "requests")), 2)
        with freeze_time("2027-03-01 09:00:00"):
            self.assertEqual(self.duties(self.manager)["requests"]["urgency"], "now")

    def test_changes_accounts_and_invitations_are_the_lists_they_open(self):
        guardian = self.martin.guardian_ids[0]
        self.env["espace.change"].create(
            {
                "family_id": self.martin.id,
                "model": "espace.family",
                "subject": "Martin",
                "column": "street",
                "after": "2 rue Haute",
                "values": {"street": "2 rue Haute"},
            }
        )
        self.env["espace.account.request"]._receive(
            self.company,
            {
                "civility": "madam",
                "firstname": "Ana",
                "lastname": "Lopez",
                "email": "ana@example.org",
            },
        )
        guardian.email = "claire.martin@example.org"
        invitation, _code = self.env["espace.activation"]._issue(guardian)
        invitation.sudo().letter_state = "refused"
        found = self.duties(self.manager)
        self.assertLessEqual({"changes", "accounts", "invitations"}, found.keys())
        self.assert_counts_are_lists(self.manager, "manager", found.keys())
        self.assertEqual(found["changes"]["words"], "Family account 1")
