from odoo import models


class BaseImportImport(models.TransientModel):
    """Odoo's own import: a test of it uses nothing up, and an error names its line."""

    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        skipped, heading = (
            int(options.get("skip") or 0),
            bool(options.get("has_headers")),
        )
        result = super(
            BaseImportImport, self.with_context(espace_import_test=dryrun)
        ).execute_import(fields, columns, options, dryrun)
        if self.res_model.startswith("espace."):
            self._espace_number_lines(result, skipped, heading)
        return result

    def _espace_number_lines(self, result, skipped, heading):
        """Have the errors say the line of the file, as a spreadsheet numbers it.

        Odoo numbers the rows of a batch, without those before and without the heading.

        :param dict result: of `execute_import`, changed in place
        :param int skipped: rows of the batches before
        :param bool heading: the first line of the file names the columns
        """
        before = skipped + heading
        for message in result.get("messages", ()):
            if rows := message.get("rows"):
                # The screen adds one to these, and not to the number of the record.
                message["rows"] = {end: row + before for end, row in rows.items()}
                message["record"] = rows["from"] + before + 1
        if result.get("name"):
            # The name that the screen adds to a row is found by its number.
            result["name"] = [""] * heading + result["name"]
