"""Cells and buttons of the Vue Période as HTML.

A month has hundreds of them, and each change of one draws its day again: as QWeb
templates they took a third of the page's time. Markup comes from the templates below
alone; all that is put into their places is escaped.
"""

from datetime import date
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape

DAY = (
    '<tr id="d_{0}" class="{1}" data-date="{0}">'
    '<th scope="row" class="o_espace_day" aria-label="{2}"{3}>'
    '<span class="ef-short"><b>{4}</b> {5}</span> '
    '<span class="ef-long">{6}</span>{7}{8}</th>{9}</tr>'
)
CURRENT = Markup(' aria-current="date"')
MARK = '<small class="d-block">{}</small>'
CELL = (
    '<td id="{}" class="o_espace_cell ef-{} {}" data-child="{}" data-product="{}"'
    ' data-date="{}" data-status="{}"{}>{}</td>'
)
KID = '<td class="ef-who" aria-hidden="true"><span class="ef-kid ef-k{}">{}</span></td>'
STILL = '<span title="{0}"><span class="visually-hidden">{0}</span>{1}</span>'
BUTTON = (
    '<button type="submit" name="do" value="{0}" title="{1}"{2}>{3}'
    '<span class="visually-hidden">{1}</span>{4}</button>'
)
LINK = (
    '<a href="{0}" title="{1}" data-sheet="1" aria-haspopup="dialog">'
    '<span class="visually-hidden">{1}</span>{2}</a>'
)
SIGN = '<span class="ef-m" aria-hidden="true">{}{}{}</span>'
OVER = (
    '<span class="ef-m" aria-hidden="true"><span class="ef-t">{}<span>{}'
    " <small>{}</small></span></span>{}{}{}</span>"
)
COLSPAN = ' colspan="{}"'
RING = Markup('<span class="ef-ring"></span>')
QUESTION = ' data-question="{}" aria-haspopup="dialog"'
PRESSED = {
    "available": Markup(' aria-pressed="false"'),
    "in_cart": Markup(' aria-pressed="true"'),
}
PRICE = "<b>{}</b>"
LABEL = '<span class="o_espace_label">{}</span>'
SHORT = '<span class="o_espace_short">{}</span>'
FEW = '<small class="o_espace_few">{}</small>'
ICON = '<i class="fa {}" aria-hidden="true"></i>'
ROW_BUTTON = '<span id="{}" class="o_espace_row {}">{}</span>'
ROW_ACTION = ' data-action="{}"'
COLUMN = '<span id="{}" class="o_espace_all">{}</span>'
COLUMN_BUTTON = (
    '<button type="submit" class="{}" name="do" value="{}" title="{}"'
    ' data-child="{}" data-product="{}" data-action="{}">'
    '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>'
    "</button>"
)

# Nothing of these types has to be escaped.
SAFE = frozenset((Markup, int, date))
_markup = str.__new__


def fill(template, *values):
    """Return a template with its places filled; what is no `Markup` is escaped."""
    # `escape` and `Markup()` would take as long again for what is HTML already.
    return _markup(
        Markup,
        template.format(
            *[v if not v or type(v) in SAFE else escape(v) for v in values]
        ),
    )


def joined(parts):
    return Markup("").join(parts)


def day_html(row, button, today, kids=None):
    """Return a `period.Row` with the cells of a day as HTML.

    :param button: the `period.RowButton` of the day, None if nothing may be changed
    :param str today: the word for today
    :param dict kids: {child id: (initial, rank of its colour)} of a page on which a
        phone shows the children below one another, each line with its initial
    """
    return fill(
        DAY,
        row.date,
        "o_espace_today" if row.today else "",
        row.label,
        CURRENT if row.today else "",
        row.short,
        row.weekday,
        row.day_name,
        fill(MARK, today) if row.today else "",
        row_button_html(button) if button else "",
        joined(_lines(row.cells, kids)),
    )


def _lines(cells, kids):
    for child_id, shown in shown_cells(cells):
        if kids:
            initial, rank = kids[child_id]
            yield fill(KID, rank, initial)
        yield from map(cell_html, shown)


def shown_cells(cells):
    """Yield (child id, cells of a day that have a place): either those of the child's
    columns or those that lie over them, whichever are open."""
    for child_id, group in groupby(cells, key=lambda cell: cell.child_id):
        own = list(group)
        over = [cell for cell in own if cell.over and cell.name]
        yield child_id, over or [cell for cell in own if not cell.over]


def cell_html(cell):
    """Return a `period.Cell` as the HTML of a table cell."""
    stop = f" ef-stop-{cell.stop}" if cell.stop else ""
    over = " ef-over" if cell.over else ""
    return fill(
        CELL,
        cell.key,
        cell.tint,
        f"{cell.classes}{stop}{over}",
        cell.child_id,
        cell.product_id,
        cell.date,
        cell.status,
        fill(COLSPAN, cell.over) if cell.over else "",
        _inside(cell) if cell.name else "",
    )


def column_button_html(column):
    """Return a `period.Column` as the cell that takes, or takes out, all of it.

    A tap may show the other one of the two: the page decides from its cells.
    """
    buttons = joined(_column_button(column, button) for button in column.buttons)
    return fill(COLUMN, column.key, buttons)


def row_button_html(button):
    """Return a `period.RowButton` as HTML, an empty place where it has no order."""
    inside = ""
    if button.order:
        action = fill(ROW_ACTION, "noday" if button.taken else "day")
        box = _box(button.taken)
        inside = fill(BUTTON, button.order, button.name, action, box, "")
    return fill(ROW_BUTTON, button.key, button.classes, inside)


def _column_button(column, button):
    action = button.order.action
    taken = action == "none"
    return fill(
        COLUMN_BUTTON,
        "ef-taken" if taken and button.shown else "" if button.shown else "d-none",
        button.order,
        button.name,
        column.child_id,
        column.product_id,
        action,
        button.word,
        button.name,
    )


@cache
def _icon(name):
    return fill(ICON, name)


def _box(ticked):
    return _icon("fa-check-square-o" if ticked else "fa-square-o")


def _inside(cell):
    """Heard: everything, in words. Seen: few signs."""
    if not cell.order:
        if cell.sheet:
            return fill(LINK, cell.sheet, cell.name, _seen(cell))
        return fill(STILL, cell.name, _seen(cell))
    if cell.question:
        more = fill(QUESTION, cell.question)
    else:
        more = PRESSED.get(cell.status, "")
    return fill(BUTTON, cell.order, cell.name, more, "", _seen(cell))


def _seen(cell):
    """Quiet: a sign, and a word only where the sign says less than the cell means."""
    if cell.status == "available" or (cell.status == "other_option" and cell.order):
        icon = RING
    else:
        icon = _icon(cell.icon) if cell.icon else ""
    words = joined(_seen_words(cell))
    few = fill(FEW, cell.few) if cell.few else ""
    if not cell.over:
        return fill(SIGN, icon, words, few)
    place = _icon(cell.over_icon)
    return fill(OVER, place, cell.over_name, cell.hours, words, icon, few)


def _seen_words(cell):
    if cell.price_shown:
        yield fill(PRICE, cell.price_shown)
    if cell.status in ("full", "waiting") or cell.late:
        yield fill(SHORT, cell.hint if cell.status != "full" else cell.label)
    elif cell.status not in ("available", "other_option") and cell.label:
        yield fill(LABEL, cell.label)
