"""The page of attendance with 60 and with 10,000 families: opening it, a tap, an hour.

Promise: the lists of a day with 300 children open in at most 300 ms of the server, a
tap takes at most 50 ms, and the 80 taps of an hour without network are taken in at most
3 s. A device that asks what others did is told in at most 15 ms that it was nothing,
and in at most 50 ms what they did of 80 children. Server time is what Odoo logs for the
request, its queries included; the median counts. The 300 children are those of one
school; with 10,000 families the other children are at other schools, as a tablet is
told its own.
"""

import argparse
import re
import time
import uuid

from _copies import copy_family
from _odoo import CONF, DATABASE, Report, Town, median, ms, transaction

from tests.rush import ERROR, Parent, Server, open_session

OPEN, TAP, HOUR, NOTHING = 0.300, 0.050, 3.0, 0.015
FEW, MANY = 60, 10_000
CHILDREN, OFFLINE = 300, 80
PAGE = "/espace-famille/pointage"

LOGGED = re.compile(r'"POST (\S+) HTTP/1.1" 200 - (\d+) ([\d.]+) ([\d.]+)')


def main():
    options = arguments()
    report = Report()
    day = build()
    done = FEW
    for count in (FEW, MANY):
        if count == MANY:
            with transaction() as env:
                family = env["espace.family"].browse(day["family"])
                copy_family(family, done + 1, MANY)
        measure(report, day, count, options.times)
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="requests of each kind")
    return parser.parse_args()


def build():
    """Build a school with 300 children who eat today, and a family to copy."""
    with transaction(tracking_disable=True) as env:
        town = Town.build(env)
        today = town.company._espace_today()
        option = town.add_service("Cantine", [today], capacity=100_000)
        children = []
        for number in range(FEW):
            family = town._create_family(f"Famille {number}", ["Claire", "Marc"])
            for rank in range(CHILDREN // FEW):
                name = f"Enfant{number}-{rank}"
                child = town._create_child(family, name, town.class_cp)
                children.append(child)
                town.Reservation._book(family, [(child, option, today)], staff=True)
        other = env["espace.school"].create(
            {"name": "Autre", "company_id": town.company.id}
        )
        there = env["espace.school.class"].create(
            {"name": "CE1", "school_id": other.id, "level": "ce1"}
        )
        copied = town._create_family("Copiée", ["Claire"])
        for name in ("Un", "Deux"):
            town._create_child(copied, name, there)
        agent = env["res.users"].create(
            {
                "name": "Agent",
                "login": f"agent-{uuid.uuid4().hex[:6]}",
                "company_id": town.company.id,
                "company_ids": [(6, 0, town.company.ids)],
                "group_ids": [(4, env.ref("espace_famille.group_animation").id)],
            }
        )
        return {
            "school": town.class_cp.school_id.id,
            "session": option.espace_activity_id.session_ids.id,
            "children": [child.id for child in children],
            "family": copied.id,
            "agent": open_session(env, agent),
        }


def measure(report, day, count, times):
    """Measure the page with so many families and print what it took."""
    with Server(DATABASE, CONF, 0).running() as server:
        tablet = Parent(server, day["agent"])
        news = {"sessions": [day["session"]], "schools": [day["school"]]}
        for _time in range(times):
            lists = call(tablet, "open", device="bench-1", schools=news["schools"])
        [listed] = [one for one in lists["lists"] if one["session"] == day["session"]]
        report.expect("Children on the list", len(listed["children"]), CHILDREN)
        for number in range(times):
            taps = [gesture(day, day["children"][number % CHILDREN], number)]
            call(tablet, "send", device="bench-1", events=taps, **news)
        sent = len(LOGGED.findall(server.log.read_text(errors="replace")))
        heads = {}
        for number in range(3):
            before = call(tablet, "news", since=time.time() * 1000, **news)
            # What was done before this hour is known by then.
            time.sleep(16)
            taps = [
                # A device that has not seen the answer before says another one: it is
                # kept beside, and changes nothing.
                {**gesture(day, child, number + 1), "seen": heads.get(child, [])}
                for child in day["children"][100 : 100 + OFFLINE]
            ]
            done = call(tablet, "send", device="bench-1", events=taps, **news)
            heads.update({row["child"]: row["heads"] for row in done["rows"]})
        polled = len(LOGGED.findall(server.log.read_text(errors="replace")))
        since = before["now"] + 16_000
        for _time in range(times):
            told = call(tablet, "news", since=since, **news)
        report.expect("Children that others marked", len(told["rows"]), OFFLINE)
        asked = len(LOGGED.findall(server.log.read_text(errors="replace")))
        for _time in range(times):
            quiet = call(tablet, "news", since=since, stamps=told["stamps"], **news)
        report.expect("Children marked since", len(quiet["rows"]), 0)
        lines = LOGGED.findall(server.log.read_text(errors="replace"))
        errors = server.count(ERROR)
    opened = taken(lines, "open")
    tapped = taken(lines[:sent], "send")
    hours = taken(lines[sent:polled], "send")
    many, nothing = taken(lines[polled:asked], "news"), taken(lines[asked:], "news")
    label = f"{count} families"
    show(report, f"{label}: {CHILDREN} children open", opened[2:], OPEN)
    show(report, f"{label}: a tap", tapped[2:], TAP)
    show(report, f"{label}: {OFFLINE} taps of an hour", hours, HOUR)
    show(report, f"{label}: what others did of {OFFLINE}", many[2:], TAP)
    show(report, f"{label}: that nothing is new", nothing[2:], NOTHING)
    report.expect("Errors in the server's log", errors, 0)


def call(tablet, name, **params):
    answer = tablet.call(f"{PAGE}/{name}", **params)
    if "error" in answer:
        raise SystemExit(f"{name}: {answer['error']['data']['message']}")
    return answer["result"]


def gesture(day, child, number):
    return {
        "uid": str(uuid.uuid4()),
        "session": day["session"],
        "child": child,
        "answer": "absent" if number % 2 else "present",
        "at": time.time() * 1000,
    }


def taken(lines, name):
    """Return [(seconds of the server, queries)] of the calls of this name, in order."""
    return [
        (float(database) + float(rest), int(queries))
        for path, queries, database, rest in lines
        if path == f"{PAGE}/{name}"
    ]


def show(report, label, found, budget):
    seconds = [duration for duration, _queries in found]
    queries = max(queries for _duration, queries in found)
    text = f"fastest {ms(min(seconds))}"
    report.budget(label, median(seconds), budget, text, queries)


if __name__ == "__main__":
    main()
