"""The captcha of public forms, made and checked here: nobody else is asked.

A browser proves that it worked for a moment (ALTCHA, proof of work). A browser without
JavaScript is asked for a sum. Each answer counts once and for twenty minutes.
"""

import json
import random
from base64 import b64decode
from datetime import UTC, timedelta

from altcha import create_challenge, verify_solution

from odoo import api, models
from odoo.tools import consteq, hmac

ALGORITHM = "PBKDF2/SHA-256"
# A telephone of ten years ago needs about two seconds.
COST = 5_000
HARDEST = 250
VALID = timedelta(minutes=20)


class EspaceCaptcha(models.AbstractModel):
    _name = "espace.captcha"
    _description = "Captcha"

    @api.model
    def _challenge(self, now):
        """Return a new challenge as the ALTCHA widget expects it."""
        return create_challenge(
            ALGORITHM,
            COST,
            counter=random.SystemRandom().randrange(HARDEST),
            expires_at=_seconds(now + VALID),
            hmac_secret=self._secret(),
        ).to_dict()

    @api.model
    def _sum(self, now):
        """Return (question, token) for those without JavaScript."""
        draw = random.SystemRandom()
        first, second = draw.randint(2, 9), draw.randint(2, 9)
        until = _seconds(now + VALID)
        seal = self._seal(f"{until}:{draw.getrandbits(64):x}", first + second)
        return self.env._("How much is %(a)s + %(b)s?", a=first, b=second), seal

    @api.model
    def _passed(self, values, now):
        """Tell whether a posted form holds one of the two answers, unused so far.

        :param dict values: altcha, or sum_token and sum_answer
        """
        if values.get("altcha"):
            token = self._solved(values["altcha"])
        else:
            token = self._summed(
                str(values.get("sum_token") or ""),
                str(values.get("sum_answer") or "").strip(),
                now,
            )
        return bool(token) and self.env["espace.rate.limit"]._once(
            "captcha", token, now
        )

    @api.model
    def _solved(self, payload):
        """Return what is unique of a solved challenge, "" if it is not solved."""
        try:
            if not verify_solution(payload, self._secret()).verified:
                return ""
            return json.loads(b64decode(payload))["challenge"]["signature"]
        except (KeyError, TypeError, ValueError):
            return ""

    @api.model
    def _summed(self, token, answer, now):
        start, _dot, _seal = token.rpartition(".")
        until = start.partition(":")[0]
        if not (until.isdecimal() and answer.isdecimal() and len(answer) < 4):
            return ""
        if int(until) < _seconds(now):
            return ""
        return token if consteq(self._seal(start, int(answer)), token) else ""

    @api.model
    def _seal(self, start, answer):
        secret = hmac(self.env(su=True), "espace.captcha.sum", f"{start}:{answer}")
        return f"{start}.{secret}"

    @api.model
    def _secret(self):
        return hmac(self.env(su=True), "espace.captcha", "altcha")


def _seconds(instant):
    """Return the seconds of a naive UTC instant since 1970."""
    return int(instant.replace(tzinfo=UTC).timestamp())
