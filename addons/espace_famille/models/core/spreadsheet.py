"""Texts that spreadsheets must not take for formulas."""

# What a spreadsheet reads as the beginning of a formula, or skips before one.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "{=")


def harmless(value):
    """Return a text that a spreadsheet shows as it is, with an apostrophe if needed.

    Whatever is no text is returned as it came.
    """
    if isinstance(value, str) and value.startswith(STARTS):
        return f"'{value}"
    return value
