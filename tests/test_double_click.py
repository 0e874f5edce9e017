"""A double click makes one record: two requests at the same instant, on a real server.

Each has a browser of its own and arrives while the other runs; Odoo runs the second
again where they collide. `tests/test_rush.py` does the same with a cart.
"""

from odoo.tests import tagged

from .served import ServedCase
from .town import Town

COUNTER = "espace.counter.wizard"


@tagged("post_install", "-at_install", "committed")
class TestDoubleClick(ServedCase):
    @classmethod
    def build(cls, env):
        town = Town.build(env, f"Double clic {cls.mark}")
        town._create_regie()
        days = town.coming_days(3)
        option = town.add_service("Centre", days)
        option.espace_activity_id.write({"absence_allowed": True})
        cls.families = []
        for number in range(5):
            family = town.add_family(f"{number} {town.company.name}", children=1)
            items = [(family.child_ids, option, day) for day in days]
            quotes = town.Reservation._book(family, items)
            cls.families.append(family.id)
            cls.open(env, number, town.add_parent(family))
            if number == 0:
                cls.child = family.child_ids.id
                cls.booked = town.Reservation.browse(
                    [quote.reservation_id for quote in quotes]
                ).mapped("state")
        town.env["espace.charge"]._cron_invoice_at_once()
        cls.day = days[0].isoformat()
        cls.journal = town.journals["cash"].id
        cls.regie_id = town.regie.id
        cls.company_id = town.company.id
        cls.moves = {
            family.id: family._espace_open_lines("debit").move_id.ids
            for family in town.env["espace.family"].browse(cls.families)
        }
        agent = cls.add_staff(env, town.company, "finance", "manager")
        cls.open(env, "agent", agent)

    def tearDown(self):
        with self.transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self.assertEqual(env["espace.check"]._problems(company), [])
        super().tearDown()

    # === Shortcuts === #

    def counter(self, family_id):
        """Open the form of the counter for all that a family owes; return its id."""
        [wizard] = self.done(
            self.browser("agent"),
            COUNTER,
            "create",
            [
                {
                    "family_id": family_id,
                    "regie_id": self.regie_id,
                    "journal_id": self.journal,
                    "send_receipt": False,
                }
            ],
        )
        return wizard

    def count(self, model, *domain):
        with self.transaction() as env:
            return env[model].search_count(list(domain))

    def payments(self, family_id):
        return self.count(
            "account.payment",
            ("espace_family_id", "=", family_id),
            ("state", "not in", ("draft", "canceled")),
        )

    # === Agents === #

    def test_a_payment_at_the_counter(self):
        family_id = self.families[1]
        wizard = self.counter(family_id)
        answers = self.twice(
            lambda _number: self.browser("agent").call_kw(
                COUNTER, "action_register", [wizard]
            )
        )
        for answer in answers:
            self.assertNotIn("error", answer, answer.get("error"))
        # Both open the same payment.
        self.assertEqual(len({answer["result"]["res_id"] for answer in answers}), 1)
        self.assertEqual(self.payments(family_id), 1)

    def test_the_same_debt_in_two_windows_of_the_counter(self):
        family_id = self.families[2]
        wizards = [self.counter(family_id) for _window in range(2)]
        answers = self.twice(
            lambda number: self.browser("agent").call_kw(
                COUNTER, "action_register", [wizards[number]]
            )
        )
        refused = [answer["error"] for answer in answers if "error" in answer]
        self.assertEqual(len(refused), 1)
        self.assertEqual(refused[0]["data"]["name"], "odoo.exceptions.UserError")
        self.assertEqual(self.payments(family_id), 1)

    def test_payments_of_several_families_registered_at_once(self):
        families = self.families[3:]
        moves = [move for family in families for move in self.moves[family]]
        browser = self.browser("agent")
        action = self.done(browser, "account.move", "action_register_payment", moves)
        self.assertEqual(action["res_model"], "account.payment.register")
        [wizard] = self.done(
            browser,
            "account.payment.register",
            "create",
            [{"journal_id": self.journal}],
            context=action["context"],
        )
        answers = self.twice(
            lambda _number: self.browser("agent").call_kw(
                "account.payment.register",
                "action_create_payments",
                [wizard],
            )
        )
        refused = [answer["error"] for answer in answers if "error" in answer]
        self.assertEqual(len(refused), 1)
        self.assertEqual(refused[0]["data"]["name"], "odoo.exceptions.UserError")
        for family_id in families:
            self.assertEqual(self.payments(family_id), 1)

    def test_a_message_to_families_sent_by_two_agents(self):
        with self.transaction() as env:
            company = env["res.company"].browse(self.company_id)
            message = (
                env["espace.message"]
                .with_company(company)
                .create(
                    {
                        "name": "Sortie",
                        "body": "<p>Bonjour {family}</p>",
                        "company_id": company.id,
                        "audience": "family",
                        "family_ids": self.families,
                    }
                )
            )
            message.action_check()
            message_id = message.id
        answers = self.twice(
            lambda _number: self.browser("agent").call_kw(
                "espace.message", "action_send", [message_id]
            )
        )
        refused = [answer["error"] for answer in answers if "error" in answer]
        self.assertEqual(len(refused), 1)
        self.assertEqual(refused[0]["data"]["name"], "odoo.exceptions.UserError")
        told = (
            ("model", "=", "espace.family"),
            ("res_id", "in", self.families),
            ("subject", "=", "Sortie"),
        )
        self.assertEqual(self.count("mail.message", *told), len(self.families))

    # === Parents === #

    def parents(self, page):
        """Return two browsers of the same parent that have opened a page."""
        first, second = self.browser(0), self.browser(0)
        self.assertFalse(first.get(page).trouble)
        second.token = first.token
        return first, second

    def test_a_request(self):
        both = self.parents("/my/demandes")
        form = {"kind": "other", "subject": "Un vélo", "message": "Est-il à l’école ?"}
        answers = self.twice(lambda number: both[number].post("/my/demandes", **form))
        self.assertEqual([answer.trouble for answer in answers], ["", ""])
        self.assertEqual(len({answer.url for answer in answers}), 1)
        mine = ("family_id", "=", self.families[0])
        self.assertEqual(
            self.count("espace.request", mine, ("name", "=", "Un vélo")), 1
        )

    def test_an_absence(self):
        self.assertEqual(set(self.booked), {"confirmed"})
        both = self.parents("/my/absences")
        form = {"child": self.child, "date_from": self.day, "reason": "family"}
        answers = self.twice(lambda number: both[number].post("/my/absences", **form))
        self.assertEqual([answer.trouble for answer in answers], ["", ""])
        mine = ("family_id", "=", self.families[0])
        self.assertEqual(self.count("espace.absence", mine), 1, answers[0].shown)
