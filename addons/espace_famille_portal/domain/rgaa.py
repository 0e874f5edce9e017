"""The audit of the pages by the RGAA 4.1: 106 criteria on a sample of pages.

A criterion is C (met), NC (broken on one page at least) or NA (none of the pages has
what it is about). The rate is the share of those met among those that apply (RGAA 4.1,
“taux global de conformité”; decree 2019-768, article 4).
"""

import csv
from collections.abc import Iterable
from typing import NamedTuple

VERSION = "4.1"
# On which day all of it was looked at last: year, month, day.
DAY = (2026, 12, 1)
PAGES = (
    "accueil",
    "connexion",
    "création de compte",
    "réservations",
    "agenda",
    "panier",
    "paiement",
    "factures",
    "facture",
    "demandes",
    "compte",
    "mentions légales",
    "déclaration",
    "plan et contacts",
)
HEAD = """\
# Audit d’accessibilité du portail (RGAA 4.1)

Auto-évaluation des pages des familles, critère par critère, sur un échantillon de pages
de la commune de démonstration. Ce tableau est écrit d’après
`addons/espace_famille_portal/data/rgaa.csv`, d’où le portail tire aussi sa
déclaration : on change ce fichier, puis on lance
`ESPACE_RGAA=1 ./espace test tests/test_rgaa.py -k document`.

"""
METHOD = """\
- Navigateur : Chromium, à 1 280, 360 et 320 px, avec et sans JavaScript, au clavier
  seul ; arbre d’accessibilité de Chromium.
- **Aucun lecteur d’écran réel (NVDA, JAWS, VoiceOver, TalkBack) n’a été essayé, et
  aucune personne handicapée n’a pris part à cette évaluation** : un audit par un tiers
  reste à faire.
- Hors de l’échantillon : ce que la commune écrit (actualités, textes, pièces jointes),
  son logo, la page de la banque, le back-office des agents.
"""
MET, BROKEN, ABSENT = "C", "N", "-"
HALF = 50
THEMES = {
    "1": "Images",
    "2": "Cadres",
    "3": "Couleurs",
    "4": "Multimédia",
    "5": "Tableaux",
    "6": "Liens",
    "7": "Scripts",
    "8": "Éléments obligatoires",
    "9": "Structuration de l’information",
    "10": "Présentation de l’information",
    "11": "Formulaires",
    "12": "Navigation",
    "13": "Consultation",
}


class Criterion(NamedTuple):
    """One criterion; `pages` has a letter for each page of the sample."""

    number: str
    words: str
    pages: str
    proof: str
    gap: str

    @property
    def state(self) -> str:
        if BROKEN in self.pages:
            return "NC"
        return "C" if MET in self.pages else "NA"

    @property
    def broken_on(self) -> list[str]:
        return [
            page
            for page, letter in zip(PAGES, self.pages, strict=True)
            if letter == BROKEN
        ]


class Audit(NamedTuple):
    criteria: tuple[Criterion, ...]

    @property
    def gaps(self) -> list[Criterion]:
        return [one for one in self.criteria if one.state == "NC"]

    @property
    def counts(self) -> dict[str, int]:
        states = [one.state for one in self.criteria]
        return {state: states.count(state) for state in ("C", "NC", "NA")}

    @property
    def rate(self) -> int:
        """Return the rate in percent, rounded down: 100 says that nothing is broken."""
        counts = self.counts
        return 100 * counts["C"] // max(1, counts["C"] + counts["NC"])

    @property
    def mean(self) -> int:
        """Return the mean of the rates of the pages, in percent, rounded down."""
        shares = []
        for place in range(len(PAGES)):
            letters = [one.pages[place] for one in self.criteria]
            met, broken = letters.count(MET), letters.count(BROKEN)
            shares.append(met / max(1, met + broken))
        return int(100 * sum(shares) / len(shares))

    @property
    def state(self) -> str:
        """Return full, partial or none: what the law has a declaration say."""
        if not self.gaps:
            return "full"
        return "partial" if self.rate >= HALF else "none"


def read(lines: Iterable[str]) -> Audit:
    """Read the table; its first line names the columns."""
    rows = csv.reader(lines, delimiter=";")
    next(rows)
    return Audit(tuple(Criterion(*row) for row in rows))


# === The document === #


def as_markdown(audit: Audit) -> str:
    """Return `docs/rgaa.md`."""
    counts = audit.counts
    states = {
        "full": "totalement conforme",
        "partial": "partiellement conforme",
        "none": "non conforme",
    }
    year, month, day = DAY
    lines = [
        *HEAD.splitlines(),
        f"- Date : {day:02d}/{month:02d}/{year}. Version du référentiel : {VERSION}.",
        f"- Résultat : **{states[audit.state]}**. {counts['C']} critères conformes,",
        f"  {counts['NC']} non conformes, {counts['NA']} non applicables.",
        f"- Taux global : **{audit.rate} %** des critères applicables ;",
        f"  taux moyen des pages : {audit.mean} %.",
        *METHOD.splitlines(),
        "",
        "## Échantillon",
        "",
        *(f"{place}. {page}" for place, page in enumerate(PAGES, 1)),
        "",
        "## Non-conformités",
        "",
    ]
    for one in audit.gaps:
        lines.append(f"- **{one.number}** ({', '.join(one.broken_on)}) : {one.gap}")
    if not audit.gaps:
        lines.append("Aucune.")
    theme = None
    for one in audit.criteria:
        if theme != one.number.partition(".")[0]:
            theme = one.number.partition(".")[0]
            numbers = " | ".join(str(place) for place in range(1, len(PAGES) + 1))
            lines += [
                "",
                f"## {theme}. {THEMES[theme]}",
                "",
                f"| Critère | | État | {numbers} | Preuve |",
                "|---|---|---|" + "---|" * len(PAGES) + "---|",
            ]
        letters = " | ".join(
            {MET: "C", BROKEN: "NC", ABSENT: "–"}[letter] for letter in one.pages
        )
        lines.append(
            f"| {one.number} | {one.words} | {one.state} | {letters} | {one.proof} |"
        )
    return "\n".join(lines) + "\n"
