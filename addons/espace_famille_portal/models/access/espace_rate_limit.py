from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import hmac

# kind: (how many, within how long) for one person or address, then for one computer.
LIMITS = {
    "activation": (5, timedelta(minutes=15), 30),
    "question": (3, timedelta(hours=1), 10),
    "account_request": (3, timedelta(hours=1), 10),
    "login": (10, timedelta(minutes=15), 100),
    "password": (5, timedelta(minutes=15), 30),
    "data": (5, timedelta(hours=1), 30),
    "calendar": (20, timedelta(minutes=15), 20),
    # Messages of parents who are logged in: a conversation, not a flood.
    "request": (20, timedelta(hours=1), 100),
}
KEPT = timedelta(days=1)


class EspaceRateLimit(models.Model):
    """Counts tries, so that nobody may try for ever.

    Addresses are not kept, only their trace under the secret of the database.
    """

    _name = "espace.rate.limit"
    _description = "Counter of a Rate Limit"
    _log_access = False

    kind = fields.Char(required=True)
    key = fields.Char(required=True)
    at = fields.Datetime(required=True)

    _kind_key = models.Index("(kind, key, at)")

    @api.model
    def _allowed(self, kind, who, computer, now):
        """Tell whether another try is allowed.

        :param str kind: see `LIMITS`
        :param str who: an e-mail address
        :param str computer: the network address that asks
        """
        by_person, within, by_computer = LIMITS[kind]
        return (
            self._count(kind, f"who:{who}", now - within) < by_person
            and self._count(kind, f"from:{computer}", now - within) < by_computer
        )

    @api.model
    def _count_in(self, kind, who, computer, now):
        """Count a try that is still allowed; return whether it is."""
        allowed = self._allowed(kind, who, computer, now)
        if allowed:
            self._note(kind, who, computer, now)
        return allowed

    @api.model
    def _note(self, kind, who, computer, now):
        """Remember a try."""
        self.sudo().create(
            [
                {"kind": kind, "key": self._trace(key), "at": now}
                for key in (f"who:{who}", f"from:{computer}")
            ]
        )

    @api.model
    def _forget(self, kind, who):
        """Forget the tries of a person who succeeded; its computer's are kept."""
        key = self._trace(f"who:{who}")
        self.sudo().search([("kind", "=", kind), ("key", "=", key)]).unlink()

    @api.model
    def _once(self, kind, token, now):
        """Tell whether a token comes for the first time, and remember it."""
        key = f"token:{token}"
        if self._count(kind, key, now - KEPT):
            return False
        self.sudo().create({"kind": kind, "key": self._trace(key), "at": now})
        return True

    @api.model
    def _count(self, kind, key, since):
        return self.sudo().search_count(
            [("kind", "=", kind), ("key", "=", self._trace(key)), ("at", ">", since)]
        )

    @api.model
    def _trace(self, key):
        return hmac(self.env(su=True), "espace.rate.limit", key)

    @api.autovacuum
    def _gc_old(self):
        self.search([("at", "<", fields.Datetime.now() - KEPT)]).unlink()
