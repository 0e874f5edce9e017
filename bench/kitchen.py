"""The kitchen's week of 20 schools: what its screen asks for, and its sheet.

Promise: the week of 20 schools, 2,000 children who eat on five days and a past of
twelve weeks, from which the forecast is learned, with the menus of its days, is read in
at most 1 s by one call of the screen. The median counts.
"""

import argparse
import uuid
from datetime import datetime, time, timedelta

from _copies import copy_family
from _odoo import Report, Town, median, ms, seconds, transaction

BUDGET = 1.0
SCHOOLS, CHILDREN, WEEKS = 20, 100, 12
LEVELS = ("ps", "gs", "cp", "ce2", "cm2")


def main():
    options = arguments()
    report = Report()
    built = build()
    samples = [load(built) for _time in range(options.times + 1)][1:]
    with transaction(built["agent"]) as env:
        week = env["espace.kitchen"].load_week(built["monday"])
    report.expect("Meals of the week", week["sums"][0]["total"], built["meals"])
    report.expect("Days with a menu", sum(bool(m["dishes"]) for m in week["menus"]), 5)
    report.budget("Week of 20 schools", median(samples), BUDGET)
    report.figure("the slowest", ms(max(samples)), max(samples))
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="calls")
    return parser.parse_args()


def load(built):
    """Return the seconds of a call in a transaction of its own, as of a request."""
    with transaction(built["agent"]) as env:
        kitchen = env["espace.kitchen"]
        return seconds(lambda: kitchen.load_week(built["monday"]))


def build():
    """Build schools whose children eat each weekday of the past and of this week."""
    with transaction(tracking_disable=True) as env:
        town = Town.build(env)
        monday = town.today - timedelta(days=town.today.weekday())
        first = monday - timedelta(weeks=WEEKS)
        days = [
            first + timedelta(days=number)
            for number in range(7 * (WEEKS + 1))
            if number % 7 < 5
        ]
        town.year.date_from = min(town.year.date_from, first)
        # What has no price is not booked.
        town.prices.date_from = first
        meal = town.add_service("Cantine", days, capacity=100_000)
        meal.espace_includes_meal = True
        family = town._create_family("Famille", ["Claire"])
        diets = env["espace.diet"].search([("company_id", "=", town.company.id)])
        for number in range(SCHOOLS):
            school = env["espace.school"].create(
                {
                    "name": f"École {number + 1:02d}",
                    "company_id": town.company.id,
                    "adult_meals": 4,
                }
            )
            level = LEVELS[number % len(LEVELS)]
            there = env["espace.school.class"].create(
                {"name": level.upper(), "level": level, "school_id": school.id}
            )
            town._create_child(
                family,
                f"Enfant {number + 1}",
                there,
                diet_id=diets[number % len(diets)].id,
            )
        past = datetime.combine(first - timedelta(days=2), time(8))
        items = [(child, meal, day) for child in family.child_ids for day in days]
        quotes = town.Reservation._book(family, items, staff=True, now=past)
        assert {quote.status for quote in quotes} == {"booked"}
        served = family.reservation_ids.filtered(lambda one: one.date < town.today)
        served.attendance = "present"
        serve(env, town, monday)
        agent = env["res.users"].create(
            {
                "name": "Agent",
                "login": f"agent-{uuid.uuid4().hex[:6]}",
                "company_id": town.company.id,
                "company_ids": [(6, 0, town.company.ids)],
                "group_ids": [(4, env.ref("espace_famille.group_manager").id)],
            }
        )
        copy_family(family, 2, CHILDREN)
        adults = 4 * SCHOOLS * 5
        return {
            "agent": agent.id,
            "monday": monday.isoformat(),
            "meals": SCHOOLS * CHILDREN * 5 + adults,
        }


def serve(env, town, monday):
    """Enter a menu of five dishes for each day of the week."""
    allergens = env["espace.allergen"].search([])
    courses = ("starter", "main", "side", "dairy", "dessert")
    env["espace.menu"].create(
        [
            {
                "date": monday + timedelta(days=number),
                "company_id": town.company.id,
                "dish_ids": [
                    (
                        0,
                        0,
                        {
                            "course": course,
                            "name": f"Plat {course}",
                            "allergen_ids": allergens[rank : rank + 3].ids,
                        },
                    )
                    for rank, course in enumerate(courses)
                ],
            }
            for number in range(5)
        ]
    )


if __name__ == "__main__":
    main()
