"""Whether an answer's time tells who has an account: wrong passwords, lost passwords.

Each door is tried with addresses that are known and addresses that are not, in turns,
on a server outside test mode, where passwords are hashed as in production. Promise: the
medians are within 20 % of one another.
"""

import argparse
import re
import time

import requests
from _odoo import CONF, DATABASE, Report, Town, median, ms, transaction
from passlib.context import CryptContext

from odoo.addons.base.models.res_users import MIN_ROUNDS

from tests.rush import ERROR, Server

APART = 1.2
DOORS = {
    "Log-in, wrong password": ("/web/login", {"password": "pas-celui-ci-42"}),
    "Forgotten password": ("/web/reset_password", {}),
}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def main():
    options = arguments()
    report = Report()
    known = build(options.tries)
    unknown = [f"inconnu{number}@example.org" for number in range(options.tries)]
    with Server(DATABASE, CONF, workers=options.workers).running() as server:
        for label, (path, values) in DOORS.items():
            door = Door(server, path, values)
            # The first answer of a worker compiles its page.
            for _worker in range(2 * max(options.workers, 1)):
                door.seconds("premier@example.org")
            pairs = [
                (door.seconds(one), door.seconds(other))
                for one, other in zip(known, unknown, strict=True)
            ]
            compare(report, label, pairs)
        report.expect("Errors in the server's log", server.count(ERROR), 0)
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=30, help="of each kind, a door")
    parser.add_argument("--workers", type=int, default=0)
    return parser.parse_args()


def build(count):
    """Build parents who have a password; return their addresses."""
    context = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=MIN_ROUNDS)
    hashed = context.hash("Trottinette-verte-42")
    with transaction(tracking_disable=True) as env:
        town = Town.build(env)
        # Odoo's own brake, of one computer and one minute, would answer at once.
        env["ir.config_parameter"].set_param("base.login_cooldown_after", "0")
        users = env["res.users"]
        for number in range(count):
            user = town.add_parent(town.add_family(number, children=1))
            user.login = f"connu{number}@example.org"
            users |= user
        env.flush_all()
        env.cr.execute(
            "UPDATE res_users SET password = %s WHERE id = ANY(%s)", (hashed, users.ids)
        )
        return users.mapped("login")


class Door:
    """A form that takes an address, filled in as by a browser."""

    def __init__(self, server, path, values):
        self.url, self.values = f"{server.url}{path}", values
        self.browser = requests.Session()
        self.browser.headers["Connection"] = "close"
        self.token = TOKEN.search(self.browser.get(self.url, timeout=60).text)[1]

    def seconds(self, login):
        """Return how long the answer takes; our own limits are lifted before."""
        with transaction() as env:
            env["espace.rate.limit"].search([]).unlink()
        data = {"csrf_token": self.token, "login": login, **self.values}
        start = time.perf_counter()
        answer = self.browser.post(self.url, data=data, timeout=60)
        taken = time.perf_counter() - start
        if answer.status_code != 200 or "csrf_token" not in answer.text:
            raise SystemExit(f"No proper answer for {login}: {answer.status_code}")
        return taken


def compare(report, label, pairs):
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    ratio = max(known, unknown) / min(known, unknown)
    for who, taken in (("known", known), ("unknown", unknown)):
        label_of_it = f"{label}: {who}, median of {len(pairs)}"
        report.figure(label_of_it, f"{ms(taken):>8}", taken)
    report.at_most(f"{label}: apart", ratio, APART, "times")


if __name__ == "__main__":
    main()
