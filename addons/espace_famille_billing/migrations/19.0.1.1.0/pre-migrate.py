from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Call days whose attendance is not marked so, in checklists that are stored."""
    if column_exists(cr, "espace_billing_run_check", "code"):
        cr.execute(
            "UPDATE espace_billing_run_check SET code = 'unmarked' "
            "WHERE code = 'unpointed'"
        )
