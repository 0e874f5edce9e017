"""Words in braces that a message holds for each family (champs de fusion).

“Bonjour {enfants}” becomes “Bonjour Nina et Tom”. No program is written in a message:
what stands in braces is one of a few known words, or it is refused before anything is
sent. Upper case, accents and spaces do not matter, nor whether braces are doubled as
Odoo has them; in HTML an editor may have put tags between the letters.
"""

import re
import unicodedata
from collections.abc import Mapping
from html import escape, unescape

FIELD = re.compile(r"\{\{?([^{}]*)\}?\}")
TAG = re.compile(r"<[^>]*>")


def plain(word: str) -> str:
    """Return a word as it is compared: no tags, accents, upper case nor spaces."""
    text = unescape(TAG.sub("", word)).strip()
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(kept.split())


def used(text: str) -> list[str]:
    """Return what stands in braces, as written, each once and in order."""
    words = (" ".join(unescape(TAG.sub("", w)).split()) for w in FIELD.findall(text))
    return list(dict.fromkeys(words))


def unknown(text: str, known: Mapping[str, str]) -> list[str]:
    """Return what stands in braces and is none of the `known` words (`plain` keys)."""
    return [word for word in used(text) if plain(word) not in known]


def has_lone_brace(text: str) -> bool:
    """Tell whether a brace was opened or closed alone: a field half erased."""
    return bool(re.search(r"[{}]", FIELD.sub("", text)))


def fill(
    text: str, known: Mapping[str, str], values: Mapping[str, str], html: bool = False
) -> str:
    """Return the text with the value of each field in its place.

    `known`: {word, as `plain` returns it: name of the value}; `values`: by that name,
    plain text, escaped where the text is HTML. Raises KeyError for an unknown word.
    """

    def value_of(found: re.Match) -> str:
        value = values[known[plain(found[1])]]
        if not html:
            return value
        # Tags opened in the braces may be closed behind them.
        return escape(value, quote=False) + "".join(TAG.findall(found[1]))

    return FIELD.sub(value_of, text)
