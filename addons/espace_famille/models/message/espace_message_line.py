from odoo import api, fields, models
from odoo.exceptions import UserError

# What is said of a line, by what became of its e-mail.
STATES = {"waiting": "queued", "sent": "sent", "refused": "refused"}


class EspaceMessageLine(models.Model):
    """A message, for one family: what it reads, by which way, and what became of it."""

    _name = "espace.message.line"
    _description = "Message to a Family"
    _inherit = ["espace.letter.mixin"]
    _order = "id desc"

    message_id = fields.Many2one(
        "espace.message", "Sent with", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="message_id.company_id", store=True, precompute=True, index=True
    )
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    child_ids = fields.Many2many("espace.child", string="Children")
    subject = fields.Char()
    # Made of a text that was sanitized and of names that were escaped.
    body = fields.Html("Text", sanitize=False)
    lacking = fields.Boolean("A Field is Empty")
    channel = fields.Selection(
        [("mail", "E-mail"), ("paper", "Letter")], "By", required=True, default="mail"
    )
    addresses = fields.Char("E-mail Addresses")
    state = fields.Selection(
        [
            ("todo", "To send"),
            ("queued", "On its way"),
            ("sent", "Sent"),
            ("refused", "Refused"),
            ("returned", "Came back"),
            ("paper", "Letter to print"),
        ],
        "What Became of It",
        default="todo",
        required=True,
        index=True,
    )
    sent_at = fields.Datetime(
        related="message_id.sent_at", store=True, string="Sent on"
    )

    _todo_index = models.Index("(message_id) WHERE state = 'todo'")

    @api.depends("subject")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.subject or line.message_id.name

    # === Sending === #

    def _send(self):
        """Write to one family, in its file too; e-mails leave through the queue."""
        self.ensure_one()
        family = self.family_id.with_context(
            lang=self.family_id.lang or self.env.lang, mail_notify_force_send=False
        )
        recipients = family._message_addresses()[family.id]
        if self.channel == "mail" and not recipients:
            # The last address was taken out since.
            self.channel = "paper"
        options = {"partner_ids": recipients.partner_id.ids}
        attachments = self.message_id.attachment_ids
        if attachments:
            options["attachment_ids"] = attachments.ids
        message = family._notify(self.subject, self.body, **options)
        if self.channel == "paper":
            self.state = "paper"
        else:
            self.addresses = ", ".join(recipients.mapped("email"))
            self._letter_follow(message)
        self._send_sms()

    # === What became of it === #

    def _letter_write(self, **values):
        if state := STATES.get(values.get("letter_state")):
            values["state"] = state
        super()._letter_write(**values)

    def _letter_returned(self, words):
        super()._letter_returned(words)
        self.write({"state": "returned"})

    def _refuse(self, words):
        """Write down what prevented it, before any e-mail was made."""
        self.write(
            {"state": "refused", "letter_state": "refused", "letter_reason": words}
        )

    # === Actions === #

    @api.model
    def _open(self, title, domain, **context):
        """Return the window that lists these, family by family."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_message_line_action"
        )
        return {
            **action,
            "display_name": title,
            "domain": domain,
            "context": context,
        }

    def action_send_again(self):
        """Send to these families again, to the addresses that they have now."""
        self.message_id.check_access("write")
        lines_sudo = self.sudo().filtered(
            lambda one: one.state in ("refused", "returned")
        )
        if not lines_sudo:
            raise UserError(
                self.env._("Nothing to send again: none of them was refused.")
            )
        lines_sudo._send_again()
        return True

    def _send_again(self):
        refused = self.env["mail.mail"].search(
            [
                ("mail_message_id", "in", self.letter_message_id.ids),
                ("state", "=", "exception"),
            ]
        )
        addresses = self.family_id._message_addresses()
        self.write(
            {
                "state": "todo",
                "letter_state": False,
                "letter_reason": False,
                "letter_message_id": False,
            }
        )
        for line in self:
            line.channel = "mail" if addresses[line.family_id.id] else "paper"
        # What was refused is not tried again beside the new e-mail.
        refused.cancel()
        for message in self.message_id:
            message.state = "sending"
            message._start()

    def action_print_letters(self):
        """Print a letter for each of these families that no e-mail reached."""
        self.check_access("read")
        chosen = self.filtered(lambda one: one._wants_letter())
        if not chosen:
            raise UserError(self.env._("E-mails reached all of these families."))
        report = self.env.ref("espace_famille.espace_message_letter_report")
        ordered = chosen.sorted(lambda one: (one.family_id.name or "", one.id))
        return report.report_action(ordered, config=False)

    def _wants_letter(self):
        return self.channel == "paper" or self.state in ("refused", "returned")

    def _letter_recipient(self):
        """Return the lines of the address: the guardians' household, street, town."""
        partner = self.family_id.partner_id
        town = " ".join(filter(None, (partner.zip, partner.city)))
        return list(filter(None, (partner.name, partner.street, partner.street2, town)))
