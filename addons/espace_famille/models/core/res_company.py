import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from zoneinfo import ZoneInfo

from babel.dates import format_date

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools.misc import babel_locale_parse, get_lang

from odoo.addons.base.models.res_partner import _tz_get

from ...domain import school_calendar
from ...domain.files import MOST_MEGABYTES

SCHOOL_ZONES = [
    ("A", "Zone A"),
    ("B", "Zone B"),
    ("C", "Zone C"),
    ("corse", "Corsica"),
    ("guadeloupe", "Guadeloupe"),
    ("guyane", "French Guiana"),
    ("martinique", "Martinique"),
    ("mayotte", "Mayotte"),
    ("reunion", "La Réunion"),
    ("saint_pierre_et_miquelon", "Saint Pierre and Miquelon"),
    ("polynesie", "French Polynesia"),
    ("nouvelle_caledonie", "New Caledonia"),
    ("wallis_et_futuna", "Wallis and Futuna"),
]

# Where public holidays differ from article L3133-1 of the Code du travail; the codes
# are those of the library `holidays`.
PUBLIC_HOLIDAY_REGIONS = [
    ("57", "Alsace-Moselle: Moselle"),
    ("6AE", "Alsace-Moselle: Bas-Rhin and Haut-Rhin"),
    ("971", "Guadeloupe"),
    ("972", "Martinique"),
    ("973", "French Guiana"),
    ("974", "La Réunion"),
    ("976", "Mayotte"),
    ("BL", "Saint-Barthélemy"),
    ("MF", "Saint-Martin"),
    ("NC", "New Caledonia"),
    ("PF", "French Polynesia"),
    ("PM", "Saint Pierre and Miquelon"),
    ("WF", "Wallis and Futuna"),
]


@lru_cache(maxsize=4096)
def _day_text(lang, day, pattern):
    """Say a day; pages say the same days over and over, and Babel takes its time."""
    return format_date(day, format=pattern, locale=babel_locale_parse(lang))


