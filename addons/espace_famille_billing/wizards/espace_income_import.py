import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain.quotient_import import parse

# Excel still writes files of its own encoding.
ENCODINGS = ("utf-8-sig", "cp1252")


class EspaceIncomeImport(models.TransientModel):
    """Reads quotients that are pasted or in a CSV file, shows them, records them."""

    _name = "espace.income.import"
    _description = "Import Quotients"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    text = fields.Text("Paste Here")
    file = fields.Binary("CSV File")
    file_name = fields.Char()
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._espace_today(),
        help="For lines without a date.",
    )
    source = fields.Selection(
        lambda self: (
            self.env["espace.family.income"]
            ._fields["source"]
            ._description_selection(self.env)
        ),
        default="caf",
        required=True,
    )
    line_ids = fields.One2many(
        "espace.income.import.line",
        "import_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    ready_count = fields.Integer(compute="_compute_counts")
    error_count = fields.Integer(compute="_compute_counts")

    @api.onchange("file")
    def _onchange_file(self):
        if self.file:
            self.text = self._decoded(base64.b64decode(self.file))

    @api.model
    def _decoded(self, content):
        for encoding in ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise UserError(
            self.env._("This file is no text: save the sheet as CSV and try again.")
        )

    @api.depends("text", "date_from")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._preview()),
            ]

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for wizard in self:
            errors = wizard.line_ids.filtered(lambda line: line.status == "error")
            wizard.error_count = len(errors)
            wizard.ready_count = len(wizard.line_ids - errors)

    # === Reading === #

    def _preview(self):
        """Return the values of a line for each row that was read."""
        rows = parse(self.text or "")
        families = self._families({row.key.lower() for row in rows})
        seen, values = {}, []
        for row in rows:
            found = families.get(row.key.lower(), self.env["espace.family"])
            day = row.day or self.date_from
            problem = self._problem(row, found) or self._twice(seen, found, day, row)
            seen.setdefault((found, day), row.number)
            values.append(
                {
                    "number": row.number,
                    "key": row.key,
                    "family_id": found.id if len(found) == 1 else False,
                    "value": float(row.value or 0),
                    "date_from": day,
                    "status": "error" if problem else self._status(found, day),
                    "problem": problem,
                }
            )
        return values

    def _families(self, keys):
        """Return {reference or e-mail, in small letters: families}."""
        families = self.env["espace.family"].search(
            [("company_id", "=", self.company_id.id)]
        )
        found = {}
        for family in families:
            own = {family.reference, family.email, *family.guardian_ids.mapped("email")}
            for key in {key.strip().lower() for key in own if key} & keys:
                found[key] = found.get(key, families.browse()) | family
        return found

    def _problem(self, row, families):
        """Say why a row cannot be recorded, False if it can."""
        if row.error:
            return {
                "columns": self.env._(
                    "Enter a reference or an e-mail address, then a quotient."
                ),
                "value": self.env._(
                    "This is no quotient, or may be read in two ways: write 1234.50 "
                    "or 1 234,50."
                ),
                "day": self.env._("The date is not written as 31/12/2027."),
            }[row.error]
        if not families:
            return self.env._("No family has this reference or e-mail address.")
        if len(families) > 1:
            return self.env._(
                "Several families have this e-mail address: give the reference."
            )
        return False

    def _twice(self, seen, family, day, row):
        first = seen.get((family, day))
        if not family or first is None:
            return False
        return self.env._("The same family and date are on line %s already.", first)

    def _status(self, family, day):
        same = family.income_ids.filtered(lambda income: income.date_from == day)
        return "replace" if same else "new"

    # === Recording === #

    def action_import(self):
        """Record all quotients, or none as long as a line is wrong."""
        self.ensure_one()
        Income = self.env["espace.family.income"]
        Income.check_access("create")
        rows = self._preview()
        wrong = [row for row in rows if row["problem"]]
        if wrong:
            raise UserError(
                self.env._(
                    "Nothing was recorded. Line %(number)s (%(key)s): %(problem)s",
                    **wrong[0],
                )
            )
        if not rows:
            raise UserError(self.env._("Paste the quotients or choose a file first."))
        for row in rows:
            if row["status"] == "replace":
                self._existing(row).write({"value": row["value"]} | self._origin_vals())
        incomes = Income.create(
            [
                {
                    "family_id": row["family_id"],
                    "value": row["value"],
                    "date_from": row["date_from"],
                    **self._origin_vals(),
                }
                for row in rows
                if row["status"] == "new"
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_family_income_action"
        )
        action["domain"] = [("id", "in", incomes.ids)] if incomes else []
        return action

    def _origin_vals(self):
        return {"source": self.source}

    def _existing(self, row):
        return self.env["espace.family.income"].search(
            [
                ("family_id", "=", row["family_id"]),
                ("date_from", "=", row["date_from"]),
            ]
        )


class EspaceIncomeImportLine(models.TransientModel):
    _name = "espace.income.import.line"
    _description = "Imported Quotient"
    _order = "number"

    import_id = fields.Many2one("espace.income.import", ondelete="cascade")
    number = fields.Integer("Line")
    key = fields.Char("Reference or E-Mail")
    family_id = fields.Many2one("espace.family")
    value = fields.Float("QF", digits=(16, 2))
    date_from = fields.Date("From")
    status = fields.Selection(
        [("new", "New"), ("replace", "Replaces"), ("error", "Error")]
    )
    problem = fields.Char()
