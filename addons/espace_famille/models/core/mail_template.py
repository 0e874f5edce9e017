import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# What a commune puts in its own words.
OWN_WORDS = {"active", "attachment_ids", "body_html", "name", "subject"}


class MailTemplate(models.Model):
    """The messages that families receive, which a commune may put in its own words."""

    _inherit = "mail.template"

    espace_for_families = fields.Boolean(
        "Message to Families",
        compute="_compute_espace_for_families",
        search="_search_espace_for_families",
    )

    # Several communes in one database: each may have a text of its own.
    espace_company_id = fields.Many2one(
        "res.company", "Own Text of", readonly=True, copy=False, ondelete="cascade"
    )
    espace_original_id = fields.Many2one(
        "mail.template", "In Place of", readonly=True, copy=False, ondelete="cascade"
    )
    espace_is_shared = fields.Boolean(
        "Text of Several Communes", compute="_compute_espace_is_shared"
    )

    _espace_one_own_text = models.UniqueIndex(
        "(espace_original_id, espace_company_id) WHERE espace_company_id IS NOT NULL",
        "The commune has its own text of this message already.",
    )

    @api.depends("espace_for_families", "espace_company_id")
    def _compute_espace_is_shared(self):
        several = len(self.env["res.company"]._espace_communes()) > 1
        for template in self:
            template.espace_is_shared = (
                several
                and template.espace_for_families
                and not template.espace_company_id
            )

    def _compute_espace_for_families(self):
        ours = self.filtered_domain(self._search_espace_for_families("in", [True]))
        ours.espace_for_families = True
        (self - ours).espace_for_families = False

    @api.model
    def _search_espace_for_families(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Those of this addon and of the addons that extend it.
        named = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", "mail.template"),
                    ("module", "=like", "espace_famille%"),
                ],
                ["res_id"],
            )
        )
        return Domain("id", "in", named.mapped("res_id")) | Domain(
            "espace_company_id", "!=", False
        )

    # === Own texts === #

    def write(self, vals):
        if vals.keys() & OWN_WORDS and not self.env.su:
            self.check_access("write")
            self._espace_check_own()
        return super().write(vals)

    def _espace_check_own(self):
        """Keep a commune from changing what the others say.

        :raise UserError: naming the message and what to do
        """
        for template in self.filtered("espace_is_shared"):
            raise UserError(
                self.env._(
                    "“%s” is what several communes say: press “Own Text of the "
                    "Commune” and change that one.",
                    template.name,
                )
            )

    def action_espace_own_text(self):
        """Open the text of the user's commune, made from the one of all if need be."""
        self.ensure_one()
        self.check_access("write")
        company = self.env.company
        own = self._espace_of(company)
        if own == self:
            # It takes the place of one whose external identifier names the kind.
            own = self.sudo().copy(
                {
                    "name": self.name,
                    "espace_company_id": company.id,
                    "espace_original_id": self.id,
                }
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": own.id,
            "view_mode": "form",
            "views": [
                (self.env.ref("espace_famille.espace_message_view_form").id, "form")
            ],
        }

    def action_espace_give_up(self):
        """Say again what all communes say."""
        self.check_access("write")
        self.filtered("espace_company_id").unlink()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_message_action"
        )

    def _espace_of(self, company):
        """Return what a commune says in the place of this text, switched off or not."""
        if not self:
            return self
        own = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("espace_original_id", "=", self.id),
                    ("espace_company_id", "=", company.id),
                ]
            )
        )
        return own.with_env(self.env) or self

    def action_open_mail_preview(self):
        """Show a message to families about the last record, in the user's language."""
        action = super().action_open_mail_preview()
        if self.espace_for_families:
            context = {"default_mail_template_id": self.id}
            context["default_lang"] = self.env.lang
            last = self.env[self.model].search([], order="id desc", limit=1)
            if last:
                context["default_resource_ref"] = f"{last._name},{last.id}"
            action["context"] = context
        return action

    @api.model
    def _espace_make(self, name, make, thread, company=None):
        """Make a message to a family, unless the commune took or broke its text.

        What the message tells stands, whatever is wrong with the text: then nothing
        is sent and staff reads so.

        :param str name: external identifier of the template
        :param make: makes something true of the template, as superuser
        :param thread: where a note for staff is left, maybe an empty recordset
        :param company: the commune that writes; None: that of `thread`
        :return: what `make` made, None if nothing is sent
        """
        template = self.env.ref(name, raise_if_not_found=False)
        company = company or thread.company_id[:1] or self.env.company
        template_sudo = (template or self.browse()).sudo()._espace_of(company)
        label = template_sudo.with_context(lang=thread.env.lang).name or name
        if not template_sudo.active:
            problem = thread.env._(
                "“%s” was not sent: this message is switched off or was deleted. See "
                "Configuration, Messages to Families.",
                label,
            )
            self._espace_note(thread, problem)
            return None
        # What was done before is no part of what an error of the text undoes.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                return make(template_sudo)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.warning("The message %s could not be made", name, exc_info=True)
        problem = thread.env._(
            "“%s” was not sent: its text holds an error. Correct it in Configuration, "
            "Messages to Families, and write to the family.",
            label,
        )
        self._espace_note(thread, problem)
        return None

    @api.model
    def _espace_note(self, thread, words):
        for record in thread.sudo():
            commune = record.company_id.partner_id
            record._message_log(body=words, author_id=commune.id or None)

    def _espace_words(self, record, values):
        """Return the (subject, body) about a record, in the language of `self`.

        :param dict values: what the text may name beside its `object`
        :raise UserError: the text holds an error
        """
        known = {
            name: value.with_env(self.env) if hasattr(value, "with_env") else value
            for name, value in values.items()
        }
        return tuple(
            self._render_field(field, record.ids, add_context=known)[record.id]
            for field in ("subject", "body_html")
        )
