from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import BOOKINGS, CART, EspacePortalCase

PAGES = ("/my", BOOKINGS, CART, "/my/factures", "/my/contacts")


@tagged("post_install", "-at_install")
class TestAccess(EspacePortalCase):
    """A parent reaches its own families, and nothing else."""

    def setUp(self):
        super().setUp()
        self.foreign = self.booked(self.lina, self.meal, MONDAY)
        self.invoice = self.invoices(self.durand)

    def test_own_pages_answer_200(self):
        for path in PAGES:
            self.page(path)

    def test_foreign_names_appear_nowhere(self):
        for path in PAGES:
            text = self.url_open(path).text
            self.assertNotIn("Lina", text)
            self.assertNotIn(self.invoice.name, text)

    def test_a_foreign_child_is_refused_without_effect(self):
        before = self.everything()
        for action in ("add", "remove", "swap", "cancel"):
            order = self.order(action, self.lina, self.meal, MONDAY)
            self.press(order, sure="1")
            self.press(order, sure="1", child=self.lina.id)
        for action in ("all", "none"):
            self.press(self.order(action, self.lina, self.meal))
        self.assertEqual(self.everything(), before)

    def test_a_product_of_another_commune_is_refused(self):
        product = self.option_elsewhere(MONDAY)
        before = self.everything()
        tree = self.press(self.order("add", self.nina, product, MONDAY))
        self.assertEqual(self.message(tree)[0], "danger")
        self.assertEqual(self.everything(), before)

    def test_what_is_no_service_of_the_commune_is_not_named(self):
        goods = self.env["product.product"].create({"name": "Vin d’honneur"})
        for product in (self.option_elsewhere(MONDAY), goods):
            for action in ("add", "remove", "swap", "wait", "cancel", "all", "none"):
                for day in (MONDAY, None):
                    order = self.order(action, self.nina, product, day)
                    response = self.post(
                        BOOKINGS, do=order, view="month", date="2027-01-11", sure="1"
                    )
                    self.assertNotIn(product.name, response.text, order)
            wanted = f"{BOOKINGS}/agenda?asked=1&preview=1&child={self.nina.id}" + (
                f"&from=2027-01-11&to=2027-01-15&want=0-{product.id}-all"
            )
            self.assertNotIn(product.name, self.url_open(wanted).text)

    def test_a_foreign_invoice_is_not_found(self):
        self.assertEqual(
            self.url_open(f"/my/factures/{self.invoice.id}").status_code, 404
        )
        self.assertEqual(
            self.url_open(f"/my/factures/{self.invoice.id}?pdf=1").status_code, 404
        )
        self.assertEqual(self.url_open("/my/factures/999999999").status_code, 404)

    def test_a_foreign_family_cannot_be_chosen(self):
        for family in (self.durand.id, 0, "x", ""):
            self.post("/my/famille", family=family)
            self.assertNotIn("Lina", self.url_open(BOOKINGS).text)

    def test_a_guardian_of_two_families_switches(self):
        self.env["espace.guardian"].create(
            {
                "partner_id": self.claire.partner_id.id,
                "family_id": self.durand.id,
                "civility": "madam",
            }
        )
        first = self.page(BOOKINGS)
        self.assertEqual(len(first.xpath("//button[@data-family]")), 2)
        self.post("/my/famille", family=self.durand.id)
        self.assertIn("Lina", self.url_open(BOOKINGS).text)
        self.assertNotIn("Nina", self.url_open(BOOKINGS).text)
        self.post("/my/famille", family=self.martin.id)
        self.assertIn("Nina", self.url_open(BOOKINGS).text)

    def test_visitors_are_asked_to_log_in(self):
        self.logout()
        for path in PAGES:
            self.assertIn("/web/login", self.url_open(path).url)

    def test_a_user_without_family_keeps_odoo_s_home(self):
        stranger = self._create_user("stranger", "base.group_portal")
        self.login(stranger)
        self.assertTrue(self.page("/my").xpath("//*[hasclass('o_portal_my_home')]"))
        for path in PAGES[1:]:
            self.assertTrue(self.url_open(path).url.endswith("/my"))
        before = self.everything()
        self.post(BOOKINGS, do=self.order("add", self.nina, self.meal, MONDAY))
        for path in ("valider", "retirer", "abandonner"):
            response = self.post(f"{CART}/{path}", line="all")
            self.assertTrue(response.url.endswith("/my"))
        self.assertEqual(self.everything(), before)

    # === Remote procedure calls === #

    def test_foreign_records_are_not_read(self):
        for record in (self.foreign, self.lina, self.durand, self.invoice):
            result, error = self.call_kw(
                record._name, "read", record.ids, ["display_name"]
            )
            self.assertTrue(error, record)
            result, error = self.call_kw(
                record._name, "search_read", [("id", "=", record.id)], ["display_name"]
            )
            self.assertFalse(result, record)

    def test_nothing_is_written_created_or_deleted(self):
        own = self.booked(self.nina, self.t1, MONDAY)
        before = self.everything()
        for record in (own, self.foreign):
            for method, args in (
                ("write", [{"state": "cancelled"}]),
                ("unlink", []),
                ("action_cancel", []),
                ("action_confirm", []),
                ("copy", []),
            ):
                _result, error = self.call_kw(record._name, method, record.ids, *args)
                self.assertTrue(error, method)
        _result, error = self.call_kw(
            "espace.reservation",
            "create",
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "session_id": self.session_of(self.canteen, MONDAY).id,
                "product_id": self.meal.id,
                "state": "confirmed",
            },
        )
        self.assertTrue(error)
        self.assertEqual(self.everything(), before)

    def test_private_methods_cannot_be_called(self):
        before = self.everything()
        item = [self.nina.id, self.meal.id, MONDAY.isoformat()]
        for model, method in (
            ("espace.reservation", "_book"),
            ("espace.reservation", "_add_to_cart"),
            ("espace.reservation", "_cancel"),
            ("espace.portal.period", "_perform"),
            ("espace.portal.cart", "_validate"),
            ("espace.family", "_of_user"),
        ):
            _result, error = self.call_kw(model, method, self.martin.id, [item])
            self.assertTrue(error, method)
        self.assertEqual(self.everything(), before)

    def test_parents_invite_nobody(self):
        for record in (self.martin, self.martin.guardian_ids):
            _result, error = self.call_kw(record._name, "action_invite", record.ids)
            self.assertTrue(error)
