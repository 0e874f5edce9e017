"""The minute when bookings open, as every parent lives it, over HTTP.

There are brothers and sisters who come together or not at all, places that run out,
requests whose answer never arrives and that are sent again, payments that nobody ends.
Each parent notes what it asked, when, and what it was told; afterwards the database is
asked whether that was true, exact and fair.
"""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import requests
from lxml import html

from odoo import fields

from odoo.addons.espace_famille.domain.booking import SEAT_STATES

from .rush import CART, Answer, Crowd, Parent, form_token, open_session
from .town import Town

HELD, FULL, WAITING, PAID, LEFT = "held", "full", "waiting", "paid", "left"

# One parent of so many.
SIBLINGS, UNHEARD, ABANDON, LEAVE = 4, 12, 5, 10

RANK = re.compile(r"rang (\d+)")

# Longer than a page of payment may hold places.
HOURS_LATER = timedelta(hours=2)


@dataclass
class Seeker:
    """One parent: who it is, and what it lived."""

    number: int
    family_id: int
    user_id: int
    children: int
    session_id: str
    token: str
    # What it was told, in order, and when it asked and heard of its cart.
    told: list[str] = field(default_factory=list)
    asked: float = 0
    heard: float = 0
    asked_to_wait: float = 0
    heard_of_waiting: float = 0
    rank: int = 0
    # Of its payment: what the bank calls it, and where it leads back to.
    reference: str = ""
    landing: str = ""
    # What it had to do again, and why.
    again: Counter = field(default_factory=Counter)

    @property
    def unheard(self) -> bool:
        """Whether the answer to its first request is lost on the way."""
        return self.number % UNHEARD == UNHEARD - 1

    @property
    def abandons(self) -> bool:
        """Whether it closes the page of the payment, if it comes that far."""
        return self.number % ABANDON == ABANDON - 1

    @property
    def leaves(self) -> bool:
        """Whether it goes when all is full, instead of waiting."""
        return self.number % LEAVE == LEAVE - 1


