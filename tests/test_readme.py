"""README's steps for an Odoo that is there already, literally.

In a virtual environment with what Odoo requires and nothing of ours, and in a database
that knows English alone: first the bookings, then families, then the portal.
"""

import contextlib
import importlib.metadata
import os
import re
import subprocess
import tempfile
import unittest
import venv
from pathlib import Path

import requests
from lxml import html

import odoo
from odoo.tests import BaseCase, tagged

from .neighbours import NOT_OURS, TROUBLE, Database

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "requirements.txt"
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")

FAMILY = """
family = env["espace.family"].create({
    "name": "Martin",
    "guardian_ids": [(0, 0, {
        "civility": "madam", "firstname": "Claire", "lastname": "Martin",
        "email": "claire@example.org",
    })],
})
env["espace.child"].create({
    "firstname": "Nina", "lastname": "Martin", "family_id": family.id,
    "birth_date": "2020-05-01",
})
env.cr.commit()
"""


# What Odoo remembers to install the next time that it starts.
FORGET = "UPDATE ir_module_module SET state = 'uninstalled' WHERE state = 'to install'"

EARLIER = """
UPDATE ir_module_module SET latest_version = '19.0.1.0.0'
WHERE name = 'espace_famille_portal'
"""

REFUSED = r"espace_famille has an incompatible version|invalid module names.*espace_f"

# Another Odoo is this one with another number: the number is what it compares.
ANOTHER_ODOO = """
import odoo.release
odoo.release.version_info = (20, 0, 0, "final", 0, "")
odoo.release.version = odoo.release.series = odoo.release.major_version = "20.0"
from odoo.cli.command import main
main()
"""


def our_tables(env):
    env.cr.execute(
        "SELECT tablename FROM pg_tables "
        "WHERE schemaname = 'public' AND tablename LIKE 'espace%'"
    )
    return env.cr.fetchall()


def written(statement):
    """Return what runs a statement for good, for `Database.sql`."""

    def write(env):
        env.cr.execute(statement)
        env.cr.commit()

    return write


def portal_version(env):
    env.cr.execute(
        "SELECT latest_version FROM ir_module_module "
        "WHERE name = 'espace_famille_portal'"
    )
    return env.cr.fetchall()


def commands():
    """Return what README tells to type into Odoo's environment."""
    text = (ROOT / "README.md").read_text()
    step = text[text.index("## Install it into your Odoo 19") :]
    return step.split("```", 2)[1]


def pinned(text):
    """Return {name: line} of what is pinned in lines of requirements.txt."""
    lines = [line for line in text.splitlines() if NAME.match(line)]
    return {normal(NAME.match(line)[0]): line for line in lines}


def section(title):
    """Return what is pinned in a section of requirements.txt, see `pinned`."""
    _before, _dash, after = PINNED.read_text().partition(f"# --- {title} -")
    return pinned(after.split("\n# ---")[0])


def of_odoo():
    """Return the pinned lines of what Odoo requires, with what that needs, not ours."""
    lines = pinned(PINNED.read_text())
    ours = {normal(word) for word in re.findall(r"[\w.-]+", commands())}
    waiting = [name for name in section("Odoo 19") if name not in ours]
    wanted = set(waiting)
    while waiting:
        for name in needed_by(waiting.pop()):
            if name in lines and name not in wanted:
                wanted.add(name)
                waiting.append(name)
    return [lines[name] for name in sorted(wanted)]


def needed_by(name):
    try:
        needs = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [normal(NAME.match(need)[0]) for need in needs if "extra ==" not in need]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the launcher")
