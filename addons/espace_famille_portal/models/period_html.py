"""Cells of the Vue Période as HTML.

A month has hundreds of cells, and each change of one draws its day again: as a QWeb
template they took a third of the page's time.
"""

from markupsafe import Markup, escape


def row_html(cells):
    """Return the cells of a day as HTML."""
    return Markup("".join(map(_cell, cells)))


def cell_html(cell):
    """Return a `period.Cell` as the HTML of a table cell."""
    return Markup(_cell(cell))


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
