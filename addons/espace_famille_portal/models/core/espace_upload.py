import logging

from odoo import api, models
from odoo.exceptions import UserError

from . import clamd

_logger = logging.getLogger(__name__)

# Where ClamAV's daemon listens: “/run/clamav/clamd.ctl” or “127.0.0.1:3310”.
SCANNER = "espace_famille_portal.clamd"


class EspaceUpload(models.AbstractModel):
    """What becomes of each file that a parent sends, before anything stores it."""

    _name = "espace.upload"
    _description = "Files Sent by Parents"

    @api.model
    def _check(self, name, content):
        """Hook: refuse a file that must not be kept.

        An addon that asks another scanner extends this and calls `super()`.

        :param str name: of the file
        :param bytes content: of the file
        :raise UserError: it must not be kept, or could not be looked at
        """
        address = self.env["ir.config_parameter"].sudo().get_param(SCANNER)
        if not address:
            return
        try:
            found = clamd.found_in(content, address)
        except clamd.NoAnswer as error:
            _logger.error("the virus scanner at %s does not answer: %s", address, error)
            raise UserError(
                self.env._(
                    "The file “%s” could not be checked for viruses: nothing was sent. "
                    "Try again later.",
                    name,
                )
            ) from error
        if found:
            _logger.warning("%s in a file sent by user %s", found, self.env.uid)
            raise UserError(
                self.env._(
                    "The file “%s” was refused: the virus scanner found something in "
                    "it. Nothing was sent.",
                    name,
                )
            )
