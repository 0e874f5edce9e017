from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.espace_famille.domain.booking import SEAT_STATES

from ...domain import caf
from ..core.groups import MONEY

AGES = [("under_6", "Under 6"), ("from_6", "6 and over")]
REGIMES = [
    ("general", "CAF (general scheme)"),
    ("msa", "MSA (agricultural scheme)"),
    ("other", "Other scheme"),
]


class EspaceCafHours(models.Model):
    """Hours of care for the CAF, booking by booking: realised, and billed.

    Realised: the whole slot once the child came at all, walk-ins included. Billed: the
    slot of what the family is charged for, an absence without proof too; for prices by
    started unit of time, the units charged. Counted: realised, capped on the Wednesdays
    of term as `domain/caf.py` says.
    """

    _name = "espace.caf.hours"
    _description = "Hours Realised and Billed"
    _auto = False
    _order = "date desc, activity_id, child_id"
    _rec_name = "date"
    _depends = {
        "espace.reservation": [
            "activity_id",
            "attendance",
            "child_id",
            "class_id",
            "company_id",
            "date",
            "family_id",
            "pack_id",
            "product_id",
            "session_id",
            "state",
        ],
        "espace.charge": [
            "aid_id",
            "amount",
            "quantity",
            "reservation_id",
            "tariff_line_id",
        ],
        "espace.calendar.period": ["company_id", "date_from", "date_to", "kind"],
        "espace.child": ["birth_date"],
        "espace.family": ["caf_regime"],
        "espace.flat": ["activity_id", "child_id", "date_from", "date_to", "family_id"],
        "espace.school.class": ["school_id"],
        "espace.tariff.line": ["unit", "unit_minutes"],
        "product.product": ["product_tmpl_id"],
        "product.template": [
            "espace_hours",
            "espace_includes_meal",
            "espace_time_from",
            "espace_time_to",
        ],
        "res.company": ["espace_caf_day_hours", "espace_caf_half_hours"],
    }

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    activity_id = fields.Many2one("espace.activity", readonly=True)
    product_id = fields.Many2one("product.product", "Option", readonly=True)
    child_id = fields.Many2one("espace.child", readonly=True)
    family_id = fields.Many2one("espace.family", readonly=True)
    school_id = fields.Many2one("espace.school", readonly=True)
    class_id = fields.Many2one("espace.school.class", readonly=True)
    age_group = fields.Selection(
        AGES, "Age", readonly=True, help="On the day of the service."
    )
    caf_regime = fields.Selection(REGIMES, "Scheme", readonly=True)
    hours_realised = fields.Float(
        readonly=True, help="The whole slot if the child came at all."
    )
    hours_counted = fields.Float(
        readonly=True,
        help="Realised, within the caps of Wednesdays: what is declared to the CAF.",
    )
    hours_billed = fields.Float(
        readonly=True,
        help="Of what is charged, come or not; of days at a flat price, or of a "
        "pack, those that the child came.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary("Charged", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT hours.*,
                   CASE WHEN NOT wednesday OR day_cap = 0 THEN alone
                        ELSE least(alone, greatest(0, day_cap - coalesce(
                             sum(alone) OVER (
                                 PARTITION BY company_id, child_id, date, wednesday
                                 ORDER BY id
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                             ), 0)))
                   END AS hours_counted
              FROM (
            SELECT realised.*,
                   CASE WHEN NOT wednesday THEN hours_realised
                        WHEN cap = 0 THEN hours_realised
                        ELSE least(hours_realised, cap) END AS alone
              FROM (
            SELECT r.id, r.date, r.company_id, r.activity_id, r.product_id,
                   r.child_id, r.family_id, k.school_id, r.class_id, f.caf_regime,
                   CASE WHEN r.date < c.birth_date + interval '6 years'
                        THEN 'under_6' ELSE 'from_6' END AS age_group,
                   CASE WHEN r.attendance = 'present' AND r.state IN %(states)s
                        THEN t.espace_hours ELSE 0 END AS hours_realised,
                   CASE WHEN coalesce(charged.amount, 0) <= 0 THEN
                        CASE WHEN r.attendance = 'present' AND (
                            r.pack_id IS NOT NULL OR EXISTS (
                            SELECT FROM espace_flat flat
                             WHERE flat.child_id = r.child_id
                               AND flat.family_id = r.family_id
                               AND flat.activity_id = r.activity_id
                               AND r.date >= flat.date_from
                               AND (flat.date_to IS NULL OR r.date <= flat.date_to)
                        )) THEN t.espace_hours ELSE 0 END
                        WHEN first.unit = 'started_unit'
                        THEN charged.amount * first.quantity / first.amount
                             * first.unit_minutes / 60.0
                        ELSE t.espace_hours END AS hours_billed,
                   coalesce(charged.amount, 0) AS amount,
                   extract(isodow FROM r.date) = 3 AND NOT EXISTS (
                       SELECT 1 FROM espace_calendar_period h
                        WHERE h.company_id = r.company_id AND h.kind = 'holiday'
                          AND r.date BETWEEN h.date_from AND h.date_to
                   ) AS wednesday,
                   coalesce(o.espace_caf_day_hours, 0) AS day_cap,
                   CASE WHEN t.espace_includes_meal
                        THEN coalesce(o.espace_caf_day_hours, 0)
                        WHEN t.espace_time_from < %(noon)s
                             AND t.espace_time_to > %(afternoon)s
                        THEN 2 * coalesce(o.espace_caf_half_hours, 0)
                        ELSE coalesce(o.espace_caf_half_hours, 0) END AS cap
              FROM espace_reservation r
              JOIN res_company o ON o.id = r.company_id
              JOIN espace_child c ON c.id = r.child_id
              JOIN espace_family f ON f.id = r.family_id
              JOIN product_product p ON p.id = r.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
         LEFT JOIN espace_school_class k ON k.id = r.class_id
         LEFT JOIN (
                   SELECT reservation_id, sum(amount) AS amount
                     FROM espace_charge
                    WHERE aid_id IS NULL
                    GROUP BY reservation_id
                   ) charged ON charged.reservation_id = r.id
         LEFT JOIN (
                   SELECT DISTINCT ON (h.reservation_id) h.reservation_id,
                          h.amount, h.quantity, l.unit, l.unit_minutes
                     FROM espace_charge h
                     JOIN espace_tariff_line l ON l.id = h.tariff_line_id
                    WHERE h.amount > 0 AND l.unit = 'started_unit'
                    ORDER BY h.reservation_id, h.id
                   ) first ON first.reservation_id = r.id
             WHERE r.attendance = 'present' AND r.state IN %(states)s
                OR charged.amount > 0
                   ) realised
                   ) hours
            """,
            states=tuple(SEAT_STATES),
            noon=caf.NOON,
            afternoon=caf.AFTERNOON,
        )

    @api.model
    def _by_activity(self, domain):
        """Return the hours of each activity, for the yearly summary.

        :return: [(activity, {month (1-12): {age: (counted, billed)}},
            {age: number of children who came})]
        """
        found = {}
        for activity, month, age, counted, billed in self._read_group(
            domain,
            ["activity_id", "date:month", "age_group"],
            ["hours_counted:sum", "hours_billed:sum"],
        ):
            months, _children = found.setdefault(activity, ({}, {}))
            months.setdefault(month.month, {})[age] = (counted, billed)
        for activity, age, children in self._read_group(
            [*domain, ("hours_realised", ">", 0)],
            ["activity_id", "age_group"],
            ["child_id:count_distinct"],
        ):
            found[activity][1][age] = children
        return [(activity, *hours) for activity, hours in found.items()]


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    caf_regime = fields.Selection(
        REGIMES, "Family Allowance Scheme", groups=MONEY, help="Asked for by the CAF."
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_caf_day_hours = fields.Float(
        "Most Hours of a Wednesday with its Meal",
        default=caf.Caps().day,
        help="Of a child, on the Wednesdays of term. 0: no cap.",
    )
    espace_caf_half_hours = fields.Float(
        "Most Hours of a Half-day of Wednesday",
        default=caf.Caps().half_day,
        help="Without a meal, on the Wednesdays of term. 0: no cap.",
    )

    _espace_caf_caps_positive = models.Constraint(
        "CHECK(espace_caf_day_hours >= 0 AND espace_caf_half_hours >= 0)",
        "A cap of hours must not be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_caf_day_hours = fields.Float(
        related="company_id.espace_caf_day_hours", readonly=False
    )
    espace_caf_half_hours = fields.Float(
        related="company_id.espace_caf_half_hours", readonly=False
    )
