import base64
import os.path

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain.absence import proof_type
from ...domain.files import MEGABYTE, MOST_FILES
from ..core.health_fields import HealthBinary


class EspaceAbsenceProof(models.Model):
    """A file that proves an absence (justificatif); Gestion alone opens it.

    A model of its own: whoever reads an absence, on a list of the day for instance,
    does not read a medical certificate for all that.
    """

    _name = "espace.absence.proof"
    _description = "Proof of an Absence"
    _order = "id"

    absence_id = fields.Many2one(
        "espace.absence", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="absence_id.company_id", store=True)
    name = fields.Char("File Name", required=True)
    content = HealthBinary("File", attachment=True, required=True)
    media_type = fields.Char(
        "Type", compute="_compute_media_type", store=True, precompute=True
    )
    received_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    late = fields.Boolean(compute="_compute_late")

    @api.depends("content")
    def _compute_media_type(self):
        for proof in self.with_context(bin_size=False):
            proof.media_type = proof_type(base64.b64decode(proof.content or b""))

    @api.depends("received_on", "absence_id.proof_deadline")
    def _compute_late(self):
        for proof in self:
            limit = proof.absence_id.proof_deadline
            proof.late = bool(limit and proof.received_on > limit)

    @api.constrains("content")
    def _check_content(self):
        for proof in self.with_context(bin_size=False):
            self._check_file(
                proof.name,
                base64.b64decode(proof.content or b""),
                proof.absence_id.company_id,
            )

    @api.constrains("absence_id")
    def _check_number(self):
        for absence in self.absence_id:
            if len(absence.proof_ids) > MOST_FILES:
                raise ValidationError(
                    self.env._("Send %s files at most for an absence.", MOST_FILES)
                )

    @api.model_create_multi
    def create(self, vals_list):
        proofs = super().create(vals_list)
        if not self.env.su:
            # An agent scanned what the family brought to the counter.
            proofs.absence_id._proof_received()
        return proofs

    @api.model
    def _prepare(self, absence, name, content, now):
        """Return the values of a proof from an uploaded file.

        :param bytes content: the file itself
        :raise ValidationError: it is not a file that is taken
        """
        name = os.path.basename(name or "").strip()[:120] or self.env._("Proof")
        self._check_file(name, content, absence.company_id)
        return {
            "absence_id": absence.id,
            "name": name,
            "content": base64.b64encode(content),
            "received_on": now,
        }

    @api.model
    def _check_file(self, name, content, company):
        """Refuse what is empty, too large, or neither PDF, JPEG nor PNG."""
        if not content:
            raise ValidationError(
                self.env._("The file “%s” is empty: choose another.", name)
            )
        limit = company.sudo().espace_file_megabytes
        if len(content) > limit * MEGABYTE:
            raise ValidationError(
                self.env._(
                    "The file “%(name)s” is too large: %(size)s MB at most.",
                    name=name,
                    size=limit,
                )
            )
        if not proof_type(content):
            raise ValidationError(
                self.env._(
                    "The file “%s” is neither a PDF, a JPEG nor a PNG: send a scan or "
                    "a photo.",
                    name,
                )
            )
