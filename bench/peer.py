"""Beside the peer (Noethysweb, Django): a month, a booking, invoices, by one client.

Needs a checkout of the peer and a Python that has what it requires:

    git clone https://github.com/Noethys/Noethysweb
    python3 -m venv peer && peer/bin/pip install -r Noethysweb/requirements.txt gunicorn
    ./espace bench peer -- --peer Noethysweb --python peer/bin/python

Both hold the same families with two children, who came to the canteen on 20 past days
and may book 20 coming ones. One client asks one and the other in turns: the month of
both children (one page of ours, one a child of theirs); 20 days for two children; the
invoices of the past days. The peer's own pages, forms and views; its database is
SQLite, its default, on a copy of the checkout. Without --peer nothing is measured.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
DAYS = 20


def main():
    options = arguments()
    if not options.peer:
        print(__doc__.split("\n\n")[1])
        print("  Not measured: no checkout of the peer was named (--peer).")
        return
    with tempfile.TemporaryDirectory(prefix="espace-peer-") as folder:
        measure(options, Path(folder))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--peer", type=Path, help="checkout of Noethysweb")
    parser.add_argument("--python", type=Path, help="a Python with its requirements")
    parser.add_argument(
        "--database",
        type=Path,
        help="an empty one of the peer, migrated: saves minutes",
    )
    parser.add_argument("--families", type=int, default=60)
    parser.add_argument("--times", type=int, default=9, help="pages and bookings")
    return parser.parse_args()


def days_of(since, step, wanted):
    """Return DAYS days from one on, forwards or backwards, that are wanted."""
    found, day = [], since
    while len(found) < DAYS:
        if day.weekday() < 5 and wanted(day):
            found.append(day)
        day += timedelta(days=step)
    return sorted(found)


def measure(options, folder):
    from _odoo import CONF, DATABASE, Report, median, ms, transaction

    from tests.rush import Server

    ours = Ours(transaction, options.families)
    report = Report()
    server = Server(DATABASE, CONF, workers=2, crons=1)
    with (
        Peer(options, folder, ours.past, ours.coming).running() as peer,
        server.running(),
    ):
        ours.open(server)
        for label, act in (
            ("Month of two children", "month"),
            (f"{DAYS} days booked for two children", "book"),
        ):
            beside(report, label, options.times, act, ours, peer, median, ms)
        invoices = {one: one.invoice() for one in (ours, peer)}
        tell(report, "Invoices", [invoices[ours]], [invoices[peer]], median, ms)
        made = ours.invoices(), options.families
        report.expect("Invoices of ours", *made)
        report.expect("Invoices of the peer", peer.count(), options.families)
    report.end()


def beside(report, label, times, act, ours, peer, median, ms):
    """Measure both in turns, once unmeasured."""
    samples = {ours: [], peer: []}
    for number in range(times + 1):
        for one in (ours, peer):
            start = time.perf_counter()
            getattr(one, act)()
            if number:
                samples[one].append(time.perf_counter() - start)
            if act == "book":
                one.undo()
    tell(report, label, samples[ours], samples[peer], median, ms)


def tell(report, label, ours, theirs, median, ms):
    report.figure(
        f"{label}: ours, the peer",
        f"{ms(median(ours)):>8}, {ms(median(theirs))}: "
        f"{median(theirs) / median(ours):.1f} times ours",
    )


class Ours:
    """A family of ours in a browser, and an agent."""

    def __init__(self, transaction, families):
        from _odoo import Town

        from odoo.fields import Command

        from tests.rush import form_token, open_session

        self.transaction = transaction
        with transaction(tracking_disable=True) as env:
            town = Town.build(env, "Commune")
            kind = town.company._espace_calendar().day_kind
            past = self.past = days_of(
                town.today - timedelta(days=1), -1, lambda _d: True
            )
            coming = self.coming = days_of(
                town.today + timedelta(days=3),
                1,
                lambda day: kind(day) in ("school", "wednesday", "holiday"),
            )
            town.prices.date_from = min(past)
            option = town.add_service(
                "Cantine",
                [*past, *coming],
                capacity=10 * families,
                on_wednesdays=True,
            )
            town.services().billing_mode = "consumption"
            town.company.espace_minimum_invoice = 0
            self.family = None
            for number in range(families):
                family = town.add_family(number)
                self.family = self.family or family.id
                live(family, option, past)
                if number == 0:
                    user = town.add_parent(family)
                    self.session = open_session(env, user)
                    self.token = form_token(env, self.session)
                    self.children = family.child_ids.ids
            agent = env["res.users"].create(
                {
                    "name": "Agent",
                    "login": "agent",
                    "company_id": town.company.id,
                    "company_ids": [Command.set(town.company.ids)],
                    "group_ids": [
                        Command.link(env.ref(f"espace_famille.group_{role}").id)
                        for role in ("finance", "manager")
                    ],
                }
            )
            self.agent_session = open_session(env, agent)
            self.company, self.option = town.company.id, option.id

    def open(self, server):
        from tests.rush import Parent

        self.parent = Parent(server, self.session)
        self.parent.token = self.token
        self.agent = Parent(server, self.agent_session)

    def month(self):
        day = self.coming[0].isoformat()
        answer = self.parent.get(f"/my/reservations?view=month&date={day}&child=all")
        proper(answer.trouble, "our month")

    def book(self):
        """Ask for the days in the Vue Agenda, then press Valider."""
        answer = self.parent.post(
            "/my/reservations/agenda",
            **{
                "asked": "1",
                "from": self.coming[0].isoformat(),
                "to": self.coming[-1].isoformat(),
                "child": self.children,
                "want": [f"0-{self.option}-{weekday}" for weekday in range(5)],
                "kind": ["school", "wednesday", "holiday"],
            },
        )
        proper(answer.trouble, "our agenda")
        answer = self.parent.validate()
        proper(answer.trouble or "/confirmation" not in answer.url, answer.shown[:300])

    def undo(self):
        with self.transaction() as env:
            booked = env["espace.reservation"].search(
                [
                    ("family_id", "=", self.family),
                    ("date", "in", self.coming),
                    ("state", "=", "confirmed"),
                ]
            )
            proper(len(booked) != 2 * DAYS, f"{len(booked)} bookings of ours")
            booked._cancel(staff=True)

    def invoice(self):
        """Launch a run of the past days and wait until it has invoiced them all."""
        start = time.perf_counter()
        context = {"context": {"allowed_company_ids": [self.company]}}
        call = self.agent.call_kw
        dates = {
            "date_from": self.past[0].isoformat(),
            "date_to": self.past[-1].isoformat(),
        }
        [run] = result(call("espace.billing.run", "create", [dates], **context))
        for action in ("action_prepare", "action_launch_anyway"):
            result(call("espace.billing.run", action, [run], **context))
        while True:
            [found] = result(
                call("espace.billing.run", "read", [run], ["state"], **context)
            )
            if found["state"] not in ("prepared", "invoicing"):
                return time.perf_counter() - start
            time.sleep(0.05)

    def invoices(self):
        with self.transaction() as env:
            return env["account.move"].search_count(
                [
                    ("company_id", "=", self.company),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ]
            )


def live(family, option, days):
    from billing import live as come

    come(family, [option], days)


class Peer:
    """The peer on a copy of its checkout: a family in a browser, and an agent."""

    def __init__(self, options, folder, past, coming):
        # Not resolved: a virtual environment is known by the link.
        self.python = options.python.absolute() if options.python else sys.executable
        self.families, self.past, self.coming = options.families, past, coming
        self.folder = folder / "peer"
        shutil.copytree(
            options.peer / "noethysweb",
            self.folder,
            ignore=shutil.ignore_patterns("db.sqlite3", "settings_production.py"),
        )
        if options.database:
            shutil.copy(options.database, self.folder / "db.sqlite3")
        # Beside its defaults: who may be asked for.
        settings = self.folder / "noethysweb" / "settings_production.py"
        settings.write_text('ALLOWED_HOSTS = ["127.0.0.1"]\n')

    @contextmanager
    def running(self):
        from espace_cli import process

        self._run("manage.py", "migrate", "--verbosity=0")
        told = self.folder / "told.json"
        days = (",".join(map(date.isoformat, d)) for d in (self.past, self.coming))
        self._run(HERE / "_peer_seed.py", told, self.families, *days)
        self.its = json.loads(told.read_text())
        port = process.free_port()
        self.url = f"http://127.0.0.1:{port}"
        running = process.start(
            [
                *(self.python, "-m", "gunicorn", "noethysweb.wsgi"),
                *("--workers=2", f"--bind=127.0.0.1:{port}", "--timeout=600"),
            ],
            cwd=self.folder,
            env=self._env(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.parent, self.agent = (
                self._browser(self.its[who]) for who in ("session", "agent")
            )
            if not process.wait_for(self._answers, 120, pause=0.5):
                raise SystemExit("The peer does not answer.")
            yield self
        finally:
            process.stop(running)

    def _env(self):
        return {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONUTF8": "1"}

    def _run(self, *arguments):
        done = subprocess.run(
            [self.python, *map(str, arguments)],
            cwd=self.folder,
            env=self._env(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"The peer: {done.stdout[-500:]}{done.stderr[-2000:]}")

    def _browser(self, session_key):
        browser = requests.Session()
        browser.cookies.set("sessionid", session_key)
        return browser

    def _answers(self):
        try:
            return self.parent.get(self._planning(0), timeout=60).ok
        except requests.ConnectionError:
            return False

    def _planning(self, child):
        its = self.its
        return (
            f"{self.url}/planning/{its['children'][child]}/{its['activity']}"
            f"/{its['period']}"
        )

    def month(self):
        for child in range(2):
            page = self.parent.get(self._planning(child), timeout=300)
            proper(page.status_code != 200 or "/planning/" not in page.url, page.url)

    def book(self):
        """Save the grid of each child, as its script sends it."""
        for child in range(2):
            answer = self.parent.post(
                self._planning(child),
                data={
                    "csrfmiddlewaretoken": self.parent.cookies.get("csrftoken", ""),
                    "donnees": json.dumps(self._grid(child)),
                },
                headers={"Referer": self._planning(child)},
                timeout=300,
            )
            proper(answer.status_code != 200, answer.status_code)

    def _grid(self, child):
        its, bookings, charges = self.its, {}, {}
        for number, day in enumerate(map(date.isoformat, self.coming), 1):
            enrolment = its["enrolments"][child]
            common = {
                "date": day,
                "activite": its["activity"],
                "famille": its["family"],
                "individu": its["children"][child],
                "categorie_tarif": its["category"],
                "quantite": 1,
            }
            charges[f"-{number}"] = {
                **common,
                "label": "Repas",
                "montant_initial": 3.6,
                "montant": 3.6,
                "tarif": its["tariff"],
                "temps_facture": "",
                "tarif_ligne": None,
                "tva": None,
                "code_compta": None,
                "forfait_date_debut": None,
                "forfait_date_fin": None,
                "aides": [],
            }
            bookings[f"{day}_{enrolment}_{its['unit']}"] = [
                {
                    **common,
                    "pk": f"-{number}",
                    "inscription": enrolment,
                    "unite": its["unit"],
                    "groupe": its["group"],
                    "heure_debut": None,
                    "heure_fin": None,
                    "etat": "reservation",
                    "prestation": f"-{number}",
                    "evenement": None,
                    "badgeage_debut": None,
                    "badgeage_fin": None,
                    "dirty": True,
                }
            ]
        nothing = {"consommations": [], "prestations": [], "memos": []}
        return {
            "consommations": bookings,
            "prestations": charges,
            "suppressions": nothing,
            "memos": {},
            "activite": its["activity"],
        }

    def undo(self):
        days = [day.isoformat() for day in self.coming]
        found = self._sql(
            "SELECT count(*) FROM consommations WHERE date IN (%s)", *days
        )
        proper(found != 2 * DAYS, f"{found} bookings of the peer")
        self._sql("DELETE FROM consommations WHERE date IN (%s)", *days)
        self._sql("DELETE FROM prestations WHERE date IN (%s)", *days)

    def invoice(self):
        start = time.perf_counter()
        base = f"{self.url}/utilisateur/facturation"
        page = self.agent.get(f"{base}/factures_generation", timeout=300)
        proper(page.status_code != 200, page.url)
        form = {
            "csrfmiddlewaretoken": token_of(page.text),
            "periode": f"{self.past[0]:%d/%m/%Y}-{self.past[-1]:%d/%m/%Y}",
            "prochain_numero": "1",
            "date_emission": date.today().strftime("%d/%m/%Y"),
            "categories": ["consommation"],
            "activites": json.dumps(
                {"type": "activites", "ids": [self.its["activity"]]}
            ),
            "selection_familles": "TOUTES",
        }
        # Which families are to be invoiced, as the page shows them.
        found = self._ajax(f"{base}/recherche_factures", form)
        proper(found.status_code != 200, found.text[:500])
        ids = [self.its["family"] + number for number in range(self.families)]
        done = self._ajax(
            f"{base}/generation_factures",
            {**form, "liste_factures_json": json.dumps(ids), "montant_minimum": "0"},
        )
        proper(done.status_code != 200, done.text[:500])
        return time.perf_counter() - start

    def _ajax(self, url, form):
        return self.agent.post(
            url,
            data=form,
            headers={"Referer": url, "X-Requested-With": "XMLHttpRequest"},
            timeout=600,
        )

    def count(self):
        return self._sql("SELECT count(*) FROM factures")

    def _sql(self, query, *values):
        import sqlite3

        marks = ", ".join("?" for _value in values)
        connection = sqlite3.connect(self.folder / "db.sqlite3", timeout=60)
        with connection:
            row = connection.execute(query.replace("%s", marks), values).fetchone()
        connection.close()
        return row[0] if row else None


def token_of(page):
    found = re.search(r"csrfmiddlewaretoken['\"]? value=['\"]([^'\"]+)", page)
    return found[1] if found else ""


def proper(trouble, what):
    if trouble:
        raise SystemExit(f"Not as it should be: {what} {trouble}")


def result(answer):
    proper(answer.get("error"), "our answer")
    return answer.get("result")


if __name__ == "__main__":
    main()
