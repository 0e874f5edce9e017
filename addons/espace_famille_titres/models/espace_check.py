"""What must always be true of titres: numbered, sealed, asked for once."""

import hashlib

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant

from .espace_title_files import KINDS


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _invariants(self):
        return [
            *super()._invariants(),
            Invariant(
                "title_gap",
                self.env._("Titres and their lists are numbered without gap, by year."),
                self.env._("Numbers are missing, or given twice, in these lists."),
            ),
            Invariant(
                "title_amount",
                self.env._(
                    "A titre asks for what was left of its invoices, of its family, "
                    "which are with the accountant."
                ),
                self.env._(
                    "These titres ask for another sum than their invoices, or for what "
                    "the régie collects."
                ),
            ),
            Invariant(
                "title_files",
                self.env._("The files of a sealed list are those that were sealed."),
                self.env._("Files of these lists are missing, or are not as sealed."),
            ),
            Invariant(
                "title_invoice",
                self.env._("What a run made for titres is of no régie."),
                self.env._("These invoices are for titres, yet a régie collects them."),
            ),
        ]

    @api.model
    def _find_transmitted(self, companies):
        """Leave out what was never sent by an état, for it was made for titres."""
        return (
            super()
            ._find_transmitted(companies)
            .filtered(
                lambda move: (
                    not move._espace_is_by_title()
                    or move.espace_transfer_line_ids
                    or move.espace_transmitted_on != move.invoice_date
                )
            )
        )

    @api.model
    def _find_title_gap(self, companies):
        return self._select(
            "espace.title.list",
            SQL(
                """
                SELECT max(id) FROM espace_title_list
                WHERE company_id IN %(companies)s AND state = 'sealed'
                GROUP BY company_id, exercise
                HAVING count(DISTINCT number) != max(number)
                OR count(*) != max(number)
                OR bool_or(exercise != extract(year FROM date))
                UNION
                SELECT max(title.list_id) FROM espace_title title
                JOIN espace_title_list list ON list.id = title.list_id
                WHERE title.company_id IN %(companies)s AND list.state = 'sealed'
                GROUP BY title.company_id, title.exercise
                HAVING count(DISTINCT title.number) != max(title.number)
                OR count(*) != max(title.number)
                OR bool_or(title.exercise IS DISTINCT FROM list.exercise)
                UNION
                SELECT list_id FROM espace_title
                JOIN espace_title_list list ON list.id = espace_title.list_id
                WHERE espace_title.company_id IN %(companies)s
                AND (list.state = 'draft') = (coalesce(espace_title.number, 0) > 0)
                """,
                companies=tuple(companies.ids),
            ),
        )

    @api.model
    def _find_title_amount(self, companies):
        return self._select(
            "espace.title",
            SQL(
                """
                SELECT title.id
                FROM espace_title title
                LEFT JOIN espace_title_line line ON line.title_id = title.id
                LEFT JOIN account_move move ON move.id = line.move_id
                WHERE title.company_id IN %s
                GROUP BY title.id
                HAVING round(coalesce(sum(line.amount), 0), 2)
                    != round(title.amount, 2)
                OR bool_or(line.id IS NULL)
                OR bool_or(line.amount <= 0 OR line.amount > move.amount_total)
                OR bool_or(
                    move.espace_family_id IS DISTINCT FROM title.family_id
                    OR line.live IS DISTINCT FROM (title.cancelled_on IS NULL)
                    OR title.cancelled_on IS NULL
                    AND move.espace_transmitted_on IS NULL
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_title_files(self, companies):
        lists = self.env["espace.title.list"].search(
            [("company_id", "in", companies.ids), ("state", "=", "sealed")]
        )
        return lists.filtered(
            lambda one: any(
                hashlib.sha256(one._sealed(kind)).hexdigest() != one[f"{kind}_hash"]
                for kind in KINDS
            )
        )

    @api.model
    def _find_title_invoice(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                JOIN espace_billing_run run ON run.id = move.espace_run_id
                WHERE move.company_id IN %s AND run.by_title
                AND move.state = 'posted'
                AND move.espace_regie_id IS NOT NULL
                """,
                tuple(companies.ids),
            ),
        )
