from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class EspaceChange(models.Model):
    """The e-mail address of a guardian who has an account is its login too."""

    _inherit = "espace.change"

    def _write_into(self, record):
        """Move the login with the address, and tell the address of before."""
        if (self.model, self.column) != ("espace.guardian", "email"):
            return super()._write_into(record)
        before, user_sudo = record.email_normalized, record.sudo().user_id
        super()._write_into(record)
        after = record.email_normalized
        is_login = user_sudo.share and email_normalize(user_sudo.login) == before
        if after and is_login:
            self._check_login_free(user_sudo, after)
            user_sudo.login = after
            self._notify_former_address(record, before, after)

    def _check_login_free(self, user_sudo, login):
        like = self.env["espace.activation"]._like_itself(login)
        others = user_sudo.with_context(active_test=False).search_count(
            [("login", "=ilike", like), ("id", "!=", user_sudo.id)]
        )
        if others:
            raise UserError(
                self.env._(
                    "Another account already uses the address %s: refuse this change, "
                    "or give this family another address.",
                    login,
                )
            )

    def _notify_former_address(self, guardian, before, after):
        """Warn whoever reads the former address: it may be the only one robbed."""
        self.env["mail.template"]._espace_make(
            "espace_famille_portal.mail_template_login_changed",
            lambda template: template.with_context(espace_new_login=after).send_mail(
                guardian.id, email_values={"email_to": before}
            ),
            guardian.family_id,
        )
