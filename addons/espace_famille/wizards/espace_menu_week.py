import base64
import binascii
import csv
import io
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain import menu
from ..domain.register import table
from ..models.kitchen.espace_menu import COURSES

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class EspaceMenuWeek(models.TransientModel):
    """The menus of a week in one table: typed, pasted or read from a file."""

    _name = "espace.menu.week"
    _description = "Menus of a Week"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    day = fields.Date(
        "Week of", required=True, default=lambda self: self._default_day()
    )
    monday = fields.Date(compute="_compute_monday")
    words = fields.Char(compute="_compute_monday")
    line_ids = fields.One2many(
        "espace.menu.week.line",
        "week_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    # What the week was when the table was filled: another agent may write meanwhile.
    seen = fields.Char(compute="_compute_line_ids", store=True, readonly=False)
    pasted = fields.Text(
        "Pasted Table", help="Copied from a spreadsheet, its days and courses with it."
    )
    file = fields.Binary("Spreadsheet", attachment=False)
    file_name = fields.Char()
    problems = fields.Text(readonly=True)

    @api.model
    def _default_day(self):
        """Return the Monday of the first week to come without any menu."""
        company = self.env.company
        today = company._espace_today()
        monday = today - timedelta(days=today.weekday())
        last = self.env["espace.menu"].search(
            [("company_id", "=", company.id), ("date", ">=", monday)],
            order="date desc",
            limit=1,
        )
        if not last:
            return monday
        return last.date + timedelta(days=7 - last.date.weekday())

    @api.depends("day")
    @api.depends_context("lang")
    def _compute_monday(self):
        for week in self:
            day = week.day or week.company_id._espace_today()
            week.monday = day - timedelta(days=day.weekday())
            week.words = week.env._(
                "From %(first)s to %(last)s",
                first=week.company_id._espace_day_words(week.monday),
                last=week.company_id._espace_day_words(
                    week.monday + timedelta(days=menu.DAYS - 1), year=True
                ),
            )

    @api.depends("day", "company_id")
    def _compute_line_ids(self):
        for week in self:
            cells = week._cells()
            week.seen = repr(sorted(cells.items()))
            week.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in week._line_vals(cells)),
            ]

    # === What is there === #

    def _menus(self):
        return self.env["espace.menu"]._of_days(
            self.company_id, self.monday, self.monday + timedelta(days=menu.DAYS - 1)
        )

    def _cells(self):
        """Return the menus of the week as cells: {(course, day from 0): text}."""
        self.ensure_one()
        allergens = self.env["espace.allergen"].search([("code", "!=", False)])
        names = {one.code: one.name.lower() for one in allergens}
        diets = self.env["espace.diet"]
        return {
            (course, (day - self.monday).days): menu.write_cell(
                dishes._as_domain(),
                names,
                lambda diet: diets.browse(diet).name,
                self.env._("except"),
            )
            for day, one in self._menus().items()
            for course, dishes in one.dish_ids.grouped("course").items()
        }

    @api.model
    def _line_vals(self, cells):
        return [
            {
                "course": course,
                **{
                    name: cells.get((course, number), False)
                    for number, name in enumerate(DAYS)
                },
            }
            for course, _words in COURSES
        ]

    # === A table that was pasted, or a file === #

    def action_read(self):
        """Fill the table from what was pasted or from the file; nothing is saved.

        :raise UserError: there is nothing, or no table in it
        """
        self.ensure_one()
        rows = self._file_rows() if self.file else self._pasted_rows()
        found = menu.read_table(rows, self.monday)
        if not found.cells and not found.problems:
            raise UserError(self.env._("No dish was found in this table."))
        for line in self.line_ids:
            line.write(
                {
                    name: text
                    for number, name in enumerate(DAYS)
                    if (text := found.cells.get((line.course, number)))
                }
            )
        self.problems = self._words_of(found.problems)
        if found.cells:
            self.write({"file": False, "file_name": False, "pasted": False})
        # The same form, read again: nothing is added to the way back.
        return True

    def _pasted_rows(self):
        text = (self.pasted or "").strip("\n")
        if not text.strip():
            raise UserError(self.env._("Paste a table or choose a file first."))
        mark = "\t" if "\t" in text else ";"
        # Cells of several lines are pasted between quotation marks.
        return list(csv.reader(io.StringIO(text), delimiter=mark))

    def _file_rows(self):
        try:
            content = base64.b64decode(self.file or b"", validate=True)
            [first, *_others] = table.open_file(self.file_name or "", content)
        except (binascii.Error, table.NotATable):
            raise UserError(
                self.env._(
                    "This file holds no table that can be read: choose a CSV, XLS or "
                    "XLSX file."
                )
            ) from None
        return [row.cells for row in first.rows]

    def _words_of(self, problems):
        """Say in words what of a table was not understood, False for nothing."""
        words = {
            "no_day": self.env._(
                "“%s” stands under no day: write the day above it. It was left out."
            ),
            "twice": self.env._(
                "%s stands twice: the first one was taken, the other left out."
            ),
            "other_week": self.env._("%s is not in this week: it was left out."),
            "no_course": self.env._(
                "“%s”: this line says no course (starter, main course…). It was left "
                "out."
            ),
            "no_table": self.env._(
                "No day was found: write the days in the first line or the first "
                "column%s."
            ),
            "not_allergen": self.env._(
                "%s: this is none of the 14 allergens, and no diet."
            ),
            "in_the_name": self.env._(
                "%s: no allergen stands in these brackets. They were kept in the name, "
                "and the allergens of the dish are not entered."
            ),
        }
        return "\n".join(words[one.code] % one.where for one in problems) or False

    # === Saving === #

    def action_save(self):
        """Write the menus of the week as the table says; a day left empty has none.

        :raise UserError: a word in brackets is no allergen, or somebody else has
            changed the week meanwhile
        """
        self.ensure_one()
        Menu = self.env["espace.menu"]
        Menu.check_access("write")
        if self.seen != repr(sorted(self._cells().items())):
            raise UserError(
                self.env._(
                    "Somebody else has changed the menus of this week meanwhile: open "
                    "the week again."
                )
            )
        days, problems = self._read_lines()
        wrong = [one for one in problems if one.code != "in_the_name"]
        if wrong:
            raise UserError(self._words_of(wrong))
        known = self._menus()
        for number in range(menu.DAYS):
            day = self.monday + timedelta(days=number)
            dishes = [
                Command.create(self.env["espace.menu.dish"]._vals(course, dish))
                for course, many in days.get(number, ())
                for dish in many
            ]
            if one := known.get(day):
                one.dish_ids = [Command.clear(), *dishes]
                if not dishes and not one.note:
                    one.unlink()
            elif dishes:
                Menu.create(
                    {
                        "date": day,
                        "company_id": self.company_id.id,
                        "dish_ids": dishes,
                    }
                )
        self._compute_line_ids()
        self.problems = self._words_of(problems)
        return True

    def _read_lines(self):
        """Return ({day: [(course, dishes)]}, problems) of the table."""
        diets = self.env["espace.diet"]._by_slug(self.company_id)
        days, problems = {}, []
        for line in self.line_ids:
            for number, name in enumerate(DAYS):
                dishes, unknown = menu.read_cell(line[name], diets)
                problems += unknown
                if dishes:
                    days.setdefault(number, []).append((line.course, dishes))
        return days, problems

    def action_print(self):
        """Print the poster of the week.

        :raise UserError: the week has no menu
        """
        self.ensure_one()
        menus = self._menus().values()
        if not menus:
            raise UserError(
                self.env._("This week has no menu yet: enter and save it first.")
            )
        return self.env.ref("espace_famille.espace_menu_report").report_action(
            self.env["espace.menu"].union(*menus), config=False
        )

    def _screen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Menus of the Week"),
            "res_model": self._name,
            "res_id": self.id,
            # A screen of our own asks for it too: nothing adds the views for it.
            "views": [(False, "form")],
            "target": "current",
        }


class EspaceMenuWeekLine(models.TransientModel):
    """A course of the week, a column a day."""

    _name = "espace.menu.week.line"
    _description = "Course of a Week of Menus"
    _order = "id"

    week_id = fields.Many2one("espace.menu.week", required=True, ondelete="cascade")
    course = fields.Selection(COURSES, required=True)
    monday = fields.Text()
    tuesday = fields.Text()
    wednesday = fields.Text()
    thursday = fields.Text()
    friday = fields.Text()
