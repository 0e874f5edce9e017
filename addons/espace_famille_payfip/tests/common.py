from odoo.addons.espace_famille_portal.tests.common import CART, EspacePortalCase
from odoo.addons.payment_payfip.tests.payfip_double import Double

NUMCLI = "900001"


class PayfipFamiliesCase(EspacePortalCase):
    """The small commune, whose families pay by PayFiP into the régie RS."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.enterClassContext(Double(notify="kept"))
        cls._create_regie(("cash",))
        cls.payfip = cls._create_payfip(NUMCLI, cls.regie)

    def setUp(self):
        super().setUp()
        self.double.payments.clear()

    @classmethod
    def _create_payfip(cls, numcli, regie):
        """Return a provider of a régie, which asks the double."""
        provider = cls.env.ref("payment_payfip.payment_provider_payfip").copy(
            {"company_id": cls.company.id, "name": f"PayFiP {regie.name}"}
        )
        provider.write(
            {
                "payfip_numcli": numcli,
                "payfip_service_url": cls.double.service_url,
                "payfip_payment_url": cls.double.payment_url,
                "state": "test",
                "is_published": True,
            }
        )
        cls._pay_into(provider, regie)
        return provider

    def ask(self, route, provider=None, **values):
        """Press the button of the payment form; return (result, error)."""
        provider = provider or self.payfip
        sent = {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 1,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": CART,
        }
        return self.rpc(route, **sent, **values)

    def open_page(self, route=None):
        """Have the payment page opened; return the transaction."""
        result, error = self.ask(route or self.payment_route())
        self.assertFalse(error)
        self.assertIn(self.double.payment_url, result["redirect_form_html"])
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", result["reference"])]
        )
        self.assertIn(transaction.provider_reference, result["redirect_form_html"])
        return transaction

    def decide(self, transaction, choice, told=True):
        """Press a button of the payment page; PayFiP notifies if `told`."""
        payment = self.double.payments[transaction.provider_reference]
        self.double.decide(payment, choice)
        if told:
            self.url_open(
                "/payment/payfip/notification", data={"idop": payment.idop}
            ).raise_for_status()
            transaction._post_process()
