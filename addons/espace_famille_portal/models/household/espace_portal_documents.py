from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

SHOWN = 40
BADGES = {
    "to_check": ("o_espace_wait", "fa-hourglass-half"),
    "valid": ("o_espace_ok", "fa-check"),
    "refused": ("o_espace_bad", "fa-times"),
    "expired": ("o_espace_bad", "fa-calendar-times-o"),
}


class EspacePortalDocuments(models.AbstractModel):
    """The documents that a household gave, and those it has to give."""

    _name = "espace.portal.documents"
    _description = "Portal: Documents"

    @api.model
    def _read(self, family_sudo):
        """Return what the page shows of the documents of a household.

        :param family_sudo: as superuser, one that the user belongs to
        """
        return {
            "missing": [self._missing_row(line) for line in self._missing(family_sudo)],
            "received": [
                self._row(document) for document in self._received(family_sudo)
            ],
            "choices": self._choices(family_sudo),
        }

    @api.model
    def _missing(self, family_sudo):
        """Return what lacks: of the household, and of its children whoever asks."""
        return (
            self.env["espace.document.missing"]
            .sudo()
            .search(
                Domain("company_id", "=", family_sudo.company_id.id)
                & (
                    Domain("family_id", "=", family_sudo.id)
                    | Domain("child_id", "in", family_sudo.child_ids.ids)
                )
            )
        )

    @api.model
    def _received(self, family_sudo):
        return (
            self.env["espace.document"]
            .sudo()
            .search([("family_id", "=", family_sudo.id)], limit=SHOWN)
        )

    @api.model
    def _missing_row(self, line):
        words = {
            "missing": self.env._("To be given"),
            "refused": self.env._("Refused: to be given again"),
            "expired": self.env._("Ended: a new one is needed"),
        }
        return {
            "key": self._key(line.type_id, line.child_id),
            "name": line.type_id.name,
            "who": line.child_id.firstname or self.env._("The family"),
            "status": line.status,
            "words": words[line.status],
            "todo": line.type_id.instructions or "",
            "blocking": line.blocking and not line.provisional_until,
            "admission": line._admission_words(),
        }

    @api.model
    def _row(self, document):
        states = dict(document._fields["state"]._description_selection(self.env))
        style, icon = BADGES[document.state]
        return {
            "id": document.id,
            "name": document.type_id.name,
            "who": document.child_id.firstname or self.env._("The family"),
            "state": document.state,
            "words": states[document.state],
            "style": style,
            "icon": icon,
            "until": document.expires_on
            and format_date(self.env, document.expires_on, date_format="d MMMM y"),
            "reason": document.refusal_reason or "",
            "files": [(file.id, file.name) for file in document.attachment_ids],
        }

    # === Sending === #

    @api.model
    def _key(self, kind, child):
        return f"{kind.id}-{child.id or 0}"

    @api.model
    def _choices(self, family_sudo):
        """Return what may be sent: (key, words)."""
        kinds_sudo = (
            self.env["espace.document.type"]
            .sudo()
            .search([("company_id", "=", family_sudo.company_id.id)])
        )
        choices = []
        for kind in kinds_sudo:
            if kind.about == "family":
                choices.append((self._key(kind, family_sudo.child_ids[:0]), kind.name))
                continue
            for child in family_sudo.child_ids:
                words = f"{kind.name} – {child.firstname}"
                choices.append((self._key(kind, child), words))
        return choices

    @api.model
    def _send(self, family_sudo, key, files):
        """Take in the files of a document; agents check them.

        :param str key: see `_choices`
        :param files: list of (name, bytes)
        :raise UserError: no file, nothing that is asked for, or a file not taken
        """
        if key not in dict(self._choices(family_sudo)):
            raise UserError(self.env._("Choose which document you send."))
        if not files:
            raise UserError(self.env._("Choose the file of the document first."))
        type_id, _dash, child_id = key.partition("-")
        kind_sudo = self.env["espace.document.type"].sudo().browse(int(type_id))
        child_sudo = self.env["espace.child"].sudo().browse(int(child_id) or [])
        received = self.env["espace.document"]
        for name, content in files:
            received |= received._receive(
                family_sudo, child_sudo, kind_sudo, name, content
            )
        return received

    @api.model
    def _file(self, family_sudo, document_id, attachment_id):
        """Return a file that this household gave, as superuser; maybe empty."""
        document_sudo = self.env["espace.document"].sudo()
        document_sudo = document_sudo.search(
            [("id", "=", document_id), ("family_id", "=", family_sudo.id)]
        )
        return document_sudo.attachment_ids.filtered(
            lambda file: file.id == attachment_id
        )
