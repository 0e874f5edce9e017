"""What a register says otherwise of a person or an address.

Case and accents are no difference; what the register does not say is none.
"""

from . import values
from .households import Address, written_out
from .known import KnownGuardian
from .values import slug


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
        "phone": values.shown_phone(guardian.phones[0]) if guardian.phones else "",
    }
    return {name: value for name, value in told.items() if value}


def guardian_changes(guardian, known) -> tuple[dict, dict]:
    new = {}
    if slug(known.lastname) != slug(guardian.last):
        new["lastname"] = guardian.last
    if guardian.civility and guardian.civility != known.civility:
        new["civility"] = guardian.civility
    if guardian.email and guardian.email != known.email.strip().lower():
        new["email"] = guardian.email
    if guardian.phones and not any(
        values.same_phone(known.phone, phone) for phone in guardian.phones
    ):
        new["phone"] = values.shown_phone(guardian.phones[0])
    return new, {name: getattr(known, name) for name in new}
