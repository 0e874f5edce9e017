"""What the Vue Période shows: a span of days, its columns, rows and cells.

Dates are those of the commune's wall clock. Nothing here decides whether a child may
be booked: cells only carry the answer of `espace.reservation._quote`.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from . import sent

VIEWS = ("month", "week")

# From so many days on that can be booked, a month or a week is worth opening.
PLENTY = {"month": 5, "week": 1}
ACTIONS = ("add", "remove", "swap", "wait", "cancel", "rebook", "all", "none")

# For so long what was taken out of the cart, or cancelled, is taken back by one tap.
UNDO = timedelta(minutes=10)

# A whole day of all the children shown; no child and no option are named.
ROW_ACTIONS = ("day", "noday")

# What a press on one cell may change without anything but the cart.
CART_ACTIONS = ("add", "remove")

# What may be done for brothers and sisters at once: it only changes the cart.
SHARED_ACTIONS = ("add", "remove", "all", "none")

# A phone shows one child, or all of them below one another on each day.
ALL_CHILDREN = "both"

# The class of what a phone does not show.
WIDE_ONLY = "ef-wide-only"

# Nobody books or looks up further than that; other dates fall back on today.
REACH = timedelta(days=800)

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Span:
    """The days of one month or of one week, both ends included."""

    view: str
    start: date
    end: date

    @classmethod
    def of_day(cls, day):
        return cls("day", day, day)

    @classmethod
    def around(cls, view, day):
        """Return the month or the week (from Monday) that contains `day`."""
        if view == "week":
            start = day - timedelta(days=day.weekday())
            return cls(view, start, start + timedelta(days=6))
        last = monthrange(day.year, day.month)[1]
        return cls("month", day.replace(day=1), day.replace(day=last))

    @property
    def previous(self):
        """Return a day of the span before: its first day."""
        return type(self).around(self.view, self.start - timedelta(days=1)).start

    @property
    def next(self):
        return self.end + timedelta(days=1)

    def days(self):
        count = (self.end - self.start).days + 1
        return [self.start + timedelta(days=n) for n in range(count)]


def opening_span(view, today, bookable):
    """Return the `Span` that a page opens on by itself.

    It is the first that has plenty of days to book, else the first that has any: at
    the end of a month it is the next, in the summer holidays it is September. That of
    today where nothing can be booked.

    :param bookable: the dates from today on that can still be booked, in any order
    """
    counts = Counter(Span.around(view, day) for day in bookable)
    spans = sorted(counts, key=lambda span: span.start)
    plenty = (span for span in spans if counts[span] >= PLENTY[view])
    return next(chain(plenty, spans), Span.around(view, today))


def read_day(text, today):
    """Return the date written YYYY-MM-DD in a request, `today` when it is none."""
    day = sent.read_day(text)
    return day if day and abs(day - today) <= REACH else today


def read_view(text):
    return text if text in VIEWS else "month"


class Order(NamedTuple):
    """What a button asks for; `day` is None for a whole column (all, none).

    A whole row (day, noday) names a day alone: child and product are 0.
    """

    action: str
    child_id: int
    product_id: int
    day: date | None = None

    def __str__(self):
        parts = [self.action, str(self.child_id), str(self.product_id)]
        if self.day:
            parts.append(self.day.isoformat())
        return "_".join(parts)


def read_order(text):
    """Read the value of a button: “add_12_5_2027-01-04”, “all_12_5”.

    :return: an `Order`, None when it is not one
    """
    text = str(text or "")
    parts = text.split("_")
    if len(parts) not in (3, 4):
        return None
    action, child, product = parts[0], sent.read_id(parts[1]), sent.read_id(parts[2])
    day = sent.read_day(parts[3]) if len(parts) > 3 else None
    if action in ROW_ACTIONS:
        order = Order(action, 0, 0, day)
        return order if day and str(order) == text else None
    whole_column = action in ("all", "none")
    if action not in ACTIONS or not (child and product) or whole_column == bool(day):
        return None
    order = Order(action, child, product, day)
    # A fourth part that is no day would be lost.
    return order if str(order) == text else None


def sheet_url(item):
    """Return the address of the page of one booked day."""
    return (
        f"/my/reservations/jour?child={item.child_id}&product={item.product_id}"
        f"&date={item.date.isoformat()}"
    )


# === Grid === #


@dataclass(slots=True)
class Cell:
    """One child, one option, one day.

    `order` is what its button asks for, '' when nothing can be changed; `name` says
    everything in words, for those who do not see the icon or the colour.
    """

    child_id: int
    product_id: int
    date: date
    status: str = "closed"
    order: str = ""
    icon: str = ""
    label: str = ""
    price: str = ""
    price_shown: str = ""  # instead of the label, where the child may be booked
    hint: str = ""
    name: str = ""
    question: str = ""  # asked before a booking is cancelled
    classes: str = ""  # of its column
    few: str = ""  # how few places are left, where they are few
    late: bool = False  # booked now, it costs the late price
    sheet: str = ""  # address of what there is to know and do, without a button
    # Of its column:
    tint: str = ""
    stop: str = ""
    over: int = 0
    over_icon: str = ""
    over_name: str = ""
    hours: str = ""

    @property
    def key(self):
        return f"c_{self.child_id}_{self.product_id}_{self.date.isoformat()}"


class ColumnButton(NamedTuple):
    """Takes, or takes out, all that can be; the other one of the two is hidden."""

    order: Order
    word: str  # seen: All, None
    name: str
    shown: bool


@dataclass(slots=True)
class Column:
    """One option offered to one child."""

    child_id: int
    product_id: int
    activity_id: int
    child_name: str
    name: str
    icon: str
    hours: str = ""
    rule: str = ""
    classes: str = ""
    hidden: bool = False  # on a phone, which shows another child
    again: bool = False  # the same service as another child's, named there on a phone
    tint: str = ""  # of its kind of service
    price: str = ""  # said once above the column, '' where its days differ
    stop: str = ""  # first, middle, last: of the options of one service, seen as a line
    service: str = ""  # named above the first stop
    until: str = ""  # named at a stop: “17h30”
    over: int = 0  # how many columns a cell is wide, 0 where it has a column
    buttons: list = field(default_factory=list)  # of `ColumnButton`

    @property
    def key(self):
        return f"a_{self.child_id}_{self.product_id}"


@dataclass(slots=True)
class Row:
    """One line: 'week' (separator), 'day' (with cells), or a thin one.

    Thin are 'closed', 'past' and 'away', a week that all spend at the other parent's.
    """

    kind: str
    label: str
    date: date
    short: str = ""
    weekday: str = ""
    day_name: str = ""
    long: bool = False  # closed for so many days that it stands between the weeks
    notes: list = field(default_factory=list)  # of (words, whether it is near)
    before: str = ""  # what closed the days of the month before this first week
    away: list = field(default_factory=list)  # who spends the week elsewhere, in words
    cells: list = field(default_factory=list)
    today: bool = False


@dataclass(frozen=True, slots=True)
class RowButton:
    """Takes a whole day, all the children and services shown; '' where it cannot."""

    date: date
    order: str = ""
    name: str = ""
    taken: bool = False  # all that could be taken is in the cart
    classes: str = ""

    @property
    def key(self):
        return f"r_{self.date.isoformat()}"


@dataclass(frozen=True, slots=True)
class Summary:
    """The cart of a family: how many bookings, and that in words with the total."""

    count: int
    words: str


class Block(NamedTuple):
    """What keeps the family itself from booking some services, in words."""

    services: str
    reason: str


@dataclass(slots=True)
class Grid:
    span: Span
    columns: list
    rows: list
    cart: Summary
    held: tuple = ()  # ids of the bookings that wait for a payment, the first first
    stacked: bool = False  # a phone shows the children below one another
    block: Block | None = None

    @property
    def heads(self):
        """Return the columns that have a head: the others lie over them."""
        return [column for column in self.columns if not column.over]

    @property
    def weeks(self):
        """Return the rows in groups: a week with its days, or lines between weeks."""
        groups = []
        for row in self.rows:
            apart = row.kind in ("week", "past") or row.long
            if apart or not groups or groups[-1][-1].long:
                groups.append([])
            groups[-1].append(row)
        return groups

    @property
    def children(self):
        """Return [(child id, name, number of columns, classes)] from left to right."""
        counts = {}
        for column in self.heads:
            hidden = WIDE_ONLY if column.hidden else ""
            key = (column.child_id, column.child_name, hidden)
            counts[key] = counts.get(key, 0) + 1
        return [(*key, count) for key, count in counts.items()]

    @property
    def services(self):
        """Return how many columns the children of a phone share, below one another."""
        return len({column.product_id for column in self.heads})

    @property
    def phone_width(self):
        """Return how many columns a phone shows: the day and the first child's."""
        return 1 + sum(not column.hidden for column in self.heads)

    @property
    def rest_width(self):
        return 1 + len(self.heads) - self.phone_width

    def cells(self):
        return [cell for row in self.rows for cell in row.cells]


