from odoo import api, fields, models
from odoo.fields import Domain


class EspaceActivation(models.Model):
    """What became of an invitation, from the sending to the account."""

    _inherit = "espace.activation"

    opened_at = fields.Datetime(
        "Link Opened on",
        readonly=True,
        help="When the page of the invitation was first opened. Some mail programs "
        "open links by themselves.",
    )
    outcome = fields.Selection(
        [
            ("waiting", "E-mail waiting"),
            ("printed", "Letter printed"),
            ("sent", "Sent, not opened"),
            ("refused", "Refused or returned"),
            ("opened", "Opened, no account"),
            ("expired", "Ended without an account"),
            ("account", "Account created"),
        ],
        "What Became of It",
        compute="_compute_outcome",
        search="_search_outcome",
    )

    @api.depends("used_at", "expires_at", "opened_at", "letter_state", "channel")
    def _compute_outcome(self):
        now = fields.Datetime.now()
        domains = self._outcome_domains(now)
        for invitation in self:
            invitation.outcome = next(
                outcome
                for outcome, domain in domains.items()
                if invitation.filtered_domain(domain)
            )

    @api.model
    def _search_outcome(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._outcome_domains(fields.Datetime.now())
        found, before = Domain.FALSE, Domain.FALSE
        for outcome, domain in domains.items():
            if outcome in value:
                found |= domain & ~before
            before |= domain
        return found

    @api.model
    def _outcome_domains(self, now):
        """Return {outcome: domain}; the first one that holds is what became of it."""
        return {
            "account": Domain("used_at", "!=", False),
            "expired": Domain("expires_at", "<=", now),
            "opened": Domain("opened_at", "!=", False),
            "refused": Domain("letter_state", "=", "refused"),
            "waiting": Domain("letter_state", "=", "waiting"),
            "printed": Domain("channel", "=", "letter"),
            "sent": Domain.TRUE,
        }

    def _note_opened(self, now):
        """Remember when the page of these invitations was first opened."""
        self.sudo().filtered(lambda one: not one.opened_at).opened_at = now

    @api.model
    def _note_returned(self, email):
        """Remember that an e-mail to this address came back, days after it had left."""
        returned_sudo = self.sudo().search(
            [
                ("email", "=", email),
                ("used_at", "=", False),
                ("opened_at", "=", False),
            ]
        )
        for invitation_sudo in returned_sudo:
            words = invitation_sudo._letter_in_words().env._(
                "The e-mail came back: nobody receives e-mails at this address."
            )
            invitation_sudo._letter_write(letter_state="refused", letter_reason=words)

    def _say_invited(self):
        """Have the families of these invitations be known as invited."""
        families = self.family_id.filtered(lambda family: family.state == "draft")
        families.sudo().state = "invited"

    @api.depends("guardian_id", "email")
    def _compute_display_name(self):
        for invitation in self:
            invitation.display_name = invitation.email or invitation.guardian_id.name

    def action_invite_again(self):
        """Open the invitation of those of these guardians who have no account yet."""
        guardians = self.guardian_id
        guardians._check_invites()
        return self.env["espace.invitation"]._open(
            guardians.filtered(lambda one: not one.sudo().user_id)
        )


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        if message_dict.get("bounced_email"):
            self.env["espace.activation"]._note_returned(message_dict["bounced_email"])
        return result
