from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request

from ...domain import activation as rules


class ResUsers(models.Model):
    """How often somebody may try to log in, and what a parent's password must be.

    Odoo slows down a computer, in the memory of one worker. Here tries are counted in
    the database: for one login wherever they come from, and for one computer whatever
    worker answers.
    """

    _inherit = "res.users"

    # === Tries === #

    @contextmanager
    def _assert_can_auth(self, user=None):
        who = self._espace_login_of(user)
        if not request or not who:
            with super()._assert_can_auth(user=user):
                yield
            return
        limits = self.env["espace.rate.limit"]
        computer = request.httprequest.remote_addr or ""
        if not limits._allowed("login", who, computer, fields.Datetime.now()):
            raise AccessDenied(
                self.env._(
                    "Too many tries: wait a quarter of an hour, or ask for a new "
                    "password."
                )
            )
        try:
            with super()._assert_can_auth(user=user):
                yield
        except AccessDenied:
            self._espace_note_failure(who, computer)
            raise
        limits._forget("login", who)

    @api.model
    def _espace_login_of(self, user):
        """Return the login in small letters; Odoo gives it, or the id of the user."""
        if isinstance(user, int):
            user = self.sudo().browse(user).exists().login
        return str(user or "").strip().lower()[:200]

    @api.model
    def _espace_note_failure(self, who, computer):
        """Remember the try even though what asked for it is undone."""
        with self.env.registry.cursor() as cr:
            self.env(cr=cr)["espace.rate.limit"]._note(
                "login", who, computer, fields.Datetime.now()
            )

    # === Parents === #

    def _espace_is_parent(self):
        """Tell whether this is a guardian of a family, present or former, no agent."""
        return self.share and bool(
            self.env["espace.guardian"]
            .sudo()
            .with_context(active_test=False)
            .search_count([("partner_id", "in", self.sudo().partner_id.ids)], limit=1)
        )

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """Close XML-RPC and JSON-RPC, which ask this before every call, to parents.

        The answer is that of a wrong password: it tells nothing to who guesses.
        """
        super()._check_uid_passwd(uid, passwd)
        if self.browse(uid)._espace_is_parent():
            raise AccessDenied()

    # === Passwords === #

    def _espace_check_password(self, password, again=None):
        """Refuse a new password that is easily guessed.

        :raise UserError: it is; agents choose theirs under Odoo's own rules
        """
        self.ensure_one()
        if not self.share:
            return
        again = password if again is None else again
        problem = rules.password_problem(password, again, self._espace_own_words())
        if problem:
            raise UserError(self._espace_password_words()[problem])

    def _espace_own_words(self):
        """Return the names that a password must not be made of."""
        families_sudo = self.env["espace.family"]._of_user(self)
        people_sudo = [*families_sudo.guardian_ids, *families_sudo.child_ids]
        words = [self.login.partition("@")[0], *families_sudo.mapped("name")]
        for person in people_sudo:
            words += [person.firstname, person.lastname]
        return words

    @api.model
    def _espace_password_words(self):
        return {
            "missing": self.env._("Enter the new password."),
            "different": self.env._("The two passwords differ: type them again."),
            "too_weak": self.env._(
                "This password is too weak: make it longer, or mix capitals, figures "
                "and signs."
            ),
            "too_easy": self.env._(
                "This password is easily guessed: choose another one, without names."
            ),
        }

    def _change_password(self, new_passwd):
        """Hold parents who change their own password to the rules."""
        if self == self.env.user:
            self._espace_check_password(new_passwd)
        return super()._change_password(new_passwd)

    @api.model
    def signup(self, values, token=None):
        """Hold parents who reset their password to the rules."""
        if token and values.get("password"):
            partner = self.env["res.partner"]._signup_retrieve_partner(
                token, check_validity=True, raise_exception=True
            )
            for user in partner.user_ids[:1]:
                user._espace_check_password(values["password"])
        return super().signup(values, token)
