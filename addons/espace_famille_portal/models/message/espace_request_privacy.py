from odoo import api, fields, models
from odoo.exceptions import UserError


class EspaceRequest(models.Model):
    """Requests about personal data: what may be erased, what must be kept."""

    _inherit = "espace.request"

    kind = fields.Selection(
        selection_add=[("privacy", "Personal data"), ("other",)],
        ondelete={"privacy": "set other"},
    )

    @api.model
    def _ask_erasure(self, family, author, words):
        """Ask, in the name of a guardian, that the data of a family be erased.

        :param author: the guardian's `res.partner`
        :param str words: what the parent adds, maybe empty
        :raise UserError: such a request is open already
        """
        if self.sudo().search_count(
            [
                ("family_id", "=", family.id),
                ("kind", "=", "privacy"),
                ("state", "!=", "done"),
            ]
        ):
            raise UserError(
                self.env._("You have asked already: the town hall answers you there.")
            )
        text = self.env._(
            "I ask that the personal data of my family be erased (article 17 of the "
            "GDPR). I know that the accounting is kept for ten years."
        )
        return self._ask(
            family,
            author,
            {"kind": "privacy", "name": self.env._("Erasure of my data")},
            "\n\n".join(filter(None, [text, (words or "").strip()])),
        )
