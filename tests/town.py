"""A commune around today, for what runs on the real clock: servers, measurements."""

from datetime import date, timedelta

from odoo.fields import Command

from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

ALL_WEEK = {"wednesday": True, "saturday": True, "sunday": True}


class Town(EspaceBillingCase):
    """The commune of the tests, with its prices, around today instead of 2027.

    Its class methods build it; no test runs.
    """

    @classmethod
    def build(cls, env, name="Commune de Mesure"):
        """Create the company, its school, its two families and its books."""
        cls.today = date.today()
        cls._create_commune(env, name)
        cls._create_accounts()
        cls.prices = cls.env["espace.tariff"].create(
            {"name": "Tarifs", "company_id": cls.company.id, "date_from": cls.today}
        )
        return cls

    @classmethod
    def add_family(cls, number, children=2):
        """Create a family with a quotient; its children are enrolled everywhere."""
        family = cls._create_family(f"Famille {number}", ["Claire"])
        cls._set_quotient(family, 750, cls.today)
        for rank in range(children):
            cls._create_child(family, f"Enfant {rank + 1}", cls.class_cp)
        return family

    @classmethod
    def _create_calendar(cls):
        super()._create_calendar()
        # Children are enrolled for the years that hold today and the days to come;
        # none may lose its periods.
        year = cls.year
        year.write(
            {
                "date_from": min(year.date_from, cls.today - timedelta(days=30)),
                "date_to": max(year.date_to, cls.today + timedelta(days=400)),
            }
        )

    @classmethod
    def add_service(cls, name, days, price=3.60, **vals):
        """Open an activity of one option, every one of `days`; return the option."""
        activity = cls.env["espace.activity"].create(
            {
                "name": name,
                "code": "bench",
                "capacity": 500,
                "on_holidays": True,
                **ALL_WEEK,
                **vals,
            }
        )
        option = cls._create_option(activity, name)
        cls.env["espace.tariff.line"].create(
            {
                "tariff_id": cls.prices.id,
                **cls._line(option, "planned", 0, 0, price),
            }
        )
        cls.env["espace.session"].create(
            [
                {
                    "activity_id": activity.id,
                    "date": day,
                    "capacity": activity.capacity,
                    "seats_limited": activity.seats_limited,
                }
                for day in days
            ]
        )
        return option

    @classmethod
    def _enrol(cls, child, activities):
        return super()._enrol(child, activities | cls.services())

    @classmethod
    def add_parent(cls, family):
        """Return the portal user of a family's first guardian; it has no password."""
        guardian = family.guardian_ids[:1]
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": guardian.email,
                    "partner_id": guardian.partner_id.id,
                    "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                    "lang": "fr_FR",
                }
            )
        )

    @classmethod
    def services(cls):
        """Return the activities of `add_service`."""
        return cls.env["espace.activity"].search(
            [("company_id", "=", cls.company.id), ("code", "=", "bench")]
        )

    @classmethod
    def coming_days(cls, count):
        return [cls.today + timedelta(days=number) for number in range(2, count + 2)]
