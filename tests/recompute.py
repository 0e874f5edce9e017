"""What every family should have been asked, has paid and still owes, reckoned anew.

A script of its own, for an accountant who trusts nobody: it imports nothing of the
addons and reads the database with plain SQL.

- Bookings: reservations, quotients and tariffs are priced with the code below; their
  sum is compared with the ledger (posted lines of families' invoices) plus what was
  charged and is not invoiced yet.
- Accounts: bookings and other lines, less what was received, rejected, paid back or
  given up, are compared with the balance of each family in the ledger.
- Documents: what is left of each invoice, credit note and payment is its amount less
  what was matched with it, between the same family and régie; no family is asked for
  something while the same régie owes it something.
- Certificates: what each household bore for each child and year.

    python tests/recompute.py "dbname=espace user=odoo"
"""

import sys
from collections import defaultdict
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from fractions import Fraction
from math import ceil, floor

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
            family.residency, child.has_pai AS pai,
            booking.pack_id IS NOT NULL OR EXISTS (
                SELECT FROM espace_flat flat
                WHERE flat.child_id = booking.child_id
                AND flat.family_id = booking.family_id
                AND booking.date >= flat.date_from
                AND booking.date <= coalesce(flat.date_to, 'infinity')
                AND template.espace_activity_id = flat.activity_id
                AND booking.product_id IN (
                    SELECT product_product_id
                    FROM espace_flat_formula_product_product_rel
                    WHERE espace_flat_formula_id = flat.formula_id
                    UNION ALL SELECT booking.product_id WHERE NOT EXISTS (
                        SELECT FROM espace_flat_formula_product_product_rel
                        WHERE espace_flat_formula_id = flat.formula_id
                    )
                )
            ) AS included
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
        full = amount
        for change in tariff["adjustment"]:
            if concerns(change, booking, event, rank, quotient):
                amount = adjusted(amount, change, full)
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


def concerns(change, booking, event, rank, quotient):
    if change["product_id"] not in (None, booking["product_id"]):
        return False
    named = change["event"] == event or (
        change["event"] == "any" and event not in ("flat", "pack")
    )
    if not named or not suits(change, booking, rank):
        return False
    if quotient is not None:
        return holds(change, quotient)
    # Who gives no quotient has no reduction of a bracket.
    if not change["qf_min"] and not change["qf_max"]:
        return True
    adds = change["operation"] in ("percent", "amount") and change["value"] > 0
    return adds or change["operation"] == "floor"


def adjusted(amount, change, full):
    value = number(change["value"])
    match change["operation"]:
        case "percent":
            amount += amount * value / 100
        case "amount":
            amount += value
        case "set":
            amount = value
        case "floor":
            amount = max(amount, min(value, full))
        case "waive":
            amount = Decimal(0) if amount < value else amount
    return max(amount, Decimal(0))


def rounded(amount, tariff):
    step = number(tariff["rounding_step"])
    steps = (amount / step).to_integral_value(ROUNDINGS[tariff["rounding_mode"]])
    return (steps * step).quantize(CENT)


# === Totals === #


def tariff_of(tariffs, day):
    """Return the tariff in force on a day, the latest of several, None without one."""
    return next(
        (
            tariff
            for tariff in sorted(tariffs, key=lambda t: t["date_from"], reverse=True)
            if tariff["date_from"] <= day
            and (not tariff["date_to"] or tariff["date_to"] >= day)
        ),
        None,
    )


def priced(booking, event, tariff, quotients, ranks):
    """Return the price of an event for the family that has booked."""
    if booking.get("included"):
        return Decimal("0.00")
    family, day = booking["family_id"], booking["date"]
    quotient = next((q for since, q in quotients[family] if since <= day), None)
    rank = ranks.get((family, booking["child_id"]), 1)
    return price(booking, event, tariff, quotient, rank)


def costs(cursor, company):
    """Yield (booking, euros) of each booking that is to be paid."""
    tariffs = read_tariffs(cursor, company)
    quotients = read_quotients(cursor, company)
    ranks = read_ranks(cursor, company)
    for booking in read_bookings(cursor, company):
        event = what_happened(booking)
        tariff = tariff_of(tariffs, booking["date"])
        if event and tariff:
            yield booking, priced(booking, event, tariff, quotients, ranks)


