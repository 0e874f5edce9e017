"""Screens of the régie, read as the web client reads them."""

from datetime import date

from dateutil.relativedelta import relativedelta


def dashboard(env):
    env["espace.regie.dashboard"].load()


def collection(env):
    """Begin a collection of the month that is over, and show its form."""
    regie = env["espace.regie"].search([("company_id", "=", env.company.id)], limit=1)
    first = date.today().replace(day=1) - relativedelta(months=1)
    draft = env["espace.collection.statement"].create(
        {
            "regie_id": regie.id,
            "date_from": first,
            "date_to": first + relativedelta(months=1, days=-1),
        }
    )
    draft.read(["receipts_total", "closing_balance", "preview"])


def one_account(env):
    """Read the account of a family, balances included, as staff open it."""
    family = env["espace.family"].search([], limit=1)
    lines = env["espace.account.line"].search([("family_id", "=", family.id)], limit=80)
    lines.web_read({"date": {}, "document": {}, "debit": {}, "balance": {}})
