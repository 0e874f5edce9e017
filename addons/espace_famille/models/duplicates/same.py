"""Whether two records look like one. Case, accents and punctuation do not count."""

from ...domain.register.values import same_phone, slug


def same_name(one, other) -> bool:
    """Tell whether the names are the same, in any order of their words."""
    return bool(one.name) and words(one.name) == words(other.name)


def words(name) -> list[str]:
    return sorted(slug(name or "").split("-"))


def same_child(one, other) -> bool:
    return same_name(one, other) and bool(
        one.birth_date and one.birth_date == other.birth_date
    )


def same_guardian(one, other) -> bool:
    email = (one.email or "").strip().lower()
    if email and email == (other.email or "").strip().lower():
        # Parents share an address at times: the first name decides.
        return slug(one.firstname or "") == slug(other.firstname or "")
    if not same_name(one, other):
        return False
    if one.family_id == other.family_id:
        return True
    return bool(one.phone and other.phone and same_phone(one.phone, other.phone))
