from odoo import api, models
from odoo.fields import Domain

# Whose files belong to what the office says of a child.
INNER = ("espace.absence", "espace.child")


class IrAttachment(models.Model):
    """Files of a chatter are for those who read the chatter."""

    _inherit = "ir.attachment"

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (bypass_access or self._reads_office()):
            domain = Domain(domain) & Domain("res_model", "not in", INNER)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _inaccessible_comodel_records(self, model_and_ids, operation):
        yield from super()._inaccessible_comodel_records(model_and_ids, operation)
        for model in INNER:
            if model in model_and_ids and not self._reads_office():
                for res_id in model_and_ids[model]:
                    yield model, res_id

    def _espace_forget_uploads(self, form):
        """Delete of these files what its user uploaded for a form, nothing else.

        Which files a form holds is what a browser says: others may be among them.
        """
        self.sudo().filtered(
            lambda file: (
                file.res_model == form._name
                and not file.res_id
                and file.create_uid == self.env.user
            )
        ).unlink()

    @api.model
    def _reads_office(self):
        return self.env["espace.thread"]._reads_chatter()
