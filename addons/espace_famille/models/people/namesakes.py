"""How people and records are called, so that an agent knows which one is meant."""

from odoo import api, models


class EspaceNamesakeMixin(models.AbstractModel):
    """Says more than the name where an agent chooses a person from a list.

    The web client asks `name_search` for what it proposes, and shows what is written
    between two pairs of hyphens in grey.
    """

    _name = "espace.namesake.mixin"
    _description = "Told Apart from Namesakes"

    def _told_apart(self):
        """Return {record id: what tells it from others of its name}, in one go."""
        return {}

    def _tell_apart(self):
        """Add to the display names what the list of a field shows behind them."""
        if not self.env.context.get("formatted_display_name"):
            return
        more = self._told_apart()
        for record in self:
            if words := more.get(record.id):
                record.display_name = f"{record.display_name} --{words}--"

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Find as ever, and name what was found so that namesakes differ."""
        found = super().name_search(name, domain, operator, limit)
        more = self.browse(id for id, _name in found)._told_apart()
        return [
            (id, " – ".join(filter(None, [words, more.get(id)]))) for id, words in found
        ]


class Base(models.AbstractModel):
    """What of ours has no name of its own is called what it is, not by its model."""

    _inherit = "base"

    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self._name.startswith("espace.") and self._rec_name not in self._fields:
            kind = self.env["ir.model"]._get(self._name).name
            for record in self:
                record.display_name = f"{kind} {record._origin.id or ''}".strip()
        return result
