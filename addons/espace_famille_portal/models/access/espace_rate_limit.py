import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

# kind: (how many, within how long) for one person or address, then for one computer.
LIMITS = {
    "activation": (5, timedelta(minutes=15), 30),
    "question": (3, timedelta(hours=1), 10),
    "account_request": (3, timedelta(hours=1), 10),
    "login": (10, timedelta(minutes=15), 100),
    "reset": (5, timedelta(hours=1), 30),
    "password": (5, timedelta(minutes=15), 30),
    "data": (5, timedelta(hours=1), 30),
    "calendar": (20, timedelta(minutes=15), 20),
    # Messages of parents who are logged in: a conversation, not a flood.
    "request": (20, timedelta(hours=1), 100),
}
KEPT = timedelta(days=1)
# How long the same form counts as a second tap on its button.
TAP = timedelta(minutes=1)


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
    _once_only = models.UniqueIndex("(kind, key) WHERE kind IN ('captcha', 'form')")

    @api.model
    def _allowed(self, kind, who, computer, now):
        """Tell whether another try is allowed.

        :param str kind: see `LIMITS`
        :param str who: an e-mail address
        :param str computer: the network address that asks, "" if it is not known
        """
        by_person, within, by_computer = LIMITS[kind]
        if self._count(kind, f"who:{who}", now - within) >= by_person:
            return False
        tries = computer and self._count(kind, f"from:{computer}", now - within)
        return not computer or tries < by_computer

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
        keys = [f"who:{who}"] + ([f"from:{computer}"] if computer else [])
        self.sudo().create(
            [{"kind": kind, "key": self._trace(key), "at": now} for key in keys]
        )

    @api.model
    def _forget(self, kind, who):
        """Forget the tries of a person who succeeded; its computer's are kept."""
        key = self._trace(f"who:{who}")
        self.sudo().search([("kind", "=", kind), ("key", "=", key)]).unlink()

    @api.model
    def _once(self, kind, token, now, within=KEPT):
        """Tell whether a token comes for the first time, and remember it.

        Of two that come together the second waits for the first, and comes second.

        :param str kind: one of those of `_once_only`
        :param timedelta within: after that it may come again
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO espace_rate_limit (kind, key, at)
                VALUES (%(kind)s, %(key)s, %(now)s)
                ON CONFLICT (kind, key) WHERE kind IN ('captcha', 'form')
                DO UPDATE SET at = EXCLUDED.at
                WHERE espace_rate_limit.at <= %(since)s
                RETURNING id
                """,
                kind=kind,
                key=self._trace(f"token:{token}"),
                now=now,
                since=now - within,
            )
        )
        return bool(self.env.cr.fetchone())

    @api.model
    def _first_tap(self, what, *content):
        """Tell whether a form comes for the first time within a minute.

        A second tap on its button sends the same again.

        :param str what: the form, and who sends it
        :param content: what was entered; of files their bytes
        """
        digest = hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()
        token = f"{what}:{digest}"
        return self._once("form", token, fields.Datetime.now(), TAP)

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
