from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import TransactionCase

from odoo.addons.mail.tests.common import mail_new_test_user

# A Monday of term, 9:00 in Paris; times are naive UTC.
NOW = datetime(2027, 1, 4, 8, 0)
TODAY = date(2027, 1, 4)

MONDAY = date(2027, 1, 11)
TUESDAY = date(2027, 1, 12)
WEDNESDAY = date(2027, 1, 13)
THURSDAY = date(2027, 1, 14)

# Limits of that Monday: the canteen closes on Tuesday 5 at 12h, the childcare on the
# day before at 17h, wall clock of Paris.
CANTEEN_CUTOFF = datetime(2027, 1, 5, 11, 0)
EVENING_CUTOFF = datetime(2027, 1, 10, 16, 0)
TOO_LATE = datetime(2027, 1, 10, 20, 0)

SCHOOL_WEEK = {"wednesday": False, "saturday": False, "sunday": False}

COMMUNE = "Commune de Valdurenque"

# The module of the external ids under which a database may hold the commune already.
KEPT = "espace_tests"


class Commune:
    """Builds a small commune, invented: one school, two activities, two families."""

    # What `_create_commune` creates: each is an attribute of the class.
    PARTS = (
        *("company", "year", "school", "class_cp", "class_cm1"),
        *("rule_weekly", "rule_never", "rule_eve"),
        *("canteen", "evening", "meal", "t1", "t2"),
        *("martin", "nina", "tom", "durand", "lina"),
    )

    @classmethod
    def _open_commune(cls, env):
        """Take the commune that the database holds; create it if there is none.

        A class that creates something in a way of its own has another one created.
        """
        kept = env["ir.model.data"].search([("module", "=", KEPT)])
        ids = {data.name: (data.model, data.res_id) for data in kept}
        own = any(
            getattr(cls, step).__func__ is not vars(Commune)[step].__func__
            for step in ("_create_calendar", "_create_activities", "_create_families")
        )
        if own or not ids:
            cls._create_commune(env)
            return
        cls._work_in(env["res.company"].browse(ids["company"][1]))
        cls.company.name = COMMUNE
        for name in cls.PARTS:
            model, id_ = ids[name]
            setattr(cls, name, cls.env[model].browse(id_))

    @classmethod
    def _keep_commune(cls):
        """Let the database hold the commune for the tests that run in copies of it.

        Its name is left to those that create one of their own.
        """
        cls.company.name = f"{COMMUNE} ({KEPT})"
        cls.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"{KEPT}.{name}", "record": getattr(cls, name)}
                for name in cls.PARTS
            ]
        )

    @classmethod
    def _create_commune(cls, env, name=COMMUNE):
        """Create everything in a company of its own; `cls.env` then works in it."""
        company = env["res.company"].create(
            {
                "name": name,
                "espace_school_zone": "C",
                "espace_tz": "Europe/Paris",
            }
        )
        env.user.write({"company_ids": [Command.link(company.id)]})
        cls._work_in(company)
        cls.company.partner_id.lang = cls.env.lang
        # It begins with words in its language.
        cls.company.espace_is_commune = True
        cls._create_calendar()
        cls._create_activities()
        cls._create_families()

    @classmethod
    def _work_in(cls, company):
        """Have `cls.env` work in this company alone, in English."""
        env = company.env
        cls.env = env(
            context={
                **env.context,
                "allowed_company_ids": company.ids,
                "tracking_disable": True,
                "lang": "en_US",
            }
        )
        cls.company = company.with_env(cls.env)
        cls.Reservation = cls.env["espace.reservation"]

    # === Commune === #

    @classmethod
    def _no_pork(cls):
        """Return the second one of the usual diets of the commune."""
        own = [("company_id", "=", cls.company.id)]
        return cls.env["espace.diet"].search(own, order="sequence, id")[1]

    @classmethod
    def _create_calendar(cls):
        cls.year = cls.env["espace.school.year"]._create_for(cls.company, TODAY)
        cls.school = cls.env["espace.school"].create(
            {
                "name": "École des Tilleuls",
                "class_ids": [
                    Command.create({"name": "CP", "level": "cp"}),
                    Command.create({"name": "CM1", "level": "cm1"}),
                ],
            }
        )
        cls.class_cp, cls.class_cm1 = cls.school.class_ids

    @classmethod
    def _create_activities(cls):
        Rule = cls.env["espace.deadline.rule"]
        cls.rule_weekly = Rule.create(
            {
                "name": "Tuesday for the next week",
                "kind": "weekly",
                "line_ids": [
                    Command.create({"cutoff_weekday": "1", "weeks_back": 1, "time": 12})
                ],
            }
        )
        cls.rule_never = Rule.create({"name": "Never", "kind": "never"})
        cls.rule_eve = Rule.create(
            {"name": "The day before", "kind": "offset", "time": 17}
        )
        cls.canteen = cls.env["espace.activity"].create(
            {
                "name": "Cantine",
                "category": "canteen",
                "capacity": 3,
                "booking_rule_id": cls.rule_weekly.id,
                "cancel_rule_id": cls.rule_never.id,
                **SCHOOL_WEEK,
            }
        )
        cls.evening = cls.env["espace.activity"].create(
            {
                "name": "Garderie du soir",
                "capacity": 2,
                "booking_rule_id": cls.rule_eve.id,
                "cancel_rule_id": cls.rule_eve.id,
                **SCHOOL_WEEK,
            }
        )
        cls.meal = cls._create_option(cls.canteen, "Repas", espace_includes_meal=True)
        cls.t1 = cls._create_option(
            cls.evening, "Tranche 1", espace_time_from=16.5, espace_time_to=17.5
        )
        cls.t2 = cls._create_option(
            cls.evening, "Tranche 2", espace_time_from=16.5, espace_time_to=18.5
        )
        activities = cls.canteen | cls.evening
        activities._generate_sessions(TODAY, date(2027, 2, 5))

    @classmethod
    def _create_option(cls, activity, name, **vals):
        return (
            cls.env["product.template"]
            .create(
                {
                    "name": name,
                    "type": "service",
                    "espace_activity_id": activity.id,
                    **vals,
                }
            )
            .product_variant_id
        )

    @classmethod
    def _create_families(cls):
        cls.martin = cls._create_family("Martin", ["Claire", "Marc"])
        cls.nina = cls._create_child(cls.martin, "Nina", cls.class_cp)
        cls.tom = cls._create_child(cls.martin, "Tom", cls.class_cm1)
        cls.durand = cls._create_family("Durand", ["Sofia"])
        cls.lina = cls._create_child(cls.durand, "Lina", cls.class_cp)

    @classmethod
    def _create_family(cls, name, guardians):
        return cls.env["espace.family"].create(
            {
                "name": name,
                "email": f"{name}@example.org".lower(),
                "lang": cls.env.lang,
                "guardian_ids": [
                    Command.create(
                        {
                            "civility": "madam" if rank == 1 else "sir",
                            "rank": rank,
                            "lastname": name,
                            "firstname": firstname,
                            "email": f"{firstname}.{name}@example.org".lower(),
                        }
                    )
                    for rank, firstname in enumerate(guardians, 1)
                ],
            }
        )

    @classmethod
    def _create_child(cls, family, firstname, school_class, **vals):
        child = cls.env["espace.child"].create(
            {
                "lastname": family.guardian_ids[:1].lastname or family.name,
                "firstname": firstname,
                "birth_date": date(2019, 5, 1),
                "family_id": family.id,
                "class_id": school_class.id,
                **vals,
            }
        )
        cls._enrol(child, cls.canteen | cls.evening)
        return child

    @classmethod
    def _enrol(cls, child, activities):
        return cls.env["espace.enrolment"].create(
            [
                {
                    "child_id": child.id,
                    "activity_id": activity.id,
                    "date_from": cls.year.date_from,
                    "date_to": cls.year.date_to,
                }
                for activity in activities
            ]
        )


