"""A deadline rule says itself in the French of a règlement."""

import pytest
from espace_famille_domain.cutoff import Rule, WeeklyLine
from espace_famille_domain.wording import describe, format_hour

ALL_WEEK = frozenset(range(7))
TUESDAY_NOON = Rule("weekly", lines=(WeeklyLine(ALL_WEEK, 1, 1, 12.0),))
VAILHAUQUES = Rule(
    "weekly",
    lines=(
        WeeklyLine(frozenset({0, 1}), 4, 1, 9.0),
        WeeklyLine(frozenset({3, 4}), 1, 0, 9.0),
    ),
)


def weekly(*line, **fields):
    return Rule("weekly", lines=(WeeklyLine(ALL_WEEK, *line),), **fields)


def days_before(count, calendar="all", hours=17.0, **fields):
    return Rule("offset", hours, offset_count=count, offset_calendar=calendar, **fields)


@pytest.mark.parametrize(
    "rule, sentence",
    [
        (TUESDAY_NOON, "Mardi avant 12h pour la semaine suivante"),
        (weekly(0, 1, 24.0), "Lundi au soir pour la semaine suivante"),
        (weekly(0, 0, 9.0), "Lundi avant 9h pour la semaine en cours"),
        (weekly(3, 2, 17.5), "Jeudi avant 17h30, 2 semaines avant"),
        (
            VAILHAUQUES,
            (
                "Lundi et mardi : vendredi précédent avant 9h ; "
                "jeudi et vendredi : mardi avant 9h"
            ),
        ),
        (days_before(0, hours=9.0), "Le jour même avant 9h"),
        (days_before(1), "La veille avant 17h"),
        (days_before(1, inclusive=True), "La veille jusqu'à 17h"),
        (days_before(1, hours=24.0), "La veille au soir"),
        (days_before(1, "working"), "La veille ouvrée avant 17h"),
        (days_before(1, "business"), "La veille ouvrable avant 17h"),
        (days_before(1, "school", 11.0), "Le jour d'école précédent avant 11h"),
        (days_before(1, "service"), "Le jour d'ouverture précédent avant 17h"),
        (days_before(3, "working", 24.0), "3 jours ouvrés avant, au soir"),
        (
            days_before(2, "weekdays", 12.0),
            "2 jours (hors week-end) avant, avant 12h",
        ),
        (days_before(2, "school"), "2 jours d'école avant, avant 17h"),
        (
            days_before(3, offset_from="slot_start"),
            "72h avant le début de l'accueil",
        ),
        (
            days_before(0, offset_from="slot_start"),
            "Jusqu'au début de l'accueil",
        ),
        (
            days_before(1, "working", offset_from="slot_start"),
            "La veille ouvrée à l'heure de début de l'accueil",
        ),
        (
            days_before(1, public_holiday_shift=True),
            "La veille avant 17h, avancé si ce jour est férié",
        ),
        (
            Rule("monthly", 24.0, month_day=20, months_back=1),
            "Jusqu'au 20 du mois précédent inclus",
        ),
        (
            Rule("monthly", 12.0, month_day=1, months_back=0),
            "Le 1er du mois même avant 12h",
        ),
        (
            Rule("monthly", 0.0, month_day=15, months_back=2),
            "Avant le 15 du mois, 2 mois avant",
        ),
        (
            Rule("monthly", 24.0, month_day=31, months_back=1),
            "Jusqu'au dernier jour du mois précédent inclus",
        ),
        (
            Rule("period", 12.0, period_days=14),
            "14 jours avant le début des vacances, avant 12h",
        ),
        (
            Rule("period", 24.0, period_days=5, offset_calendar="working"),
            "5 jours ouvrés avant le début des vacances, au soir",
        ),
        (Rule("period", 12.0, period_days=1), "La veille des vacances avant 12h"),
        (Rule("always"), "À tout moment"),
        (Rule("never"), "Non ouvert à la réservation"),
    ],
)
def test_booking_sentence(rule, sentence):
    assert describe(rule).replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_cancelling_that_is_never_allowed():
    never = describe(Rule("never"), purpose="cancel")
    assert never == "Non autorisé sans absence justifiée"
    assert describe(TUESDAY_NOON, purpose="cancel") == describe(TUESDAY_NOON)


def test_only_the_days_of_the_service_are_named():
    assert describe(VAILHAUQUES, {0, 3}).replace("\N{NO-BREAK SPACE}", " ") == (
        "Lundi : vendredi précédent avant 9h ; jeudi : mardi avant 9h"
    )
    assert describe(TUESDAY_NOON, {0, 1, 3, 4}) == describe(TUESDAY_NOON)


def test_an_open_day_without_a_line_is_said():
    sentence = describe(VAILHAUQUES, {0, 2}).replace("\N{NO-BREAK SPACE}", " ")
    assert sentence.endswith("mercredi : non ouvert à la réservation")


def test_an_ambiguous_weekday_names_its_week():
    lines = (
        WeeklyLine(frozenset({0, 4}), 2, 1, 9.0),
        WeeklyLine(frozenset({2}), 3, 2, 9.0),
    )
    assert describe(Rule("weekly", lines=lines)).replace("\u00a0", " ") == (
        "Lundi et vendredi : mercredi de la semaine précédente avant 9h ; "
        "mercredi : jeudi, 2 semaines avant, avant 9h"
    )


@pytest.mark.parametrize(
    "hours, text", [(12.0, "12h"), (17.5, "17h30"), (9 + 5 / 60, "9h05"), (0.0, "0h")]
)
def test_hours(hours, text):
    assert format_hour(hours) == text
