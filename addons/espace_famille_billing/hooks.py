"""What is checked when the addon comes, and given back when it goes."""

from odoo.addons.espace_famille.libraries import Release, refuse_unfit, report_unfit

NEEDED = {
    "PyPDF2": Release(
        "", "3", "Odoo cannot put Factur-X into an invoice with later ones"
    ),
}


def pre_init_hook(_env):
    """Install nothing with libraries that do not work."""
    refuse_unfit(NEEDED)


def post_load():
    """Say in the log which libraries do not work."""
    report_unfit(NEEDED)


def uninstall_hook(env):
    """Take away the numbers of the régies; their journals and entries are the books."""
    regies = (
        env["espace.regie"].with_context(active_test=False).search([("id", "!=", 0)])
    )
    sequences = regies.receipt_sequence_id | regies.remittance_sequence_id
    env.cr.execute(
        "UPDATE espace_regie SET receipt_sequence_id = NULL, "
        "remittance_sequence_id = NULL"
    )
    sequences.unlink()
