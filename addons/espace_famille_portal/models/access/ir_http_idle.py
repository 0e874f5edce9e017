import time

from odoo import api, models
from odoo.http import request

# Of a session: when it was used last, and that it has ended for not being used.
SEEN = "espace_seen"
ENDED = "espace_idle"
# A session is not written anew at each request, in seconds.
STEP = 60


class IrHttp(models.AbstractModel):
    """Idle sessions of parents end.

    Odoo's `auth_timeout` locks the screen of agents: their pages say by websocket when
    somebody is there. Parents have none, and pages that work without scripts: their
    session ends, by the same setting of their group.
    """

    _inherit = "ir.http"

    @classmethod
    def _authenticate(cls, endpoint):
        is_idle = bool(request.session.uid) and cls._espace_is_idle()
        if is_idle:
            # Odoo logs out whose token is not valid.
            request.session.session_token = ""
        try:
            super()._authenticate(endpoint)
        finally:
            if is_idle:
                request.session[ENDED] = True

    @classmethod
    def _espace_is_idle(cls):
        """Tell whether a parent was away for too long; else remember this visit."""
        session = request.session
        user = request.env(user=session.uid).user
        longest = user._get_lock_timeout_inactivity()
        if not longest or not user._espace_is_parent():
            return False
        now = time.time()
        away = now - session.get(SEEN, now)
        if away > longest:
            return True
        if SEEN not in session or away > min(STEP, longest / 10):
            session[SEEN] = now
        return False

    @api.model
    def get_frontend_session_info(self):
        """Have no script of a parent's page look for a websocket."""
        info = super().get_frontend_session_info()
        if "lock_timeout_inactivity" in info and self.env.user._espace_is_parent():
            del info["lock_timeout_inactivity"]
        return info
