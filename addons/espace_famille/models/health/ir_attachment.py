from odoo import models

# Models whose files say something on somebody's health.
HEALTH = ("espace.document", "espace.absence.proof")
# What holds the content of a file, or words of it, and is read without being computed.
COLUMNS = {"db_datas", "index_content"}


class IrAttachment(models.Model):
    """Who opens a file on somebody's health is noted, by whichever door."""

    _inherit = "ir.attachment"

    def _to_http_stream(self):
        # Odoo looks at the rights first, then often streams as superuser.
        self._note_health_readings()
        return super()._to_http_stream()

    def _compute_raw(self):
        self._note_content()
        return super()._compute_raw()

    def _compute_datas(self):
        self._note_content()
        return super()._compute_datas()

    def _read_format(self, fnames, load="_classic_read"):
        if COLUMNS & set(fnames):
            self._note_content()
        return super()._read_format(fnames, load)

    def _note_content(self):
        if not self.env.su:
            self._note_health_readings()

    def _note_health_readings(self):
        for model in HEALTH:
            ids = [f.res_id for f in self.sudo() if f.res_model == model and f.res_id]
            if ids:
                self.env[model].browse(ids).exists()._note_reading()
