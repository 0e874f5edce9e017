"""Cells and buttons of the Vue Période as HTML.

A month has hundreds of them, and each change of one draws its day again: as QWeb
templates they took a third of the page's time. Markup comes from the templates below
alone; all that is put into their places is escaped.
"""

from datetime import date
from functools import cache

from markupsafe import Markup, escape

DAY = (
    '<tr id="d_{0}" class="{1}" data-date="{0}">'
    '<th scope="row" class="o_espace_day" aria-label="{2}"{3}>'
    '<span class="d-md-none">{4}</span> '
    '<span class="d-none d-md-inline">{2}</span>{5}{6}</th>{7}</tr>'
)
CURRENT = Markup(' aria-current="date"')
MARK = '<small class="d-block">{}</small>'
CELL = (
    '<td id="{}" class="o_espace_cell {}" data-child="{}" data-product="{}"'
    ' data-date="{}" data-status="{}">{}</td>'
)
STILL = '<span title="{0}"><span class="visually-hidden">{0}</span>{1}</span>'
BUTTON = (
    '<button type="submit" name="do" value="{0}" title="{1}"{2}>{3}'
    '<span class="visually-hidden">{1}</span>{4}</button>'
)
QUESTION = ' data-question="{}"'
PRICE = '{}<b aria-hidden="true">{}</b>{}{}'
LABEL = '{}<span class="o_espace_label" aria-hidden="true">{}</span>{}{}'
HINT = '<small aria-hidden="true">{}</small>'
FEW = '<small class="o_espace_few" aria-hidden="true">{}</small>'
ICON = '<i class="fa {}" aria-hidden="true"></i>'
ROW_BUTTON = '<span id="{}" class="o_espace_row {}">{}</span>'
ROW_ACTION = ' data-action="{}"'
COLUMN = '<td id="{}" class="{}">{}</td>'
COLUMN_BUTTON = (
    '<button type="submit" class="btn btn-sm {}" name="do" value="{}" title="{}"'
    ' data-child="{}" data-product="{}" data-action="{}">{}'
    ' <span aria-hidden="true">{}</span> <span class="visually-hidden">{}</span>'
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


def day_html(row, button, today):
    """Return a `period.Row` with the cells of a day as HTML.

    :param button: the `period.RowButton` of the day, None if nothing may be changed
    :param str today: the word for today
    """
    return fill(
        DAY,
        row.date,
        "o_espace_today" if row.today else "",
        row.label,
        CURRENT if row.today else "",
        row.short,
        fill(MARK, today) if row.today else "",
        row_button_html(button) if button else "",
        joined(map(cell_html, row.cells)),
    )


def cell_html(cell):
    """Return a `period.Cell` as the HTML of a table cell."""
    return fill(
        CELL,
        cell.key,
        cell.classes,
        cell.child_id,
        cell.product_id,
        cell.date,
        cell.status,
        _inside(cell) if cell.name else "",
    )


def column_button_html(column):
    """Return a `period.Column` as the cell that takes, or takes out, all of it.

    A tap may show the other one of the two: the page decides from its cells.
    """
    buttons = joined(_column_button(column, button) for button in column.buttons)
    return fill(COLUMN, column.key, column.classes, buttons)


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
    classes = "btn-outline-primary" if taken else "btn-light"
    return fill(
        COLUMN_BUTTON,
        classes if button.shown else f"{classes} d-none",
        button.order,
        button.name,
        column.child_id,
        column.product_id,
        action,
        _box(taken),
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
        return fill(STILL, cell.name, _seen(cell))
    question = fill(QUESTION, cell.question) if cell.question else ""
    return fill(BUTTON, cell.order, cell.name, question, "", _seen(cell))


def _seen(cell):
    return fill(
        PRICE if cell.price_shown else LABEL,
        _icon(cell.icon) if cell.icon else "",
        cell.price_shown or cell.label,
        fill(HINT, cell.hint) if cell.hint else "",
        fill(FEW, cell.few) if cell.few else "",
    )
