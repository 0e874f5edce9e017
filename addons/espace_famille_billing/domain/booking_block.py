"""What comes before a family in debt may no longer book by itself (blocage).

No text of law lists it: these are the steps that the Défenseur des droits asks of a
commune before it turns a child away, which comes last. Two letters, a meeting, the help
of the CCAS, the title recovered by the public accountant.
"""

from collections.abc import Mapping
from datetime import date

FIRST_LETTER = "first_letter_on"
SECOND_LETTER = "second_letter_on"
MEETING = "meeting_on"
SOCIAL_HELP = "social_help_on"
TITLE = "title_on"

STEPS = (FIRST_LETTER, SECOND_LETTER, MEETING, SOCIAL_HELP, TITLE)


def missing(steps: Mapping[str, date | None]) -> list[str]:
    """Return the steps that were not taken, in their order.

    >>> missing({FIRST_LETTER: date(2027, 1, 4), MEETING: date(2027, 2, 1)})
    ['second_letter_on', 'social_help_on', 'title_on']
    """
    return [step for step in STEPS if not steps.get(step)]


def impossible(steps: Mapping[str, date | None], decided: date) -> list[str]:
    """Return the steps whose day cannot be: after the decision, or out of order.

    >>> impossible({MEETING: date(2027, 2, 2)}, date(2027, 2, 1))
    ['meeting_on']
    """
    wrong = [step for step in STEPS if steps.get(step) and steps[step] > decided]
    first, second = steps.get(FIRST_LETTER), steps.get(SECOND_LETTER)
    if first and second and second <= first and SECOND_LETTER not in wrong:
        wrong.append(SECOND_LETTER)
    return wrong
