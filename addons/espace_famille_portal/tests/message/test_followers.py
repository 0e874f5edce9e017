from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import EspacePortalCase

COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}

# What is said in the tests.
HELLO = "Hello"
ABOUT_AN_INVOICE = "Your invoice"


@tagged("post_install", "-at_install")
class TestFollowers(EspacePortalCase):
    """Nobody follows by accident, neither agents nor parents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("manager", "finance")

    def setUp(self):
        super().setUp()
        self.booking = self.booked(self.nina, self.meal, MONDAY)
        self.env.flush_all()
        self.known = self.env["mail.followers"].search([])

    def as_agent(self, records):
        """Return the records as the agent, without what silences them in tests."""
        context = {
            "allowed_company_ids": self.company.ids,
            "lang": "en_US",
        }
        return records.with_env(self.env(user=self.agent, context=context))

    def assertNobodyFollows(self):
        self.env.flush_all()
        new = self.env["mail.followers"].search([]) - self.known
        self.assertEqual(
            new.mapped(lambda one: (one.res_model, one.partner_id.name)), []
        )

    def test_who_applies_and_undoes_a_closure(self):
        closure = self.as_agent(self.env["espace.closure"]).create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY}
        )
        closure._apply(now=NOW)
        self.assertEqual(self.booking.state, "cancelled")
        closure._undo(now=NOW)
        self.assertNobodyFollows()

    def test_who_accepts_a_change(self):
        change = (
            self.env["espace.change"]
            .sudo()
            ._propose(self.martin.guardian_ids[0], {"phone": "06 12 34 56 78"})
        )
        self.as_agent(change).action_accept()
        self.assertEqual(change.state, "accepted")
        self.assertNobodyFollows()

    def test_who_writes_to_a_family(self):
        family = self.as_agent(self.martin)
        family._notify("Notice", "Words")
        family.message_post(
            body=HELLO, partner_ids=self.claire.partner_id.ids, **COMMENT
        )
        family.with_context(mail_post_autofollow=True).message_post(
            body=HELLO, partner_ids=self.claire.partner_id.ids, **COMMENT
        )
        self.assertNobodyFollows()

    def test_who_enters_a_family(self):
        family = self.as_agent(self.env["espace.family"]).create(
            {
                "name": "Petit",
                "guardian_ids": [
                    Command.create({"lastname": "Petit", "civility": "madam"})
                ],
            }
        )
        self.as_agent(self.env["espace.child"]).create(
            {
                "lastname": "Petit",
                "firstname": "Léo",
                "birth_date": "2019-03-01",
                "family_id": family.id,
            }
        )
        self.assertNobodyFollows()

    def test_who_publishes_news(self):
        self.as_agent(self.env["espace.news"]).create(
            {"name": "Menu", "body": "<p>Soupe</p>", "company_id": self.company.id}
        )
        self.assertNobodyFollows()

    def test_a_parent_who_declares_an_absence_and_asks(self):
        self.env["espace.absence"].with_user(self.claire)._declare(
            self.martin, self.nina, MONDAY, TUESDAY, reason="illness", now=NOW
        )
        request = (
            self.env["espace.request"]
            .with_user(self.claire)
            ._ask(
                self.martin,
                self.claire.partner_id,
                {"name": "Question", "kind": "other"},
                "Bonjour",
            )
        )
        # Of its own conversation a parent gets the answers.
        follower = self.env["mail.followers"].search(
            [("res_model", "=", request._name), ("res_id", "=", request.id)]
        )
        self.assertEqual(follower.partner_id, self.claire.partner_id)
        self.known |= follower
        self.assertNobodyFollows()

    def test_invoices_and_what_is_sent_with_them(self):
        self.as_agent(self.env["espace.charge"])._cron_invoice_at_once(NOW)
        [invoice] = self.invoices(self.martin)
        self.as_agent(invoice).message_post(
            body=ABOUT_AN_INVOICE, partner_ids=self.martin.partner_id.ids, **COMMENT
        )
        self.assertNobodyFollows()
