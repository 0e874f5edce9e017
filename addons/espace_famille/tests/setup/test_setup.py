from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from ..common import NOW, TODAY, EspaceCase

SIRET = "21340056700011"


class TestSetup(EspaceCase):
    """The checklist: what is done is found in the data, at each display."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_staff("admin")
        cls.setup = cls.env["espace.setup"].with_user(cls.admin)

    def step(self, code):
        [step] = [one for one in self.setup.load()["steps"] if one["code"] == code]
        return step

    def assert_open(self, code, words):
        step = self.step(code)
        self.assertFalse(step["done"], step)
        self.assertIn(words, step["words"])

    def complete_commune(self):
        self.company.write(
            {
                "street": "1 place de la Mairie",
                "zip": "81090",
                "city": "Valdurenque",
                "country_id": self.env.ref("base.fr").id,
                "phone": "05 00 00 00 00",
                "email": "mairie@example.org",
                "company_registry": SIRET,
            }
        )

    def receive_test(self):
        """Have a server, and a test with its settings that somebody received."""
        server = self.env["ir.mail_server"].create(
            {"name": "Mail", "smtp_host": "smtp.example.org"}
        )
        self.env.flush_all()
        self.company.write(
            {
                "espace_mail_test": self.company._espace_mail_settings(),
                "espace_mail_test_on": NOW,
                "espace_mail_test_answer": "received",
            }
        )
        return server

    def open_the_year(self):
        plan = self.setup._setup_plan(self.company, self.year)
        self.env["espace.activity"]._carry_out(plan)

    # === Who === #

    def test_only_administrators_start_a_commune(self):
        for role in ("animation", "manager", "finance"):
            setup = self.env["espace.setup"].with_user(self._create_staff(role))
            for method, arguments in (
                ("load", ()),
                ("open", ("sessions",)),
                ("ready", ()),
                ("mend", ("check",)),
                ("load_models", ()),
                ("create_activities", ([],)),
            ):
                with self.assertRaises(AccessError):
                    getattr(setup, method)(*arguments)

    def test_there_are_no_other_steps_than_those_shown(self):
        with self.assertRaises(UserError):
            self.setup.open("finding")
        with self.assertRaises(ValueError):
            self.setup.mend("finding")

    # === Ticks === #

    def test_the_commune_names_what_is_missing(self):
        self.company.write({"phone": False, "company_registry": False, "email": False})
        self.assert_open("commune", "its telephone")
        self.complete_commune()
        self.assertTrue(self.step("commune")["done"])
        self.company.company_registry = False
        self.assert_open("commune", "SIRET")

    def test_a_step_whose_data_go_away_is_open_again(self):
        self.assertTrue(self.step("schools")["done"])
        self.env["espace.school"].create({"name": "École neuve"})
        self.assert_open("schools", "École neuve")
        self.assertTrue(self.step("activities")["done"])
        self.canteen.cancel_rule_id = False
        self.assert_open("activities", "until when one cancels")
        self.assertTrue(self.step("year")["done"])
        self.year.period_ids.filtered(lambda p: p.kind == "holiday").unlink()
        self.assert_open("year", "no school holidays")

    def test_a_year_that_starts_soon_is_prepared(self):
        self.env["espace.session"].search([]).unlink()
        self.env["espace.enrolment"].search([]).unlink()
        self.year.period_ids.filtered(lambda p: str(p.date_from) < "2027-06").unlink()
        self.year.write({"date_from": "2027-04-01", "date_to": "2027-08-31"})
        self.assertTrue(self.step("year")["done"])
        self.year.write({"date_from": "2027-06-01"})
        self.assert_open("year", "No school year")

    def test_sessions_are_opened_to_the_end_of_the_year_and_not_before_today(self):
        self.assert_open("sessions", "days cannot be booked yet")
        action = self.setup.open("sessions")
        self.assertEqual(action["tag"], "display_notification")
        self.assertTrue(self.step("sessions")["done"])
        dates = self.env["espace.session"].search([]).mapped("date")
        self.assertEqual(min(dates), TODAY)
        self.assertGreater(max(dates), self.year.date_to.replace(month=6, day=1))
        # Again without harm.
        self.assertEqual(self.setup.open("sessions")["res_model"], "espace.session")

    def test_families_want_a_class_and_an_enrolment(self):
        self.assertTrue(self.step("families")["done"])
        zoe = self.env["espace.child"].create(
            {"firstname": "Zoé", "lastname": "Durand", "family_id": self.durand.id}
        )
        self.assert_open("families", "without a class")
        shown = self.env["espace.child"].search(self.setup.open("families")["domain"])
        self.assertEqual(shown, zoe)
        zoe.class_id = self.class_cp
        self.assert_open("families", "enrolled in no activity")
        context = self.setup.open("families")["context"]
        self.assertEqual(context["default_child_ids"], zoe.ids)
        activities = self.canteen | self.evening
        self.assertEqual(set(context["default_activity_ids"]), set(activities.ids))

    # === Wizards === #

    def test_the_commune_is_written_with_its_zone_and_becomes_one(self):
        company = self.env["res.company"].create({"name": "Nouvelle"})
        self.admin.company_ids += company
        env = self.setup.with_context(allowed_company_ids=company.ids).env
        wizard = env["espace.commune.wizard"].create(
            {
                "name": "Mairie des Hauts",
                "street": "1 rue Haute",
                "zip": "97410",
                "city": "Saint-Pierre",
                "phone": "02 00 00 00 00",
                "email": "mairie@example.org",
                "siret": "213 400 567 00011",
            }
        )
        self.assertEqual((wizard.zone, wizard.region), ("reunion", "974"))
        wizard.action_apply()
        self.assertTrue(company.espace_is_commune)
        self.assertEqual(company.company_registry, SIRET)
        self.assertEqual(company.espace_tz, "Indian/Reunion")
        self.assertEqual(company.espace_school_zone, "reunion")
        self.assertEqual(company.country_id.code, "FR")
        self.assertTrue(env["espace.setup"]._look_commune(company).done)

    def test_a_number_that_is_no_siret_is_refused(self):
        wizard = self.setup.env["espace.commune.wizard"].create(
            {
                "name": "Mairie",
                "street": "1 rue Haute",
                "zip": "81090",
                "city": "Valdurenque",
                "phone": "05 00 00 00 00",
                "email": "mairie@example.org",
                "siret": "21340056700012",
            }
        )
        for wrong in ("21340056700012", "123", "abc"):
            wizard.siret = wrong
            with self.assertRaisesRegex(UserError, "is no SIRET"):
                wizard.action_apply()

    def test_schools_are_created_with_their_classes(self):
        wizard = self.setup.env["espace.school.wizard"].create(
            {
                "line_ids": [
                    Command.create({"name": "École A", "kind": "nursery"}),
                    Command.create(
                        {"name": "École B", "classes": "CP ; CE1-CE2 Mme Brun, CP"}
                    ),
                ]
            }
        )
        wizard.action_apply()
        schools = self.env["espace.school"].search(
            [("name", "in", ("École A", "École B"))]
        )
        self.assertEqual(schools.mapped("name"), ["École A", "École B"])
        first, second = schools
        self.assertEqual(first.class_ids.mapped("level"), ["ps", "ms", "gs"])
        self.assertEqual(second.class_ids.mapped("name"), ["CP", "CE1-CE2 Mme Brun"])
        self.assertEqual(second.class_ids.mapped("level"), ["cp", "ce2"])

    def test_a_school_without_a_class_is_completed_not_made_twice(self):
        school = self.env["espace.school"].create({"name": "École neuve"})
        wizard = self.setup.env["espace.school.wizard"].create({})
        self.assertEqual(wizard.line_ids.school_id, school)
        wizard.action_apply()
        self.assertEqual(len(school.class_ids), 8)

    # === E-mails === #

    def test_a_test_counts_for_the_settings_that_it_was_sent_with(self):
        self.assert_open("mail", "No outgoing server")
        server = self.receive_test()
        self.assertTrue(self.step("mail")["done"])
        self.env.cr.execute(
            "UPDATE ir_mail_server SET write_date = write_date + interval '1 second'"
        )
        server.invalidate_recordset()
        self.assert_open("mail", "Not tried yet")

    def test_a_refusal_of_the_last_day_opens_the_e_mails_again(self):
        self.receive_test()
        mail = self.env["mail.mail"].create({"state": "exception"})
        self.env.flush_all()
        # The database writes its own clock.
        for day, refused in (
            ("2027-01-04 08:30", True),
            ("2027-01-04 07:30", False),
            ("2027-01-02 08:30", False),
        ):
            self.env.cr.execute(
                "UPDATE mail_mail SET write_date = %s WHERE id = %s", [day, mail.id]
            )
            mail.invalidate_recordset()
            if refused:
                self.assert_open("mail", "Refused since yesterday: 1")
            else:
                self.assertTrue(self.step("mail")["done"])

    def test_a_test_among_the_junk_counts_with_a_warning(self):
        self.receive_test()
        self.company.espace_mail_test_answer = "spam"
        step = self.step("mail")
        self.assertTrue(step["done"])
        self.assertIn("SPF", step["warning"])
        self.company.espace_mail_test_answer = "nothing"
        self.assert_open("mail", "never came")

    def test_what_a_test_that_arrived_does_not_prove_is_said(self):
        self.assertFalse([f for f in self.findings("ok") if "SPF" in f])
        self.company.email = "mairie@example.org"
        self.receive_test()
        [words] = [f for f in self.findings("ok") if "SPF" in f]
        self.assertIn("was not checked", words)
        self.assertIn("example.org", words)

    def test_the_port_that_was_typed_is_the_one_that_is_asked(self):
        wizards = self.env["espace.mail.wizard"]
        for typed, encryption, port in (
            (False, "none", 25),
            (" ", "ssl_strict", 465),
            ("", "starttls", 587),
            ("2525", "none", 2525),
            (" 587 ", "ssl", 587),
        ):
            form = Form(wizards)
            form.address = "mairie@example.org"
            form.port = typed
            form.encryption = encryption
            # What the server answers to another encryption leaves it as it is.
            self.assertEqual(form.port or False, typed or False)
            self.assertEqual(form.save()._port(), port)
        for typed in ("smtp", "0", "70000", "-1", "5²7"):
            with self.assertRaisesRegex(UserError, "is no port"):
                wizards.create({"port": typed, "address": "a@example.org"})._port()

    # === Ready? === #

    def findings(self, level):
        return [
            finding["words"] + finding["detail"]
            for finding in self.setup.ready()["findings"]
            if finding["level"] == level
        ]

    def test_what_is_missing_is_red_and_what_families_would_see_is_said(self):
        self.open_the_year()
        reds = self.findings("danger")
        self.assertTrue(any("Sending e-mails" in words for words in reds), reds)
        seen = [words for words in self.findings("ok") if "A parent sees" in words]
        self.assertEqual(len(seen), 3)
        self.assertIn("Repas on Monday 11 January", seen[0].replace(",", ""))

    def test_an_option_that_nobody_could_book_is_red_with_the_reason(self):
        self.open_the_year()
        self.env["espace.enrolment"].search(
            [("activity_id", "=", self.canteen.id)]
        ).unlink()
        reds = self.findings("danger")
        self.assertTrue(any("No parent could book Repas" in one for one in reds), reds)

    def test_households_without_an_e_mail_are_amber(self):
        self.durand.guardian_ids.email = False
        self.assertIn(
            "Households without an e-mail: 1", " ".join(self.findings("warning"))
        )

    def test_a_job_that_stands_still_is_red(self):
        jobs = self.env["ir.cron"].search([])
        jobs.nextcall = NOW
        self.assertNotIn("do not run", " ".join(self.findings("danger")))
        job = self.env.ref("espace_famille.cron_erase_families")
        job.nextcall = "2026-12-01"
        self.assertIn(job.name, " ".join(self.findings("danger")))

    # === The first screen === #

    def test_an_administrator_begins_at_the_checklist_until_it_is_done(self):
        self.assertEqual(self.setup._home()["tag"], "espace_setup")
        with patch.object(type(self.setup), "_is_finished", lambda *_args: True):
            self.assertEqual(self.setup._home()["tag"], "espace_home")
        agent = self.env["espace.setup"].with_user(self._create_staff("animation"))
        self.assertEqual(agent._home()["tag"], "espace_home")

    def test_nothing_is_left_once_all_but_what_is_optional_is_done(self):
        self.assertFalse(self.setup._is_finished(self.company))
        self.complete_commune()
        self.receive_test()
        self.open_the_year()
        left = [
            step["code"]
            for step in self.setup.load()["steps"]
            if not (step["done"] or step["optional"])
        ]
        self.assertFalse(set(left) - {"tariff", "regie", "invite"})
        self.assertEqual(self.setup._is_finished(self.company), not left)
