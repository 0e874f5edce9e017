import socketserver
import struct
import threading
from pathlib import Path
from unittest.mock import patch

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.core import clamd
from ...models.core.espace_upload import SCANNER
from ..common import EspacePortalCase

EICAR = "Eicar-Test-Signature"
INFECTED = b"%PDF-1.4 virus"
CLEAN = b"%PDF-1.4 clean " + b"x" * 100_000
LOGGER = "odoo.addons.espace_famille_portal.models.core.espace_upload"


class Scanner(socketserver.BaseRequestHandler):
    """Answers as ClamAV's daemon does: INSTREAM alone, pieces, a size of zero."""

    def handle(self):
        command = self.request.recv(len(b"zINSTREAM\0"), 0x100)
        content = b""
        while size := struct.unpack("!I", self._take(4))[0]:
            content += self._take(size)
        self.server.seen.append((command, content))
        said = f"{EICAR} FOUND" if b"virus" in content else "OK"
        self.request.sendall(f"stream: {said}\0".encode())

    def _take(self, size):
        taken = b""
        while len(taken) < size:
            taken += self.request.recv(size - len(taken))
        return taken


@tagged("post_install", "-at_install")
class TestUpload(EspacePortalCase):
    """Each file that a parent sends is looked at before anything stores it."""

    def setUp(self):
        super().setUp()
        self.params = self.env["ir.config_parameter"].sudo()
        self.Upload = self.env["espace.upload"]

    def start_scanner(self):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner)
        server.seen = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"127.0.0.1:{server.server_address[1]}"
        self.params.set_param(SCANNER, address)
        return server

    def send(self, path, name, content, field="files", **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(
            path, data=data, files=[(field, (name, content, "application/pdf"))]
        )

    def test_without_a_scanner_nothing_is_asked(self):
        with patch.object(clamd, "found_in") as asked:
            self.Upload._check("a.pdf", INFECTED)
        asked.assert_not_called()

    def test_the_scanner_gets_the_whole_file(self):
        server = self.start_scanner()
        self.Upload._check("a.pdf", CLEAN)
        self.assertEqual(server.seen, [(b"zINSTREAM\0", CLEAN)])

    @mute_logger(LOGGER)
    def test_what_it_finds_is_refused_in_words(self):
        self.start_scanner()
        with self.assertRaisesRegex(UserError, "a.pdf.*virus scanner found"):
            self.Upload._check("a.pdf", INFECTED)

    @mute_logger(LOGGER)
    def test_without_its_answer_nothing_is_kept(self):
        for address in ("127.0.0.1:1", "nonsense", "/nowhere/clamd.ctl", "host:x"):
            self.params.set_param(SCANNER, address)
            with (
                self.subTest(address=address),
                self.assertRaisesRegex(UserError, "could not be checked"),
            ):
                self.Upload._check("a.pdf", CLEAN)

    @mute_logger(LOGGER)
    def test_no_way_to_send_a_file_goes_round_it(self):
        server = self.start_scanner()
        self.env["espace.document.type"].create(
            {"name": "Assurance", "company_id": self.company.id, "about": "family"}
        )
        kind = self.env["espace.document.type"].search([], order="id desc", limit=1)
        before = self.env["ir.attachment"].search_count([])
        for path, field, data in (
            ("/my/demandes", "files", {"subject": "Une question", "message": "Oui"}),
            ("/my/foyer/documents", "files", {"document": f"{kind.id}-0"}),
            (
                "/my/foyer/proposer",
                "files",
                {
                    "form": "income-new",
                    "value": "600",
                    "source": "caf",
                    "date_from": "2026-12-01",
                },
            ),
            (
                "/my/absences",
                "proofs",
                {
                    "child": self.nina.id,
                    "date_from": "2027-01-11",
                    "reason": "illness",
                },
            ),
        ):
            with self.subTest(path=path):
                server.seen.clear()
                response = self.send(path, "a.pdf", INFECTED, field, **data)
                self.assertEqual(len(server.seen), 1)
                self.assertIn("virus scanner found", self.shown(response))
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_files_are_read_in_one_place(self):
        controllers = Path(__file__).parents[2] / "controllers"
        readers = [
            path.relative_to(controllers).as_posix()
            for path in controllers.rglob("*.py")
            if "httprequest.files" in path.read_text(encoding="utf-8")
        ]
        self.assertEqual(readers, ["core/sent.py"])
