"""Names of 19.0.1.1: what is stored is renamed, nothing is lost."""

from odoo.tools import SQL, sql

# Before: now.
MODELS = {
    "espace.attempt": "espace.rate.limit",
    "espace.portal.data": "espace.gdpr.export",
    "espace.security.test": "espace.captcha",
}
XML_IDS = {
    "cron_tell_bookings": "cron_notify_bookings",
    "cron_tell_changes": "cron_notify_changes",
    # What Odoo names for them, without which it would take them away.
    "cron_tell_bookings_ir_actions_server": "cron_notify_bookings_ir_actions_server",
    "cron_tell_changes_ir_actions_server": "cron_notify_changes_ir_actions_server",
    "security_test": "captcha",
}


def migrate(cr, version):
    if sql.column_exists(cr, "espace_change", "told"):
        sql.rename_column(cr, "espace_change", "told", "notified")
    for before, now in MODELS.items():
        rename_model(cr, before, now)
    for before, now in XML_IDS.items():
        cr.execute(
            "UPDATE ir_model_data SET name = %s "
            "WHERE module = 'espace_famille_portal' AND name = %s",
            (now, before),
        )


def rename_model(cr, before, now):
    """Rename a model with its table, its indexes and its external identifiers."""
    cr.execute("UPDATE ir_model SET model = %s WHERE model = %s", (now, before))
    cr.execute("UPDATE ir_model_fields SET model = %s WHERE model = %s", (now, before))
    names = before.replace(".", "_"), now.replace(".", "_")
    cr.execute(
        "UPDATE ir_model_data SET name = replace(name, %s, %s) "
        "WHERE module = 'espace_famille_portal'",
        names,
    )
    if not sql.table_exists(cr, names[0]):
        return
    cr.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", names[:1])
    for relation in [*names[:1], *(index for [index] in cr.fetchall())]:
        cr.execute(
            SQL(
                "ALTER %s %s RENAME TO %s",
                SQL("TABLE" if relation == names[0] else "INDEX"),
                SQL.identifier(relation),
                SQL.identifier(relation.replace(*names)),
            )
        )
