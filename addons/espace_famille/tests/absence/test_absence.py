import base64
import logging
from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...domain.files import MOST_BYTES
from ..common import MONDAY, NOW, THURSDAY, TODAY, TUESDAY, EspaceCase

FRIDAY = date(2027, 1, 15)
PDF = b"%PDF-1.4 a certificate"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)
# 48 h after the first day, wall clock: the end of Wednesday 13.
PROOF_DEADLINE = datetime(2027, 1, 13, 23, 0)

ABSENCE_LOGGER = "odoo.addons.espace_famille.models.absence.espace_absence_decision"


class AbsenceCase(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Absence = cls.env["espace.absence"]
        # Messages are read in English, whatever the database speaks.
        (cls.martin | cls.durand).lang = "en_US"

    def declare(self, date_from=MONDAY, date_to=None, child=None, **options):
        values = {"reason": "illness", "now": NOW, **options}
        return self.Absence._declare(
            values.pop("family", self.martin),
            child or self.nina,
            date_from,
            date_to or date_from,
            **values,
        )

    def messages(self, family):
        return family.message_ids.filtered(lambda m: m.message_type == "comment")


@tagged("post_install", "-at_install")
class TestDeclare(AbsenceCase):
    def test_without_proof_it_is_accepted_at_once_and_the_family_told(self):
        self.canteen.absence_proof = False
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        self.assertEqual(absence.state, "accepted")
        self.assertEqual(booking.attendance, "absent_justified")
        self.assertEqual(booking.absence_words, "Absence accepted")
        message = self.messages(self.martin)
        self.assertEqual(message.subject, "Absence accepted: Nina")
        self.assertIn("Repas, Monday 11 January", message.body)

    def test_without_proof_staff_may_keep_the_decision(self):
        self.canteen.write({"absence_proof": False, "absence_approval": "manual"})
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        self.assertEqual(absence.state, "declared")
        self.assertEqual(booking.attendance, "expected")
        absence._accept(now=NOW)
        self.assertEqual(booking.attendance, "absent_justified")

    def test_with_proof_it_waits_and_is_announced_to_agents(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        self.assertEqual(absence.state, "waiting_proof")
        self.assertEqual(absence.proof_deadline, PROOF_DEADLINE)
        self.assertEqual(booking.attendance, "expected")
        self.assertEqual(booking.absence_words, "Absence announced")
        self.assertIn(
            "Wednesday 13 January at midnight", self.messages(self.martin).body
        )

    def test_all_present_leaves_out_a_child_whose_absence_is_announced(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        other = self.booked(self.tom, self.meal, MONDAY)
        self.declare()
        agent = self._create_staff("animation")
        with freeze_time(datetime(2027, 1, 11, 12)):
            booking.session_id.with_user(agent).action_all_present()
        self.assertEqual(
            (booking.attendance, other.attendance), ("expected", "present")
        )

    def test_proof_sent_with_it_is_to_be_checked(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=[("c.pdf", PDF)])
        self.assertEqual(absence.state, "to_check")
        self.assertEqual(absence.proof_ids.media_type, "application/pdf")

    def test_only_the_services_named_are_excused(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        slot = self.booked(self.nina, self.t1, MONDAY)
        absence = self.declare(activities=self.evening)
        self.assertEqual(absence.reservation_ids, slot)
        self.assertFalse(meal.absence_id)

    def test_what_asks_no_proof_is_excused_while_the_rest_waits(self):
        self.evening.absence_proof = False
        meal = self.booked(self.nina, self.meal, MONDAY)
        slot = self.booked(self.nina, self.t1, MONDAY)
        absence = self.declare()
        self.assertEqual(absence.state, "waiting_proof")
        self.assertEqual(
            (meal.attendance, slot.attendance), ("expected", "absent_justified")
        )
        with freeze_time(PROOF_DEADLINE + timedelta(minutes=1)):
            self.Absence._cron_refuse_overdue()
        self.assertEqual(
            (meal.attendance, slot.attendance),
            ("absent_unjustified", "absent_justified"),
        )

    def test_siblings_and_other_days_are_left_alone(self):
        self.canteen.absence_proof = False
        others = self.booked(self.tom, self.meal, MONDAY)
        others |= self.booked(self.nina, self.meal, TUESDAY)
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        self.assertEqual(set(others.mapped("attendance")), {"expected"})

    def test_refusals_say_why_and_change_nothing(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        cases = [
            ({"date_from": THURSDAY}, "Nothing is booked"),
            ({"date_from": TUESDAY, "date_to": MONDAY}, "before the first"),
            ({"date_to": MONDAY + timedelta(days=400)}, "one year at most"),
            ({"date_from": date(2020, 1, 6), "date_to": MONDAY}, "one year at most"),
            ({"date_to": date(9999, 12, 31)}, "one year at most"),
            ({"reason": "holidays"}, "Choose the reason"),
        ]
        for options, words in cases:
            with self.subTest(options), self.assertRaises(UserError) as error:
                self.declare(**options)
            self.assertIn(words, str(error.exception))
        self.assertFalse(booking.absence_id)
        self.assertFalse(self.Absence.search([("child_id", "=", self.nina.id)]))

    def test_a_foreign_child_or_activity_is_refused(self):
        self.booked(self.lina, self.meal, MONDAY)
        with self.assertRaises(AccessError):
            self.declare(child=self.lina)
        other = self.env["res.company"].create(
            {"name": "Autre", "espace_is_commune": True}
        )
        self.env.user.company_ids |= other
        foreign = self.canteen.with_company(other).copy(
            {"company_id": other.id, "booking_rule_id": False, "cancel_rule_id": False}
        )
        self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(AccessError):
            self.declare(activities=foreign)

    def test_an_activity_may_excuse_nothing(self):
        self.canteen.absence_allowed = False
        self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(UserError) as error:
            self.declare()
        self.assertIn("Cantine: absences stay due", str(error.exception))
        slot = self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(self.declare().reservation_ids, slot)

    def test_the_same_days_are_declared_once(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        with self.assertRaises(UserError) as error:
            self.declare()
        self.assertIn("already declared", str(error.exception))

    def test_each_household_declares_its_own_days(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        mine = self.booked(self.nina, self.meal, MONDAY)  # ISO week 2, even
        theirs = self.booked(self.nina, self.meal, date(2027, 1, 18))
        absence = self.declare(date_to=date(2027, 1, 22))
        self.assertEqual(absence.reservation_ids, mine)
        other = self.declare(date_to=date(2027, 1, 22), family=self.durand)
        self.assertEqual(other.reservation_ids, theirs)

    def test_parents_declare_until_some_days_after(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        self.canteen.absence_declare_days = 1
        # The end of Tuesday 12, wall clock.
        limit = datetime(2027, 1, 12, 23, 0)
        with self.assertRaises(UserError) as error:
            self.declare(now=limit)
        self.assertIn("Tuesday 12 January at midnight", str(error.exception))
        self.declare(now=limit - timedelta(seconds=1))
        self.assertTrue(booking.absence_id)

    def test_staff_are_not_bound_by_the_delays(self):
        self.booked(self.nina, self.meal, MONDAY)
        late = datetime(2027, 1, 20, 8, 0)
        absence = self.declare(now=late, origin="staff")
        self.assertEqual(absence.state, "waiting_proof")
        self.assertEqual(absence.proof_deadline, late + timedelta(hours=48))

    def test_a_proof_that_is_due_already_comes_with_the_declaration(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.canteen.absence_declare_days = 8
        late = datetime(2027, 1, 14, 8, 0)
        with self.assertRaises(UserError) as error:
            self.declare(now=late)
        self.assertIn("was due until", str(error.exception))
        absence = self.declare(now=late, proofs=[("c.pdf", PDF)])
        self.assertEqual(absence.state, "to_check")
        self.assertTrue(absence.proof_ids.late)

    def test_a_locked_day_is_not_declared(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        booking.session_id.attendance_locked = True
        with self.assertRaises(UserError) as error:
            self.declare()
        self.assertIn("Monday 11 January 2027 is locked", str(error.exception))


@tagged("post_install", "-at_install")
class TestDecide(AbsenceCase):
    def _week(self):
        days = (MONDAY, TUESDAY, THURSDAY, FRIDAY)
        bookings = [self.booked(self.nina, self.meal, day) for day in days]
        return self.Reservation.browse(b.id for b in bookings)

    def test_the_first_day_of_service_stays_due(self):
        self.canteen.absence_carence_days = 1
        bookings = self._week()
        absence = self.declare(date_to=FRIDAY, proofs=[("c.pdf", PDF)])
        absence._accept(now=NOW)
        self.assertEqual(set(bookings.mapped("attendance")), {"absent_justified"})
        self.assertEqual(bookings.mapped("absence_due"), [True, False, False, False])
        self.assertIn("stay due (carence)", self.messages(self.martin)[0].body)

    def test_carence_counts_days_of_service_booked_or_not(self):
        self.canteen.write({"absence_carence_days": 1, "absence_proof": False})
        thursday = self.booked(self.nina, self.meal, THURSDAY)
        self.declare(MONDAY, FRIDAY)
        self.assertFalse(thursday.absence_due)

    def test_an_absence_that_goes_on_has_its_carence_once(self):
        self.canteen.write({"absence_carence_days": 1, "absence_proof": False})
        bookings = self._week()
        self.declare(MONDAY, TUESDAY)
        self.declare(THURSDAY, FRIDAY)
        self.assertEqual(bookings.mapped("absence_due"), [True, False, False, False])

    def test_nothing_changes_for_a_child_who_came_and_it_is_said(self):
        monday, tuesday = self._week()[:2]
        absence = self.declare(date_to=TUESDAY, proofs=[("c.pdf", PDF)])
        with freeze_time("2027-01-12 18:00:00"):
            monday.action_present()
            absence._accept()
        self.assertEqual(monday.attendance, "present")
        self.assertEqual(tuesday.attendance, "absent_justified")
        body = self.messages(self.martin)[0].body
        self.assertIn("The child was there", body)
        self.assertIn("Monday 11 January", body.split("was there")[1])

    def test_refusing_marks_past_days_and_expects_the_child_on_the_others(self):
        monday, tuesday = self._week()[:2]
        absence = self.declare(date_to=TUESDAY, proofs=[("c.pdf", PDF)])
        with freeze_time("2027-01-11 18:00:00"):
            absence._refuse("Another child's certificate")
        self.assertEqual(monday.attendance, "absent_unjustified")
        self.assertEqual(tuesday.attendance, "expected")
        self.assertFalse(tuesday.absence_words)
        message = self.messages(self.martin)[0]
        self.assertEqual(message.subject, "Absence refused: Nina")
        self.assertIn("Another child's certificate", message.body)

    def test_a_refused_absence_may_be_accepted_after_all(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        with freeze_time("2027-01-14 08:00:00"):
            self.Absence._cron_refuse_overdue()
            self.assertEqual(booking.attendance, "absent_unjustified")
            absence._accept()
        self.assertEqual(absence.state, "accepted")
        self.assertEqual(booking.attendance, "absent_justified")
        self.assertFalse(absence.refusal)

    def test_a_decision_is_made_once(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=[("c.pdf", PDF)])
        absence._accept(now=NOW)
        with self.assertRaises(UserError):
            absence._accept(now=NOW)

    def test_a_locked_day_is_not_decided_and_nothing_is_half_done(self):
        monday, tuesday = self._week()[:2]
        absence = self.declare(date_to=TUESDAY, proofs=[("c.pdf", PDF)])
        tuesday.session_id.attendance_locked = True
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            absence._accept(now=NOW)
        self.assertIn("Tuesday 12 January", str(error.exception))
        self.assertEqual(monday.attendance, "expected")
        self.assertEqual(absence.state, "to_check")

    def test_an_agent_who_points_absent_keeps_the_excuse(self):
        self.canteen.absence_proof = False
        monday, tuesday = self._week()[:2]
        self.declare()
        animation = self._create_staff("animation")
        with freeze_time("2027-01-12 18:00:00"):
            (monday | tuesday).with_user(animation).action_absent()
        self.assertEqual(monday.attendance, "absent_justified")
        self.assertEqual(tuesday.attendance, "absent_unjustified")

    def test_agents_do_not_point_a_day_to_come(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(UserError):
            booking.with_user(self._create_staff("animation")).action_absent()

    def test_withdrawing_expects_the_child_again(self):
        self.canteen.absence_proof = False
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        absence._withdraw(now=NOW)
        self.assertEqual((absence.state, booking.attendance), ("withdrawn", "expected"))
        self.assertTrue(self.declare())

    def test_what_was_accepted_and_has_come_is_not_withdrawn(self):
        self.canteen.absence_proof = False
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        with freeze_time("2027-01-11 18:00:00"), self.assertRaises(UserError):
            absence._withdraw()
        self.assertEqual(booking.attendance, "absent_justified")


@tagged("post_install", "-at_install")
class TestProofs(AbsenceCase):
    def test_sent_in_time_it_is_to_be_checked(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        absence._send_proofs([("c.pdf", PDF)], now=PROOF_DEADLINE)
        self.assertEqual(absence.state, "to_check")

    def test_too_late_it_is_not_taken(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        with self.assertRaises(UserError):
            absence._send_proofs(
                [("c.pdf", PDF)], now=PROOF_DEADLINE + timedelta(seconds=1)
            )
        self.assertFalse(absence.proof_ids)

    def test_only_readable_files_are_taken(self):
        self.booked(self.nina, self.meal, MONDAY)
        for content in (b"", b"MZ\x90 a program", PDF + b"0" * MOST_BYTES):
            with self.assertRaises(ValidationError):
                self.declare(proofs=[("proof.pdf", content)])

    def test_a_page_of_files_is_too_many(self):
        self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(ValidationError):
            self.declare(proofs=[("c.pdf", PDF)] * 7)

    def test_no_proof_in_time_is_refused_and_one_failure_stops_nobody(self):
        bookings = self.booked(self.nina, self.meal, MONDAY)
        bookings |= self.booked(self.lina, self.meal, MONDAY)
        failing = self.declare()
        other = self.declare(child=self.lina, family=self.durand)
        refuse = type(failing)._refuse_overdue

        def fail(absence, now):
            if absence == failing:
                raise ZeroDivisionError("a failure")
            refuse(absence, now)

        with (
            freeze_time(PROOF_DEADLINE + timedelta(seconds=1)),
            patch.object(type(failing), "_refuse_overdue", fail),
            self.assertLogs(
                "odoo.addons.espace_famille.models.absence.espace_absence_decision"
            ) as logs,
        ):
            self.Absence._cron_refuse_overdue()
        self.assertEqual(logs.records[0].levelno, logging.ERROR)
        self.assertEqual(failing.state, "waiting_proof")
        self.assertEqual(other.state, "refused")
        self.assertEqual(
            bookings.mapped("attendance"), ["expected", "absent_unjustified"]
        )
        self.assertIn("was not received", self.messages(self.durand)[0].body)

    def test_before_the_deadline_nothing_is_refused(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        with freeze_time(PROOF_DEADLINE):
            self.Absence._cron_refuse_overdue()
        self.assertEqual(absence.state, "waiting_proof")

    def test_an_absence_without_bookings_left_is_forgotten(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        booking.action_cancel()
        with freeze_time(PROOF_DEADLINE + timedelta(seconds=1)):
            self.Absence._cron_refuse_overdue()
        self.assertEqual(absence.state, "withdrawn")
        self.assertNotIn("refused", self.messages(self.martin)[0].subject)


@tagged("post_install", "-at_install")
class TestAbsenceRights(AbsenceCase):
    def _form(self, role):
        form = Form(self.Absence.with_user(self._create_staff(role)))
        form.child_id = self.nina
        form.date_from = MONDAY
        form.date_to = MONDAY
        return form

    def test_animation_declares_for_a_family_that_calls_but_does_not_accept(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        absence = self._form("animation").save()
        self.assertEqual(absence.family_id, self.martin)
        self.assertEqual((absence.origin, absence.state), ("staff", "waiting_proof"))
        self.assertEqual(booking.absence_id, absence.sudo())
        for method in ("action_accept", "action_refuse", "action_withdraw"):
            with self.assertRaises(AccessError):
                getattr(absence, method)()
        self.assertEqual(absence.state, "waiting_proof")

    def test_what_a_client_sends_does_not_decide(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        animation = self._create_staff("animation")
        absence = self.Absence.with_user(animation).create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "date_from": MONDAY,
                "date_to": MONDAY,
                "reason": "illness",
                "state": "accepted",
                "proof_deadline": "2030-01-01 00:00:00",
            }
        )
        self.assertEqual(absence.state, "waiting_proof")
        self.assertEqual(absence.proof_deadline, PROOF_DEADLINE)
        manager = self._create_staff("manager")
        for vals in (
            {"state": "accepted"},
            {"date_to": FRIDAY},
            {"reservation_ids": []},
        ):
            with self.assertRaises(UserError):
                absence.with_user(manager).write(vals)
        absence.with_user(manager).write({"note": "Flu"})
        self.assertEqual(booking.attendance, "expected")

    def test_management_scans_checks_and_refuses(self):
        self.booked(self.nina, self.meal, MONDAY)
        manager = self._create_staff("manager")
        form = Form(self.Absence.with_user(manager))
        form.child_id = self.nina
        form.date_from = MONDAY
        form.date_to = MONDAY
        absence = form.save()
        absence.write(
            {"proof_ids": [(0, 0, {"name": "c.png", "content": base64.b64encode(PNG)})]}
        )
        self.assertEqual(absence.state, "to_check")
        self.assertTrue(absence.shown_image)
        self.assertFalse(absence.shown_pdf)
        action = absence.action_refuse()
        wizard = (
            self.env[action["res_model"]]
            .with_user(manager)
            .with_context(**action["context"])
            .create({"reason": "Unreadable"})
        )
        wizard.action_refuse()
        self.assertEqual((absence.state, absence.refusal), ("refused", "Unreadable"))
        self.assertEqual(absence.decided_by, manager)

    def test_certificates_are_for_management(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare(proofs=[("c.pdf", PDF)])
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "espace.absence.proof"),
                    ("res_id", "=", absence.proof_ids.id),
                    ("res_field", "=", "content"),
                ]
            )
        )
        self.assertTrue(attachment)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        users = [self._create_staff(role) for role in ("animation", "finance")]
        for user in (*users, parent):
            known = absence.with_user(user)
            self.assertEqual(known.proof_count, 1)
            with self.assertRaises(AccessError):
                known.read(["proof_ids"])
            with self.assertRaises(AccessError):
                known.read(["shown_pdf"])
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["datas"])

    def test_a_parent_reads_its_own_absences_and_writes_nothing(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.lina, self.meal, MONDAY)
        mine = self.declare()
        theirs = self.declare(child=self.lina, family=self.durand)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        self.assertEqual(self.Absence.with_user(parent).search([]).ids, mine.ids)
        mine.with_user(parent).read(["state", "refusal", "date_from"])
        with self.assertRaises(AccessError):
            theirs.with_user(parent).read(["state"])
        for method in ("action_accept", "action_refuse", "action_withdraw"):
            with self.assertRaises(AccessError):
                getattr(mine.with_user(parent), method)()
        for verb in ("write", "create", "unlink"):
            self.assertFalse(mine.with_user(parent).has_access(verb))

    def test_child_and_family_lead_to_their_absences(self):
        self.booked(self.nina, self.meal, MONDAY)
        absence = self.declare()
        for record in (self.nina, self.martin):
            self.assertEqual(record.absence_count, 1)
            action = record.action_open_absences()
            self.assertEqual(self.Absence.search(action["domain"]), absence)
        self.assertEqual(self.tom.absence_count, 0)

    def test_the_printed_list_announces_absences(self):
        [status] = self.book(self.martin, (self.nina, self.t1, TODAY), staff=True)
        self.assertEqual(status, "booked")
        self.declare(TODAY)
        report = self.env.ref("espace_famille.espace_session_list_report")
        session = self.session(self.evening, TODAY)
        html, _type = report._render_qweb_html(report.report_name, session.ids)
        self.assertIn("Absence announced", html.decode())


@tagged("post_install", "-at_install")
class TestPolicy(AbsenceCase):
    def test_it_is_said_in_words(self):
        self.assertEqual(
            self.canteen.absence_sentence,
            "Proof within 48 h after the first day of absence. "
            "To be declared 2 days after at the latest.",
        )
        self.canteen.write(
            {
                "absence_proof_delay": 8,
                "absence_proof_unit": "days",
                "absence_proof_start": "declaration",
                "absence_declare_days": 0,
                "absence_carence_days": 1,
            }
        )
        self.assertEqual(
            self.canteen.absence_sentence,
            "Proof within 8 days after the declaration. "
            "To be declared on the day itself at the latest. The first day stays due.",
        )
        self.canteen.absence_allowed = False
        self.assertEqual(self.canteen.absence_sentence, "Absences stay due.")
