"""What a list of titres says of each debtor, and which debts make one.

A titre is one line: a debtor, a sum, an object. The columns are documented in
`docs/guide-titres.md`; their order and names are a promise to whoever reads the file.
Amounts are exact euros (Decimal).
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

# Of a natural person, as the treasury codes third parties (CatTiers, NatJur).
PERSON = "01"
PRIVATE = "01"

COLUMNS = (
    "exercice",
    "bordereau",
    "numero_titre",
    "date_emission",
    "date_limite",
    "cat_tiers",
    "nat_jur",
    "civilite",
    "nom",
    "prenom",
    "adresse_1",
    "adresse_2",
    "code_postal",
    "commune",
    "pays",
    "objet",
    "montant",
    "code_produit_local",
    "factures",
    "compte_famille",
    "codebiteur_civilite",
    "codebiteur_nom",
    "codebiteur_prenom",
    "codebiteur_adresse_1",
    "codebiteur_adresse_2",
    "codebiteur_code_postal",
    "codebiteur_commune",
    "codebiteur_pays",
    "mandat_rum",
    "mandat_date",
    "mandat_iban",
    "mandat_bic",
    "emetteur_prenom",
    "emetteur_nom",
    "emetteur_qualite",
    "voies_et_delais_de_recours",
)

# What a spreadsheet would take for a formula.
FORMULA = re.compile(r"^[=+\-@\t\r]")


def split_small(
    debts: Iterable[tuple[int, int, Decimal]], minimum: Decimal
) -> tuple[dict[int, list[int]], dict[int, Decimal]]:
    """Return what makes a titre today, and what waits for it is too small.

    Below 15 € nothing is put in recovery (D1611-1 of the CGCT): all that a family owes
    counts together.

    :param debts: (debt, family, euros left)
    :return: {family: its debts} and {family: euros that wait}

    >>> split_small([(1, 7, Decimal(9)), (2, 7, Decimal(6)), (3, 8, Decimal(14))],
    ...             Decimal(15))
    ({7: [1, 2]}, {8: Decimal('14')})
    """
    totals: dict[int, Decimal] = {}
    of_family: dict[int, list[int]] = {}
    for debt, family, left in debts:
        totals[family] = totals.get(family, Decimal(0)) + left
        of_family.setdefault(family, []).append(debt)
    small = {family: total for family, total in totals.items() if total < minimum}
    return {f: own for f, own in of_family.items() if f not in small}, small


def names_two_kinds(court: str) -> bool:
    """Tell whether both kinds of courts are named: then no delay begins.

    CAA Versailles 9 June 2022: a notification that leaves the choice is ambiguous.

    >>> names_two_kinds("Tribunal administratif de Toulouse")
    False
    """
    words = court.lower()
    return "administratif" in words and ("judiciaire" in words or "instance" in words)


def product_code(codes: Iterable[str | None], default: str | None) -> str:
    """Return the code produit local of a titre: that of all its activities, if one.

    >>> product_code(["CANT", "CANT"], "PERI"), product_code(["CANT", None], "PERI")
    ('CANT', 'PERI')
    """
    found = set(codes)
    [only] = found if len(found) == 1 else [None]
    return only or default or ""


def french_amount(amount: Decimal) -> str:
    """Write an amount as French spreadsheets read it.

    >>> french_amount(Decimal("1234.5"))
    '1234,50'
    """
    return f"{amount:.2f}".replace(".", ",")


def french_day(day: date | None) -> str:
    """Write a day as 31/12/2027, nothing for None."""
    return day.strftime("%d/%m/%Y") if day else ""


def cell(value) -> str:
    """Write a value of a line as the CSV holds it."""
    if isinstance(value, Decimal):
        return french_amount(value)
    if isinstance(value, date):
        return french_day(value)
    text = " ".join(str(value or "").split())
    return f"'{text}" if FORMULA.match(text) else text


def written(lines: Iterable[Mapping]) -> bytes:
    """Return the CSV of these lines, {column: text, day or euros}.

    UTF-8 with its mark, semicolons, CRLF: spreadsheets of French offices open it as it
    is.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(cell(line.get(column)) for column in COLUMNS)
    return stream.getvalue().encode("utf-8-sig")
