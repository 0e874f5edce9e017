from datetime import datetime, timedelta

import requests
from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import root
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .. import const, payfip
from . import payfip_double
from .common import NUMCLI, PayfipCommon

MODEL = "odoo.addons.payment_payfip.models.payment_transaction"
NOTIFY = "/payment/payfip/notification"


@tagged("post_install", "-at_install")
class TestPayfipWords(TransactionCase):
    """What is written for the treasury, and how its texts are read."""

    def test_a_reference_is_of_six_to_thirty_letters_and_digits(self):
        for reference, expected in (
            ("FAC/2027/00012", "FAC202700012"),
            ("FAC/2027/00012-1", "FAC2027000121"),
            ("tx-20270104080000", "TX20270104080000"),
            ("Été 1", "ETE1T00042"),
            ("", "T00042"),
            ("-".join(f"FAC/2027/0001{n}" for n in range(3)), None),
        ):
            refdet = payfip.refdet(reference, "42")
            self.assertTrue(refdet.isalnum() and refdet.isascii(), refdet)
            self.assertLessEqual(6, len(refdet))
            self.assertLessEqual(len(refdet), 30)
            self.assertEqual(refdet, expected or "FAC202700010FAC202700011T00042"[:30])

    def test_an_object_keeps_what_the_service_takes(self):
        words = payfip.normal("Commune d'Été – Fac/2027 " + 100 * "x")
        self.assertEqual(words[:21], "Commune d Ete Fac2027")
        self.assertEqual(len(words), 100)

    def test_hours_are_those_of_paris(self):
        summer = payfip.read_moment("14072027", "0915")
        self.assertEqual(summer, datetime(2027, 7, 14, 7, 15))
        self.assertEqual(
            payfip.read_moment("14012027", "0015"), datetime(2027, 1, 13, 23, 15)
        )
        for day, hour in (("", ""), (None, None), ("32012027", "0915")):
            self.assertIsNone(payfip.read_moment(day, hour))


@tagged("post_install", "-at_install")
class TestPayfipProvider(PayfipCommon):
    def offered(self, **options):
        return self.env["payment.provider"]._get_compatible_providers(
            self.company_id,
            self.partner.id,
            options.pop("amount", self.amount),
            currency_id=options.pop("currency", self.currency).id,
            **options,
        )

    def test_the_mode_follows_the_state(self):
        self.assertEqual(self.payfip.payfip_mode, "T")
        self.payfip.payfip_mode = "X"
        self.assertEqual(self.ask().payfip_mode, "X")
        with self.assertRaises(ValidationError):
            self.payfip.payfip_mode = "W"
        self.payfip.write(
            {
                "state": "enabled",
                "payfip_service_url": const.SERVICE_URL,
                "payfip_payment_url": const.PAYMENT_URL,
            }
        )
        self.assertEqual(self.payfip.payfip_mode, "W")
        with self.assertRaises(ValidationError):
            self.payfip.payfip_mode = "T"
        self.payfip.state = "test"
        self.assertEqual(self.payfip.payfip_mode, "T")

    def test_a_number_has_six_digits_and_one_provider(self):
        for number in ("12345", "12345a", "１２３４５６"):
            with self.assertRaises(ValidationError):
                self.payfip.payfip_numcli = number
        with self.assertRaises(ValidationError):
            self.payfip.payfip_numcli = False
        other = self.payfip.copy()
        self.assertFalse(other.payfip_numcli)
        with self.assertRaisesRegex(ValidationError, "already"):
            other.payfip_numcli = NUMCLI
        other.write({"payfip_numcli": "900002", "state": "test"})

    def test_payers_are_led_over_https_once_money_moves(self):
        for address in ("http://pay.example.org/", "ftp://127.0.0.1/", ""):
            with self.assertRaises(ValidationError):
                self.payfip.payfip_payment_url = address
        with self.assertRaises(ValidationError):
            self.payfip.state = "enabled"

    def test_it_is_offered_for_what_the_service_takes(self):
        self.assertIn(self.payfip, self.offered())
        self.assertIn(self.payfip, self.offered(amount=1.00))
        for amount in (0.99, 100_000.01):
            report = {}
            self.assertNotIn(self.payfip, self.offered(amount=amount, report=report))
            self.assertIn("PayFiP takes", report["providers"][self.payfip]["reason"])
        self.assertNotIn(self.payfip, self.offered(currency=self.currency_usd))
        self.assertNotIn(self.payfip, self.offered(is_validation=True))
        for email in (False, "none", f"{80 * 'a'}@example.org", "é@example.org"):
            self.partner.email = email
            self.assertNotIn(self.payfip, self.offered())

    def test_the_connection_is_tested(self):
        told = self.payfip.action_payfip_test()["params"]["message"]
        self.assertEqual(told, f"{NUMCLI} – VALDURENQUE – REGIE")
        self.payfip.payfip_numcli = "900009"
        with self.assertRaisesRegex(UserError, "client inconnu.*N1"):
            self.payfip.action_payfip_test()
        for trouble in ("502", "half", "garbage"):
            self.double.trouble = trouble
            with self.assertRaisesRegex(UserError, "does not answer"):
                self.payfip.action_payfip_test()
        self.payfip.payfip_service_url = "http://127.0.0.1:9/"
        with self.assertRaisesRegex(UserError, "does not answer"):
            self.payfip.action_payfip_test()
        with self.assertRaises(AccessError):
            self.payfip.with_user(self.internal_user).action_payfip_test()


