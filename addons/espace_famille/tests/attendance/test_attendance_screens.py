"""What other screens are told, who may ask them, and what they show besides."""

import base64
import json
from io import BytesIO

from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...models.attendance.espace_attendance_bus import NOTICE
from .test_attendance_events import GestureCase

EARLY = 946_684_800_000  # in 2000


def photo(colour="red"):
    file = BytesIO()
    Image.new("RGB", (600, 400), colour).save(file, "JPEG")
    return base64.b64encode(file.getvalue())


class ScreenCase(GestureCase):
    def page(self, user=None):
        return self.env["espace.attendance.page"].with_user(user or self.agent)

    def news(self, day, user=None, **more):
        return self.page(user)._news(day.ids, EARLY, **more)


@tagged("post_install", "-at_install")
class TestNews(ScreenCase):
    def test_nothing_is_told_twice(self):
        booking = self.book_today(self.nina, self.meal)
        self.send(self.gesture(booking))
        day = booking.session_id
        first = self.news(day)
        self.assertEqual([row["child"] for row in first["rows"]], [self.nina.id])
        # As a device sends it back.
        told = json.loads(json.dumps(first["stamps"]))
        self.assertEqual(self.news(day, stamps=told)["rows"], [])
        booking._tell_screens({"state": None})
        self.env.cr.execute(
            "UPDATE espace_reservation SET write_date = write_date + '1 s' "
            "WHERE id = %s",
            booking.ids,
        )
        again = self.news(day, stamps=told)["rows"]
        self.assertEqual([row["child"] for row in again], [self.nina.id])

    def test_asking_when_nothing_is_new_reads_next_to_nothing(self):
        booking = self.book_today(self.nina, self.meal)
        self.send(self.gesture(booking))
        day = booking.session_id
        told = {str(key): value for key, value in self.news(day)["stamps"].items()}
        self.env.flush_all()
        self.news(day, stamps=told)
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            self.news(day, stamps=told)

    def test_stamps_that_no_server_gave_tell_everything(self):
        booking = self.book_today(self.nina, self.meal)
        for stamps in (None, [], "x", 7, {"a": {}}, {str(booking.id): []}):
            with self.subTest(stamps=stamps):
                rows = self.news(booking.session_id, stamps=stamps)["rows"]
                self.assertEqual(len(rows), 1)


@tagged("post_install", "-at_install")
class TestBus(ScreenCase):
    def channels(self, user, *wanted):
        """Return what a websocket of this user is subscribed to, of our channels."""
        # A websocket names no company: those of the user count.
        websocket = self.env(user=user.id, context={})["ir.websocket"]
        return websocket._attendance_channels(list(wanted))

    def told(self):
        """Return what was told so far, as it is once committed."""
        self.env.cr.precommit.run()
        return self.env["bus.bus"].search([("channel", "like", NOTICE)])

    def test_only_agents_hear_of_the_days_that_they_may_read(self):
        day = self.today(self.canteen)
        wanted = f"espace_attendance:{day.id}"
        self.assertEqual(self.channels(self.agent, wanted), [(day, NOTICE)])
        guardian = self.nina.family_id.guardian_ids[0]
        public = self.env.ref("base.public_user")
        for user in (self._create_portal_user(guardian), public):
            with self.subTest(user=user.login):
                self.assertEqual(self.channels(user, wanted), [])
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_user("stranger", "espace_famille.group_animation")
        stranger.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        self.assertEqual(self.channels(stranger, wanted), [])

    def test_words_that_name_no_day_name_no_channel(self):
        for words in ("", "x", "-1", "1,2", "0", "99999999999999999999999", "①"):
            with self.subTest(words=words):
                self.assertEqual(
                    self.channels(self.agent, f"espace_attendance:{words}"), []
                )

    def test_what_is_told_is_the_day_and_nothing_else(self):
        booking = self.book_today(self.nina, self.meal)
        self.nina.allergies = "Arachides"
        before = self.told()
        self.send(self.gesture(booking))
        day = booking.session_id
        told = self.told() - before
        self.assertTrue(told)
        for one in told:
            self.assertEqual(
                json.loads(one.channel),
                [self.env.cr.dbname, "espace.session", day.id, NOTICE],
            )
            self.assertEqual(
                json.loads(one.message),
                {"type": NOTICE, "payload": {"session": day.id}},
            )

    def test_a_day_of_next_year_is_told_to_nobody(self):
        booking = self.book_today(self.nina, self.meal)
        before = self.told()
        far = booking.session_id.copy({"date": "2027-12-06"})
        far._tell_screens()
        self.assertFalse(self.told() - before)


@tagged("post_install", "-at_install")
class TestAdults(ScreenCase):
    def test_agents_at_a_list_and_adults_of_the_school(self):
        day = self.today(self.canteen)
        presence = self.env["espace.attendance.presence"]
        for _time in range(2):
            presence._note(day, self.agent)
        self.assertEqual(
            self.news(day)["agents"], {day.id: [[self.agent.id, self.agent.name]]}
        )
        school = self.class_cp.school_id
        school.with_user(self.manager).adult_ids = [
            (0, 0, {"name": "Inès Faure", "role": "teacher"})
        ]
        opened = self.page()._open("tablet-one")
        [adult] = opened["adults"]
        self.assertEqual((adult["name"], adult["school"]), ("Inès Faure", school.name))
        with self.assertRaises(AccessError):
            school.adult_ids.with_user(self.agent).name = "Nobody"
        with self.assertRaises(AccessError):
            presence.with_user(self.manager).search([])
        self.env.cr.execute(
            "UPDATE espace_attendance_presence SET at = at - interval '3 days'"
        )
        presence.invalidate_model()
        presence._gc_presences()
        self.assertFalse(presence.search([("session_id", "=", day.id)]))


