"""Colours of a commune, made legible: WCAG 2.1, 1.4.3, contrast of at least 4.5."""

import re

# The darkest of the light grounds that links stand on, the foot of the pages; what is
# legible there is so on white.
GROUND = (238, 238, 238)
LEAST = 4.5

_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def read_colour(text):
    """Return (red, green, blue) of “#1c5a80” or “#abc”, None for anything else."""
    text = str(text or "").strip().lower()
    if not _COLOUR.fullmatch(text):
        return None
    digits = text[1:] if len(text) == 7 else "".join(2 * sign for sign in text[1:])
    return tuple(int(digits[place : place + 2], 16) for place in (0, 2, 4))


def write_colour(colour):
    """Return “#1c5a80” of (28, 90, 128)."""
    return "#" + "".join(f"{part:02x}" for part in colour)


def luminance(colour):
    """Return the relative luminance of WCAG: 0 for black, 1 for white."""
    parts = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (part / 255 for part in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def darker(colour, share):
    """Return a colour with that share of black in it."""
    return tuple(int(part * (1 - share)) for part in colour)


def legible(colour, ground=GROUND, least=LEAST):
    """Return the colour, darkened as far as it takes to be read on a light ground.

    White letters on it are legible too, white being lighter than the ground.
    """
    for percent in range(101):
        tried = darker(colour, percent / 100)
        if contrast(tried, ground) >= least:
            break
    return tried
