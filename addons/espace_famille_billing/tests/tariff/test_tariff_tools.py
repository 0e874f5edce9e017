import base64
from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY

from ..common import NBSP, EspaceBillingCase

SEPTEMBER = date(2027, 9, 1)


@tagged("post_install", "-at_install")
class TestTariffCopy(EspaceBillingCase):
    """Next year's tariff: this year's prices, raised and rounded."""

    def wizard(self, **vals):
        form = Form(
            self.env["espace.tariff.copy"].with_context(
                default_tariff_id=self.tariff.id
            )
        )
        form.name, form.date_from = "Tarifs 2028", SEPTEMBER
        for name, value in vals.items():
            setattr(form, name, value)
        return form

    def create_from(self, form):
        action = form.save().action_copy()
        return self.env["espace.tariff"].browse(action["res_id"])

    def amounts_of(self, tariff, product):
        return [
            round(line.amount, 4)
            for line in tariff.line_ids
            if line.product_id == product
        ]

    def test_all_prices_are_raised_and_rounded(self):
        new = self.create_from(self.wizard(percent=10, step=0.05))
        self.assertEqual(self.amounts_of(new, self.meal), [3.95, 5.95, 5.95, 0])
        self.assertEqual(self.amounts_of(new, self.t2), [0.65, 0.70, 0.90])
        self.assertEqual(self.amounts_of(self.tariff, self.meal)[0], 3.60)

    def test_the_preview_shows_old_and_new_prices(self):
        form = self.wizard(percent=2)
        with form.line_ids.edit(0) as line:
            self.assertEqual((line.old_amount, line.amount), (3.60, 3.67))

    def test_a_product_has_a_percentage_of_its_own(self):
        form = self.wizard(percent=10)
        with form.product_ids.new() as row:
            row.product_id, row.percent = self.meal, 0
        new = self.create_from(form)
        self.assertEqual(self.amounts_of(new, self.meal)[0], 3.60)
        self.assertEqual(self.amounts_of(new, self.t2)[0], 0.66)

    def test_a_new_price_may_be_corrected_by_hand(self):
        form = self.wizard(percent=2)
        with form.line_ids.edit(0) as line:
            line.amount = 3.70
        self.assertEqual(self.amounts_of(self.create_from(form), self.meal)[0], 3.70)

    def test_a_percentage_of_the_quotient_is_raised_with_its_limits(self):
        line = self._line(
            self.meal,
            "late",
            0,
            0,
            0.36,
            kind="effort_rate",
            min_amount=2.60,
            max_amount=4.50,
        )
        self.tariff.write({"line_ids": [(0, 0, line)]})
        new = self.create_from(self.wizard(percent=10, step=0.10))
        rate = new.line_ids.filtered(lambda line: line.kind == "effort_rate")
        self.assertEqual(
            [round(rate[x], 4) for x in ("amount", "min_amount", "max_amount")],
            [0.396, 2.90, 5.00],
        )

    def test_the_earlier_tariff_ends_on_the_eve(self):
        new = self.create_from(self.wizard())
        self.assertEqual(self.tariff.date_to, SEPTEMBER - timedelta(days=1))
        self.assertEqual((new.date_from, new.date_to), (SEPTEMBER, False))
        self.assertEqual(new.name, "Tarifs 2028")
        both = self.tariff | new
        self.assertEqual(both._in_force(SEPTEMBER), new)

    def test_reductions_are_copied_as_they_are(self):
        self.tariff.adjustment_ids = [(0, 0, {"operation": "percent", "value": -50})]
        new = self.create_from(self.wizard(percent=10))
        self.assertEqual(new.adjustment_ids.value, -50)

    def test_it_starts_after_the_earlier_one(self):
        with self.assertRaises(UserError) as error:
            self.wizard(date_from=TODAY).save().action_copy()
        self.assertIn("Tarifs 2027", str(error.exception))
        self.assertFalse(self.tariff.date_to)

    def test_it_does_not_run_over_one_that_exists(self):
        self.tariff.date_to = SEPTEMBER - timedelta(days=1)
        self._create_tariff(name="Tarifs 2029", date_from=SEPTEMBER)
        with self.assertRaises(ValidationError) as error:
            self.create_from(self.wizard(date_from=date(2027, 6, 1)))
        self.assertIn("Tarifs 2029", str(error.exception))

    def test_by_default_it_starts_a_year_later(self):
        form = Form(
            self.env["espace.tariff.copy"].with_context(
                default_tariff_id=self.tariff.id
            )
        )
        self.assertEqual(form.date_from, TODAY.replace(year=2028))

    @mute_logger("odoo.sql_db")
    def test_a_negative_new_price_is_refused(self):
        form = self.wizard()
        with form.line_ids.edit(0) as line:
            line.amount = -1
        with self.assertRaises(IntegrityError):
            form.save()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestPriceSimulation(EspaceBillingCase):
    """What would this family pay: the same prices as on its charges."""

    def simulate(self, **vals):
        form = Form(self.env["espace.price.simulation"])
        for name, value in vals.items():
            setattr(form, name, value)
        return form.save()

    def price(self, simulation, product, event="planned"):
        return simulation.line_ids.filtered(
            lambda line: (line.product_id, line.event) == (product, event)
        )

    def test_a_family_is_shown_what_it_pays(self):
        simulation = self.simulate(family_id=self.martin, date=MONDAY)
        self.assertEqual((simulation.qf_known, simulation.qf), (True, 750))
        line = self.price(simulation, self.t2)
        self.assertEqual((line.unit_price, line.quantity, line.amount), (0.65, 2, 1.30))
        self.assertEqual(
            line.tariff_line_id.display_name,
            "Tranche 2, Booked in time, QF from 500 to less than 1001",
        )
        self.assertIn("QF 750", line.explanation.replace(NBSP, " "))
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(booking.charge_ids.explanation, line.explanation)
        self.assertEqual(booking.charge_ids.amount, line.amount)

    def test_all_products_and_events_are_in_one_table(self):
        simulation = self.simulate(family_id=self.martin, date=MONDAY)
        self.assertEqual(len(simulation.line_ids), 3 * 5)
        amounts = {
            line.event: line.amount
            for line in simulation.line_ids
            if line.product_id == self.meal
        }
        self.assertEqual(
            amounts,
            {
                "planned": 3.60,
                "late": 3.60,
                "unplanned": 5.40,
                "absence_unjustified": 5.40,
                "absence_justified": 0,
            },
        )

    def test_nobody_in_particular_without_quotient_pays_the_dearest(self):
        simulation = self.simulate(date=MONDAY, event="planned")
        self.assertFalse(simulation.qf_known)
        self.assertEqual(self.price(simulation, self.t1).amount, 0.80)
        with Form(simulation) as form:
            form.qf_known, form.qf = True, 300
        self.assertEqual(self.price(simulation, self.t1).amount, 0.60)

    def test_residency_rank_and_care_plan_count(self):
        lines = [
            {"residency": "non_resident", "amount": 9},
            {"sibling_rank_min": 3, "amount": 2},
            {"pai": "with", "amount": 1.75},
        ]
        self.tariff.write(
            {
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            **self._line(self.meal, "planned", 0, 0, 0, sequence=-1),
                            **line,
                        },
                    )
                    for line in lines
                ]
            }
        )
        cases = [
            ({"residency": "non_resident"}, 9),
            ({"sibling_rank": 3}, 2),
            ({"has_pai": True}, 1.75),
            ({}, 3.60),
        ]
        for who, amount in cases:
            with self.subTest(who=who):
                simulation = self.simulate(date=MONDAY, event="planned", **who)
                self.assertEqual(self.price(simulation, self.meal).amount, amount)

    def test_a_day_without_tariff_shows_no_price(self):
        simulation = self.simulate(date=TODAY - timedelta(days=1))
        self.assertFalse(simulation.tariff_id)
        self.assertFalse(simulation.line_ids)

    def test_a_product_without_price_says_so(self):
        option = self._create_option(self.evening, "Tranche 3")
        form = Form(self.env["espace.price.simulation"])
        form.date = MONDAY
        form.product_ids.add(option)
        lines = form.save().line_ids
        self.assertTrue(all(lines.mapped("missing")[:1]))
        self.assertIn("Tranche 3", lines[0].explanation)

    def test_gestion_opens_it_from_the_family(self):
        manager = self._create_staff("manager")
        action = self.martin.with_user(manager).action_simulate_prices()
        simulation = (
            self.env["espace.price.simulation"]
            .with_user(manager)
            .with_context(**action["context"])
            .create({"date": MONDAY})
        )
        self.assertEqual(self.price(simulation, self.t2).amount, 1.30)