def closed_runs(days, label_of):
    """Group consecutive closed days of one label.

    :param days: sorted closed dates
    :param label_of: function of a date
    :return: list of (label, first, last)
    """
    runs = []
    for day in days:
        label = label_of(day)
        if runs and runs[-1][0] == label and runs[-1][2] == day - timedelta(days=1):
            runs[-1] = (label, runs[-1][1], day)
        else:
            runs.append((label, day, day))
    return runs


# === Layout === #


def columns_over(open_days):
    """Return how wide the cells of columns are that lie over those of the other days.

    Services of Wednesday and of the other school days never meet: those with fewer days
    need no column of their own, their cells share the width of the others.

    :param list open_days: set of the open dates of each column of a child
    :return: for each column its width in columns, 0 where it has one of its own
    """
    groups = []
    for number, days in enumerate(open_days):
        if not days:
            continue
        met = [group for group in groups if group[1] & days]
        numbers = {number}.union(*(group[0] for group in met))
        groups = [group for group in groups if group not in met]
        groups.append((numbers, days.union(*(group[1] for group in met))))
    widths = [0] * len(open_days)
    if len(groups) < 2:
        return widths
    main = max(groups, key=lambda group: (len(group[1]), len(group[0])))
    # A column that is never open stays with them.
    idle = {number for number, days in enumerate(open_days) if not days}
    room = len(main[0] | idle)
    for numbers, _days in groups:
        if numbers == main[0] or len(numbers) > room:
            continue
        share, more = divmod(room, len(numbers))
        for place, number in enumerate(sorted(numbers)):
            widths[number] = share + (place < more)
    return widths
