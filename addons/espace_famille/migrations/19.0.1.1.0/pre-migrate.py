"""Names of 19.0.1.1: what is stored is renamed, nothing is lost."""

from odoo.tools import sql

# Before: now. The action and the menu keep what was made of them: favourites, groups.
XML_IDS = {
    "espace_session_to_point_action": "espace_session_to_mark_action",
    "espace_session_view_list_to_point": "espace_session_view_list_to_mark",
    "espace_menu_to_point": "espace_menu_to_mark",
}


def migrate(cr, version):
    if sql.column_exists(cr, "espace_closure", "told_count"):
        sql.rename_column(cr, "espace_closure", "told_count", "notified_count")
    cr.execute(
        "ALTER INDEX IF EXISTS espace_reservation_to_point "
        "RENAME TO espace_reservation_to_mark"
    )
    for before, now in XML_IDS.items():
        cr.execute(
            "UPDATE ir_model_data SET name = %s "
            "WHERE module = 'espace_famille' AND name = %s",
            (now, before),
        )
