from odoo import api, fields, models
from odoo.exceptions import UserError


class EspaceCollectionOpening(models.Model):
    """What a régie held of a means of payment before its very first statement."""

    _name = "espace.collection.opening"
    _description = "Opening Balance of a Statement"
    _order = "journal_id, id"
    _check_company_auto = True

    statement_id = fields.Many2one(
        "espace.collection.statement", required=True, index=True, ondelete="cascade"
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
        """Refuse what a statement continues, or what is closed.

        :raise UserError: the statement is not the first of its régie, or is closed
        """
        for statement in self.statement_id:
            statement._check_not_closed()
            if not statement.is_first:
                raise UserError(
                    self.env._(
                        "Only the first statement of a régie has an opening balance "
                        "to enter: the others open with what the one before closed "
                        "with."
                    )
                )
