"""What Odoo looks for once an invoice, and a run once a batch."""

from odoo import api, models, tools


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_next_sequence_format(self):
        """Read the series of a run's invoices once a transaction, for all of them.

        The first one locks the series: nobody else numbers in it until the end of the
        transaction, and Odoo counts on by itself. Odoo forgets with its own count what
        is kept here, as soon as anything is renamed.
        """
        if not self.espace_run_id:
            return super()._get_next_sequence_format()
        kept = self._get_sequence_cache()
        key = ("espace.run", self.journal_id, self.date, self.move_type)
        if key not in kept:
            kept[key] = super()._get_next_sequence_format()
        words, values = kept[key]
        # Odoo takes the number out of the values.
        return words, dict(values)


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    def _get_distribution(self, vals):
        """Look for what applies to an entry's line only where there is any."""
        if self._espace_none():
            return {}
        return super()._get_distribution(vals)

    @api.model
    @tools.ormcache()
    def _espace_none(self):
        return not self.sudo().search_count([("id", ">", 0)], limit=1)

    @api.model_create_multi
    def create(self, vals_list):
        models_ = super().create(vals_list)
        self.env.registry.clear_cache()
        return models_