def read_months(cursor, company):
    """Return the months at a flat price, with open days, those included, absences."""
    return rows(
        cursor,
        """
        SELECT due.id, flat.family_id, flat.child_id, formula.product_id, due.waiver,
            family.residency, child.has_pai AS pai, formula.partial,
            formula.absence_part, formula.absence_days,
            days.first AS date, days.open, days.covered,
            (
                SELECT count(DISTINCT gone.date)
                FROM espace_reservation gone
                JOIN product_product product ON product.id = gone.product_id
                JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE gone.child_id = flat.child_id
                AND gone.family_id = flat.family_id
                AND template.espace_activity_id = formula.activity_id
                AND (
                    gone.product_id = ANY(options.ids) OR options.ids IS NULL
                )
                AND gone.date >= greatest(due.month, flat.date_from)
                AND gone.date < due.month + interval '1 month'
                AND gone.date <= coalesce(flat.date_to, 'infinity')
                AND (
                    gone.state IN ('confirmed', 'pending_payment')
                    AND gone.attendance = 'absent_justified'
                    AND gone.absence_due IS NOT TRUE
                    OR gone.state = 'cancelled' AND gone.closure_id IS NOT NULL
                )
            ) AS absences
        FROM espace_flat_due due
        JOIN espace_flat flat ON flat.id = due.flat_id
        JOIN espace_flat_formula formula ON formula.id = flat.formula_id
        JOIN espace_family family ON family.id = flat.family_id
        JOIN espace_child child ON child.id = flat.child_id
        CROSS JOIN LATERAL (
            SELECT array_agg(product_product_id) AS ids
            FROM espace_flat_formula_product_product_rel
            WHERE espace_flat_formula_id = formula.id
        ) options
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT date) AS open, count(DISTINCT date) FILTER (
                WHERE date >= flat.date_from
                AND date <= coalesce(flat.date_to, 'infinity')
            ) AS covered, min(date) FILTER (
                WHERE date >= flat.date_from
                AND date <= coalesce(flat.date_to, 'infinity')
            ) AS first
            FROM espace_session
            WHERE activity_id = formula.activity_id AND date >= due.month
            AND date < due.month + interval '1 month'
        ) days
        WHERE family.company_id = %s
        """,
        company,
    )


def read_packs(cursor, company):
    """Return the packs of days, with what was taken of them."""
    return rows(
        cursor,
        """
        SELECT due.id, pack.family_id, pack.child_id, formula.product_id, due.waiver,
            family.residency, child.has_pai AS pai, pack.date_from AS date,
            pack.state, pack.days, formula.unused, (
                SELECT count(*) FROM espace_reservation WHERE pack_id = pack.id
            ) AS used
        FROM espace_flat_due due
        JOIN espace_pack pack ON pack.id = due.pack_id
        JOIN espace_pack_formula formula ON formula.id = pack.formula_id
        JOIN espace_family family ON family.id = pack.family_id
        JOIN espace_child child ON child.id = pack.child_id
        WHERE family.company_id = %s
        """,
        company,
    )


def pack_price(pack, whole):
    """Return what is asked of a pack whose whole price is known."""
    if pack["state"] == "ended" and pack["unused"] == "refund":
        back = whole * (pack["days"] - pack["used"]) / pack["days"]
        return whole - back.quantize(CENT, ROUND_HALF_UP)
    return whole


def wrong_packs(cursor, company):
    """Return the packs that gave days to what has none, or more than they have."""
    return rows(
        cursor,
        """
        SELECT pack.id, booking.id AS booking
        FROM espace_pack pack
        JOIN espace_pack_formula formula ON formula.id = pack.formula_id
        JOIN espace_family family ON family.id = pack.family_id
        JOIN espace_reservation booking ON booking.pack_id = pack.id
        WHERE family.company_id = %s AND (
            booking.state NOT IN ('confirmed', 'pending_payment')
            OR booking.attendance = 'absent_justified'
            AND booking.absence_due IS NOT TRUE
            OR booking.waiver IS NOT NULL
            OR booking.child_id != pack.child_id
            OR booking.family_id != pack.family_id
            OR booking.date NOT BETWEEN pack.date_from AND pack.date_to
            OR pack.state = 'cancelled'
            OR booking.product_id NOT IN (
                SELECT product_product_id FROM espace_pack_formula_product_product_rel
                WHERE espace_pack_formula_id = formula.id
                UNION ALL SELECT formula.product_id WHERE NOT EXISTS (
                    SELECT FROM espace_pack_formula_product_product_rel
                    WHERE espace_pack_formula_id = formula.id
                )
            )
            OR (
                SELECT count(*) FROM espace_reservation WHERE pack_id = pack.id
            ) > pack.days
        )
        """,
        company,
    )


def month_price(month, whole):
    """Return what is asked of a month whose whole price is known."""
    if month["waiver"] or not month["covered"]:
        return Decimal(0)
    asked = whole
    if month["partial"] == "prorata":
        asked = whole * month["covered"] / month["open"]
    elif month["partial"] == "half" and month["covered"] * 2 <= month["open"]:
        asked = whole / 2
    asked = asked.quantize(CENT, ROUND_HALF_UP)
    if month["absence_part"]:
        days = max(month["absences"] - (month["absence_days"] or 0), 0)
        off = (whole * days / month["absence_part"]).quantize(CENT, ROUND_HALF_UP)
        asked = max(asked - off, Decimal(0))
    return asked


def month_costs(cursor, company):
    """Yield (month at a flat price or pack of days, euros)."""
    tariffs = read_tariffs(cursor, company)
    quotients = read_quotients(cursor, company)
    ranks = read_ranks(cursor, company)
    for month in read_months(cursor, company):
        tariff = month["covered"] and tariff_of(tariffs, month["date"])
        if tariff and not month["waiver"]:
            whole = priced(month, "flat", tariff, quotients, ranks)
            yield month, month_price(month, whole)
    for pack in read_packs(cursor, company):
        tariff = tariff_of(tariffs, pack["date"])
        if tariff and not pack["waiver"] and pack["state"] != "cancelled":
            whole = priced(pack, "pack", tariff, quotients, ranks)
            yield pack, pack_price(pack, whole)


def owed(cursor, company):
    """Return {family: euros that its bookings cost}, of those with a price."""
    totals = defaultdict(Decimal)
    for booking, amount in costs(cursor, company):
        totals[booking["family_id"]] += amount
    for month, amount in month_costs(cursor, company):
        totals[month["family_id"]] += amount
    return {family: total for family, total in totals.items() if total}


