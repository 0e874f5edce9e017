"""The promises of ./espace that need neither Odoo nor a database."""

import json
import os
import re
import smtplib
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
import zipfile
from argparse import Namespace
from contextlib import nullcontext
from email.message import EmailMessage
from pathlib import Path

import polib
import pytest

from espace_cli import (
    beside,
    console,
    day,
    layout,
    main,
    process,
    server,
    stamps,
)
from espace_cli.commands import COMMANDS, bench, bom, check, demo, dist, lint, testing
from espace_cli.inside import translations
from espace_cli.setup import debian, environment, odoo_source, postgres

ROOT = Path(__file__).resolve().parent.parent


# Stamps and locks -----------------------------------------------------------------


def test_a_stamp_is_there_only_when_the_step_is_finished(tmp_path):
    stamp = stamps.Stamp(tmp_path / "stamps", "step")
    assert stamp.read() is None
    stamp.write("one")
    assert stamp.read() == "one"
    stamp.clear()
    assert stamp.read() is None


def test_a_digest_tells_contents_order_and_missing_files_apart(tmp_path):
    one, two, none = tmp_path / "one", tmp_path / "two", tmp_path / "none"
    one.write_text("1")
    two.write_text("2")
    digests = {
        stamps.digest(one, two),
        stamps.digest(two, one),
        stamps.digest(one, none),
        stamps.digest("12"),
        stamps.digest("1", "2"),
    }
    assert len(digests) == 5


def test_a_tree_digest_follows_names_and_contents_but_not_what_is_skipped(tmp_path):
    def now():
        return stamps.tree_digest(tmp_path, ("tests", "*.pot"))

    (tmp_path / "models").mkdir()
    (tmp_path / "models/a.py").write_text("a")
    before = now()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("test")
    (tmp_path / "terms.pot").write_text("terms")
    assert now() == before
    (tmp_path / "models/a.py").rename(tmp_path / "models/b.py")
    renamed = now()
    assert renamed != before
    (tmp_path / "models/b.py").write_text("b")
    assert now() not in (before, renamed)


def test_a_file_is_written_whole_and_for_the_owner_only(tmp_path):
    path = tmp_path / "deep" / "secret"
    stamps.write_atomically(path, "secret", 0o600)
    assert path.read_text() == "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["secret"]


def test_what_a_killed_command_was_building_is_never_reused(tmp_path):
    first = stamps.part_of(tmp_path / "odoo")
    (first / "half").touch()
    second = stamps.part_of(tmp_path / "odoo")
    assert first != second
    assert not first.exists()
    assert second.is_dir() and not (tmp_path / "odoo").exists()


