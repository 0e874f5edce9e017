import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import urls

from .. import const, payfip
from ..controllers.main import PayfipController

_logger = logging.getLogger(__name__)

PAID, REFUSED = ("P", "V"), ("R", "Z")
# How many payments a run looks up, and after how many silences it stops: the service
# is down, and each of them takes its time.
MANY = 200
SILENCES = 3
# How long after it was asked a payment is looked up how often.
OFTEN = ((timedelta(hours=3), timedelta()), (timedelta(days=3), timedelta(hours=1)))
SELDOM = timedelta(hours=20)


class PaymentTransaction(models.Model):
    """A payment by PayFiP: opened, then looked up until its result is final.

    What PayFiP or a browser sends proves nothing, for nothing is signed: only what the
    service answers for the number (idOp) that it gave us.
    """

    _inherit = "payment.transaction"

    payfip_refdet = fields.Char(
        "PayFiP Reference",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What the treasury calls this payment (refdet).",
    )
    payfip_numcli = fields.Char("Client Number", readonly=True, copy=False)
    payfip_mode = fields.Char("Mode", readonly=True, copy=False)
    payfip_asked_at = fields.Datetime("Payment Page Opened", readonly=True, copy=False)
    payfip_read_at = fields.Datetime("Last Looked Up", readonly=True, copy=False)
    payfip_result = fields.Selection(
        [
            ("P", "Paid by card"),
            ("V", "Paid by direct debit"),
            ("R", "Card refused"),
            ("Z", "Direct debit refused"),
            ("A", "Given up"),
        ],
        "Result",
        readonly=True,
        copy=False,
    )
    payfip_paid_at = fields.Datetime("Paid", readonly=True, copy=False)
    payfip_returned = fields.Boolean(
        "Sent Back",
        readonly=True,
        copy=False,
        help="The bank sent back what had been paid.",
    )
    payfip_is_final = fields.Boolean(
        "Result is Final", readonly=True, copy=False, help="It is looked up no more."
    )
    payfip_error = fields.Char(
        "Error of PayFiP",
        readonly=True,
        copy=False,
        help="What the service answered last, for who sets it up.",
    )

    # === Opening === #

    def _get_specific_rendering_values(self, processing_values):
        """Open the payment and lead the payer to its page, or say why not."""
        if self.provider_code != "payfip":
            return super()._get_specific_rendering_values(processing_values)
        email = self.provider_id._payfip_email(self.partner_id)
        problem = self.provider_id._payfip_problem(self.amount, email)
        if problem:
            self._set_error(problem)
            return {}
        asked = self._payfip_request(email)
        now = fields.Datetime.now()
        try:
            idop = self.provider_id._payfip_service().open(**asked)
        except payfip.Refused as refusal:
            self._payfip_note(refusal)
            self._set_error(
                self.env._(
                    "PayFiP did not accept this payment (code %s): nothing was paid. "
                    "Please tell the town hall.",
                    refusal.code,
                )
            )
            return {}
        except payfip.Unavailable as error:
            self._payfip_note(error)
            self._set_error(
                self.env._(
                    "PayFiP, the payment service of the treasury, does not answer: "
                    "nothing was paid. Please try again in a few minutes."
                )
            )
            return {}
        self.write(
            {
                "provider_reference": idop,
                "payfip_refdet": asked["refdet"],
                "payfip_numcli": asked["numcli"],
                "payfip_mode": asked["saisie"],
                "payfip_asked_at": now,
                "payfip_error": False,
            }
        )
        return {"api_url": self._payfip_page(), "idop": idop}

    def _payfip_page(self):
        return self.provider_id.sudo().payfip_payment_url

    def _payfip_request(self, email):
        """Return what is asked of the service for this payment, as a dict."""
        provider = self.provider_id
        base_url = provider.get_base_url()
        refdet = self._payfip_new_refdet()
        return {
            "numcli": provider.payfip_numcli,
            "saisie": provider.payfip_mode,
            "exer": self._payfip_year(),
            "refdet": refdet,
            "montant": str(self._payfip_cents()),
            "mel": email,
            "objet": payfip.normal(f"{self.company_id.name} {self.reference}"),
            "url_notification": urls.urljoin(
                base_url, PayfipController._notification_url
            ),
            "url_redirect": urls.urljoin(
                base_url, f"{PayfipController._return_url}/{refdet}"
            ),
        }

    def _payfip_cents(self):
        """Return the amount in cents: counted in Decimal, never cut from a float."""
        return int((Decimal(str(self.amount)) * 100).to_integral_value())

    def _payfip_year(self):
        """Hook: return the budget year (exercice) of what is paid, as text."""
        now = fields.Datetime.now().replace(tzinfo=payfip.UTC)
        return str(now.astimezone(payfip.PARIS).year)

    def _payfip_new_refdet(self):
        """Return a reference for the treasury that no other payment has.

        It is that of the invoices without its signs: FAC/2027/00012 is FAC202700012.
        """
        refdet = payfip.refdet(self.reference, str(self.id))
        taken = self.sudo().search_count(
            [("payfip_refdet", "=", refdet), ("id", "!=", self.id)], limit=1
        )
        return payfip.tagged(refdet, str(self.id)) if taken else refdet

    def _payfip_note(self, error):
        """Keep what the service answered, for who sets it up; the log names nobody."""
        self.payfip_error = str(error)[:200]
        _logger.warning("PayFiP, transaction %s: %s", self.reference, error)

    # === Looking up === #

    @api.model
    def _payfip_of(self, idop, refdet=None):
        """Return the transaction of a number, or of a reference, that was sent.

        :param idop: whatever was sent as the number of a payment
        :param refdet: whatever was sent as our reference, where there is no number
        """
        if isinstance(idop, str) and payfip.IDOP.fullmatch(idop):
            return self._search_by_reference("payfip", {"idOp": idop})
        if isinstance(refdet, str) and len(refdet) <= const.LONGEST_REFDET:
            known = [("payfip_refdet", "=", refdet), ("provider_code", "=", "payfip")]
            return self.search(known, limit=1)
        return self.browse()

    @api.model
    def _search_by_reference(self, provider_code, payment_data):
        """Find a payment by the number that PayFiP gave it: it sends nothing else."""
        if provider_code != "payfip":
            return super()._search_by_reference(provider_code, payment_data)
        return self.search(
            [
                ("provider_reference", "=", payment_data.get("idOp")),
                ("provider_code", "=", "payfip"),
            ],
            limit=1,
        )

    def _payfip_refresh(self, now=None, at_most_every=0):
        """Ask the service what became of these payments, and book it.

        :param datetime now: naive UTC, the present if None
        :param int at_most_every: seconds that the last look has to be past
        :return: those that the service told something of; silence changes nothing
        """
        now = now or fields.Datetime.now()
        latest = now - timedelta(seconds=at_most_every)
        told = self.browse()
        for transaction in self:
            read_at = transaction.payfip_read_at
            if (
                transaction.provider_code != "payfip"
                or not transaction.provider_reference
                or transaction.payfip_is_final
                or (at_most_every and read_at and read_at > latest)
            ):
                continue
            # Who holds it is asking already: notified twice at once, it is asked once.
            if not transaction.try_lock_for_update():
                continue
            if transaction._payfip_look_up(now):
                told += transaction
        if told.filtered(lambda tx: tx.state == "done" and not tx.is_post_processed):
            cron = self.env.ref("payment.cron_post_process_payment_tx", False)
            if cron:
                cron.sudo()._trigger()
        return told

    def _payfip_look_up(self, now):
        """Ask for this payment; return whether the service said anything of it."""
        self.ensure_one()
        try:
            payment = self.provider_id._payfip_service().payment(
                self.provider_reference
            )
        except payfip.Unavailable as error:
            _logger.info("PayFiP does not tell of %s: %s", self.reference, error)
            return False
        except payfip.Refused as refusal:
            if refusal.code not in (payfip.NOT_YET, payfip.NEVER):
                self._payfip_note(refusal)
                return False
            self._process("payfip", {"code": refusal.code, "now": now})
            return True
        self._process("payfip", {"payment": payment, "now": now})
        return True

    def _validate_amount(self, payment_data):
        """Compare all that the service says with what was asked, the amount last."""
        if self.provider_code != "payfip":
            return super()._validate_amount(payment_data)
        payment = payment_data.get("payment")
        if payment is None:
            return None
        differs = [
            name
            for name, ours, theirs in (
                ("idOp", self.provider_reference, payment.idop),
                ("numcli", self.payfip_numcli, payment.numcli),
                ("refdet", self.payfip_refdet, payment.refdet),
                ("saisie", self.payfip_mode, payment.mode or self.payfip_mode),
                ("montant", self._payfip_cents(), payment.cents),
            )
            if ours != theirs
        ]
        if not differs:
            return super()._validate_amount(payment_data)
        self._payfip_note(f"{', '.join(differs)}: not what was asked")
        self.payfip_is_final = True
        if self.state != "done":
            self._set_error(
                self.env._(
                    "PayFiP tells of another payment than this one (%s): nothing was "
                    "booked. The régie has to look it up on PayFiP's own site.",
                    ", ".join(differs),
                ),
                extra_allowed_states=("cancel",),
            )
        return None

    def _extract_amount_data(self, payment_data):
        if self.provider_code != "payfip":
            return super()._extract_amount_data(payment_data)
        cents = Decimal(payment_data["payment"].cents)
        return {"amount": float(cents / 100), "currency_code": const.CURRENCY}

    def _apply_updates(self, payment_data):
        """Book a result, once, however often it is told."""
        if self.provider_code != "payfip":
            return super()._apply_updates(payment_data)
        if self.payfip_is_final:
            return None
        now, payment = payment_data["now"], payment_data.get("payment")
        self.payfip_read_at = now
        if payment is None:
            return self._payfip_unknown(payment_data["code"], now)
        if payment.result in PAID:
            return self._payfip_paid(payment, now)
        if payment.result in (*REFUSED, "A"):
            return self._payfip_unpaid(payment, now)
        return self._payfip_note(f"unknown result {payment.result[:10]!r}")

    def _payfip_unknown(self, code, now):
        """Wait for what is not known yet; what was never paid is given up."""
        is_over = now - (self.payfip_asked_at or self.create_date) >= const.PAGE_LASTS
        if self.state == "done":
            # Nothing is said any more of what was paid: that is how it stays.
            self.payfip_is_final = code == payfip.NEVER
            return
        if code == payfip.NEVER or is_over:
            self.payfip_is_final = code == payfip.NEVER
            self._set_canceled(
                state_message=self.env._("The payment page was left: nothing was paid.")
            )

    def _payfip_paid(self, payment, now):
        self.write(
            {
                "payfip_result": payment.result,
                "payfip_paid_at": payment.paid_at,
                "payfip_error": False,
                # A bank may send a direct debit back: it is looked up again.
                "payfip_is_final": payment.result == "P"
                or now - self.payfip_asked_at >= const.DEBIT_MAY_COME_BACK,
            }
        )
        if self.state != "done":
            # A card refused or a page left may be followed by a payment on it.
            self._set_done(extra_allowed_states=("cancel",))

    def _payfip_unpaid(self, payment, now):
        words = {
            "R": self.env._("The card was refused: nothing was paid."),
            "Z": self.env._("The direct debit was refused: nothing was paid."),
            "A": self.env._("The payment was given up: nothing was paid."),
        }
        self.payfip_is_final = now - self.payfip_asked_at >= const.MAY_CHANGE
        if self.state != "done":
            self.payfip_result = payment.result
            self._set_canceled(state_message=words[payment.result])
        elif payment.result in REFUSED:
            self.write(
                {
                    "payfip_result": payment.result,
                    "payfip_returned": True,
                    "payfip_is_final": True,
                }
            )
            self._payfip_sent_back()

    def _payfip_sent_back(self):
        """Hook: what was paid is not paid after all; tell those who keep the books."""
        self._log_message_on_linked_documents(
            self.env._(
                "The bank sent back the payment %s, which PayFiP had confirmed: undo "
                "it, what it paid is due again.",
                self.reference,
            )
        )

    # === The scheduled action === #

    @api.model
    def _payfip_to_read(self, now):
        """Return what may still have a result, the longest not read first."""
        waiting = self.search(
            [
                ("provider_id.code", "=", "payfip"),
                ("provider_reference", "!=", False),
                ("payfip_is_final", "=", False),
                ("payfip_asked_at", ">", now - const.FORGOTTEN),
            ],
            order="payfip_read_at NULLS FIRST, id",
        )
        return waiting.filtered(lambda tx: tx._payfip_is_due(now))

    def _payfip_is_due(self, now):
        """Tell whether a payment is to be looked up: what is fresh, more often."""
        self.ensure_one()
        if not self.payfip_read_at:
            return True
        age = now - self.payfip_asked_at
        pause = next((pause for until, pause in OFTEN if age <= until), SELDOM)
        return now - self.payfip_read_at >= pause

    @api.model
    def _cron_payfip_refresh(self, now=None):
        """Look up all that waits for its result, one transaction each.

        A service that is down is left alone until the next run; so nothing is lost
        however long it is silent.

        :param datetime now: naive UTC, the present if None
        """
        now = now or fields.Datetime.now()
        waiting = self._payfip_to_read(now)
        silences = 0
        for transaction in waiting[:MANY]:
            try:
                with self.env.cr.savepoint():
                    told = transaction._payfip_refresh(now)
            except Exception:
                # One payment that cannot be booked keeps no other from being.
                _logger.exception(
                    "PayFiP: %s could not be booked", transaction.reference
                )
                told = transaction
            silences = 0 if told else silences + 1
            self._payfip_keep()
            if silences >= SILENCES:
                _logger.warning("PayFiP does not answer: %s wait", len(waiting))
                break

    @api.model
    def _payfip_keep(self):
        """Commit what was read, in the scheduled action only."""
        if self.env.context.get("ir_cron_progress_id"):
            self.env["ir.cron"]._commit_progress(1)
