from datetime import date, datetime, time, timedelta

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY

from ..common import EspacePortalCase

TUESDAY = MONDAY + timedelta(days=1)
ANSWER = "Found"


@tagged("post_install", "-at_install")
class TestHome(EspacePortalCase):
    """The home: what is to do by urgency, then the next days, requests and news."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = cls._create_staff("manager")

    def todo(self, tree=None):
        """Return {name: words} of what is to do, in the order of the page."""
        tree = self.page("/my") if tree is None else tree
        return [
            (one.get("data-todo"), self.words(one))
            for one in tree.xpath("//*[@data-todo]")
        ]

    def names(self, tree=None):
        return [name for name, _words in self.todo(tree)]

    def of(self, name, tree=None):
        return [words for one, words in self.todo(tree) if one == name]

    def enrolled_nowhere(self):
        """Leave nothing that could be booked."""
        (self.canteen | self.evening).session_ids.write({"state": "closed"})

    # === The list === #

    def test_it_greets_and_leads_to_the_calendar_and_to_absences(self):
        tree = self.page("/my")
        self.assertIn("Hello Claire", self.words(tree.xpath("//h1")[0]))
        for action in ("book", "absence"):
            self.assertTrue(tree.xpath(f"//a[@data-action='{action}']"))

    def test_nothing_to_do(self):
        self.enrolled_nowhere()
        tree = self.page("/my")
        self.assertEqual(self.todo(tree), [])
        [block] = tree.xpath("//*[@data-block='todo']")
        self.assertIn("Nothing to do, all is in order", self.words(block))

    def test_one_button_is_filled_that_of_the_most_urgent(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.put_in_cart((self.tom, self.meal, MONDAY))
        tree = self.page("/my")
        filled = tree.xpath(
            "//main//*[contains(concat(' ', @class, ' '), ' btn-primary ')]"
        )
        self.assertEqual(len(filled), 1)
        first = tree.xpath("//*[@data-todo]")[0]
        self.assertIn(filled[0], list(first))

    def test_four_are_in_sight_and_the_rest_is_folded(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.put_in_cart((self.tom, self.meal, MONDAY))
        self.canteen.absence_proof = True
        requests = self.env["espace.request"]
        author = self.martin.guardian_ids[0].partner_id
        for subject in ("One", "Two"):
            asked = requests._ask(
                self.martin, author, {"kind": "other", "name": subject}, "Hello"
            )
            asked.with_user(self.staff).message_post(
                body=ANSWER, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        tree = self.page("/my")
        folded = tree.xpath("//*[@data-block='todo']//details//*[@data-todo]")
        self.assertTrue(folded)
        self.assertEqual(len(tree.xpath("//*[@data-todo]")) - len(folded), 4)

    # === Bookings === #

    def test_the_cart_says_what_it_costs_and_until_when(self):
        self.put_in_cart((self.tom, self.meal, MONDAY))
        [cart] = self.of("cart")
        self.assertIn("Cart to validate", cart)
        self.assertIn("1 booking, 3.60", cart)
        self.assertIn("27 h left", cart)

    def test_lines_past_their_limit_are_forgotten(self):
        self.put_in_cart((self.tom, self.meal, MONDAY))
        self.assertIn("cart", self.names())
        late = datetime(2027, 1, 5, 12)
        home = self.env["espace.portal.home"]._read(
            self.martin, self.claire.partner_id, now=late
        )
        named = [task.name for task in [*home["shown"], *home["folded"]]]
        self.assertNotIn("cart", named)

    def test_a_limit_that_is_near_names_the_children(self):
        tree = self.page("/my")
        limits = self.of("limit", tree)
        self.assertTrue(any("Cantine, week of 11 January" in one for one in limits))
        self.assertTrue(any("Nina and Tom: 27 h left" in one for one in limits), limits)

    def test_within_two_hours_it_comes_before_all_else(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        soon = datetime(2027, 1, 5, 10, 20)
        home = self.env["espace.portal.home"]._read(
            self.martin, self.claire.partner_id, now=soon
        )
        self.assertEqual(home["shown"][0].name, "limit")
        self.assertIn("40 min left", home["shown"][0].words)

    def test_whoever_only_looks_is_not_asked_to_book(self):
        self.martin.guardian_ids.may_book = False
        names = self.names()
        self.assertFalse({"cart", "limit", "free-days"} & set(names), names)

    def test_children_are_asked_about_their_own_services_only(self):
        days = [TODAY + timedelta(days=1), TUESDAY]
        self.env["espace.reservation"]._book(
            self.martin,
            [(child, self.t1, day) for child in (self.nina, self.tom) for day in days],
            staff=True,
        )
        words = " ".join(words for _name, words in self.todo())
        self.assertNotIn("Cantine", words)

    def test_what_is_booked_is_not_proposed_again(self):
        days = [date(2027, 1, day) for day in (11, 12, 14, 15)]
        self.canteen.capacity = 10
        self.book(
            self.martin,
            *[(c, self.meal, day) for c in (self.nina, self.tom) for day in days],
        )
        self.assertFalse([one for one in self.of("limit") if "Cantine" in one])

    # === Money === #

    def test_an_invoice_before_its_day_and_after_it(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        [invoice] = self.invoices(self.martin)
        [due] = self.of("due")
        self.assertIn("Invoice to pay", due)
        self.assertIn("3.60", due)
        then = datetime.combine(invoice.invoice_date_due, time(9)) + timedelta(days=14)
        home = self.env["espace.portal.home"]._read(
            self.martin, self.claire.partner_id, now=then
        )
        [late] = [task for task in home["shown"] if task.name == "due"]
        self.assertEqual(late.title, "Overdue invoice")
        self.assertIn("for 14 days", late.words)
        self.assertEqual(late.tone, "danger")
        self.assertEqual(late.url, f"/my/factures/{invoice.id}")

    # === Messages === #

    def test_an_answer_is_new_until_it_is_opened(self):
        author = self.martin.guardian_ids[0].partner_id
        asked = self.env["espace.request"]._ask(
            self.martin, author, {"kind": "other", "name": "Lost hat"}, "Hello"
        )
        self.assertNotIn("answer", self.names())
        asked.with_user(self.staff).message_post(
            body=ANSWER, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        [answer] = self.of("answer")
        self.assertIn("Lost hat", answer)
        tree = self.page("/my")
        [block] = tree.xpath("//*[@data-block='requests']")
        self.assertIn("New", self.words(block))
        # In the menu too, at both of its places.
        entries = tree.xpath("//nav//a[@href='/my/demandes']")
        self.assertEqual(len(entries), 2)
        for entry in entries:
            self.assertRegex(self.words(entry), r"\b1\b.*new answers")
        self.page(f"/my/demandes/{asked.id}")
        self.assertNotIn("answer", self.names())
        self.assertFalse(
            [
                one
                for one in self.page("/my").xpath("//nav//a")
                if "new answers" in one.text_content()
            ]
        )
        asked.with_user(self.staff).message_post(
            body=ANSWER, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertIn("answer", self.names())

    # === The next days === #

    def test_the_next_days_say_who_comes_where(self):
        self.env["espace.reservation"]._book(
            self.martin, [(self.nina, self.t1, TODAY + timedelta(days=1))], staff=True
        )
        tree = self.page("/my")
        [block] = tree.xpath("//*[@data-block='next-days']")
        [cell] = [
            one
            for one in block.xpath(".//td[@data-date='2027-01-05']")
            if self.words(one)
        ]
        self.assertIn(self.t1.name, self.words(cell))
        self.assertIn("This week", self.words(block))

    def test_a_shared_child_is_with_the_other_parent(self):
        parity = "even" if TODAY.isocalendar().week % 2 == 0 else "odd"
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": parity}
        )
        block = self.page("/my").xpath("//*[@data-block='next-days']")[0]
        self.assertIn("with the other parent", self.words(block))

    # === What it costs === #

    def test_its_queries_do_not_grow_with_what_there_is_to_do(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["espace.portal.home"]._read(
                self.martin, self.claire.partner_id, now=NOW
            )
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        self.put_in_cart(
            (self.tom, self.meal, MONDAY),
            (self.nina, self.meal, MONDAY),
            (self.tom, self.t1, TUESDAY),
        )
        self.assertLessEqual(queries(), few + 3)
