"""Which documents (pièces justificatives) does a child lack on a day of service?

It is the day of the service that counts, not the day of booking: an insurance that
ends in August does not cover September.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

VALIDITIES = ("unlimited", "months", "school_year")
SUMMER = (7, 8)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document received. `refused` is the reason, None when it was not refused.

    It counts from `date_from` to `date_to`, both included; None is open.
    """

    date_from: date | None = None
    date_to: date | None = None
    refused: str | None = None

    def covers(self, day: date) -> bool:
        """Tell whether it is accepted, or still to be checked, for that day."""
        return (
            self.refused is None
            and (self.date_from is None or self.date_from <= day)
            and (self.date_to is None or day <= self.date_to)
        )


class Lack(NamedTuple):
    """Why no paper covers a day.

    `code`: 'missing', 'expired' or 'refused'; `day`: the last day that the expired
    one covered; `words`: why it was refused.
    """

    code: str
    day: date | None = None
    words: str = ""


def lack(papers: Iterable[Paper], day: date) -> Lack | None:
    """Return why none of the papers of one type covers `day`, None if one does.

    `papers` from the oldest to the newest: the newest says what to do.
    """
    papers = list(papers)
    if any(paper.covers(day) for paper in papers):
        return None
    for paper in reversed(papers):
        if paper.refused is not None:
            return Lack("refused", words=paper.refused)
        if paper.date_to and paper.date_to < day:
            return Lack("expired", day=paper.date_to)
    return Lack("missing")


def expiry(day: date, validity: str, months: int, year_end: date | None) -> date | None:
    """Return the last day covered by a document that counts from `day`.

    :param str validity: 'unlimited', 'months' or 'school_year'
    :param int months: whole months; the day before the date so many months later
    :param year_end: last day of the school year of `school_year_day(day)`, if known
    :return: a date, None for ever
    """
    if validity == "months":
        return _add_months(day, months)
    if validity == "school_year":
        return year_end or _usual_end(school_year_day(day))
    return None


def provisional_until(
    admitted: date, papers: Iterable[Paper], months: int
) -> date | None:
    """Return the last day on which a child is admitted without a paper; None: not.

    The months count from its admission, or from the end of the last paper that was
    accepted. Source: vaccinations, admission provisoire de trois mois (articles
    R3111-8 of the Code de la santé publique, R227-7 of that of social action).

    :param admitted: first day of its first enrolment
    :param int months: 0 where the paper blocks at once
    """
    if not months:
        return None
    ends = [
        paper.date_to + timedelta(days=1)
        for paper in papers
        if paper.refused is None and paper.date_to
    ]
    return _add_months(max([admitted, *ends]), months)


def school_year_day(day: date) -> date:
    """Return a day of the school year that a document of `day` is meant for.

    Insurers and doctors write in summer for the year that is to come: what counts
    from July or August on is for the year that starts on the next 1 September.
    """
    return date(day.year, 9, 1) if day.month in SUMMER else day


def _usual_end(day: date) -> date:
    return date(day.year + (day.month >= 9), 8, 31)


def _add_months(day: date, months: int) -> date:
    """Return the day before the day `months` later."""
    years, month = divmod(day.month - 1 + months, 12)
    ordinal = day.day
    while True:
        try:
            end = date(day.year + years, month + 1, ordinal)
        except ValueError:
            ordinal -= 1
        else:
            break
    return date.fromordinal(end.toordinal() - (ordinal == day.day))