class Opening:
    """A commune, a day with few places, and the parents who want it."""

    def __init__(self, transaction: Callable, places: int):
        self.transaction = transaction
        self.places = places
        self.seekers: list[Seeker] = []
        self.company_id = self.provider_id = 0
        self.day: date | None = None
        self.seconds: dict[str, list[float]] = {}
        self.noting = threading.Lock()
        # What each parent sends a form to, and with what; others may come between.
        self.door, self.browser = None, requests.Session

    # === Before === #

    def build(self, parents: int, name: str, told: Callable = lambda _done: None):
        """Create the commune; the day is in the cart of every parent."""
        with self.transaction(tracking_disable=True) as env:
            town = Town.build(env, name)
            town._create_regie()
            provider = town._publish_provider()
            provider.code = "demo"
            [self.day] = town.coming_days(1)
            self.product = town.add_service(
                "Centre",
                [self.day],
                capacity=self.places,
                waiting_list=True,
                billing_mode="booking",
            )
            self.company_id, self.provider_id = town.company.id, provider.id
            for number in range(parents):
                self.seekers.append(self._seeker(town, number))
                if number % 100 == 99:
                    env.flush_all()
                    env.cr.commit()
                    env.invalidate_all()
                    told(number + 1)
        return self

    def _seeker(self, town, number):
        count = 2 if number % SIBLINGS == SIBLINGS - 1 else 1
        family = town.add_family(f"{number} {town.company.name}", children=count)
        user = town.add_parent(family)
        items = [(child, self.product, self.day) for child in family.child_ids]
        town.Reservation._add_to_cart(family, items)
        session_id = open_session(town.env, user)
        token = form_token(town.env, session_id)
        return Seeker(number, family.id, user.id, count, session_id, token)

    # === The minute === #

    def run(self, door, seconds: float, patience: float = 3600) -> None:
        """Let all of them come within some seconds, and wait until all have ended."""
        self.door = door
        draw = random.Random(20270901)
        delays = [draw.uniform(0, seconds) for _seeker in self.seekers]
        stories = [
            lambda seeker=seeker: self._live(seeker, patience)
            for seeker in self.seekers
        ]
        Crowd(stories, delays, patience=patience + 600).run()

    def _live(self, seeker, patience):
        parent = self._at_the_door(seeker)
        end = time.monotonic() + patience
        seeker.asked = time.monotonic()
        if seeker.unheard:
            parent.hang_up(f"{CART}/valider", 0.05)
            seeker.again["no answer"] += 1
            time.sleep(1)
        answer = self._insist(seeker, end, "validate", lambda one: one.validate())
        seeker.heard = time.monotonic()
        if answer.url.endswith(f"{CART}/paiement"):
            seeker.told.append(HELD)
            if seeker.abandons:
                seeker.told.append(LEFT)
            else:
                self._pay(seeker, answer, end)
        elif answer.url.endswith(CART) and "Rien n’a pu être réservé" in answer.shown:
            seeker.told.append(FULL)
            self._wait(seeker, answer, end)
        else:
            seeker.told.append(f"? {answer.url} {answer.shown[:200]}")

    def _at_the_door(self, seeker):
        return self.come_to(self.door, seeker)

    def come_to(self, door, seeker):
        parent = Parent(door, seeker.session_id, self.browser())
        parent.token = seeker.token
        return parent

    def _insist(self, seeker, end, label, action) -> Answer:
        """Do something until it is answered by a page; note how long the last took."""
        parent = self._at_the_door(seeker)
        while True:
            try:
                answer = action(parent)
                reason = self._why_again(answer)
            except requests.RequestException as error:
                reason = type(error).__name__
            if not reason:
                with self.noting:
                    self.seconds.setdefault(label, []).append(answer.seconds)
                return answer
            seeker.again[reason] += 1
            if time.monotonic() > end:
                raise RuntimeError(f"Never answered: {seeker.number}, {reason}")
            time.sleep(1)
            if reason == "logged out":
                self._log_in(seeker)
            parent = self._at_the_door(seeker)

    def _why_again(self, answer):
        if answer.status in (502, 503, 504):
            return "resting"
        if answer.status >= 500:
            return f"error {answer.status}"
        if answer.status == 404:
            return "no database"
        if "/web/login" in answer.url or answer.status == 400:
            # The token of a form goes with the session.
            return "logged out"
        return answer.trouble

    def _log_in(self, seeker):
        """Log the parent in again, as the form of the log-in does."""
        try:
            with self.transaction() as env:
                user = env["res.users"].browse(seeker.user_id)
                seeker.session_id = open_session(env, user)
                seeker.token = form_token(env, seeker.session_id)
        except Exception as error:  # noqa: BLE001 - the database rests: once more
            seeker.again[f"log-in {type(error).__name__}"] += 1

    def _pay(self, seeker, answer, end):
        """Pay as the form of the payment does, until the bank has said yes."""

        def pay(parent):
            page = parent.get(f"{CART}/paiement")
            [form] = html.fromstring(page.text).xpath("//form[@id='o_payment_form']")[
                :1
            ] or [None]
            if form is None:
                # Paid by a request whose answer was lost, or what the bank said was:
                # it says it again.
                if seeker.reference:
                    self._bank_says_yes(parent, seeker)
                    return parent.get(seeker.landing)
                return page
            [choice] = form.xpath(".//input[@name='o_payment_radio']")[:1]
            made = parent.call(
                form.get("data-transaction-route"),
                provider_id=int(choice.get("data-provider-id")),
                payment_method_id=int(choice.get("data-payment-option-id")),
                token_id=None,
                flow="direct",
                tokenization_requested=False,
                landing_route=form.get("data-landing-route"),
                is_validation=False,
            )
            if "result" not in made:
                time.sleep(1)
                return parent.get(f"{CART}/paiement")
            seeker.reference = made["result"]["reference"]
            seeker.landing = form.get("data-landing-route")
            self._bank_says_yes(parent, seeker)
            return parent.get(seeker.landing)

        for _try in range(5):
            answer = self._insist(seeker, end, "pay", pay)
            if "/paiement/confirmation" in answer.url or "/confirmation" in answer.url:
                seeker.told.append(PAID)
                return
            if self._paid(seeker):
                seeker.told.append(PAID)
                return
        seeker.told.append(f"? pay {answer.url} {answer.shown[:200]}")

    def _bank_says_yes(self, parent, seeker):
        parent.call(
            "/payment/demo/simulate_payment",
            reference=seeker.reference,
            payment_details="4242",
            simulated_state="done",
        )
        for _time in range(20):
            told = parent.call("/payment/status/poll").get("result") or {}
            if told.get("state") == "done":
                break
            time.sleep(0.5)

    def _paid(self, seeker):
        with self.transaction() as env:
            states = (
                env["espace.reservation"]
                .search([("family_id", "=", seeker.family_id)])
                .mapped("state")
            )
        return set(states) == {"confirmed"}

    def _wait(self, seeker, answer, end):
        """Ask for the waiting list and read the rank, or go."""
        buttons = html.fromstring(answer.text).xpath("//button[@data-action='wait']")
        if seeker.leaves or not buttons:
            seeker.told.append(LEFT)
            return
        line = buttons[0].get("value")
        seeker.asked_to_wait = time.monotonic()
        answer = self._insist(
            seeker,
            end,
            "wait",
            lambda one: one.post(f"{CART}/attendre", line=line),
        )
        seeker.heard_of_waiting = time.monotonic()
        found = RANK.search(answer.shown)
        if not found:
            # It was on the list by a request whose answer was lost: the month says so.
            day = f"/my/reservations?view=week&date={self.day}&child=all"
            answer = self._insist(seeker, end, "month", lambda one: one.get(day))
            found = RANK.search(answer.shown)
        seeker.rank = int(found[1]) if found else 0
        seeker.told.append(WAITING)

    # === What the database says === #

    def seats(self, env) -> dict[int, int]:
        """Return {family id: seats it holds}."""
        groups = env["espace.reservation"]._read_group(
            [("company_id", "=", self.company_id), ("state", "in", SEAT_STATES)],
            ["family_id"],
            ["__count"],
        )
        return {family.id: count for family, count in groups}

    def told(self, *words) -> list[Seeker]:
        return [one for one in self.seekers if set(words) & set(one.told)]

    def strange(self) -> list[str]:
        """Return what parents were told and could not make sense of."""
        return [
            word
            for one in self.seekers
            for word in one.told or ["nothing"]
            if word.startswith(("?", "nothing"))
        ]

    def wrong(self, env) -> list[str]:
        """Return whom the database does not treat as it was told."""
        seats = self.seats(env)
        found = [
            f"{one.number}: {one.told}, has {seats.get(one.family_id, 0)} seats"
            for one in self.seekers
            if seats.get(one.family_id, 0) != (one.children if HELD in one.told else 0)
        ]
        states = {}
        for line in env["espace.reservation"].search_fetch(
            [("company_id", "=", self.company_id)], ["family_id", "state"]
        ):
            states.setdefault(line.family_id.id, set()).add(line.state)
        for one in self.seekers:
            for word, state in ((PAID, "confirmed"), (WAITING, "waiting")):
                if word in one.told and states.get(one.family_id) != {state}:
                    found.append(f"{one.number}: {one.told}, {states[one.family_id]}")
        return found

    def doubled(self, env) -> int:
        """Return how many bookings, invoices or payments exist twice."""
        env.cr.execute(
            """SELECT count(*) FROM (
                   SELECT 1 FROM espace_reservation
                    WHERE company_id = %(company)s AND state != 'cancelled'
                    GROUP BY child_id, session_id HAVING count(*) > 1
                   UNION ALL
                   SELECT 1 FROM account_move
                    WHERE company_id = %(company)s AND move_type = 'out_invoice'
                      AND state != 'cancel'
                    GROUP BY espace_family_id HAVING count(*) > 1
                   UNION ALL
                   SELECT 1 FROM account_payment
                    WHERE company_id = %(company)s AND state != 'canceled'
                    GROUP BY espace_family_id HAVING count(*) > 1
               ) AS twice""",
            {"company": self.company_id},
        )
        return env.cr.fetchone()[0]

    def passed_over(self) -> int:
        """Count those told that it is full before somebody asked and got a place.

        Two children come together: who asks for one place may get the last.
        """
        winners = [one for one in self.told(HELD) if not one.again]
        last = {
            count: max((w.asked for w in winners if w.children >= count), default=0)
            for count in (1, 2)
        }
        return sum(one.heard < last[one.children] for one in self.told(FULL))

    def in_order(self) -> int:
        """Count how many of those who asked first, as many as got a place, got one."""
        ranked = sorted(self.seekers, key=lambda one: one.asked)
        first = ranked[: len(self.told(HELD))]
        return sum(HELD in one.told for one in first)

    def queue(self, env) -> list[int]:
        """Return the families that wait, in the order of the ranks shown to them."""
        lines = env["espace.reservation"].search(
            [("company_id", "=", self.company_id), ("state", "=", "waiting")]
        )
        ranks = {}
        for line in lines:
            family_id, rank = line.family_id.id, line.waiting_rank
            ranks[family_id] = min(ranks.get(family_id, rank), rank)
        self.ranks = ranks
        return sorted(ranks, key=ranks.get)

    def overtaken(self) -> int:
        """Count those on the list whose rank was told before another asked, and lost.

        To be called after `queue`.
        """
        waiting = [one for one in self.told(WAITING) if one.family_id in self.ranks]
        waiting.sort(key=lambda one: self.ranks[one.family_id])
        found, latest = 0, 0.0
        for one in waiting:
            # Somebody of a better rank asked only after this one had its answer.
            found += one.heard_of_waiting < latest
            latest = max(latest, one.asked_to_wait)
        return found

    def worse(self) -> int:
        """Count those whose rank is not the one they were told."""
        return sum(
            one.rank != self.ranks.get(one.family_id) for one in self.told(WAITING)
        )

    # === Hours later === #

    def let_holds_expire(self, env) -> tuple[int, int, int]:
        """Free what nobody paid; return (seats freed, families given one, unfair).

        Unfair is whoever was given a place before a better rank that it would have
        been enough for.
        """
        queue = self.queue(env)
        sizes = {one.family_id: one.children for one in self.seekers}
        now = fields.Datetime.now() + HOURS_LATER
        company = env["res.company"].browse(self.company_id)
        before = sum(self.seats(env).values())
        abandoned = self.told(HELD)
        env["espace.reservation"].with_company(company)._release_expired(now)
        seats = self.seats(env)
        given = [family_id for family_id in queue if seats.get(family_id)]
        kept = {one.family_id for one in abandoned} & set(seats)
        freed = before - sum(seats[family_id] for family_id in kept)
        left, unfair = self.places - sum(seats[f] for f in kept), 0
        for family_id in queue:
            fits = sizes[family_id] <= left
            unfair += fits != (family_id in given)
            left -= sizes[family_id] if family_id in given else 0
        return freed, len(given), unfair
