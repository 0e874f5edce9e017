from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import MONDAY, NOW, TUESDAY, EspaceCase

INVARIANTS = {
    "seat_counters",
    "capacity",
    "one_booking",
    "option",
    "session_copies",
    "company",
    "cutoffs",
    "school_years",
    "enrolments",
    "custody",
    "paying_family",
    "canteen_right",
    "left_behind",
    "off_calendar",
}


class CorruptionCase:
    """Spoils the data behind the back of Odoo, and looks for what the check says."""

    def spoil(self, query, *parameters):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *parameters))
        self.env.invalidate_all()

    def drop(self, table, *constraints):
        """Take away what makes the database itself refuse to be spoiled."""
        for name in constraints:
            self.spoil(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    def assert_found(self, code, records, *, others=()):
        """Check that the finding `code`, and besides `others` no other, is made."""
        found = {f.code: f for f in self.env["espace.check"]._problems(self.company)}
        self.assertEqual(found.keys(), {code, *others})
        self.assertEqual(found[code].model, records._name)
        self.assertEqual(set(found[code].ids), set(records.ids))
        self.assertTrue(found[code].sentence)
        return found[code]


@tagged("post_install", "-at_install")
class TestCheck(CorruptionCase, EspaceCase):
    """Each promise broken by SQL is found, with the records that break it."""

    def setUp(self):
        super().setUp()
        self.booking = self.booked(self.nina, self.meal, MONDAY)
        self.monday = self.booking.session_id

    def test_sound_data_have_no_finding(self):
        self.booked(self.lina, self.t1, TUESDAY)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_a_canteen_that_prefers_or_refuses_is_shown(self):
        self.canteen.real_maximum = self.canteen.capacity + 1
        self.assertIn("real maximum", self.canteen.legal_warning)
        self.assertTrue(self.assert_found("canteen_right", self.canteen).notice)
        self.canteen.capacity += 1
        self.assertFalse(self.canteen.legal_warning)
        self.canteen.waiting_criterion_ids = [Command.create({"criterion": "working"})]
        self.assertIn("parents who work", self.canteen.legal_warning)
        self.assert_found("canteen_right", self.canteen)
        self.canteen.category = "childcare"
        self.assertFalse(self.canteen.legal_warning)

    def test_who_left_and_is_still_expected_is_shown(self):
        self.spoil("UPDATE espace_child SET active = FALSE WHERE id = %s", self.nina.id)
        finding = self.assert_found("left_behind", self.booking)
        self.assertTrue(finding.notice)

    def test_a_day_off_that_nobody_marked_is_shown_and_marked_at_night(self):
        self.env["espace.calendar.period"].create(
            {
                "year_id": self.year.id,
                "kind": "public_holiday",
                "name": "Fête locale",
                "date_from": MONDAY,
                "date_to": MONDAY,
            }
        )
        marked = self.env["espace.session"].search(
            [("off_calendar", "=", "off"), ("company_id", "=", self.company.id)]
        )
        self.assertIn(self.monday, marked)
        # As it is where the calendar was changed before sessions were ever marked.
        self.spoil("UPDATE espace_session SET off_calendar = NULL")
        finding = self.assert_found("off_calendar", marked)
        self.assertTrue(finding.notice)
        self.assertFalse(self.monday.off_calendar)
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
        ):
            self.env["espace.session"]._cron_review_calendar()
        self.assertEqual(self.monday.off_calendar, "off")
        self.assertEqual(self.booking.state, "confirmed")
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_every_invariant_is_checked(self):
        results = self.env["espace.check"]._results(self.company)
        self.assertLessEqual(INVARIANTS, {i.code for i, _finding in results})

    def test_another_commune_is_left_out_when_one_is_asked_for(self):
        other = self.env["res.company"].create(
            {"name": "Autre commune", "espace_is_commune": True}
        )
        self.spoil(
            "UPDATE espace_session SET booked_count = 3 WHERE id = %s", self.monday.id
        )
        self.assertEqual(self.env["espace.check"]._problems(other), [])
        everywhere = self.env["espace.check"]._problems()
        self.assertIn(self.monday.id, everywhere[0].ids)

    def test_counters(self):
        for name in ("booked_count", "waiting_count", "walk_in_count"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.spoil(
                    f"UPDATE espace_session SET {name} = {name} + 1 WHERE id = %s",
                    self.monday.id,
                )
                self.assert_found("seat_counters", self.monday)
                savepoint.rollback()

    def test_a_lost_booking_is_a_wrong_counter(self):
        self.spoil("DELETE FROM espace_reservation WHERE id = %s", self.booking.id)
        self.assert_found("seat_counters", self.monday)

    def test_overbooking(self):
        self.drop("espace_session", "espace_session_seats_not_oversold")
        self.spoil(
            "UPDATE espace_session SET capacity = 0 WHERE id = %s", self.monday.id
        )
        self.assert_found("capacity", self.monday)

    def test_one_child_twice(self):
        self.spoil("DROP INDEX espace_reservation_child_session_unique")
        other = self.booked(self.tom, self.meal, MONDAY)
        self.spoil(
            "UPDATE espace_reservation SET child_id = %s WHERE id = %s",
            self.nina.id,
            other.id,
        )
        self.assert_found("one_booking", self.booking | other)

    def test_an_option_of_another_activity(self):
        self.spoil(
            "UPDATE espace_reservation SET product_id = %s WHERE id = %s",
            self.t1.id,
            self.booking.id,
        )
        self.assert_found("option", self.booking)

    def test_another_day_than_the_session(self):
        self.spoil(
            "UPDATE espace_reservation SET date = date + 1 WHERE id = %s",
            self.booking.id,
        )
        self.assert_found("session_copies", self.booking)

    def test_a_child_of_another_commune(self):
        other = self.env["res.company"].create(
            {"name": "Autre commune", "espace_is_commune": True}
        )
        self.spoil(
            "UPDATE espace_child SET company_id = %s WHERE id = %s",
            other.id,
            self.nina.id,
        )
        self.assert_found("company", self.booking)

    def test_limits(self):
        for name in ("booking_cutoff", "cancel_cutoff", "late_cutoff"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.spoil(
                    f"UPDATE espace_session SET {name} = %s WHERE id = %s",
                    NOW,
                    self.monday.id,
                )
                self.assert_found("cutoffs", self.monday)
                # The check has corrected nothing.
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(self.monday[name], NOW)
                savepoint.rollback()

    def test_the_limit_of_one_day_is_no_finding(self):
        self.monday.booking_cutoff_override = NOW
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_school_years(self):
        other = self.env["espace.school.year"]._create_for(
            self.company, date(2028, 1, 10)
        )
        self.spoil(
            "UPDATE espace_school_year SET date_from = %s WHERE id = %s",
            self.year.date_to,
            other.id,
        )
        self.assert_found("school_years", self.year | other)

    def test_enrolments(self):
        enrolment = self.nina.enrolment_ids[:1]
        self.spoil(
            """INSERT INTO espace_enrolment
               (child_id, activity_id, company_id, date_from, date_to, state)
               SELECT child_id, activity_id, company_id, date_to, date_to, state
               FROM espace_enrolment WHERE id = %s""",
            enrolment.id,
        )
        both = self.nina.enrolment_ids.filtered(
            lambda e: e.activity_id == enrolment.activity_id
        )
        self.assertEqual(len(both), 2)
        self.assert_found("enrolments", both)

    def test_custody(self):
        Custody = self.env["espace.custody"]
        lines = Custody.create(
            [
                {"child_id": self.tom.id, "family_id": family.id, "pattern": "even"}
                for family in (self.durand, self.durand)
            ]
        )
        self.spoil(
            "UPDATE espace_custody SET family_id = %s WHERE id = %s",
            self.martin.id,
            lines[0].id,
        )
        self.assert_found("custody", self.tom)

    def test_a_child_that_moved_leaves_bookings_to_look_at(self):
        self.spoil(
            "UPDATE espace_child SET family_id = %s WHERE id = %s",
            self.durand.id,
            self.nina.id,
        )
        finding = self.assert_found("paying_family", self.booking)
        self.assertTrue(finding.notice)

    def test_a_new_custody_leaves_bookings_to_look_at(self):
        tuesday = self.booked(self.nina, self.meal, TUESDAY)
        self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.durand.id,
                "pattern": "dates",
                "date_from": TUESDAY,
                "date_to": TUESDAY,
            }
        )
        self.assert_found("paying_family", tuesday)

    # === On the screen === #

    def open_check(self, user):
        Check = self.env["espace.data.check"].with_user(user)
        return Check.browse(Check.action_check()["res_id"])

    def test_administrators_see_what_is_wrong_and_open_it(self):
        self.spoil(
            "UPDATE espace_session SET booked_count = 3 WHERE id = %s", self.monday.id
        )
        check = self.open_check(self._create_staff("admin"))
        self.assertEqual((check.broken_count, check.notice_count), (1, 0))
        [line] = check.line_ids.filtered(lambda line: line.state == "broken")
        self.assertEqual(line.record_count, 1)
        action = line.action_open_records()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.monday)

    def test_administrators_see_that_all_is_in_order(self):
        check = self.open_check(self._create_staff("admin"))
        self.assertEqual(set(check.line_ids.mapped("state")), {"ok"})
        self.assertGreaterEqual(len(check.line_ids), len(INVARIANTS))

    def test_only_administrators_check(self):
        for user in (
            self._create_staff("manager"),
            self._create_portal_user(self.martin.guardian_ids[0]),
        ):
            with self.assertRaises(AccessError):
                self.env["espace.data.check"].with_user(user).action_check()