@tagged("post_install", "-at_install")
class TestUnlocking(ScreenCase):
    def test_a_locked_day_names_who_can_unlock_it(self):
        self.manager.name = "Claire Martin"
        day = self.today(self.canteen)
        day.attendance_locked = True
        self.assertIn("Claire Martin", day._locked_words())
        self.assertEqual(
            self.page()._open("tablet-one")["desk"],
            day.company_id._espace_desk_names(),
        )
        asked = day.with_user(self.agent)
        with self.assertRaises(UserError):
            asked._ask_to_unlock("")
        asked._ask_to_unlock("Nina left at noon")
        self.assertIn("Nina left at noon", day.unlock_words)
        self.assertIn(day, day.search([("unlock_words", "!=", False)]))
        day.attendance_locked = False
        self.assertFalse(day.unlock_words)


@tagged("post_install", "-at_install")
class TestPhotos(ScreenCase):
    def setUp(self):
        super().setUp()
        self.booking = self.book_today(self.nina, self.meal)
        self.seer = self._create_user(
            "seer", "espace_famille.group_animation,espace_famille.group_photo"
        )

    def consent(self, granted="yes"):
        return self.env["espace.authorisation"].create(
            {
                "child_id": self.nina.id,
                "kind": "photo_list",
                "granted": granted,
                "guardian_id": self.nina.family_id.guardian_ids[0].id,
            }
        )

    def shown(self, user):
        rows = self.page(user)._rows(self.booking.with_user(user))
        return rows[self.booking.id]["photo"], self.page(user)._photos(self.nina.ids)

    def test_no_photo_without_the_consent_for_this_use(self):
        with self.assertRaises(ValidationError):
            self.nina.list_photo = photo()
        self.env["espace.authorisation"].create(
            {
                "child_id": self.nina.id,
                "kind": "photo",
                "guardian_id": self.nina.family_id.guardian_ids[0].id,
            }
        )
        with self.assertRaises(ValidationError):
            self.nina.list_photo = photo()

    def test_by_right_small_and_erased_with_the_consent(self):
        consent = self.consent()
        self.nina.list_photo = photo()
        size = Image.open(BytesIO(base64.b64decode(self.nina.list_photo))).size
        self.assertLessEqual(max(size), 128)
        stamp, photos = self.shown(self.seer)
        self.assertTrue(stamp)
        self.assertTrue(photos[self.nina.id].startswith("data:image/jpeg;base64,"))
        self.assertEqual(self.shown(self.agent), ("", {}))
        with self.assertRaises(AccessError):
            self.nina.with_user(self.agent).read(["list_photo"])
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "espace.child"), ("res_field", "=", "list_photo")]
        )
        self.assertIn(self.nina.id, files.mapped("res_id"))
        consent.granted = "no"
        self.assertFalse(self.nina.list_photo)
        self.assertEqual(self.shown(self.seer), ("", {}))
        self.assertNotIn(self.nina.id, files.exists().mapped("res_id"))

    def test_erased_where_the_consent_is_taken_away(self):
        consent = self.consent()
        self.nina.list_photo = photo()
        consent.unlink()
        self.assertFalse(self.nina.list_photo)


@tagged("post_install", "-at_install")
class TestCards(ScreenCase):
    def names(self):
        names = self.page()._names(self.env.company, self.env["espace.school"])
        return {name[0]: name[6] for name in names}

    def test_an_option_that_is_off_by_default(self):
        child = self.nina.with_user(self.manager)
        with self.assertRaises(UserError):
            child.action_print_cards()
        self.env.company.espace_attendance_cards = True
        child.action_print_cards()
        code = child.card_code
        self.assertRegex(code, r"^[0-9A-HJKMNP-TV-Z]{12}$")
        child.action_print_cards()
        self.assertEqual(child.card_code, code, "a card that is printed again")
        self.assertEqual(self.names()[self.nina.id], code)
        with self.subTest("another card: the first is not valid any more"):
            child.action_renew_card()
            self.assertNotEqual(child.card_code, code)
        child.action_revoke_card()
        self.assertEqual(self.names()[self.nina.id], "")
        with self.assertRaises(AccessError):
            self.nina.with_user(self.agent).action_print_cards()
        with self.assertRaises(AccessError):
            self.nina.with_user(self.agent).read(["card_code"])

    def test_the_sheet_is_printed(self):
        self.env.company.espace_attendance_cards = True
        children = (self.nina | self.nina.family_id.child_ids).with_user(self.manager)
        children.action_print_cards()
        report = self.env["ir.actions.report"].with_user(self.manager)
        page, _type = report.with_context(force_report_rendering=True)._render_qweb_pdf(
            "espace_famille.child_cards", children.ids
        )
        self.assertTrue(page.startswith(b"%PDF"))
        with self.assertRaises(AccessError):
            self.env["report.espace_famille.child_cards"].with_user(
                self.agent
            )._get_report_values(children.ids)
