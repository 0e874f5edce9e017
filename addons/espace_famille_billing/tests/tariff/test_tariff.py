from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestTariff(EspaceBillingCase):
    """What is refused when a tariff is saved, and how it is said."""

    def brackets(self, product=None):
        """Return the three lines of one option, the cheapest first."""
        product = product or self.t2
        return self.tariff.line_ids.filtered(lambda line: line.product_id == product)

    def refused(self, change, *words):
        with self.assertRaises(ValidationError) as error:
            change()
        for word in words:
            self.assertIn(word, str(error.exception))

    def new_line(self, *price, **vals):
        line = self._line(*price, tariff_id=self.tariff.id, **vals)
        return lambda: self.env["espace.tariff.line"].create(line)

    # === Brackets === #

    def test_a_gap_is_refused_by_name(self):
        low, _middle, _high = self.brackets()
        self.refused(
            lambda: low.write({"qf_max": 400}),
            "Tranche 2: no price for a QF from 400 to less than 500",
            "booked in time",
        )

    def test_a_gap_at_the_end_is_refused(self):
        _low, _middle, high = self.brackets()
        self.refused(
            lambda: high.write({"qf_max": 2000}), "Tranche 2", "no price", "from 2000"
        )

    def test_a_gap_at_the_start_is_refused(self):
        low, _middle, _high = self.brackets()
        self.refused(
            lambda: low.write({"qf_min": 100}), "Tranche 2", "from 0 to less than 100"
        )

    def test_a_gap_left_by_a_deleted_line_is_refused(self):
        _low, middle, _high = self.brackets()
        self.refused(lambda: middle.unlink(), "Tranche 2", "from 500 to less than 1001")
        self.refused(
            lambda: self.tariff.write({"line_ids": [Command.delete(middle.id)]}),
            "Tranche 2",
        )

    def test_all_lines_of_a_product_may_be_deleted(self):
        self.brackets().unlink()
        self.assertFalse(self.brackets())
        self.assertTrue(self.brackets(self.t1))

    def test_a_tariff_may_be_deleted(self):
        lines = self.tariff.line_ids
        self.tariff.unlink()
        self.assertFalse(lines.exists())

    def test_an_overlap_is_refused_by_name(self):
        low, _middle, _high = self.brackets()
        self.refused(
            lambda: low.write({"qf_max": 600}),
            "Tranche 2: two prices for a QF from 500 to less than 600",
        )

    def test_two_prices_of_a_product_are_refused(self):
        self.refused(
            self.new_line(self.meal, "planned", 0, 0, 9), "Repas", "two prices"
        )

    def test_an_empty_bracket_is_refused_by_name(self):
        self.refused(
            self.new_line(self.meal, "planned", 600, 600, 9),
            "Repas: the bracket from 600 to less than 600 holds no QF",
        )

    def test_an_effort_rate_without_end_needs_a_highest_price(self):
        line = self._line(self.meal, "late", 0, 0, 0.36, kind="effort_rate")
        self.refused(
            lambda: self.tariff.write({"line_ids": [Command.create(line)]}),
            "Repas",
            "highest price",
        )

    def test_the_price_of_a_care_plan_is_no_overlap(self):
        line = self.new_line(
            self.meal, "planned", 0, 0, 1.75, sequence=-1, pai="with"
        )()
        price = self.env["espace.tariff"]._price
        args = self.meal, self.nina, self.martin, MONDAY
        self.assertEqual(float(price(*args).amount), 3.60)
        self.nina.has_pai = True
        self.assertEqual(float(price(*args).amount), 1.75)
        self.assertEqual(price(*args).line, line)

    def test_a_bound_moves_in_one_save(self):
        low, middle, _high = self.brackets()
        self.tariff.write(
            {
                "line_ids": [
                    Command.update(low.id, {"qf_max": 600}),
                    Command.update(middle.id, {"qf_min": 600}),
                ]
            }
        )
        self.assertEqual(low.qf_max, 600)
        with Form(self.tariff) as form:
            for number, line in enumerate(self.tariff.line_ids):
                if line == low:
                    with form.line_ids.edit(number) as edited:
                        edited.qf_max = 450
                if line == middle:
                    with form.line_ids.edit(number) as edited:
                        edited.qf_min = 450
        self.assertEqual((low.qf_max, middle.qf_min), (450, 450))

    def test_a_bracket_is_split_in_one_save(self):
        low = self.brackets()[0]
        self.tariff.write(
            {
                "line_ids": [
                    Command.update(low.id, {"qf_max": 250}),
                    Command.create(
                        self._line(self.t2, "planned", 250, 500, 0.62, "hour")
                    ),
                ]
            }
        )
        self.assertEqual(len(self.brackets()), 4)

    def test_one_save_that_leaves_a_gap_is_refused(self):
        low, middle, _high = self.brackets()
        self.refused(
            lambda: self.tariff.write(
                {
                    "line_ids": [
                        Command.update(low.id, {"qf_max": 400}),
                        Command.update(middle.id, {"qf_min": 450}),
                    ]
                }
            ),
            "from 400 to less than 450",
        )

    # === Numbers === #

    @mute_logger("odoo.sql_db")
    def test_negative_numbers_are_refused(self):
        for field in ("amount", "min_amount", "max_amount", "qf_min", "qf_max"):
            with self.subTest(field=field), self.assertRaises(IntegrityError):
                self.brackets()[0].write({field: -1})

    @mute_logger("odoo.sql_db")
    def test_a_started_unit_has_minutes(self):
        with self.assertRaises(IntegrityError):
            self.brackets()[0].write({"unit": "started_unit", "unit_minutes": 0})

    @mute_logger("odoo.sql_db")
    def test_a_negative_quotient_is_refused(self):
        with self.assertRaises(IntegrityError):
            self._set_quotient(self.durand, -1)

    @mute_logger("odoo.sql_db")
    def test_one_quotient_a_date(self):
        with self.assertRaises(IntegrityError):
            self._set_quotient(self.martin, 800)

    # === Dates === #

    def test_two_tariffs_at_once_are_refused_by_name(self):
        self.refused(
            lambda: self._create_tariff(name="Tarifs 2028", date_from=MONDAY),
            "Tarifs 2028",
            "Tarifs 2027",
        )

    def test_one_tariff_follows_another(self):
        self.tariff.date_to = MONDAY
        following = self._create_tariff(
            name="Tarifs 2028", date_from=MONDAY + timedelta(days=1)
        )
        after = MONDAY + timedelta(days=1)
        both = self.tariff | following
        self.assertEqual(both._in_force(MONDAY), self.tariff)
        self.assertEqual(both._in_force(after), following)
        self.assertFalse(both._in_force(TODAY - timedelta(days=1)))
        self.refused(lambda: self.tariff.write({"date_to": after}), "overlap")

    def test_another_commune_has_its_own_tariff(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        self.assertTrue(self._create_tariff(company_id=other.id))

    @mute_logger("odoo.sql_db")
    def test_a_tariff_does_not_end_before_it_starts(self):
        with self.assertRaises(IntegrityError):
            self.tariff.date_to = TODAY - timedelta(days=1)
            self.env.flush_all()

    # === Copy === #

    def test_next_year_starts_from_a_copy(self):
        self.tariff.date_to = MONDAY
        copy = self.tariff.copy({"date_from": "2027-09-01", "date_to": False})
        self.assertEqual(len(copy.line_ids), len(self.tariff.line_ids))
        self.assertEqual(
            copy.line_ids.mapped("amount"), self.tariff.line_ids.mapped("amount")
        )

    # === Surcharges === #

    def no_surcharges(self):
        self.tariff.line_ids.filtered(lambda line: line.event != "planned").unlink()
        self.tariff.adjustment_ids.unlink()

    def test_a_surcharge_asks_for_the_decision_in_the_form(self):
        self.no_surcharges()
        self.assertFalse(self.tariff.has_surcharge)
        self.tariff.line_ids = [
            Command.create(self._line(self.meal, "unplanned", 0, 0, 5.40, sequence=90))
        ]
        self.assertTrue(self.tariff.has_surcharge)
        with Form(self.tariff) as form:
            form.deliberation = False
            with self.assertRaises(AssertionError):
                form.save()
            form.deliberation = "Délibération 2027-12"

    def test_a_canteen_price_above_the_cost_per_user_is_said_and_not_refused(self):
        """R531-53 Code de l’éducation: LAW.md 2."""
        self.no_surcharges()
        self.tariff.line_ids = [
            Command.create(self._line(self.meal, "unplanned", 0, 0, 9.10, sequence=90)),
            Command.create(self._line(self.t1, "unplanned", 0, 0, 99, sequence=91)),
        ]
        self.assertFalse(self.tariff.cost_warning)
        self.canteen.cost_per_user = 9.10
        self.evening.cost_per_user = 9.10
        self.assertFalse(self.tariff.cost_warning)
        self.canteen.cost_per_user = 9.00
        warning = self.tariff.cost_warning
        self.assertIn(self.meal.name, warning)
        self.assertIn("9.10", warning)
        self.assertEqual(len(warning.splitlines()), 1)
        # While it is being entered, and saved all the same.
        with Form(self.tariff) as form:
            with form.adjustment_ids.new() as change:
                change.operation = "amount"
                change.value = 10
            self.assertIn("19.10", form.cost_warning)
        self.assertIn("19.10", self.tariff.cost_warning)
