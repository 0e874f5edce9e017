from odoo import api, fields, models
from odoo.exceptions import UserError

# Whose log-in the settings show: our staff, the least bound first, and parents.
GROUPS = (
    "espace_famille.group_animation",
    "espace_famille.group_manager",
    "espace_famille.group_finance",
    "espace_famille.group_health",
    "espace_famille.group_admin",
    "base.group_portal",
)
MOST_NAMES = 5


class ResGroups(models.Model):
    """What the log-in of a group asks for: Odoo's own means, group by group.

    Odoo asks all employees for a second factor, or nobody. How long a session may be
    idle is a setting of its groups (`auth_timeout`).
    """

    _inherit = "res.groups"

    espace_second_factor = fields.Boolean(
        "Code at Log-In",
        help="Whoever is in this group logs in with a passkey, a code of an "
        "application or, without these, a code sent by e-mail.",
    )

    @api.model
    def _espace_login_groups(self):
        """Return the groups whose log-in the settings show, in their order."""
        return self.browse([self.env.ref(name).id for name in GROUPS])

    @api.constrains("espace_second_factor")
    def _check_second_factor(self):
        """Lock nobody out.

        :raise UserError: a code that is asked for would not arrive
        """
        by_mail = self.filtered("espace_second_factor").all_user_ids.filtered(
            lambda user: user._mfa_type() == "totp_mail"
        )
        if not by_mail:
            return
        without = by_mail.filtered(lambda user: not user.email)
        if without:
            raise UserError(
                self.env._(
                    "No code would reach these accounts, which have no e-mail "
                    "address: %s. Enter their addresses first.",
                    ", ".join(without[:MOST_NAMES].mapped("name")),
                )
            )
        problem = self.env["ir.mail_server"]._espace_problem()
        if problem:
            raise UserError(
                self.env._("No code sent by e-mail would arrive: %s", problem)
            )

    def _espace_login_words(self):
        """Say what the log-in of this group asks for, on one line."""
        self.ensure_one()
        minutes = self.lock_timeout_inactivity
        rules = [
            self.env._("code at log-in")
            if self.espace_second_factor
            else self.env._("password or passkey"),
            self.env._("%s min without activity", minutes)
            if minutes
            else self.env._("no end of idle sessions"),
        ]
        return f"{self.name}: {', '.join(rules)}"
