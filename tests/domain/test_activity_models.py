"""The models of activities: each can be created as it is proposed."""

from datetime import date

import pytest
from espace_famille_domain import activity_models, cutoff, wording
from espace_famille_domain.school_calendar import Calendar

ALL = [(model, code) for model in activity_models.MODELS for code in model.booking]


@pytest.mark.parametrize("code", activity_models.RULES)
def test_each_sentence_is_a_sound_rule(code):
    assert not cutoff.problems(activity_models.RULES[code])


def test_no_two_rules_say_the_same():
    said = [wording.describe(rule) for rule in activity_models.RULES.values()]
    assert len(said) == len(set(said))


@pytest.mark.parametrize(("model", "code"), ALL)
def test_each_sentence_gives_its_activity_a_limit_before_it_starts(model, code):
    day = next(
        date(2027, 1, day) for day in range(11, 18) if _weekday(day) in model.weekdays
    )
    limit = cutoff.cutoff_local(
        activity_models.RULES[code],
        day,
        Calendar(),
        model.start,
        lambda one: one.weekday() in model.weekdays,
    )
    assert limit == cutoff.ALWAYS or limit.date() <= day


@pytest.mark.parametrize("model", activity_models.MODELS, ids=lambda one: one.code)
def test_a_model_names_sentences_and_options_that_there_are(model):
    assert set(model.booking) | set(model.cancel) <= set(activity_models.RULES)
    assert "never" not in model.booking
    assert any(option.chosen for option in model.options)
    assert all(option.start < option.end for option in model.options)


def test_the_proposed_sentences_of_a_canteen_are_those_of_the_guide():
    canteen = activity_models.BY_CODE["canteen"]
    rules = activity_models.RULES
    assert wording.describe(rules[canteen.booking[0]]) == (
        "Mardi avant 12h pour la semaine suivante"
    )
    assert wording.describe(rules[canteen.cancel[0]], purpose="cancel") == (
        "Non autorisé sans absence justifiée"
    )


def _weekday(day):
    return date(2027, 1, day).weekday()
