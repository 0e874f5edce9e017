import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class MailTemplate(models.Model):
    """The messages that families receive, which a commune may put in its own words."""

    _inherit = "mail.template"

    espace_for_families = fields.Boolean(
        "Message to Families",
        compute="_compute_espace_for_families",
        search="_search_espace_for_families",
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
        return Domain("id", "in", named.mapped("res_id"))

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
    def _espace_make(self, name, make, thread):
        """Make a message to a family, unless the commune took or broke its text.

        What the message tells stands, whatever is wrong with the text: then nothing
        is sent and staff reads so.

        :param str name: external identifier of the template
        :param make: makes something true of the template, as superuser
        :param thread: where a note for staff is left, maybe an empty recordset
        :return: what `make` made, None if nothing is sent
        """
        template = self.env.ref(name, raise_if_not_found=False)
        template_sudo = (template or self.browse()).sudo()
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
