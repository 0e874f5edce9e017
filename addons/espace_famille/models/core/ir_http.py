import threading

from odoo import models
from odoo.http import request


def visitor_address():
    """Return the network address that asks, "" where Odoo does not say.

    XML-RPC and JSON-RPC hide the request: `ir.http` has left a note of it.
    """
    if request:
        return request.httprequest.remote_addr or ""
    thread = threading.current_thread()
    url, address = getattr(thread, "espace_visitor", ("", ""))
    return address if url and url == getattr(thread, "url", "") else ""


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        cls._espace_note_visitor()
        return super()._pre_dispatch(rule, args)

    @classmethod
    def _espace_note_visitor(cls):
        """Note who asks for those who look where Odoo hides the request."""
        http_request = request.httprequest
        visitor = (http_request.url, http_request.remote_addr or "")
        threading.current_thread().espace_visitor = visitor
