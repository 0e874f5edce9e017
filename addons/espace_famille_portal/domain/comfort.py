"""How somebody reads best: the size of the letters, contrast, letters and spacing.

The choice is kept in a cookie of the browser, so that it holds before logging in too:
words separated by dots. What a browser sends is looked up here, never shown.
"""

from collections.abc import Mapping

COOKIE = "espace_affichage"
YEAR = 365 * 24 * 60 * 60

# Choice: its words; the first of each is what holds without a choice.
CHOICES = {
    "size": ("normal", "large", "larger"),
    "contrast": ("normal", "high"),
    "letters": ("normal", "spaced", "plain"),
}


def read(text: str | None) -> dict[str, str]:
    """Return the choice that a cookie says; of what it does not know, the usual.

    >>> read("size-large.contrast-<script>")
    {'size': 'large', 'contrast': 'normal', 'letters': 'normal'}
    """
    said = set((text or "")[:200].split("."))
    return {
        name: next((word for word in words if f"{name}-{word}" in said), words[0])
        for name, words in CHOICES.items()
    }


def write(chosen: Mapping[str, str]) -> str:
    """Return what the cookie says of a choice, as a form sends it; "" for the usual."""
    return ".".join(
        f"{name}-{chosen[name]}"
        for name, words in CHOICES.items()
        if chosen.get(name) in words[1:]
    )


def classes(text: str | None) -> str:
    """Return the classes of a page for a cookie.

    >>> classes("size-large.letters-plain")
    'ef-size-large ef-letters-plain'
    """
    return " ".join(
        f"ef-{name}-{word}"
        for name, word in read(text).items()
        if word != CHOICES[name][0]
    )
