import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .. import particulier
from ..models import espace_quotient_query
from .common import ParticulierMixin
from .particulier_double import FAULTS, TOKEN


@tagged("post_install", "-at_install")
class TestQuotients(ParticulierMixin, EspaceBillingCase):
    """The Martins have 750, entered by hand; the Durands gave nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_service()
        cls.clerk = cls._create_staff("finance")
        cls.chief = cls._create_user(
            "chief", "base.group_system,espace_famille.group_admin"
        )
        cls.Query = cls.env["espace.quotient.query"]

    def setUp(self):
        super().setUp()
        self.reset(Claire=(620, "CNAF"), Sofia=(900, "MSA"))

    def query(self, families=None, day=MONDAY):
        one = self.Query.with_user(self.clerk).create(
            {
                "company_id": self.company.id,
                "date_from": day,
                "family_ids": [(6, 0, (families or self.env["espace.family"]).ids)],
            }
        )
        one.action_ask()
        return one

    def asked(self, families=None, day=MONDAY):
        one = self.query(families, day)
        one.sudo()._work()
        self.env.invalidate_all()
        return one

    def answer(self, one, family):
        return one.answer_ids.filtered(lambda a: a.family_id == family)

    # === Found === #

    def test_an_answer_waits_to_be_looked_at(self):
        one = self.asked(self.martin)
        answer = one.answer_ids
        self.assertEqual((answer.state, answer.value), ("proposed", 620))
        self.assertEqual((answer.month_words, answer.source), ("12/2026", "caf"))
        self.assertEqual((answer.before, answer.difference), (750, -130))
        self.assertEqual(self.martin.income_ids.mapped("value"), [750])
        self.assertEqual((one.state, one.progress), ("done", 100))

    def test_accepted_it_counts_and_prices_follow(self):
        booking = self.booked(self.nina, self.t2, MONDAY)
        one = self.asked()
        self.assertEqual(len(one.answer_ids), 2)
        self.answer(one, self.durand).action_refuse()
        with patch.object(
            type(self.env["espace.reservation"]), "_quotients_changed"
        ) as changed:
            one.action_accept_all()
        [[starts]] = [call.args for call in changed.call_args_list]
        self.assertEqual(starts, {self.martin: MONDAY})
        income = self.martin.income_ids._in_force(MONDAY)
        self.assertEqual((income.value, income.source), (620, "caf"))
        self.assertEqual(self.martin.income_ids._in_force(TODAY).value, 750)
        self.assertEqual(income.quotient_answer_id.decided_by_id, self.clerk)
        self.assertFalse(self.durand.income_ids)
        self.assertTrue(booking)

    def test_the_very_day_of_what_was_entered_by_hand(self):
        one = self.asked(self.martin, TODAY)
        self.assertEqual(self.martin.income_ids.value, 750)
        one.answer_ids.action_accept()
        self.assertEqual(self.martin.income_ids.mapped("value"), [620])

    def test_nothing_is_decided_twice(self):
        answer = self.asked(self.martin).answer_ids
        answer.action_accept()
        with self.assertRaises(UserError):
            answer.action_refuse()

    def test_another_guardian_is_tried(self):
        self.reset(Marc=(410, "MSA"))
        answer = self.asked(self.martin).answer_ids
        self.assertEqual((answer.value, answer.source), (410, "msa"))
        self.assertEqual(len(self.double.asked), 2)

    def test_nothing_else_of_the_answer_is_kept(self):
        self.asked()
        self.env.flush_all()
        for table in ("espace_quotient_answer", "espace_quotient_query"):
            self.env.cr.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            for [row] in self.env.cr.fetchall():
                self.assertNotIn("SECRET", row)

    # === Whom nobody asks about === #

    def test_who_refused_or_was_not_informed_is_not_asked_about(self):
        self.martin.qf_refused_on = TODAY
        self.durand.qf_informed_on = False
        with self.assertRaises(UserError) as error:
            self.query()
        self.assertIn("informed", str(error.exception))
        self.assertFalse(self.double.asked)

    def test_who_refuses_meanwhile_is_not_either(self):
        one = self.query(self.martin)
        self.martin.qf_refused_on = TODAY
        one.sudo()._work()
        self.assertFalse(self.double.asked)
        self.assertIn("paper", one.answer_ids.words)

    def test_an_identity_has_codes(self):
        for vals in (
            {"birth_commune_code": "Castres"},
            {"birth_country_code": "33"},
            {"birth_date": "2099-01-01"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.claire.write(vals)
        self.claire.birth_country_id = self.env.ref("base.pt")
        self.assertEqual(self.claire.birth_country_code, "99139")
        self.assertTrue(self.claire.is_identified)

    def test_only_the_office_asks(self):
        with self.assertRaises(AccessError):
            self.Query.with_user(self._create_staff("animation")).create({})
        one = self.asked(self.martin)
        with self.assertRaises(AccessError):
            one.answer_ids.with_user(self.clerk).value = 0

    # === What goes wrong === #

    def test_each_error_is_said_in_words(self):
        for name, (status, code, _retry) in FAULTS.items():
            with self.subTest(name):
                self.reset()
                self.double.faults = [name] * 10
                one = self.asked(self.durand)
                answer = one.answer_ids
                if status in (401, 403):
                    self.assertEqual(one.state, "stopped")
                    self.assertIn(code, one.stopped_reason)
                    self.assertEqual(answer.state, "todo")
                elif status in (404, 422):
                    self.assertEqual((one.state, answer.state), ("done", "failed"))
                    self.assertIn(code, answer.words)
                    self.assertGreater(len(answer.words), 20)
                else:
                    self.assertEqual((one.state, answer.state), ("asking", "todo"))
                    self.assertGreater(one.not_before, fields.Datetime.now())
                one.sudo().unlink()

    def test_it_waits_as_long_as_the_service_says_then_goes_on(self):
        self.double.faults = ["", "later"]
        one = self.asked()
        self.assertEqual(one.left_count, 1)
        now = fields.Datetime.now()
        self.assertEqual(one.not_before, now + timedelta(seconds=120))
        asked = len(self.double.asked)
        one.sudo()._work(now + timedelta(seconds=60))
        self.assertEqual(len(self.double.asked), asked)
        one.sudo()._work(now + timedelta(seconds=121))
        self.assertEqual((one.state, one.proposed_count), ("done", 2))

    def test_after_some_tries_the_others_have_their_turn(self):
        one = self.query(self.durand)
        now = fields.Datetime.now()
        for _try in range(espace_quotient_query.TRIES):
            self.double.faults = ["broken"]
            one.sudo()._work(now)
            now += timedelta(hours=1)
        self.assertEqual(one.answer_ids.state, "failed")
        self.assertIn("37999", one.answer_ids.words)

    def test_half_an_answer_and_nonsense_are_no_quotient(self):
        for name in ("half", "wrong_json", "no_number", "redirect"):
            with self.subTest(name):
                self.double.faults = [name]
                one = self.asked(self.durand)
                self.assertEqual(one.answer_ids.state, "todo")
                self.assertTrue(one.not_before)
                one.sudo().unlink()

    def test_a_slow_answer_is_given_up(self):
        # Odoo's tests wait for ten seconds at least, whatever is asked.
        self.double.pause = 11
        with patch.object(particulier, "TIMEOUT", 1):
            self.double.faults = ["slow"]
            one = self.asked(self.durand)
        self.assertEqual(one.answer_ids.state, "todo")

    def test_a_service_that_is_not_there(self):
        self.company.espace_particulier_url = "http://127.0.0.1:9"
        one = self.asked(self.durand)
        self.assertEqual(one.answer_ids.state, "todo")

    def test_stopped_it_goes_on_where_it_was(self):
        self.double.faults = ["", "token_ended"]
        one = self.asked()
        self.assertEqual((one.state, one.left_count), ("stopped", 1))
        one.action_resume()
        one.sudo()._work()
        self.assertEqual((one.state, one.proposed_count), ("done", 2))
        self.assertFalse(one.stopped_reason)

    def test_the_pace_that_is_allowed_is_kept(self):
        """Twenty a second and token: between two questions there is a pause."""
        self.reset(Marc=(410, "MSA"), Sofia=(900, "MSA"))
        with (
            patch.object(
                espace_quotient_query, "PAUSE", espace_quotient_query.SHORTEST
            ),
            patch.object(espace_quotient_query.time, "sleep") as sleep,
        ):
            self.asked()
        self.assertEqual(len(self.double.asked), 3)
        pauses = [call.args[0] for call in sleep.call_args_list]
        self.assertGreaterEqual(len(pauses), 2)
        self.assertTrue(all(pause >= 1 / 20 for pause in pauses))

    # === The connection === #

    def settings(self):
        settings = self.env["res.config.settings"].with_user(self.chief)
        return settings.with_company(self.company).create({})

    def test_the_connection_is_tried_in_words(self):
        action = self.settings().action_espace_particulier_test()
        self.assertIn("cnaf_quotient_familial", action["params"]["message"])
        for fault, words in (
            ("token_ended", "00105"),
            ("wrong_json", "does not answer"),
        ):
            self.double.faults = [fault]
            with self.assertRaises(UserError) as error:
                self.settings().action_espace_particulier_test()
            self.assertIn(words, str(error.exception))

    def test_what_the_settings_lack_is_said(self):
        for vals, words in (
            ({"company_registry": "123"}, "SIRET"),
            ({"espace_particulier_url": "http://example.org"}, "https://"),
        ):
            kept = {name: self.company[name] for name in vals}
            self.company.write(vals)
            with self.assertRaises(UserError) as error:
                self.company._espace_particulier()
            self.assertIn(words, str(error.exception))
            self.company.write(kept)
        self.settings().action_espace_particulier_forget()
        with self.assertRaises(UserError):
            self.company._espace_particulier()

    def test_the_token_is_written_and_never_read(self):
        settings = self.settings()
        settings.espace_particulier_new_token = "another"
        settings.set_values()
        self.assertEqual(self.company.sudo().espace_particulier_token, "another")
        self.assertFalse(settings.espace_particulier_new_token)
        admin = self._create_staff("admin")
        with self.assertRaises(AccessError):
            self.company.with_user(admin).read(["espace_particulier_token"])
        self.assertNotIn(
            "espace_particulier_token",
            self.env["res.company"].with_user(admin).fields_get(),
        )

    def test_no_log_names_a_person_or_the_token(self):
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger("espace").debug("something")
            self.double.faults = ["broken"]
            self.asked()
        said = "\n".join(logs.output)
        for secret in (TOKEN, "Claire", "81065", "nomNaissance"):
            self.assertNotIn(secret, said)
