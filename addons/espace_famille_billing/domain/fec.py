"""The file of entries that French accountants exchange (FEC).

Source: article A47 A-1 of the Livre des procédures fiscales: a heading, then one line
an entry of 18 columns separated by “|”; amounts with a decimal comma; an amount in a
foreign currency only where there is one.
"""

import csv
import io
from decimal import Decimal

COLUMNS = tuple(
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum "
    "CompAuxLib PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet "
    "ValidDate Montantdevise Idevise".split()
)
SIDES = ("Debit", "Credit")


def tidied(text, currency):
    """Return the file that Odoo wrote, as the article wants it to the letter.

    Without opening balances of zero, with plain amounts (“2,85”, not zeros before it),
    with no foreign currency where it is the commune's own, and with no quotation marks,
    which separate nothing in this format.

    :param str text: what Odoo wrote, columns as above
    :param str currency: code of the commune's currency
    :return: the lines, each ended by CR LF but the last
    :raise ValueError: the heading is another
    """
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter="|")
    if tuple(header) != COLUMNS:
        raise ValueError(f"Unknown heading of a FEC: {header}")
    entries = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    kept = (_line(entry, currency) for entry in entries if _says_something(entry))
    return "\r\n".join(["|".join(COLUMNS), *kept])


def _says_something(entry):
    return any(_amount(entry[side]) for side in SIDES)


def _line(entry, currency):
    if entry["Idevise"] == currency:
        entry = {**entry, "Idevise": "", "Montantdevise": ""}
    for column in (*SIDES, "Montantdevise"):
        if entry[column]:
            entry[column] = f"{_amount(entry[column]):.2f}".replace(".", ",")
    return "|".join(_plain(entry[column]) for column in COLUMNS)


def _amount(text):
    """Read “ 000000000000002,85” or “-000000000000002,85”."""
    return Decimal(text.strip().replace(",", "."))


def _plain(text):
    """Return the text on one line, without what could be read as a separator."""
    return " ".join(text.replace("|", "/").replace('"', "’").split())
