from odoo import api, models
from odoo.http import get_session_max_inactivity

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
                "name": "tz",
                "purpose": self.env._("Tells the time zone of your device."),
                "kept": self.env._("until you close the browser"),
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
