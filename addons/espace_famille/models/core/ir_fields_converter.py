from odoo import models

# Where a name may stand for several records, the import must not choose one.
STRICT = ("espace.school.class", "espace.family", "espace.child", "espace.activity")


class IrFieldsConverter(models.AbstractModel):
    """Imports (Odoo's own): a name that is not unique is an error, not a guess."""

    _inherit = "ir.fields.converter"

    def db_id_for(self, model, field, subfield, value, savepoint):
        found, warnings = super().db_id_for(model, field, subfield, value, savepoint)
        if subfield is None and warnings and field.comodel_name in STRICT:
            raise self._format_import_error(
                ValueError,
                self.env._(
                    "“%(value)s” names several records in the field “%%(field)s”: "
                    "write the class as “CP – name of the school”, the family by its "
                    "reference."
                ),
                {"value": value},
            )
        return found, warnings
