from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import eligibility
from ..people.espace_school import LEVELS

RANK_OF_LEVEL = {level: rank for rank, (level, _label) in enumerate(LEVELS)}


class EspaceActivity(models.Model):
    """Who may come to an activity, by age and class, and who approves its enrolments.

    The rules are those of `domain/eligibility.py`.
    """

    _inherit = "espace.activity"

    enrolment_approval = fields.Selection(
        [("automatic", "Automatic"), ("manual", "By staff")],
        "Approval of Enrolments",
        default="automatic",
        required=True,
        help="By staff: a new enrolment waits in the list of those to approve.",
    )

    # Age
    age_min = fields.Integer("From Age", help="In years; 0 is no limit.")
    age_min_months = fields.Integer(
        "and Months", help="Added to the years: 2 years and 6 months."
    )
    age_max = fields.Integer(
        "To Age",
        help="In years, included: a child of eleven years and eleven months is eleven. "
        "0 is no limit.",
    )
    age_reckoned = fields.Selection(
        [
            ("day", "On the day itself"),
            ("autumn", "On 31 December, as the schools count"),
        ],
        "Age Counted",
        default="day",
        required=True,
        help="31 December of the year in which the school year starts: all children "
        "born in one year come or stay together.",
    )

    # Class
    limit_class_ids = fields.Many2many(
        "espace.school.class",
        "espace_activity_limit_class_rel",
        "activity_id",
        "class_id",
        "Only These Classes",
        check_company=True,
        help="And those of the levels and of the schools beside. None: every class.",
    )
    limit_school_ids = fields.Many2many(
        "espace.school",
        "espace_activity_limit_school_rel",
        "activity_id",
        "school_id",
        "Whole Schools",
        check_company=True,
        help="All their classes, those that they will have too.",
    )
    level_from = fields.Selection(LEVELS, "From Level")
    level_to = fields.Selection(LEVELS, "To Level")

    limits_sentence = fields.Char("For Whom", compute="_compute_limits_sentence")

    _ages_positive = models.Constraint(
        "CHECK(age_min >= 0 AND age_max >= 0 AND age_min_months BETWEEN 0 AND 11)",
        "Ages must not be negative, and the months added to them are 11 at most.",
    )

    @api.constrains("age_min", "age_min_months", "age_max")
    def _check_ages(self):
        for activity in self:
            if 0 < activity.age_max < activity.age_min:
                raise ValidationError(
                    self.env._(
                        "No child could come to %s: the oldest age is below the "
                        "youngest.",
                        activity.name,
                    )
                )

    @api.constrains("level_from", "level_to")
    def _check_levels(self):
        for activity in self:
            first, last = activity.level_from, activity.level_to
            if first and last and RANK_OF_LEVEL[last] < RANK_OF_LEVEL[first]:
                raise ValidationError(
                    self.env._(
                        "No child could come to %s: its levels are the wrong way "
                        "round.",
                        activity.name,
                    )
                )

    @api.depends(
        "age_min",
        "age_min_months",
        "age_max",
        "age_reckoned",
        "limit_class_ids.name",
        "limit_school_ids.name",
        "level_from",
        "level_to",
    )
    def _compute_limits_sentence(self):
        for activity in self:
            activity.limits_sentence = activity._limits_words()

    # === Tools === #

    def _limits(self):
        """Return the `eligibility.Limits` of this activity."""
        self.ensure_one()
        return eligibility.Limits(
            min_months=self.age_min * 12 + self.age_min_months,
            max_months=(self.age_max + 1) * 12 if self.age_max else 0,
            reckoned=self.age_reckoned,
            class_ids=frozenset(self.limit_class_ids.ids),
            levels=self._levels(),
            school_ids=frozenset(self.limit_school_ids.ids),
        )

    def _levels(self):
        if not (self.level_from or self.level_to):
            return frozenset()
        first = RANK_OF_LEVEL[self.level_from] if self.level_from else 0
        last = RANK_OF_LEVEL[self.level_to] if self.level_to else len(LEVELS)
        return frozenset(
            level for level, rank in RANK_OF_LEVEL.items() if first <= rank <= last
        )

    def _enrolment_refusal(self, child, date_from, date_to=None):
        """Say why `child` is outside the limits between two dates, '' if it is not.

        :param date date_from: local day of the service, or first day of an enrolment
        :param date date_to: last day of the enrolment, `date_from` if None
        :return: a sentence for families and agents
        """
        refusal = eligibility.refusal(
            self._limits(), child._as_pupil(), date_from, date_to
        )
        return self._refusal_words(refusal, child) if refusal else ""

    def _refusal_words(self, refusal, child):
        day = refusal.day and self.company_id._espace_format_day(
            refusal.day, "d MMMM y"
        )
        words = {"activity": self.name, "child": child.firstname, "day": day}
        if refusal.code == "too_young":
            return self.env._(
                "%(activity)s takes children from %(age)s: %(child)s may come from "
                "%(day)s.",
                age=self._age_words(self.age_min, self.age_min_months),
                **words,
            )
        if refusal.code == "too_old":
            return self.env._(
                "%(activity)s takes children up to %(age)s included: %(child)s is too "
                "old from %(day)s.",
                age=self._age_words(self.age_max),
                **words,
            )
        if refusal.code == "no_birth_date":
            return self.env._(
                "%(activity)s depends on the age: the birth date of %(child)s is "
                "missing, give it to the town hall.",
                **words,
            )
        return self.env._(
            "%(activity)s is for other classes (%(classes)s) than that of %(child)s.",
            classes=self._classes_words(),
            **words,
        )

    def _limits_words(self):
        """Say in words who may come, '' when everybody may."""
        self.ensure_one()
        words = []
        youngest = self._age_words(self.age_min, self.age_min_months)
        if self.age_max and (self.age_min or self.age_min_months):
            words.append(
                self.env._(
                    "From %(youngest)s to %(oldest)s included",
                    youngest=youngest,
                    oldest=self._age_words(self.age_max),
                )
            )
        elif self.age_max:
            words.append(self.env._("Up to %s included", self._age_words(self.age_max)))
        elif self.age_min or self.age_min_months:
            words.append(self.env._("From %s on", youngest))
        if words and self.age_reckoned == "autumn":
            words.append(self.env._("age on 31 December"))
        if classes := self._classes_words():
            words.append(self.env._("classes: %s", classes))
        return ", ".join(words)

    def _age_words(self, years, months=0):
        if not months:
            return self.env._("%s years", years)
        if not years:
            return self.env._("%s months", months)
        return self.env._(
            "%(years)s years and %(months)s months", years=years, months=months
        )

    def _classes_words(self):
        """Name the levels, schools and classes that may come."""
        labels = dict(LEVELS)
        first, last = labels.get(self.level_from), labels.get(self.level_to)
        words = [*self.limit_school_ids.mapped("name")]
        words += self.limit_class_ids.mapped("name")
        if first and last:
            words.insert(0, first if first == last else f"{first} – {last}")
        elif first:
            words.insert(0, self.env._("from %s on", first))
        elif last:
            words.insert(0, self.env._("up to %s", last))
        return ", ".join(words)
