from odoo import fields
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request, route
from odoo.tools import email_normalize

from ...models.booking.espace_calendar_feed import URL as FEED_URL
from ..core.base import family_page
from .household_security import EspaceHouseholdSecurity

URL = "/my/foyer/compte"
CHOICES = ("notify_limits", "notify_cart", "notify_news")


class EspaceHouseholdAccount(EspaceHouseholdSecurity):
    """Mon compte: password, e-mail, reminders and the calendar of a parent."""

    @family_page(URL)
    def espace_household_account(self, family_sudo, securite=None, **_kwargs):
        return self._espace_account_page(
            family_sudo, security=self._espace_security(securite == "1")
        )

    def _espace_account_page(self, family_sudo, **values):
        guardian_sudo = family_sudo._portal_guardian()[:1]
        changes_sudo = request.env["espace.portal.household"]._changes(family_sudo)
        return self._espace_render(
            "household_account",
            {
                "page_name": "espace_household_account",
                "family": family_sudo,
                "guardian": guardian_sudo,
                "login": request.env.user.login,
                "login_changes": self._espace_login_changes(
                    changes_sudo, guardian_sudo
                ),
                "choices": [
                    (name, guardian_sudo[name], *words)
                    for name, words in self._espace_choice_words().items()
                ],
                "has_feed": bool(
                    request.env["espace.calendar.feed"]._of(guardian_sudo)
                ),
                "feed_url": "",
                "push": request.env["espace.portal.app"]._push_choices(guardian_sudo),
                "security": self._espace_security(is_open=False),
                "problems": {},
                "typed": {},
                **values,
            },
        )

    def _espace_login_changes(self, changes_sudo, guardian_sudo):
        return request.env["espace.portal.household"]._change_rows(
            changes_sudo.filtered(
                lambda one: (
                    (one.model, one.res_id, one.column)
                    == ("espace.guardian", guardian_sudo.id, "email")
                )
            )
        )

    def _espace_choice_words(self):
        return {
            "notify_limits": (
                request.env._("Before a limit"),
                request.env._(
                    "When nothing is booked yet and the limit of an activity comes."
                ),
            ),
            "notify_cart": (
                request.env._("A cart that was forgotten"),
                request.env._("When bookings wait in your cart without “Validate”."),
            ),
            "notify_news": (
                request.env._("News of the town hall"),
                request.env._("As soon as they are published."),
            ),
        }

    # === Password === #

    @family_page(f"{URL}/mot-de-passe", methods=["POST"])
    def espace_account_password(self, family_sudo, old="", new="", again="", **_post):
        """Change the password: this login goes on, all others end."""

        def change(user):
            user._espace_check_password(new, again)
            user.env["res.users"].change_password(old, new)
            # Odoo's token is made of the password: without a new one this login ends.
            token = user._compute_session_token(request.session.sid)
            request.session.session_token = token
            return request.env._(
                "Your password has changed. Other devices have to log in again."
            )

        return self._espace_with_password(
            family_sudo, "old", old, change, problem_at="new"
        )

    # === E-mail === #

    @family_page(f"{URL}/adresse", methods=["POST"])
    def espace_account_email(self, family_sudo, email="", password="", **_post):
        """Propose another address; the town hall accepts it, both are notified."""

        def change(user):
            address = email_normalize(email)
            if not address:
                raise UserError(
                    request.env._("This is no e-mail address: name@example.org.")
                )
            user._check_credentials(
                {"type": "password", "login": user.login, "password": password},
                {"interactive": True},
            )
            changes_sudo = (
                request.env["espace.change"]
                .sudo()
                ._propose(family_sudo._portal_guardian()[:1], {"email": address})
            )
            if not changes_sudo:
                return request.env._("This is your address already.")
            return request.env._(
                "Your new address was sent to the town hall. Log in with the present "
                "one until it is accepted."
            )

        return self._espace_with_password(
            family_sudo,
            "password",
            password,
            change,
            problem_at="email",
            typed={"email": email},
        )

    def _espace_with_password(
        self, family_sudo, name, password, change, problem_at, typed=None
    ):
        """Do what needs the password again; wrong ones are counted.

        :param str name: of the input of the present password
        :param change: function of the user that returns the words of its success
        :param str problem_at: the input that a `UserError` is about
        """
        user = request.env.user.with_user(request.env.user)
        limits = request.env["espace.rate.limit"]
        who, now = user.login.lower(), fields.Datetime.now()
        computer = request.httprequest.remote_addr or ""
        if not limits._allowed("password", who, computer, now):
            problems = {
                name: request.env._("Too many tries: wait a quarter of an hour.")
            }
        elif not password:
            problems = {name: request.env._("Enter your present password.")}
        else:
            try:
                with request.env.cr.savepoint():
                    words = change(user)
                self._espace_notify("success", words)
                return request.redirect(URL)
            except AccessDenied:
                limits._note("password", who, computer, now)
                problems = {name: request.env._("Your password is not this one.")}
            except UserError as error:
                problems = {problem_at: str(error)}
        return self._espace_account_page(
            family_sudo,
            problems=problems,
            typed=typed or {},
            message={
                "level": "danger",
                "text": request.env._("Nothing was changed: see below."),
            },
        )

    # === Reminders === #

    @family_page(f"{URL}/rappels", methods=["POST"])
    def espace_account_choices(self, family_sudo, **post):
        """Keep which e-mails the parent wants of this commune."""
        family_sudo._portal_guardian().write({name: name in post for name in CHOICES})
        self._espace_notify("success", request.env._("Your choices were recorded."))
        return request.redirect(URL)

    # === Calendar === #

    @family_page(f"{URL}/agenda", methods=["POST"])
    def espace_account_feed(self, family_sudo, **_post):
        """Make a new address of the calendar, and show it this once."""
        secret = request.env["espace.calendar.feed"]._issue(
            family_sudo._portal_guardian()[:1]
        )
        return self._espace_account_page(
            family_sudo,
            feed_url=f"{family_sudo.get_base_url()}{FEED_URL}/{secret}.ics",
            message={
                "level": "success",
                "text": request.env._(
                    "Your calendar has a new address: copy it now, it is shown once."
                ),
            },
        )

    @route(
        f"{URL}/agenda/revoquer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def espace_account_feed_revoke(self, **_post):
        family_sudo = self._espace_family()
        if family_sudo:
            request.env["espace.calendar.feed"]._revoke(family_sudo._portal_guardian())
            self._espace_notify(
                "success", request.env._("The address of your calendar has ended.")
            )
        return request.redirect(URL)
