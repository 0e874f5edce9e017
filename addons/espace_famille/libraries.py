"""Which releases of Python libraries the addons work with.

The manifest's `external_dependencies` say which libraries there must be. Odoo compares
their releases only where the library `packaging` happens to be, so we do it ourselves:
an addon with another release is neither installed nor updated.
"""

import importlib.metadata
import logging
from typing import NamedTuple

from odoo.exceptions import UserError
from odoo.tools import parse_version

_logger = logging.getLogger(__name__)


class Release(NamedTuple):
    """The releases of a library that work: from `least` on, before `end` ("": any).

    `why` completes the sentence "…, because …" in English.
    """

    least: str
    end: str
    why: str


NEEDED = {
    "holidays": Release("0.109", "", "earlier ones know no French school holidays"),
    "weasyprint": Release("68", "", "earlier ones cannot be told which files to fetch"),
}


def unfit(needed):
    """Return a sentence for each library of another release than what works.

    A library that is absent is left to the manifest.

    :param needed: {name of the distribution: `Release`}
    """
    sentences = []
    for name, release in needed.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if _works(release, found):
            continue
        wanted = " and ".join(
            part
            for part in (
                release.least and f"{release.least} or later",
                release.end and f"earlier than {release.end}",
            )
            if part
        )
        sentences.append(
            f"{name} {found} is installed, {wanted} is needed, "
            f"because {release.why}: pip install -c requirements.txt {name}"
        )
    return sentences


def refuse_unfit(needed):
    """Refuse to install or update with libraries that do not work, see `unfit`."""
    sentences = unfit(needed)
    if sentences:
        raise UserError("\n".join(sentences))


def report_unfit(needed):
    """Log what does not work: a server that runs is not stopped by it, see `unfit`."""
    for sentence in unfit(needed):
        _logger.error("%s", sentence)


def _works(release, found):
    version = parse_version(found)
    return version >= parse_version(release.least or "0") and (
        not release.end or version < parse_version(release.end)
    )