class EspaceCase(Commune, TransactionCase):
    """The commune in a test's own transaction, on a frozen Monday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.env["res.lang"]._activate_lang("en_US")
        cls._open_commune(cls.env)

    @classmethod
    def _create_user(cls, login, groups, **vals):
        return mail_new_test_user(
            cls.env,
            login=login,
            email=f"{login}@example.org",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **vals,
        )

    @classmethod
    def _create_portal_user(cls, guardian):
        return cls._create_user(
            guardian.email.split("@")[0],
            "base.group_portal",
            name=guardian.name,
            partner_id=guardian.partner_id.id,
        )

    @classmethod
    def _create_staff(cls, role, *others):
        groups = [f"espace_famille.group_{name}" for name in (role, *others)]
        return cls._create_user("staff_" + "_".join((role, *others)), ",".join(groups))

    @classmethod
    def _create_french_staff(cls, role, *others, name="Claire Fournier"):
        """Create who works in French, as browsers are shown to a commune."""
        cls.env["res.lang"]._activate_lang("fr_FR")
        user = cls._create_staff(role, *others)
        user.write({"lang": "fr_FR", "name": name})
        return user

    # === Shortcuts === #

    def of_addon(self, addon, model):
        """Return the records of `model` that the data files of `addon` made."""
        data = self.env["ir.model.data"].search(
            [("module", "=", addon), ("model", "=", model)]
        )
        records = self.env[model].browse(data.mapped("res_id"))
        self.assertTrue(records)
        return records

    def session(self, activity, day):
        return activity.session_ids.filtered(lambda session: session.date == day)

    def quote(self, family, *items, now=NOW, **options):
        """Quote the items and return the only quote, or all of them."""
        quotes = self.Reservation._quote(family, items, now=now, **options)
        return quotes[0] if len(quotes) == 1 else quotes

    def book(self, family, *items, now=NOW, **options):
        """Book the items; return the statuses, in the order of the items."""
        quotes = self.Reservation._book(family, items, now=now, **options)
        return [quote.status for quote in quotes]

    def reservation(self, child, activity, day):
        """Return the live reservation of a child on a day, maybe empty."""
        return self.Reservation.search(
            [
                ("child_id", "=", child.id),
                ("session_id", "=", self.session(activity, day).id),
                ("state", "not in", ("cancelled", "refused")),
            ]
        )

    def booked(self, child, product, day, now=NOW):
        """Book one item that must be accepted; return the reservation."""
        family = child._paying_family(day)
        [quote] = self.Reservation._book(family, [(child, product, day)], now=now)
        self.assertIn(quote.status, ("booked", "pending"), quote.reason)
        return self.Reservation.browse(quote.reservation_id)
