from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file


@tagged("post_install", "-at_install")
class TestPayfipDemo(TransactionCase):
    def test_the_demonstration_shows_payfip_on_this_machine(self):
        convert_file(
            self.env,
            "espace_famille_payfip",
            "demo/espace_famille_payfip_demo.xml",
            {},
            mode="init",
            noupdate=True,
        )
        provider = self.env.ref("payment_payfip.payment_provider_payfip")
        self.assertEqual((provider.state, provider.payfip_mode), ("test", "T"))
        self.assertTrue(provider.is_published)
        self.assertTrue(provider.payment_method_ids.active)
        self.assertIn("127.0.0.1", provider.payfip_payment_url)
