from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...domain.register import columns, table
from ...domain.register.values import slug

# A selection has no empty value that differs from "nothing chosen yet".
IGNORED = "ignored"
# What names of documents have in common.
COMMON_WORDS = {
    "attestation",
    "autorisation",
    "carnet",
    "certificat",
    "fiche",
    "enfant",
}


class EspaceRegisterTable(models.Model):
    """A file, or a sheet of one, of a register that is imported."""

    _name = "espace.register.table"
    _description = "Table of a Register"
    _order = "sequence, id"

    import_id = fields.Many2one(
        "espace.register.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True)
    sequence = fields.Integer()
    name = fields.Char("File", required=True)
    line_count = fields.Integer("Lines")
    header_line = fields.Integer("Line of the Header")
    key = fields.Char("Headers")
    column_ids = fields.One2many("espace.register.column", "table_id", "Columns")


class EspaceRegisterColumn(models.Model):
    """A column of a register and what it is."""

    _name = "espace.register.column"
    _description = "Column of a Register"
    _order = "table_id, sequence"

    table_id = fields.Many2one(
        "espace.register.table", required=True, index=True, ondelete="cascade"
    )
    import_id = fields.Many2one(
        related="table_id.import_id", store=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="table_id.company_id", store=True)
    sequence = fields.Integer(help="Its place in the file, from 0.")
    header = fields.Char("Column of the File")
    examples = fields.Char()
    field = fields.Selection("_selection_field", "Becomes")

    @api.model
    def _selection_field(self):
        labels = self._field_labels()
        papers = [name for name in labels if name.startswith(columns.DOCUMENT)]
        return [(IGNORED, self.env._("Do not import"))] + [
            (name, labels[name])
            for name in (*columns.FIELDS, *papers)
            if name in labels
        ]

    @api.model
    def _papers(self):
        """Return [(field, name)] of the documents that are asked of children."""
        types = self.env["espace.document.type"].search(
            [("company_id", "=", self.env.company.id), ("about", "=", "child")]
        )
        return [(f"{columns.DOCUMENT}{one.id}", one.name) for one in types]

    @api.model
    def _field_labels(self):
        """Return {field of a column: what it is called}; addons add their own."""
        persons = {
            "child": self.env._("Child"),
            "family": self.env._("Household"),
            **{
                f"guardian{number}": self.env._("Guardian %s", number)
                for number in range(1, columns.GUARDIANS + 1)
            },
        }
        attributes = {
            "lastname": self.env._("last name"),
            "usage_name": self.env._("name in use"),
            "firstname": self.env._("first name"),
            "fullname": self.env._("first and last name"),
            "birth_date": self.env._("date of birth"),
            "class": self.env._("class"),
            "level": self.env._("level"),
            "school": self.env._("school"),
            "diet": self.env._("diet"),
            "civility": self.env._("civility"),
            "email": self.env._("e-mail"),
            "phone": self.env._("telephone"),
            "phone_home": self.env._("telephone at home"),
            "phone_work": self.env._("telephone at work"),
            "street": self.env._("address"),
            "zip": self.env._("postal code"),
            "city": self.env._("town"),
        }
        papers = {
            name: self.env._("Child: %s, until", word) for name, word in self._papers()
        }
        return papers | {
            name: self.env._(
                "%(person)s: %(attribute)s",
                person=persons[name.partition(".")[0]],
                attribute=attributes[name.partition(".")[2]],
            )
            for name in columns.FIELDS
            if name.partition(".")[2] in attributes
        }


class EspaceRegisterLayout(models.Model):
    """What the columns of a file were chosen to be, for the next file like it."""

    _name = "espace.register.layout"
    _description = "Remembered Columns"
    _order = "write_date desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    name = fields.Char("File", required=True)
    key = fields.Char("Headers", required=True)
    chosen = fields.Json("Columns", help="Header: what it is.")

    _key_unique = models.UniqueIndex(
        "(company_id, md5(key))", "The columns of such a file are remembered already."
    )

    @api.model
    def _known_columns(self, company, key=None):
        """Return {header: field} chosen before, those of the same file first.

        :param str key: the headers of the file
        """
        known = {}
        layouts = self.search([("company_id", "=", company.id)])
        for layout in sorted(layouts, key=lambda one: one.key != key):
            known = {**layout.chosen, **known}
        return known


class EspaceRegisterImport(models.Model):
    _inherit = "espace.register.import"

    def _open_files(self):
        """Return the tables of the files; two of one name are told apart.

        :raise UserError: says which file cannot be read, and what to do
        """
        tables, names = [], set()
        for attachment in self.attachment_ids.sorted("id"):
            name, number = attachment.name, 1
            while name in names:
                number += 1
                name = f"{attachment.name} ({number})"
            names.add(name)
            try:
                tables += table.open_file(name, attachment.raw or b"")
            except table.NotATable as error:
                raise UserError(self._not_a_table(error.code, name)) from error
        return tables

    def _not_a_table(self, code, name):
        words = {
            "kind": self.env._("“%s” is no table: save it as XLSX or CSV first.", name),
            "broken": self.env._(
                "“%s” cannot be opened: save it again as XLSX or CSV.", name
            ),
            "large": self.env._(
                "“%(file)s” is too large: a register has at most %(lines)s lines.",
                file=name,
                lines=table.MAX_ROWS,
            ),
            "empty": self.env._("“%s” is empty.", name),
            "locked": self.env._(
                "“%s” has a password: save it without one first.", name
            ),
        }
        return words[code]

    def _read_tables(self):
        Layout = self.env["espace.register.layout"]
        self.sudo().table_ids.unlink()
        offered = dict(self.env["espace.register.column"]._selection_field())
        values = []
        for sequence, one in enumerate(self._open_files()):
            laid = columns.lay_out(one, Layout._known_columns(self.company_id))
            # What the same file was read as before comes first.
            laid = columns.lay_out(
                one, Layout._known_columns(self.company_id, laid.key)
            )
            values.append(self._table_values(sequence, laid, offered))
            if laid.columns and laid.columns[0].header in self._problem_headers():
                self.is_whole = False
        self.env["espace.register.table"].sudo().create(values)

    def _table_values(self, sequence, laid, offered):
        return {
            "import_id": self.id,
            "sequence": sequence,
            "name": laid.table.name,
            "line_count": sum(1 for _row in laid.rows),
            "header_line": laid.header.number,
            "key": laid.key,
            "column_ids": [
                Command.create(
                    {
                        "sequence": column.index,
                        "header": column.header,
                        "examples": " · ".join(column.examples),
                        "field": self._proposed(column, offered),
                    }
                )
                for column in laid.columns
            ],
        }

    def _proposed(self, column, offered):
        if column.header in self._problem_headers():
            return IGNORED
        unsaid = column.field in (None, columns.IGNORED)
        if unsaid and (paper := self._paper_of(column.header)):
            return paper
        # What another addon would read is left out where it is not installed.
        known = column.field is None or column.field in offered
        if column.field == columns.IGNORED:
            return IGNORED
        return (column.field or False) if known else IGNORED

    def _paper_of(self, header):
        """Return the field of the one document that a header names, else None."""
        told = set(slug(header).split("-"))
        named = [
            name
            for name, word in self.env["espace.register.column"]._papers()
            if told & {w for w in slug(word).split("-") if len(w) > 4} - COMMON_WORDS
        ]
        return named[0] if len(named) == 1 else None

    # === What was chosen === #

    def _check_columns(self):
        asked = self.column_ids.filtered(lambda column: not column.field)
        if asked:
            raise UserError(
                self.env._(
                    "Say first what these columns are: %s",
                    ", ".join(f"“{name}”" for name in asked.mapped("header")),
                )
            )
        chosen = set(self.column_ids.mapped("field"))
        named = {"child.lastname", "child.usage_name", "child.fullname"} & chosen
        if not named:
            raise UserError(
                self.env._("No column is the name of a child: choose which one it is.")
            )
        tells_birth = "child.birth_date" in chosen
        if not tells_birth and not any(name.startswith("guardian") for name in chosen):
            raise UserError(
                self.env._(
                    "No column says when the children were born: without it nobody can "
                    "be told from a namesake. Add it to the file, or load the file of "
                    "the pupils with that of the guardians."
                )
            )

    def _remember_columns(self):
        Layout = self.env["espace.register.layout"].sudo()
        for one in self.table_ids:
            chosen = {column.header: column.field for column in one.column_ids}
            chosen = {
                header: columns.IGNORED if field == IGNORED else field
                for header, field in chosen.items()
                if header
            }
            known = Layout.search(
                [("company_id", "=", self.company_id.id), ("key", "=", one.key)]
            )
            if known:
                known.write({"chosen": chosen, "name": one.name})
            else:
                Layout.create(
                    {
                        "company_id": self.company_id.id,
                        "name": one.name,
                        "key": one.key,
                        "chosen": chosen,
                    }
                )

    def _layouts(self):
        """Return the tables of the files with the columns that were chosen."""
        chosen = {
            one.name: {
                column.sequence: columns.IGNORED
                if column.field == IGNORED
                else column.field
                for column in one.column_ids
            }
            for one in self.table_ids
        }
        found = []
        for one in self._open_files():
            if one.name not in chosen:
                raise UserError(
                    self.env._("The files were changed: read them again first.")
                )
            known = self.env["espace.register.layout"]._known_columns(self.company_id)
            found.append(columns.lay_out(one, known).choose(chosen[one.name]))
        return found
