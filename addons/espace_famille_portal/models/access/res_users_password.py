from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...domain import password as rules

# Of who works for the commune: a password opens all its families.
STAFF_LENGTH = "espace_famille_portal.staff_password_length"
STAFF_SHORTEST = 12


class ResUsers(models.Model):
    """What a password must be, wherever somebody chooses one."""

    _inherit = "res.users"

    def _espace_check_password(self, password, again=None):
        """Refuse a new password that is easily guessed.

        :param again: what was typed the second time, None where it is asked once
        :raise UserError: it is; says what is missing
        """
        self.ensure_one()
        words, shortest = self._espace_own_words(), self._espace_shortest_password()
        problem = rules.password_problem(password, words, again, shortest)
        if problem:
            raise UserError(self._espace_password_words(problem, password, shortest))

    def _espace_shortest_password(self):
        """Return how many signs the password of this user must have at least."""
        if self.share:
            return rules.SHORTEST
        length = self.env["ir.config_parameter"].sudo().get_param(STAFF_LENGTH)
        return max(int(length or STAFF_SHORTEST), rules.SHORTEST)

    def _espace_own_words(self):
        """Return the names that a password must not be made of."""
        families_sudo = self.env["espace.family"]._of_user(self)
        people_sudo = [*families_sudo.guardian_ids, *families_sudo.child_ids]
        words = [self.login.partition("@")[0], *families_sudo.mapped("name")]
        for person in (self.sudo().partner_id, *people_sudo):
            words += [person.firstname, person.lastname]
        return words

    @api.model
    def _espace_password_words(self, problem, password="", shortest=rules.SHORTEST):
        """Say why a password is refused, and what it is lacking.

        :param str problem: see `password_problem`
        :param str password: the one that is too weak
        :param int shortest: signs that it must have at least
        """
        if problem == "too_weak":
            return self._espace_lack_words(rules.lack(password, shortest))
        words = {
            "missing": self.env._("Enter the new password."),
            "different": self.env._("The two passwords differ: type them again."),
            "repeated": self.env._(
                "This password repeats the same signs: mix more different ones."
            ),
            "too_easy": self.env._(
                "This password is easily guessed: choose another one, without names."
            ),
        }
        return words[problem]

    @api.model
    def _espace_lack_words(self, lack):
        names = {
            "small": self.env._("small letters"),
            "capital": self.env._("capitals"),
            "figure": self.env._("figures"),
            "sign": self.env._("signs (! ? - …)"),
        }
        kinds = format_list(self.env, [names[kind] for kind in lack.kinds], style="or")
        if lack.more == 1:
            return self.env._("This password is too weak: one more sign is missing.")
        if not kinds:
            return self.env._(
                "This password is too weak: %(more)s more signs are missing.",
                more=lack.more,
            )
        return self.env._(
            "This password is too weak: %(more)s more signs are missing, fewer if you "
            "mix in %(kinds)s.",
            more=lack.more,
            kinds=kinds,
        )

    def _espace_is_held(self):
        """Tell whether this is an agent of a commune or a parent."""
        own_sudo = self.sudo().company_ids
        return any(own_sudo.mapped("espace_is_commune")) or self._espace_is_parent()

    def _change_password(self, new_passwd):
        """Hold who changes a password to the rules, of agents whoever does.

        Staff may give another portal user a password for its first log-in.
        """
        if self._espace_is_held() and (self == self.env.user or not self.share):
            self._espace_check_password(new_passwd)
        # The logins elsewhere end, and what their devices are told.
        self._espace_forget_devices()
        return super()._change_password(new_passwd)

    @api.model
    def signup(self, values, token=None):
        """Hold who resets a password to the rules."""
        if token and values.get("password"):
            partner = self.env["res.partner"]._signup_retrieve_partner(
                token, check_validity=True, raise_exception=True
            )
            for user in partner.user_ids[:1]:
                if user._espace_is_held():
                    user._espace_check_password(values["password"])
                # Who holds the link is the owner: tries of others hold up nobody.
                self.env["espace.rate.limit"]._forget(
                    "login", self._espace_login_of(user.login)
                )
        return super().signup(values, token)
