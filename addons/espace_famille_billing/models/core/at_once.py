"""Several searches in one query: what a page asks of many models, mostly nothing."""

from odoo.fields import Domain
from odoo.tools import SQL


def search_at_once(env, searches):
    """Return {name: records} of what several models find, by one query.

    Who may read what is asked as each search by itself would.

    :param searches: {name: (model with its environment, domain, order or None,
        how many at most, if it is not all)}
    """
    found, asked = {}, {}
    for name, (model, domain, order, *limit) in searches.items():
        query = model._search(
            Domain(domain), 0, *(limit or [None]), order or model._order
        )
        if query.is_empty():
            found[name] = model.browse()
        else:
            asked[name] = query
    if asked:
        columns = [SQL("ARRAY(%s)", query.select()) for query in asked.values()]
        [row] = env.execute_query(SQL("SELECT %s", SQL(", ").join(columns)))
        for name, ids in zip(asked, row, strict=True):
            found[name] = searches[name][0].browse(ids)
    return found
