import base64
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import MONDAY, TODAY, TUESDAY, EspaceCase

CORSICA = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Valdurenque//FR
BEGIN:VEVENT
SUMMARY:Rentrée scolaire des élèves
DTSTART;VALUE=DATE:20260901
END:VEVENT
BEGIN:VEVENT
SUMMARY:Vacances de la Toussaint
DTSTART;VALUE=DATE:20261017
DTEND;VALUE=DATE:20261102
END:VEVENT
BEGIN:VEVENT
SUMMARY:Vacances de Noël
DTSTART;VALUE=DATE:20261219
DTEND;VALUE=DATE:20270104
END:VEVENT
BEGIN:VEVENT
SUMMARY:Vacances d'hiver
DTSTART;VALUE=DATE:20270213
DTEND;VALUE=DATE:20270301
END:VEVENT
BEGIN:VEVENT
SUMMARY:Notre-Dame
DTSTART;VALUE=DATE:20261208
END:VEVENT
BEGIN:VEVENT
SUMMARY:Début des vacances d'été
DTSTART;VALUE=DATE:20270703
END:VEVENT
END:VCALENDAR
"""


@tagged("post_install", "-at_install")
class TestCalendarWizard(EspaceCase):
    def setUp(self):
        super().setUp()
        self.Wizard = self.env["espace.calendar.wizard"]

    def wizard(self, year=None, **vals):
        return self.Wizard.create(
            {"year_id": year.id if year else False, "source": "official", **vals}
        )

    def actions(self, wizard):
        """Return {name: action} of what a wizard shows."""
        return {line.name: line.action for line in wizard.line_ids}

    def period(self, name, year=None):
        return (year or self.year).period_ids.filtered(lambda p: p.name == name)

    # === Which year === #

    def test_the_current_year_is_proposed_when_it_is_missing(self):
        self.canteen.session_ids.unlink()
        self.year.unlink()
        wizard = Form(self.Wizard).save()
        self.assertFalse(wizard.year_id)
        self.assertEqual(wizard.date_from, date(2026, 9, 1))
        self.assertEqual(wizard.date_to, date(2027, 8, 31))
        self.assertEqual(set(self.actions(wizard).values()), {"add"})
        wizard.action_apply()
        self.assertEqual(self.company._day_kind(date(2026, 12, 22)), "holiday")

    def test_then_the_next_year(self):
        self.year.week_pattern = "4.5"
        wizard = Form(self.Wizard).save()
        self.assertEqual(wizard.date_from, date(2027, 9, 1))
        self.assertEqual(wizard.date_to, date(2028, 8, 31))
        self.assertEqual(wizard.week_pattern, "4.5")
        wizard.action_apply()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(wizard.year_id.name, "2027–2028")
        self.assertEqual(Form(self.Wizard).year_id, wizard.year_id)

    def test_one_click_prepares_the_year_after(self):
        self.year.region = "6AE"
        context = self.year.action_prepare_next()["context"]
        wizard = Form(self.Wizard.with_context(**context)).save()
        self.assertFalse(wizard.year_id)
        self.assertEqual(wizard.date_from, date(2027, 9, 1))
        self.assertEqual(wizard.region, "6AE")
        wizard.action_apply()
        again = self.year.action_prepare_next()["context"]
        self.assertEqual(again["default_year_id"], wizard.year_id.id)
        action = wizard.action_open_sessions()
        self.assertEqual(action["params"]["type"], "success")
        days = self.canteen.session_ids.mapped("date")
        self.assertIn(date(2028, 3, 7), days)

    def test_the_year_to_come_has_its_own_school_week(self):
        following = self.wizard(week_pattern="4.5")
        following.action_apply()
        self.assertEqual(self.company._day_kind(date(2027, 1, 13)), "wednesday")
        self.assertEqual(self.company._day_kind(date(2027, 9, 8)), "school")

    def test_a_year_that_overlaps_another_is_refused(self):
        wizard = self.wizard(date_from=date(2027, 8, 1), date_to=date(2028, 7, 31))
        with self.assertRaisesRegex(ValidationError, "overlaps"):
            wizard.action_apply()

    def test_dates_that_make_no_year_are_said_at_once(self):
        wizard = self.wizard(date_from=date(2028, 8, 1), date_to=date(2027, 7, 31))
        self.assertTrue(wizard.has_error)
        self.assertIn("end after it starts", wizard.notice)
        with self.assertRaises(UserError):
            wizard.action_apply()

    def test_only_administration_loads_calendars(self):
        Wizard = self.Wizard.with_user(self._create_staff("manager"))
        with self.assertRaises(AccessError):
            Wizard.create({})

    # === Again === #

    def test_nothing_changes_when_nothing_changed(self):
        wizard = self.wizard(self.year)
        self.assertEqual(set(self.actions(wizard).values()), {"unchanged"})
        before = self.year.period_ids
        wizard.action_apply()
        self.assertEqual(self.year.period_ids, before)

    def test_a_corrected_start_is_kept_and_not_added_twice(self):
        winter = self.period("Vacances d'hiver")
        winter.date_from = date(2027, 2, 5)
        wizard = self.wizard(self.year)
        self.assertEqual(self.actions(wizard)["Vacances d'hiver"], "keep")
        wizard.action_apply()
        self.assertEqual(self.period("Vacances d'hiver"), winter)
        self.assertEqual(winter.date_from, date(2027, 2, 5))
        self.assertEqual(winter.source, "manual")

    def test_a_renamed_period_is_still_the_official_one(self):
        winter = self.period("Vacances d'hiver")
        winter.name = "Vacances de ski"
        self.wizard(self.year).action_apply()
        self.assertFalse(self.period("Vacances d'hiver"))
        self.assertEqual(winter.name, "Vacances de ski")

    def test_a_correction_may_be_given_up(self):
        winter = self.period("Vacances d'hiver")
        winter.date_from = date(2027, 2, 5)
        wizard = self.wizard(self.year)
        wizard.line_ids.filtered(lambda line: line.action == "keep").chosen = True
        wizard.action_apply()
        self.assertEqual(winter.date_from, date(2027, 2, 6))
        self.assertEqual(winter.source, "official")

    def test_a_period_that_staff_removed_stays_removed(self):
        self.period("Pont de l'Ascension").unlink()
        wizard = self.wizard(self.year)
        self.assertEqual(self.actions(wizard)["Pont de l'Ascension"], "dismissed")
        wizard.action_apply()
        self.assertFalse(self.period("Pont de l'Ascension"))
        self.assertEqual(self.company._day_kind(date(2027, 5, 7)), "school")
        again = self.wizard(self.year)
        again.line_ids.filtered(lambda line: line.action == "dismissed").chosen = True
        again.action_apply()
        self.assertTrue(self.period("Pont de l'Ascension"))
        self.assertEqual(
            self.actions(self.wizard(self.year))["Pont de l'Ascension"], "unchanged"
        )

    def test_a_period_that_is_no_longer_official_goes(self):
        self.env["espace.calendar.period"].create(
            {
                "year_id": self.year.id,
                "kind": "bridge",
                "name": "Pont de mai",
                "date_from": date(2027, 5, 14),
                "date_to": date(2027, 5, 14),
                "source": "official",
                "official_key": "bridge:pont-de-mai",
            }
        )
        wizard = self.wizard(self.year)
        self.assertEqual(self.actions(wizard)["Pont de mai"], "remove")
        wizard.action_apply()
        self.assertFalse(self.period("Pont de mai"))

    def test_what_the_decree_changes_is_updated(self):
        spring = self.period("Vacances de printemps")
        spring.write({"date_to": date(2027, 4, 20), "source": "official"})
        wizard = self.wizard(self.year)
        self.assertEqual(self.actions(wizard)["Vacances de printemps"], "update")
        wizard.line_ids.filtered(lambda line: line.action == "update").chosen = False
        wizard.action_apply()
        self.assertEqual(spring.date_to, date(2027, 4, 20))
        self.wizard(self.year).action_apply()
        self.assertEqual(spring.date_to, date(2027, 4, 18))

    def test_holidays_that_staff_entered_before_stand_for_the_official_ones(self):
        year = self.env["espace.school.year"].create(
            {"date_from": date(2027, 9, 1), "date_to": date(2028, 8, 31)}
        )
        own = self.env["espace.calendar.period"].create(
            {
                "year_id": year.id,
                "kind": "holiday",
                "name": "Fêtes",
                "date_from": date(2027, 12, 20),
                "date_to": date(2028, 1, 2),
            }
        )
        wizard = self.wizard(year)
        self.assertEqual(self.actions(wizard)["Fêtes"], "keep")
        wizard.action_apply()
        self.assertEqual(own.date_from, date(2027, 12, 20))
        self.assertEqual(own.official_key, "holiday:vacances-de-noel")
        self.assertFalse(self.period("Vacances de Noël", year))

    def test_bridges_of_staff_stay(self):
        bridge = self.env["espace.calendar.period"].create(
            {
                "year_id": self.year.id,
                "kind": "bridge",
                "name": "Pont du maire",
                "date_from": MONDAY,
                "date_to": MONDAY,
            }
        )
        wizard = self.wizard(self.year)
        self.assertEqual(self.actions(wizard)["Pont du maire"], "own")
        wizard.line_ids.chosen = True  # whatever the browser sends
        wizard.action_apply()
        self.assertTrue(bridge.exists())

    # === Zones, regions, sources === #

    def test_alsace_moselle_has_its_own_public_holidays(self):
        wizard = self.wizard(self.year, region="57")
        self.assertEqual(self.actions(wizard)["Vendredi saint"], "add")
        wizard.action_apply()
        self.assertEqual(self.year.region, "57")
        self.assertEqual(self.company._day_kind(date(2026, 12, 26)), "public_holiday")
        back = self.wizard(self.year, region=False)
        self.assertEqual(self.actions(back)["Vendredi saint"], "remove")

    def test_an_overseas_zone_takes_the_public_holidays_of_its_territory(self):
        form = Form(self.Wizard)
        form.zone = "martinique"
        self.assertEqual(form.region, "972")
        self.assertIn("SCHOOL HOLIDAYS ARE MISSING", form.notice)
        wizard = form.save()
        self.assertEqual(set(wizard.line_ids.mapped("kind")), {"public_holiday"})
        self.assertIn("Abolition de l'esclavage", self.actions(wizard))

    def test_school_holidays_are_never_invented(self):
        for zone, source in (("corse", "official"), ("reunion", "forecast")):
            with self.subTest(zone=zone):
                wizard = self.wizard(zone=zone, source=source)
                self.assertNotIn("holiday", wizard.line_ids.mapped("kind"))
                self.assertIn("MISSING", wizard.notice)

    def test_a_source_without_school_holidays_takes_none_away(self):
        wizard = self.wizard(self.year, zone="corse")
        self.assertEqual(self.actions(wizard)["Vacances d'hiver"], "unchanged")
        wizard.action_apply()
        self.assertTrue(self.period("Vacances d'hiver"))

    def test_a_year_without_decree_is_forecast_only_when_asked(self):
        dates = {"date_from": date(2030, 9, 1), "date_to": date(2031, 8, 31)}
        official = self.wizard(**dates)
        self.assertIn("No decree", official.notice)
        self.assertNotIn("holiday", official.line_ids.mapped("kind"))
        forecast = self.wizard(source="forecast", **dates)
        self.assertIn("forecast", forecast.notice)
        forecast.action_apply()
        winter = self.period("Vacances d'hiver", forecast.year_id)
        self.assertEqual(winter.source, "forecast")

    def test_a_forecast_never_replaces_the_official_calendar(self):
        wizard = self.wizard(self.year, source="forecast")
        wizard.action_apply()
        self.assertEqual(self.period("Vacances d'hiver").source, "official")

    def test_the_ministry_s_file_fills_in_what_the_library_lacks(self):
        wizard = self.wizard(self.year, zone="corse", source="file")
        self.assertIn("Choose the calendar file", wizard.notice)
        wizard.file = base64.b64encode(CORSICA.encode())
        self.assertEqual(self.actions(wizard)["Vacances d'hiver"], "update")
        self.assertIn("Notre-Dame (12/08/2026)", wizard.notice)
        wizard.action_apply()
        winter = self.period("Vacances d'hiver")
        self.assertEqual(winter.date_from, date(2027, 2, 13))
        self.assertEqual(winter.date_to, date(2027, 2, 28))
        self.assertEqual(self.period("Vacances d'été").date_to, date(2027, 8, 31))
        self.assertEqual(self.company._day_kind(date(2027, 2, 8)), "school")

    def test_a_file_that_is_no_calendar_is_said(self):
        contents = {
            b"nom;date\nHiver;6/2": "not a calendar",
            b"\x89PNG\r\n\x1a\n\x00": "not a calendar",
            b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n": "no school holidays",
            CORSICA.replace("2026", "2016").replace("2027", "2017").encode(): (
                "no school holidays"
            ),
            CORSICA.replace("d'hiver", "d'hiver - Zone A")
            .replace("de Noël", "de Noël - Zone A")
            .replace("d'été", "d'été - Zone A")
            .replace("Toussaint", "Toussaint - Zone A")
            .encode(): "calendar of zone A",
        }
        for content, words in contents.items():
            with self.subTest(content=content[:30]):
                wizard = self.wizard(
                    self.year, source="file", file=base64.b64encode(content)
                )
                self.assertTrue(wizard.has_error)
                self.assertIn(words, wizard.notice)
                self.assertFalse(wizard.line_ids)
                with self.assertRaises(UserError):
                    wizard.action_apply()

    def test_a_southern_year_is_proposed_from_february(self):
        company = self.env["res.company"].create(
            {"name": "Nouméa", "espace_school_zone": "nouvelle_caledonie"}
        )
        wizard = self.Wizard.create({"company_id": company.id, "year_id": False})
        self.assertEqual(wizard.date_from, date(2026, 2, 1))
        self.assertEqual(wizard.date_to, date(2027, 1, 31))
        self.assertEqual(wizard.region, "NC")
        self.assertIn("Fête de la Citoyenneté", self.actions(wizard))

    # === Consequences === #

    def test_what_becomes_of_the_sessions_is_said_before(self):
        self.canteen._generate_sessions(TODAY, self.year.date_to)
        self.booked(self.nina, self.t1, MONDAY)
        before = len(self.env["espace.session"].search([]))
        wizard = self.wizard(self.year, zone="A")
        # Winter and spring come a week later in zone A: four days of school each.
        self.assertRegex(wizard.sessions_words, r"^\d+ to open, 8 to remove")
        self.assertEqual(len(self.env["espace.session"].search([])), before)
        wizard.line_ids.filtered(lambda line: "hiver" in line.name).chosen = False
        self.assertRegex(wizard.sessions_words, r"^\d+ to open, 4 to remove")


@tagged("post_install", "-at_install")
class TestPeriods(EspaceCase):
    def _period(self, **vals):
        return self.env["espace.calendar.period"].create(
            {
                "name": "Pont",
                "kind": "bridge",
                "year_id": self.year.id,
                "date_from": MONDAY,
                "date_to": TUESDAY,
                **vals,
            }
        )

    def test_a_period_outside_its_year_is_refused(self):
        for vals in (
            {"date_from": date(2026, 8, 31), "date_to": date(2026, 9, 1)},
            {"date_from": date(2027, 8, 31), "date_to": date(2027, 9, 1)},
        ):
            with (
                self.subTest(**vals),
                self.assertRaisesRegex(ValidationError, "outside the school year"),
                self.env.cr.savepoint(),
            ):
                self._period(**vals)

    def test_two_periods_of_one_kind_do_not_overlap(self):
        self._period()
        with self.assertRaisesRegex(ValidationError, "overlaps “Pont”"):
            self._period(name="Pont bis", date_from=TUESDAY)
        self._period(name="Férié", kind="public_holiday")

    def test_a_year_is_not_cut_shorter_than_its_periods(self):
        with self.assertRaisesRegex(ValidationError, "outside the school year"):
            self.year.date_to = date(2027, 7, 10)


@tagged("post_install", "-at_install")
class TestTimeZones(EspaceCase):
    """The same rules on other clocks; zones without summer time."""

    def _limits(self, tz):
        self.company.espace_tz = tz
        return (
            self.session(self.canteen, MONDAY).booking_cutoff,
            self.session(self.evening, MONDAY).booking_cutoff,
        )

    def test_limits_on_the_clock_of_la_reunion(self):
        self.assertEqual(
            self._limits("Indian/Reunion"),
            (datetime(2027, 1, 5, 8, 0), datetime(2027, 1, 10, 13, 0)),
        )

    def test_limits_on_the_clock_of_martinique(self):
        self.assertEqual(
            self._limits("America/Martinique"),
            (datetime(2027, 1, 5, 16, 0), datetime(2027, 1, 10, 21, 0)),
        )

    def test_limits_on_the_clock_of_tahiti_fall_on_the_next_day_in_utc(self):
        self.assertEqual(
            self._limits("Pacific/Tahiti"),
            (datetime(2027, 1, 5, 22, 0), datetime(2027, 1, 11, 3, 0)),
        )

    def test_the_gate_closes_on_the_local_clock(self):
        item = (self.nina, self.t1, MONDAY)
        self.company.espace_tz = "America/Martinique"
        in_paris_too_late = datetime(2027, 1, 10, 20, 59)
        self.assertEqual(
            self.quote(self.martin, item, now=in_paris_too_late).status, "available"
        )
        self.assertEqual(
            self.quote(self.martin, item, now=datetime(2027, 1, 10, 21, 0)).status,
            "too_late",
        )

    def test_the_day_is_that_of_the_commune(self):
        late = datetime(2027, 1, 11, 20, 30)
        self.company.espace_tz = "Indian/Reunion"
        self.assertEqual(self.company._espace_today(late), TUESDAY)
        self.company.espace_tz = "America/Martinique"
        self.assertEqual(self.company._espace_today(late), MONDAY)
