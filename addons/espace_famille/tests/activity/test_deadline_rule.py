import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..common import MONDAY, TUESDAY, EspaceCase

DEFAULT_DIR = Path(__file__).parents[4] / "tests" / "data"


def acceptance_rules():
    """Return the worked rules of real communes."""
    folder = Path(os.environ.get("ACCEPTANCE_DIR") or DEFAULT_DIR)
    return json.loads((folder / "deadlines.json").read_text(encoding="utf-8"))


@tagged("post_install", "-at_install")
class TestDeadlineRule(EspaceCase):
    def test_worked_cutoffs_hold_on_the_model_in_utc(self):
        rules = acceptance_rules()
        self.assertTrue(rules)
        for example in rules:
            company = self._company_of(example)
            rule = self._rule_of(example["rule"], company)
            for case in example["cases"]:
                day = date.fromisoformat(case["service_date"])
                with self.subTest(rule=example["name"], day=day):
                    self._with_calendar(company, day)
                    self.assertEqual(
                        rule._cutoff(day),
                        self._utc(case["cutoff_local"], example["timezone"]),
                    )

    def _company_of(self, example):
        zone, tz = example["school_zone"], example["timezone"]
        name = f"Zone {zone} {tz}"
        Company = self.env["res.company"]
        return Company.search([("name", "=", name)]) or Company.create(
            {"name": name, "espace_school_zone": zone, "espace_tz": tz}
        )

    def _with_calendar(self, company, day):
        Year = self.env["espace.school.year"]
        if not Year._year_of(company, day):
            Year._create_for(company, day)

    def _rule_of(self, values, company):
        values = dict(values)
        lines = [
            Command.create(
                {
                    **line,
                    "weekdays": ",".join(map(str, line["weekdays"])),
                    "cutoff_weekday": str(line["cutoff_weekday"]),
                }
            )
            for line in values.pop("lines", ())
        ]
        return self.env["espace.deadline.rule"].create(
            {"name": "Rule", "company_id": company.id, "line_ids": lines, **values}
        )

    def _utc(self, local, tz):
        moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(tz))
        return moment.astimezone(UTC).replace(tzinfo=None)

    def test_always_and_never_are_the_ends_of_time(self):
        always = self.env["espace.deadline.rule"].create(
            {"name": "Always", "kind": "always"}
        )
        self.assertEqual(always._cutoff(MONDAY), datetime.max)
        self.assertEqual(self.rule_never._cutoff(MONDAY), datetime.min)

    def test_many_dates_give_what_each_date_gives(self):
        cutoffs = self.rule_weekly._cutoffs([MONDAY, TUESDAY])
        for day in (MONDAY, TUESDAY):
            self.assertEqual(cutoffs[day], self.rule_weekly._cutoff(day))

    def test_limit_at_the_start_of_the_service_follows_its_earliest_option(self):
        rule = self.env["espace.deadline.rule"].create(
            {
                "name": "At the start",
                "kind": "offset",
                "offset_count": 0,
                "offset_from": "slot_start",
            }
        )
        self.assertEqual(
            rule._cutoff(MONDAY, self.evening), datetime(2027, 1, 11, 15, 30)
        )

    def test_days_of_the_service_are_counted_from_its_activity(self):
        rule = self.env["espace.deadline.rule"].create(
            {
                "name": "Two days of opening",
                "kind": "offset",
                "offset_count": 2,
                "offset_calendar": "service",
                "time": 10,
            }
        )
        # Friday and Thursday are the two open days before the Monday.
        self.assertEqual(rule._cutoff(MONDAY, self.canteen), datetime(2027, 1, 7, 9, 0))

    def test_impossible_rules_are_refused(self):
        impossible = (
            {"kind": "weekly"},
            {"kind": "monthly", "month_day": 32},
            {"kind": "monthly", "month_day": 20, "months_back": 0},
        )
        for vals in impossible:
            with self.subTest(**vals), self.assertRaises(ValidationError):
                self.env["espace.deadline.rule"].create({"name": "No", **vals})

    def test_a_rule_cannot_become_impossible(self):
        rule = self.env["espace.deadline.rule"].create(
            {"name": "The 20th", "kind": "monthly", "month_day": 20}
        )
        with self.assertRaises(ValidationError):
            rule.months_back = 0

    def test_what_to_change_is_said(self):
        cases = {
            "24:00": {"time": 25},
            "negative": {"offset_count": -1},
            "one week": {
                "kind": "weekly",
                "line_ids": [Command.create({"cutoff_weekday": "4", "weeks_back": 0})],
            },
        }
        for words, vals in cases.items():
            with self.subTest(words=words):
                with self.assertRaises(ValidationError) as error:
                    self.rule_eve.write(vals)
                self.assertIn(words, str(error.exception))

    def test_the_database_refuses_impossible_numbers(self):
        for column, value in (("time", 25), ("offset_count", -1), ("period_days", -1)):
            with (
                self.subTest(column=column),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
            ):
                self.env.cr.execute(
                    SQL(
                        "UPDATE espace_deadline_rule SET %s = %s WHERE id = %s",
                        SQL.identifier(column),
                        value,
                        self.rule_eve.id,
                    )
                )

    def test_two_lines_for_one_weekday_are_refused(self):
        with self.assertRaises(ValidationError):
            self.rule_weekly.line_ids = [
                Command.create({"cutoff_weekday": "2", "weeks_back": 1, "time": 9})
            ]

    def test_a_line_that_closes_after_its_service_is_refused(self):
        with self.assertRaises(ValidationError):
            self.rule_weekly.line_ids = [
                Command.update(
                    self.rule_weekly.line_ids.id,
                    {"weeks_back": 0, "cutoff_weekday": "4"},
                )
            ]

    def test_a_line_written_directly_is_checked_too(self):
        line = self.rule_weekly.line_ids
        Line = self.env["espace.deadline.rule.line"]
        twice = {"rule_id": self.rule_weekly.id, "cutoff_weekday": "2"}
        attempts = {
            "created": lambda: Line.create(twice),
            "written": lambda: line.write({"weeks_back": 0, "cutoff_weekday": "4"}),
            "without days": lambda: line.write({"weekdays": ""}),
            "removed": lambda: line.unlink(),
            "with a context of one's own": lambda: line.with_context(
                espace_checked_later=True
            ).write({"weeks_back": 0, "cutoff_weekday": "4"}),
        }
        for how, attempt in attempts.items():
            with (
                self.subTest(how=how),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                attempt()

    def test_days_may_go_from_one_line_to_another_in_one_step(self):
        self.rule_weekly.line_ids.weekdays = "0,1"
        self.rule_weekly.line_ids = [
            Command.create({"weekdays": "3,4", "cutoff_weekday": "2"})
        ]
        early, late = self.rule_weekly.line_ids
        self.rule_weekly.line_ids = [
            Command.update(early.id, {"weekdays": "0,3"}),
            Command.update(late.id, {"weekdays": "1,4"}),
        ]
        self.assertEqual(early._weekdays(), {0, 3})
        with self.assertRaises(ValidationError):
            self.rule_weekly.line_ids = [Command.update(late.id, {"weekdays": "3"})]

    def test_a_rule_that_nobody_can_meet_is_refused(self):
        cases = (
            {"offset_count": 367},
            {"kind": "period", "period_days": 400},
            {"kind": "monthly", "months_back": 13},
            {"kind": "weekly", "line_ids": [Command.create({"weeks_back": 60})]},
        )
        for vals in cases:
            with self.subTest(**vals), self.assertRaises(ValidationError) as error:
                self.rule_eve.write(vals)
            self.assertIn("nobody could ever book", str(error.exception))

    def test_weekly_limits_name_a_day_on_which_the_activity_is_open(self):
        rule = self.env["espace.deadline.rule"].create(
            {
                "name": "Wednesdays",
                "kind": "weekly",
                "line_ids": [Command.create({"weekdays": "2"})],
            }
        )
        with (
            self.assertRaisesRegex(ValidationError, "none of the days"),
            self.env.cr.savepoint(),
        ):
            self.canteen.booking_rule_id = rule
        with self.assertRaisesRegex(ValidationError, "none of the days"):
            self.rule_weekly.line_ids.weekdays = "2"

    def test_a_calendar_that_counts_no_day_is_said(self):
        self.rule_eve.write({"offset_calendar": "school", "offset_count": 5})
        self.year.period_ids.unlink()
        self.env["espace.calendar.period"].create(
            {
                "name": "Closed",
                "kind": "bridge",
                "year_id": self.year.id,
                "date_from": self.year.date_from,
                "date_to": self.year.date_to,
            }
        )
        past = self.env["espace.school.year"].create(
            {"date_from": date(2025, 9, 1), "date_to": date(2026, 8, 31)}
        )
        self.env["espace.calendar.period"].create(
            {
                "name": "Closed",
                "kind": "bridge",
                "year_id": past.id,
                "date_from": past.date_from,
                "date_to": past.date_to,
            }
        )
        with self.assertRaisesRegex(ValidationError, "No day is counted"):
            self.rule_eve._cutoff(MONDAY)
        self.assertIn("check the calendar", self.rule_eve.preview)

    def test_each_kind_writes_its_sentence(self):
        self.assertIn("mardi", self.rule_weekly.sentence.lower())
        self.assertIn("12h", self.rule_weekly.sentence)
        self.assertIn("veille", self.rule_eve.sentence.lower())
        self.assertTrue(self.rule_never.cancel_sentence)
        self.assertNotEqual(self.rule_never.sentence, self.rule_never.cancel_sentence)

    def test_preview_shows_limits_before_the_rule_is_saved(self):
        form = Form(self.env["espace.deadline.rule"])
        form.name = "The day before"
        form.kind = "offset"
        form.time = 17
        self.assertIn("Tuesday 5 January", form.preview)  # service
        self.assertIn("Monday 4 January at 17h", form.preview)  # its limit
        form.time = 18.5
        self.assertIn("Monday 4 January at 18h30", form.preview)
        form.kind = "never"
        self.assertIn("Never", form.preview)

    def test_preview_shows_ten_days_of_weekly_limits_being_typed_in(self):
        form = Form(self.env["espace.deadline.rule"])
        form.name = "Tuesday noon"
        form.kind = "weekly"
        self.assertIn("Enter at least one weekly limit", form.preview)
        with form.line_ids.new() as line:
            for day in ("wednesday", "thursday", "friday"):
                line[day] = False
            line.cutoff_weekday = "3"
            line.time = 12
        self.assertIn(
            "Monday 11 January</td><td>Thursday 7 January at 12h", form.preview
        )
        self.assertIn("Thursday 7 January</td><td>Never", form.preview)
        self.assertEqual(form.preview.count("<tr><td>"), 10)
        with form.line_ids.edit(0) as line:
            line.thursday = True
            line.time = 10.5
        self.assertIn("Thursday 14 January</td><td>Thursday 7 January", form.preview)
        self.assertIn("at 10h30", form.preview)
        with form.line_ids.edit(0) as line:
            line.weeks_back = 0
        self.assertIn("comes after the service", form.preview)

    def test_preview_is_that_of_the_activity_that_is_chosen(self):
        leisure = self.env["espace.activity"].create(
            {"name": "Mercredi", "on_school_days": False, "on_wednesdays": True}
        )
        form = Form(self.env["espace.deadline.rule"])
        form.name = "Two days of service"
        form.offset_count = 2
        form.offset_calendar = "service"
        self.assertIn("Choose an activity", form.preview)
        form.preview_activity_id = leisure
        self.assertIn("Wednesday 27 January</td><td>Wednesday 13 January", form.preview)
        self.assertEqual(Form(self.rule_eve).preview_activity_id, self.evening)
