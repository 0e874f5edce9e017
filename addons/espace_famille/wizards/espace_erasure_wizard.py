from odoo import api, fields, models
from odoo.exceptions import UserError


class EspaceErasureWizard(models.TransientModel):
    """Shows what would be erased and what has to stay, and why, before it is done."""

    _name = "espace.erasure.wizard"
    _description = "Erase Personal Data"

    family_ids = fields.Many2many(
        "espace.family", string="Families", context={"active_test": False}
    )
    child_ids = fields.Many2many(
        "espace.child", string="Children", context={"active_test": False}
    )
    erased = fields.Text("Erased for ever", compute="_compute_lines")
    kept = fields.Text("Not to be erased yet", compute="_compute_lines")
    sure = fields.Boolean("I know that nothing of it comes back")

    @api.depends("family_ids", "child_ids")
    def _compute_lines(self):
        for wizard in self:
            erased, kept = [], []
            for record in (*wizard.family_ids, *wizard.child_ids):
                if why := record._why_kept():
                    kept.append(why)
                else:
                    erased.append(record._erasure_words())
            wizard.erased = "\n".join(erased)
            wizard.kept = "\n".join(kept)

    @api.model
    def _action_open(self, records, **vals):
        """Return the action that asks whether `records` are to be erased.

        :param vals: of the wizard, beside the records
        """
        name = "family_ids" if records._name == "espace.family" else "child_ids"
        wizard = self.create({name: records.ids, **vals})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase Personal Data"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_erase(self):
        """Erase what nothing keeps.

        :raise UserError: the box is not ticked
        """
        self.ensure_one()
        if not self.sure:
            raise UserError(
                self.env._("Tick the box: what is erased does not come back.")
            )
        for records in (self.family_ids, self.child_ids):
            self._erase(records.filtered(lambda record: not record._why_kept()))
        self.unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _erase(self, records):
        """Hook: erase records that nothing keeps, all families or all children."""
        records._erase()
