from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EspaceMessageTemplate(models.Model):
    """A text of messages to families that the commune keeps (modèle de message).

    It holds fields in braces, no program: whoever writes to families may change it.
    What the product sends by itself has its texts in `mail.template`.
    """

    _name = "espace.message.template"
    _description = "Text for Messages"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    subject = fields.Char(required=True)
    body = fields.Html("Text", sanitize=True, sanitize_style=True, required=True)
    fields_sentence = fields.Char("Fields", compute="_compute_fields_sentence")

    @api.depends_context("lang")
    def _compute_fields_sentence(self):
        self.fields_sentence = self.env["espace.message"]._fields_sentence()

    @api.constrains("subject", "body")
    def _check_texts(self):
        for template in self:
            faults = self.env["espace.message"]._faults(
                template.company_id, *template._texts()
            )
            if faults:
                raise ValidationError("\n".join(faults))

    @api.constrains("company_id")
    def _check_commune(self):
        self.company_id._espace_check_communes()

    def _texts(self):
        """Return all texts that may hold fields."""
        self.ensure_one()
        return [self.subject or "", self.body or "", self.sms_text or ""]

    @api.model
    def _create_defaults(self, companies):
        """Give a few usual texts to those of these communes that have none."""
        known = self.with_context(active_test=False)._read_group(
            [("company_id", "in", companies.ids)], ["company_id"]
        )
        for company in companies - self.env["res.company"].union(*(c for [c] in known)):
            speaking = self.with_context(lang=company.partner_id.lang or self.env.lang)
            self.create(
                [
                    {"company_id": company.id, "sequence": number, **vals}
                    for number, vals in enumerate(speaking._default_vals(), 1)
                ]
            )

    @api.model
    def _default_vals(self):
        words = self.env["espace.message"]._field_words()
        paragraph = Markup("<p>%s</p>")
        greeting = paragraph % self.env._("Madam, Sir,")
        return [
            {
                "name": self.env._("News of a class"),
                "subject": self.env._("%s: what changes", f"{{{words['class']}}}"),
                "body": greeting
                + paragraph
                % self.env._(
                    "this concerns %(children)s, at %(school)s.",
                    children=f"{{{words['children']}}}",
                    school=f"{{{words['school']}}}",
                )
                + paragraph % f"{{{words['commune']}}}",
            },
            {
                "name": self.env._("Change of an activity on some days"),
                "subject": self.env._(
                    "%(activity)s, %(days)s",
                    activity=f"{{{words['activity']}}}",
                    days=f"{{{words['days']}}}",
                ),
                "body": greeting
                + paragraph
                % self.env._(
                    "you have booked %(activity)s for %(children)s, %(days)s. Here is "
                    "what changes:",
                    activity=f"{{{words['activity']}}}",
                    children=f"{{{words['children']}}}",
                    days=f"{{{words['days']}}}",
                )
                + paragraph % f"{{{words['commune']}}}",
            },
        ]
