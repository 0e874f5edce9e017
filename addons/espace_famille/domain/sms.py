"""SMS: which number receives them, and how many of them a text makes."""

import phonenumbers

# The alphabet of GSM 03.38: what is in it takes 7 bits, from the second row on 14.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€\f")

# Signs of one SMS alone, and of each of several: some announce the next one.
SIGNS = {"gsm": (160, 153), "unicode": (70, 67)}

FRANCE = 33

MOBILE = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


def foreign_signs(text: str) -> str:
    """Return the signs that make SMS hold 70 signs instead of 160, each once."""
    return "".join(dict.fromkeys(s for s in text if s not in GSM | GSM_TWICE))


def count(text: str) -> int:
    """Return how many SMS a text is sent as; 0 for none."""
    if foreign_signs(text):
        alone, each = SIGNS["unicode"]
        length = len(text.encode("utf-16-be")) // 2
    else:
        alone, each = SIGNS["gsm"]
        length = len(text) + sum(sign in GSM_TWICE for sign in text)
    if length <= alone:
        return 1 if length else 0
    return -(-length // each)


def mobile(number: str, country: str) -> str:
    """Return a mobile number as +33612345678, '' for what receives no SMS.

    `country`: the code of the country whose numbers begin without +, FR for instance.
    """
    try:
        found = phonenumbers.parse(number or "", country)
    except phonenumbers.NumberParseException:
        return ""
    if not _is_mobile(found):
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    """Tell whether a number is a mobile's; those kept for fiction are known here too.

    In France these are all that begin with 06 or 07, whoever they were given to.
    """
    if number.country_code == FRANCE:
        digits = str(number.national_number)
        return len(digits) == 9 and digits[0] in "67"
    return phonenumbers.number_type(number) in MOBILE
