from datetime import date
from typing import NamedTuple

# Told in the context to what invoices charges; see `Terms`.
TERMS = "espace_invoice_terms"


class Terms(NamedTuple):
    """The dates of invoices that are made together, and the campaign that asks.

    A client may send what context it likes, but never an instance of this class.
    Credits are then given back whole: where they exceed what is due, the family
    gets a credit note.
    """

    invoice_date: date
    date_due: date
    debit_date: date | None = None
    run_id: int | None = None


def terms_of(env):
    """Return the `Terms` that our own code has told, None else."""
    terms = env.context.get(TERMS)
    return terms if isinstance(terms, Terms) else None
