"""The page of attendance: a page of its own, which a tablet keeps and opens offline."""

from werkzeug.exceptions import Forbidden

from odoo import fields
from odoo.exceptions import AccessError
from odoo.http import Controller, request, route
from odoo.tools import file_open
from odoo.tools.json import scriptsafe
from odoo.tools.translate import code_translations

from ...domain.attendance_events import read_text

ROOT = "/espace-famille/pointage"
ADDON = "espace_famille"


def call(name, **routing):
    """Route a call of the page to a method; `routing` as of `route`."""
    return route(
        f"{ROOT}/{name}", type="jsonrpc", auth="user", methods=["POST"], **routing
    )


class AttendancePage(Controller):
    @route(ROOT, type="http", auth="user", methods=["GET"], sitemap=False)
    def page(self, **_kw):
        """Show the page; it holds nothing of anybody, so that a device may keep it."""
        user = request.env.user
        if not user.has_group("espace_famille.group_animation"):
            raise Forbidden(request.env._("Attendance is recorded by agents."))
        lang = user.lang or "en_US"
        words = code_translations.get_web_translations(ADDON, lang)
        return request.render(
            "espace_famille.attendance_page",
            {
                "page_lang": lang.partition("@")[0].replace("_", "-"),
                "words": scriptsafe.dumps(
                    {one["id"]: one["string"] for one in words["messages"]}
                ),
            },
        )

    @route(f"{ROOT}/service-worker.js", type="http", auth="public", methods=["GET"])
    def service_worker(self, **_kw):
        """Give the worker that opens the page without network, and nothing else."""
        with file_open(
            "espace_famille/static/src/attendance_worker/service_worker.js"
        ) as source:
            body = source.read()
        return request.make_response(
            body,
            [
                ("Content-Type", "text/javascript"),
                ("Service-Worker-Allowed", ROOT),
                ("Cache-Control", "no-cache"),
            ],
        )

    @route(f"{ROOT}/manifest.webmanifest", type="http", auth="public", methods=["GET"])
    def manifest(self, **_kw):
        """Say how the page is installed on a tablet."""
        icon = "/espace_famille/static/description/icon"
        return request.make_json_response(
            {
                "name": request.env._("Attendance"),
                "short_name": request.env._("Attendance"),
                "start_url": ROOT,
                "scope": ROOT,
                "display": "standalone",
                "background_color": "#f3f4f6",
                "theme_color": "#71639e",
                "icons": [
                    {"src": f"{icon}.png", "type": "image/png", "sizes": "256x256"},
                    {"src": f"{icon}.svg", "type": "image/svg+xml", "sizes": "any"},
                ],
            },
            [("Content-Type", "application/manifest+json")],
        )

    # === Calls === #

    @call("open", espace_reads_itself=True)
    def open(self, device="", schools=None, **_kw):
        return request.env["espace.attendance.page"]._open(
            read_text(device), _ids(schools)
        )

    @call("list", espace_reads_itself=True)
    def lists(self, sessions=None, schools=None, **_kw):
        return request.env["espace.attendance.page"]._list_of(
            _ids(sessions), _ids(schools)
        )

    @call("send", espace_reads_itself=True)
    def send(self, device="", events=None, **news):
        """Take gestures, and answer what became of them and what others did."""
        sent = events if isinstance(events, list) else []
        done = request.env["espace.attendance.receiver"]._receive(
            read_text(device), sent, news.get("said_now")
        )
        request.env.flush_all()
        return {
            "results": done["results"],
            "off": done["off"],
            **self._news(news, done["bookings"]),
        }

    @call("news", readonly=True, espace_reads_itself=True)
    def news(self, **news):
        """Answer what changed since an instant, for the screens of the others."""
        request.env["espace.session"]._check_agent()
        return self._news(news)

    def _news(self, news, touched=None):
        return request.env["espace.attendance.page"]._news(
            _ids(news.get("sessions")),
            news.get("since"),
            _ids(news.get("schools")),
            touched,
            stamps=news.get("stamps"),
        )

    @call("history", readonly=True)
    def history(self, session=0, child=0, **_kw):
        return request.env["espace.attendance.page"]._history(
            *(_ids([one])[0] if _ids([one]) else 0 for one in (session, child))
        )

    @call("here")
    def here(self, session=0, device="", token="", **_kw):
        """Note who marks on a list, for an evacuation."""
        request.env["espace.session"]._check_agent()
        day = _day(session)
        author = request.env["espace.attendance.receiver"]._author(
            read_text(token, 400), read_text(device)
        )
        request.env["espace.attendance.presence"]._note(day, author)
        return {}

    @call("photos", readonly=True, espace_reads_itself=True)
    def photos(self, children=None, **_kw):
        """Give the photos of children whose families allow it."""
        return request.env["espace.attendance.page"]._photos(_ids(children))

    @call("close")
    def close(self, session=0, **_kw):
        """Lock a day for the agents; the answer says why not, or since when."""
        day = _day(session)
        day._lock_by_agents()
        return {"locked": day._locked_words()}

    @call("ask")
    def ask(self, session=0, reason="", **_kw):
        """Ask Management to open a locked day again."""
        day = _day(session)
        day._ask_to_unlock(read_text(reason))
        return {}

    # === Agents of a shared tablet === #

    @call("agents")
    def agents(self, **_kw):
        request.env["espace.session"]._check_agent()
        agents = request.env["espace.attendance.code"]._agents(request.env.company)
        return [{"id": agent.id, "name": agent.name} for agent in agents]

    @call("code")
    def code(self, code="", **_kw):
        request.env["espace.session"]._check_agent()
        request.env["espace.attendance.code"]._choose(code)
        return {}

    @call("agent")
    def agent(self, device="", agent=0, code="", **_kw):
        """Give a device what says whose the next gestures are, for the right code."""
        request.env["espace.session"]._check_agent()
        codes = request.env["espace.attendance.code"]
        user = codes._agents(request.env.company).filtered(
            lambda one: one.id in _ids([agent])
        )
        if not user:
            return {"refused": request.env._("This agent has no code.")}
        now = fields.Datetime.now()
        if refused := codes._why_not(user, code, now):
            return {"refused": refused}
        token = request.env["espace.attendance.receiver"]._token(
            user, read_text(device)
        )
        return {"id": user.id, "name": user.name, "token": token}


def _day(session):
    """Return the day of a list that was sent.

    :raise AccessError: it is none of the agent's
    """
    day = request.env["espace.session"].search([("id", "in", _ids([session]))])
    if not day:
        raise AccessError(request.env._("This day is not one of your lists."))
    return day


def _ids(value):
    """Return the numbers of records in what was sent, nothing where it is no list."""
    if not isinstance(value, list):
        return []
    return [
        one
        for one in value
        if isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**31
    ]
