from datetime import timedelta

import vobject
from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TUESDAY

from ...models.access.espace_rate_limit import LIMITS
from ..common import EspacePortalCase

COMPTE = "/my/foyer/compte"


@tagged("post_install", "-at_install")
class TestCalendarFeed(EspacePortalCase):
    """The bookings of a family in a telephone's calendar, under a secret address."""

    def setUp(self):
        super().setUp()
        self.booked(self.nina, self.t2, MONDAY)
        self.booked(self.tom, self.meal, TUESDAY)
        self.booked(self.lina, self.t1, THURSDAY)

    def make(self):
        """Make an address as a parent does; return its path."""
        tree = self.tree(self.post(f"{COMPTE}/agenda"))
        [field] = tree.xpath("//input[@id='feed_url']")
        return field.get("value").removeprefix(self.guardian().get_base_url())

    def tree(self, response):
        return html.fromstring(response.content)

    def guardian(self):
        return self.martin.guardian_ids[0]

    def calendar(self, path):
        """Read the feed as a telephone does, without being logged in."""
        self.logout(keep_db=True)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        # The library keeps the first description of a zone that it reads.
        vobject.icalendar.registerTzid("Europe/Paris", None)
        return vobject.readOne(response.text)

    def events(self, path):
        calendar = self.calendar(path)
        return {
            event.summary.value: event for event in getattr(calendar, "vevent_list", [])
        }

    def test_it_holds_the_bookings_of_the_family_with_their_hours(self):
        events = self.events(self.make())
        self.assertEqual(set(events), {"Nina – Garderie du soir", "Tom – Cantine"})
        evening = events["Nina – Garderie du soir"]
        start, end = evening.dtstart.value, evening.dtend.value
        self.assertEqual((start.date(), start.hour, start.minute), (MONDAY, 16, 30))
        self.assertEqual((end.hour, end.minute), (18, 30))
        self.assertEqual(start.utcoffset(), timedelta(hours=1))
        self.assertEqual(evening.description.value, "Tranche 2")
        self.assertEqual(events["Tom – Cantine"].dtstart.value, TUESDAY)

    def test_what_is_said_anew_is_another_revision(self):
        path = self.make()
        [before] = [
            event
            for event in self.events(path).values()
            if "Nina" in str(event.summary)
        ]
        self.evening.name = "Garderie du soir, cour des Tilleuls"
        self.env.flush_all()
        # What is written in one transaction has one moment.
        self.env.cr.execute(
            "UPDATE espace_activity SET write_date = write_date + interval '1 hour'"
            " WHERE id = %s",
            [self.evening.id],
        )
        self.env.invalidate_all()
        [after] = [
            event
            for event in self.events(path).values()
            if "Nina" in str(event.summary)
        ]
        self.assertEqual(after.uid.value, before.uid.value)
        self.assertNotEqual(after.summary.value, before.summary.value)
        self.assertGreater(int(after.sequence.value), int(before.sequence.value))
        self.assertGreater(after.dtstamp.value, before.dtstamp.value)

    def test_a_family_without_bookings_has_a_calendar(self):
        self.reservation(self.lina, self.evening, THURSDAY)._cancel(now=NOW)
        secret = self.env["espace.calendar.feed"]._issue(self.durand.guardian_ids[0])
        calendar = self.calendar(f"/espace-famille/agenda/{secret}.ics")
        self.assertTrue(list(calendar.components()))
        self.assertFalse(hasattr(calendar, "vevent"))

    def test_first_names_only(self):
        path = self.make()
        text = self.url_open(path).text
        for secret in ("Martin", "Claire", "Lina", "Durand"):
            self.assertNotIn(secret, text)

    def test_what_is_cancelled_disappears_and_the_rest_keeps_its_name(self):
        path = self.make()
        before = self.events(path)["Tom – Cantine"].uid.value
        self.reservation(self.nina, self.evening, MONDAY)._cancel(now=NOW)
        events = self.events(path)
        self.assertEqual(set(events), {"Tom – Cantine"})
        self.assertEqual(events["Tom – Cantine"].uid.value, before)

    def test_the_cart_is_no_booking(self):
        self.put_in_cart((self.nina, self.meal, THURSDAY))
        self.assertNotIn("Nina – Cantine", self.events(self.make()))

    def test_far_days_stay_away(self):
        feeds = self.env["espace.calendar.feed"]
        feeds._issue(self.guardian())
        feed = feeds._of(self.guardian())
        self.assertEqual(len(feed._reservations(NOW)), 2)
        self.assertFalse(feed._reservations(NOW + timedelta(days=60)))
        self.assertFalse(feed._reservations(NOW - timedelta(days=300)))

    def test_unchanged_it_is_not_sent_again(self):
        path = self.make()
        first = self.url_open(path)
        self.assertIn("text/calendar", first.headers["Content-Type"])
        self.assertIn("private", first.headers["Cache-Control"])
        tag = {"If-None-Match": first.headers["ETag"]}
        again = self.url_open(path, headers=tag)
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.reservation(self.nina, self.evening, MONDAY)._cancel(now=NOW)
        self.assertEqual(self.url_open(path, headers=tag).status_code, 200)

    def test_the_address_is_shown_once_and_only_its_seal_is_kept(self):
        path = self.make()
        secret = path.rpartition("/")[2].removesuffix(".ics")
        self.assertNotIn(secret, self.url_open(COMPTE).text)
        [feed] = self.env["espace.calendar.feed"]._of(self.guardian())
        self.env.cr.execute(
            "SELECT to_jsonb(f)::text FROM espace_calendar_feed f WHERE id = %s",
            [feed.id],
        )
        self.assertNotIn(secret, self.env.cr.fetchone()[0])

    def test_a_new_address_ends_the_one_before(self):
        old, new = self.make(), self.make()
        self.assertEqual(self.url_open(old).status_code, 404)
        self.assertEqual(self.url_open(new).status_code, 200)

    def test_a_revoked_address_is_not_found(self):
        path = self.make()
        self.post(f"{COMPTE}/agenda/revoquer")
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_an_archived_family_has_no_calendar(self):
        path = self.make()
        self.martin.reservation_ids._cancel(staff=True)
        self.martin.action_archive()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_nobody_guesses_for_ever(self):
        path = self.make()
        tries, _within, _by_computer = LIMITS["calendar"]
        for number in range(tries):
            response = self.url_open(f"/espace-famille/agenda/x{number}.ics")
            self.assertEqual(response.status_code, 404)
        self.assertEqual(self.url_open(path).status_code, 429)

    def test_parents_reach_no_feed_but_through_their_page(self):
        self.make()
        feed = self.env["espace.calendar.feed"]._of(self.guardian())
        for user in (self.claire, self.sofia, self._create_staff("manager")):
            with self.assertRaises(AccessError):
                feed.sudo(False).with_user(user).read(["family_id"])

    def test_an_address_belongs_to_who_made_it(self):
        path = self.make()
        self.login(self.sofia)
        self.post(f"{COMPTE}/agenda/revoquer")
        self.assertEqual(self.url_open(path).status_code, 200)