# What third parties pay of bookings: lines of their posted invoices, whose family is
# said by the parts that they hold, and parts that no such invoice asks for yet.
OF_OTHERS = """
    SELECT (
            SELECT part.family_id FROM espace_charge part
            WHERE part.payer_line_id = line.id LIMIT 1
        ) AS family, -line.balance AS amount
    FROM account_move_line line
    JOIN account_move move ON move.id = line.move_id
    WHERE move.company_id = %(company)s AND move.state = 'posted'
    AND move.espace_third_party AND line.display_type = 'product'
    UNION ALL
    SELECT part.family_id, -part.amount
    FROM espace_charge part
    LEFT JOIN account_move_line line ON line.id = part.payer_line_id
    WHERE part.company_id = %(company)s AND part.aid_id IS NOT NULL
    AND line.parent_state IS DISTINCT FROM 'posted'
"""


def paid_by_others(cursor, company):
    """Return {family: euros} that third parties pay, or will be asked for."""
    return sums(
        cursor,
        f"SELECT family, SUM(amount) FROM ({OF_OTHERS}) part GROUP BY family",
        company,
    )


def read_aids(cursor, company):
    aids = rows(
        cursor,
        "SELECT * FROM espace_aid WHERE company_id = %s ORDER BY sequence, id",
        company,
    )
    for aid in aids:
        aid["activities"] = {
            row["id"]
            for row in rows(
                cursor,
                """SELECT espace_activity_id AS id
                   FROM espace_activity_espace_aid_rel WHERE espace_aid_id = %s""",
                aid["id"],
            )
        }
    return aids


def wrong_parts(cursor, company):
    """Return [(decision, booking or None, expected, found)] of what third parties pay.

    What a decision pays of a booking is its share, or its sum, of what the booking
    costs, once that is invoiced; of several parts of a price each may be rounded by a
    cent. A ceiling makes it less, and never more; so does a decision before it.
    """
    cost = {booking["id"]: amount for booking, amount in costs(cursor, company)}
    # A month at a flat price counts as a booking, by a number below 0.
    cost |= {-month["id"]: amount for month, amount in month_costs(cursor, company)}
    aids = read_aids(cursor, company)
    parts = rows(
        cursor,
        """
        SELECT part.aid_id, part.date, part.child_id,
            coalesce(part.reservation_id, -part.flat_due_id) AS reservation_id,
            part.activity_id, part.family_id, SUM(-part.amount) AS amount,
            COUNT(*) AS times,
            EXISTS (
                SELECT FROM espace_charge other
                WHERE (other.reservation_id, other.flat_due_id)
                    IS NOT DISTINCT FROM (part.reservation_id, part.flat_due_id)
                AND other.aid_id IS NULL AND other.state = 'to_invoice'
            ) AS waits,
            EXISTS (
                SELECT FROM espace_charge other
                JOIN account_move_line line ON line.id = other.invoice_line_id
                WHERE (other.reservation_id, other.flat_due_id)
                    IS NOT DISTINCT FROM (part.reservation_id, part.flat_due_id)
                AND other.aid_id IS NULL AND NOT EXISTS (
                    SELECT FROM espace_charge shared
                    JOIN account_move_line beside
                        ON beside.id = shared.invoice_line_id
                    WHERE (shared.reservation_id, shared.flat_due_id)
                        IS NOT DISTINCT FROM (part.reservation_id, part.flat_due_id)
                    AND shared.aid_id = part.aid_id
                    AND beside.move_id = line.move_id
                )
            ) AS unshared
        FROM espace_charge part
        WHERE part.company_id = %s AND part.aid_id IS NOT NULL
        AND part.state != 'offset'
        GROUP BY part.aid_id, part.date, part.child_id, part.reservation_id,
            part.flat_due_id, part.activity_id, part.family_id
        """,
        company,
    )
    wrong, used = [], defaultdict(Decimal)
    for part in parts:
        aid = next(aid for aid in aids if aid["id"] == part["aid_id"])
        amount, price_ = number(part["amount"]), cost.get(part["reservation_id"], 0)
        share = number(aid["share"]) if aid["kind"] == "percent" else Decimal(100)
        most = price_ * share / 100
        sum_ = number(aid["amount"])
        if aid["kind"] != "percent":
            most = min(most, sum_)
        is_covered = (
            part["family_id"] == aid["family_id"]
            and aid["child_id"] in (None, part["child_id"])
            and (not aid["activities"] or part["activity_id"] in aid["activities"])
        )
        slack = CENT * part["times"]
        if not part["waits"]:
            # Of what was invoiced before the decision it pays nothing.
            too_little = (
                aid["kind"] in ("percent", "booking")
                and not part["unshared"]
                and not aid["ceiling"]
                and len([a for a in aids if a["family_id"] == aid["family_id"]]) == 1
                and amount < most - slack
            )
            if too_little or amount > most + slack or not is_covered:
                wrong.append((aid["id"], part["reservation_id"], most, amount))
        if amount < 0:
            wrong.append((aid["id"], part["reservation_id"], most, amount))
        day = part["date"]
        period = {"month": (day.year, day.month), "year": (day.year,), "all": ()}
        if aid["ceiling"]:
            used[aid["id"], "ceiling", period[aid["ceiling_period"]]] += amount
        if aid["kind"] in ("day", "month"):
            key = period["month"] if aid["kind"] == "month" else (part["child_id"], day)
            used[aid["id"], "amount", key] += amount
    for (aid_id, name, _key), amount in used.items():
        limit = next(number(aid[name]) for aid in aids if aid["id"] == aid_id)
        if amount > limit:
            wrong.append((aid_id, None, limit, amount))
    return wrong


