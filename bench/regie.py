"""The screens of the régie, with 60 families and with thousands that have three years.

Promise: each list and dashboard at most 300 ms of the server, whatever the families and
the years that are past. Each family has a bill a month, all paid but the last two. The
yardstick is Odoo's own list of customer invoices. Each figure is that of the second
call, the best of some: the first reads what Odoo keeps.
"""

import argparse
from datetime import date

from _copies import copy_family
from _odoo import Report, Town, ms, seconds, transaction
from _screens import collection, dashboard, one_account
from dateutil.relativedelta import relativedelta

from odoo.fields import Command

from odoo.addons.espace_famille_billing.tests.common_regie import Regie

BUDGET = 0.3
FEW = 60
MONTHS, UNPAID = 36, 2


class Office(Regie, Town):
    """The commune around today, with a régie."""

    @classmethod
    def bill(cls, family, day):
        """Return a posted bill of three lines, due the same day."""
        products = cls.meal | cls.t1 | cls.t2
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": family.partner_id.id,
                "invoice_date": day,
                "invoice_date_due": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": 36,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product in products
                ],
            }
        )
        move.action_post()
        return move

    @classmethod
    def collect(cls, move, journal):
        """Receive the whole of a bill on its day."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": move.partner_id.id,
                "amount": move.amount_total,
                "date": move.date,
                "journal_id": journal.id,
            }
        )
        payment.action_post()
        (payment.move_id | move).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()


def main():
    options = arguments()
    report = Report()
    company_id, family_id, clerk_id = build()
    done = 1
    for count in sorted({FEW, options.families}):
        with transaction() as env:
            copy_family(env["espace.family"].browse(family_id), done, count - 1)
        done = count
        where = {"allowed_company_ids": [company_id], "lang": "fr_FR"}
        for label, screen in SCREENS.items():
            best, queries = measure(screen, clerk_id, where, options.times)
            line = f"{count} families: {label}"
            if screen is invoices:
                stick = f"{line} (yardstick)"
                report.figure(stick, f"{ms(best):>8}", best, queries=queries)
            else:
                report.budget(line, best, BUDGET, queries=queries)
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=2000)
    parser.add_argument("--times", type=int, default=3, help="measurements a screen")
    return parser.parse_args()


def measure(screen, user_id, context, times):
    """Return the best seconds of a screen, and its queries."""
    samples = []
    for _time in range(times + 1):
        with transaction(user_id, **context) as env:
            taken = seconds(lambda env=env: screen(env))
            samples.append((taken, env.cr.sql_log_count))
            env.cr.rollback()
    return min(samples[1:])


# === Screens === #


def listed(model, domain=(), order=None, group=None):
    """Return what reads a list as its screen does: a page and how many there are."""

    def read(env):
        records = env[model]
        names = [
            name
            for name, field in records._fields.items()
            if field.store and field.type not in ("binary", "html")
        ]
        if group:
            return records.web_read_group(list(domain), [group], ["__count"])
        return records.web_search_read(
            list(domain), {name: {} for name in names}, limit=80, order=order
        )

    return read


invoices = listed("account.move", [("move_type", "=", "out_invoice")])


SCREENS = {
    "Customer invoices": invoices,
    "Dashboard": dashboard,
    "Arrears": listed("espace.arrears", [("overdue", ">", 0)]),
    "Aged receivables": listed("espace.aged.receivable", group="bucket"),
    "Families' accounts, this year": listed(
        "espace.account.line",
        [("date", ">=", date.today().replace(month=1, day=1))],
        group="family_id",
    ),
    "One family's account": one_account,
    "Collections": listed("espace.collection.statement"),
    "Collection of a month": collection,
    "Missing documents": listed("espace.document.missing"),
}


# === A commune === #


def build():
    """Invoice a family month by month; return ids of commune, family and agent."""
    today = date.today()
    with transaction(tracking_disable=True) as env:
        office = Office.build(env)
        _regie, journals, _treasury = office._open_regie()
        family = office.add_family(1)
        clerk = office._create_staff("finance", "manager")
        company_id = office.company.id
        office.env["espace.document.type"].create(
            {"name": "Assurance", "needed_for": "all", "company_id": company_id}
        )
        for number in range(MONTHS, 0, -1):
            day = today - relativedelta(months=number)
            move = office.bill(family, day)
            if number > UNPAID:
                office.collect(move, journals["cheque"])
        return company_id, family.id, clerk.id


if __name__ == "__main__":
    main()
