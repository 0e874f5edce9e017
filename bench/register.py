"""A register of 2,000 children is imported: shown, written, and loaded again.

Promise: shown in 20 s, written in 60 s, in batches that show how far it is; and
the same register again is shown in 20 s and changes nothing.
"""

from _odoo import Report, seconds, seconds_and_cpu, transaction

CHILDREN = 2000
SHOWN, WRITTEN = 20.0, 60.0
HEADER = (
    "Nom élève;Prénom élève;Date naissance;Libellé classe;Civilité resp 1;Nom resp 1;"
    "Prénom resp 1;Courriel resp 1;Tél resp 1;Nom resp 2;Prénom resp 2;Tél resp 2;"
    "Adresse;CP;Ville"
)


def register():
    """Write a register in which every third child has an older brother or sister."""
    lines = [HEADER]
    for number in range(CHILDREN):
        family = number - number % 3 // 2
        name = f"FAMILLE{family}"
        born = f"{1 + number % 28:02}/{1 + number % 12:02}/{2016 + number % 8}"
        lines.append(
            f"{name};Prénom{number};{born};CE1-CE2 {number % 80};Mme;{name};Mère;"
            f"m{family}@example.org;06{family:08};{name};Père;07{family:08};"
            f"{family} rue de la Poste;81090;Valdurenque"
        )
    return "\r\n".join(lines).encode("cp1252")


def start(env):
    """Return a new import whose file was read."""
    one = env["espace.register.import"].create(
        {
            "school_name": "École",
            "attachment_ids": [
                (0, 0, {"name": "register.csv", "raw": register()}),
            ],
        }
    )
    one.action_read()
    return one.id


def shown(import_id):
    with transaction() as env:
        env["espace.register.import"].browse(import_id).action_preview()


def accepted(import_id):
    """Accept, then work batch by batch, each a transaction, as the job does."""
    with transaction() as env:
        one = env["espace.register.import"].browse(import_id)
        one.action_accept()
        assert one.state == "running", "What would be written is not what was shown."
    batches = 0
    going_on = True
    while going_on:
        with transaction() as env:
            one = env["espace.register.import"].browse(import_id)
            one._work_batch()
            going_on = one.state == "running"
            batches += 1
    return batches


def main():
    report = Report()
    with transaction() as env:
        first = start(env)
    report.budget("2,000 children shown", seconds(lambda: shown(first)), SHOWN)
    batches = []
    taken, cpu = seconds_and_cpu(lambda: batches.append(accepted(first)))
    words = f"{batches[0]} transactions, {cpu:.0f} s of our processor"
    report.budget("2,000 children written", taken, WRITTEN, words)
    with transaction() as env:
        one = env["espace.register.import"].browse(first)
        report.expect("children written", len(one.child_ids), CHILDREN)
        report.expect("lines that failed", one.failed_count, 0)
        again = start(env)
    report.budget("the same again, shown", seconds(lambda: shown(again)), SHOWN)
    with transaction() as env:
        one = env["espace.register.import"].browse(again)
        report.expect("children unchanged", one.same_count, CHILDREN)
        report.expect("lines to write", len(one.new_ids | one.changed_ids), 0)
    report.end()


if __name__ == "__main__":
    main()
