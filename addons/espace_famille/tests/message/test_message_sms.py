"""SMS beside the e-mail, sent to a gateway on this very machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_message import MessageCase


class Gateway(HTTPServer):
    """Speaks as Odoo's gateway does; `refused` numbers are answered with a reason."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent, self.refused = [], {}

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        results = []
        for message in asked["params"]["messages"]:
            for one in message["numbers"]:
                self.server.sent.append((one["number"], message["content"]))
                state = self.server.refused.get(one["number"], "success")
                results.append({"uuid": one["uuid"], "state": state, "credit": 1})
        body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": results})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        """Say nothing."""


@tagged("post_install", "-at_install")
class TestMessageSms(MessageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"espace_sms": True, "country_id": cls.env.ref("base.fr").id})
        claire, marc = cls.martin.guardian_ids
        claire.phone, marc.phone = "06 39 98 00 01", "05 63 00 00 00"
        cls.durand.guardian_ids.phone = "06 39 98 00 02"

    def setUp(self):
        super().setUp()
        self.gateway = Gateway()
        thread = threading.Thread(target=self.gateway.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.gateway.server_close)
        self.addCleanup(self.gateway.shutdown)
        self.env["ir.config_parameter"].set_param("sms.endpoint", self.gateway.address)

    def by_sms(self, **vals):
        return {"by_sms": True, "sms_text": "Closed. {children}", **vals}

    def work_queue(self):
        """Run Odoo's own job; it refuses to call a gateway while tests run."""
        with (
            patch("odoo.modules.module.current_test", None),
            patch.object(self.env.registry["ir.cron"], "_commit_progress"),
        ):
            self.env["sms.sms"]._process_queue()

    def test_a_number_a_guardian_and_the_cost_is_said_first(self):
        message = self.checked(**self.by_sms())
        self.assertEqual(message.sms_count, 2)
        self.assertIn("2 SMS leave too", message.remarks)
        self.assertIn("credits (IAP)", message.remarks)
        self.assertFalse(self.env["sms.sms"].search([("body", "=like", "Closed%")]))
        message.action_send()
        self.assertEqual(self.line(message, self.martin).sms_state, "queued")
        self.work_queue()
        self.assertEqual(
            sorted(self.gateway.sent),
            [
                ("+33639980001", "Closed. Nina and Tom"),
                ("+33639980002", "Closed. Lina"),
            ],
        )
        self.assertEqual(set(message.line_ids.mapped("sms_state")), {"sent"})

    def test_what_the_gateway_refuses_is_said(self):
        self.gateway.refused["+33639980002"] = "insufficient_credit"
        message = self.sent(**self.by_sms())
        self.work_queue()
        line = self.line(message, self.durand)
        self.assertEqual(line.sms_state, "refused")
        self.assertEqual(line.sms_reason, "Insufficient Credit")
        self.assertEqual(self.line(message, self.martin).sms_state, "sent")

    def test_an_sms_is_not_sent_again_with_the_e_mail(self):
        message = self.sent(**self.by_sms())
        line = self.line(message, self.durand)
        line.sudo()._refuse("invented")
        message.action_send_again()
        sent = self.env["sms.sms"].search([("espace_line_id", "=", line.id)])
        self.assertEqual(len(sent), 1)

    def test_without_a_mobile_number(self):
        self.durand.guardian_ids.phone = "05 63 11 11 11"
        message = self.checked(**self.by_sms())
        self.assertEqual(self.line(message, self.durand).sms_state, "no_number")
        self.assertIn("1 families have no mobile number", message.remarks)
        self.assertEqual(message.sms_count, 1)

    def test_it_is_refused_where_the_commune_wants_none_or_it_says_nothing(self):
        with self.assertRaisesRegex(UserError, "SMS is empty"):
            self.checked(by_sms=True)
        with self.assertRaisesRegex(UserError, r"\{mum\} is no field"):
            self.checked(**self.by_sms(sms_text="{mum}"))
        self.company.espace_sms = False
        with self.assertRaisesRegex(UserError, "SMS are switched off"):
            self.checked(**self.by_sms())

    def test_the_length_is_said_while_it_is_written(self):
        message = self.message(**self.by_sms(sms_text="Fête" + "a" * 70))
        self.assertEqual(
            message.sms_words,
            "74 signs, 2 SMS a telephone. With ê an SMS holds 70 signs instead of 160.",
        )

    def test_no_sms_without_asking(self):
        with mute_logger("odoo.addons.iap.tools.iap_tools"):
            message = self.sent()
        self.assertFalse(any(message.line_ids.mapped("sms_state")))
