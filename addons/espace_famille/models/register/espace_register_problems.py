import base64
import io

import xlsxwriter

from odoo import models

from ...domain.register.lines import Place
from ...domain.register.values import words as words_of

# What a sheet of a workbook may be called.
LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


class EspaceRegisterImport(models.Model):
    """The lines that cannot be imported as they are, to be corrected and loaded."""

    _inherit = "espace.register.import"

    def _problem_headers(self):
        """Return the headers of the first column of such a file, in any language."""
        return {
            self.with_context(lang=code).env._("Problem")
            for code, _name in self.env["res.lang"].get_installed()
        } | {"Problem"}

    def _problems_values(self, found, words):
        """Return the values of the file; none without a problem."""
        wanted = {}
        for problem in found.problems:
            place = Place(problem.file, problem.line)
            wanted.setdefault(place, []).append(problem)
        for place in found.left_out:
            wanted.setdefault(place, [])
        if not wanted:
            return {"problems_file": False, "problems_name": False}
        content = self._problems_workbook(words, wanted)
        return {
            "problems_file": base64.b64encode(content),
            "problems_name": self.env._("lines-to-correct") + ".xlsx",
        }

    def _problems_workbook(self, words, wanted):
        """Return a workbook of a sheet a table: the lines as they were, and why.

        Everything is written as text: a name that begins with “=” is no formula.
        """
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        bold = book.add_format({"bold": True})
        for number, layout in enumerate(self._layouts(), 1):
            rows = [r for r in layout.rows if (layout.table.name, r.number) in wanted]
            if not rows:
                continue
            title = layout.table.name.translate(FORBIDDEN)[: LONGEST_NAME - 3]
            sheet = book.add_worksheet(f"{number} {title}".strip())
            # A file of lines that were corrected before says their problems anew.
            own = words_of(layout.header.cells[0]) in self._problem_headers()
            begin = 1 if own else 0
            header = [self.env._("Problem"), *layout.header.cells[begin:]]
            for column, cell in enumerate(header):
                sheet.write_string(0, column, _text(cell), bold)
            for line, row in enumerate(rows, 1):
                problems = wanted[layout.table.name, row.number]
                reasons = [words.problem(one) for one in problems] or [
                    self.env._("Left aside with its child.")
                ]
                cells = ["\n".join(reasons), *row.cells[begin:]]
                for column, cell in enumerate(cells):
                    sheet.write_string(line, column, _text(cell))
            sheet.set_column(0, 0, 50)
            sheet.freeze_panes(1, 1)
        book.close()
        return stream.getvalue()


def _text(cell):
    """Return a cell as it is read again; a day as 2018-03-14."""
    return "" if cell is None else str(cell)
