from odoo.tools import SQL


def post_init_hook(env):
    """Give each régie that takes debits what they are entered by."""
    for regie in env["espace.regie"].search([]):
        if regie._debit_journal():
            regie._debit_method_line()


def uninstall_hook(env):
    """Leave families without mandates as they were: nobody debits them now."""
    env.cr.execute(
        SQL(
            "UPDATE espace_family SET pays_by_debit = FALSE "
            "WHERE id IN (SELECT espace_family_id FROM account_banking_mandate)"
        )
    )
