"""What the addon set outside its own tables is given back when it goes."""


def uninstall_hook(env):
    """Take away the numbers of titres; their invoices and entries are the books."""
    companies = env["res.company"].with_context(active_test=False).search([])
    sequences = (
        companies.espace_title_sequence_id | companies.espace_title_list_sequence_id
    )
    companies.write(
        {"espace_title_sequence_id": False, "espace_title_list_sequence_id": False}
    )
    sequences.unlink()