@tagged("post_install", "-at_install")
class TestQuotients(EspaceBillingCase):
    """Quotients that miss, that are old, that are imported."""

    def families(self, state):
        own = self.martin | self.durand
        found = own.search([("qf_state", "=", state), ("id", "in", own.ids)])
        self.assertEqual(found, own.filtered(lambda f: f.qf_state == state))
        return found

    def test_a_missing_quotient_is_found(self):
        self.assertEqual(self.families("missing"), self.durand)
        self.assertEqual(self.families("known"), self.martin)
        self._set_quotient(self.durand, 0, TODAY + timedelta(days=1))
        self.assertEqual(self.families("missing"), self.durand)

    def test_an_old_quotient_is_to_be_renewed_and_still_counts(self):
        self.martin.income_ids.date_from = date(2026, 1, 3)
        self.assertEqual(self.families("to_renew"), self.martin)
        self.assertEqual(self.martin.current_qf, 750)
        self.company.espace_qf_months = 24
        self.assertEqual(self.families("known"), self.martin)
        self.company.espace_qf_renewal = "yearly"
        self.assertEqual(self.families("to_renew"), self.martin)
        self.company.espace_qf_renewal = "never"
        self.assertEqual(self.families("known"), self.martin)

    def test_several_states_and_their_absence_are_searched(self):
        Family = self.env["espace.family"]
        own = [("id", "in", (self.martin | self.durand).ids)]
        some = [("qf_state", "in", ("missing", "known"))]
        self.assertEqual(Family.search_count([*own, *some]), 2)
        others = Family.search([*own, ("qf_state", "not in", ("missing",))])
        self.assertEqual(others, self.martin)

    def imported(self, text, **vals):
        return self.env["espace.income.import"].create(
            {"text": text, "date_from": TODAY, **vals}
        )

    def test_pasted_quotients_are_recorded(self):
        wizard = self.imported(
            "Famille;QF;Date\n"
            f"{self.durand.reference}\t1 234,50 €\t11/01/2027\n".replace("\t", ";")
            + "CLAIRE.martin@example.org;300\n",
            source="msa",
        )
        self.assertEqual(wizard.line_ids.mapped("status"), ["new", "replace"])
        self.assertEqual((wizard.ready_count, wizard.error_count), (2, 0))
        wizard.action_import()
        self.assertEqual(self.durand.income_ids.value, 1234.50)
        self.assertEqual(self.durand.income_ids.date_from, MONDAY)
        self.assertEqual(self.martin.income_ids.mapped("value"), [300])
        self.assertEqual(self.martin.income_ids.source, "msa")

    def test_one_wrong_line_and_nothing_is_recorded(self):
        wizard = self.imported(
            f"{self.durand.reference};500\nF-unknown;300\nmartin@example.org;-4\n"
            f"{self.durand.reference};600"
        )
        self.assertEqual(
            [bool(line.problem) for line in wizard.line_ids],
            [False, True, True, True],
        )
        self.assertIn("line 1", wizard.line_ids[-1].problem)
        with self.assertRaises(UserError) as error:
            wizard.action_import()
        self.assertIn("Line 2 (F-unknown)", str(error.exception))
        self.assertFalse(self.durand.income_ids)

    def test_an_address_of_two_families_asks_for_the_reference(self):
        self.durand.email = self.martin.email
        wizard = self.imported(f"{self.martin.email};300")
        self.assertIn("reference", wizard.line_ids.problem)

    def test_an_imported_quotient_recomputes_what_is_not_invoiced(self):
        with patch.object(type(self.Reservation), "_quotients_changed") as changed:
            self.imported(f"{self.durand.reference};500").action_import()
        changed.assert_called_once_with({self.durand: TODAY})

    def test_a_file_of_excel_is_read(self):
        form = Form(self.env["espace.income.import"])
        form.file = base64.b64encode(
            f"Référence;QF\n{self.durand.reference};500".encode("cp1252")
        )
        form.save().action_import()
        self.assertEqual(self.durand.income_ids.value, 500)
