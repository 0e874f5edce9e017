from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW, TODAY

from ..common import EspacePortalCase

URL = "/my/factures"


@tagged("post_install", "-at_install")
class TestFamilyThatLeft(EspacePortalCase):
    """A family that left sees what it still owes, and pays it; nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        item = (cls.nina, cls.meal, TODAY)
        cls.Reservation._book(cls.martin, [item], now=NOW, staff=True)
        cls.move = cls.martin.espace_move_ids
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )
        # The meal was eaten, and stays due.
        cls.martin.reservation_ids.attendance = "present"
        cls.martin.action_archive()

    def test_it_is_led_to_what_it_owes(self):
        for path in ("/my", "/my/reservations", "/my/panier", "/my/absences"):
            response = self.url_open(path)
            self.assertTrue(response.url.endswith(URL), path)
        tree = self.page(URL)
        self.assertTrue(tree.xpath("//*[@data-block='left']"))
        self.assertTrue(tree.xpath(f"//*[@data-invoice='{self.move.id}']"))

    def test_its_menu_holds_what_is_left(self):
        tree = self.page(URL)
        links = set(tree.xpath("//header//a/@href | //nav//a/@href"))
        self.assertIn(URL, links)
        self.assertFalse(links & {"/my/reservations", "/my/panier", "/my/foyer"})

    def test_it_reads_and_pays_its_invoice(self):
        response = self.url_open(f"{URL}/{self.move.id}")
        self.assertEqual(response.status_code, 200)
        self.assertIn(self.move.name, response.text)
        page = self.page(f"{URL}/payer?invoice={self.move.id}")
        self.assertTrue(page.xpath("//form[@id='o_payment_form']"))
        for path in (f"{URL}/compte", "/my/attestations", "/my/contacts"):
            self.assertTrue(self.url_open(path).url.endswith(path), path)

    def test_it_books_nothing(self):
        response = self.post(
            "/my/reservations", do="add", child="all", view="month", date="2027-01-11"
        )
        self.assertTrue(response.url.endswith(URL))
        self.assertFalse(self.Reservation._cart(self.martin))

    def test_another_family_of_the_parent_comes_first(self):
        self.env["espace.guardian"].create(
            {
                "family_id": self.durand.id,
                "partner_id": self.claire.partner_id.id,
                "civility": "madam",
            }
        )
        self.assertTrue(self.url_open("/my/reservations").url.endswith("reservations"))
        self.post("/my/famille", family=str(self.martin.id), page=URL)
        self.assertIn(self.move.name, self.url_open(URL).text)

    def test_a_family_that_comes_back_books_again(self):
        self.martin.write({"active": True})
        self.assertTrue(self.url_open("/my/reservations").url.endswith("reservations"))
