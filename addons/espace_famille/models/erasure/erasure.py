"""What is erased in the same way whatever record it hangs on."""


def erase_papers(records):
    """Delete the messages, the followers, the activities and the files of `records`.

    The messages take with them the values they traced and the mails that were sent.
    """
    if not records:
        return
    env = records.sudo().env
    own = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
    env["mail.message"].search(
        [("model", "=", records._name), ("res_id", "in", records.ids)]
    ).unlink()
    for model in ("mail.followers", "mail.activity"):
        env[model].with_context(active_test=False).search(own).unlink()
    # A file kept in a field is only found where its field is asked for.
    env["ir.attachment"].search([*own, ("id", "!=", False)]).unlink()


def erase_records(records):
    """Delete records with everything that hangs on them."""
    erase_papers(records)
    records.unlink()
