from freezegun import freeze_time
from lxml import html

from odoo import http
from odoo.tests import tagged

from odoo.addons.espace_famille.domain.files import MOST_BYTES
from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY

from ..common import BOOKINGS, EspacePortalCase

URL = "/my/absences"
PDF = b"%PDF-1.4 a certificate"


@tagged("post_install", "-at_install")
class TestAbsences(EspacePortalCase):
    """Parents declare absences and send proofs, with forms alone."""

    def setUp(self):
        super().setUp()
        self.Absence = self.env["espace.absence"]
        (self.martin | self.durand).lang = "en_US"

    # === The other household === #

    def test_both_parents_know_of_an_absence_and_nothing_else(self):
        even = "even" if MONDAY.isocalendar().week % 2 == 0 else "odd"
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": even}
        )
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.assertEqual(booked.family_id, self.durand)
        self.login(self.sofia)
        self.declare(note="Fever, at my mother's")
        self.assertTrue(self.absences(self.durand))
        self.login(self.claire)
        page = self.page(URL)
        [shown] = page.xpath("//*[@data-block='elsewhere']//li")
        words = self.words(shown)
        self.assertIn("Nina", words)
        self.assertIn(self.evening.name, words)
        for secret in ("Fever", "Durand", "Sofia", "illness", "Illness"):
            self.assertNotIn(secret, words)
        self.login(self.sofia)
        self.assertFalse(self.page(URL).xpath("//*[@data-block='elsewhere']"))

    def test_a_day_marked_absent_is_known_to_both(self):
        even = "even" if MONDAY.isocalendar().week % 2 == 0 else "odd"
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": even}
        )
        booked = self.booked(self.nina, self.t1, MONDAY)
        with freeze_time("2027-01-11 17:00:00"):
            booked.attendance = "absent_unjustified"
        [shown] = self.page(URL).xpath("//*[@data-block='elsewhere']//li")
        self.assertIn("Marked absent", self.words(shown))
        self.assertIn(self.evening.name, self.words(shown))

    # === Tools === #

    def declare(self, files=None, csrf=True, path=URL, **changes):
        """Submit the form as a browser does; return (status, page)."""
        data = {
            "child": str(self.nina.id),
            "date_from": "2027-01-11",
            "date_to": "2027-01-11",
            "reason": "illness",
            "note": "Fever",
            **changes,
        }
        return self.send(path, data, files, csrf)

    def send(self, path, data=None, files=None, csrf=True):
        data = dict(data or {})
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        uploads = [("proofs", (name, content)) for name, content in files or []]
        # A form for files is always sent in parts, chosen or not.
        uploads = uploads or [("proofs", ("", b""))]
        response = self.url_open(path, data=data, files=uploads)
        return response, html.fromstring(response.content)

    def absences(self, family=None):
        return self.Absence.search([("family_id", "=", (family or self.martin).id)])

    def foreign(self):
        """Return an absence of another family, with its proof."""
        self.booked(self.lina, self.meal, MONDAY)
        return self.Absence._declare(
            self.durand,
            self.lina,
            MONDAY,
            MONDAY,
            reason="illness",
            note="Secret",
            proofs=[("secret.pdf", PDF)],
        )

    # === Declaring === #

    def test_a_double_tap_declares_once(self):
        self.booked(self.nina, self.meal, MONDAY)
        first, tree = self.declare(files=[("certificate.pdf", PDF)])
        second, again = self.declare(files=[("certificate.pdf", PDF)])
        self.assertEqual(len(self.absences()), 1)
        self.assertEqual(self.message(tree), self.message(again))
        self.assertEqual(first.url, second.url)
        self.assertEqual(len(self.absences().proof_ids), 1)

    def test_a_double_tap_sends_a_proof_once(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        absence = self.absences()
        for _tap in range(2):
            _response, tree = self.send(
                f"{URL}/{absence.id}/justificatif", files=[("certificate.pdf", PDF)]
            )
            self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(len(absence.proof_ids), 1)

    def test_a_parent_declares_and_reads_what_is_expected(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        response, tree = self.declare()
        self.assertEqual(response.status_code, 200)
        level, text = self.message(tree)
        self.assertEqual(level, "success")
        self.assertIn("Wednesday 13 January at midnight", text)
        absence = self.absences()
        self.assertEqual((absence.state, absence.origin), ("waiting_proof", "portal"))
        self.assertEqual(absence.declared_by, self.claire)
        self.assertFalse(absence.message_partner_ids)
        self.assertEqual(booking.absence_id, absence)
        entry = tree.xpath(f"//article[@data-absence='{absence.id}']")[0]
        self.assertIn("Proof awaited", self.words(entry))

    def test_proof_may_come_with_it(self):
        self.booked(self.nina, self.meal, MONDAY)
        _response, tree = self.declare(files=[("../../c.pdf", PDF)])
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(self.absences().state, "to_check")
        self.assertEqual(self.absences().proof_ids.name, "c.pdf")

    def test_only_the_services_ticked_are_concerned(self):
        self.booked(self.nina, self.meal, MONDAY)
        slot = self.booked(self.nina, self.t1, MONDAY)
        self.declare(activity=str(self.evening.id))
        self.assertEqual(self.absences().reservation_ids, slot)

    def test_an_accepted_absence_is_said_at_once(self):
        self.canteen.absence_proof = False
        self.booked(self.nina, self.meal, MONDAY)
        _response, tree = self.declare()
        self.assertIn("accepted", self.message(tree)[1])
        self.assertFalse(self.page("/my").xpath("//*[@data-todo='proofs']"))
        # The parent gets the commune's message, though it is the one who acted.
        message = self.martin.message_ids[0]
        self.assertIn(self.claire.partner_id, message.notified_partner_ids)

    def test_a_refusal_says_why_and_keeps_what_was_typed(self):
        self.booked(self.nina, self.meal, MONDAY)
        cases = [
            ({"date_from": "2027-01-12", "date_to": "2027-01-12"}, "Nothing is booked"),
            ({"date_to": "2027-01-08"}, "before the first"),
            ({"date_from": "not a date"}, "first and the last day"),
            ({"date_from": ""}, "first and the last day"),
            ({"date_to": "2199-12-31"}, "one year at most"),
            ({"date_to": "9999-12-31"}, "first and the last day"),
            ({"reason": "nonsense"}, "Choose the reason"),
            ({"files": [("c.exe", b"MZ")]}, "neither a PDF"),
            ({"files": [("c.pdf", PDF + b"0" * MOST_BYTES)]}, "too large"),
        ]
        for changes, words in cases:
            with self.subTest(words=words):
                response, tree = self.declare(**changes)
                self.assertEqual(response.status_code, 200)
                level, text = self.message(tree)
                self.assertEqual(level, "danger")
                self.assertIn(words, text)
                note = tree.xpath("//textarea[@name='note']")[0]
                self.assertEqual(note.text.strip(), "Fever")
                checked = tree.xpath("//input[@name='child'][@checked]/@value")
                self.assertEqual(checked, [str(self.nina.id)])
        self.assertFalse(self.absences())

    def test_too_late_is_said_with_the_limit(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        with freeze_time("2027-01-20 08:00:00"):
            self.login(self.claire)
            _response, tree = self.declare()
        self.assertIn("could be declared until", self.message(tree)[1])
        self.assertFalse(booking.absence_id)

    # === Afterwards === #

    def test_the_proof_is_sent_later_and_read_back(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        absence = self.absences()
        home = self.page("/my").xpath("//*[@data-todo='proofs']")[0]
        self.assertIn("Nina Martin – Monday 11 January", self.words(home))
        _response, tree = self.send(
            f"{URL}/{absence.id}/justificatif", files=[("c.pdf", PDF)]
        )
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(absence.state, "to_check")
        self.assertFalse(self.page("/my").xpath("//*[@data-todo='proofs']"))
        response = self.url_open(
            f"{URL}/{absence.id}/justificatif/{absence.proof_ids.id}"
        )
        self.assertEqual(response.content, PDF)
        self.assertIn("attachment", response.headers["Content-Disposition"])

    def test_no_file_is_no_proof(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        absence = self.absences()
        for files in ([], [("c.html", b"<script>")]):
            _response, tree = self.send(f"{URL}/{absence.id}/justificatif", files=files)
            self.assertEqual(self.message(tree)[0], "danger")
        self.assertEqual(absence.state, "waiting_proof")
        self.assertFalse(absence.proof_ids)

    def test_a_declaration_is_withdrawn(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        absence = self.absences()
        _response, tree = self.send(f"{URL}/{absence.id}/retirer")
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(absence.state, "withdrawn")

    def test_a_refusal_is_read_with_its_reason(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.declare(files=[("c.pdf", PDF)])
        self.absences()._refuse("Unreadable certificate")
        tree = self.page(URL)
        self.assertIn("Unreadable certificate", self.words(tree.xpath("//article")[0]))
        self.assertFalse(tree.xpath("//article//form"))

    # === Others === #

    def test_what_is_not_the_family_s_is_not_found(self):
        absence = self.foreign()
        self.booked(self.nina, self.meal, MONDAY)
        self.declare()
        mine = self.absences()
        proof = absence.proof_ids
        paths = [
            f"{URL}/{absence.id}/justificatif/{proof.id}",
            f"{URL}/{mine.id}/justificatif/{proof.id}",
            f"{URL}/999999/justificatif/1",
        ]
        for path in paths:
            self.assertEqual(self.url_open(path).status_code, 404, path)
        for action in ("justificatif", "retirer"):
            response, _tree = self.send(
                f"{URL}/{absence.id}/{action}", files=[("c.pdf", PDF)]
            )
            self.assertEqual(response.status_code, 404)
        self.assertEqual((absence.state, len(absence.proof_ids)), ("to_check", 1))
        self.assertNotIn("Secret", self.url_open(URL).text)

    def test_foreign_ids_in_the_form_are_not_found(self):
        self.booked(self.lina, self.meal, MONDAY)
        other = self.env.ref("base.main_company")
        self.env.user.company_ids |= other
        foreign = self.canteen.with_company(other).copy(
            {"company_id": other.id, "booking_rule_id": False, "cancel_rule_id": False}
        )
        self.booked(self.nina, self.meal, MONDAY)
        for changes in (
            {"child": str(self.lina.id)},
            {"child": "0"},
            {"child": "x"},
            {"activity": str(foreign.id)},
            {"activity": "x"},
        ):
            response, _tree = self.declare(**changes)
            self.assertEqual(response.status_code, 404, changes)
        self.assertFalse(self.absences() | self.absences(self.durand))

    def test_a_forged_form_is_refused(self):
        self.booked(self.nina, self.meal, MONDAY)
        response, _tree = self.declare(csrf=False)
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.absences())

    def test_who_may_only_look_declares_nothing(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.martin.guardian_ids[0].may_book = False
        self.assertFalse(self.page(URL).xpath("//form[@data-form]"))
        _response, tree = self.declare()
        self.assertEqual(self.message(tree)[0], "danger")
        self.assertFalse(self.absences())

    def test_visitors_log_in_and_strangers_go_home(self):
        self.logout()
        self.assertIn("/web/login", self.url_open(URL).url)
        self.login(self._create_user("stranger", "base.group_portal"))
        self.assertTrue(self.url_open(URL).url.endswith("/my"))

    def test_nothing_is_declared_by_remote_call(self):
        self.booked(self.nina, self.meal, MONDAY)
        vals = {
            "child_id": self.nina.id,
            "family_id": self.martin.id,
            "date_from": "2027-01-11",
            "date_to": "2027-01-11",
            "state": "accepted",
        }
        _result, error = self.call_kw("espace.absence", "create", [vals])
        self.assertTrue(error)
        absence = self.foreign()
        for method in ("_declare", "action_accept", "action_withdraw", "read"):
            _result, error = self.call_kw("espace.absence", method, absence.ids)
            self.assertTrue(error, method)
        _result, error = self.call_kw(
            "espace.absence.proof", "search_read", [], ["content"]
        )
        self.assertTrue(error)
        self.assertFalse(self.absences())

    # === Elsewhere === #

    def test_home_and_bookings_lead_there_and_every_field_has_a_label(self):
        for path in ("/my", BOOKINGS):
            self.assertTrue(self.page(path).xpath(f"//a[@href='{URL}']"), path)
        tree = self.page(URL)
        shown = tree.xpath(
            "//form[@data-form='declare']//*[self::input or self::select or "
            "self::textarea][not(@type='hidden')]"
        )
        self.assertEqual(
            {field.get("name") for field in shown},
            {"child", "date_from", "date_to", "activity", "reason", "note", "proofs"},
        )
        for field in shown:
            self.assertTrue(
                tree.xpath(f"//label[@for='{field.get('id')}']"), field.get("name")
            )

    def test_a_coming_absence_shows_on_the_next_days(self):
        self.canteen.absence_proof = False
        self.canteen.booking_rule_id = False
        self.booked(self.nina, self.meal, TUESDAY.replace(day=5))
        self.declare(date_from="2027-01-05", date_to="2027-01-05")
        block = self.page("/my").xpath("//*[@data-block='next-days']")[0]
        self.assertIn("Absence accepted", self.words(block))

    def test_a_closed_day_says_why_in_the_month(self):
        self.env["espace.closure"].create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY}
        )._apply()
        tree = self.page(f"{BOOKINGS}?date=2027-01-11&view=month&child=all")
        main = self.words(tree.xpath("//main")[0])
        self.assertIn("Closed: strike, Mon 11 Jan", main)
        self.assertIsNone(self.cell(tree, self.nina, self.meal, MONDAY))

    def test_a_day_closed_for_one_service_says_why_in_its_cell(self):
        self.env["espace.closure"].create(
            {
                "name": "Strike",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "activity_ids": self.canteen.ids,
            }
        )._apply()
        tree = self.page(f"{BOOKINGS}?date=2027-01-11&view=month&child=all")
        cell = self.cell(tree, self.nina, self.meal, MONDAY)
        self.assertEqual(cell.get("data-status"), "closed")
        self.assertIn("Closed: strike", self.words(cell))
