"""What is given back when the addon goes."""


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