def booked(cursor, company):
    """Return {family: euros}: what the ledger holds and what waits to be invoiced.

    The ledger's part are the income lines of the posted invoices and credit notes of
    families and of who pays a part for them; what waits are the charges that no posted
    invoice carries yet.
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
            UNION ALL
            """
        + OF_OTHERS
        + """
        ) part
        GROUP BY family HAVING sum(amount) != 0
        """,
        {"company": company},
    )
    return {family: number(total) for family, total in cursor.fetchall()}


def differences(cursor, company):
    """Return [(family, owed, booked)] where both are not the same to the cent.

    Owed are bookings and what else stands on posted invoices.
    """
    expected, found = owed(cursor, company), booked(cursor, company)
    for family, amount in other_lines(cursor, company).items():
        expected[family] = expected.get(family, Decimal(0)) + amount
    return [
        (family, expected.get(family, Decimal(0)), found.get(family, Decimal(0)))
        for family in sorted({*expected, *found})
        if expected.get(family, 0) != found.get(family, 0)
    ]


# === Accounts === #

# The documents and money of a family: those of its payer and of who belongs to it.
OF_FAMILY = """
    JOIN res_partner partner ON partner.id = {table}.partner_id
    JOIN espace_family family
        ON family.partner_id = COALESCE(partner.commercial_partner_id, partner.id)
        AND family.company_id = {table}.company_id
"""


def sums(cursor, query, company):
    """Return {family: euros} of a query for (family, amount)."""
    cursor.execute(query, {"company": company})
    return {family: number(total) for family, total in cursor.fetchall()}


def received(cursor, company):
    """Return {family: euros}: what came, less what was rejected or paid back."""
    return sums(
        cursor,
        f"""
        SELECT family.id, SUM(
            CASE payment.payment_type
            WHEN 'inbound' THEN payment.amount ELSE -payment.amount END
        )
        FROM account_payment payment
        {OF_FAMILY.format(table="payment")}
        WHERE payment.company_id = %(company)s
        AND payment.state IN ('in_process', 'paid')
        GROUP BY family.id
        """,
        company,
    )


def given_up(cursor, company):
    """Return {family: euros} of decisions, less what was undone or collected since.

    What the commune lost by each is on an account that is nobody's debt.
    """
    return sums(
        cursor,
        """
        SELECT move.espace_written_off_family_id, SUM(line.balance)
        FROM account_move move
        JOIN account_move_line line ON line.move_id = move.id
        JOIN account_account account ON account.id = line.account_id
        WHERE move.company_id = %(company)s AND move.state = 'posted'
        AND move.espace_written_off_family_id IS NOT NULL
        AND account.account_type != 'asset_receivable'
        GROUP BY move.espace_written_off_family_id
        """,
        company,
    )


def paid_to_treasury(cursor, company):
    """Return {family: euros} paid to the public accountant, less what was undone."""
    return sums(
        cursor,
        """
        SELECT move.espace_treasury_family_id, SUM(line.balance)
        FROM account_move move
        JOIN account_move_line line ON line.move_id = move.id
        JOIN account_account account ON account.id = line.account_id
        WHERE move.company_id = %(company)s AND move.state = 'posted'
        AND move.espace_treasury_family_id IS NOT NULL
        AND account.account_type != 'asset_receivable'
        GROUP BY move.espace_treasury_family_id
        """,
        company,
    )


def other_lines(cursor, company):
    """Return {family: euros} of posted lines that no booking charged: fees, badges."""
    return sums(
        cursor,
        f"""
        SELECT family.id, SUM(
            CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
            * line.quantity * line.price_unit
        )
        FROM account_move move
        {OF_FAMILY.format(table="move")}
        JOIN account_move_line line
            ON line.move_id = move.id AND line.display_type = 'product'
        WHERE move.company_id = %(company)s AND move.state = 'posted'
        AND move.move_type IN ('out_invoice', 'out_refund')
        AND NOT EXISTS (
            SELECT FROM espace_charge charge WHERE charge.invoice_line_id = line.id
        )
        GROUP BY family.id
        """,
        company,
    )


def balances(cursor, company):
    """Return {family: euros}: its account in the ledger, and what is not invoiced."""
    return sums(
        cursor,
        f"""
        SELECT family, SUM(amount) FROM (
            SELECT family.id AS family, line.balance AS amount
            FROM account_move_line line
            {OF_FAMILY.format(table="line")}
            JOIN account_account account ON account.id = line.account_id
            WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
            AND account.account_type = 'asset_receivable'
            UNION ALL
            SELECT charge.family_id, charge.amount
            FROM espace_charge charge
            LEFT JOIN account_move_line line ON line.id = charge.invoice_line_id
            WHERE charge.company_id = %(company)s
            AND line.parent_state IS DISTINCT FROM 'posted'
        ) part
        GROUP BY family
        """,
        company,
    )


