"""The 14 substances that cause allergies, and where a text names them.

Source: annex II of regulation (EU) 1169/2011; décret 2015-447 for canteens. A text that
names none says nothing: what is found here only adds marks, it never takes one away.
"""

import re

from .register.values import slug

# In the order, and so with the numbers, of the annex.
CODES = (
    "gluten",
    "crustaceans",
    "eggs",
    "fish",
    "peanuts",
    "soybeans",
    "milk",
    "nuts",
    "celery",
    "mustard",
    "sesame",
    "sulphites",
    "lupin",
    "molluscs",
)

# How parents, doctors and caterers write them, as slugs; a word may be in the plural.
WORDS = {
    "gluten": "gluten ble froment seigle orge avoine epeautre kamut coeliaque",
    "crustaceans": "crustace crevette crabe homard langouste langoustine ecrevisse",
    "eggs": "oeuf",
    "fish": "poisson saumon thon cabillaud colin",
    "peanuts": "arachide cacahuete cacahouete",
    "soybeans": "soja soya",
    "milk": "lait lactose laitier laitage caseine plv aplv",
    "nuts": (
        "fruits-a-coque fruit-a-coque noix noisette amande pistache cajou pecan "
        "macadamia"
    ),
    "celery": "celeri",
    "mustard": "moutarde",
    "sesame": "sesame",
    "sulphites": "sulfite anhydride-sulfureux so2",
    "lupin": "lupin",
    "molluscs": "mollusque moule huitre calamar seiche poulpe escargot",
}
_FOUND = {
    code: re.compile(rf"\b(?:{'|'.join(words.split())})[sx]?\b")
    for code, words in WORDS.items()
}
# “Noix de coco” and “noix de muscade” are no nuts of the annex.
_NO_NUTS = re.compile(r"\bnoix-de-(?:coco|muscade)\b")


def named_in(text: str | None) -> frozenset[str]:
    """Return the codes of the allergens that a text names, in French."""
    plain = _NO_NUTS.sub("", slug(text or ""))
    return frozenset(code for code, words in _FOUND.items() if words.search(plain))


def code_of(text: str) -> str | None:
    """Return the code that one word, number (1 to 14) or code of a menu means."""
    plain = slug(text)
    if plain.isdigit():
        number = int(plain)
        return CODES[number - 1] if 1 <= number <= len(CODES) else None
    if plain in CODES:
        return plain
    found = named_in(plain)
    return next(iter(found)) if len(found) == 1 else None
