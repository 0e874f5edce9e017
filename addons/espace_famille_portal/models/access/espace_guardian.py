from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.mail import formataddr

from ...domain.activation import name_key

ACTIVATION_URL = "/espace-famille/activation"


class EspaceGuardian(models.Model):
    _inherit = "espace.guardian"

    @api.model
    def _fields_of_families(self):
        return [*super()._fields_of_families(), "purse_since"]

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
        :raise UserError: an address cannot be the login of its guardian
        """
        now = now or fields.Datetime.now()
        invitations = self.env["espace.activation"]
        invitable = self._invitable()
        invitable._check_addresses()
        for guardian in invitable:
            invitation, code = invitations._issue(guardian, now)
            if guardian._send_invitation(invitation, code):
                invitations |= invitation
        invitations._say_invited()
        return invitations

    def _send_invitation(self, invitation_sudo, code):
        """Write the e-mail with the link; tell whether there is one.

        It goes to the address of the invitation, which may not be known yet as that
        of the guardian.
        """
        self.ensure_one()
        address = {"email_to": formataddr((self.name, invitation_sudo.email))}
        mail_id = self.env["mail.template"]._espace_make(
            "espace_famille_portal.mail_template_activation",
            lambda template: template.with_context(
                activation_url=self._activation_url(code, invitation_sudo.email)
            ).send_mail(self.id, email_values=address),
            self.family_id,
        )
        if mail_id:
            mail_sudo = self.env["mail.mail"].sudo().browse(mail_id)
            invitation_sudo.sudo()._letter_follow(mail_sudo.mail_message_id)
        return bool(mail_id)

    def _invite_by_letter(self, now=None):
        """Give each of these guardians a code that only a printed letter will hold.

        :return: (the invitations, {id of an invitation: its code})
        """
        now = now or fields.Datetime.now()
        letters, codes = self.env["espace.activation"], {}
        for guardian in self:
            letter, code = letters._issue_letter(guardian, now)
            letters |= letter
            codes[letter.id] = code
        letters._say_invited()
        return letters, codes

    def _by_letter(self):
        """Return who gets a letter: one of each household that no e-mail reaches.

        A household is reached if somebody has an account or can be invited by e-mail.
        """
        known = self.family_id.guardian_ids
        problems = known._address_problems()
        chosen = self.browse()
        for guardians in known.grouped("family_id").values():
            reached = guardians.sudo().user_id or guardians.filtered(
                lambda one: one.email_normalized and one not in problems
            )
            if not reached:
                ranked = guardians.sorted(lambda one: (not one.may_book, one.rank))
                chosen |= ranked[:1]
        return chosen

    def _invitable(self):
        """Return those who have an address and no account yet."""
        return self.filtered(
            lambda one: one.email_normalized and not one.sudo().user_id
        )

    # === One address, one person === #

    def _cannot_have(self, email):
        """Tell whether an address cannot become the login of this guardian."""
        self.ensure_one()
        if self.email_normalized == email:
            return bool(self._address_problems())
        typed = self.new(origin=self)
        typed.email = email
        return bool(typed._address_problems())

    def _check_addresses(self):
        """Refuse who cannot log in with its address.

        :raise UserError: says of each why, and what to do
        """
        problems = self._address_problems()
        if problems:
            raise UserError("\n\n".join(problems.values()))

    def _address_problems(self):
        """Return {guardian: why its address cannot be its login, and what to do}.

        An address is the login of one person. Who bears the same name in another
        family is taken for the same person, who gets one account for both.
        """
        emails = sorted({one.email_normalized for one in self} - {False})
        if not emails:
            return {}
        sharing_sudo = self.sudo().search(
            [("email_normalized", "in", emails), ("family_id.active", "=", True)]
        )
        users_sudo = self._users_of_logins(emails)
        problems = {}
        for guardian in self:
            email = guardian.email_normalized
            if not email:
                continue
            words = guardian._shared_problem(
                sharing_sudo.filtered(lambda one, e=email: one.email_normalized == e)
            ) or guardian._account_problem(users_sudo.get(email))
            if words:
                problems[guardian] = words
        return problems

    def _users_of_logins(self, emails):
        """Return {address: the user who logs in with it, archived or not}."""
        self.env["res.users"].flush_model(["login"])
        rows = self.env.execute_query(
            SQL("SELECT id FROM res_users WHERE lower(login) IN %s", tuple(emails))
        )
        users_sudo = self.env["res.users"].sudo().browse([row[0] for row in rows])
        return {user_sudo.login.lower(): user_sudo for user_sudo in users_sudo}

    def _shared_problem(self, sharing_sudo):
        """Say who else has this address, "" if that is nobody."""
        words = {
            "name": self.name,
            "email": self.email_normalized,
            "other": self.env._("somebody of another commune"),
        }
        for other in sharing_sudo:
            if other.person_id == self.sudo().person_id:
                continue
            if other.company_id in self.env.companies:
                words["other"] = other.name
            if other.family_id == self.sudo().family_id:
                return self.env._(
                    "%(name)s and %(other)s have one address, %(email)s, which can be "
                    "the login of one of them alone. Enter another address for the "
                    "other, or none: one account is enough to book for the family.",
                    **words,
                )
            if other._name_key() != self._name_key():
                return self.env._(
                    "%(name)s has the address of %(other)s, %(email)s, which can be "
                    "the login of one of them alone. Enter another address for one "
                    "or, if they are the same person, write both names alike.",
                    **words,
                )
        return ""

    def _account_problem(self, user_sudo):
        """Say why the account with this address is not this guardian's to have."""
        if not user_sudo:
            return ""
        words = {"name": self.name, "email": self.email_normalized}
        person_sudo = user_sudo.partner_id
        if not user_sudo.active:
            return self.env._(
                "The account with the address of %(name)s, %(email)s, was closed. "
                "Enter another address, or have the administrator open it again.",
                **words,
            )
        if person_sudo == self.sudo().person_id:
            return ""
        if not user_sudo._is_portal():
            return self.env._(
                "The address of %(name)s, %(email)s, is the login of an agent: enter "
                "a private one.",
                **words,
            )
        if name_key(person_sudo.firstname, person_sudo.lastname) != self._name_key():
            return self.env._(
                "The address of %(name)s, %(email)s, is the login of somebody else. "
                "Enter another one or, if they are the same person, write both names "
                "alike.",
                **words,
            )
        return ""

    def _name_key(self):
        return name_key(self.firstname, self.lastname)

    def _activation_page(self):
        self.ensure_one()
        return f"{self.get_base_url()}{ACTIVATION_URL}"

    def _activation_url(self, code, email):
        query = urlencode({"activationCode": code, "email": email})
        return f"{self._activation_page()}?{query}"