def test_a_lock_is_waited_for_and_dies_with_its_holder(tmp_path, capsys):
    script = textwrap.dedent(
        f"""
        import sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from espace_cli.stamps import lock
        with lock(Path({str(tmp_path / "lock")!r}), "busy"):
            print("held", flush=True)
            time.sleep(60)
        """
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {holder.pid}"])
    start = time.monotonic()
    with stamps.lock(tmp_path / "lock", "holding the lock"):
        assert time.monotonic() - start > 0.2
    assert "Another ./espace is holding the lock" in capsys.readouterr().out
    holder.wait()
    holder.stdout.close()
    killer.wait()


# Other programs -------------------------------------------------------------------


def test_a_taken_port_is_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not process.port_is_free(taken)
        assert process.free_port(taken) > taken
    assert process.port_is_free(process.free_port())


def test_a_failing_program_ends_the_command_with_its_last_words(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(console.Stop, match="(?s)Counting failed.*two and two") as stop:
        process.run(["sh", "-c", "echo two and two; exit 3"], what="Counting", log=log)
    assert "(3)" in str(stop.value)
    assert log.read_text() == "two and two\n"


def test_a_program_reads_what_it_is_given_and_is_watched(tmp_path):
    seen = []
    output = process.run(
        ["cat"],
        what="Reading",
        log=tmp_path / "log",
        text="one\ntwo\n",
        watch=seen.append,
    )
    assert output == "one\ntwo\n"
    assert seen == ["one", "two"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children")
def test_a_program_does_not_outlive_a_killed_launcher(tmp_path):
    script = textwrap.dedent(
        f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from espace_cli.process import start
        child = start(["sleep", "60"])
        print(child.pid, flush=True)
        child.wait()
        """
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )
    child = int(launcher.stdout.readline())
    assert process.alive(child, "sleep")
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    assert process.wait_for(lambda: not process.alive(child, "sleep"), 5)


def test_a_process_is_known_by_what_it_runs():
    # A process of pytest-xdist is another Python; both are known by their Python.
    assert process.alive(os.getpid(), Path(sys.executable).name)
    assert not process.alive(os.getpid(), "not in the command line")


def test_progress_is_read_from_the_log_of_odoo():
    line = "INFO db odoo.modules.loading: Loading module account (12/40)"
    assert process.odoo_progress(line) == "12/40 account"
    assert process.odoo_progress("INFO db odoo.http: ready") is None


def test_a_server_can_run_its_own_file_again(tmp_path):
    """Odoo starts the process for live notifications so, beside its workers."""
    fake = tmp_path / "odoo" / "cli" / "command.py"
    fake.parent.mkdir(parents=True)
    for package in (fake.parent, fake.parent.parent):
        (package / "__init__.py").touch()
    fake.write_text(
        textwrap.dedent(
            """
            import subprocess, sys

            def main():
                print(*sys.argv[1:], flush=True)
                if sys.argv[1] != "gevent":
                    again = [sys.executable, sys.argv[0], "gevent", *sys.argv[1:]]
                    sys.exit(subprocess.call(again))
            """
        )
    )
    command = server.server_command(
        sys.executable, "odoo.conf", "town", port=8069, workers=2
    )
    told = subprocess.check_output(
        command, env={"PYTHONPATH": str(tmp_path)}, text=True
    )
    first, again = told.splitlines()
    assert first.startswith("server -c odoo.conf -d town ")
    assert "--workers=2" in first and "--http-port=8069" in first
    assert again == f"gevent {first}"


# Which tests need a database ------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    for name in ("tests/domain", "tests/access", "addons/espace_famille/tests"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "tests/domain/test_cutoff.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    "arguments, plain",
    [
        ([], False),
        (["-k", "acceptance_deadlines"], True),
        (["-kacceptance_tariffs", "-x"], True),
        (["-k", "waiting"], False),
        (["-k", "waiting or acceptance_deadlines"], False),
        (["tests/domain"], True),
        (["tests/domain/test_cutoff.py::test_noon", "-x"], True),
        (["tests/domain", "tests/access"], False),
        (["-k", "acceptance_deadlines", "addons"], False),
        (["-k", "tests/domain"], False),
        (["-x", "--lf"], False),
    ],
)
def test_tests_without_database_are_recognised(checkout, arguments, plain):
    assert testing.Selection(arguments, checkout, checkout).plain is plain


def test_paths_are_read_from_the_folder_of_the_user(checkout):
    chosen = testing.Selection(
        ["test_cutoff.py::test_noon", "-k", "noon"], checkout, checkout / "tests/domain"
    )
    assert chosen.plain
    path = checkout / "tests/domain/test_cutoff.py"
    assert chosen.arguments == [f"{path}::test_noon", "-k", "noon"]


def test_without_paths_everything_is_run(checkout):
    chosen = testing.Selection(["-x"], checkout, checkout)
    assert chosen.arguments == ["-x", f"{checkout}/addons", f"{checkout}/tests"]
    assert not chosen.whole
    assert testing.Selection([], checkout, checkout).whole


def variables_of_a_run(**more):
    """Return the environment of a run of its own; this one may be one of several."""
    ours = ("ESPACE_WHOLE_RUN", "PYTEST_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | more


def test_a_run_that_tests_nothing_fails(tmp_path):
    def pytest_code(text, *arguments):
        path = tmp_path / "test_it.py"
        path.write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "-p"]
        guard = ["espace_cli.inside.pytest_guard", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, *guard, *arguments, str(path), f"--rootdir={tmp_path}"],
            cwd=ROOT,
            env=variables_of_a_run(),
            capture_output=True,
            check=False,
        ).returncode

    skipped = "import pytest\ndef test_it(): pytest.skip('not today')\n"
    assert pytest_code("def test_it(): pass\n") == 0
    assert pytest_code("def test_it(): assert 0\n") == 1
    assert pytest_code(skipped) == testing.NO_TEST
    assert pytest_code("") == testing.NO_TEST


def files_to_share(folder):
    """Write six test files of two tests each, in two packages; return their names."""
    for number in range(6):
        package = folder / f"package_{number // 3}"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / f"test_{number}.py").write_text(
            "import time\ndef test_one(): time.sleep(0.2)\ndef test_two(): pass\n"
        )
    return {f"test_{number}.py" for number in range(6)}


def whole_run(folder, *options, **variables):
    """Run all the files of a folder; return its exit code and its output."""
    command = [sys.executable, "-m", "pytest", "-v", "-p", "xdist.plugin", "-p"]
    guard = ["espace_cli.inside.pytest_guard", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, *guard, *options, str(folder / "tests"), f"--rootdir={folder}"],
        cwd=ROOT,
        env=variables_of_a_run(**{"ESPACE_WHOLE_RUN": "1", **variables}),
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def sharing(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return testing.sharing()


def test_one_processor_shares_with_nobody(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert testing.sharing() == ()


def test_runs_at_the_same_time_share_the_files(tmp_path, sharing):
    names = files_to_share(tmp_path / "tests")
    code, output = whole_run(tmp_path, *sharing)
    assert code == 0, output
    assert "12 passed" in output.splitlines()[-1]
    found = re.findall(r"\[gw(\d)\].* PASSED .*(test_\d\.py)::(test_\w+)", output)
    # No test runs twice, each file in one process; both have work.
    tests = [(name, test) for _process, name, test in found]
    assert sorted(tests) == sorted(
        (name, test) for name in names for test in ("test_one", "test_two")
    )
    assert len({(process, name) for process, name, _test in found}) == len(names)
    assert {process for process, _name, _test in found} == {"0", "1"}


@pytest.mark.parametrize("shared", [False, True])
def test_a_file_without_a_test_stops_a_run_of_everything(tmp_path, sharing, shared):
    files_to_share(tmp_path / "tests")
    (tmp_path / "tests" / "package_1" / "test_silent.py").write_text("VALUE = 1\n")
    code, output = whole_run(tmp_path, *(sharing if shared else ()))
    assert code == pytest.ExitCode.USAGE_ERROR, output
    assert "give no test: tests/package_1/test_silent.py" in output


@pytest.mark.parametrize("shared", [False, True])
def test_what_stays_in_the_database_is_written_last(tmp_path, sharing, shared):
    names = files_to_share(tmp_path / "tests")
    for number in (1, 4):
        path = tmp_path / "tests" / f"package_{number // 3}" / f"test_{number}.py"
        # The longest of all, too: it would else come first.
        path.write_text(
            "class TestIt:\n    test_tags = {'committed'}\n"
            f"    def test_one(self): pass\n{'#' * 500}\n"
        )
    output = whole_run(tmp_path, *(sharing if shared else ()))[1]
    # Each process has a database of its own.
    order = {}
    for found in re.finditer(r"^(\[gw\d\])?.*(test_\d\.py)::.*$", output, re.MULTILINE):
        if "PASSED" in found[0]:
            order.setdefault(found[1], []).append(found[2])
    assert {name for each in order.values() for name in each} == names
    for each in order.values():
        committed = [name in ("test_1.py", "test_4.py") for name in each]
        assert committed == sorted(committed)


def stories(folder, *numbers):
    """Make stories of these files, of two tests each."""
    for number in numbers:
        path = folder / "tests" / f"package_{number // 3}" / f"test_{number}.py"
        path.write_text(
            "class TestIt:\n"
            '    test_tags = {"-at_install", "apart"}\n'
            "    def test_one(self): pass\n    def test_two(self): pass\n"
        )


def passed(output):
    """Return the files of the tests that passed, in their order."""
    lines = [line for line in output.splitlines() if "PASSED" in line]
    return [re.search(r"test_\d\.py", line)[0] for line in lines]


@pytest.mark.parametrize("shared", [False, True])
def test_stories_have_a_run_of_their_own(tmp_path, sharing, shared):
    names = files_to_share(tmp_path / "tests")
    stories(tmp_path, 1, 4)
    code, output = whole_run(tmp_path, *(sharing if shared else ()))
    assert code == pytest.ExitCode.OK, output
    assert set(passed(output)) == names - {"test_1.py", "test_4.py"}
    code, output = whole_run(
        tmp_path, *(sharing if shared else ()), ESPACE_WHOLE_RUN="", ESPACE_STORIES="7"
    )
    assert code == pytest.ExitCode.OK, output
    assert set(passed(output)) == {"test_1.py", "test_4.py"}


def test_other_stories_are_first_on_another_day(tmp_path):
    files_to_share(tmp_path / "tests")
    stories(tmp_path, 1, 2, 4)
    first = [
        passed(whole_run(tmp_path, ESPACE_WHOLE_RUN="", ESPACE_STORIES=day)[1])[0]
        for day in ("30", "31", "32")
    ]
    assert sorted(first) == ["test_1.py", "test_2.py", "test_4.py"]


def test_no_story_begins_when_the_minutes_are_over_and_it_is_said(tmp_path):
    files_to_share(tmp_path / "tests")
    stories(tmp_path, 1, 4)
    limits = {"ESPACE_STORIES": "7", "ESPACE_STORY_MINUTES": "0"}
    code, output = whole_run(tmp_path, "-rs", ESPACE_WHOLE_RUN="", **limits)
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED, output
    assert not passed(output)
    assert "the 0 minutes for stories are over" in output


# The command line -----------------------------------------------------------------


def test_test_passes_everything_but_its_own_options_to_pytest():
    options = main.read(["test", "-k", "kept", "--keep", "-x", "--maxfail=1"])
    assert options.keep
    assert options.rest == ["-k", "kept", "-x", "--maxfail=1"]


def test_what_follows_two_dashes_is_for_the_program():
    options = main.read(["bench", "rush", "--", "--parents", "300"])
    assert options.names == ["rush"]
    assert options.rest == ["--parents", "300"]


def test_without_a_command_the_help_is_shown(capsys):
    assert main.main([]) == 2
    assert "./espace demo" in capsys.readouterr().out


def test_an_unknown_option_is_an_error(capsys):
    with pytest.raises(SystemExit) as end:
        main.read(["demo", "--frsh"])
    assert end.value.code == 2
    assert "--frsh" in capsys.readouterr().err


@pytest.mark.parametrize("name", [module.NAME for module in COMMANDS])
def test_each_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as end:
        main.read([name, "--help"])
    assert end.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


def test_an_old_python_is_told_what_is_needed():
    source = (ROOT / "espace").read_text()
    source = source.replace("sys.version_info", "(3, 9, 1)")
    source = source.replace("newer_python() if", "None if")
    ended = subprocess.run(
        [sys.executable, "-c", f"__file__ = 'espace'\n{source}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13; this is Python 3.9" in ended.stderr


# Set-up ---------------------------------------------------------------------------


def test_debian_mirrors_are_told_from_other_archives():
    assert debian.debian_mirrors(
        [
            "http://mirror.example/debian/",
            "http://mirror.example/debian",
            "http://mirror.example/debian-security/",
            "http://other.example/ubuntu/",
            "",
        ]
    ) == ["http://mirror.example/debian"]


def test_odoo_home_may_be_the_checkout_or_its_odoo_bin(tmp_path):
    (tmp_path / "odoo").mkdir()
    release = tmp_path / "odoo/release.py"
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    (tmp_path / "odoo-bin").touch()
    (tmp_path / "addons/web").mkdir(parents=True)
    (tmp_path / "addons/web/__manifest__.py").touch()
    for given in (tmp_path, tmp_path / "odoo-bin", tmp_path / "odoo"):
        found = odoo_source.from_folder(given)
        assert found.home == tmp_path
        assert found.addons == [tmp_path / "addons"]
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(console.Stop, match=r"Odoo 18\.0, not 19\.0"):
        odoo_source.from_folder(tmp_path)
    with pytest.raises(console.Stop, match="holds no Odoo"):
        odoo_source.from_folder(tmp_path / "addons/web")


def test_the_odoo_of_a_saas_branch_is_recognised(tmp_path):
    (tmp_path / "odoo").mkdir()
    text = "version_info = ('saas~18', 4, 0, FINAL, 0, '')\n"
    (tmp_path / "odoo/release.py").write_text(text)
    assert odoo_source.version_of(tmp_path) == (18, 4)


def test_the_role_postgres_is_refused_with_the_way_out(monkeypatch, tmp_path):
    here = layout.Layout(tmp_path)
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "postgres")
    with pytest.raises(console.Stop, match="createuser --createdb"):
        postgres.from_environment(here)
    monkeypatch.setenv("PGUSER", "odoo")
    monkeypatch.setenv("PGPORT", "5433")
    monkeypatch.setenv("PGPASSWORD", "secret")
    connection = postgres.from_environment(here)
    assert connection.environment() == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "odoo",
        "PGPASSWORD": "secret",
    }


def test_a_stale_process_file_of_postgresql_is_seen_through(tmp_path):
    cluster = postgres.Cluster(layout.Layout(tmp_path))
    cluster.data.mkdir(parents=True)
    assert cluster._pid() is None
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    assert cluster._pid() is None, "this test is no PostgreSQL"


# Distributions that pip believes missing although they are there in another form.
PROVIDED = ("psycopg2", "odoo")
# What a distribution needs for parts of it that nobody here imports.
UNUSED = {"eopayment": ("click", "pycryptodomex")}


def missing_packages(report):
    """Return the lines of `pip check` that are real complaints."""
    found = [line.partition(" requires ") for line in report.splitlines()]
    return [
        f"{package} requires {rest}"
        for package, _, rest in found
        if rest
        and rest.split(",")[0].split()[0]
        not in (*PROVIDED, *UNUSED.get(package.split()[0], ()))
    ]


def test_only_real_gaps_in_the_requirements_are_told():
    report = """\
odoo 19.0 requires psycopg2, which is not installed.
odoo-addon-partner_firstname 19.0 requires odoo, which is not installed.
eopayment 3.15 requires click, which is not installed.
zeep 4.3.3 requires isodate, which is not installed.
"""
    assert missing_packages(report) == [
        "zeep 4.3.3 requires isodate, which is not installed."
    ]


def test_the_requirements_hold_all_that_they_need():
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not missing_packages(checked.stdout)


def test_requirements_are_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert not line or line.startswith("#") or "==" in line, line


def test_what_is_given_away_holds_what_its_manifest_says(tmp_path):
    ours = layout.Layout()
    assert dist.run(Namespace(to=tmp_path), ours) == 0
    for addon in ours.ours():
        number = dist.version(ours, addon)
        with zipfile.ZipFile(tmp_path / f"{addon}-{number}.zip") as packed:
            names = packed.namelist()
        assert {f"{addon}/LICENSE", f"{addon}/__manifest__.py"} <= set(names)
        assert not [name for name in names if name.endswith(".pyc")]
        wheel = tmp_path / f"odoo_addon_{addon}-{number}-py3-none-any.whl"
        with zipfile.ZipFile(wheel) as packed:
            [metadata] = [n for n in packed.namelist() if n.endswith("/METADATA")]
            words = packed.read(metadata).decode()
        assert "Requires-Dist: odoo==19.0.*" in words
        if addon == "espace_famille_portal":
            assert "Requires-Dist: odoo-addon-espace_famille_billing==19.0.*" in words
    for line in (tmp_path / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert dist.digest(tmp_path / name) == digest
    again = tmp_path / "again"
    again.mkdir()
    same = dist.archive(ours, "l10n_fr_m57", again)
    assert dist.digest(same) == dist.digest(tmp_path / same.name)


def test_an_addon_that_does_not_tell_its_changes_is_not_given_away(tmp_path):
    new = tmp_path / "addons/espace_famille"
    new.mkdir(parents=True)
    (new / "__manifest__.py").write_text("{'version': '19.0.2.0.0'}")
    (new / "pyproject.toml").touch()
    (new / "readme").mkdir()
    (new / "readme/DESCRIPTION.md").touch()
    (new / "readme/HISTORY.md").write_text("## 19.0.1.0.0")
    with pytest.raises(console.Stop, match=r"what version 19\.0\.2\.0\.0 changes"):
        dist.run(Namespace(to=tmp_path / "dist"), layout.Layout(tmp_path))
    assert not (tmp_path / "dist").exists()


def test_complaints_about_our_addons_are_picked_from_the_log():
    log = """\
2026 INFO db odoo: Loading module espace_famille
2026 WARNING db odoo: account is old
2026 WARNING db odoo: field espace_famille.x has no label
"""
    found = environment.complaints(log, ["espace_famille"])
    assert found == ["2026 WARNING db odoo: field espace_famille.x has no label"]


def test_accounts_of_the_demo_are_read_as_a_table(tmp_path):
    path = tmp_path / "logins.txt"
    assert demo.read_logins(path) == []
    path.write_text("# who | login | password\n\nRégie | regie@x.fr | demo\n")
    assert demo.read_logins(path) == [["Régie", "regie@x.fr", "demo"]]


def test_measurements_are_chosen_by_name(tmp_path):
    for name in ("portal.py", "rush.py", "_common.py"):
        (tmp_path / name).touch()
    assert [path.stem for path in bench.choose(tmp_path, [])] == ["portal", "rush"]
    assert [path.stem for path in bench.choose(tmp_path, ["rush"])] == ["rush"]
    with pytest.raises(console.Stop, match="there are: portal, rush"):
        bench.choose(tmp_path, ["rsh"])


def test_figures_are_gathered_also_when_a_measurement_fails(tmp_path):
    target = tmp_path / "figures.json"
    with pytest.raises(ZeroDivisionError), bench.figures(target) as variables:
        with open(variables["ESPACE_BENCH_JSON"], "a", encoding="utf-8") as lines:
            lines.write(json.dumps({"name": "Régie", "value": 0.3}) + "\n")
        raise ZeroDivisionError
    read = json.loads(target.read_text(encoding="utf-8"))
    assert read["figures"] == [{"name": "Régie", "value": 0.3}]
    assert read["processors"] >= 1
    assert {"date", "commit", "load"} <= read.keys()
    with bench.figures(None) as variables:
        assert variables == {}


def results_of_a_check():
    broken = {
        "promise": "No session is overbooked.",
        "notice": False,
        "sentence": "These sessions have more children than places.",
        "model": "espace.session",
        "count": 12,
        "records": [f"Cantine ({number})" for number in range(10)],
    }
    return [{"promise": "Dates are dates.", "notice": False}, broken]


def test_the_results_of_a_check_are_read_from_the_output_of_odoo():
    results = results_of_a_check()
    lines = [f"check: {json.dumps(result)}" for result in results]
    output = "\n".join(["INFO Odoo version 19.0", *lines, "INFO check: ended", ""])
    assert check.read(output) == results


def test_what_breaks_a_promise_is_told_with_ten_records_at_most():
    text = "\n".join(check.report(results_of_a_check()))
    assert "ok      Dates are dates." in text
    assert "BROKEN  No session is overbooked." in text
    assert "more children than places. espace.session, 12:" in text
    assert "Cantine (9)" in text
    assert "and 2 more" in text


@pytest.mark.parametrize("notice, code", [(False, 1), (True, 0)])
def test_a_check_fails_for_what_is_broken_only(monkeypatch, capsys, notice, code):
    fine, broken = results_of_a_check()
    monkeypatch.setattr(check, "environment", lambda here: nullcontext())
    monkeypatch.setattr(
        check, "check", lambda *_args: [fine, broken | {"notice": notice}]
    )
    assert main.main(["check"]) == code
    told = capsys.readouterr()
    assert ("look" if notice else "BROKEN") in told.out
    assert ("1 of 2 promises are broken" in told.err) is not notice


def test_checks_are_chosen_by_name(tmp_path):
    tools = lint.tools(layout.Layout(tmp_path), with_node=False)
    assert [tool.name for tool in lint.choose(tools, ["ruff"])] == ["ruff"]
    with pytest.raises(console.Stop, match="No tool eslint"):
        lint.choose(tools, ["eslint"])


@pytest.mark.parametrize(
    "licence, goes",
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("(MIT OR CC-BY-3.0)", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-2.0-only", False),
        ("MIT AND SSPL-1.0", False),
        ("BUSL-1.1", False),
    ],
)
def test_a_licence_goes_with_ours_or_not(licence, goes):
    assert bom.compatible(licence) is goes
    part = bom.Part("part", "1", licence, "pkg:pypi/part@1")
    assert bool(part.problem()) is not goes
    assert bom.Part("part", "1", "", "pkg:pypi/part@1").problem()


@pytest.mark.parametrize(
    "written, spdx",
    [
        ("GNU Affero General Public License v3", "AGPL-3.0-only"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"),
        ("GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"),
        ("BSD License", "BSD-3-Clause"),
        ("Expat license", "MIT"),
        ("Other/Proprietary License", ""),
    ],
)
def test_a_licence_is_read_as_packages_write_it(written, spdx):
    assert bom.spdx_of(written) == spdx


def test_the_bill_of_materials_is_the_same_twice_and_names_our_addons():
    here = layout.Layout()
    parts = [*bom.addons(here), *bom.npm_packages(here)]
    text = bom.document(parts)
    assert text == bom.document(parts[::-1])
    found = json.loads(text)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    named = {one["name"]: one for one in found["components"]}
    assert set(here.ours()) < set(named)
    assert named["prettier"]["scope"] == "excluded"
    assert all(one["licenses"] for one in found["components"])


def test_a_tool_that_fell_over_is_told_from_what_python_ignores():
    traceback = "Traceback (most recent call last):\n  File x\nValueError: y\n"
    assert lint.fell_over("a.py:1: found\n" + traceback)
    assert not lint.fell_over("Exception ignored in: <generator z>\n" + traceback)
    assert not lint.fell_over("a.py:1: found\n")


def test_a_table_is_aligned():
    assert console.table([("a", "bb"), ("ccc", "d")]) == "a    bb\nccc  d"
    assert console.table([]) == ""


# Translations ---------------------------------------------------------------------


def catalogue(*terms):
    made = polib.POFile()
    for msgid, msgstr in terms:
        made.append(polib.POEntry(msgid=msgid, msgstr=msgstr, occurrences=[("a", "1")]))
    return made


def test_translations_stay_when_the_terms_change():
    former = catalogue(("Cart", "Panier"), ("Gone", "Parti"))
    merged = translations.merge(former, catalogue(("Cart", ""), ("New", "")))
    assert {entry.msgid: entry.msgstr for entry in merged} == {
        "Cart": "Panier",
        "New": "",
    }
    assert translations.untranslated(merged) == ["New"]


def test_what_is_missing_in_the_translations_is_told(tmp_path):
    source = catalogue(("Cart", ""), ("New", ""))
    catalogue(("Cart", "")).save(str(tmp_path / "addon.pot"))
    catalogue(("Cart", "Panier")).save(str(tmp_path / "fr.po"))
    found = translations.problems(source, tmp_path, "addon")
    assert found == [
        "addon.pot is not up to date: run ./espace i18n",
        "no French for: 'New'",
    ]


def test_a_catalogue_is_written_only_when_it_changes(tmp_path):
    path = tmp_path / "i18n" / "fr.po"
    assert translations.write(catalogue(("Cart", "Panier")), path)
    assert not translations.write(catalogue(("Cart", "Panier")), path)
    assert translations.same_terms(translations.read(path), catalogue(("Cart", "")))


# Mails ----------------------------------------------------------------------------


def test_mails_are_written_to_files_and_told(tmp_path):
    told = []
    message = EmailMessage()
    message["From"] = "mairie@valdurenque.example"
    message["To"] = "parent@example.org"
    message["Subject"] = "Réservation confirmée"
    message.set_content("Bonjour,\n.\nune ligne qui commence par un point\n")
    with (
        beside.mail_box(sys.executable, tmp_path, told.append) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=5) as client,
    ):
        client.send_message(message)
        client.send_message(message, to_addrs=["a@x.fr", "b@x.fr"])
    first, second = sorted(tmp_path.glob("*.eml"))
    assert "parent@example.org" in first.name
    assert "a@x.fr_b@x.fr" in second.name
    assert b"\r\n.\r\nune ligne" in first.read_bytes()
    assert told[0] == "Mail to parent@example.org: Réservation confirmée"


def test_the_mail_box_survives_a_client_that_leaves(tmp_path):
    with beside.mail_box(sys.executable, tmp_path, print) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(
                b"HELO x\r\nMAIL FROM:<a@x.fr>\r\nRCPT TO:<b@x.fr>\r\nDATA\r\nhalf"
            )
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            client.helo()
            assert client.noop()[0] == 250
            assert client.docmd("DATA")[0] == 503
            assert client.docmd("SING", "root")[0] == 500
    assert not list(tmp_path.glob("*.eml"))


def test_a_mail_box_that_does_not_start_is_told(tmp_path):
    with (
        pytest.raises(console.Stop, match="mail box did not start"),
        beside.mail_box("/bin/false", tmp_path, print),
    ):
        pass


# PayFiP ---------------------------------------------------------------------------


def test_the_double_of_payfip_serves_a_page():
    port = process.free_port()
    page = f"http://{beside.HOST}:{port}/tpa/paiementws.web?idop=nobody"
    program = ROOT / "addons" / beside.PAYFIP.program
    with (
        beside.running("double", sys.executable, program, port, told=print),
        pytest.raises(urllib.error.HTTPError) as answer,
    ):
        urllib.request.urlopen(page, timeout=60)
    assert answer.value.code == 410
    assert "PayFiP" in answer.value.read().decode()


def test_a_double_that_does_not_start_is_told():
    with (
        pytest.raises(console.Stop, match="double did not start"),
        beside.running("double", "/bin/false", Path("double.py"), told=print),
    ):
        pass


@pytest.mark.parametrize("installed", [False, True])
@pytest.mark.parametrize("double", [beside.PAYFIP, beside.PARTICULIER])
def test_a_database_that_asks_the_true_service_has_no_double(double, installed):
    class Databases:
        """Answers that the addon is installed, and that nobody asks this machine."""

        asked = []

        def query(self, sql, database, **values):
            self.asked.append(sql)
            return [["1"]] if installed and sql == double.is_installed else []

    prepared = Namespace(databases=Databases(), layout=layout.Layout())
    with double.beside(prepared, "any", print) as address:
        assert not address
    assert not [sql for sql in Databases.asked if "UPDATE" in sql]


# Another day ----------------------------------------------------------------------

OTHER_DAY = "2031-05-06"


def test_a_program_and_what_it_starts_run_on_another_day():
    try:
        variables = os.environ | day.move(f"{OTHER_DAY}T10:00")
    except console.Stop:
        pytest.skip("libfaketime is not installed")
    code = (
        "import subprocess, sys, threading, time, datetime\n"
        "start = time.monotonic()\n"
        "time.sleep(0.1)\n"
        "threading.Event().wait(0.1)\n"
        "assert 0.2 <= time.monotonic() - start < 20\n"
        "print(datetime.date.today(), flush=True)\n"
        "subprocess.run(['date', '+%F'])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=variables | {"PYTHONPATH": str(day.PATCH)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.split() == [OTHER_DAY, OTHER_DAY]


def test_a_day_that_is_none_is_refused():
    with pytest.raises(console.Stop, match="31 février"):
        day.move("31 février")


def test_without_libfaketime_it_is_told_how_to_install_it(tmp_path):
    with pytest.raises(console.Stop, match="apt-get install faketime"):
        day.move(OTHER_DAY, usr=tmp_path)
