"""Names of 19.0.1.1: what is stored is renamed, nothing is lost."""

from odoo.tools.sql import column_exists

# Before: now. Actions keep what users made of them, such as favourites.
XML_IDS = {
    "espace_caf_run_action": "espace_caf_wizard_action",
    "espace_reminder_run_server_action": "espace_reminder_wizard_server_action",
    "espace_tax_run_action": "espace_tax_wizard_action",
}


def migrate(cr, version):
    if column_exists(cr, "espace_billing_run_check", "code"):
        cr.execute(
            "UPDATE espace_billing_run_check SET code = 'unmarked' "
            "WHERE code = 'unpointed'"
        )
    if column_exists(cr, "espace_billing_run_family", "sending"):
        # A run is sent when all of it is.
        cr.execute(
            """
            UPDATE espace_billing_run run SET state = 'partly_sent'
            WHERE state = 'sent' AND EXISTS (
                SELECT FROM espace_billing_run_family line
                WHERE line.run_id = run.id AND line.sending = 'failed'
            )
            """
        )
    for before, now in XML_IDS.items():
        cr.execute(
            "UPDATE ir_model_data SET name = %s "
            "WHERE module = 'espace_famille_billing' AND name = %s",
            (now, before),
        )