def expected_balances(cursor, company):
    """Return {family: euros} that it owes (owed to it: negative), from the facts."""
    totals = defaultdict(Decimal)
    for read, sign in (
        (owed, 1),
        (other_lines, 1),
        (paid_by_others, -1),
        (received, -1),
        (given_up, -1),
        (paid_to_treasury, -1),
    ):
        for family, amount in read(cursor, company).items():
            totals[family] += sign * amount
    return totals


def account_differences(cursor, company):
    """Return [(family, expected, found)] of accounts that are not the same."""
    expected, found = expected_balances(cursor, company), balances(cursor, company)
    return [
        (family, expected.get(family, Decimal(0)), found.get(family, Decimal(0)))
        for family in sorted({*expected, *found})
        if expected.get(family, 0) != found.get(family, 0)
    ]


# === Documents === #


def wrong_documents(cursor, company):
    """Return rows of what is left of a document and is not its amount less matchings.

    A matching joins a debt and a credit of one family, on one account and of one
    régie, and never takes more than there is.
    """
    lines = rows(
        cursor,
        f"""
        SELECT line.id, line.move_name AS name, line.account_id, line.balance,
            line.amount_residual, family.id AS family, move.espace_regie_id AS regie
        FROM account_move_line line
        {OF_FAMILY.format(table="line")}
        JOIN account_account account ON account.id = line.account_id
        JOIN account_move move ON move.id = line.move_id
        WHERE line.company_id = %s AND line.parent_state = 'posted'
        AND account.account_type = 'asset_receivable'
        """,
        company,
    )
    known = {line["id"]: line for line in lines}
    left = {line["id"]: number(line["balance"]) for line in lines}
    wrong = []
    for match in rows(
        cursor,
        """SELECT id, amount, debit_move_id, credit_move_id
           FROM account_partial_reconcile WHERE company_id = %s""",
        company,
    ):
        debit, credit = match["debit_move_id"], match["credit_move_id"]
        if debit not in known and credit not in known:
            continue
        one, other = known.get(debit), known.get(credit)
        if not one or not other or match["amount"] <= 0:
            wrong.append({"match": match["id"]})
            continue
        same = all(one[name] == other[name] for name in ("family", "account_id"))
        if not same or len({one["regie"], other["regie"]} - {None}) > 1:
            wrong.append({"match": match["id"], "of": (one["name"], other["name"])})
        left[debit] -= number(match["amount"])
        left[credit] += number(match["amount"])
    for line in lines:
        rest, whole = left[line["id"]], number(line["balance"])
        if rest != number(line["amount_residual"]) or not 0 <= rest * whole:
            wrong.append({"line": line["name"], "left": rest, "of": whole})
    return wrong + rows(
        cursor,
        """
        SELECT move.name, move.amount_residual, SUM(line.amount_residual) AS lines
        FROM account_move move
        JOIN account_move_line line ON line.move_id = move.id
        JOIN account_account account ON account.id = line.account_id
        WHERE move.company_id = %s AND move.state = 'posted'
        AND move.espace_family_id IS NOT NULL
        AND account.account_type = 'asset_receivable'
        GROUP BY move.id
        HAVING ROUND(move.amount_residual - ABS(SUM(line.amount_residual)), 2) != 0
        """,
        company,
    )


def advances(cursor, company):
    """Return {family: [euros left after each movement]} of what it is owed.

    From payments, credit notes and matchings alone; each amount is told as it came or
    went, those of one day in the order in which they were recorded.
    """
    found = defaultdict(list)
    for row in rows(
        cursor,
        f"""
        SELECT family.id AS family, line.id, line.move_id, line.date, line.balance,
            line.create_date
        FROM account_move_line line
        {OF_FAMILY.format(table="line")}
        JOIN account_account account ON account.id = line.account_id
        WHERE line.company_id = %s AND line.parent_state = 'posted'
        AND account.account_type = 'asset_receivable' AND line.balance < 0
        """,
        company,
    ):
        own = row["family"], row["id"]
        came = number(-row["balance"])
        for part in rows(
            cursor,
            """
            SELECT matching.id, matching.amount, matching.create_date,
                debt.move_id, GREATEST(debt.date, credit.date) AS day
            FROM account_partial_reconcile matching
            JOIN account_move_line debt ON debt.id = matching.debit_move_id
            JOIN account_move_line credit ON credit.id = matching.credit_move_id
            WHERE matching.credit_move_id = %s
            """,
            row["id"],
        ):
            amount = number(part["amount"])
            is_payment = (
                part["move_id"] < row["move_id"]
                and part["create_date"] == row["create_date"]
            )
            if is_payment:
                came -= amount
            else:
                moment = max(part["create_date"], row["create_date"])
                order = part["day"], moment, 1, part["id"]
                found[own[0]].append((order, -amount))
        found[own[0]].append(((row["date"], row["create_date"], 0, row["id"]), came))
    told = {}
    for family, movements in found.items():
        left, told[family] = Decimal(0), []
        for _order, amount in sorted(movements):
            if amount:
                left += amount
                told[family].append(left)
    return told


