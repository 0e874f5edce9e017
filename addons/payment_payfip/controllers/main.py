import time

from odoo import http
from odoo.http import request

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing

# Seconds between two looks at a payment whose payer waits on the page of its status.
LOOKS_EVERY = 3
# Seconds after which this page leads on although nothing is known.
WAITS = 30
WAITING_KEY = "payfip_waiting_since"


class PayfipController(http.Controller):
    """What PayFiP calls, and where it leads back to. Nothing that is sent counts.

    A call names a payment, no more: what became of it is asked of the service.
    """

    _notification_url = "/payment/payfip/notification"
    _return_url = "/payment/payfip/return"

    @http.route(
        _notification_url,
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def payfip_notification(self, idop=None, idOp=None, **_data):
        """Look a payment up; the answer is the same whether it is known or not."""
        transactions_sudo = request.env["payment.transaction"].sudo()
        found_sudo = transactions_sudo._payfip_of(idop or idOp)
        found_sudo._payfip_refresh()
        return "OK"

    @http.route(
        f"{_return_url}/<string:refdet>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def payfip_return(self, refdet, idop=None, idOp=None, **_data):
        """Look the payment up, and lead its payer to what became of it.

        `save_session=False` as Odoo's providers have it: a POST from elsewhere comes
        without the session's cookie, and must not begin another one.
        """
        transactions_sudo = request.env["payment.transaction"].sudo()
        found_sudo = transactions_sudo._payfip_of(idop or idOp, refdet)
        found_sudo._payfip_refresh()
        return request.redirect("/payment/status")


class PayfipPostProcessing(PaymentPostProcessing):
    @http.route()
    def poll_status(self, **kwargs):
        """Look a payment up again while its payer waits, for half a minute at most.

        Whoever comes back before the result is known needs no notification so.
        """
        transaction_sudo = self._get_monitored_transaction()
        if transaction_sudo.provider_code != "payfip":
            return super().poll_status(**kwargs)
        transaction_sudo._payfip_refresh(at_most_every=LOOKS_EVERY)
        result = super().poll_status(**kwargs)
        if result["state"] in ("draft", "pending"):
            known, since = request.session.get(WAITING_KEY) or (None, 0)
            if known != transaction_sudo.id:
                request.session[WAITING_KEY] = (transaction_sudo.id, time.time())
            elif time.time() - since > WAITS:
                # The page leads on at a state that is final: where it leads says that
                # nothing is known yet.
                result["state"] = "cancel"
        return result