class TestReadme(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = Path(
            cls.enterClassContext(tempfile.TemporaryDirectory(prefix="espace-readme-"))
        )
        venv.create(cls.home, with_pip=True)
        cls.python = cls.home / "bin" / "python"
        listed = cls.home / "odoo.txt"
        listed.write_text("\n".join(of_odoo()))
        cls.bash(f"pip install -q --no-deps -r {listed}")
        # Odoo itself, as its package for Debian has it.
        [packages] = cls.home.glob("lib/python3.*/site-packages")
        (packages / "odoo.pth").write_text(f"{Path(odoo.tools.__file__).parents[2]}\n")

    @classmethod
    def bash(cls, script):
        """Run lines as they are typed in the environment, from the repository."""
        path = f"{cls.home / 'bin'}:{os.environ['PATH']}"
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "ESPACE", "VIRTUAL_ENV"))
        }
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=ROOT,
            env={**clean, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    def odoo(self, database, command, *arguments, stdin="", started=("-m", "odoo")):
        """Run Odoo's own command in the environment; return the finished process."""
        return subprocess.run(
            [self.python, *started, command, "-c", database.conf]
            + ["-d", database.name, "--no-http", *arguments],
            cwd=self.home,
            input=stdin,
            env={
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PYTHON", "ESPACE"))
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )

    def works(self, database, *arguments, **options):
        """Run Odoo's own command; refuse that it fails, or warns of something."""
        done = self.odoo(database, *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        warnings = [line for line in TROUBLE.findall(done.stdout) if line.strip()]
        self.assertEqual(
            [line for line in warnings if not NOT_OURS.search(line)],
            [],
            done.stdout[-3000:],
        )

    def test_its_steps_end_in_a_portal(self):
        before = self.bash("pip list --format=freeze")
        for name in ("altcha", "holidays", "weasyprint", "partner"):
            self.assertNotIn(name, before.lower())
        with Database().empty() as database:
            self.without_them(database)
            self.with_them(database)
        with Database().empty() as database:
            self.of_another_odoo(database)

    def without_them(self, database):
        """Nothing is half installed, and the last lines say what is missing."""
        _libraries, addon = commands().strip().splitlines()
        self.lacks(database, 'depends on module "partner_firstname"')
        self.bash(addon)
        self.lacks(database, "an external dependency is not met")

    def of_another_odoo(self, database):
        """An Odoo that bears another number takes none of ours."""
        started = self.home / "another.py"
        started.write_text(ANOTHER_ODOO)
        install = ("server", "-i", "espace_famille", "--stop-after-init")
        done = self.odoo(database, *install, started=[started])
        self.assertRegex(done.stdout, REFUSED)
        self.assertEqual(database.sql(our_tables), [], done.stdout[-3000:])

    @contextlib.contextmanager
    def another_release(self, name, version):
        """Have a library say for a while that it is of another release."""
        [metadata] = (
            path
            for path in self.home.glob(
                "lib/python3.*/site-packages/*.dist-info/METADATA"
            )
            if path.parent.name.lower().startswith(f"{name.lower()}-")
        )
        text = metadata.read_text()
        metadata.write_text(
            re.sub(r"(?m)^Version: .*", f"Version: {version}", text, count=1)
        )
        try:
            yield
        finally:
            metadata.write_text(text)

    def not_updated(self, database):
        """An update stops before it changes anything; what runs is not stopped."""
        database.sql(written(EARLIER))
        with self.another_release("altcha", "1.0.0"):
            done = self.odoo(
                database,
                "server",
                "-u",
                "espace_famille_portal",
                "--stop-after-init",
            )
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("altcha 1.0.0 is installed", done.stdout[-3000:])
        self.assertEqual(database.sql(portal_version), [("19.0.1.0.0",)])

    def lacks(self, database, words):
        done = self.odoo(
            database, "server", "-i", "espace_famille", "--stop-after-init"
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(words, done.stdout[-2000:])
        self.assertEqual(database.sql(our_tables), [])

    def with_them(self, database):
        self.bash(commands())
        with self.another_release("holidays", "0.108"):
            self.lacks(database, "holidays 0.108 is installed, 0.109 or later is")
        installed = self.bash("pip list --format=freeze").lower()
        for line in section("The addons").values():
            self.assertIn(line.replace("_", "-"), installed.replace("_", "-"))
        stop = "--stop-after-init"
        self.works(database, "server", "-i", "espace_famille", stop)
        self.works(database, "shell", stdin=FAMILY)
        with self.another_release("PyPDF2", "3.0.1"):
            done = self.odoo(database, "server", "-i", "espace_famille_portal", stop)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("earlier than 3 is needed", done.stdout[-3000:])
        database.sql(written(FORGET))
        self.works(database, "server", "-i", "espace_famille_portal", stop)
        self.not_updated(database)
        with database.serving() as server:
            page = requests.get(f"{server.url}/espace-famille", timeout=300)
            self.assertEqual(page.status_code, 200, server.end())
            tree = html.fromstring(page.text)
            self.assertIn("o_espace_page", tree.get("class"))
            self.assertEqual(tree.get("lang"), "en-US")
            [sheet, *_] = tree.xpath("//link[@rel='stylesheet']/@href")
            styles = requests.get(f"{server.url}{sheet}", timeout=300).text
            self.assertNotIn("css_error_message", styles)
