"""An outgoing mail server is asked step by step: which step it refuses is said."""

import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille.models.setup.mail_probe import probe

from .mail_sink import ADDRESS, Sink


def free_port():
    with socket.create_server((ADDRESS, 0)) as free:
        return free.getsockname()[1]


@contextmanager
def asking(password):
    """Run a server that lets in who knows a password; yield its port."""

    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == password.encode(), handled=False)

    port = free_port()
    controller = Controller(
        Sink(),
        hostname=ADDRESS,
        port=port,
        authenticator=check,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@tagged("post_install", "-at_install")
class TestMailProbe(BaseCase):
    def states(self, *arguments):
        return {stage.code: stage.state for stage in probe(ADDRESS, *arguments)}

    def test_a_server_that_is_not_there_is_not_found(self):
        states = self.states(free_port(), "none")
        self.assertEqual(
            states, {"found": "failed", "encrypted": "skipped", "login": "skipped"}
        )

    def test_a_server_that_does_not_encrypt_says_so(self):
        with asking("secret") as port:
            for encryption in ("starttls", "starttls_strict", "ssl", "ssl_strict"):
                states = self.states(port, encryption)
                self.assertEqual(states["found"], "ok", encryption)
                self.assertEqual(states["encrypted"], "failed", encryption)

    def test_a_wrong_password_is_said_in_the_words_of_the_server(self):
        with asking("secret") as port:
            found, encrypted, login = probe(ADDRESS, port, "none", "espace", "false")
        self.assertEqual((found.state, login.state), ("ok", "failed"))
        self.assertEqual(encrypted.state, "warning")
        self.assertRegex(login.words, r"^535 ")

    def test_the_right_password_lets_in(self):
        with asking("secret") as port:
            states = self.states(port, "none", "espace", "secret")
        self.assertEqual(states, {"found": "ok", "encrypted": "warning", "login": "ok"})
