"""Which bank accounts may be debited: IBANs of the SEPA area, and how they are shown.

Sources: ISO 13616 (key; lengths of its registry); EPC409-09, the list of the countries
and territories of the SEPA schemes.
"""

from stdnum.exceptions import ValidationError

# Not `stdnum.iban`: it reads a file that it does not find below Odoo's import hook.
from stdnum.iso7064 import mod_97_10

# Signs of an IBAN, by its first two (territories have those of their state).
SEPA = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "EE", "LT", "LU"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("GI",), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "RO", "SE", "SK"), 24),
    **dict.fromkeys(("PT",), 25),
    **dict.fromkeys(("IS",), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27),
    **dict.fromkeys(("AL", "CY", "HU", "PL"), 28),
    **dict.fromkeys(("MT",), 31),
}

LONGEST = 34

# Why an account cannot be debited.
WRONG = "wrong"
OUTSIDE = "outside"


def read(text):
    """Return (IBAN without spaces, None), or ("", the reason it cannot be debited).

    :param str text: as somebody types it: with spaces, dashes, small letters
    """
    typed = "".join(c for c in str(text or "") if c.isalnum() and c.isascii()).upper()
    if not 5 <= len(typed) <= LONGEST or not typed[:2].isalpha():
        return "", WRONG
    try:
        mod_97_10.validate(typed[4:] + typed[:4])
    except ValidationError:
        return "", WRONG
    if typed[:2] not in SEPA:
        return "", OUTSIDE
    return (typed, None) if len(typed) == SEPA[typed[:2]] else ("", WRONG)


def mask(number):
    """Return an IBAN of which only country, key and last four signs can be read."""
    number = "".join(str(number or "").split())
    if len(number) < 12:
        return "•" * len(number)
    return f"{number[:4]} •••• •••• {number[-4:]}"


def grouped(number):
    """Return an IBAN in groups of four, as it is printed."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
