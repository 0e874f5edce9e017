"""Load an official calendar over one that staff corrected.

Each official period has an identity (`official_keys`) that does not hang on its dates:
a period whose start staff moved is still that period, and one they took out is not
put back. `plan` says what loading would do, step by step; `outcome` what is left.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from .school_calendar import Period
from .school_icalendar import Event, slug

MANUAL, OFFICIAL, FORECAST = "manual", "official", "forecast"

ACTIONS = (
    "add",
    "unchanged",
    "update",
    "confirm",
    "keep",
    "own",
    "dismissed",
    "offer",
    "conflict",
    "remove",
)
"""add; unchanged; update: its dates changed; confirm: a forecast which the
decree bears out; keep: corrected by staff; own: entered by staff; dismissed: removed
by staff; offer: a local day that the State does not list, for staff to tick;
conflict: it would overlap another of its kind; remove: no longer official.
"""
DONE_UNLESS_REFUSED = frozenset({"add", "update", "confirm", "remove"})
OFFERED = frozenset({"keep", "dismissed", "offer"})


@dataclass(frozen=True)
class Recorded:
    """A period of the year as it stands; `key` is '' for one entered by staff."""

    id: int
    key: str
    source: str
    period: Period


@dataclass(frozen=True)
class Step:
    """One line of a plan: `taken`, it leaves `official`; otherwise `recorded`."""

    action: str
    key: str
    official: Period | None = None
    recorded: Recorded | None = None

    @property
    def id(self) -> str:
        """Name the step within its plan."""
        return self.key or f"#{self.recorded.id}"

    @property
    def choosable(self) -> bool:
        """Tell whether staff may take or refuse the step."""
        offered = self.action in OFFERED and self.official is not None
        return self.action in DONE_UNLESS_REFUSED or offered

    @property
    def taken_by_default(self) -> bool:
        """Tell whether the step is taken unless staff refuse it."""
        return self.action in DONE_UNLESS_REFUSED


def official_keys(periods: Iterable[Period]) -> dict[str, Period]:
    """Return {identity: period}, in the order of the periods.

    Of several of one name, as the two ends of a summer, the last has the plain name:
    a first of September that comes and goes renames nothing.
    """
    ordered = sorted(periods, key=lambda p: (p.date_from, p.kind))
    counts: dict[str, int] = {}
    keys = []
    for period in reversed(ordered):
        base = f"{period.kind}:{slug(period.name)}"
        counts[base] = rank = counts.get(base, 0) + 1
        keys.append(base if rank == 1 else f"{base}:{rank}")
    return dict(zip(reversed(keys), ordered, strict=True))


def plan(
    recorded: Iterable[Recorded],
    official: Iterable[Period],
    source: str = OFFICIAL,
    dismissed: Collection[str] = (),
    kinds: Collection[str] = ("holiday", "public_holiday", "bridge"),
    unread: Iterable[Event] = (),
) -> list[Step]:
    """Return the steps that load `official` over `recorded`, by date.

    `source` is that of the official periods: 'official' or 'forecast', which never
    replaces what is official. `kinds`: those the source knows; official periods of
    other kinds stay. `unread`: what the source says and could not be read; what is
    recorded on these days, or under that name, is neither taken away nor made shorter.
    """
    recorded = list(recorded)
    by_key = {known.key: known for known in recorded if known.key}
    keyed = official_keys(official)
    own = [known for known in recorded if known.source == MANUAL and not known.key]
    unread = list(unread)
    steps = []
    for key, period in keyed.items():
        known = by_key.get(key)
        if known and _may_be_cut(known, period, unread):
            steps.append(Step("unchanged", key, period, known))
        elif known:
            steps.append(_again(key, period, known, source))
        elif key in dismissed:
            steps.append(Step("dismissed", key, period))
        else:
            steps.append(_first_time(key, period, own))
    matched = {step.recorded.id for step in steps if step.recorded}
    for known in recorded:
        if known.id not in matched:
            sure = () if _is_unread(known, unread) else kinds
            steps.append(_no_longer(known, sure))
    return _by_date(_with_conflicts(steps))


def outcome(steps: Sequence[Step], is_taken: Callable[[Step], bool]) -> list[Period]:
    """Return the periods of the year once the steps that are taken are done."""
    left = []
    for step in steps:
        if step.choosable and is_taken(step):
            left.append(step.official)
        else:
            left.append(step.recorded and step.recorded.period)
    return [period for period in left if period]


def _again(key: str, period: Period, known: Recorded, source: str) -> Step:
    if known.source == MANUAL:
        same = _range(known.period) == _range(period)
        return Step("keep", key, None if same else period, known)
    if known.source == OFFICIAL and source == FORECAST:
        return Step("unchanged", key, period, known)
    if _range(known.period) != _range(period):
        return Step("update", key, period, known)
    is_borne_out = known.source == FORECAST and source == OFFICIAL
    return Step("confirm" if is_borne_out else "unchanged", key, period, known)


def _first_time(key: str, period: Period, own: list[Recorded]) -> Step:
    """Add a period, unless staff entered it themselves: theirs then takes its name."""
    for known in own:
        if _overlap(known.period, period):
            own.remove(known)
            same = _range(known.period) == _range(period)
            return Step("keep", key, None if same else period, known)
    return Step("offer" if period.custom else "add", key, period)


def _is_unread(known: Recorded, unread: Iterable[Event]) -> bool:
    """Tell whether the source may mean a recorded period by what was not read."""
    return any(
        slug(event.name).startswith(slug(known.period.name))
        or (
            event.date_from <= known.period.date_to
            and known.period.date_from <= event.date_to
        )
        for event in unread
        if known.period.kind != "public_holiday"
    )


def _may_be_cut(known: Recorded, period: Period, unread: Iterable[Event]) -> bool:
    """Tell whether a period became shorter where the source was not read whole."""
    within = (
        known.period.date_from <= period.date_from
        and period.date_to <= known.period.date_to
    )
    is_shorter = within and _range(known.period) != _range(period)
    return is_shorter and known.source != MANUAL and _is_unread(known, unread)


def _no_longer(known: Recorded, kinds: Collection[str]) -> Step:
    if known.source == MANUAL:
        return Step("own", "", recorded=known)
    is_known = known.period.kind in kinds
    return Step("remove" if is_known else "unchanged", known.key, recorded=known)


def _with_conflicts(steps: list[Step]) -> list[Step]:
    """Mark the additions and updates that would overlap another of their kind."""
    standing = [
        step.recorded.period
        for step in steps
        if step.recorded and step.action in ("keep", "own", "unchanged", "confirm")
    ]
    marked = []
    for step in steps:
        if step.action in ("add", "update"):
            if any(_overlap(period, step.official) for period in standing):
                step = Step("conflict", step.key, step.official, step.recorded)
            else:
                standing.append(step.official)
        marked.append(step)
    return marked


def _overlap(one: Period, other: Period) -> bool:
    return (
        one.kind == other.kind
        and one.date_from <= other.date_to
        and other.date_from <= one.date_to
    )


def _range(period: Period):
    return period.kind, period.date_from, period.date_to


def _by_date(steps: list[Step]) -> list[Step]:
    def start(step):
        return (step.official or step.recorded.period).date_from

    return sorted(steps, key=lambda step: (start(step), step.id))
