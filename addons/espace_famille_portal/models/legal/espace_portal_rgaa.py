from datetime import date
from functools import cache

from odoo import models
from odoo.tools import file_open

from ...domain import rgaa

TABLE = "espace_famille_portal/data/rgaa.csv"
# A scheme holds three years at most (decree 2019-768, article 5).
YEARS = 3


@cache
def read_audit():
    """Return the audit of the pages of this release."""
    with file_open(TABLE) as table:
        return rgaa.read(table)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_accessibility_state(self):
        """Return full, partial or none: as audited, or as the commune stated itself."""
        self.ensure_one()
        stated = self.espace_accessibility
        return read_audit().state if stated == "audit" else stated

    def _espace_scheme_years(self, today):
        """Return the years of the scheme in force, the first one to come first."""
        self.ensure_one()
        first = self.espace_accessibility_date or today
        begun = first.year + max(0, today.year - first.year) // YEARS * YEARS
        return list(range(begun, begun + YEARS))

    # === Words === #

    def _espace_audit_words(self):
        """Return the sentences on what the audit of this release found."""
        self.ensure_one()
        audit = read_audit()
        counts = audit.counts
        return [
            self.env._(
                "The makers of the software went through the 106 criteria themselves, "
                "on %(day)s. Nobody who uses a screen reader every day took part yet.",
                day=self._espace_day_words(date(*rgaa.DAY), year=True),
            ),
            self.env._(
                "%(rate)s%% of the criteria that apply are met; on average of the "
                "pages, %(mean)s%%. Criteria met: %(met)s; not met: %(broken)s; "
                "without object: %(absent)s.",
                rate=audit.rate,
                mean=audit.mean,
                met=counts["C"],
                broken=counts["NC"],
                absent=counts["NA"],
            ),
        ]

    def _espace_scheme_words(self, years):
        """Return the sentences of the scheme in which a figure stands."""
        self.ensure_one()
        return {
            "intro": self.env._(
                "What the local authority does, from %(first)s to %(last)s, to keep "
                "its online service for families open to everybody.",
                first=years[0],
                last=years[-1],
            ),
            "answer": self.env._(
                "What families report is answered within %s working days, with "
                "another way to do the same meanwhile.",
                self.espace_answer_days,
            ),
            "plans": {year: self.env._("Plan of %s", year) for year in years},
        }