def wrong_advances(cursor, company):
    """Return {family: why} of whom more was used than was there, or than is open."""
    still_open = sums(
        cursor,
        f"""
        SELECT family.id, -SUM(line.amount_residual)
        FROM account_move_line line
        {OF_FAMILY.format(table="line")}
        JOIN account_account account ON account.id = line.account_id
        WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
        AND account.account_type = 'asset_receivable' AND line.balance < 0
        GROUP BY family.id
        """,
        company,
    )
    wrong = {}
    for family, told in advances(cursor, company).items():
        last = told[-1] if told else Decimal(0)
        if told and min(told) < 0:
            wrong[family] = f"{min(told)} € at the lowest"
        elif last != still_open.get(family, Decimal(0)):
            wrong[family] = f"{last} € told, {still_open.get(family)} € open"
    return wrong


def wrong_schedules(cursor, company):
    """Return rows of deposits and terms that are not what the matchings say.

    What was matched with an invoice, less what was before the agreement, fills its
    deposits in the order of their days; these add up to what was left then. Terms of
    the accountant add up to what was left of their debts, all of which are with him.
    """
    wrong = []
    for plan in rows(
        cursor,
        """
        SELECT plan.id, plan.amount, plan.before, plan.move_id, (
                SELECT SUM(match.amount) FROM account_partial_reconcile match
                JOIN account_move_line line ON line.id = match.debit_move_id
                WHERE line.move_id = plan.move_id
            ) AS settled
        FROM espace_deposit_plan plan WHERE plan.company_id = %s
        """,
        company,
    ):
        left = number(plan["settled"]) - number(plan["before"])
        total = Decimal(0)
        for line in rows(
            cursor,
            "SELECT amount, paid FROM espace_deposit WHERE plan_id = %s ORDER BY date",
            plan["id"],
        ):
            asked = number(line["amount"])
            part = min(max(left, Decimal(0)), asked)
            left, total = left - part, total + asked
            if part != number(line["paid"]):
                wrong.append(("deposit", plan["id"], part, line["paid"]))
        if total != number(plan["amount"]):
            wrong.append(("deposits", plan["id"], plan["amount"], total))
    for terms in rows(
        cursor,
        """
        SELECT terms.id, terms.amount, terms.state, (
                SELECT SUM(line.amount) FROM espace_accountant_terms_line line
                WHERE line.terms_id = terms.id
            ) AS asked, (
                SELECT COUNT(*) FROM espace_accountant_terms_move_rel rel
                JOIN account_move move ON move.id = rel.move_id
                WHERE rel.terms_id = terms.id AND move.espace_transmitted_on IS NULL
            ) AS elsewhere
        FROM espace_accountant_terms terms
        WHERE terms.company_id = %s AND terms.recorded_on IS NOT NULL
        """,
        company,
    ):
        if number(terms["amount"]) != number(terms["asked"]) or (
            terms["state"] == "in_force" and terms["elsewhere"]
        ):
            wrong.append(("terms", terms["id"], terms["amount"], terms["asked"]))
    return wrong


def has_column(cursor, table, column):
    """Tell whether the database has a column, of an addon that may not be there."""
    cursor.execute(
        """SELECT 1 FROM information_schema.columns
           WHERE table_name = %s AND column_name = %s""",
        [table, column],
    )
    return bool(cursor.fetchall())


def unmet(cursor, company):
    """Return {(family, régie)}: who is asked for something and owed something.

    Disputed invoices, those at the bank (online or in a run of debits) and those that
    the accountant recovers stand apart, and so does money of a CESU, which does not pay
    everything.
    """
    debited = "FALSE"
    if has_column(cursor, "account_payment_line", "espace_live"):
        debited = """EXISTS (
            SELECT FROM account_payment_line asked
            WHERE asked.move_line_id = line.id AND asked.espace_live
        )"""
    cursor.execute(
        f"""
        SELECT family, regie FROM (
            SELECT family.id AS family, move.espace_regie_id AS regie,
                line.amount_residual AS amount
            FROM account_move_line line
            {OF_FAMILY.format(table="line")}
            JOIN account_account account ON account.id = line.account_id
            JOIN account_move move ON move.id = line.move_id
            LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
            WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
            AND account.account_type = 'asset_receivable'
            AND line.amount_residual != 0
            AND move.espace_disputed IS NOT TRUE
            AND move.espace_transmitted_on IS NULL
            AND payment.espace_means IS DISTINCT FROM 'cesu'
            AND NOT {debited}
            AND NOT EXISTS (
                SELECT FROM account_invoice_transaction_rel link
                JOIN payment_transaction asked ON asked.id = link.transaction_id
                WHERE link.invoice_id = move.id
                AND asked.state IN ('pending', 'authorized')
            )
            UNION ALL
            SELECT charge.family_id, MIN(charge.regie_id), SUM(charge.amount)
            FROM espace_charge charge
            WHERE charge.company_id = %(company)s AND charge.state = 'to_invoice'
            GROUP BY charge.family_id, charge.reservation_id, charge.flat_due_id
            HAVING SUM(charge.amount) < 0
        ) part
        GROUP BY family, regie
        HAVING SUM(amount) FILTER (WHERE amount > 0) > 0
        AND SUM(amount) FILTER (WHERE amount < 0) < 0
        """,
        {"company": company},
    )
    return set(cursor.fetchall())


# === Certificates === #


def is_young(birth_date, year):
    """Tell whether a child was not yet 6 on 1 January of a year."""
    born = birth_date.year + 6, birth_date.month, birth_date.day
    return born > (year, 1, 1)


def read_deductible(cursor):
    """Return the options whose price pays care that may be declared."""
    return {
        row["id"]
        for row in rows(
            cursor,
            """SELECT product.id FROM product_product product
               JOIN product_template template ON template.id = product.product_tmpl_id
               WHERE template.espace_tax_deductible""",
        )
    }


