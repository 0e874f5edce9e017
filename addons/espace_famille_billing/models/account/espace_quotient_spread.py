from odoo import fields, models
from odoo.tools import SQL

from ...domain import quotient_spread as rules


class EspaceQuotientSpread(models.Model):
    """How many families have a quotient of which bracket, today.

    Brackets with fewer than five families are joined to their neighbours before
    anything is read: neither a filter, a group, an export nor a call sees more.
    """

    _name = "espace.quotient.spread"
    _description = "Spread of Quotients"
    _auto = False
    _order = "company_id, low"
    _rec_name = "bracket"
    _depends = {
        "espace.family": ["active", "company_id"],
        "espace.family.income": ["company_id", "date_from", "family_id", "value"],
        "espace.child": ["active", "family_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    bracket = fields.Char("Quotient", readonly=True)
    low = fields.Integer("From", readonly=True, aggregator=False)
    families = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        rows = [
            SQL(
                "(%s::int, %s::int, %s::varchar, %s::int, %s::int)",
                number,
                company,
                bracket,
                low,
                families,
            )
            for number, (company, bracket, low, families) in enumerate(
                self._brackets(), 1
            )
        ]
        columns = SQL("id, company_id, bracket, low, families")
        if not rows:
            return SQL(
                "SELECT %s FROM (VALUES (0, 0, ''::varchar, 0, 0)) AS none(%s) "
                "WHERE FALSE",
                columns,
                columns,
            )
        return SQL(
            "SELECT %s FROM (VALUES %s) AS bracket(%s)",
            columns,
            SQL(", ").join(rows),
            columns,
        )

    def _brackets(self):
        """Return [(company id, words, euros from, families)], of five families each.

        Of families with children, by the quotient in force today.
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        today = self.env.company._espace_today()
        counts, without = {}, {}
        for company, number, families in self.env.execute_query(
            SQL(
                """
                SELECT f.company_id, floor(i.value / %(step)s)::int, count(*)
                  FROM espace_family f
     LEFT JOIN LATERAL (
                       SELECT value FROM espace_family_income
                        WHERE family_id = f.id AND date_from <= %(today)s
                        ORDER BY date_from DESC LIMIT 1) i ON TRUE
                 WHERE f.active AND EXISTS (
                       SELECT FROM espace_child c
                        WHERE c.family_id = f.id AND c.active)
              GROUP BY 1, 2
                """,
                step=rules.STEP,
                today=today,
            )
        ):
            if number is None:
                without[company] = families
            else:
                counts.setdefault(company, {})[number] = families
        rows = [
            (company, self._bracket_words(one), one.low, one.families)
            for company, of_company in counts.items()
            for one in rules.spread(of_company)
        ]
        # After all numbers, as it is read.
        last = max((low for _c, _b, low, _f in rows), default=0) + rules.STEP
        return rows + [
            (company, self.env._("Without a quotient"), last, families)
            for company, families in without.items()
            if families >= rules.LEAST
        ]

    def _bracket_words(self, bracket):
        """Say a bracket so that letters sort it as numbers do: “0400 – 0599 €”."""
        if bracket.high is None:
            return self.env._("%s € and more", f"{bracket.low:04}")
        return f"{bracket.low:04} – {bracket.high - 1:04} €"
