"""Compressed answers, as the proxy of a real server gives them: Odoo sends none."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable

#: What a text is; pictures and fonts are compressed already.
TEXTS = (
    *("application/javascript", "application/json", "application/xml"),
    *("application/manifest+json", "image/svg+xml", "text/"),
)
#: Below, the head of the compressed file weighs more than it saves, in bytes.
LEAST = 1000
#: Above, it is a file to be saved, sent piece by piece, in bytes.
MOST = 20_000_000
LEVEL = 6


def compressed(
    answer: Callable[[dict, Callable], Iterable[bytes]],
    environ: dict,
    start_response: Callable,
) -> Iterable[bytes]:
    """Answer a WSGI request by `answer`, its text compressed where the browser may."""
    takes = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    if not takes or environ["REQUEST_METHOD"] == "HEAD":
        return answer(environ, start_response)
    begun = []

    def begin(status: str, headers: list, exc_info=None):
        begun[:] = [status, headers, exc_info]
        return lambda _data: None

    body = answer(environ, begin)
    status, headers, exc_info = begun
    if not may_compress(status, {n.lower(): v for n, v in headers}):
        start_response(status, headers, exc_info)
        return body
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    if len(content) >= LEAST:
        content = gzip.compress(content, LEVEL, mtime=0)
        headers = [*headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    headers = [one for one in headers if one[0].lower() != "content-length"]
    start_response(status, [*headers, ("Content-Length", str(len(content)))], exc_info)
    return [content]


def may_compress(status: str, headers: dict[str, str]) -> bool:
    """Whether an answer is a whole text of a known size, not yet compressed."""
    length = headers.get("content-length", "")
    return (
        status.startswith(("200", "4", "5"))
        and "content-encoding" not in headers
        and length.isdigit()
        and int(length) <= MOST
        and headers.get("content-type", "").startswith(TEXTS)
    )
