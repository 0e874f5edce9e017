from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.amounts import to_cents
from .collection_content import CollectionContent


class EspaceCollectionOpening(models.Model):
    """What a régie held of a means of payment before its very first collection."""

    _name = "espace.collection.opening"
    _description = "Opening Balance of a Collection"
    _order = "journal_id, id"
    _check_company_auto = True

    statement_id = fields.Many2one(
        "espace.collection.statement",
        "Collection",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="statement_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    journal_id = fields.Many2one(
        "account.journal", required=True, ondelete="restrict", check_company=True
    )
    amount = fields.Monetary()

    _journal_unique = models.UniqueIndex(
        "(statement_id, journal_id)", "A journal has one opening balance."
    )

    @api.model_create_multi
    def create(self, vals_list):
        openings = super().create(vals_list)
        openings._check_open()
        return openings

    def write(self, vals):
        self._check_open()
        result = super().write(vals)
        self._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_open_only(self):
        self._check_open()

    def _check_open(self):
        """Refuse what a collection continues, or what is closed.

        :raise UserError: the collection is not the first of its régie, or is closed
        """
        for collection in self.statement_id:
            collection._check_not_closed()
            if not collection.is_first:
                raise UserError(
                    self.env._(
                        "Only the first collection of a régie has an opening balance "
                        "to enter: the others open with what the one before closed "
                        "with."
                    )
                )


class EspaceCollectionStatement(models.Model):
    """With what a collection opens: what the one before closed with."""

    _inherit = "espace.collection.statement"

    is_first = fields.Boolean(compute="_compute_is_first")
    opening_ids = fields.One2many(
        "espace.collection.opening", "statement_id", "Opening Balances"
    )

    @api.depends("regie_id", "date_from")
    def _compute_is_first(self):
        for collection in self:
            collection.is_first = not collection._previous()

    def _previous(self):
        """Return the collection before this one, empty for the first of its régie."""
        self.ensure_one()
        return self.search(
            [
                ("regie_id", "=", self.regie_id.id),
                ("date_to", "<", self.date_from),
                ("id", "!=", self._origin.id),
            ],
            order="date_to desc",
            limit=1,
        )

    def _openings(self):
        """Return {journal id: cents} that the régie held before this period."""
        self.ensure_one()
        previous = self._previous()
        if previous:
            # Not its computed summary: a list computes all collections together.
            summary = previous.frozen_summary or CollectionContent(previous).summary
            return {
                row["journal"]: row["closing"]
                for row in summary["means"]
                if row["closing"]
            }
        return {
            opening.journal_id.id: to_cents(opening.amount)
            for opening in self.opening_ids
        }

    def _propose_openings(self):
        """Propose what the books say that the régie held on the day before."""
        self.ensure_one()
        journals = self.regie_id.journal_ids.sorted(lambda j: (j.sequence, j.id))
        given = self.opening_ids.journal_id
        day_before = fields.Date.subtract(self.date_from, days=1)
        balances = self.regie_id._balances(journals, day_before)
        self.env["espace.collection.opening"].create(
            [
                {
                    "statement_id": self.id,
                    "journal_id": journal.id,
                    "amount": balances[journal],
                }
                for journal in journals - given
            ]
        )
