from datetime import timedelta
from itertools import groupby

from odoo import api, models


class EspaceMenuPoster(models.AbstractModel):
    """What the poster of the menus shows, week by week."""

    _name = "report.espace_famille.menu_poster"
    _description = "Poster of the Menus"

    @api.model
    def _get_report_values(self, docids, data=None):
        menus = self.env["espace.menu"].browse(docids)
        ordered = menus.sorted(lambda one: (one.company_id.id, one.date))
        weeks = groupby(ordered, lambda one: (one.company_id, self._monday(one.date)))
        return {
            "doc_ids": docids,
            "doc_model": "espace.menu",
            "docs": menus,
            "weeks": [
                {
                    "company": company,
                    "menus": list(found),
                    "words": self.env._(
                        "Week of %s",
                        company._espace_day_words(monday, year=True),
                    ),
                }
                for (company, monday), found in weeks
            ],
            "allergens": self.env["espace.allergen"]
            .search([("code", "!=", False)])
            .mapped("name"),
        }

    @api.model
    def _monday(self, day):
        return day - timedelta(days=day.weekday())
