from odoo.addons.payment.tests.common import PaymentCommon

from . import payfip_double

NUMCLI = "900001"


class PayfipCommon(PaymentCommon):
    """A provider that asks the double of PayFiP on this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.enterClassContext(
            payfip_double.Double(notify="kept", clients={NUMCLI: "VALDURENQUE"})
        )
        cls.payfip = cls._prepare_provider(
            "payfip",
            update_values={
                "payfip_numcli": NUMCLI,
                "payfip_service_url": cls.double.service_url,
                "payfip_payment_url": cls.double.payment_url,
                "is_published": True,
            },
        )
        cls.provider = cls.payfip
        cls.payment_method = cls.env.ref("payment_payfip.payment_method_payfip")
        cls.payment_method_id = cls.payment_method.id
        cls.amount = 19.99
        cls.reference = "FAC/2027/00012"

    def setUp(self):
        super().setUp()
        self.double.trouble, self.double.faults[:] = "", []
        self.double.lies.clear()
        self.double.kept.clear()
        self.double.calls.clear()
        self.addCleanup(setattr, self.double, "ahead", self.double.ahead)

    def ask(self, **values):
        """Open a payment as the payment form does; return its transaction."""
        transaction = self._create_transaction("redirect", **values)
        self.processing = transaction._get_processing_values()
        return transaction

    def decide(self, transaction, choice):
        """Do what a button of the payment page does."""
        payment = self.double.payments[transaction.provider_reference]
        return self.double.decide(payment, choice)
