"""What the first digits of a French postcode tell: school zone, public holidays, clock.

School zones are those of the académies (arrêté of 15 January 2016 and after); postcodes
that begin with 20 are Corsica, 97x and 98x overseas, where no zone is A, B or C.
"""

from typing import NamedTuple

ZONES = {
    "A": (
        "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 "
        "74 79 86 87 89 90"
    ),
    "B": (
        "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 "
        "56 57 59 60 61 62 67 68 72 76 80 83 84 85 88"
    ),
    "C": "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95",
}
OVERSEAS = {
    "971": ("guadeloupe", "971", "America/Guadeloupe"),
    "972": ("martinique", "972", "America/Martinique"),
    "973": ("guyane", "973", "America/Cayenne"),
    "974": ("reunion", "974", "Indian/Reunion"),
    "975": ("saint_pierre_et_miquelon", "PM", "America/Miquelon"),
    "976": ("mayotte", "976", "Indian/Mayotte"),
    "986": ("wallis_et_futuna", "WF", "Pacific/Wallis"),
    "987": ("polynesie", "PF", "Pacific/Tahiti"),
    "988": ("nouvelle_caledonie", "NC", "Pacific/Noumea"),
}
ALSACE_MOSELLE = {"57": "57", "67": "6AE", "68": "6AE"}

PARIS = "Europe/Paris"
ZONE_OF = {
    department: zone for zone, names in ZONES.items() for department in names.split()
}


class Place(NamedTuple):
    """`zone`, `region`: codes of the school year; `region` is None where only the
    national public holidays apply. `tz`: name of the wall clock."""

    zone: str
    region: str | None
    tz: str


def of_zip(postcode: str) -> Place | None:
    """Return where a postcode is, None if it is none of France.

    >>> of_zip("34120")
    Place(zone='C', region=None, tz='Europe/Paris')
    """
    digits = "".join(postcode.split())
    if not (len(digits) == 5 and digits.isascii() and digits.isdigit()):
        return None
    if digits[:3] in OVERSEAS:
        return Place(*OVERSEAS[digits[:3]])
    department = digits[:2]
    if department == "20":
        return Place("corse", None, PARIS)
    if department not in ZONE_OF:
        return None
    return Place(ZONE_OF[department], ALSACE_MOSELLE.get(department), PARIS)