@tagged("post_install", "-at_install")
class TestPayfipOpening(PayfipCommon):
    def test_what_is_asked(self):
        transaction = self.ask()
        [(operation, asked)] = self.double.calls
        self.assertEqual(operation, "creerPaiementSecurise")
        self.assertEqual(
            {name: asked[name] for name in asked if not name.startswith("url")},
            {
                "numcli": NUMCLI,
                "saisie": "T",
                "exer": transaction._payfip_year(),
                "refdet": "FAC202700012",
                "montant": "1999",
                "mel": "norbert.buyer@example.com",
                "objet": payfip.normal(f"{self.company.name} FAC202700012"),
            },
        )
        self.assertTrue(asked["urlnotif"].endswith(NOTIFY))
        self.assertLess(max(len(asked["urlnotif"]), len(asked["urlredirect"])), 250)
        self.assertTrue(transaction.provider_reference)
        self.assertEqual(transaction.state, "draft")
        form = self._extract_values_from_html_form(
            self.processing["redirect_form_html"]
        )
        self.assertEqual(form["action"], self.double.payment_url)
        self.assertEqual(form["inputs"], {"idop": transaction.provider_reference})

    def test_cents_are_not_cut(self):
        for number, (amount, cents) in enumerate(
            (
                (1.0, "100"),
                (1.1, "110"),
                (2.3, "230"),
                (4.35, "435"),
                (99999.99, "9999999"),
            )
        ):
            self.ask(amount=amount, reference=f"CENTS-{number}")
            self.assertEqual(self.double.last().asked["montant"], cents)

    def test_each_payment_has_its_own_reference(self):
        references = [
            self.ask(reference=reference).payfip_refdet
            for reference in ("FAC/2027/00012-1", "FAC/2027/000121", "FAC 2027000121")
        ]
        self.assertEqual(len(set(references)), 3)

    @mute_logger(MODEL)
    def test_a_fault_is_said_and_nothing_is_led_anywhere(self):
        for number, fault in enumerate(
            (
                *payfip_double.FAULTS,
                payfip_double.Fault("FonctionnelleErreur", "A2", "Adresse incorrecte"),
            )
        ):
            self.double.faults[:] = [fault]
            transaction = self.ask(reference=f"FAULT-{number}")
            self.assertEqual(transaction.state, "error")
            self.assertFalse(transaction.provider_reference)
            self.assertIn("nothing was paid", transaction.state_message)
            self.assertTrue(transaction.payfip_error)
        self.assertIn("code A2", transaction.state_message)
        self.assertEqual(transaction.payfip_error, "A2 Adresse incorrecte")

    @mute_logger(MODEL)
    def test_no_answer_or_half_of_one_is_said(self):
        self.patch(payfip, "TIMEOUT", 0.3)
        for trouble in ("502", "timeout", "half", "garbage"):
            self.double.trouble = trouble
            transaction = self.ask(reference=f"TROUBLE-{trouble}")
            self.assertEqual(transaction.state, "error", trouble)
            self.assertIn("does not answer", transaction.state_message)

    def test_too_little_or_nobody_to_write_to_asks_nobody(self):
        transaction = self.ask(amount=0.5)
        self.assertIn("below", transaction.state_message)
        self.partner.email = False
        transaction = self.ask(reference="NO-MAIL")
        self.assertIn("e-mail", transaction.state_message)
        self.assertEqual(self.double.calls, [])

    def test_the_log_names_nobody(self):
        self.double.faults[:] = ["TechIndisponibiliteErreur"]
        with self.assertLogs("odoo", "DEBUG") as log:
            transaction = self.ask()
            transaction = self.ask(reference="LOG-2")
            self.decide(transaction, "card")
            transaction._payfip_refresh()
        text = "\n".join(log.output)
        self.assertIn("LOG", text + transaction.reference)
        for secret in (transaction.provider_reference, "norbert.buyer", NUMCLI):
            ours = [
                line
                for line in log.output
                if "payfip" in line.lower() and secret in line
            ]
            self.assertEqual(ours, [])


