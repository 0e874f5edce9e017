"""Odd requests: what browsers never send, for every route of our addons.

Routes come from the routing map; the names of their fields from the forms of the pages
and from what the controllers read; addresses that exist from the links of the pages. So
a new route is sent odd things without being entered anywhere.
"""

import ast
import functools
import inspect
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

OURS = "odoo.addons.espace_famille"

# Texts where a page would send an id, a day, an amount or words.
TEXTS = (
    "",
    "0",
    "-1",
    "007",
    "1" * 5000,
    str(2**31),
    str(2**63),
    "1e400",
    "NaN",
    "-Infinity",
    "٣",
    "²",
    "0001-01-01",
    "9999-12-31",
    "2027-02-30",
    "2027-01-11T00:00",
    "add_1_1_9999-12-31",
    "all_1_1",
    "day_0_0_0001-01-01",
    "1-1-9",
    "child-99999999999",
    "new",
    "all",
    "true",
    "[1]",
    '{"a": 1}',
    "'; --",
    "%s %(x)s {0} {x}",
    "../../etc/passwd",
    "<b>é\u202e\U0001f600</b>",
    "@",
    "=1+1",
    ",,,",
    "x" * 19_000,
    "x" * 100_000,
    "a\0b",
)
# As they stand in an address, percent-encoded already.
RAW = ("%00", "%FF%FE", "%C3%28", "%ED%A0%80", "1%00", "%25")
NUMBERS = ("0", "-1", str(2**31), str(2**63), "9" * 5000, "%D9%A3", "1%00", "%FF")
WORDS = ("%00", "%FF%FE", "9" * 3000, ",", "1," * 500, "..%2F..", "%F0%9F%98%80")
# Values of JSON; what stands in `JSON_TEXTS` is no value that Python would write.
JSON = (
    *(None, True, 0, -1, 1.5, 2**31, -(2**63), 10**40, 1e308),
    *([], [1], {}, {"a": {"b": []}}, "\ud800"),
)
JSON_TEXTS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "9" * 5000,
    "[" * 3000 + "]" * 3000,
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"7",
    b'"params"',
    b"{",
    b'{"params": []}',
    b'{"params": "x"}',
    b'{"params": null}',
    b'\xff\xfe{"params": {}}',
    b"[" * 100_000,
    b"\0",
)
METHODS = ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "GET", "POST")
TYPES = (
    "application/json",
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=é",
    "application/x-www-form-urlencoded; charset=utf-16",
    "nonsense",
)


@dataclass
class Route:
    """One address of the routing map, with all that is known of what it takes."""

    pattern: str
    endpoint: object
    names: list = field(default_factory=list)
    known: dict = field(default_factory=dict)  # name: a value that a page sends
    address: str = ""  # one that exists

    @property
    def kind(self):
        return self.endpoint.routing["type"]

    @property
    def method(self):
        """The method with which a page comes, the one that changes something first."""
        methods = self.endpoint.routing["methods"]
        return "POST" if self.kind != "http" or "POST" in (methods or ()) else "GET"

    @functools.cached_property
    def variables(self):
        """Return [(kind of converter, name)] of the parts of the address that vary."""
        found = re.findall(r"<(?:(\w+)(?:\(.*?\))?:)?(\w+)>", self.pattern)
        return [(kind or "string", name) for kind, name in found]

    def at(self, *values):
        """Return the address with these values in it, percent-encoded already."""
        rest = iter(values)
        return re.sub(r"<[^>]+>", lambda _found: next(rest), self.pattern)

    def fits(self, path):
        """Tell whether an address is one of this route."""
        pieces = re.split(r"<[^>]+>", self.pattern)
        parts = [
            r"-?\d+" if kind == "int" else r"[^/]+" for kind, _name in self.variables
        ]
        pattern = re.escape(pieces[0]) + "".join(
            part + re.escape(piece)
            for part, piece in zip(parts, pieces[1:], strict=True)
        )
        return bool(re.fullmatch(pattern, path))


def our_routes(env):
    """Return the routes that our controllers answer, by address."""
    http = env["ir.http"]
    routes = []
    rules = http._generate_routing_rules(
        sorted(env.registry._init_modules), http._get_converters()
    )
    for pattern, endpoint in rules:
        if endpoint.func.__module__.startswith(OURS):
            route = Route(pattern, endpoint, names_of(endpoint))
            route.address = route.at(
                *("1" if kind == "int" else "x" for kind, _name in route.variables)
            )
            routes.append(route)
    return sorted(routes, key=lambda route: (route.pattern, route.method))


def names_of(endpoint):
    """Return the names that a method takes, and those that its file reads."""
    method = inspect.unwrap(endpoint.func)
    takes = [
        name
        for name, one in inspect.signature(method).parameters.items()
        if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
        and name not in ("self", "family_sudo")
    ]
    return list(dict.fromkeys(takes + sorted(names_read(inspect.getfile(method)))))


@functools.cache
def names_read(path):
    """Return the names of the fields that a file of a controller reads."""
    names = set()
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("get", "getlist", "pop", "sent_files"):
                names.add(getattr(node.args[0], "value", None))
        elif isinstance(node, ast.Subscript):
            names.add(getattr(node.slice, "value", None))
    return {name for name in names if isinstance(name, str) and name.isidentifier()}


# === What pages tell === #


