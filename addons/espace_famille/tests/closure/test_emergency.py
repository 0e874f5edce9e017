"""A strike that opens a free emergency service as it closes the others."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import MONDAY, NOW, TUESDAY, WEDNESDAY
from .test_closure import ClosureCase


class EmergencyCase(ClosureCase):
    def strike(self, **vals):
        return self.closure(
            opens_emergency=True,
            emergency_places=2,
            emergency_staff=1,
            **vals,
        )

    def applied(self, **vals):
        strike = self.strike(**vals)
        strike._apply(now=NOW)
        return strike

    def option(self, strike):
        return strike.emergency_activity_id.product_ids.product_variant_ids


@tagged("post_install", "-at_install")
class TestEmergency(EmergencyCase):
    def test_one_action_closes_and_opens_and_tells_each_family_once(self):
        self.booked(self.nina, self.meal, MONDAY)
        strike = self.applied(emergency_note="At the school, bring a lunch.")
        self.assertEqual(self.session(self.canteen, MONDAY).state, "closed")
        session = strike.emergency_session_ids
        self.assertEqual(session.date, MONDAY)
        self.assertEqual((session.state, session.capacity), ("open", 2))
        self.assertEqual(session.staff_planned, 1)
        # Durand had booked nothing: it is told what opens.
        self.assertEqual(strike.notified_count, 2)
        of_martin, of_durand = self.messages(self.martin), self.messages(self.durand)
        self.assertEqual((len(of_martin), len(of_durand)), (1, 1))
        for words in (
            "Nina Martin: Repas",
            "A free emergency service opens",
            "from 8h30 to 16h30",
            "2 places",
            "bring a lunch",
        ):
            self.assertIn(words, of_martin.body)
        self.assertNotIn("cancelled", of_durand.body)
        self.assertIn("A free emergency service opens", of_durand.body)
        [message] = self.env["espace.message"].search([("closure_id", "=", strike.id)])
        self.assertEqual((message.kind, message.state), ("closed", "sent"))
        self.assertEqual(message.line_ids.family_id, self.martin | self.durand)

    def test_parents_book_it_without_enrolment_until_it_begins(self):
        strike = self.applied()
        item = (self.nina, self.option(strike), MONDAY)
        morning = NOW.replace(day=11, hour=6)
        self.assertEqual(self.quote(self.martin, item, now=morning).status, "available")
        self.assertEqual(self.book(self.martin, item), ["booked"])
        self.assertEqual(
            self.reservation(self.nina, strike.emergency_activity_id, MONDAY).state,
            "confirmed",
        )
        later = NOW.replace(day=11, hour=8)
        self.assertEqual(
            self.quote(
                self.durand, (self.lina, self.option(strike), MONDAY), now=later
            ).status,
            "past",
        )

    def test_papers_do_not_keep_a_pupil_from_it(self):
        strike = self.applied()
        self.env["espace.document.type"].create(
            {"name": "Insurance", "blocking": True, "needed_for": "all"}
        )
        self.assertEqual(
            self.quote(self.martin, (self.nina, self.meal, TUESDAY)).status, "blocked"
        )
        self.assertEqual(
            self.book(self.martin, (self.nina, self.option(strike), MONDAY)), ["booked"]
        )

    def test_only_the_schools_and_classes_that_it_is_for(self):
        strike = self.applied(emergency_class_ids=self.class_cp.ids)
        option = self.option(strike)
        self.assertEqual(
            self.quote(self.martin, (self.nina, option, MONDAY)).status, "available"
        )
        self.assertEqual(
            self.quote(self.martin, (self.tom, option, MONDAY)).status, "blocked"
        )

    def test_by_default_those_that_are_closed(self):
        other = self.env["espace.school"].create({"name": "École des Lilas"})
        self.booked(self.nina, self.meal, MONDAY)
        strike = self.applied(school_ids=self.school.ids)
        self.assertEqual(strike.emergency_activity_id.limit_school_ids, self.school)
        self.assertNotIn(other, strike.emergency_activity_id.limit_school_ids)

    def test_places_are_places(self):
        strike = self.applied(emergency_class_ids=self.class_cp.ids)
        option = self.option(strike)
        self.book(self.martin, (self.nina, option, MONDAY))
        self.book(self.durand, (self.lina, option, MONDAY))
        zoe = self._create_child(
            self._create_family("Petit", ["Alix"]), "Zoé", self.class_cp
        )
        self.assertEqual(
            self.quote(zoe.family_id, (zoe, option, MONDAY)).status, "full"
        )

    def test_school_days_alone(self):
        strike = self.applied(date_to=WEDNESDAY)
        self.assertEqual(strike.emergency_session_ids.mapped("date"), [MONDAY, TUESDAY])
        with self.assertRaisesRegex(UserError, "None of these days is a school day"):
            self.strike(date_from=WEDNESDAY, date_to=WEDNESDAY)._apply(now=NOW)

    def test_what_is_lacking_is_said_before_anything_changes(self):
        for vals, words in (
            ({"emergency_places": 0}, "how many children"),
            ({"emergency_staff": 0}, "how many adults"),
            ({"emergency_to": 8}, "must end after it begins"),
            ({"kind": "weather"}, "Only a strike"),
        ):
            with self.subTest(words):
                strike = self.strike()
                strike.write(vals)
                self.assertIn(words, strike.problems)
                with self.assertRaisesRegex(UserError, words):
                    strike._apply(now=NOW)
                self.assertEqual(self.session(self.canteen, MONDAY).state, "open")
                self.assertFalse(strike.emergency_activity_id)

    def test_a_strike_where_nothing_is_booked_opens_all_the_same(self):
        self.session(self.canteen, MONDAY).state = "closed"
        self.session(self.evening, MONDAY).state = "closed"
        strike = self.applied()
        self.assertEqual(strike.emergency_session_ids.state, "open")

    def test_the_next_strike_uses_the_same_service(self):
        first = self.applied()
        second = self.applied(date_from=TUESDAY, date_to=TUESDAY)
        self.assertEqual(first.emergency_activity_id, second.emergency_activity_id)
        # A strike does not close what a strike opens, however often it is announced.
        self.assertEqual(first.emergency_session_ids.state, "open")
        again = self.closure(date_to=TUESDAY)
        with self.assertRaisesRegex(UserError, "nothing to close"):
            again._apply(now=NOW)
        weather = self.closure(name="Snow", kind="weather")
        weather._apply(now=NOW)
        self.assertEqual(first.emergency_session_ids.state, "closed")

    def test_a_new_school_year_opens_no_day_of_it(self):
        strike = self.applied()
        activity = strike.emergency_activity_id
        activity._generate_sessions(self.year.date_from, self.year.date_to)
        self.assertEqual(activity.session_ids.mapped("date"), [MONDAY])
        self.assertEqual(activity.session_ids.state, "open")

    def test_undoing_closes_it_and_says_so(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        strike = self.applied()
        self.book(self.durand, (self.lina, self.option(strike), MONDAY))
        strike._undo(now=NOW)
        self.assertEqual(meal.state, "confirmed")
        self.assertEqual(strike.emergency_session_ids.state, "closed")
        ended = strike.emergency_session_ids.reservation_ids
        self.assertEqual(
            (ended.state, ended.cancel_reason), ("cancelled", "The strike is over.")
        )
        self.assertIn("emergency service end", self.messages(self.durand)[0].body)
        self.assertIn("stand again", self.messages(self.martin)[0].body)
        again = self.applied()
        self.assertEqual(again.emergency_session_ids, strike.emergency_session_ids)
        self.assertEqual(again.emergency_session_ids.state, "open")

    def test_the_family_desk_opens_it_and_no_one_else(self):
        manager = self._create_staff("manager")
        strike = self.strike().with_user(manager)
        strike._apply(now=NOW)
        self.assertTrue(strike.emergency_activity_id.is_emergency)
        self.assertEqual(
            strike.action_open_emergency()["domain"],
            [("id", "in", strike.emergency_session_ids.ids)],
        )
        with self.assertRaises(UserError):
            strike.emergency_places = 99
        with self.assertRaises(AccessError):
            strike.emergency_session_ids = [Command.clear()]
        with self.assertRaises(AccessError):
            strike.emergency_activity_id.with_user(manager).is_emergency = False

    def test_its_name_is_in_french_for_families(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        strike = self.applied(emergency_class_ids=self.class_cp.ids)
        name = strike.emergency_activity_id.with_context(lang="fr_FR").name
        self.assertIn("Service minimum d’accueil", name)
        self.assertIn("Free emergency service", strike.emergency_activity_id.name)

    def test_the_form_offers_it_for_a_strike(self):
        form = Form(self.Closure)
        form.kind = "strike"
        form.date_from = form.date_to = date(2027, 1, 11)
        form.opens_emergency = True
        form.kind = "weather"
        self.assertFalse(form.opens_emergency)