@tagged("post_install", "-at_install")
class TestPayfipResults(PayfipCommon, PaymentHttpCommon):
    """What PayFiP calls, over HTTP, and what is read again."""

    def setUp(self):
        super().setUp()
        self.transaction = self.ask()
        self.idop = self.transaction.provider_reference

    def notify(self, method="POST", name="idop", idop=None):
        data = {name: idop or self.idop}
        url = self._build_url(NOTIFY)
        if method == "GET":
            response = self._make_http_get_request(url, data)
        else:
            response = self._make_http_post_request(url, data)
        self.assertEqual((response.status_code, response.text), (200, "OK"))

    def assert_waiting(self):
        self.assertEqual(self.transaction.state, "draft")
        self.assertFalse(self.transaction.payfip_result)
        self.assertFalse(self.transaction.payfip_is_final)

    def test_results_by_each_way_of_telling(self):
        states = {
            "card": ("done", "P"),
            "debit": ("done", "V"),
            "refuse": ("cancel", "R"),
            "refuse_debit": ("cancel", "Z"),
            "cancel": ("cancel", "A"),
        }
        ways = [(m, n) for m in ("GET", "POST") for n in ("idop", "idOp")]
        for number, (choice, expected) in enumerate(states.items()):
            self.transaction = self.ask(reference=f"RESULT-{number}")
            self.idop = self.transaction.provider_reference
            self.decide(self.transaction, choice)
            self.notify(*ways[number % len(ways)])
            found = self.transaction.state, self.transaction.payfip_result
            self.assertEqual(found, expected)
            if expected[0] == "cancel":
                # In the language of the site: English, or French.
                words = "nothing was paid|rien n’a été payé"
                self.assertRegex(self.transaction.state_message, words)

    def test_told_twice_counts_once(self):
        self.decide(self.transaction, "card")
        self.notify()
        changed = self.transaction.last_state_change
        self.notify()
        self.notify("GET")
        self.assertEqual(self.transaction.state, "done")
        self.assertEqual(self.transaction.last_state_change, changed)
        asked = [call for call in self.double.calls if call[0].endswith("Securise")]
        self.assertEqual(len(asked), 2, "what is final is not asked for again")

    def test_what_is_sent_proves_nothing(self):
        """Forged: nothing was paid, or nobody knows this payment."""
        self.notify()
        self.notify(idop="0001-nobody-knows-it")
        self.notify(idop="' or 1=1 --")
        for data in ({}, {"idop": ""}, {"idop": 300 * "x"}, {"resultrans": "P"}):
            response = self._make_http_post_request(self._build_url(NOTIFY), data)
            self.assertEqual(response.status_code, 200)
        self.assert_waiting()

    @mute_logger(MODEL)
    def test_another_payment_is_not_ours(self):
        for field, lie in (
            ("montant", "100"),
            ("montant", "199900"),
            ("numcli", "900002"),
            ("refdet", "FAC202700013"),
            ("idOp", "0001-another"),
            ("saisie", "W"),
        ):
            self.transaction = self.ask(reference=f"LIE-{field}-{lie}")
            self.idop = self.transaction.provider_reference
            self.decide(self.transaction, "card")
            self.double.lies = {field: lie}
            self.notify()
            self.assertEqual(self.transaction.state, "error", field)
            self.assertIn(field, self.transaction.state_message)
            self.assertIn(field, self.transaction.payfip_error)

    @mute_logger(MODEL)
    def test_half_an_answer_changes_nothing(self):
        self.decide(self.transaction, "card")
        for field in ("montant", "refdet", "numcli", "resultrans", "idOp"):
            self.double.lies = {field: None}
            self.notify()
            self.assert_waiting()
        for amount in ("", "dix", "-1999", "1999.0", "１９９９"):
            self.double.lies = {"montant": amount}
            self.notify()
            self.assert_waiting()
        self.double.lies = {"resultrans": "Q"}
        self.notify()
        self.assert_waiting()
        self.patch(payfip, "TIMEOUT", 0.3)
        self.double.lies.clear()
        for trouble in ("502", "half", "garbage", "timeout"):
            self.double.trouble = trouble
            self.notify()
            self.assert_waiting()
        self.double.trouble = ""
        for fault in payfip_double.FAULTS:
            self.double.faults[:] = [fault]
            self.notify()
            self.assert_waiting()
        self.notify()
        self.assertEqual(self.transaction.state, "done")

    def test_coming_back_is_enough(self):
        target = self.decide(self.transaction, "card")
        path = target.partition("/payment/")[2]
        response = self.url_open(f"/payment/{path}", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("/payment/status"))
        self.assertEqual(self.transaction.state, "done")

    def test_coming_back_without_the_number_is_enough(self):
        self.decide(self.transaction, "debit")
        route = f"/payment/payfip/return/{self.transaction.payfip_refdet}"
        self.url_open(route, allow_redirects=False)
        self.assertEqual(self.transaction.payfip_result, "V")
        response = self.url_open("/payment/payfip/return/NOBODY", allow_redirects=False)
        self.assertEqual(response.status_code, 303)

    def test_the_page_that_waits_asks_itself(self):
        """Neither notified nor led back with anything: the page of Odoo asks."""
        self.authenticate(None, None)
        session = self.session
        session["__payment_monitored_tx_id__"] = self.transaction.id
        root.session_store.save(session)
        answer = self.make_jsonrpc_request("/payment/status/poll", {})
        self.assertEqual(answer["state"], "draft")
        self.transaction.payfip_read_at = False
        self.decide(self.transaction, "card")
        answer = self.make_jsonrpc_request("/payment/status/poll", {})
        self.assertEqual(answer["state"], "done")

    # === What is read again === #

    def later(self, **passed):
        """Return the moment after some time, which the double sees too."""
        self.double.advance(**passed)
        return fields.Datetime.now() + self.double.ahead

    def test_a_page_that_was_left_is_given_up_in_time(self):
        self.transaction._payfip_refresh()
        self.assert_waiting()
        opened = self.transaction.payfip_asked_at
        self.transaction._payfip_refresh(opened + timedelta(minutes=129))
        self.assert_waiting()
        self.transaction._payfip_refresh(opened + timedelta(minutes=130))
        self.assertEqual(self.transaction.state, "cancel")
        self.assertIn("left", self.transaction.state_message)

    def test_never_paid_is_final_after_the_night(self):
        now = self.later(days=1, hours=6)
        self.transaction._payfip_refresh(now)
        self.assertEqual(self.transaction.state, "cancel")
        self.assertTrue(self.transaction.payfip_is_final)
        self.assertNotIn(
            self.transaction, self.transaction._payfip_to_read(now + timedelta(days=9))
        )

    def test_a_month_of_silence_is_survived(self):
        """The service pays, tells nobody, and is down for a month."""
        self.decide(self.transaction, "card")
        self.double.trouble = "502"
        for day in range(1, 31, 10):
            self.env["payment.transaction"]._cron_payfip_refresh(
                fields.Datetime.now() + timedelta(days=day)
            )
            self.assert_waiting()
        self.double.trouble = ""
        self.payfip.state = "disabled"
        now = self.later(days=31)
        self.env["payment.transaction"]._cron_payfip_refresh(now)
        self.assertEqual(self.transaction.state, "done")
        self.assertTrue(self.transaction.payfip_is_final)

    @mute_logger(MODEL)
    def test_a_service_that_is_down_is_left_alone(self):
        for number in range(6):
            self.ask(reference=f"DOWN-{number}")
        asked = []
        self.patch(
            payfip.Service,
            "payment",
            lambda service, idop: asked.append(idop) or self._fail(),
        )
        self.env["payment.transaction"]._cron_payfip_refresh()
        self.assertEqual(len(asked), 3)

    def _fail(self):
        raise payfip.Unavailable("down")

    def test_who_gives_up_may_still_pay_on_the_same_page(self):
        self.decide(self.transaction, "cancel")
        self.notify()
        self.assertEqual(self.transaction.state, "cancel")
        self.decide(self.transaction, "card")
        self.notify()
        self.assertEqual(self.transaction.state, "done")
        self.assertEqual(self.transaction.payfip_result, "P")

    def test_a_debit_that_comes_back_is_noticed(self):
        self.decide(self.transaction, "debit")
        self.notify()
        self.assertEqual(self.transaction.state, "done")
        self.assertFalse(self.transaction.payfip_is_final)
        told = []
        self.patch(
            type(self.transaction), "_payfip_sent_back", lambda tx: told.append(tx)
        )
        payment = self.double.payments[self.idop]
        self.double.decide(payment, "refuse_debit")
        now = self.later(days=5)
        for _time in range(2):
            self.env["payment.transaction"]._cron_payfip_refresh(now)
        self.assertEqual(told, [self.transaction])
        self.assertTrue(self.transaction.payfip_returned)
        # The transaction stays what it was: the payment itself is taken back.
        self.assertEqual(self.transaction.state, "done")

    def test_how_often_is_asked(self):
        now = fields.Datetime.now()
        self.transaction.write({"payfip_asked_at": now, "payfip_read_at": now})
        for passed, due in (
            (timedelta(minutes=5), True),
            (timedelta(hours=3, minutes=30), True),
            (timedelta(days=2), True),
            (timedelta(days=10), True),
            (timedelta(days=400), None),
        ):
            waiting = self.transaction._payfip_to_read(now + passed)
            self.assertEqual(self.transaction in waiting, bool(due), passed)
        self.transaction.payfip_read_at = now + timedelta(days=10)
        self.assertFalse(
            self.transaction._payfip_is_due(now + timedelta(days=10, hours=5))
        )

    # === The page of the double === #

    def test_the_page_of_the_double_is_that_of_a_browser(self):
        page = requests.get(
            self.double.payment_url, params={"idop": self.idop}, timeout=10
        )
        tree = html.fromstring(page.text)
        self.assertIn("19,99", tree.text_content())
        self.assertEqual(len(tree.xpath("//button")), 6)
        answer = requests.post(
            self.double.payment_url,
            data={"idop": self.idop, "choice": "card"},
            allow_redirects=False,
            timeout=10,
        )
        self.assertEqual(answer.status_code, 303)
        self.assertIn(self.idop, answer.headers["Location"])
        [told] = self.double.kept
        self.assertEqual(told.result, "P")
        gone = requests.get(
            self.double.payment_url, params={"idop": self.idop}, timeout=10
        )
        self.assertEqual(gone.status_code, 410)
        other = self.ask(reference="LATE")
        self.double.advance(minutes=16)
        late = requests.get(
            self.double.payment_url,
            params={"idop": other.provider_reference},
            timeout=10,
        )
        self.assertEqual(late.status_code, 410)
