"""What a régie de recettes may take, and how much of it.

Amounts are exact euros (Decimal). Sources: article 1680 of the CGI and the note of the
DGFiP of 27 May 2014 for cash; the ministry's note on the CESU préfinancé for what it
pays; arrêté of 6 January 2014, article 2, and R1617-10 of the CGCT for the ceilings.
"""

from decimal import Decimal
from typing import NamedTuple

# What a CESU pays of an activity.
CESU_ALWAYS = "always"
CESU_UNDER_6 = "under_6"
CESU_NEVER = "never"

# Below this age a CESU pays for the leisure centre.
CESU_AGE = 6


def admits_cesu(rule, birth, day):
    """Tell whether a CESU may pay for a day of a child.

    :param str rule: `CESU_ALWAYS`, `CESU_UNDER_6` or `CESU_NEVER`
    :param date birth: of the child, None where it is not known
    :param date day: of the service
    """
    if rule != CESU_UNDER_6:
        return rule == CESU_ALWAYS
    if not birth:
        return False
    birthday_to_come = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - birthday_to_come < CESU_AGE


def cash_left(limit, paid):
    """Return the euros of a debt that may still be paid in cash, None without limit.

    :param Decimal limit: most of one debt that is paid in cash; 0 for none
    :param Decimal paid: what was paid of it in cash, by however many payments
    """
    return max(limit - paid, Decimal(0)) if limit else None


class Ceilings(NamedTuple):
    """What a régisseur may hold, in euros; 0: no ceiling.

    `cash` are banknotes and coins without the permanent fonds de caisse, `total` is
    what is held by all means, the deposit account included.
    """

    cash: Decimal = Decimal(0)
    total: Decimal = Decimal(0)

    def exceeded(self, cash, total):
        """Return which of 'cash' and 'total' is exceeded by what is held."""
        held = {"cash": cash, "total": total}
        return [
            name for name, most in self._asdict().items() if most and held[name] > most
        ]


def has_to_hand_over(held, last, today, days):
    """Tell whether money is held for longer than the act of the régie allows.

    :param Decimal held: what the régie holds
    :param date last: when it last handed over, or began to collect; None: never did
    :param int days: between two remittances at most; 0: no rule
    """
    return bool(days and held > 0 and last and (today - last).days > days)
