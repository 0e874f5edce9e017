from datetime import date
from typing import NamedTuple


class Terms(NamedTuple):
    """The dates of invoices that are made together, and the run that makes them."""

    invoice_date: date
    date_due: date
    debit_date: date | None = None
    run_id: int | None = None
    deposit_rule_id: int | None = None
