import json
import logging
import secrets
import unicodedata
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request
from odoo.tools import consteq, hmac

from odoo.addons.auth_passkey._vendor.webauthn.helpers import exceptions as webauthn
from odoo.addons.espace_famille.models.core.ir_http import visitor_address

_logger = logging.getLogger(__name__)

# What a browser keeps to be known again: a random name, and a seal for each login that
# got in there.
DEVICE_COOKIE = "espace_device"
DEVICE_AGE = 365 * 24 * 60 * 60
MOST_SEALS = 6

# What is raised by a passkey's answer that no device has made.
NOT_PROPER = (
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    webauthn.InvalidAuthenticatorDataStructure,
    webauthn.InvalidJSONStructure,
)

# Whether a method further out counts the try that goes on.
_is_counted = ContextVar("espace_try_is_counted", default=False)


class ResUsers(models.Model):
    """How somebody logs in, and how often one may try.

    Odoo slows down a computer, in the memory of one worker, on some doors. Here each
    wrong password is counted in the database, whatever door takes it: for one login
    wherever it comes from, and for one computer whatever worker answers. On a device
    that the owner of a login has used, only that device's tries count for this login.
    """

    _inherit = "res.users"

    # === Tries === #

    @contextmanager
    def _assert_can_auth(self, user=None):
        with (
            self._espace_counted_try(self._espace_login_of(user)),
            super()._assert_can_auth(user=user),
        ):
            yield

    def _check_credentials(self, credential, env):
        """Count wrong passwords where no log-in does: who confirms who it is."""
        if credential.get("type") != "password":
            return super()._check_credentials(credential, env)
        with self._espace_counted_try(self._espace_login_of(self.env.user.login)):
            return super()._check_credentials(credential, env)

    @contextmanager
    def _espace_counted_try(self, who):
        """Count what happens within as one try of `who`, if it is denied.

        :param str who: login in small letters
        :raise AccessDenied: there were too many
        """
        if not who or _is_counted.get():
            yield
            return
        device = self._espace_known_device(who)
        tried = f"{who} {device}" if device else who
        computer = self._espace_computer()
        limits = self.env["espace.rate.limit"]
        if not limits._allowed("login", tried, computer, fields.Datetime.now()):
            raise AccessDenied(
                self.env._(
                    "Too many tries: wait a quarter of an hour, or ask for a new "
                    "password."
                )
            )
        counted = _is_counted.set(True)
        try:
            yield
        except AccessDenied:
            self._espace_note_failure(tried, computer)
            raise
        finally:
            _is_counted.reset(counted)
        limits._forget("login", tried)

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
            .search_count([("person_id", "in", self.sudo().partner_id.ids)], limit=1)
        )

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """Close XML-RPC and JSON-RPC, which ask this before every call, to parents.

        The answer is that of a wrong password: it tells nothing to who guesses.
        """
        super()._check_uid_passwd(uid, passwd)
        if self.browse(uid)._espace_is_parent():
            raise AccessDenied()

    @api.model
    def _espace_computer(self):
        """Return the network address that asks, "" where Odoo does not say."""
        return visitor_address()

    # === Known devices === #

    @api.model
    def _espace_known_device(self, who):
        """Return the name of the device that asks if `who` has logged in there."""
        device, seals = self._espace_device()
        seal = self._espace_device_seal(device, who)
        return device if any(consteq(one, seal) for one in seals) else ""

    @api.model
    def _espace_know_device(self, who):
        """Have the browser remember that `who` has logged in there."""
        if not request or self._espace_known_device(who):
            return
        device, seals = self._espace_device()
        device = device or secrets.token_urlsafe(12)
        seals = [self._espace_device_seal(device, who), *seals][:MOST_SEALS]
        request.future_response.set_cookie(
            DEVICE_COOKIE,
            ".".join([device, *seals]),
            max_age=DEVICE_AGE,
            httponly=True,
            samesite="Lax",
        )

    @api.model
    def _espace_device(self):
        """Return (name, seals) of the device that asks, as it says itself."""
        cookie = (request and request.cookies.get(DEVICE_COOKIE)) or ""
        device, *seals = str(cookie)[:500].split(".")
        return device, [seal for seal in seals if seal.isascii()][:MOST_SEALS]

    @api.model
    def _espace_device_seal(self, device, who):
        return hmac(self.env(su=True), "espace.device", f"{device} {who}")[:32]

    # === Logging in === #

    def _login(self, credential, user_agent_env):
        """Log in by what was meant; who is not known waits as long as who is."""
        if credential.get("type") == "webauthn":
            self._espace_check_passkey(credential.get("webauthn_response"))
        if credential.get("type") != "password":
            try:
                auth_info = super()._login(credential, user_agent_env)
            except NOT_PROPER as error:
                raise AccessDenied from error
            self._espace_know_device(self._espace_login_of(auth_info["uid"]))
            return auth_info
        login = self._espace_meant_login(credential.get("login"))
        if not self._espace_logins(login, exactly=True):
            computer = self._espace_computer()
            _logger.info("Login failed for login:%s from %s", login, computer)
            with self._assert_can_auth(user=login):
                self._crypt_context().hash(str(credential.get("password") or ""))
                raise AccessDenied
        auth_info = super()._login({**credential, "login": login}, user_agent_env)
        self._espace_know_device(self._espace_login_of(login))
        return auth_info

    @api.model
    def _espace_check_passkey(self, answer):
        """Look whether this may be what the script of a passkey sends.

        :raise AccessDenied: it is not; Odoo would look for what stands in it
        """
        try:
            read = json.loads(answer)
        except (TypeError, ValueError) as error:
            raise AccessDenied from error
        if not isinstance(read, dict) or not isinstance(read.get("id"), str):
            raise AccessDenied

    @api.model
    def _espace_meant_login(self, typed):
        """Return the login that was meant: capitals and stray spaces are forgiven."""
        login = unicodedata.normalize("NFKC", str(typed or ""))
        login = "".join(c for c in login if c.isprintable()).strip()
        if "@" in login and not self._espace_logins(login, exactly=True):
            login = login.replace(" ", "")
        if login and not self._espace_logins(login, exactly=True):
            alike = self._espace_logins(login)
            if len(alike) == 1:
                return alike.login
        return login

    @api.model
    def _espace_logins(self, login, exactly=False):
        """Return the users of a login, as superuser; maybe in other capitals."""
        Users = self.sudo()
        if exactly:
            return Users.search(Users._get_login_domain(login), limit=1)
        like = self.env["espace.activation"]._like_itself(login)
        return Users.search([("login", "=ilike", like)], limit=2)

    # === A new password === #

    @api.model
    def reset_password(self, login):
        """Have a link sent to who has this login or address, if anybody has.

        The answer and its time are the same for all: a scheduled job does the work.

        :raise UserError: too many were asked for
        """
        login = self._espace_meant_login(login)[:200]
        who, now = self._espace_login_of(login), fields.Datetime.now()
        limits = self.env["espace.rate.limit"]
        if not limits._count_in("reset", who, self._espace_computer(), now):
            raise UserError(
                self.env._(
                    "Too many links were asked for: wait an hour, or call the town "
                    "hall."
                )
            )
        self.env["espace.password.request"]._receive(login)

    def _espace_send_reset(self):
        """Send each of these users a link to a new password, in the commune's name."""
        self.partner_id.sudo().signup_prepare(signup_type="reset")
        for user in self.sudo():
            self.env["mail.template"]._espace_make(
                "espace_famille_portal.mail_template_password_reset",
                lambda template, user=user: template.with_context(
                    reset_url=user._espace_reset_url()
                ).send_mail(user.id),
                self.env["espace.family"],
                user.company_id,
            )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _espace_reset_url(self):
        """Return the address of a new password, good for some hours and once."""
        query = urlencode({"token": self.partner_id._generate_signup_token()})
        return f"{self.get_base_url()}/web/reset_password?{query}"

    def _action_reset_password(self, signup_type="reset"):
        """Write in the commune's name to who forgot its password."""
        is_reset = signup_type == "reset" and not self.env.context.get("create_user")
        if not is_reset or not all(user.active and user.email for user in self):
            return super()._action_reset_password(signup_type=signup_type)
        self._espace_send_reset()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("A link to a new password is on its way.")
            },
        }
