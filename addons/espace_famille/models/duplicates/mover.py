"""Have what refers to one record refer to another, whatever model it is of.

Fields are asked of the registry, so that those of every addon are moved. It is done in
SQL: what is moved stays as it is, and only says otherwise to whom it belongs.
"""

from collections import Counter

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tools import SQL


class Mover:
    """Moves what refers to `gone` to `kept`, two records of one model.

    `moved` counts the rows by model, `dropped` those that could not stand beside a row
    of `kept` and were deleted: both {name of a model: number of rows}.

    :param droppable: names of the models of which rows may be deleted so
    """

    def __init__(self, kept, gone, droppable=()):
        self.env = kept.env
        self.kept = kept
        self.gone = gone
        self.droppable = droppable
        self.moved = Counter()
        self.dropped = Counter()

    def move(self):
        """Move all that refers to the record.

        :raise UserError: a row of a model that is not droppable would be there twice
        """
        self.env.flush_all()
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if field.store:
                    self._move_field(model, field)
        for relation, column, other in sorted(self._relations()):
            self._move_relation(relation, column, other)
        self.env.invalidate_all()
        self._check_nothing_left()

    def _move_field(self, model, field):
        here = self.kept._name
        if field.type == "many2one" and field.comodel_name == here:
            where = SQL("%s = %s", SQL.identifier(field.name), self.gone.id)
            self._move_rows(model, field.name, self.kept.id, where)
        elif field.type == "many2one_reference":
            of_model = model._fields[field.model_field]
            if of_model.store:
                where = SQL(
                    "%s = %s AND %s = %s",
                    SQL.identifier(field.name),
                    self.gone.id,
                    SQL.identifier(field.model_field),
                    here,
                )
                self._move_rows(model, field.name, self.kept.id, where)
        elif field.type == "reference":
            where = SQL("%s = %s", SQL.identifier(field.name), f"{here},{self.gone.id}")
            self._move_rows(model, field.name, f"{here},{self.kept.id}", where)

    def _move_rows(self, model, column, value, where):
        table = SQL.identifier(model._table)
        found = self.env.execute_query(SQL("SELECT id FROM %s WHERE %s", table, where))
        ids = [row_id for (row_id,) in found]
        if not ids:
            return
        if not self._update(table, column, value, ids):
            twice = [
                one for one in ids if not self._update(table, column, value, [one])
            ]
            self._drop(model, twice)
            ids = [one for one in ids if one not in twice]
        if not model._transient:
            self.moved[model._name] += len(ids)

    def _update(self, table, column, value, ids) -> bool:
        query = SQL(
            "UPDATE %s SET %s = %s WHERE id IN %s",
            table,
            SQL.identifier(column),
            value,
            tuple(ids),
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
        except UniqueViolation:
            return False
        return True

    def _drop(self, model, ids):
        if model._name not in self.droppable and not model._transient:
            raise UserError(
                self.env._(
                    "Both have “%s” of the same day or kind: settle it on one of them "
                    "first.",
                    model._description,
                )
            )
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE id IN %s",
                SQL.identifier(model._table),
                tuple(ids),
            )
        )
        self.dropped[model._name] += len(ids)

    def _relations(self):
        """Return {(table, column of this model, the other column)}."""
        found = set()
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if field.type != "many2many" or not field.store or not field.relation:
                    continue
                if field.comodel_name == self.kept._name:
                    found.add((field.relation, field.column2, field.column1))
                if name == self.kept._name:
                    found.add((field.relation, field.column1, field.column2))
        return found

    def _move_relation(self, relation, column, other):
        names = {
            "table": SQL.identifier(relation),
            "own": SQL.identifier(column),
            "other": SQL.identifier(other),
            "kept": self.kept.id,
            "gone": self.gone.id,
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (%(own)s, %(other)s)
                SELECT %(kept)s, %(other)s FROM %(table)s WHERE %(own)s = %(gone)s
                ON CONFLICT DO NOTHING
                """,
                **names,
            )
        )
        self.env.cr.execute(
            SQL("DELETE FROM %(table)s WHERE %(own)s = %(gone)s", **names)
        )

    def _check_nothing_left(self):
        """Make sure that deleting the record takes nothing with it.

        :raise UserError: an addon refers to it in a way that is not known here
        """
        keys = self.env.execute_query(
            SQL(
                """
                SELECT key.conrelid::regclass::text, own.attname
                FROM pg_constraint key
                JOIN pg_attribute own
                    ON own.attrelid = key.conrelid AND own.attnum = key.conkey[1]
                WHERE key.contype = 'f' AND key.confrelid = %s::regclass
                """,
                self.kept._table,
            )
        )
        for table, column in keys:
            left = self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s WHERE %s = %s LIMIT 1",
                    SQL.identifier(table.strip('"')),
                    SQL.identifier(column),
                    self.gone.id,
                )
            )
            if left:
                raise UserError(
                    self.env._("“%s” still refers to it: nothing was merged.", table)
                )
