import json
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.mail.tools.jwt import generate_vapid_keys

from ...domain.push import DELAYS
from ...models.app.espace_guardian_push import KINDS
from ...models.app.mail_push_device import SERVICES
from ...models.legal.gdpr_sections import SECTIONS
from ..common import CART, EspacePortalCase
from .push_double import PushDouble

ACCOUNT = "/my/foyer/compte"
DEVICES = f"{ACCOUNT}/appareils"
SECRET = "Un secret"
ANSWER = "Bonjour"


@tagged("post_install", "-at_install")
class TestPush(EspacePortalCase):
    """Devices are told what their owner chose; all that goes wrong is without effect.

    The push service is a double that decrypts what it gets.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.double = cls.enterClassContext(PushDouble())
        cls.parameters = cls.env["ir.config_parameter"].sudo()
        cls.parameters.set_param(
            SERVICES, f"https://push.example.org, {cls.double.url}"
        )
        private, public = generate_vapid_keys()
        cls.parameters.set_param("mail.web_push_vapid_private_key", private)
        cls.parameters.set_param("mail.web_push_vapid_public_key", public)
        cls.Push = cls.env["espace.push"]
        cls.guardian = cls.martin.guardian_ids[0]
        cls.env["espace.push"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.double.problems.clear()
        self.double.status = None

    def subscribe(self, name="phone", kinds=KINDS):
        """Subscribe a browser as the page of the account does."""
        browser = self.double.browser(name)
        chosen = {f"push_{kind}": "1" for kind in kinds}
        self.post(DEVICES, **browser.form, **chosen)
        self.env.invalidate_all()
        return browser

    def devices(self, user=None):
        return self.env["mail.push.device"]._espace_of(user or self.claire)

    def send(self, now=NOW):
        self.env.flush_all()
        with freeze_time(now):
            self.Push._cron_send(now)
        self.env.invalidate_all()
        self.assertEqual(self.double.problems, [])

    def tell(self, kind="answer", now=NOW, **options):
        self.Push._tell(self.martin, kind, "Words", "/my/demandes", now, **options)

    # === Choosing === #

    def test_nothing_is_chosen_at_first(self):
        tree = self.page(ACCOUNT)
        boxes = tree.xpath("//form[@id='ef_push']//input[@type='checkbox']")
        self.assertEqual(
            [box.get("name") for box in boxes], [f"push_{k}" for k in KINDS]
        )
        self.assertEqual([box.get("checked") for box in boxes], [None] * 6)
        self.tell()
        self.assertFalse(self.Push.search([]))

    def test_a_browser_subscribes_and_is_told_what_was_chosen(self):
        browser = self.subscribe(kinds=("answer",))
        self.assertEqual(len(self.devices()), 1)
        self.tell("invoice")
        self.tell("answer")
        self.send()
        [told] = browser.received
        self.assertEqual(told["title"], self.company.name)
        self.assertEqual(told["body"], "Words")
        self.assertIn(f"/my/ouvrir/{self.martin.id}", told["url"])
        self.assertFalse(self.Push.search([]))
        self.assertGreater(int(browser.headers[0]["TTL"]), 3600)

    def test_without_script_choices_are_recorded_all_the_same(self):
        self.post(DEVICES, push_closure="1")
        self.assertTrue(self.guardian.push_closure)
        self.assertFalse(self.guardian.push_answer)
        self.assertFalse(self.devices())

    def test_what_is_no_push_service_is_refused(self):
        good = self.double.browser("good").form
        for change in (
            {"endpoint": "http://127.0.0.1:1/web"},
            {"endpoint": "https://push.example.org.evil.example.com/x"},
            {"endpoint": "https://user@push.example.org/x"},
            {"endpoint": "file:///etc/passwd"},
            {"p256dh": "AAAA"},
            {"auth": "AAAA"},
        ):
            with self.subTest(change=change):
                response = self.post(DEVICES, **{**good, **change}, push_answer="1")
                self.assertEqual(response.status_code, 200)
                self.assertFalse(self.devices())

    def test_a_device_of_somebody_else_is_not_removed(self):
        self.subscribe()
        device = self.devices()
        self.login(self.sofia)
        self.post(f"{DEVICES}/oublier", device=str(device.id))
        self.assertTrue(device.exists())
        self.login(self.claire)
        self.post(f"{DEVICES}/oublier", device=str(device.id))
        self.assertFalse(device.exists())

    def test_logging_out_forgets_the_device(self):
        self.subscribe()
        self.assertTrue(self.devices())
        self.url_open("/web/session/logout?redirect=/")
        self.assertFalse(self.devices())

    def test_another_password_forgets_the_other_devices(self):
        self.subscribe("old")
        self.login(self.claire)
        self.subscribe("mine")
        self.assertEqual(len(self.devices()), 2)
        new = "Trois-Ponts-Violets-42"
        self.post(f"{ACCOUNT}/mot-de-passe", old=self.claire.login, new=new, again=new)
        self.env.invalidate_all()
        self.assertEqual(len(self.devices()), 1)
        self.assertIn("mine", self.devices().endpoint)

    def test_a_browser_of_somebody_else_is_forgotten(self):
        browser = self.subscribe()
        self.login(self.sofia)
        answer, _error = self.rpc(f"{DEVICES}/connu", endpoint=browser.endpoint)
        self.assertEqual(answer, {"known": False})
        self.env.invalidate_all()
        self.assertFalse(self.devices())

    def test_the_offer_comes_after_the_first_booking_and_once(self):
        def offered(path):
            return bool(self.page(path).xpath("//section[@id='ef_push_offer']"))

        self.assertFalse(offered("/my"))
        self.put_in_cart((self.nina, self.t1, MONDAY))
        self.post(f"{CART}/valider")
        self.assertTrue(offered("/my/reservations"))
        self.post(f"{DEVICES}/plus-tard")
        self.assertFalse(offered("/my"))
        self.put_in_cart((self.tom, self.t1, MONDAY))
        self.post(f"{CART}/valider")
        self.assertFalse(offered("/my"))

    # === When === #

    def test_nobody_is_woken(self):
        browser = self.subscribe()
        evening = datetime(2027, 1, 4, 19, 30)  # 20:30 in Paris
        self.tell("answer", evening)
        self.tell("closure", evening)
        self.send(evening)
        self.send(datetime(2027, 1, 5, 5, 59))
        self.assertEqual(browser.received, [])
        self.send(datetime(2027, 1, 5, 6, 0))
        kinds = [told["tag"].partition("-")[0] for told in browser.received]
        self.assertEqual(kinds, ["closure", "answer"])

    def test_what_is_no_news_any_more_is_not_told(self):
        browser = self.subscribe()
        evening = datetime(2027, 1, 4, 19, 30)
        self.tell("limit", evening, until=datetime(2027, 1, 4, 23, 0))
        self.send(datetime(2027, 1, 5, 8, 0))
        self.assertEqual(browser.received, [])
        self.assertFalse(self.Push.search([]))

    # === What goes wrong === #

    def test_a_browser_that_unsubscribed_is_forgotten(self):
        for status in (404, 410):
            with self.subTest(status=status):
                browser = self.subscribe(f"gone-{status}")
                browser.status = status
                self.tell()
                self.send()
                self.assertFalse(self.devices())
                self.assertFalse(self.Push.search([]))

    def test_a_service_that_is_down_is_asked_again_and_then_no_more(self):
        browser = self.subscribe()
        self.double.status = 503
        now = NOW
        self.tell(until=NOW + timedelta(days=2))
        self.send(now)
        for delay in DELAYS[:3]:
            push = self.Push.search([])
            self.assertEqual(push.at, now + delay)
            now = push.at
            self.send(now)
        self.double.status = None
        self.send(self.Push.search([]).at)
        self.assertEqual(len(browser.received), 1)
        self.double.status = 503
        self.tell(until=NOW + timedelta(days=2))
        for _try in range(len(DELAYS) + 1):
            self.send(max(self.Push.search([]).mapped("at"), default=NOW))
        self.assertFalse(self.Push.search([]))
        self.assertTrue(self.devices())

    def test_a_service_that_does_not_answer_holds_up_nothing(self):
        self.subscribe()
        device = self.devices()
        device.endpoint = "http://127.0.0.1:9/wpush/nobody"
        self.tell()
        self.send()
        self.assertEqual(self.Push.search([]).tries, 1)

    def test_who_may_not_book_any_more_is_told_nothing(self):
        browser = self.subscribe()
        self.tell()
        self.guardian.may_book = False
        self.send()
        self.assertEqual(browser.received, [])
        self.assertFalse(self.Push.search([]))

    def test_what_staff_write_is_not_pushed_by_odoo(self):
        browser = self.subscribe()
        self.martin.message_post(
            body=SECRET,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.claire.partner_id.ids,
        )
        self.send()
        self.assertEqual(browser.received, [])
        self.assertFalse(self.env["mail.push"].search([]))

    # === What is told === #

    def told(self, browser):
        self.send()
        [told] = browser.received
        browser.received.clear()
        self.assertNotIn("Martin", json.dumps(told))
        return told

    def test_an_answer_of_the_town_hall(self):
        browser = self.subscribe()
        request = self.env["espace.request"].create(
            {"name": "Allergie de Nina", "kind": "other", "family_id": self.martin.id}
        )
        request.message_post(
            body=ANSWER,
            author_id=self.env.ref("base.partner_admin").id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        told = self.told(browser)
        self.assertEqual(told["body"], "The town hall has answered your request.")
        self.assertIn(f"/my/demandes/{request.id}", told["url"])
        response = self.url_open(told["url"])
        self.assertTrue(response.url.endswith(f"/my/demandes/{request.id}"))

    def test_a_place_of_the_waiting_list(self):
        self.evening.waiting_list = True
        browser = self.subscribe(kinds=("place",))
        self.booked(self.lina, self.t1, MONDAY)
        self.booked(self.tom, self.t1, MONDAY)
        self.Reservation._join_waiting(self.martin, [(self.nina, self.t1, MONDAY)], NOW)
        self.reservation(self.lina, self.evening, MONDAY)._cancel(NOW)
        body = self.told(browser)["body"]
        self.assertIn("Nina has a place: Tranche 1, Monday 11 January.", body)

    def test_an_absence_that_was_accepted(self):
        browser = self.subscribe(kinds=("absence",))
        self.booked(self.nina, self.t1, MONDAY)
        absence = self.env["espace.absence"]._declare(
            self.martin, self.nina, MONDAY, MONDAY, reason="illness", note="Fièvre"
        )
        absence._notify_accepted(absence.reservation_ids.browse())
        body = self.told(browser)["body"]
        self.assertEqual(body, "Nina: the absence is accepted, Monday 11 January.")

    def test_a_closure(self):
        browser = self.subscribe(kinds=("closure",))
        self.booked(self.nina, self.t1, MONDAY)
        closure = self.env["espace.closure"].create(
            {
                "name": "Grève",
                "company_id": self.company.id,
                "date_from": MONDAY,
                "date_to": MONDAY,
            }
        )
        closure._notify_closed(self.reservation(self.nina, self.evening, MONDAY))
        body = self.told(browser)["body"]
        self.assertEqual(body, "Closed: grève (Monday 11 January)")

    def test_an_invoice_to_pay(self):
        browser = self.subscribe(kinds=("invoice",))
        self.booked(self.nina, self.meal, MONDAY)
        self.invoice_what_is_due()
        move = self.invoices(self.martin)[-1:]
        self.assertTrue(move.amount_residual)
        move.is_move_sent = True
        told = self.told(browser)
        self.assertIn("A new invoice: ", told["body"])
        self.assertIn(f"/my/factures/{move.id}", told["url"])
        # Sent again, it is no news.
        move.is_move_sent = True
        self.send()
        self.assertEqual(browser.received, [])

    # === Limits === #

    def remind(self, now):
        with freeze_time(now):
            self.env["espace.booking.reminder"]._cron_remind(now)

    def test_a_limit_within_a_day_is_told_once(self):
        browser = self.subscribe(kinds=("limit",))
        self.company.write({"espace_remind_cart": False, "espace_remind_limits": False})
        now = datetime(2027, 1, 4, 12, 0)
        self.remind(datetime(2027, 1, 4, 9, 0))  # 26 hours before
        self.assertFalse(self.Push.search([]))
        self.remind(now)
        self.remind(now + timedelta(hours=1))
        [push] = self.Push.search([])
        self.assertEqual(push.until, datetime(2027, 1, 5, 11, 0))
        self.send(now)
        [told] = browser.received
        self.assertIn("Nina", told["body"])
        self.assertIn("nothing is booked", told["body"])

    def test_a_cart_whose_limit_comes_is_told_once(self):
        browser = self.subscribe(kinds=("limit",))
        self.company.write({"espace_remind_cart": False, "espace_remind_limits": False})
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.env.flush_all()
        self.env.cr.execute("UPDATE espace_reservation SET create_date = %s", (NOW,))
        self.env.invalidate_all()
        now = datetime(2027, 1, 4, 12, 0)
        self.remind(now)
        self.remind(now + timedelta(hours=1))
        self.send(now)
        bodies = [told["body"] for told in browser.received]
        self.assertEqual(len([b for b in bodies if "cart is not validated" in b]), 1)

    # === Personal data === #

    def test_the_export_knows_devices_and_erasure_forgets_them(self):
        self.subscribe()
        export = self.env["espace.gdpr.export"]
        [section] = [one for one in SECTIONS if one.name == "appareils"]
        self.assertEqual(export._records(self.martin.sudo(), section), self.devices())
        self.assertFalse(export._records(self.durand.sudo(), section))
        self.martin._erase_devices()
        self.assertFalse(self.devices())
