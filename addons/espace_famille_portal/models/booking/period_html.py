"""Cells and buttons of the Vue Période as HTML.

A month has hundreds of them, and each change of one draws its day again: as QWeb
templates they took a third of the page's time.
"""

from markupsafe import Markup, escape


def day_html(row, button, today):
    """Return a `period.Row` with the cells of a day as HTML.

    :param button: the `period.RowButton` of the day, None if nothing may be changed
    :param str today: the word for today
    """
    label = escape(row.label)
    current = ' aria-current="date"' if row.today else ""
    mark = f'<small class="d-block">{escape(today)}</small>' if row.today else ""
    return Markup(
        f'<tr id="d_{row.date}" class="{"o_espace_today" if row.today else ""}"'
        f' data-date="{row.date}">'
        f'<th scope="row" class="o_espace_day" aria-label="{label}"{current}>'
        f'<span class="d-md-none">{escape(row.short)}</span> '
        f'<span class="d-none d-md-inline">{label}</span>{mark}'
        f"{row_button_html(button) if button else ''}</th>"
        f"{''.join(map(_cell, row.cells))}</tr>"
    )


def cell_html(cell):
    """Return a `period.Cell` as the HTML of a table cell."""
    return Markup(_cell(cell))


def column_button_html(column):
    """Return a `period.Column` as the cell that takes, or takes out, all of it.

    A tap may show the other one of the two: the page decides from its cells.
    """
    buttons = "".join(_column_button(column, button) for button in column.buttons)
    return Markup(f'<td id="{column.key}" class="{column.classes}">{buttons}</td>')


def row_button_html(button):
    """Return a `period.RowButton` as HTML, an empty place where it has no order."""
    inside = ""
    if button.order:
        name = escape(button.name)
        inside = (
            f'<button type="submit" name="do" value="{button.order}" title="{name}"'
            f' data-action="{"noday" if button.taken else "day"}">'
            f'{_box(button.taken)}<span class="visually-hidden">{name}</span></button>'
        )
    return Markup(
        f'<span id="{button.key}" class="o_espace_row {button.classes}">{inside}</span>'
    )


def _column_button(column, button):
    name, action = escape(button.name), button.order.action
    taken = action == "none"
    classes = "btn-outline-primary" if taken else "btn-light"
    if not button.shown:
        classes += " d-none"
    return (
        f'<button type="submit" class="btn btn-sm {classes}" name="do"'
        f' value="{button.order}" title="{name}" data-child="{column.child_id}"'
        f' data-product="{column.product_id}" data-action="{action}">{_box(taken)}'
        f' <span aria-hidden="true">{escape(button.word)}</span>'
        f' <span class="visually-hidden">{name}</span></button>'
    )


def _box(ticked):
    icon = "fa-check-square-o" if ticked else "fa-square-o"
    return f'<i class="fa {icon}" aria-hidden="true"></i>'


def _cell(cell):
    # Ids, dates, statuses, icons and classes are ours; words may be anybody's.
    return (
        f'<td id="{cell.key}" class="o_espace_cell {cell.classes}"'
        f' data-child="{cell.child_id}" data-product="{cell.product_id}"'
        f' data-date="{cell.date}" data-status="{cell.status}">{_inside(cell)}</td>'
    )


def _inside(cell):
    if not cell.name:
        return ""
    name = escape(cell.name)
    if not cell.order:
        return f'<span title="{name}">{_content(cell, name)}</span>'
    question = f' data-question="{escape(cell.question)}"' if cell.question else ""
    return (
        f'<button type="submit" name="do" value="{cell.order}" title="{name}"'
        f"{question}>{_content(cell, name)}</button>"
    )


def _content(cell, name):
    """Seen: few signs. Heard: everything, in words."""
    icon = f'<i class="fa {cell.icon}" aria-hidden="true"></i>' if cell.icon else ""
    hint = f'<small aria-hidden="true">{escape(cell.hint)}</small>' if cell.hint else ""
    if cell.few:
        few = escape(cell.few)
        hint += f'<small class="o_espace_few" aria-hidden="true">{few}</small>'
    if cell.price_shown:
        seen = f'<b aria-hidden="true">{escape(cell.price_shown)}</b>'
    else:
        seen = (
            '<span class="o_espace_label" aria-hidden="true">'
            f"{escape(cell.label)}</span>"
        )
    return f'<span class="visually-hidden">{name}</span>{icon}{seen}{hint}'
