from odoo import api, models
from odoo.http import get_session_max_inactivity

from ...domain import comfort
from ..access.res_users import DEVICE_AGE, DEVICE_COOKIE

DAY = 24 * 60 * 60


class EspacePortalLegal(models.AbstractModel):
    """What the legal pages say of this very installation."""

    _name = "espace.portal.legal"
    _description = "Legal Pages of the Portal"

    @api.model
    def _cookies(self):
        """Return what is put into a browser: names, purpose, how long it stays.

        All but one are Odoo's. `tests/test_cookies.py` compares it with what a browser
        gets.
        """
        cookies = [
            {
                "name": "session_id",
                "purpose": self.env._(
                    "Keeps you logged in, and guards the forms you send."
                ),
                "kept": self._days_words(get_session_max_inactivity(self.env)),
            },
            {
                "name": DEVICE_COOKIE,
                "purpose": self.env._(
                    "Recognises a device on which you have logged in, so that wrong "
                    "passwords of somebody else elsewhere do not keep you out."
                ),
                "kept": self._days_words(DEVICE_AGE, once=True),
            },
            {
                "name": "frontend_lang",
                "purpose": self.env._("Remembers the language of the pages."),
                "kept": self.env._("1 year"),
            },
            {
                "name": comfort.COOKIE,
                "purpose": self.env._(
                    "Remembers how you read best, only if you have chosen it."
                ),
                "kept": self.env._("1 year"),
            },
            {
                "name": "tz",
                "purpose": self.env._("Tells the time zone of your device."),
                "kept": self.env._("until you close the browser"),
            },
            {
                "name": "ef-install-said",
                "purpose": self.env._(
                    "Notes that the home screen was offered; stays in your browser."
                ),
                "kept": self.env._("until you clear the data of the browser"),
            },
            {
                "name": "espace-family-week, espace-family-parts-1",
                "purpose": self.env._(
                    "The booked days of a week and the parts of the pages, for the "
                    "time without network; stays in your browser."
                ),
                "kept": self.env._(
                    "the days until you log out, the parts until you clear the data of "
                    "the browser"
                ),
            },
            {
                "name": "presence.focus, presence.lastPresence",
                "purpose": self.env._(
                    "Notes whether you look at the page and when you last did; stays "
                    "in your browser and is not sent to us."
                ),
                "kept": self.env._("until you clear the data of the browser"),
            },
        ]
        # Two-factor authentication comes with Odoo, a commune may take it out.
        if "auth_totp.device" in self.env:
            age = self.env["auth_totp.device"]._get_trusted_device_age()
            cookies.append(
                {
                    "name": "td_id",
                    "purpose": self.env._(
                        "Recognises a device that you trust, only if you have chosen "
                        "to log in with a second code."
                    ),
                    "kept": self._days_words(age, once=True),
                }
            )
        return cookies

    @api.model
    def _site_map(self, company):
        """Return [(title, [(address, name)])] of the pages."""
        asked = f"?commune={company.id}"
        everybody = {
            "/espace-famille": self.env._("Welcome"),
            "/web/login": self.env._("Log in"),
            "/espace-famille/activation": self.env._("Activate my account"),
            "/espace-famille/demande-de-compte": self.env._("Ask for an account"),
            "/web/reset_password": self.env._("Forgotten password"),
            f"/espace-famille/question{asked}": self.env._("Ask a question"),
        }
        menu = self.env["espace.family"]._portal_menu()
        family = {entry.url: entry.label for entry in menu} | {
            "/my/reservations/agenda": self.env._("Book many days"),
            "/my/absences": self.env._("Absences"),
            "/my/factures/compte": self.env._("Account of the family"),
            "/my/attestations": self.env._("Tax certificates"),
            "/my/foyer/compte": self.env._("My account"),
            "/my/foyer/mes-donnees": self.env._("My data"),
        }
        legal = {
            f"/espace-famille/mentions-legales{asked}": self.env._("Legal notice"),
            f"/espace-famille/donnees-personnelles{asked}": self.env._("Personal data"),
            f"/espace-famille/accessibilite{asked}": self.env._("Accessibility"),
            f"/espace-famille/accessibilite/schema{asked}": self.env._(
                "Accessibility scheme"
            ),
        }
        return [
            (title, list(pages.items()))
            for title, pages in (
                (self.env._("For everybody"), everybody),
                (self.env._("My family, once logged in"), family),
                (self.env._("Information"), legal),
            )
        ]

    @api.model
    def _days_words(self, seconds, once=False):
        """Return how long a cookie is kept, in words.

        :param bool once: from the day it is set, not from the last visit
        """
        days = max(1, round(seconds / DAY))
        if once:
            return self.env._("1 day") if days == 1 else self.env._("%s days", days)
        if days == 1:
            return self.env._("1 day after your last visit")
        return self.env._("%s days after your last visit", days)
