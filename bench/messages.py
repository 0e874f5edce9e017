"""A message to 2,000 families is checked, then sent in batches; a waiting list is read.

Promise: who receives it and what each family reads is written down in 5 s; then it
leaves batch by batch, each a transaction, and each batch says how far it is. A page of
the waiting lists, with why each family is not given a place, takes 300 ms.
"""

from datetime import timedelta

from _odoo import Report, Town, seconds, transaction

from odoo.fields import Command

FAMILIES, CHECKED, BATCH_TIME = 2000, 5.0, 3.0
WAITING, LISTED = 40, 0.3


def build(env):
    """Create the families, two children each; return what the measurements need."""
    town = Town.build(env)
    families = town.env["espace.family"].create(
        [
            {
                "name": f"Famille {number}",
                "lang": "fr_FR",
                "guardian_ids": [
                    Command.create(
                        {
                            "lastname": f"Famille {number}",
                            "firstname": firstname,
                            "email": f"{firstname}.{number}@example.org".lower(),
                        }
                    )
                    for firstname in ("Claire", "Marc")
                ],
            }
            for number in range(FAMILIES)
        ]
    )
    town.env["espace.child"].create(
        [
            {
                "lastname": family.name,
                "firstname": firstname,
                "family_id": family.id,
                "class_id": town.class_cp.id,
            }
            for family in families
            for firstname in ("Nina", "Tom")
        ]
    )
    message = town.env["espace.message"].create(
        {
            "name": "{class}: sortie",
            "body": "<p>Madame, Monsieur,</p><p>{children}, {school}</p>" * 5,
            "audience": "class",
            "class_ids": [Command.set(town.class_cp.ids)],
        }
    )
    return message.id, queue(town, families[:WAITING])


def queue(town, families):
    """Have a child of each family wait for a full day; return their bookings."""
    day = town.today + timedelta(days=3)
    option = town.add_service("Full", [day], capacity=0, enrolment_required=False)
    session = option.espace_activity_id.session_ids
    return (
        town.env["espace.reservation"]
        .create(
            [
                {
                    "child_id": family.main_child_ids[0].id,
                    "family_id": family.id,
                    "session_id": session.id,
                    "product_id": option.id,
                    "state": "waiting",
                }
                for family in families
            ]
        )
        .ids
    )


def checked(message_id):
    with transaction() as env:
        env["espace.message"].browse(message_id).action_check()


def sent(message_id):
    """Send as the job does; return what each batch took, in seconds."""
    with transaction() as env:
        env["espace.message"].browse(message_id).action_send()
    taken, going_on = [], True
    while going_on:

        def batch():
            nonlocal going_on
            with transaction() as env:
                message = env["espace.message"].browse(message_id)
                message._work_batch()
                going_on = message.state == "sending"

        taken.append(seconds(batch))
    return taken


def listed(booking_ids):
    with transaction() as env:
        lines = env["espace.reservation"].browse(booking_ids)
        lines.read(["waiting_rank", "child_id", "waiting_obstacle", "waiting_reason"])


def main():
    report = Report()
    with transaction() as env:
        message_id, waiting_ids = build(env)
    taken = seconds(lambda: checked(message_id))
    report.budget("2,000 families checked", taken, CHECKED)
    batches = sent(message_id)
    words = f"{len(batches)} batches, {sum(batches):.0f} s in all"
    report.budget("the slowest batch", max(batches), BATCH_TIME, words)
    with transaction() as env:
        message = env["espace.message"].browse(message_id)
        report.expect("families written to", message.family_count, FAMILIES + 2)
        told = env["mail.message"].search_count(
            [
                ("model", "=", "espace.family"),
                ("subject", "=", "CP: sortie"),
            ]
        )
        report.expect("messages in their files", told, FAMILIES + 2)
    listed(waiting_ids)
    taken = seconds(lambda: listed(waiting_ids))
    report.budget(f"{WAITING} of a waiting list", taken, LISTED)
    report.end()


if __name__ == "__main__":
    main()
