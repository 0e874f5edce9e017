"""What a register says otherwise of a person or an address.

Case and accents are no difference; what the register does not say is none.
"""

from . import values
from .households import Address, written_out
from .known import KnownGuardian
from .values import slug

PHONES = ("phone", "phone2")


def lasts(person) -> set[str]:
    return {person.last, person.lastname}


def same_address(told: Address, known: Address) -> bool:
    """Tell whether what the register says of an address is known already."""
    if not told or told.key == known.key:
        return True
    return all(
        not one or written_out(one) == written_out(other)
        for one, other in zip(told, known, strict=True)
    )


def same_person(known: KnownGuardian, guardian) -> bool:
    """Tell whether first name and e-mail are the same: the last name changed."""
    same_email = guardian.email and known.email.lower() == guardian.email
    return bool(same_email) and slug(known.firstname) == slug(guardian.firstname)


def new_guardian(guardian) -> dict:
    told = {
        "lastname": guardian.last,
        "firstname": guardian.firstname,
        "civility": guardian.civility,
        "email": guardian.email,
    }
    for name, phone in zip(PHONES, guardian.phones, strict=False):
        told[name] = values.shown_phone(phone)
    return {name: value for name, value in told.items() if value}


def _phone_changes(phones, known) -> dict:
    """Return what to write of telephones: those that are known stay where they are."""
    told = phones[: len(PHONES)]
    numbers = {name: getattr(known, name) for name in PHONES}
    missing = [
        one
        for one in told
        if not any(n and values.same_phone(n, one) for n in numbers.values())
    ]
    # What the register does not say gives way, the empty one first.
    free = sorted(
        (
            name
            for name, number in numbers.items()
            if not number or not any(values.same_phone(number, one) for one in told)
        ),
        key=lambda name: (
            name != "phone" if len(missing) == len(told) else bool(numbers[name])
        ),
    )
    return {
        name: values.shown_phone(one) for name, one in zip(free, missing, strict=False)
    }


def guardian_changes(guardian, known) -> tuple[dict, dict]:
    new = {}
    if slug(known.lastname) != slug(guardian.last):
        new["lastname"] = guardian.last
    if guardian.civility and guardian.civility != known.civility:
        new["civility"] = guardian.civility
    if guardian.email and guardian.email != known.email.strip().lower():
        new["email"] = guardian.email
    new |= _phone_changes(guardian.phones, known)
    return new, {name: getattr(known, name) for name in new}
