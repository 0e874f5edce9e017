"""A month of 5,000 payments is stated: looked at, closed, and summed up again.

Promise: at most 10 s for creating and closing it, totals and imputations included; the
PDF is apart. The yardstick is what bare Odoo takes to write a field of as many
payments.
"""

import argparse
from datetime import date, timedelta

from _odoo import Report, Town, ms, seconds, transaction

from odoo.fields import Command

from odoo.addons.espace_famille_billing.tests.common_regie import Regie

BUDGET = 10.0
BATCH = 500


class Office(Regie, Town):
    """The commune around today, with a régie whose last month is over."""


def main():
    options = arguments()
    report = Report()
    regie_id, month = build(options.payments)
    with transaction(tracking_disable=True) as env:
        payments = env["account.payment"].search([("espace_regie_id", "=", regie_id)])
        stick = seconds(lambda: write_memo(payments))
    label = f"{len(payments)} payments written (yardstick)"
    report.figure(label, f"{ms(stick):>8}", stick)
    made = {}
    with transaction(tracking_disable=True) as env:
        env = env(
            context={**env.context, "allowed_company_ids": company(env, regie_id)}
        )
        vals = {"regie_id": regie_id, "date_from": month[0], "date_to": month[1]}

        def create_and_close():
            statement = env["espace.collection.statement"].create(vals)
            statement.read(["receipts_total", "closing_balance", "preview"])
            made["looked"] = True
            statement.action_close()
            env.flush_all()
            made["id"] = statement.id

        taken = seconds(create_and_close)
    report.budget(
        "Created, looked at and closed",
        taken,
        BUDGET,
        f"{taken / stick:.1f} yardsticks",
    )
    with transaction() as env:
        statement = env["espace.collection.statement"].browse(made["id"])
        workbook = seconds(lambda: statement.xlsx)
        report.figure("Its workbook", f"{ms(workbook):>8}", workbook)
        report.expect("Payments held", len(statement.payment_ids), options.payments)
        report.expect(
            "Broken promises",
            len(env["espace.check"]._problems(statement.company_id)),
            0,
        )
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=5000)
    return parser.parse_args()


def company(env, regie_id):
    return env["espace.regie"].browse(regie_id).company_id.ids


def write_memo(payments):
    payments.write({"espace_cheque_bank": "Banque"})
    payments.env.flush_all()


def build(count):
    """Invoice and collect `count` times; return the régie's id and its month."""
    last = date.today().replace(day=1) - timedelta(days=1)
    month = last.replace(day=1), last
    with transaction(tracking_disable=True) as env:
        office = Office.build(env)
        regie, journals, _treasury = office._open_regie()
        products = office.meal | office.t1 | office.t2
        families = [
            office._create_family(f"Famille {n}", ["Claire"]) for n in range(50)
        ]
        ids = regie.id, [j.id for j in journals.values()], products.ids
        partners = [family.partner_id.id for family in families]
        company_id = office.company.id
    for start in range(0, count, BATCH):
        with transaction(
            tracking_disable=True, allowed_company_ids=[company_id]
        ) as env:
            collect(
                env, ids, partners, month[0], range(start, min(start + BATCH, count))
            )
    return regie.id, month


def collect(env, ids, partners, day, numbers):
    _regie_id, journals, products = ids
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partners[n % len(partners)],
                "invoice_date": day,
                "invoice_date_due": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product,
                            "price_unit": 3.60 + n % 7,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product in products
                ],
            }
            for n in numbers
        ]
    )
    moves._post()
    payments = env["account.payment"].create(
        [
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": move.partner_id.id,
                # Some pay a part, some more than they owe.
                "amount": round(move.amount_total + (n % 3 - 1) * 0.55, 2),
                "date": day + timedelta(days=n % 28),
                "journal_id": journals[n % len(journals)],
            }
            for n, move in zip(numbers, moves, strict=True)
        ]
    )
    payments.action_post()
    matches = [
        (payment.move_id | move).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        for payment, move in zip(payments, moves, strict=True)
    ]
    env["account.move.line"]._reconcile_plan(matches)


if __name__ == "__main__":
    main()
