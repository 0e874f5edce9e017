from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from .test_change_mail import MailCase

# The eve of the canteen's limit for the next week, Tuesday 5 January at 12:00.
EVE = datetime(2027, 1, 4, 9, 0)


@tagged("post_install", "-at_install")
class TestBookingReminders(MailCase):
    """Families are reminded of what they would miss: once, by day, on their choice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Each test switches on what it is about.
        cls.company.write({"espace_remind_cart": False, "espace_remind_limits": False})
        others = cls.env["res.company"].search([("id", "!=", cls.company.id)])
        others.write({"espace_remind_cart": False, "espace_remind_limits": False})

    def remind(self, now):
        with freeze_time(now):
            self.env["espace.booking.reminder"]._cron_remind(now)

    def fill_cart(self, *items, at=NOW):
        self.put_in_cart(*items)
        cart = self.Reservation._cart(self.martin)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE espace_reservation SET create_date = %s WHERE id IN %s",
            (at, cart._ids),
        )
        cart.invalidate_recordset(["create_date"])

    # === Cart === #

    def test_a_forgotten_cart_is_reminded_once(self):
        self.company.espace_remind_cart = True
        self.fill_cart((self.nina, self.t1, MONDAY), (self.tom, self.t1, MONDAY))
        self.remind(NOW + timedelta(hours=3))
        self.assertFalse(self.mails())
        self.remind(NOW + timedelta(hours=4))
        self.remind(NOW + timedelta(hours=5))
        [mail] = self.mails()
        self.assertIn("your cart is not validated", mail.subject)
        self.assertEqual(mail.recipient_ids, self.claire.partner_id)
        body = self.body(mail)
        for words in ("Nina", "Tom", "Monday 11 January, Tranche 1", "0.65", "1.30"):
            self.assertIn(words, body)
        self.assertIn("/my/foyer#notifications", mail.body_html)
        self.assertIn("List-Unsubscribe", mail.headers)

    def test_a_cart_that_changed_is_reminded_again(self):
        self.company.espace_remind_cart = True
        self.fill_cart((self.nina, self.t1, MONDAY))
        self.remind(NOW + timedelta(hours=4))
        self.fill_cart((self.tom, self.t1, MONDAY), at=NOW + timedelta(hours=4))
        self.remind(NOW + timedelta(hours=5))
        self.assertEqual(len(self.mails()), 1)
        self.remind(NOW + timedelta(hours=8))
        self.assertEqual(len(self.mails()), 2)

    def test_a_limit_of_the_cart_that_approaches_hurries(self):
        self.company.espace_remind_cart = True
        self.fill_cart((self.nina, self.meal, MONDAY))
        self.remind(NOW + timedelta(hours=1))
        self.assertFalse(self.mails())  # 26 hours left
        self.remind(NOW + timedelta(hours=3))
        self.assertEqual(len(self.mails()), 1)

    def test_nothing_at_night(self):
        self.company.write({"espace_remind_cart": True, "espace_remind_limits": True})
        self.fill_cart((self.nina, self.t1, MONDAY))
        self.remind(datetime(2027, 1, 4, 19, 0))  # 20:00 in Paris
        self.remind(datetime(2027, 1, 5, 6, 59))
        self.assertFalse(self.mails())
        self.remind(datetime(2027, 1, 5, 7, 0))
        self.assertTrue(self.mails())

    def test_a_cart_that_can_no_longer_be_booked_is_not_reminded(self):
        self.company.espace_remind_cart = True
        self.fill_cart((self.nina, self.t1, MONDAY))
        self.session_of(self.evening, MONDAY).state = "closed"
        self.remind(NOW + timedelta(hours=4))
        self.assertFalse(self.mails())

    def test_who_declined_or_has_no_account_is_left_alone(self):
        self.company.write({"espace_remind_cart": True, "espace_remind_limits": True})
        self.fill_cart((self.nina, self.t1, MONDAY))
        self.martin.guardian_ids.write({"notify_cart": False, "notify_limits": False})
        self.sofia.active = False
        self.remind(NOW + timedelta(hours=4))
        self.assertFalse(self.mails())
        self.assertFalse(self.mails(self.durand))

    def test_switched_off_is_off(self):
        self.fill_cart((self.nina, self.t1, MONDAY))
        self.remind(NOW + timedelta(hours=4))
        self.assertFalse(self.mails())

    # === Limits === #

    def test_a_limit_is_reminded_on_its_eve_once_for_all_children(self):
        self.company.espace_remind_limits = True
        self.remind(EVE - timedelta(days=1))
        self.assertFalse(self.mails())
        self.remind(EVE)
        self.remind(EVE + timedelta(hours=2))
        self.remind(EVE + timedelta(hours=24))
        [mail] = self.mails()
        self.assertIn("a booking limit approaches", mail.subject)
        body = self.body(mail)
        self.assertIn("Nina, Tom – Cantine", body)
        self.assertIn("week of 11 January: book before Tuesday 5 January at 12h", body)
        # Daily limits are no matter for those who have no habit of it.
        self.assertNotIn("Garderie", body)
        self.assertIn("date=2027-01-11", mail.body_html)

    def test_whoever_booked_or_waits_is_not_reminded(self):
        self.company.espace_remind_limits = True
        self.booked(self.nina, self.meal, TUESDAY)
        self.booked(self.lina, self.meal, MONDAY)
        self.remind(EVE)
        self.assertIn("Tom – Cantine", self.body(self.mails()))
        self.assertNotIn("Nina", self.body(self.mails()))
        self.assertFalse(self.mails(self.durand))

    def test_what_is_in_the_cart_is_reminded_as_a_cart(self):
        self.company.write({"espace_remind_cart": True, "espace_remind_limits": True})
        self.fill_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        self.remind(NOW + timedelta(hours=4))
        self.assertEqual(len(self.mails()), 1)
        self.assertIn("cart", self.mails().subject)

    def test_a_habit_is_enough_where_each_day_has_its_limit(self):
        self.company.espace_remind_limits = True
        for monday in (date(2027, 1, 11), date(2027, 1, 18)):
            self.booked(self.lina, self.t1, monday)
        self.booked(self.lina, self.meal, date(2027, 2, 1))
        self.booked(self.lina, self.meal, date(2027, 1, 25))
        # Sunday 24: the childcare of Monday closes at 17:00.
        self.remind(datetime(2027, 1, 24, 9, 0))
        [mail] = self.mails(self.durand)
        self.assertIn("Lina – Garderie du soir", self.body(mail))
        self.assertIn(
            "Monday 25 January: book before Sunday 24 January", self.body(mail)
        )
        # No habit of Tuesdays.
        self.remind(datetime(2027, 1, 25, 9, 0))
        self.assertEqual(len(self.mails(self.durand)), 1)

    def test_a_child_that_cannot_be_booked_is_not_reminded(self):
        self.company.espace_remind_limits = True
        week = self.canteen.session_ids.filtered(
            lambda s: MONDAY <= s.date < MONDAY + timedelta(days=7)
        )
        week.capacity = 0
        self.remind(EVE)
        self.assertFalse(self.mails())

    def test_the_delay_is_the_commune_s_choice(self):
        self.company.write(
            {"espace_remind_limits": True, "espace_remind_limit_days": 2}
        )
        self.remind(EVE - timedelta(days=1))
        self.assertEqual(len(self.mails()), 1)

    def test_no_more_queries_for_more_families(self):
        """Whom to write to is found at once for all families."""
        self.company.write({"espace_remind_cart": True, "espace_remind_limits": True})
        Reminder = self.env["espace.booking.reminder"].with_company(self.company)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work = Reminder._to_remind(self.company, EVE)
            return self.env.cr.sql_log_count - before, len(work)

        queries()
        few, families = queries()
        self.assertEqual(families, 2)
        for number in range(6):
            family = self._create_family(f"Petit{number}", [f"Anne{number}"])
            self._create_child(family, "Léo", self.class_cp)
            self._create_portal_user(family.guardian_ids)
        many, more = queries()
        self.assertEqual(more, 8)
        self.assertEqual(many, few)
