"""What a password must be, and what one that is too weak is lacking."""

import math
import re
from dataclasses import dataclass

# Signs, and bits. The CNIL asks for 50 bits where wrong tries are slowed down, as Odoo
# does (its recommendation of 21 July 2022): twelve small letters, or eight signs of all
# kinds.
SHORTEST = 8
STRONG = 50

# Fewer different signs are soon guessed, whatever the length.
FEWEST_DIFFERENT = 5

# kind of sign: (how many there are, how to know one)
KINDS = {
    "small": (26, str.islower),
    "capital": (26, str.isupper),
    "figure": (10, str.isdigit),
    "sign": (33, lambda sign: not sign.isalnum()),
}


@dataclass(frozen=True, slots=True)
class Lack:
    """What a password is lacking.

    `more` signs of the kinds that it has; fewer are enough with other `kinds`, which
    are () where they would spare none.
    """

    more: int
    kinds: tuple[str, ...]


def kinds_of(password):
    """Return which `KINDS` of signs a password is made of."""
    return {
        kind for kind, (_count, is_one) in KINDS.items() if any(map(is_one, password))
    }


def bits_a_sign(kinds):
    """Return how many bits a sign of one of these kinds is worth."""
    size = sum(KINDS[kind][0] for kind in kinds)
    return math.log2(size) if size else 0.0


def strength(password):
    """Return how hard a password is to guess by trying all, in bits."""
    return len(password) * bits_a_sign(kinds_of(password))


def lack(password, shortest=SHORTEST):
    """Return the `Lack` of a password that is not empty, None when it is strong.

    :param int shortest: signs that it must have at least
    """
    kinds = kinds_of(password)
    bits = bits_a_sign(kinds)
    # Letters of alphabets without capitals are worth a small one.
    needed = math.ceil(STRONG / (bits or bits_a_sign({"small"})))
    more = max(needed, shortest) - len(password)
    if more <= 0 and strength(password) >= STRONG:
        return None
    others = tuple(kind for kind in KINDS if kind not in kinds)
    return Lack(max(more, 1), others if needed > shortest else ())


def password_problem(password, words=(), again=None, shortest=SHORTEST):
    """Return why a password is refused, None when it is good.

    :param words: names and addresses that the password must not be made of
    :param again: what was typed the second time, None where it is asked once
    :param int shortest: signs that it must have at least
    :return: missing, different, too_weak, repeated or too_easy
    """
    if not password:
        return "missing"
    if again not in (None, password):
        return "different"
    if lack(password, shortest):
        return "too_weak"
    if len(set(password.lower())) < FEWEST_DIFFERENT:
        return "repeated"
    return "too_easy" if _is_made_of(password, words) else None


def _is_made_of(password, words):
    """Tell whether little but figures is left without one of the words."""
    left = password.lower()
    named = {str(word or "").lower() for word in words}
    for word in sorted(named, key=len, reverse=True):
        if len(word) >= 4:
            left = left.replace(word, "")
    return left != password.lower() and len(re.sub(r"[\d\W_]", "", left)) < 4
