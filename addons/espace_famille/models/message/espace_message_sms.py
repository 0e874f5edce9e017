"""SMS beside the e-mail, through Odoo's `sms`: they cost credits, which is said."""

from odoo import api, fields, models

from ...domain import merge_fields, sms

# What is said of an SMS, by what Odoo says of it.
STATES = {
    "outgoing": "queued",
    "process": "queued",
    "pending": "sent",
    "sent": "sent",
    "error": "refused",
    "canceled": "refused",
}


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_sms = fields.Boolean(
        "Families are Written to by SMS too",
        help="Odoo sends SMS for credits (IAP) that the commune buys. Switched off, no "
        "message offers them.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_sms = fields.Boolean(related="company_id.espace_sms", readonly=False)


class EspaceMessageTemplate(models.Model):
    _inherit = "espace.message.template"

    sms_text = fields.Text("SMS", help="Where it is sent by SMS too.")


class EspaceMessage(models.Model):
    _inherit = "espace.message"

    by_sms = fields.Boolean("Also by SMS")
    sms_text = fields.Text("SMS")
    sms_allowed = fields.Boolean(related="company_id.espace_sms")
    sms_words = fields.Char("Length", compute="_compute_sms_words")
    sms_count = fields.Integer("SMS to Buy", compute="_compute_sms_count")

    @api.depends("sms_text")
    @api.depends_context("lang")
    def _compute_sms_words(self):
        for message in self:
            message.sms_words = self._sms_length_words(message.sms_text or "")

    @api.model
    def _sms_length_words(self, text):
        """Say how long a text is, and what makes it cost more."""
        if not text:
            return ""
        words = self.env._(
            "%(signs)s signs, %(sms)s SMS a telephone.",
            signs=len(text),
            sms=sms.count(text),
        )
        foreign = sms.foreign_signs(merge_fields.FIELD.sub("", text))
        if foreign:
            words += " " + self.env._(
                "With %s an SMS holds 70 signs instead of 160.", " ".join(foreign)
            )
        return words

    @api.depends("line_ids.sms_numbers", "line_ids.sms_text")
    def _compute_sms_count(self):
        for message in self:
            message.sms_count = sum(line._sms_count() for line in message.line_ids)

    def _sms_remarks(self):
        """Say what the SMS of a checked message cost, and who gets none."""
        if not self.by_sms:
            return []
        remarks = [
            self.env._(
                "%(count)s SMS leave too: Odoo takes credits (IAP) of the commune for "
                "each of them.",
                count=self.sms_count,
            )
        ]
        without = len(self.line_ids.filtered(lambda one: not one.sms_numbers))
        if without:
            remarks.append(
                self.env._("%s families have no mobile number: no SMS.", without)
            )
        return remarks

    def _sms_faults(self):
        """Say what is wrong with the SMS of a message, if it is sent by SMS."""
        if not self.by_sms:
            return []
        if not self.sms_allowed:
            return [
                self.env._(
                    "SMS are switched off: the administration switches them on in the "
                    "settings, and buys credits of Odoo."
                )
            ]
        if not (self.sms_text or "").strip():
            return [self.env._("The SMS is empty: write it, or send none.")]
        return []

    def _sms_vals(self, families):
        """Return {family id: values of its line} that the SMS needs."""
        if not self.by_sms:
            return {family.id: {} for family in families}
        country = self.company_id.country_id.code or "FR"
        found = {}
        for family in families:
            numbers = family._message_numbers(country)
            found[family.id] = {
                "sms_numbers": ", ".join(numbers),
                "sms_state": "todo" if numbers else "no_number",
            }
        return found


class EspaceMessageLine(models.Model):
    _inherit = "espace.message.line"

    sms_text = fields.Text("SMS")
    sms_numbers = fields.Char("Mobile Numbers")
    sms_state = fields.Selection(
        [
            ("todo", "To send"),
            ("queued", "On its way"),
            ("sent", "Sent"),
            ("refused", "Refused"),
            ("no_number", "No mobile number"),
        ],
        "What Became of the SMS",
    )
    sms_reason = fields.Char("SMS Refused Because")

    def _sms_count(self):
        numbers = list(filter(None, (self.sms_numbers or "").split(", ")))
        return len(numbers) * sms.count(self.sms_text or "")

    def _send_sms(self):
        """Put the SMS of one family into Odoo's queue, once."""
        if self.sms_state != "todo":
            return
        numbers = filter(None, (self.sms_numbers or "").split(", "))
        self.sms_state = "queued"
        self.env["sms.sms"].create(
            [
                {
                    "number": number,
                    "body": self.sms_text,
                    "partner_id": self.family_id.partner_id.id,
                    "mail_message_id": self.letter_message_id.id,
                    "espace_line_id": self.id,
                }
                for number in numbers
            ]
        )

    def _sms_went(self):
        """Write down what became of the SMS of these families."""
        for line in self:
            those = self.env["sms.sms"].search([("espace_line_id", "=", line.id)])
            states = {STATES[one.state] for one in those}
            refused = those.filtered(lambda one: STATES[one.state] == "refused")
            labels = dict(
                those._fields["failure_type"]._description_selection(
                    line._letter_in_words().env
                )
            )
            reasons = {labels.get(one.failure_type) for one in refused} - {None}
            line.write(
                {
                    "sms_state": next(
                        (s for s in ("refused", "queued", "sent") if s in states),
                        line.sms_state,
                    ),
                    "sms_reason": ", ".join(sorted(reasons)) or False,
                }
            )


class SmsSms(models.Model):
    _inherit = "sms.sms"

    espace_line_id = fields.Many2one(
        "espace.message.line",
        "Message to a Family",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.sudo().espace_line_id._sms_went()
        return result
