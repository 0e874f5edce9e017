from odoo.exceptions import UserError

from ...domain import activity_models, wording
from ..common import MONDAY, EspaceCase


class TestSetupActivities(EspaceCase):
    """Activities from models: the sentence that was chosen is the limit that holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setup = cls.env["espace.setup"].with_user(cls._create_staff("admin"))

    def wanted(self, code, **values):
        model = activity_models.BY_CODE[code]
        return {
            "code": code,
            "capacity": model.capacity,
            "booking": model.booking[0],
            "cancel": model.cancel[0],
            "options": [
                {
                    "code": option.code,
                    "start": self.setup._hour_text(option.start),
                    "end": self.setup._hour_text(option.end),
                }
                for option in model.options
                if option.chosen
            ],
            "schools": [],
            **values,
        }

    def make(self, *wanted):
        return self.env["espace.activity"].browse(
            self.setup.create_activities(list(wanted))
        )

    def test_each_model_is_created_as_it_is_proposed(self):
        activities = self.make(
            *(self.wanted(model.code) for model in activity_models.MODELS)
        )
        for activity, model in zip(activities, activity_models.MODELS, strict=True):
            self.assertEqual(activity._weekdays(), model.weekdays)
            self.assertEqual(activity._open_kinds(), set(model.kinds))
            self.assertEqual(activity.capacity, model.capacity)
            rule = activity_models.RULES[model.booking[0]]
            self.assertEqual(activity.booking_sentence, wording.describe(rule))
            self.assertFalse(self.setup._activity_misses(activity))
        evening = activities[2]
        self.assertEqual(evening.product_ids.mapped("espace_time_to"), [17.5, 18.5])
        self.assertEqual(
            set(evening.product_ids.mapped("espace_records_times")), {True}
        )
        self.assertTrue(activities[0].product_ids.espace_includes_meal)

    def test_the_same_sentence_is_the_same_rule(self):
        canteen, morning = self.make(self.wanted("canteen"), self.wanted("morning"))
        self.assertEqual(canteen.booking_rule_id, self.rule_weekly)
        self.assertEqual(canteen.cancel_rule_id, self.rule_never)
        self.assertEqual(morning.booking_rule_id, self.rule_eve)
        self.assertEqual(morning.cancel_rule_id, self.rule_eve)

    def test_hours_and_places_are_those_typed(self):
        [canteen] = self.make(
            self.wanted(
                "canteen",
                capacity=85,
                options=[{"code": "meal", "start": "12h", "end": "13:30"}],
            )
        )
        self.assertEqual(canteen.capacity, 85)
        self.assertEqual(canteen.product_ids.espace_time_from, 12)
        self.assertEqual(canteen.product_ids.espace_time_to, 13.5)

    def test_a_school_left_out_leaves_its_classes_out(self):
        other = self.env["espace.school"].create(
            {"name": "Autre", "class_ids": [(0, 0, {"name": "GS"})]}
        )
        [canteen] = self.make(self.wanted("canteen", schools=self.school.ids))
        self.assertEqual(canteen.limit_school_ids, self.school)
        self.assertFalse(canteen.limit_class_ids)
        both = (self.school | other).ids
        [morning] = self.make(self.wanted("morning", schools=both))
        self.assertFalse(morning.limit_school_ids)
        # A class that the school gets later may come as well, the other's may not.
        self.nina.class_id = self.env["espace.school.class"].create(
            {"name": "CE2", "school_id": self.school.id}
        )
        self.lina.class_id = other.class_ids
        self.assertFalse(canteen._enrolment_refusal(self.nina, MONDAY))
        self.assertIn(self.school.name, canteen._enrolment_refusal(self.lina, MONDAY))

    def test_what_makes_no_sense_is_refused_in_words(self):
        for words, wanted in (
            ("There is no such model", {"code": "judo"}),
            ("number of places", self.wanted("canteen", capacity=0)),
            ("number of places", self.wanted("canteen", capacity="85")),
            ("at least one option", self.wanted("canteen", options=[])),
            (
                "when it starts",
                self.wanted(
                    "canteen", options=[{"code": "meal", "start": "14h", "end": "12h"}]
                ),
            ),
            (
                "when it starts",
                self.wanted(
                    "canteen", options=[{"code": "meal", "start": "25h", "end": "26h"}]
                ),
            ),
            ("choose a sentence", self.wanted("canteen", booking="always")),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.make(wanted)
        with self.assertRaisesRegex(UserError, "Tick at least one"):
            self.make()

    def test_each_sentence_is_shown_with_a_day_and_its_limit(self):
        models = self.setup.load_models()["models"]
        canteen = next(model for model in models if model["code"] == "canteen")
        first = canteen["booking"][0]
        self.assertEqual(first["words"], "Mardi avant 12h pour la semaine suivante")
        # Thursday 14 January 2027 is the first open day ten days on.
        self.assertEqual(
            first["example"],
            "Example: for Thursday 14 January, until Tuesday 5 January at 12h.",
        )
        for model in models:
            for choice in model["booking"]:
                self.assertTrue(choice["example"], choice)

    def test_an_activity_that_is_there_is_not_proposed_again(self):
        self.make(self.wanted("canteen"))
        models = {m["code"]: m for m in self.setup.load_models()["models"]}
        self.assertTrue(models["canteen"]["taken"])
        self.assertFalse(models["canteen"]["chosen"])
        self.assertTrue(models["morning"]["chosen"])