def ordinary_prices(cursor, company):
    """Return {booking: euros} that are no surcharge, of care that may be declared."""
    deductible = read_deductible(cursor)
    tariffs = read_tariffs(cursor, company)
    quotients = read_quotients(cursor, company)
    ranks = read_ranks(cursor, company)
    found = {}
    for booking in read_bookings(cursor, company):
        if booking["product_id"] not in deductible:
            continue
        found[booking["id"]] = Decimal(0)
        if booking["attendance"] == "absent_unjustified":
            continue
        tariff = tariff_of(tariffs, booking["date"])
        if tariff:
            found[booking["id"]] = priced(booking, "planned", tariff, quotients, ranks)
    return found


def care(cursor, company):
    """Return {family: euros}: what its care costs in all, whoever has paid it so far.

    From bookings and prices alone: penalties and meals are left out.
    """
    ordinary = ordinary_prices(cursor, company)
    totals = defaultdict(Decimal)
    for booking, amount in costs(cursor, company):
        if booking["id"] in ordinary:
            totals[booking["family_id"]] += min(amount, ordinary[booking["id"]])
    deductible = read_deductible(cursor)
    for month, amount in month_costs(cursor, company):
        if month["product_id"] in deductible:
            totals[month["family_id"]] += amount
    return {family: total for family, total in totals.items() if total}


def ordinary_charges(cursor, company):
    """Return {charge: euros} of what each charge holds of the ordinary price."""
    ordinary = ordinary_prices(cursor, company)
    charges = rows(
        cursor,
        """SELECT charge.id, coalesce(reservation_id, -flat_due_id) AS reservation_id,
               event, amount, aid_id, line.move_id AS move, charge.product_id
           FROM espace_charge charge
           LEFT JOIN account_move_line line ON line.id = charge.invoice_line_id
           WHERE charge.company_id = %s ORDER BY reservation_id, charge.id""",
        company,
    )
    of_booking, of_others = defaultdict(list), []
    for charge in charges:
        if charge["aid_id"]:
            of_others.append(charge)
        else:
            of_booking[charge["reservation_id"]].append(charge)
    stayed_away = {
        row["id"]
        for row in rows(
            cursor,
            """SELECT id FROM espace_reservation
               WHERE attendance = 'absent_unjustified'""",
        )
    }
    found, deductible = {}, read_deductible(cursor)
    for booking, own in of_booking.items():
        if booking < 0 and own[0]["product_id"] in deductible:
            # A month at a flat price holds no surcharge.
            found |= {charge["id"]: number(charge["amount"]) for charge in own}
        if booking not in ordinary:
            continue
        # What was once asked as booked in time is no surcharge, whatever it costs now.
        asked = most = Decimal(0)
        for charge in own:
            if charge["event"] == "planned":
                asked += number(charge["amount"])
                most = max(most, asked)
        most = Decimal(0) if booking in stayed_away else most or ordinary[booking]
        total = kept = Decimal(0)
        for charge in own:
            total += number(charge["amount"])
            found[charge["id"]] = min(total, most) - kept
            kept = min(total, most)
    # Who pays a part pays as much of a surcharge as of the rest, on each document.
    for part in of_others:
        beside = [
            charge
            for charge in of_booking[part["reservation_id"]]
            if charge["move"] == part["move"]
        ]
        whole = sum(number(charge["amount"]) for charge in beside)
        ordinary_ = sum(found.get(charge["id"], Decimal(0)) for charge in beside)
        if whole:
            exact = number(part["amount"]) * ordinary_ / whole
            found[part["id"]] = exact.quantize(CENT, ROUND_HALF_UP)
    return found


def shares(amount, weights):
    """Divide euros in proportion, to the cent: what is left over by largest remainder.

    Among equal remainders the larger weight, then the one before, gets the cent.
    Remainders are compared as fractions: a quotient of Decimals is cut at some digit,
    where equal ones differ.
    """
    cents, total = abs(amount) / CENT, Fraction(sum(weights))
    exact = [Fraction(cents) * Fraction(weight) / total for weight in weights]
    parts = [floor(part) for part in exact]
    order = sorted(
        range(len(weights)),
        key=lambda n: (parts[n] - exact[n], -abs(weights[n]), n),
    )
    for n in order[: int(cents) - sum(parts)]:
        parts[n] += 1
    return [(-part if amount < 0 else part) * CENT for part in parts]


def parts_of_documents(cursor, company):
    """Return {document: [(euros, (child, year given), or None)]} of posted ones.

    A line is cut into years, and into what may be declared and what may not.
    """
    ordinary = ordinary_charges(cursor, company)
    lines = rows(
        cursor,
        """
        SELECT line.id, line.move_id, line.price_total, move.move_type
        FROM account_move_line line JOIN account_move move ON move.id = line.move_id
        WHERE move.company_id = %s AND move.state = 'posted'
        AND move.espace_family_id IS NOT NULL AND line.display_type = 'product'
        ORDER BY line.id
        """,
        company,
    )
    charges = defaultdict(list)
    for charge in rows(
        cursor,
        """SELECT id, invoice_line_id, child_id, date FROM espace_charge
           WHERE invoice_line_id IS NOT NULL AND company_id = %s
           ORDER BY date DESC, id DESC""",
        company,
    ):
        charges[charge["invoice_line_id"]].append(charge)
    found = defaultdict(list)
    for line in lines:
        sign = -1 if line["move_type"] == "out_refund" else 1
        years = {}
        for charge in charges[line["id"]]:
            key = charge["child_id"], charge["date"].year
            years[key] = years.get(key, 0) + sign * ordinary.get(charge["id"], 0)
        parts = [(amount, key) for key, amount in years.items() if amount]
        rest = number(line["price_total"]) - sum(amount for amount, _key in parts)
        found[line["move_id"]] += parts + ([(rest, None)] if rest else [])
    return found