class ResCompany(models.Model):
    """The collectivité: who runs the services and in which clock."""

    _inherit = "res.company"

    espace_is_commune = fields.Boolean(
        "Runs School Services",
        help="Families, activities and régies belong to such companies. The others are "
        "left alone.",
    )
    espace_tz = fields.Selection(
        _tz_get,
        "Time Zone of the Services",
        default="Europe/Paris",
        required=True,
        help="Deadlines and days are reckoned on this wall clock.",
    )
    espace_school_zone = fields.Selection(
        SCHOOL_ZONES, "School Holiday Zone", default="C", required=True
    )
    espace_public_holiday_region = fields.Selection(
        PUBLIC_HOLIDAY_REGIONS,
        "Local Public Holidays",
        help="Leave empty where only the national public holidays apply.",
    )
    espace_contact_name = fields.Char("Contact for Families")
    espace_opening_hours = fields.Text("Opening Hours of the Counter")
    espace_hold_minutes = fields.Integer(
        "Seats Held while Paying (minutes)",
        default=60,
        help="Time a family has to pay online before its seats are freed.",
    )

    espace_waiting_hold_hours = fields.Integer(
        "Time to Pay a Place of the Waiting List (hours)",
        default=24,
        help="A place given to a family that waited is kept for it this long, at most "
        "until the day itself; it learns of it by a message.",
    )
    espace_file_megabytes = fields.Integer(
        "Largest File of a Family (MB)",
        default=MOST_MEGABYTES,
        required=True,
        help="Documents, proofs and files of messages that families send: each of this "
        "size at most.",
    )
    espace_erase_after = fields.Integer(
        "Years without Use",
        default=3,
        help="After so many years without a booking or an enrolment, the personal data "
        "of a child or of a family are to be erased.",
    )
    espace_erase_alone = fields.Boolean(
        "Erase without Being Asked",
        help="Every night, erase what is older. Otherwise an administrator does it "
        "from the lists of personal data to erase.",
    )

    espace_health_readings_months = fields.Integer(
        "Months that Readings of Health Data are Kept",
        default=12,
        help="Who read a care plan, allergies or a confidential document, when and "
        "from where, is erased after so many months.",
    )

    _espace_waiting_hold_hours_positive = models.Constraint(
        "CHECK(espace_waiting_hold_hours > 0)",
        "A family that waited must have at least one hour to pay.",
    )
    _espace_hold_minutes_positive = models.Constraint(
        "CHECK(espace_hold_minutes > 0)",
        "Seats must be held for at least one minute while a family pays.",
    )

    _espace_file_megabytes_range = models.Constraint(
        f"CHECK(espace_file_megabytes BETWEEN 1 AND {MOST_MEGABYTES})",
        "Files of families have between 1 and 10 MB at most.",
    )
    _espace_erase_after_range = models.Constraint(
        "CHECK(espace_erase_after BETWEEN 1 AND 10)",
        "Personal data are kept for one year at least and ten years at most.",
    )

    # Six months to a year, three years where it is justified: deliberation 2021-122 of
    # the CNIL (journalisation).
    _espace_health_readings_months_range = models.Constraint(
        "CHECK(espace_health_readings_months BETWEEN 6 AND 36)",
        "Who read health data is kept for six months at least and three years at most.",
    )

    # === Communes === #

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.filtered("espace_is_commune")._espace_become_communes()
        return companies

    def write(self, vals):
        if "espace_is_commune" not in vals:
            return super().write(vals)
        before = self.filtered("espace_is_commune")
        if not vals["espace_is_commune"]:
            before._espace_check_unused()
        result = super().write(vals)
        # Menus are shown by it.
        self.env.registry.clear_cache()
        if vals["espace_is_commune"]:
            (self - before)._espace_become_communes()
        return result

    def _espace_become_communes(self):
        """Hook: give these companies what each commune begins with; keep the rest."""
        self.env["espace.diet"].sudo()._create_defaults(self.sudo())
        self.env["espace.message.template"].sudo()._create_defaults(self.sudo())
        for company_sudo in self.sudo():
            company_sudo._espace_create_family_numbers()

    def _espace_create_family_numbers(self):
        """Number the families of this commune apart from those of the others."""
        code = "espace.family"
        sequences = self.env["ir.sequence"]
        if sequences.search_count(
            [("code", "=", code), ("company_id", "=", self.id)], limit=1
        ):
            return
        families = self.env["espace.family"].with_context(active_test=False)
        known = families.search_fetch([("company_id", "=", self.id)], ["reference"])
        numbers = (re.sub(r"\D", "", name or "") for name in known.mapped("reference"))
        last = max((int(number) for number in numbers if number), default=0)
        self.env.ref("espace_famille.sequence_family").copy(
            {"company_id": self.id, "number_next": last + 1}
        )

    @api.model
    def _espace_communes(self):
        """Return all companies that run school services, as superuser."""
        return self.sudo().search([("espace_is_commune", "=", True)])

    def _espace_check_communes(self):
        """Refuse what belongs to a company that is no commune.

        :raise UserError: naming the company and what to do
        """
        for company in self.filtered(lambda one: not one.espace_is_commune):
            raise UserError(
                self.env._(
                    "%s runs no school services: work in the company of the commune, "
                    "or tick “Runs School Services” in the settings of this one.",
                    company.name,
                )
            )

    def _espace_check_unused(self):
        """Refuse that a company with families or activities is a commune no more."""
        for model in ("espace.family", "espace.activity"):
            records = self.env[model].sudo().with_context(active_test=False)
            for one in records.search([("company_id", "in", self.ids)], limit=1):
                raise UserError(
                    self.env._(
                        "%s has families or activities: it stays a commune.",
                        one.company_id.name,
                    )
                )

    # === Clock === #

    def _espace_local(self, instant):
        """Convert a naive UTC datetime to the commune's naive wall clock."""
        self.ensure_one()
        aware = instant.replace(tzinfo=UTC)
        return aware.astimezone(ZoneInfo(self.espace_tz)).replace(tzinfo=None)

    def _espace_today(self, now=None):
        """Return the commune's date at `now` (naive UTC, the present if None)."""
        return self._espace_local(now or fields.Datetime.now()).date()

    # === Calendar === #

    def _espace_calendar(self):
        """Return the immutable `school_calendar.Calendar` of this company."""
        return self._espace_calendar_under(self.sudo().espace_revision)

    @tools.ormcache("self.id", "revision")
    def _espace_calendar_under(self, revision):
        """Return the calendar as it is kept, see `espace_rulebook.py`."""
        years = (
            self.env["espace.school.year"].sudo().search([("company_id", "=", self.id)])
        )
        periods = tuple(period._domain_period() for period in years.period_ids)
        return school_calendar.Calendar(periods, weeks=years._school_weeks())

    def _day_kind(self, date):
        """Return school, wednesday, holiday, weekend, public_holiday or closed."""
        return self._espace_calendar().day_kind(date)

    def _espace_calendar_changed(self):
        """Renew what is kept of the calendar and find the coming limits again."""
        self._espace_rulebook_changed()
        sessions_sudo = self.env["espace.session"].sudo()
        sessions_sudo._recompute_limits(self)
        sessions_sudo._review_calendar(self)

    # === Demonstration === #

    @api.model
    def _espace_load_demo(self, addon, steps):
        """Do these steps of the `Demonstration` of an addon, in their order.

        It is imported here alone: no production server loads invented people.
        """
        demonstration = import_module(f"odoo.addons.{addon}.demo").Demonstration
        for step in steps:
            getattr(demonstration(self.env), step)()

    # === Words === #

    def _espace_limit_words(self, limit):
        """Say a limit (naive UTC) in words: “mardi 5 janvier 12h”, '' if none.

        The first instant of a day is said as the midnight that ends the day before.
        """
        self.ensure_one()
        if limit in (None, datetime.max, datetime.min):
            return ""
        local = self._espace_local(limit)
        midnight = (local.hour, local.minute) == (0, 0)
        day = local.date() - timedelta(days=midnight)
        return self.env._(
            "%(day)s at %(time)s",
            day=self._espace_day_words(day),
            time=self.env._("midnight") if midnight else self._espace_time_words(local),
        )

    def _espace_moment_words(self, instant):
        """Say an instant (naive UTC) by the commune's clock, with its year."""
        local = self._espace_local(instant)
        return self.env._(
            "%(day)s at %(time)s",
            day=self._espace_day_words(local.date(), year=True),
            time=self._espace_time_words(local),
        )

    def _espace_day_words(self, day, year=False):
        """Say a date in words: “mardi 5 janvier”, with its year if asked."""
        return self._espace_format_day(day, "EEEE d MMMM y" if year else "EEEE d MMMM")

    def _espace_date_words(self, day):
        """Say a date without its weekday: “11 janvier”."""
        return self._espace_format_day(day, "d MMMM")

    def _espace_span_words(self, first, last):
        """Say a range of days: “lundi 11 janvier”, “du 11 janvier au 15 janvier”."""
        if first == last:
            return self._espace_day_words(first)
        return self.env._(
            "from %(first)s to %(last)s",
            first=self._espace_date_words(first),
            last=self._espace_date_words(last),
        )

    @api.model
    def _espace_format_day(self, day, pattern):
        """Format a date; French says the first of a month as “1er”.

        :param str pattern: Babel's, with the day of the month as a lone “d”
        """
        if day.day == 1 and (self.env.lang or "").startswith("fr"):
            pattern = re.sub(r"\bd\b", "d'er'", pattern)
        return self._espace_day_text(day, pattern)

    @api.model
    def _espace_day_text(self, day, pattern):
        """Format a date by a pattern of Babel's."""
        return _day_text(self.env.lang or get_lang(self.env).code, day, pattern)

    @api.model
    def _espace_time_words(self, local):
        """Say a time in words: “12h”, “17h30”."""
        minutes = f"{local.minute:02d}" if local.minute else ""
        return f"{local.hour}h{minutes}"
