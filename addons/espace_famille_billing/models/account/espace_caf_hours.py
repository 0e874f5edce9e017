from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.espace_famille.domain.booking import SEAT_STATES

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
    started unit of time, the units charged.
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
            "product_id",
            "session_id",
            "state",
        ],
        "espace.charge": [
            "amount",
            "quantity",
            "reservation_id",
            "tariff_line_id",
        ],
        "espace.child": ["birth_date"],
        "espace.family": ["caf_regime"],
        "espace.school.class": ["school_id"],
        "espace.tariff.line": ["unit", "unit_minutes"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["espace_hours"],
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
    hours_billed = fields.Float(readonly=True, help="Of what is charged, come or not.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary("Charged", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.id, r.date, r.company_id, r.activity_id, r.product_id,
                   r.child_id, r.family_id, k.school_id, r.class_id, f.caf_regime,
                   CASE WHEN r.date < c.birth_date + interval '6 years'
                        THEN 'under_6' ELSE 'from_6' END AS age_group,
                   CASE WHEN r.attendance = 'present' AND r.state IN %(states)s
                        THEN t.espace_hours ELSE 0 END AS hours_realised,
                   CASE WHEN coalesce(charged.amount, 0) <= 0 THEN 0
                        WHEN first.unit = 'started_unit'
                        THEN charged.amount * first.quantity / first.amount
                             * first.unit_minutes / 60.0
                        ELSE t.espace_hours END AS hours_billed,
                   coalesce(charged.amount, 0) AS amount
              FROM espace_reservation r
              JOIN espace_child c ON c.id = r.child_id
              JOIN espace_family f ON f.id = r.family_id
              JOIN product_product p ON p.id = r.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
         LEFT JOIN espace_school_class k ON k.id = r.class_id
         LEFT JOIN (
                   SELECT reservation_id, sum(amount) AS amount
                     FROM espace_charge
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
            """,
            states=tuple(SEAT_STATES),
        )

    @api.model
    def _by_activity(self, domain):
        """Return the hours of each activity, for the yearly summary.

        :return: [(activity, {month (1-12): {age: (realised, billed)}},
            {age: number of children who came})]
        """
        found = {}
        for activity, month, age, realised, billed in self._read_group(
            domain,
            ["activity_id", "date:month", "age_group"],
            ["hours_realised:sum", "hours_billed:sum"],
        ):
            months, _children = found.setdefault(activity, ({}, {}))
            months.setdefault(month.month, {})[age] = (realised, billed)
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
