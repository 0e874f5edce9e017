from urllib.parse import urlencode

from odoo import fields, models
from odoo.exceptions import AccessError

ACTIVATION_URL = "/espace-famille/activation"


class EspaceGuardian(models.Model):
    _inherit = "espace.guardian"

    activation_ids = fields.One2many(
        "espace.activation",
        "guardian_id",
        "Invitations",
        groups="espace_famille.group_manager",
    )

    # What it wants to be written about
    notify_limits = fields.Boolean("Reminders Before Limits", default=True)
    notify_cart = fields.Boolean("Reminders of the Cart", default=True)
    notify_news = fields.Boolean("News by E-mail", default=True)

    def action_invite(self):
        """Open the invitation of these guardians."""
        self._check_invites()
        return self.env["espace.invitation"]._open(self)

    def _check_invites(self):
        if not self.env.user.has_group("espace_famille.group_manager"):
            raise AccessError(self.env._("Only the management invites families."))
        self.check_access("write")

    def _invite(self, now=None):
        """Send each of these guardians an e-mail with a new activation code.

        :return: the invitations sent; those without a proper address are left out
        """
        now = now or fields.Datetime.now()
        invitations = self.env["espace.activation"]
        for guardian in self._invitable():
            invitation, code = invitations._issue(guardian, now)
            mail_id = self.env["mail.template"]._espace_make(
                "espace_famille_portal.mail_template_activation",
                lambda template, guardian=guardian, code=code: template.with_context(
                    activation_url=guardian._activation_url(code)
                ).send_mail(guardian.id),
                guardian.family_id,
            )
            if mail_id:
                mail_sudo = self.env["mail.mail"].sudo().browse(mail_id)
                invitation.sudo()._letter_follow(mail_sudo.mail_message_id)
                invitations |= invitation
        to_invite = invitations.family_id.filtered(lambda f: f.state == "draft")
        to_invite.sudo().state = "invited"
        return invitations

    def _invitable(self):
        """Return those who have an address and no account yet."""
        return self.filtered(
            lambda one: one.email_normalized and not one.sudo().user_id
        )

    def _activation_url(self, code):
        self.ensure_one()
        query = urlencode({"activationCode": code, "email": self.email_normalized})
        return f"{self.get_base_url()}{ACTIVATION_URL}?{query}"
