"""Families by the thousand: rows that PostgreSQL copies from those of one family.

Odoo would take minutes to make them; what is measured afterwards reads rows and does
not mind who wrote them. Copies keep their days and sessions, whose counters they do not
change.
"""

# The ids of copy number n are those of the first family and n times so much more.
SHIFT = 100_000

# Whose ids are shifted wherever they are referred to.
COPIED = {
    "espace.family",
    "espace.guardian",
    "espace.child",
    "espace.enrolment",
    "espace.reservation",
    "espace.charge",
    "account.move",
    "account.move.line",
    "account.payment",
    "account.partial.reconcile",
    "account.full.reconcile",
}
UNIQUE = {
    "espace.family": ["reference"],
    "account.move": ["name"],
    "account.payment": ["name", "espace_receipt_number"],
}


def copy_family(family, first, last):
    """Insert copies `first` to `last` of a family, its children, bookings and money."""
    family.env.flush_all()
    charges = family.charge_ids
    payments = family.env["account.payment"].search(
        [("espace_family_id", "=", family.id)]
    )
    moves = charges.move_id | family.env["account.move"].search(
        [("commercial_partner_id", "=", family.partner_id.id)]
    )
    # An entry names its payment, and the payment its entry.
    family.env.cr.execute(
        "ALTER TABLE account_move ALTER CONSTRAINT account_move_origin_payment_id_fkey "
        "DEFERRABLE INITIALLY DEFERRED"
    )
    lines = (moves | payments.move_id).line_ids
    matches = lines.matched_debit_ids | lines.matched_credit_ids
    for records in (
        family.partner_id,
        family.guardian_ids.partner_id,
        family,
        family.guardian_ids,
        family.income_ids,
        family.child_ids,
        family.child_ids.enrolment_ids,
        family.reservation_ids,
        moves | payments.move_id,
        payments,
        matches.full_reconcile_id,
        lines,
        matches,
        charges,
    ):
        for record in records:
            _copy_row(record, first, last)
    family.env.cr.execute("ANALYZE")


def _copy_row(record, first, last):
    shift = f"{SHIFT} * number"
    columns = {
        name: f"{name}::int + {shift}" if _copied(field) else _quoted(name)
        for name, field in record._fields.items()
        if field.store and field.column_type and name != "id"
    }
    for name in UNIQUE.get(record._name, ()):
        columns[name] = f"{name} || '-' || number"
    record.env.cr.execute(
        f"INSERT INTO {record._table} (id, {', '.join(map(_quoted, columns))})"
        f" SELECT id + {shift}, {', '.join(columns.values())}"
        f" FROM {record._table}, generate_series(%s, %s) AS number WHERE id = %s",
        [first, last, record.id],
    )


def _copied(field):
    if field.type != "many2one":
        return False
    if field.comodel_name == "res.partner":
        return field.name in (
            *("partner_id", "person_id"),
            *("commercial_partner_id", "parent_id"),
        )
    return field.comodel_name in COPIED


def _quoted(name):
    return f'"{name}"'
