"""A real SMTP server for the tests, which keeps what it is given."""

import email
import re
import socket
from contextlib import contextmanager
from email import policy
from unittest.mock import patch

from aiosmtpd.controller import Controller

ADDRESS = "127.0.0.1"


class Sink:
    """Takes every message and keeps it, with the envelope it came in."""

    def __init__(self):
        self.envelopes = []
        # Addresses that it does not take, as {address: what it answers}.
        self.refused = {}

    async def handle_RCPT(self, _server, _session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.envelopes.append(envelope)
        return "250 Message accepted"

    @property
    def letters(self):
        return [Letter(envelope) for envelope in self.envelopes]


class Letter:
    """One message as a mail program reads it."""

    def __init__(self, envelope):
        self.recipients = envelope.rcpt_tos
        self.raw = envelope.content
        self.message = email.message_from_bytes(envelope.content, policy=policy.default)

    @property
    def subject(self):
        return self.message["Subject"]

    @property
    def text(self):
        """Return the plain text part, "" when there is none."""
        part = self.message.get_body(preferencelist=("plain",))
        return part.get_content() if part else ""

    @property
    def html(self):
        part = self.message.get_body(preferencelist=("html",))
        return part.get_content() if part else ""

    @property
    def attachments(self):
        """Return {file name: content}."""
        return {
            part.get_filename(): part.get_content()
            for part in self.message.iter_attachments()
        }

    @property
    def links(self):
        """Return the addresses that the HTML part leads to."""
        return re.findall(r'<a[^>]*href="([^"]+)"', self.html)


@contextmanager
def sink_running():
    """Run a server alone; yield it and its port."""
    sink = Sink()
    with socket.create_server((ADDRESS, 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname=ADDRESS, port=port)
    controller.start()
    try:
        yield sink, port
    finally:
        controller.stop()


@contextmanager
def smtp_server(env):
    """Run a server; have Odoo send its e-mails there, through a real connection.

    Odoo opens no connection while it is tested: that is switched off as long as this
    lasts. Nothing can leave the machine, for the only server known is this one.
    """
    with sink_running() as (sink, port):
        Server = env.registry["ir.mail_server"]
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {"name": "Test", "smtp_host": ADDRESS, "smtp_port": port}
        )
        with patch.object(Server, "_disable_send", lambda *_args: False):
            yield sink
