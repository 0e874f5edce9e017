import re
from datetime import date, datetime, timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...domain import activity_models, cutoff, wording
from ..core.espace_weekday_mixin import WEEKDAYS
from .espace_setup import Look

# How far ahead an open day is sought for the worked example of a sentence.
EXAMPLE_DAYS = range(10, 330)

HOUR = re.compile(r"\s*(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?\s*", re.IGNORECASE)

RULE_FIELDS = (
    "kind",
    "time",
    "inclusive",
    "offset_count",
    "offset_calendar",
    "offset_from",
    "month_day",
    "months_back",
    "period_days",
    "public_holiday_shift",
)


class EspaceSetup(models.AbstractModel):
    """Activities, created from the models of `domain/activity_models.py`."""

    _inherit = "espace.setup"

    @api.model
    def _look_activities(self, company):
        activities = self.env["espace.activity"].search(
            [("company_id", "=", company.id)]
        )
        if not activities:
            return Look(
                False,
                self.env._("No activity yet: choose among the models."),
                self.env._("Choose the Models"),
                other=(self.env._("Create one without a model"), "blank"),
            )
        for activity in activities:
            missing = self._activity_misses(activity)
            if missing:
                return Look(
                    False,
                    self.env._(
                        "%(activity)s, missing: %(missing)s.",
                        activity=activity.name,
                        missing=", ".join(missing),
                    ),
                    self.env._("Complete"),
                )
        words = self.env._(
            "%(activities)s activities, %(options)s options",
            activities=len(activities),
            options=len(activities.product_ids),
        )
        return Look(
            True,
            words,
            self.env._("Complete"),
            other=(self.env._("Add from the models"), "models"),
        )

    @api.model
    def _activity_misses(self, activity):
        """Return in words what keeps an activity from being booked."""
        needs = [
            (self.env._("an option"), activity.product_ids),
            (self.env._("until when one books"), activity.booking_rule_id),
            (self.env._("until when one cancels"), activity.cancel_rule_id),
            (
                self.env._("its places"),
                activity.capacity or not activity.seats_limited,
            ),
        ]
        return [words for words, value in needs if not value]

    @api.model
    def _open_activities(self, company, key):
        activities = self.env["espace.activity"].search(
            [("company_id", "=", company.id)]
        )
        if key == "models" or (not activities and key != "blank"):
            return self.env["ir.actions.actions"]._for_xml_id(
                "espace_famille.espace_activity_models_action"
            )
        action = self._list("espace_famille.espace_activity_action")
        unfit = [one for one in activities if self._activity_misses(one)]
        if unfit:
            action.update(views=[(False, "form")], res_id=unfit[0].id)
        elif key == "blank":
            action.update(views=[(False, "form")])
        return action

    # === What is proposed === #

    @api.model
    @api.readonly
    def load_models(self):
        """Return what the screen of the models shows, all at once.

        :return: {"models": [dict], "schools": [{"id", "name"}]}; a model has "code",
            "name", "days" (words), "capacity", "chosen", "taken" (an activity of that
            name is there), "options" [{"code", "name", "start", "end", "meal",
            "chosen"}], hours as “11h45”, and "booking" and "cancel" [{"code", "words",
            "example"}]
        """
        self._check_admin()
        company = self.env.company
        names = set(
            self.env["espace.activity"]
            .search([("company_id", "=", company.id)])
            .mapped("name")
        )
        schools = self.env["espace.school"].search([("company_id", "=", company.id)])
        return {
            "models": [
                self._model_shown(model, company, names)
                for model in activity_models.MODELS
            ],
            "schools": [
                {"id": school.id, "name": school.name}
                for school in schools
                if school.class_ids
            ],
        }

    @api.model
    def _model_shown(self, model, company, names):
        name = self._model_names()[model.code]
        day = self._example_day(model, company)
        taken = name in names
        return {
            "code": model.code,
            "name": name,
            "days": self._days_words(model),
            "capacity": model.capacity,
            "chosen": model.chosen and not taken,
            "taken": taken,
            "options": [
                {
                    "code": option.code,
                    "name": self._option_names()[option.code],
                    "start": self._hour_text(option.start),
                    "end": self._hour_text(option.end),
                    "meal": option.meal,
                    "chosen": option.chosen,
                }
                for option in model.options
            ],
            **{
                purpose: [
                    {
                        "code": code,
                        "words": wording.describe(
                            activity_models.RULES[code], purpose=purpose
                        ),
                        "example": self._example(model, code, day, company),
                    }
                    for code in getattr(model, purpose)
                ]
                for purpose in ("booking", "cancel")
            },
        }

    @api.model
    def _model_names(self):
        return {
            "canteen": self.env._("Canteen"),
            "morning": self.env._("Morning childcare"),
            "evening": self.env._("Evening childcare"),
            "wednesday": self.env._("Wednesday leisure centre"),
            "holidays": self.env._("Holiday leisure centre"),
        }

    @api.model
    def _option_names(self):
        return {
            "meal": self.env._("Canteen"),
            "morning": self.env._("Morning childcare"),
            "evening_1": self.env._("Evening childcare – T1"),
            "evening_2": self.env._("Evening childcare – T2"),
            "day": self.env._("Wednesday, whole day"),
            "half_meal": self.env._("Wednesday, morning with a meal"),
            "half": self.env._("Wednesday, morning"),
            "afternoon": self.env._("Wednesday, afternoon"),
            "holiday": self.env._("Holidays, whole day"),
            "holiday_half": self.env._("Holidays, morning"),
        }

    @api.model
    def _days_words(self, model):
        """Say on which days a model is open: “lun. mar. jeu. ven.”, “vacances”."""
        # 4 January 2027 is a Monday.
        monday = date(2027, 1, 4)
        Company = self.env["res.company"]
        days = [
            Company._espace_day_text(monday + timedelta(days=number), "EEE")
            for number in sorted(model.weekdays)
        ]
        words = " ".join(days)
        if "holiday" in model.kinds:
            return self.env._("%s, school holidays", words)
        return words

    @api.model
    def _hour_text(self, hours):
        minutes = round(hours * 60)
        return f"{minutes // 60}h{minutes % 60:02d}"

    @api.model
    def _is_open(self, model, calendar, day):
        return day.weekday() in model.weekdays and calendar.day_kind(day) in model.kinds

    @api.model
    def _example_day(self, model, company):
        """Return a day to come on which it would be open; the calendar knows none:
        the next of its weekdays."""
        calendar = company._espace_calendar()
        today = company._espace_today()
        days = [today + timedelta(days=number) for number in EXAMPLE_DAYS]
        opened = (day for day in days if self._is_open(model, calendar, day))
        weekday = next(day for day in days if day.weekday() in model.weekdays)
        return next(opened, weekday)

    @api.model
    def _example(self, model, code, day, company):
        """Say what a sentence means for a day: until when, in words; '' if never."""
        calendar = company._espace_calendar()
        try:
            local = cutoff.cutoff_local(
                activity_models.RULES[code],
                day,
                calendar,
                model.start,
                lambda one: self._is_open(model, calendar, one),
            )
        except cutoff.NoCutoff:
            return ""
        if local == datetime.max:
            return self.env._("No limit: until the last minute.")
        if local == datetime.min:
            return self.env._(
                "Never by the family; an absence with its proof is another matter."
            )
        limit = cutoff.to_utc(local, company.espace_tz)
        return self.env._(
            "Example: for %(day)s, until %(limit)s.",
            day=company._espace_day_words(day),
            limit=company._espace_limit_words(limit),
        )

    # === What is created === #

    @api.model
    def create_activities(self, wanted):
        """Create activities from the models, with their options and limits.

        :param list wanted: of {"code", "capacity", "booking", "cancel", "options":
            [{"code", "start", "end"}], "schools": [id]}; no school: all of them
        :return: the ids of the new activities
        :raise UserError: nothing is chosen, or a value is none that can be
        """
        self._check_admin()
        self.env["espace.activity"].check_access("create")
        company = self.env.company
        if not wanted:
            raise UserError(self.env._("Tick at least one activity."))
        activities = self.env["espace.activity"]
        for one in wanted:
            activities |= self._create_activity(one, company)
        return activities.ids

    @api.model
    def _create_activity(self, wanted, company):
        model = activity_models.BY_CODE.get(wanted.get("code"))
        if not model:
            raise UserError(self.env._("There is no such model."))
        name = self._model_names()[model.code]
        options = self._wanted_options(model, wanted, name)
        capacity = wanted.get("capacity")
        if not isinstance(capacity, int) or capacity < 1:
            raise UserError(self.env._("%s: enter its number of places.", name))
        activity = self.env["espace.activity"].create(
            {
                "name": name,
                "company_id": company.id,
                "sequence": activity_models.MODELS.index(model) + 1,
                "category": model.category,
                "capacity": capacity,
                "waiting_list": model.waiting_list,
                "on_school_days": "school" in model.kinds,
                "on_wednesdays": "wednesday" in model.kinds,
                "on_holidays": "holiday" in model.kinds,
                **{
                    weekday: number in model.weekdays
                    for number, weekday in enumerate(WEEKDAYS)
                },
                "limit_school_ids": [
                    Command.set(self._wanted_schools(wanted, company))
                ],
                "booking_rule_id": self._rule(model, "booking", wanted, company).id,
                "cancel_rule_id": self._rule(model, "cancel", wanted, company).id,
            }
        )
        self.env["product.template"].create(
            [
                {
                    "name": self._option_names()[option.code],
                    "sequence": rank,
                    "type": "service",
                    "purchase_ok": False,
                    "list_price": 0,
                    "espace_activity_id": activity.id,
                    "espace_time_from": start,
                    "espace_time_to": end,
                    "espace_includes_meal": option.meal,
                    "espace_records_times": option.times,
                }
                for rank, (option, start, end) in enumerate(options, 1)
            ]
        )
        return activity

    @api.model
    def _wanted_options(self, model, wanted, name):
        """Return [(`activity_models.Option`, start, end)], local hours.

        :raise UserError: no option is chosen, or its hours are none
        """
        known = {option.code: option for option in model.options}
        options = []
        for one in wanted.get("options") or []:
            option = known.get(one.get("code"))
            start, end = self._hour(one.get("start")), self._hour(one.get("end"))
            if option is None or start is None or end is None or end <= start:
                raise UserError(
                    self.env._("%s: enter when it starts and when it ends.", name)
                )
            options.append((option, start, end))
        if not options:
            raise UserError(self.env._("%s: tick at least one option.", name))
        return options

    @api.model
    def _hour(self, text):
        """Return local hours of “16h30”, “16:30” or “16h”, None if a text is none."""
        found = HOUR.fullmatch(text) if isinstance(text, str) else None
        if not found:
            return None
        hours, minutes = int(found[1]), int(found[2] or 0)
        return hours + minutes / 60 if hours < 24 and minutes < 60 else None

    @api.model
    def _wanted_schools(self, wanted, company):
        """Return the ids of the schools whose children may come; none: all of them.

        Schools, not their classes of today: those that come later are meant too.
        """
        schools = self.env["espace.school"].search([("company_id", "=", company.id)])
        chosen = schools.filtered(lambda s: s.id in (wanted.get("schools") or []))
        if not chosen or chosen == schools.filtered("class_ids"):
            return []
        return chosen.ids

    @api.model
    def _rule(self, model, purpose, wanted, company):
        """Return the rule of the commune that says a sentence, made if need be.

        :raise UserError: the sentence is none of those that the model proposes
        """
        code = wanted.get(purpose)
        if code not in getattr(model, purpose):
            raise UserError(
                self.env._(
                    "%s: choose a sentence of the règlement.",
                    self._model_names()[model.code],
                )
            )
        rule = activity_models.RULES[code]
        sentence = wording.describe(rule)
        rules = self.env["espace.deadline.rule"]
        known = rules.search([("company_id", "=", company.id)])
        found = known.filtered(
            lambda one: one.kind == rule.kind and one.sentence == sentence
        )
        if found:
            return found[0]
        return rules.create(
            {
                "name": wording.describe(rule, purpose=purpose),
                "company_id": company.id,
                **{name: getattr(rule, name) for name in RULE_FIELDS},
                "line_ids": [
                    Command.create(
                        {
                            "cutoff_weekday": str(line.cutoff_weekday),
                            "weeks_back": line.weeks_back,
                            "time": line.time,
                            **{
                                weekday: number in line.weekdays
                                for number, weekday in enumerate(WEEKDAYS)
                            },
                        }
                    )
                    for line in rule.lines
                ],
            }
        )
