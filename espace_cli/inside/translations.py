"""Keep an addon's .pot and French .po in step with its source.

Usage: ``python translations.py [--check] EXPORTED I18N_FOLDER``. With ``--check``
nothing is written and the exit code says whether all is in order.
"""

import sys
from pathlib import Path

import polib

LANGUAGE = "fr"

#: Header lines that change with each export and say nothing.
VOLATILE = ("POT-Creation-Date", "PO-Revision-Date")


def read(path: Path) -> polib.POFile:
    """A catalogue; an empty one if the file is absent."""
    if path.exists():
        return polib.pofile(str(path), wrapwidth=78)
    return polib.POFile(wrapwidth=78)


def terms(catalogue: polib.POFile) -> dict:
    """What a catalogue says, without order and comments of translators."""
    return {
        (entry.msgctxt, entry.msgid): sorted(entry.occurrences)
        for entry in catalogue
        if not entry.obsolete
    }


def same_terms(one: polib.POFile, other: polib.POFile) -> bool:
    """Whether two templates ask for the same translations, used at the same places."""
    return terms(one) == terms(other)


def template(exported: polib.POFile) -> polib.POFile:
    """The exported catalogue without what changes by itself."""
    for name in VOLATILE:
        exported.metadata.pop(name, None)
    for entry in exported:
        entry.msgstr = ""
    return exported


def merge(former: polib.POFile, source: polib.POFile) -> polib.POFile:
    """The French catalogue for ``source``; what was translated stays."""
    former.merge(source)
    for entry in former.obsolete_entries():
        former.remove(entry)
    metadata = dict(source.metadata) | dict(former.metadata)
    for name in VOLATILE:
        metadata.pop(name, None)
    plural = "nplurals=2; plural=(n > 1);"
    former.metadata = metadata | {"Language": LANGUAGE, "Plural-Forms": plural}
    return former


def untranslated(catalogue: polib.POFile) -> list[str]:
    """Terms without a French translation, or with one that is only a guess."""
    waiting = [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]
    return [entry.msgid for entry in waiting]


def write(catalogue: polib.POFile, path: Path) -> bool:
    """Write a catalogue if that changes the file; tell whether it did."""
    text = f"{catalogue}\n" if not str(catalogue).endswith("\n") else str(catalogue)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def problems(source: polib.POFile, folder: Path, addon: str) -> list[str]:
    """What is not in order in an addon's ``i18n`` folder."""
    found = []
    if not same_terms(read(folder / f"{addon}.pot"), source):
        found.append(f"{addon}.pot is not up to date: run ./espace i18n")
    french = merge(read(folder / f"{LANGUAGE}.po"), source)
    found += [f"no French for: {msgid!r}" for msgid in untranslated(french)]
    return found


def main(arguments: list[str]) -> int:
    check = arguments[:1] == ["--check"]
    exported, folder = map(Path, arguments[-2:])
    addon = exported.stem
    source = template(read(exported))
    if check:
        found = problems(source, folder, addon)
        for text in found:
            print(f"{addon}: {text}")
        return int(bool(found))
    french = merge(read(folder / f"{LANGUAGE}.po"), source)
    changed = [
        path.name
        for catalogue, path in (
            (source, folder / f"{addon}.pot"),
            (french, folder / f"{LANGUAGE}.po"),
        )
        if len(source) and write(catalogue, path)
    ]
    left = len(untranslated(french))
    print(f"{addon}: {len(source)} terms, {left} without French; ", end="")
    print("written: " + ", ".join(changed) if changed else "nothing changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