def read_settlements(cursor, company):
    """Return {invoice: [(day, euros, whether it was borne)]}, in the order they came.

    A credit note is borne by what it gives back elsewhere; a debt given up is not.
    """
    found = defaultdict(list)
    for row in rows(
        cursor,
        """
        SELECT debt.move_id, matching.amount, other.move_type,
            payment.date AS paid_on,
            coalesce(other.statement_line_id, other.espace_treasury_family_id) AS bank,
            other.date AS booked_on, matching.max_date
        FROM account_partial_reconcile matching
        JOIN account_move_line debt ON debt.id = matching.debit_move_id
        JOIN account_move move ON move.id = debt.move_id
        JOIN account_move_line credit ON credit.id = matching.credit_move_id
        JOIN account_move other ON other.id = credit.move_id
        LEFT JOIN account_payment payment ON payment.id = credit.payment_id
        WHERE matching.company_id = %s AND move.move_type = 'out_invoice'
        AND move.espace_family_id IS NOT NULL
        ORDER BY COALESCE(
            payment.date,
            CASE WHEN other.statement_line_id IS NOT NULL THEN other.date END,
            matching.max_date
        ), matching.id
        """,
        company,
    ):
        day = row["paid_on"] or (row["booked_on"] if row["bank"] else row["max_date"])
        is_borne = bool(row["paid_on"] or row["bank"]) or row["move_type"] == (
            "out_refund"
        )
        found[row["move_id"]].append((day, number(row["amount"]), is_borne))
    return found


def borne(cursor, company):
    """Return {(family, child, year): euros} borne for care, whatever the child's age.

    What settles an invoice pays what is left of its parts, in proportion. Care paid
    before counts in the year it is given, care paid after in that of the payment.
    Credit notes take their care back on their own day. Lines without charges of a
    credit note made by Odoo's form are not looked into.
    """
    parts = parts_of_documents(cursor, company)
    settlements = read_settlements(cursor, company)
    totals = defaultdict(Decimal)
    for move in rows(
        cursor,
        """SELECT id, espace_family_id AS family, move_type, invoice_date
           FROM account_move WHERE company_id = %s AND state = 'posted'
           AND espace_family_id IS NOT NULL
           AND move_type IN ('out_invoice', 'out_refund')""",
        company,
    ):
        own = parts[move["id"]]
        if move["move_type"] == "out_refund":
            paid = [(move["invoice_date"], [-amount for amount, _key in own], True)]
        else:
            paid, left = [], [amount for amount, _key in own]
            for day, amount, is_borne in settlements[move["id"]]:
                weights = left if sum(left) else [amount for amount, _key in own]
                given = shares(amount, weights)
                left = [before - part for before, part in zip(left, given, strict=True)]
                paid.append((day, given, is_borne))
        for day, given, is_borne in paid:
            for (_amount, key), part in zip(own, given, strict=True):
                if key and is_borne:
                    child, year = key
                    totals[move["family"], child, max(year, day.year)] += part
    return {key: total for key, total in totals.items() if total}


def certificates(cursor, company):
    """Return {(family, child, year): euros} of children who were under 6.

    A family of which a year took back more than it bore has no certificate of it.
    """
    births = {
        row["id"]: row["birth_date"]
        for row in rows(cursor, "SELECT id, birth_date FROM espace_child")
    }
    young = {
        (family, child, year): amount
        for (family, child, year), amount in borne(cursor, company).items()
        if births[child] and is_young(births[child], year)
    }
    whole = defaultdict(Decimal)
    for (family, _child, year), amount in young.items():
        whole[family, year] += amount
    return {key: amount for key, amount in young.items() if whole[key[0], key[2]] > 0}


def report(cursor, company):
    """Print what is wrong in accounts and documents; return whether something is."""
    accounts = account_differences(cursor, company)
    for family, expected, found in accounts:
        print(f"  account of {family}: {expected} € expected, {found} € found")
    parts = wrong_parts(cursor, company)
    for row in parts:
        print(f"  third party {row}")
    documents = wrong_documents(cursor, company)
    for row in documents:
        print(f"  document {row}")
    crossed = unmet(cursor, company)
    for family, regie in sorted(crossed, key=str):
        print(f"  family {family} owes and is owed by régie {regie}")
    advanced = wrong_advances(cursor, company)
    for family, why in advanced.items():
        print(f"  family {family}, paid in advance: {why}")
    schedules = wrong_schedules(cursor, company)
    for row in schedules:
        print(f"  schedule {row}")
    certified = certificates(cursor, company)
    print(f"  {len(certified)} children and years, {sum(certified.values())} € borne")
    wrong = accounts or documents or crossed or advanced or parts or schedules
    return bool(wrong)


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
            wrong |= report(cursor, company)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
