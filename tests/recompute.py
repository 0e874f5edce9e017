"""What every family should have been asked, reckoned anew from bookings and prices.

A script of its own, for an accountant who trusts nobody: it reads reservations,
quotients and tariffs with plain SQL, prices each booking with the code below, and
compares the sum with the ledger (posted lines of families' invoices) plus what was
charged and is not invoiced yet. It imports nothing of the addons, and reads charges
only for that last figure.

    python tests/recompute.py "dbname=espace user=odoo"
"""

import sys
from collections import defaultdict
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from math import ceil

ROUNDINGS = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
}
CENT = Decimal("0.01")
FALLS_BACK_ON_PLANNED = ("late", "unplanned", "absence_unjustified")


class NoPrice(Exception):
    """The tariff says nothing of what happened."""


# === Reading === #


def rows(cursor, query, *params):
    """Return the rows of a query as dictionaries."""
    cursor.execute(query, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def number(value):
    """Return the Decimal of a float of the database, exact to four decimals."""
    return Decimal(str(round(value or 0, 4)))


def read_bookings(cursor, company):
    return rows(
        cursor,
        """
        SELECT booking.id, booking.family_id, booking.child_id, booking.product_id,
            booking.date, booking.state, booking.origin, booking.late,
            booking.attendance, booking.absence_due, booking.waiver,
            booking.arrived_at, booking.left_at, activity.billing_mode,
            template.espace_hours AS hours, template.espace_time_from AS opens,
            template.espace_time_to AS closes,
            template.espace_records_times AS timed,
            family.residency, child.has_pai AS pai
        FROM espace_reservation booking
        JOIN espace_session session ON session.id = booking.session_id
        JOIN espace_activity activity ON activity.id = session.activity_id
        JOIN product_product product ON product.id = booking.product_id
        JOIN product_template template ON template.id = product.product_tmpl_id
        JOIN espace_family family ON family.id = booking.family_id
        JOIN espace_child child ON child.id = booking.child_id
        WHERE family.company_id = %s
        ORDER BY booking.id
        """,
        company,
    )


def read_tariffs(cursor, company):
    """Return the tariffs, each with its lines and adjustments in their order."""
    tariffs = rows(cursor, "SELECT * FROM espace_tariff WHERE company_id = %s", company)
    for tariff in tariffs:
        for table in ("line", "adjustment"):
            tariff[table] = rows(
                cursor,
                f"SELECT * FROM espace_tariff_{table} WHERE tariff_id = %s"
                " ORDER BY sequence, id",
                tariff["id"],
            )
    return tariffs


def read_quotients(cursor, company):
    """Return {family: [(first day, quotient)]}, the latest first."""
    found = defaultdict(list)
    for row in rows(
        cursor,
        """SELECT family_id, date_from, value FROM espace_family_income
           WHERE company_id = %s ORDER BY date_from DESC""",
        company,
    ):
        found[row["family_id"]].append((row["date_from"], number(row["value"])))
    return found


def read_ranks(cursor, company):
    """Return {(family, child): rank}, the eldest of those who live there being 1."""
    ranks, count = {}, defaultdict(int)
    for row in rows(
        cursor,
        """
        SELECT DISTINCT home.family_id, child.id, child.birth_date
        FROM espace_child child
        JOIN (
            SELECT id AS child_id, family_id FROM espace_child
            UNION SELECT child_id, family_id FROM espace_custody
        ) home ON home.child_id = child.id
        JOIN espace_family family ON family.id = home.family_id
        WHERE family.company_id = %s AND child.active
        ORDER BY home.family_id, child.birth_date NULLS LAST, child.id
        """,
        company,
    ):
        count[row["family_id"]] += 1
        ranks[row["family_id"], row["id"]] = count[row["family_id"]]
    return ranks


# === What happened === #


def what_happened(booking):
    """Return the event that is to be paid, None where nothing is."""
    if booking["waiver"] or booking["state"] not in ("confirmed", "pending_payment"):
        return None
    attendance = booking["attendance"]
    if booking["billing_mode"] == "consumption" and attendance == "expected":
        return None
    if attendance == "absent_unjustified":
        return "absence_unjustified"
    if attendance == "absent_justified" and not booking["absence_due"]:
        return "absence_justified"
    if booking["origin"] == "walk_in":
        return "unplanned"
    return "late" if booking["late"] else "planned"


def minutes(booking):
    """Return the minutes the child stayed, those of the option if nobody noted them."""
    hours = number(booking["hours"]) or Decimal(1)
    noted = booking["timed"] and booking["attendance"] == "present"
    arrived, left = booking["arrived_at"] or 0, booking["left_at"] or 0
    if noted and (arrived or left):
        since = arrived or (booking["opens"] if booking["closes"] else 0)
        until = left or booking["closes"]
        if since and until and until >= since:
            return Decimal(round((until - since) * 60))
    return hours * 60


# === Price === #


def price(booking, event, tariff, quotient, rank):
    """Return the euros that one booking costs.

    :raise NoPrice: no line of the tariff is for it
    """
    lines = lines_for(tariff, booking["product_id"], event)
    if not lines and event == "absence_justified":
        return Decimal("0.00")
    lines = [line for line in lines if suits(line, booking, rank)]
    if quotient is None:
        amount, quantity = dearest(lines, booking)
    else:
        line = next((line for line in lines if holds(line, quotient)), None)
        if line is None:
            raise NoPrice(booking["id"], event)
        quantity = units(line, booking)
        amount = unit_price(line, quotient) * quantity
    if quantity:
        for change in tariff["adjustment"]:
            amount = adjusted(amount, change, booking, event, rank)
    return rounded(max(amount, Decimal(0)), tariff)


def lines_for(tariff, product, event):
    own = [
        line
        for line in tariff["line"]
        if line["product_id"] == product and line["event"] == event
    ]
    if own or event not in FALLS_BACK_ON_PLANNED:
        return own
    return lines_for(tariff, product, "planned")


def suits(rule, booking, rank):
    residency = "resident" if booking["residency"] == "resident" else "non_resident"
    pai = "with" if booking["pai"] else "without"
    return (
        rule["residency"] in ("any", residency)
        and rule["pai"] in ("any", pai)
        and (not rule["sibling_rank_min"] or rank >= rule["sibling_rank_min"])
        and (not rule["sibling_rank_max"] or rank <= rule["sibling_rank_max"])
    )


def holds(line, quotient):
    low, high = number(line["qf_min"]), number(line["qf_max"])
    return (not low or quotient >= low) and (not high or quotient < high)


def unit_price(line, quotient):
    amount = number(line["amount"])
    if line["kind"] == "fixed":
        return amount
    low, high = number(line["min_amount"]), number(line["max_amount"])
    asked = max(quotient * amount / 100, low)
    return min(asked, high) if high else asked


def ceiling(line, event):
    """Return what a family without quotient pays a unit: the most there is."""
    if line["kind"] == "fixed":
        return number(line["amount"])
    if line["max_amount"]:
        return number(line["max_amount"])
    if not line["qf_max"]:
        raise NoPrice(line["id"], event)
    most = number(line["qf_max"]) * number(line["amount"]) / 100
    return max(most, number(line["min_amount"]))


def dearest(lines, booking):
    """Return (price, quantity) of the dearest line that some quotient would give."""
    # Just below everything, and at each end of a bracket: nothing changes between.
    tried = {Decimal(-1)}
    for line in lines:
        tried.update(number(line[side]) for side in ("qf_min", "qf_max") if line[side])
    reached = []
    for line in lines:
        if any(next((x for x in lines if holds(x, q)), None) is line for q in tried):
            quantity = units(line, booking)
            reached.append((ceiling(line, None) * quantity, quantity))
    if not reached:
        raise NoPrice(booking["id"], None)
    return max(reached, key=lambda found: found[0])


def units(line, booking):
    if line["unit"] == "session":
        return Decimal(1)
    if line["unit"] == "hour":
        return number(booking["hours"]) or Decimal(1)
    paid = max(minutes(booking) - (line["grace_minutes"] or 0), Decimal(0))
    return Decimal(ceil(paid / line["unit_minutes"]))


def adjusted(amount, change, booking, event, rank):
    if change["product_id"] not in (None, booking["product_id"]):
        return amount
    if change["event"] not in ("any", event) or not suits(change, booking, rank):
        return amount
    value = number(change["value"])
    if change["operation"] == "percent":
        amount += amount * value / 100
    else:
        amount = value if change["operation"] == "set" else amount + value
    return max(amount, Decimal(0))


def rounded(amount, tariff):
    step = number(tariff["rounding_step"])
    steps = (amount / step).to_integral_value(ROUNDINGS[tariff["rounding_mode"]])
    return (steps * step).quantize(CENT)


# === Totals === #


def owed(cursor, company):
    """Return {family: euros that its bookings cost}, of those with a price."""
    tariffs = read_tariffs(cursor, company)
    quotients = read_quotients(cursor, company)
    ranks = read_ranks(cursor, company)
    totals = defaultdict(Decimal)
    for booking in read_bookings(cursor, company):
        event, day = what_happened(booking), booking["date"]
        tariff = next(
            (
                t
                for t in sorted(tariffs, key=lambda t: t["date_from"], reverse=True)
                if t["date_from"] <= day and (not t["date_to"] or t["date_to"] >= day)
            ),
            None,
        )
        if not event or not tariff:
            continue
        family = booking["family_id"]
        quotient = next((q for since, q in quotients[family] if since <= day), None)
        rank = ranks.get((family, booking["child_id"]), 1)
        totals[family] += price(booking, event, tariff, quotient, rank)
    return {family: total for family, total in totals.items() if total}


def booked(cursor, company):
    """Return {family: euros}: what the ledger holds and what waits to be invoiced.

    The ledger's part are the income lines of the posted invoices and credit notes of
    families; what waits are the charges that no posted invoice carries yet.
    """
    cursor.execute(
        """
        SELECT family, sum(amount) FROM (
            SELECT move.espace_family_id AS family, -line.balance AS amount
            FROM account_move_line line
            JOIN account_move move ON move.id = line.move_id
            WHERE move.company_id = %(company)s AND move.state = 'posted'
            AND move.espace_family_id IS NOT NULL
            AND line.display_type = 'product'
            UNION ALL
            SELECT charge.family_id, charge.amount
            FROM espace_charge charge
            LEFT JOIN account_move_line line ON line.id = charge.invoice_line_id
            LEFT JOIN account_move move ON move.id = line.move_id
            WHERE charge.company_id = %(company)s
            AND move.state IS DISTINCT FROM 'posted'
        ) part
        GROUP BY family HAVING sum(amount) != 0
        """,
        {"company": company},
    )
    return {family: number(total) for family, total in cursor.fetchall()}


def differences(cursor, company):
    """Return [(family, owed, booked)] where both are not the same to the cent."""
    expected, found = owed(cursor, company), booked(cursor, company)
    return [
        (family, expected.get(family, Decimal(0)), found.get(family, Decimal(0)))
        for family in sorted({*expected, *found})
        if expected.get(family, 0) != found.get(family, 0)
    ]


def main(dsn):
    import psycopg2

    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT company_id FROM espace_family ORDER BY 1")
        wrong = False
        for [company] in cursor.fetchall():
            total, found = owed(cursor, company), booked(cursor, company)
            print(
                f"Company {company}: {len(total)} families, "
                f"bookings {sum(total.values())} €, "
                f"ledger and waiting {sum(found.values())} €"
            )
            for family, expected, amount in differences(cursor, company):
                wrong = True
                print(f"  family {family}: {expected} € expected, {amount} € found")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
