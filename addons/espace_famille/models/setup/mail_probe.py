"""Asks an outgoing mail server step by step, to say which step it refuses."""

import smtplib
import socket
import ssl
from datetime import UTC, datetime
from typing import NamedTuple

SECONDS = 15


class Stage(NamedTuple):
    """One step of the conversation with the server.

    `code`: found, encrypted, login; `state`: ok, warning, failed or skipped; `words`:
    of the server or of the network, as they come; '' if they say nothing.
    """

    code: str
    state: str
    words: str = ""


CODES = ("found", "encrypted", "login")


def probe(host, port, encryption, user="", password="") -> list[Stage]:
    """Return what became of each of `CODES`; nothing is sent.

    :param str encryption: as in `ir.mail_server`: none, starttls or ssl, with
        “_strict” where the certificate has to be valid
    """
    stages = _talk(host, port, encryption or "none", user, password)
    return [*stages, *(Stage(code, "skipped") for code in CODES[len(stages) :])]


def _talk(host, port, encryption, user, password):
    """Return the stages until the first that failed."""
    try:
        raw = socket.create_connection((host, port), timeout=SECONDS)
    except OSError as error:
        return [Stage("found", "failed", _words(error))]
    raw.close()
    found = Stage("found", "ok")
    try:
        connection = _connect(host, port, encryption)
    except (OSError, smtplib.SMTPException) as error:
        if encryption == "none":
            return [Stage("found", "failed", _words(error))]
        return [found, Stage("encrypted", "failed", _words(error))]
    try:
        encrypted = _encryption(connection, encryption)
        if not user:
            return [found, encrypted, Stage("login", "ok")]
        try:
            connection.login(user, password)
        except (OSError, smtplib.SMTPException) as error:
            return [found, encrypted, Stage("login", "failed", _words(error))]
        return [found, encrypted, Stage("login", "ok")]
    finally:
        connection.close()


def _connect(host, port, encryption):
    context = ssl.create_default_context()
    if not encryption.endswith("_strict"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if encryption.startswith("ssl"):
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    connection = smtplib.SMTP(host, port, timeout=SECONDS)
    if encryption.startswith("starttls"):
        connection.starttls(context=context)
    return connection


def _encryption(connection, encryption):
    if encryption == "none":
        return Stage("encrypted", "warning")
    certificate = connection.sock.getpeercert() or {}
    ends = certificate.get("notAfter")
    if not ends:
        return Stage("encrypted", "ok")
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    return Stage("encrypted", "ok", end.date().isoformat())


def _words(error):
    """Return what a server or the network said."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        if isinstance(said, bytes):
            said = said.decode(errors="replace")
        return f"{error.smtp_code} {said}"
    return getattr(error, "strerror", None) or str(error)
