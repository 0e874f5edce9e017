from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools.mimetypes import guess_mimetype

from ...domain import documents
from ...domain.files import MEGABYTE
from ..core.health_fields import HealthFiles

MAX_NAME = 120
# What a telephone or a scanner makes; the content must be what the name says.
ACCEPTED = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}


class EspaceDocument(models.Model):
    """A document received from a family (pièce justificative), with its files.

    It belongs to the household that gave it, which alone reads it: the paper of a
    child of separated parents may hold the address of one of them. It counts for the
    child whoever books.
    """

    _name = "espace.document"
    _description = "Document"
    _order = "issued_on desc, id desc"
    _check_company_auto = True

    type_id = fields.Many2one(
        "espace.document.type",
        "Document",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    about = fields.Selection(related="type_id.about")
    confidential = fields.Boolean(related="type_id.confidential")
    child_id = fields.Many2one(
        "espace.child", index=True, ondelete="cascade", check_company=True
    )
    family_id = fields.Many2one(
        "espace.family",
        "Given by",
        compute="_compute_family_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        help="Only this household sees the document.",
    )
    company_id = fields.Many2one(
        related="type_id.company_id", store=True, precompute=True, index=True
    )

    # When it counts
    issued_on = fields.Date(
        "Counts from",
        required=True,
        default=lambda self: self.env.company._espace_today(),
    )
    expires_on = fields.Date(
        "Counts until",
        compute="_compute_expires_on",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Empty: for ever. Proposed by the type of document; correct it to what "
        "the paper says.",
    )
    attachment_ids = HealthFiles(
        "ir.attachment", string="Files", copy=False, bypass_search_access=True
    )

    # What agents say of it
    decision = fields.Selection(
        [("to_check", "To check"), ("valid", "Valid"), ("refused", "Refused")],
        default="to_check",
        required=True,
        index=True,
        copy=False,
    )
    state = fields.Selection(
        [
            ("to_check", "To check"),
            ("valid", "Valid"),
            ("refused", "Refused"),
            ("expired", "Ended"),
        ],
        "Status",
        compute="_compute_state",
        search="_search_state",
    )
    refusal_reason = fields.Char("Reason of the Refusal", readonly=True, copy=False)
    checked_by_id = fields.Many2one(
        "res.users", "Checked by", readonly=True, copy=False
    )
    checked_on = fields.Datetime(readonly=True, copy=False)
    reminded_on = fields.Date("Reminded of the End on", readonly=True, copy=False)

    # Whose it is, the child's or the household's: as what is missing asks for it.
    _of_whom = models.Index("((coalesce(child_id, -family_id)), type_id)")

    _dates_ordered = models.Constraint(
        "CHECK(expires_on IS NULL OR issued_on <= expires_on)",
        "A document must not end before it starts to count.",
    )

    # === Computes and constraints === #

    @api.depends("child_id")
    def _compute_family_id(self):
        for document in self:
            if document.child_id.family_ids and (
                document.family_id not in document.child_id.family_ids
            ):
                document.family_id = document.child_id.family_id

    @api.depends("type_id", "issued_on")
    def _compute_expires_on(self):
        for document in self:
            kind, day = document.type_id, document.issued_on
            document.expires_on = kind._expiry(day) if kind and day else False

    @api.depends("decision", "expires_on")
    def _compute_state(self):
        today = self.env.company._espace_today()
        for document in self:
            ended = document.expires_on and document.expires_on < today
            document.state = (
                "expired"
                if ended and document.decision != "refused"
                else document.decision
            )

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._espace_today()
        ended = Domain("expires_on", "<", today) & Domain("decision", "!=", "refused")
        running = Domain("expires_on", "=", False) | Domain("expires_on", ">=", today)
        domains = {
            "expired": ended,
            "refused": Domain("decision", "=", "refused"),
            "valid": Domain("decision", "=", "valid") & running,
            "to_check": Domain("decision", "=", "to_check") & running,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("type_id.name", "child_id.name", "family_id.name")
    def _compute_display_name(self):
        # Parents read their documents, not the types behind them.
        for document, known_sudo in zip(self, self.sudo(), strict=True):
            who = known_sudo.child_id.name or known_sudo.family_id.name or ""
            document.display_name = f"{known_sudo.type_id.name or ''} – {who}"

    @api.constrains("type_id", "child_id", "family_id")
    def _check_about(self):
        for document in self:
            child, name = document.child_id, document.type_id.name
            if document.about == "child" and not child:
                raise ValidationError(
                    self.env._("“%s” is about a child: say which.", name)
                )
            if document.about == "family" and child:
                raise ValidationError(
                    self.env._("“%s” is about a household, not about a child.", name)
                )
            if child and document.family_id not in child.sudo().family_ids:
                raise ValidationError(
                    self.env._(
                        "%(child)s does not belong to %(family)s.",
                        child=child.name,
                        family=document.family_id.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        documents._own_attachments()
        return documents

    def write(self, vals):
        files_sudo = self.sudo().attachment_ids if "attachment_ids" in vals else None
        result = super().write(vals)
        if files_sudo is not None:
            self._own_attachments()
            # A file taken out is erased: nobody could find it again.
            (files_sudo - self.sudo().attachment_ids).unlink()
        if vals.keys() & {"expires_on", "issued_on", "type_id"}:
            self.filtered("reminded_on").reminded_on = False
        return result

    def _own_attachments(self):
        """Put the files under the rights of their document.

        :raise AccessError: a file belongs to another record or to somebody else
        """
        for document in self:
            for file_sudo in document.sudo().attachment_ids:
                owner = (file_sudo.res_model, file_sudo.res_id)
                if owner == (self._name, document.id):
                    continue
                mine = file_sudo.create_uid == self.env.user or self.env.su
                if file_sudo.res_id or not mine:
                    raise AccessError(
                        self.env._("This file belongs elsewhere: send it again here.")
                    )
                file_sudo.write(
                    {
                        "res_model": self._name,
                        "res_id": document.id,
                        "public": False,
                        "access_token": False,
                    }
                )

    # === The gate: what a family sends === #

    @api.model
    def _receive(self, family, child, document_type, name, content):
        """Take in a file that a family sends; agents check it afterwards.

        :param family: the `espace.family` that sends it
        :param child: the `espace.child` it is about, empty for a household
        :param document_type: the `espace.document.type`
        :param str name: of the file, with its extension
        :param bytes content: of the file
        :return: the new `espace.document`, to check
        :raise AccessError: the family or the child is not the user's
        :raise UserError: this type, name or content is not accepted; nothing is kept
        """
        family_sudo, child_sudo, kind_sudo = (
            family.sudo(),
            child.sudo(),
            document_type.sudo(),
        )
        self._check_sender(family_sudo, child_sudo)
        self._check_expected(family_sudo, child_sudo, kind_sudo)
        name = self._check_file(name, content, family_sudo.company_id)
        document_sudo = self.sudo().create(
            {
                "type_id": kind_sudo.id,
                "child_id": child_sudo.id,
                "family_id": family_sudo.id,
                "issued_on": family_sudo.company_id._espace_today(),
                "attachment_ids": [
                    Command.create(
                        {
                            "name": name,
                            "raw": content,
                            "mimetype": ACCEPTED[name.rpartition(".")[2].lower()],
                            "res_model": self._name,
                        }
                    )
                ],
            }
        )
        return document_sudo.sudo(self.env.su)

    @api.model
    def _check_sender(self, family, child):
        mine = (
            self.env.su
            or family in self.env["espace.family"]._of_user()
            or (self.has_access("create") and family.sudo(False).has_access("read"))
        )
        if not mine or not family.active or (child and child not in family.child_ids):
            raise AccessError(
                self.env._("This child does not belong to your family account.")
            )

    @api.model
    def _check_expected(self, family, child, kind):
        if not kind.active or kind.company_id != family.company_id:
            raise UserError(self.env._("This document is not asked for."))
        if (kind.about == "child") != bool(child):
            raise UserError(
                self.env._("“%s” is about a child: say which.", kind.name)
                if kind.about == "child"
                else self.env._(
                    "“%s” is about a household, not about a child.", kind.name
                )
            )

    @api.model
    def _check_file(self, name, content, company):
        """Return the bare name of a file that is what it says it is.

        :param company: the commune that takes it, and sets how large it may be
        """
        limit = company.sudo().espace_file_megabytes
        name = (name or "").replace("\\", "/").rpartition("/")[2]
        name = "".join(char for char in name if char.isprintable()).strip()
        stem, _dot, extension = name.rpartition(".")
        kinds = ", ".join(sorted({"PDF", "JPEG", "PNG"}))
        expected = ACCEPTED.get(extension.lower())
        if not stem or not expected:
            raise UserError(
                self.env._("Only files of these kinds are accepted: %s.", kinds)
            )
        if not content:
            raise UserError(self.env._("The file “%s” is empty.", name))
        if len(content) > limit * MEGABYTE:
            raise UserError(
                self.env._(
                    "The file “%(name)s” is too large: %(limit)s MB at most.",
                    name=name,
                    limit=limit,
                )
            )
        if guess_mimetype(content) != expected:
            raise UserError(
                self.env._(
                    "The file “%(name)s” is damaged or not what its name says. "
                    "These kinds are accepted: %(kinds)s.",
                    name=name,
                    kinds=kinds,
                )
            )
        return f"{stem[:MAX_NAME]}.{extension}"

    # === Actions === #

    def action_accept(self):
        """Accept these documents."""
        self.check_access("write")
        self.write(
            {
                "decision": "valid",
                "refusal_reason": False,
                "checked_by_id": self.env.uid,
                "checked_on": fields.Datetime.now(),
            }
        )

    def action_refuse(self):
        """Ask why, then refuse these documents."""
        self.check_access("write")
        return self.env["espace.refusal.wizard"]._action_open(self)

    def _refuse(self, reason):
        """Refuse these documents and notify the families why.

        :raise UserError: no reason is given
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Write the reason: the family reads it."))
        self.write(
            {
                "decision": "refused",
                "refusal_reason": reason,
                "checked_by_id": self.env.uid,
                "checked_on": fields.Datetime.now(),
            }
        )
        for document in self:
            document.family_id._notify_with(
                "espace_famille.mail_template_document_refused", document
            )

    # === Tools === #

    def _as_paper(self):
        """Return the `documents.Paper` of this document."""
        self.ensure_one()
        refused = self.decision == "refused"
        return documents.Paper(
            self.issued_on or None,
            self.expires_on or None,
            (self.refusal_reason or "") if refused else None,
        )

    def _followed(self):
        """Return those of these documents which another one follows without a gap."""
        owners = self.search(
            [
                ("type_id", "in", self.type_id.ids),
                ("decision", "!=", "refused"),
                "|",
                ("child_id", "in", self.child_id.ids),
                "&",
                ("child_id", "=", False),
                ("family_id", "in", self.family_id.ids),
            ]
        ).grouped(lambda document: document._owner())
        return self.filtered(
            lambda document: any(
                other._as_paper().covers(fields.Date.add(document.expires_on, days=1))
                for other in owners.get(document._owner(), ())
            )
        )

    def _owner(self):
        """Return what two documents share when one may follow the other."""
        self.ensure_one()
        return self.type_id, self.child_id or self.family_id
