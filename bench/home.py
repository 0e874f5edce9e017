"""The first screen of each role, and the figures, with 60 and with 10,000 families.

Promise: each home is read in at most 300 ms of the server, by as many queries, whatever
the families and the years that are past; each figure in at most 300 ms for the three
months that it opens with. The families have three years of bookings, one day a week;
the days before this month are locked. The hours for the CAF, a window over each child's
days that is opened to declare a quarter, have 500 ms. Each figure is the best of some
calls after the first, which reads what Odoo keeps.
"""

import argparse
from datetime import date, timedelta

from _copies import copy_family
from _odoo import Report, Town, seconds, transaction
from dateutil.relativedelta import relativedelta

from odoo.addons.espace_famille_billing.tests.common_regie import Regie

BUDGET = 0.3
SLOWER = {"Hours for the CAF": 0.5}
FEW = 60
WEEKS = 3 * 36
UNPAID = 2

ROLES = ("animation", "kitchen", "manager", "finance", "administration")


class Office(Regie, Town):
    """The commune around today, with a régie."""


def main():
    options = arguments()
    report = Report()
    company_id, family_id, users = build(options.weeks)
    done, queries_of = 1, {}
    for count in sorted({FEW, options.families}):
        with transaction() as env:
            copy_family(env["espace.family"].browse(family_id), done, count - 1)
            # As autovacuum does within a minute of so many new rows.
            env.cr.execute("ANALYZE")
            env.cr.execute("SELECT count(*) FROM espace_reservation")
            [bookings] = env.cr.fetchone()
            line = f"{count} families: bookings"
            report.figure(line, f"{bookings:>8}", bookings, unit="")
        done = count
        where = {"allowed_company_ids": [company_id], "lang": "fr_FR"}
        for label, (user, screen) in SCREENS.items():
            best, queries = measure(screen, users[user], where, options.times)
            queries_of.setdefault(label, []).append(queries)
            limit = SLOWER.get(label, BUDGET)
            line = f"{count} families: {label}"
            report.budget(line, best, limit, queries=queries)
    for label, counts in queries_of.items():
        if label.startswith("Home"):
            report.expect(f"{label}: queries", counts[-1], counts[0])
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=WEEKS, help="of bookings")
    parser.add_argument("--times", type=int, default=3, help="measurements a screen")
    return parser.parse_args()


def measure(screen, user_id, context, times):
    """Return the best seconds of a screen, and its queries."""
    samples = []
    for _time in range(times + 1):
        with transaction(user_id, **context) as env:
            taken = seconds(lambda env=env: screen(env))
            samples.append((taken, env.cr.sql_log_count))
            env.cr.rollback()
    return min(samples[1:])


# === Screens === #


def home(role):
    return lambda env: env["espace.home"].load(role)


def figure(model, groups, sums, field="date"):
    """Return what reads a pivot over the three months that it opens with."""

    def read(env):
        first = date.today().replace(day=1) - relativedelta(months=2)
        env[model].formatted_read_group(
            [(field, ">=", first)] if field else [], groups, sums
        )

    return read


SCREENS = {
    **{f"Home of {role}": (role, home(role)) for role in ROLES},
    "Attendance by activity and month": (
        "manager",
        figure(
            "espace.attendance.figure",
            ["activity_id", "date:month"],
            ["booked:sum", "present:sum", "absent_unjustified:sum"],
        ),
    ),
    "How full the sessions are": (
        "manager",
        figure(
            "espace.session",
            ["activity_id", "date:month"],
            ["booked_count:sum", "capacity:sum", "fill_rate:avg"],
            field=None,
        ),
    ),
    "Meals by school and diet": (
        "manager",
        figure("espace.meal.count", ["school_id", "diet_id"], ["meal_count:sum"]),
    ),
    "Hours for the CAF": (
        "finance",
        figure(
            "espace.caf.hours",
            ["activity_id", "date:month"],
            ["hours_realised:sum", "hours_billed:sum"],
        ),
    ),
    "Spread of quotients": (
        "finance",
        figure("espace.quotient.spread", ["bracket"], ["families:sum"], field=None),
    ),
}


# === A commune === #


def build(weeks):
    """Book a family week by week; return ids of commune, family and agents."""
    today = date.today()
    month = today.replace(day=1)
    with transaction(tracking_disable=True) as env:
        office = Office.build(env)
        _regie, journals, _treasury = office._open_regie()
        coming = [today + timedelta(days=number) for number in range(4)]
        option = office.add_service("Cantine", coming, capacity=1_000_000)
        option.espace_includes_meal = True
        family = office.add_family(1)
        for child in family.child_ids:
            office.Reservation._book(
                family, [(child, option, day) for day in coming], staff=True
            )
        past = office.env["espace.session"].create(
            [
                {
                    "activity_id": option.espace_activity_id.id,
                    "date": today - timedelta(days=7 * number),
                    "capacity": 1_000_000,
                }
                for number in range(1, weeks + 1)
            ]
        )
        come_before(family, past, today)
        past.filtered(lambda one: one.date < month).attendance_locked = True
        for number in range(6, 0, -1):
            move = office.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": family.partner_id.id,
                    "invoice_date": today - relativedelta(months=number),
                    "invoice_date_due": today - relativedelta(months=number),
                    "invoice_line_ids": [
                        (0, 0, {"product_id": option.id, "price_unit": 36})
                    ],
                }
            )
            move.action_post()
            if number > UNPAID:
                collect(office, move, journals["cheque"])
        users = {
            "animation": office._create_staff("animation").id,
            "kitchen": office._create_staff("animation", "health").id,
            "manager": office._create_staff("manager").id,
            "finance": office._create_staff("finance").id,
            "administration": office._create_staff("admin").id,
        }
        return office.company.id, family.id, users


def come_before(family, sessions, today):
    """Have the children of a family have come on past days, as they come today.

    By SQL: nobody books a day that is over.
    """
    env = family.env
    env.flush_all()
    fields = env["espace.reservation"]._fields.items()
    same = [
        f'"{name}"'
        for name, field in fields
        if field.store
        and field.column_type
        and name not in ("id", "session_id", "date", "attendance")
    ]
    columns = ", ".join(same)
    env.cr.execute(
        f"INSERT INTO espace_reservation (session_id, date, attendance, {columns})"
        f" SELECT s.id, s.date, 'present', {', '.join('r.' + one for one in same)}"
        " FROM espace_reservation r, espace_session s"
        " WHERE r.family_id = %s AND r.date = %s AND s.id = ANY(%s)",
        [family.id, today, sessions.ids],
    )
    env.invalidate_all()


def collect(office, move, journal):
    """Receive the whole of a bill on its day."""
    payment = office.env["account.payment"].create(
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": move.partner_id.id,
            "amount": move.amount_total,
            "date": move.date,
            "journal_id": journal.id,
        }
    )
    payment.action_post()
    (payment.move_id | move).line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    ).reconcile()


if __name__ == "__main__":
    main()
