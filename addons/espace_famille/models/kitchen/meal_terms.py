"""Who eats: the one meaning of it, in SQL, for orders, lists of meals and figures.

Each is a part of a query on `espace_reservation r` with `JOINS`.
"""

from odoo.tools import SQL

from ..absence.espace_absence import OPEN_STATES

JOINS = SQL(
    """
      JOIN espace_child c ON c.id = r.child_id
      JOIN product_product p ON p.id = r.product_id
      JOIN product_template t ON t.id = p.product_tmpl_id
 LEFT JOIN espace_school_class k ON k.id = r.class_id
 LEFT JOIN espace_absence a ON a.id = r.absence_id
    """
)

# Marked absent, with proof or without.
ABSENT = SQL("r.attendance LIKE %s", r"absent\_%")
# Not there yet, and the family has said that it will not come.
ANNOUNCED = SQL(
    "coalesce(r.attendance <> 'present' AND NOT %s AND a.state IN %s, FALSE)",
    ABSENT,
    (*OPEN_STATES, "accepted"),
)
COMES = SQL("NOT %s AND NOT %s", ABSENT, ANNOUNCED)
