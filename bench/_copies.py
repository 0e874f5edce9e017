"""Families by the thousand: rows that PostgreSQL copies from those of one family.

Odoo would take minutes to make them; what is measured afterwards reads rows and does
not mind who wrote them. Copies keep their days and sessions, whose counters they do not
change.
"""

from contextlib import contextmanager

# The ids of copy number n are those of the first family and n times so much more.
SHIFT = 25_000
# What is made after copies gets ids from here on: above those of any copy. A family
# that is made there is copied from there.
MADE_LATER = 1_600_000_000
HIGHEST = 2**31 - 1
# So many new rows of a table are indexed all at once, faster than one by one.
MANY = 100_000

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
    "espace.billing.run.family",
}
UNIQUE = {
    "espace.family": ["reference"],
    "account.payment": ["name", "espace_receipt_number"],
}

# Nobody bears the name of somebody else: copies are no duplicates.
NAMED = {
    "espace.child": ["lastname", "name"],
    "res.partner": ["name", "complete_name", "lastname"],
}
MAILED = {"res.partner": ["email", "email_normalized"]}


def copy_family(family, first, last):
    """Insert copies `first` to `last` of a family, its children, bookings and money."""
    env = family.env
    env.flush_all()
    charges = family.charge_ids
    payments = env["account.payment"].search([("espace_family_id", "=", family.id)])
    moves = charges.move_id | env["account.move"].search(
        [("commercial_partner_id", "=", family.partner_id.id)]
    )
    lines = (moves | payments.move_id).line_ids
    matches = lines.matched_debit_ids | lines.matched_credit_ids
    everything = (
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
        env["espace.billing.run.family"].search([("family_id", "=", family.id)]),
    )
    # An entry names its payment, and the payment its entry.
    both_ways = "account_move ALTER CONSTRAINT account_move_origin_payment_id_fkey"
    env.cr.execute(f"ALTER TABLE {both_ways} DEFERRABLE INITIALLY DEFERRED")
    env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
    for records in everything:
        _copy_rows(records.sudo(), first, last)
        if records == payments:
            # Nothing may wait to be checked where keys are taken away.
            env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
    env.cr.execute("ANALYZE")


def _copy_rows(records, first, last):
    """Copy these rows, one after the other as time has brought them."""
    if not records:
        return
    # Of whoever is no copy.
    originals = records.browse(sorted(records.ids))
    lowest, highest = originals[:1].id, originals[-1:].id
    limit = MADE_LATER if highest < MADE_LATER else HIGHEST
    if highest - lowest >= SHIFT or highest + SHIFT * last >= limit:
        raise SystemExit(f"{records._name}: no room for {last} copies of {highest}.")
    with _bare(records, len(records) * (last - first + 1)):
        for record in originals:
            _copy_row(record, first, last)
    # Where no copy is, whatever is made from now on.
    sequence = f"pg_get_serial_sequence('{records._table}', 'id')"
    records.env.cr.execute(
        f"SELECT setval({sequence}, greatest(%s, max(id), nextval({sequence})))"
        f" FROM {records._table}",
        [MADE_LATER],
    )


@contextmanager
def _bare(records, count):
    """Take indexes and foreign keys of a table away while many rows are inserted.

    What refers to rows that are not copied refers to what its original does.
    """
    cr, table = records.env.cr, records._table
    if count < MANY:
        yield
        return
    cr.execute(
        """
        SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
         WHERE conrelid = %s::regclass AND contype = 'f'
        """,
        [table],
    )
    keys = cr.fetchall()
    cr.execute(
        """
        SELECT index.indexrelid::regclass::text, pg_get_indexdef(index.indexrelid),
               obj_description(index.indexrelid, 'pg_class')
          FROM pg_index index
         WHERE index.indrelid = %s::regclass
           AND NOT EXISTS (
               SELECT FROM pg_constraint WHERE conindid = index.indexrelid)
        """,
        [table],
    )
    indexes = cr.fetchall()
    for name, _definition in keys:
        cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition, _comment in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for name, definition, comment in indexes:
        cr.execute(definition)
        if comment:
            # Odoo keeps there what it made the index of.
            cr.execute(f"COMMENT ON INDEX {name} IS %s", [comment])
    for name, definition in keys:
        valid = definition.removesuffix(" NOT VALID")
        cr.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {valid} NOT VALID",
        )


def _copy_row(record, first, last):
    shift = f"{SHIFT} * number"
    columns = {
        name: f"{name}::int + {shift}" if _copied(field) else _quoted(name)
        for name, field in record._fields.items()
        if field.store and field.column_type and name != "id"
    }
    for name in UNIQUE.get(record._name, ()):
        columns[name] = f"{name} || '-' || number"
    if record._name == "account.move":
        # Each copy counts in series of its own: none has a gap.
        series = "sequence_prefix || 'C' || number || '/'"
        columns["name"] = f"replace(name, sequence_prefix, {series})"
        columns["sequence_prefix"] = series
    for name in NAMED.get(record._name, ()):
        columns[name] = f"{name} || ' ' || number"
    for name in MAILED.get(record._name, ()):
        columns[name] = f"number || {name}"
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
