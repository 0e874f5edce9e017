"""The menus of a week as a table: days along one side, courses along the other.

A cell holds the dishes of a course on a day, “Carottes râpées (moutarde, sulfites)”;
several with “ / ” or a new line between them. In the brackets stand the allergens, by
their names or the numbers of the annex, “-” where the dish holds none of the 14, and
“sauf Sans porc” for a diet that is served something else. Without brackets nothing is
known of the dish: that is not the same as none.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from . import allergens
from .register.values import Unreadable, slug, words
from .register.values import day as read_day

COURSES = ("starter", "main", "side", "dairy", "dessert", "snack")
# Menus are of the days of school, and of the Wednesdays between them.
DAYS = 5
BETWEEN = " / "

_COURSE_WORDS = {
    "starter": "entree hors-d-oeuvre crudite potage soupe starter",
    "main": "plat viande poisson plat-principal plat-proteique plat-du-jour main",
    "side": "garniture accompagnement legume feculent side",
    "dairy": "fromage laitage produit-laitier dairy cheese",
    "dessert": "dessert fruit",
    "snack": "gouter collation snack",
}
_COURSES = {
    word: course for course, many in _COURSE_WORDS.items() for word in many.split()
}
_WEEKDAYS = {
    word: number
    for number, many in enumerate(
        (
            "lundi lun monday mon",
            "mardi mar tuesday tue",
            "mercredi mer wednesday wed",
            "jeudi jeu thursday thu",
            "vendredi ven friday fri",
            "samedi sam saturday sat",
            "dimanche dim sunday sun",
        )
    )
    for word in many.split()
}
_MONTHS = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre "
    "decembre"
).split()
_NONE = frozenset({"", "aucun", "aucune", "none", "neant", "0"})
_EXCEPT = re.compile(r"^(?:sauf|except)\b[\s:]*", re.IGNORECASE)
_DISH = re.compile(r"^(.*?)\s*\(([^()]*)\)\s*$", re.DOTALL)


class Dish(NamedTuple):
    """A dish; `known`: which of the 14 allergens it holds has been said.

    `diets` are whatever the caller's own words of diets stand for.
    """

    name: str
    allergens: tuple[str, ...] = ()
    known: bool = False
    diets: tuple = ()


class Problem(NamedTuple):
    """What is wrong, and where.

    `code`: 'no_day' (dishes under no day), 'twice' (a day stands twice), 'other_week',
    'no_course' (a line says no course), 'no_table' (no day is found at all),
    'not_allergen' (a word among allergens in brackets that is none, and no diet
    either), 'in_the_name' (brackets without any: they are a part of the name).
    `where`: the heading or the words meant; `line`: counted from 1, 0 for none.
    """

    code: str
    where: str
    line: int = 0


class Read(NamedTuple):
    """Cells by (course, day from 0 = Monday), and what was not understood."""

    cells: dict[tuple[str, int], str]
    problems: list[Problem]


# === A cell === #


def read_cell(
    text: str | None, diets: Mapping[str, object]
) -> tuple[list[Dish], list[Problem]]:
    """Return the dishes of a cell, and the words in brackets that mean nothing.

    :param diets: {slug of a diet's name: what stands for it}
    """
    dishes, problems = [], []
    parts = re.split(r"\s+/\s+|\n", text or "")
    for part in filter(None, (words(part) for part in parts)):
        dish, unknown = _read_dish(part, diets)
        dishes.append(dish)
        code = "in_the_name" if dish.name == part else "not_allergen"
        problems += [Problem(code, f"{word} – {part}") for word in unknown]
    return dishes, problems


def _read_dish(text, diets):
    match = _DISH.match(text)
    if not match or not match.group(1):
        return Dish(text), []
    found, served, unknown, none = set(), [], [], False
    for item in re.split(r"[,;]", match.group(2)):
        item = item.strip()
        if _EXCEPT.match(item):
            diet = diets.get(slug(_EXCEPT.sub("", item)))
            if diet:
                served.append(diet)
            else:
                unknown.append(item)
        elif slug(item) in _NONE:
            none = True
        elif code := allergens.code_of(item):
            found.add(code)
        else:
            unknown.append(item)
    codes = tuple(code for code in allergens.CODES if code in found)
    known = bool(codes) or (none and not unknown)
    if not (codes or served or none):
        # “Yaourt (ferme de Valdurenque)”: the brackets are a part of the name.
        return Dish(text), unknown
    return Dish(match.group(1), codes, known, tuple(served)), unknown


def write_cell(
    dishes: Iterable[Dish],
    allergen_words: Mapping[str, str],
    diet_words: Callable[[object], str],
    except_word: str = "sauf",
) -> str:
    """Return the text of a cell that `read_cell` reads as these dishes."""
    return BETWEEN.join(
        _write_dish(dish, allergen_words, diet_words, except_word) for dish in dishes
    )


def _write_dish(dish, allergen_words, diet_words, except_word):
    inside = [allergen_words[code] for code in dish.allergens]
    if dish.known and not inside:
        inside = ["-"]
    inside += [f"{except_word} {diet_words(diet)}" for diet in dish.diets]
    return f"{dish.name} ({', '.join(inside)})" if inside else dish.name


# === A table === #


def read_table(rows: Sequence[Sequence], monday: date) -> Read:
    """Return the cells of a table, its days in the first line or the first column.

    :param rows: lines of cells: texts, days, numbers or None
    :param monday: of the week that is meant
    """
    lines = [[cell for cell in row] for row in rows]
    width = max((len(line) for line in lines), default=0)
    lines = [line + [None] * (width - len(line)) for line in lines]
    # A spreadsheet may bear a title above, “Menus de la cantine”.
    for start, line in enumerate(lines):
        if sum(_is_day(cell, monday) for cell in line) >= 2:
            return _read_columns(lines[start:], monday, start)
    columns = [list(column) for column in zip(*lines, strict=True)]
    for start, column in enumerate(columns):
        if sum(_is_day(cell, monday) for cell in column) >= 2:
            # What stands above the days says nothing of them.
            return _read_columns(columns[start:], monday, start, turned=True)
    for start, line in enumerate(lines):
        if any(_is_day(cell, monday) for cell in line):
            return _read_columns(lines[start:], monday, start)
    return Read({}, [Problem("no_table", "")])


def _read_columns(lines, monday, above, turned=False):
    head, body = lines[0], lines[1:]
    first = min(n for n, cell in enumerate(head) if _is_day(cell, monday))
    places, problems = _places(head, body, monday, first)
    cells: dict[tuple[str, int], str] = {}
    for number, line in enumerate(body):
        if not any(words(line[place]) for place in places):
            continue
        label = words(line[first - 1]) if first else ""
        course = course_of(label) if first else _by_rank(number)
        if course is None:
            shown = label or next(words(line[p]) for p in places if words(line[p]))
            where = 0 if turned else above + number + 2
            problems.append(Problem("no_course", shown, where))
            continue
        for place, day in places.items():
            if text := _text(line[place]):
                known = cells.get((course, day))
                cells[course, day] = f"{known}{BETWEEN}{text}" if known else text
    return Read(cells, problems)


def _places(head, body, monday, first):
    """Return {number of a column: its day from 0}, and the columns that are none."""
    problems, places, seen = [], {}, set()
    for number, heading in enumerate(head[first:], first):
        filled = [line[number] for line in body if words(line[number])]
        day = _day_of(heading, monday)
        shown = words(heading) if heading else words(filled[0]) if filled else ""
        if day is None:
            if filled:
                problems.append(Problem("no_day", shown))
        elif not 0 <= (day - monday).days < DAYS:
            problems.append(Problem("other_week", _shown(heading)))
        elif day in seen:
            problems.append(Problem("twice", _shown(heading)))
        else:
            places[number] = (day - monday).days
        if day is not None:
            seen.add(day)
    return places, problems


def _by_rank(number):
    return COURSES[number] if number < len(COURSES) else None


def _text(cell):
    parts = (words(part) for part in str(cell if cell is not None else "").split("\n"))
    return BETWEEN.join(filter(None, parts))


def course_of(label: str) -> str | None:
    """Return the course that a heading means: “Entrées”, “Plat principal”."""
    plain = slug(label)
    for word in (plain, plain.rstrip("s"), *plain.split("-")):
        if course := _COURSES.get(word) or _COURSES.get(word.rstrip("s")):
            return course
    return None


# === Days === #


def _shown(heading):
    return heading.strftime("%d/%m/%Y") if isinstance(heading, date) else words(heading)


def _is_day(cell, monday):
    return _day_of(cell, monday) is not None


def _day_of(cell, monday):
    """Return the day that a heading means, None for none.

    A weekday alone is that of the week; “lundi 4 janvier” and “04/01” take its year.
    """
    if isinstance(cell, date):
        return cell
    text = words(cell)
    if not text or len(text) > 40 or isinstance(cell, int | float):
        return None
    with suppress(Unreadable):
        return read_day(text)
    plain = slug(text)
    parts = plain.split("-")
    weekday = _WEEKDAYS.get(parts[0])
    if weekday is not None:
        parts = parts[1:]
    if not parts:
        return monday + timedelta(days=weekday)
    if not parts[0].removesuffix("er").isdigit():
        return None
    return _numbered(parts, monday, weekday)


def _numbered(parts, monday, weekday):
    number = int(parts[0].removesuffix("er"))
    if len(parts) == 1:
        if weekday is None:
            return None
        # “Lundi 4”: the day of the week that bears this number, or another week.
        day = monday + timedelta(days=weekday)
        return day if day.day == number else monday - timedelta(days=7 - weekday)
    month = _month(parts[1])
    if month is None:
        return None
    year = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else None
    years = [year + 2000 if year < 100 else year] if year else _near(monday)
    found = [day for day in (_made(one, month, number) for one in years) if day]
    return min(found, key=lambda day: abs(day - monday), default=None)


def _near(monday):
    return [monday.year - 1, monday.year, monday.year + 1]


def _month(word):
    if word.isdigit():
        return int(word)
    for number, name in enumerate(_MONTHS, 1):
        if len(word) >= 3 and name.startswith(word):
            return number
    return None


def _made(year, month, number):
    try:
        return date(year, month, number)
    except ValueError:
        return None
