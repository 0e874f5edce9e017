"""Asking ClamAV's daemon about a file: INSTREAM, of its own protocol.

clamd(8), "COMMANDS": a size of four bytes before each piece, then a size of zero; the
answer is "stream: OK" or "stream: <name> FOUND".
"""

import socket
import struct

PIECE = 64 * 1024
PATIENCE = 20  # seconds
LONGEST_ANSWER = 4096


class NoAnswer(Exception):
    """The scanner could not be asked, or did not understand."""


def found_in(content, address):
    """Return the name of what the scanner finds in a file, "" if it finds nothing.

    :param bytes content: of the file
    :param str address: path of a socket, or host:port
    :raise NoAnswer: it does not answer, or not to the question
    """
    try:
        with _connect(address) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                scanner.sendall(struct.pack("!I", len(piece)) + piece)
            scanner.sendall(struct.pack("!I", 0))
            answer = _answer(scanner)
    except (OSError, ValueError) as error:
        raise NoAnswer(str(error)) from error
    _stream, _colon, said = answer.partition(": ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise NoAnswer(answer)


def _connect(address):
    if address.startswith("/"):
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(PATIENCE)
        try:
            scanner.connect(address)
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host or "127.0.0.1", int(port)), PATIENCE)


def _answer(scanner):
    """Return the answer, which ends with a NUL."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = scanner.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