def learn(routes, page, path):
    """Take the forms and the links of a page.

    :param page: tree of the page at `path`
    """
    for form in page.xpath("//form"):
        action = urlsplit(form.get("action") or path).path
        method = (form.get("method") or "get").upper()
        for route in routes:
            if route.method == method and route.fits(action):
                route.address = action
                for name, value in values_of(form).items():
                    if name not in route.names:
                        route.names.append(name)
                    if value or name not in route.known:
                        route.known[name] = value
    for link in page.xpath("//a/@href"):
        parts = urlsplit(link)
        for route in routes:
            if route.variables and route.method == "GET" and route.fits(parts.path):
                route.address = parts.path


def values_of(form):
    """Return {name: value} of a form as a browser would send it, all boxes ticked."""
    found = defaultdict(str)
    for one in form.xpath(".//*[@name]"):
        name = one.get("name")
        if name == "csrf_token" or one.get("type") == "file":
            continue
        value = one.get("value") or ""
        if one.tag == "select":
            value = next(filter(None, one.xpath("./option/@value")), "")
        elif one.tag == "textarea":
            value = one.text or "Bonjour"
        found[name] = found[name] or value
    return found


# === What is sent === #


@dataclass
class Odd:
    """One request; `why` names it where it fails."""

    why: str
    method: str
    address: str
    data: object = None  # {name: text} of a form, or the body
    files: dict | None = None
    content_type: str = ""
    query: str = ""


def requests_for(route, seed, many):
    """Return the odd requests of a route, always the same for the same seed.

    First what a page would send, by which the route is reached; then each field with
    odd values in turn; then what is odd of the whole request.

    :param int many: how many with odd values
    """
    draw = random.Random(f"{seed} {route.pattern} {route.method}")
    build = _form if route.kind == "http" else _call
    sent = [build(route, {name: route.known.get(name, "1") for name in route.names})]
    sent[0].why = "as a page sends it"
    values = TEXTS if route.kind == "http" else (*TEXTS, *JSON)
    deck = draw.sample(values, len(values))
    for number in range(many):
        odd = {
            name: deck[(number + place * 7) % len(deck)]
            for place, name in enumerate(route.names)
        }
        if number % 2 and route.names:
            # One odd thing among what fits reaches further.
            name = route.names[number // 2 % len(route.names)]
            odd = {**route.known, name: odd[name]}
        sent.append(build(route, odd))
    sent += _addresses(route, draw)
    sent += _wholes(route, draw)
    return sent


def _form(route, values):
    texts = {name: str(value) for name, value in values.items()}
    if route.method == "GET":
        pairs = [f"{quote(name)}={quote(text)}" for name, text in texts.items()]
        # An address is not longer than a server reads.
        query = "&".join(pair for pair in pairs if len(pair) < 20_100)[:60_000]
        return Odd(f"{_short(texts)}", "GET", route.address, query=query)
    return Odd(f"{_short(texts)}", "POST", route.address, texts)


def _call(route, values):
    body = json.dumps({"params": values}).encode()
    return Odd(_short(values), "POST", route.address, body, content_type=TYPES[0])


def _short(values):
    return repr({name: repr(value)[:40] for name, value in values.items()})


def _addresses(route, draw):
    """Return requests at odd addresses."""
    method, count = route.method, len(route.variables)
    pools = [NUMBERS if kind == "int" else WORDS for kind, _name in route.variables]
    for pool in {tuple(pool) for pool in pools}:
        for odd in draw.sample(pool, len(pool)):
            address = route.at(*[odd] * count)
            yield Odd(
                f"address {odd[:20]}", method, address, {} if method == "POST" else None
            )


def _wholes(route, draw):
    """Return requests that are odd as a whole, some of each kind."""
    names = route.names or ["x"]
    name = draw.choice(names)
    if route.kind == "http":
        known = {name: str(value) for name, value in route.known.items()}
        one = ("a\0.pdf", b"%PDF-", "application/pdf")
        for raw in draw.sample(RAW, 2):
            yield Odd(
                f"{name}={raw}", route.method, route.address, query=f"{name}={raw}"
            )
        yield Odd("self", route.method, route.address, known, query="self=1&debug=1")
        if route.method == "POST":
            yield Odd(
                "files for texts",
                "POST",
                route.address,
                known,
                dict.fromkeys(names, one),
            )
            texts = {"files": "x", "proofs": "x", "csrf_token": "éo9999999999"}
            yield Odd("texts for files", "POST", route.address, {**known, **texts})
            yield Odd(
                "a file as token", "POST", route.address, known, {"csrf_token": one}
            )
            yield Odd(
                "repeated",
                "POST",
                route.address,
                {name: ["1", "x"] * 3 for name in names},
            )
            raw = f"{name}=".encode() + b"%FF\xff\xfe%00&" + b"\xc3\x28=1"
            yield Odd(
                "bad UTF-8",
                "POST",
                route.address,
                raw,
                content_type="application/x-www-form-urlencoded",
            )
    else:
        for text in draw.sample(JSON_TEXTS, 3):
            body = f'{{"params": {{"{name}": {text}}}}}'.encode()
            yield Odd(
                f"{name}: {text[:20]}",
                "POST",
                route.address,
                body,
                content_type=TYPES[0],
            )
        for body in BODIES:
            yield Odd(
                repr(body[:20]), "POST", route.address, body, content_type=TYPES[0]
            )
    for method in METHODS:
        yield Odd(
            "method",
            method,
            route.address,
            content_type="" if route.kind == "http" else TYPES[0],
        )
    for content_type in draw.sample(TYPES, 3):
        yield Odd(
            content_type,
            "POST",
            route.address,
            b'{"params": {"x\xff": 1}}',
            content_type=content_type,
        )
