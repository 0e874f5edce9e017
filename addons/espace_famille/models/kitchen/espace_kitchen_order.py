import base64
import io
import logging
from datetime import date, timedelta

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain import kitchen
from ..core import batch
from ..core.spreadsheet import harmless

_logger = logging.getLogger(__name__)

AGES = [
    (kitchen.NURSERY, "Nursery school (3 to 5 years)"),
    (kitchen.PRIMARY, "Primary school (6 to 11 years)"),
    (kitchen.ADULT, "Adults"),
]
KINDS = [
    ("meal", "Meals to deliver"),
    ("basket", "Own baskets (PAI), not to cook"),
    ("announced", "Absences announced, not cooked for"),
]
# How many weeks before its limit is looked for.
WEEKS_AHEAD = 4


class EspaceKitchenOrder(models.Model):
    """What was ordered of the kitchen for a week (commande, additif), as it was sent.

    Each is a whole sheet and takes the place of the one before. Nobody changes one:
    what changes afterwards is in the next.
    """

    _name = "espace.kitchen.order"
    _description = "Order to the Kitchen"
    _inherit = ["espace.letter.mixin"]
    _order = "monday desc, rank desc"

    name = fields.Char("Number", required=True, readonly=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    monday = fields.Date("Week of", required=True, readonly=True, index=True)
    rank = fields.Integer("Number in the Week", required=True, readonly=True)
    frozen_on = fields.Datetime("Numbers of", required=True, readonly=True)
    settled_days = fields.Json(
        "Days Past Their Limit", readonly=True, help="ISO dates, in order."
    )
    by_itself = fields.Boolean("Sent by Itself", readonly=True)
    sent_to = fields.Char("Sent to", readonly=True)
    line_ids = fields.One2many("espace.kitchen.order.line", "order_id", readonly=True)
    meals = fields.Integer(compute="_compute_meals")
    title = fields.Char(compute="_compute_title")

    _one_a_rank = models.Constraint(
        "UNIQUE(company_id, monday, rank)", "This order was sent already."
    )

    @api.depends("line_ids.meals")
    def _compute_meals(self):
        for order in self:
            lines = order.line_ids.filtered(lambda line: line.kind == "meal")
            order.meals = sum(lines.mapped("meals"))

    @api.depends("rank", "monday")
    @api.depends_context("lang")
    def _compute_title(self):
        for order in self:
            week = order.monday.isocalendar().week
            order.title = (
                self.env._("Order of week %s", week)
                if order.rank == 1
                else self.env._(
                    "Addendum no. %(rank)s to the order of week %(week)s",
                    rank=order.rank,
                    week=week,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What was ordered is kept. Send an addendum that replaces it.")
        )

    # === What an order holds === #

    def _portions(self, kind="meal"):
        """Return {`kitchen.Portion`: meals}; of no order: nothing."""
        return {
            kitchen.Portion(
                line.date, line.school_id.id or None, line.age, line.diet_id.id or None
            ): line.meals
            for line in self.line_ids
            if line.kind == kind
        }

    def _previous(self):
        """Return the order that this one replaces, maybe none."""
        self.ensure_one()
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("monday", "=", self.monday),
                ("rank", "=", self.rank - 1),
            ]
        )

    def _days(self):
        """Return the days of the week on which somebody eats, or was to."""
        lines = self.line_ids | self._previous().line_ids
        return sorted(set(lines.mapped("date")))

    def _rank_of(self, key):
        """Sort a (school, age, diet) as schools, ages and diets are sorted."""
        school_id, age, diet_id = key
        school = self.env["espace.school"].browse(school_id or [])
        diet = self.env["espace.diet"].browse(diet_id or [])
        ages = [code for code, _name in AGES]
        return (
            age == kitchen.ADULT,
            not school,
            school.sequence or 0,
            school.name or "",
            school.id or 0,
            ages.index(age),
            bool(diet),
            diet.sequence or 0,
            diet.id or 0,
        )

    def _sheet(self):
        """Return what the sheet shows, see `espace.kitchen._table_words`."""
        self.ensure_one()
        previous = self._previous()
        return self.env["espace.kitchen"]._table_words(
            self._days(),
            self._portions(),
            previous._portions() if previous else None,
            self._portions("basket"),
            self._portions("announced"),
        )

    def _changes(self):
        """Return in words what changed since the order before."""
        self.ensure_one()
        previous = self._previous()
        if not previous:
            return []
        return self.env["espace.kitchen"]._change_words(
            self.company_id,
            kitchen.changes(previous._portions(), self._portions(), self._days()),
        )

    def _settled(self):
        """Return the days that were past their limit, as dates."""
        return {date.fromisoformat(day) for day in self.settled_days or ()}

    # === Ordering === #

    @api.model
    def _last(self, company, monday):
        return self.search(
            [("company_id", "=", company.id), ("monday", "=", monday)],
            order="rank desc",
            limit=1,
        )

    @api.model
    def _freeze(self, company, monday, now=None, by_itself=False):
        """Order a week with the numbers of this moment, and send it.

        Two at once give one order: the second finds that nothing has changed.

        :param now: naive UTC, the present if None
        :return: the order
        :raise UserError: there is nothing to order, or nothing new
        """
        now = now or fields.Datetime.now()
        self.env.cr.execute(
            "SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE", [company.id]
        )
        counted = self.env["espace.kitchen"]._count(company, monday)
        last = self._last(company, monday)
        settled = self.env["espace.kitchen"]._settled_days(company, monday, now)
        if not last and not counted.meals:
            raise UserError(
                self.env._("No meal is booked in this week: there is nothing to order.")
            )
        if last and not self._has_news(last, counted, settled):
            raise UserError(
                self.env._("Nothing has changed since %s: it stands.", last.name)
            )
        rank = last.rank + 1
        order = self.sudo().create(
            {
                "name": kitchen.number(monday, rank),
                "company_id": company.id,
                "monday": monday,
                "rank": rank,
                "frozen_on": now,
                "settled_days": [day.isoformat() for day in sorted(settled)],
                "by_itself": by_itself,
                "line_ids": [
                    fields.Command.create(
                        {
                            "kind": kind,
                            "date": portion.day,
                            "school_id": portion.school,
                            "age": portion.age,
                            "diet_id": portion.diet,
                            "meals": meals,
                        }
                    )
                    for kind, counts in counted.by_kind()
                    for portion, meals in counts.items()
                    if meals
                ],
            }
        )
        order._send()
        return order

    @api.model
    def _has_news(self, last, counted, settled):
        """Tell whether an order would say something that the last did not."""
        meals, baskets = last._portions(), last._portions("basket")
        days = {portion.day for portion in (*meals, *counted.meals)}
        days |= {portion.day for portion in (*baskets, *counted.baskets)}
        return bool(
            kitchen.changes(meals, counted.meals, days)
            or kitchen.changes(baskets, counted.baskets, days)
            or settled - last._settled()
        )

    def _send(self):
        """Send the sheet to the kitchen, if it has an address."""
        self.ensure_one()
        address = self.company_id.espace_caterer_email
        if not address:
            return
        self.sent_to = address
        commune = self.company_id
        order = self.with_context(lang=commune.partner_id.lang or self.env.lang)
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for name, content in order._files()
            ]
        )
        mail_id = self.env["mail.template"]._espace_make(
            "espace_famille.mail_template_kitchen_order",
            lambda template: template.send_mail(
                order.id,
                email_values={"email_to": address, "attachment_ids": files.ids},
            ),
            order.browse(),
            company=commune,
        )
        if mail_id:
            self._letter_follow(
                self.env["mail.mail"].sudo().browse(mail_id).mail_message_id
            )
        else:
            self._letter_write(
                letter_state="refused",
                letter_reason=order.env._(
                    "Its message is switched off or holds an error: print the sheet."
                ),
            )

    def _files(self):
        """Return [(name, content)] of the sheet; without PDF where none can be made."""
        self.ensure_one()
        files = [(f"{self.name}.xlsx", self._workbook())]
        try:
            pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
                "espace_famille.espace_kitchen_order_report", self.ids
            )
        except UserError as error:
            # The kitchen reads the numbers all the same.
            _logger.warning("%s leaves without its PDF: %s", self.name, error)
        else:
            files.insert(0, (f"{self.name}.pdf", pdf))
        return files

    # === Spreadsheet === #

    def _workbook(self):
        """Return the sheet as XLSX."""
        self.ensure_one()
        shown = self._sheet()
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        sheet = book.add_worksheet(self.name)
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, f"{self.title} – {self.name}", bold)
        sheet.write_string(1, 0, harmless(self.company_id.name))
        header = [
            self.env._("School"),
            self.env._("Diet"),
            *(self.company_id._espace_day_words(day) for day in shown["days"]),
            self.env._("Week"),
        ]
        for column, words in enumerate(header):
            sheet.write_string(3, column, words, bold)
        line = 4
        for group in shown["groups"]:
            for row in group["rows"]:
                sheet.write_string(line, 0, harmless(group["name"]))
                sheet.write_string(line, 1, harmless(row["name"]))
                self._write_row(sheet, line, row)
                line += 1
        for row in shown["sums"]:
            sheet.write_string(line, 0, row["name"], bold)
            self._write_row(sheet, line, row, bold)
            line += 1
        sheet.set_column(0, 1, 34)
        sheet.set_column(2, len(header), 16)
        sheet.freeze_panes(4, 2)
        book.close()
        return stream.getvalue()

    def _write_row(self, sheet, line, row, style=None):
        numbers = [*(cell["meals"] for cell in row["cells"]), row["total"]]
        for column, number in enumerate(numbers, 2):
            sheet.write_number(line, column, number, style)

    def get_workbook(self):
        """Return the sheet as a spreadsheet: its name and its content in base64."""
        self.ensure_one()
        self.check_access("read")
        content = base64.b64encode(self._workbook()).decode()
        return {"name": f"{self.name}.xlsx", "content": content}

    # === Again === #

    def action_send_again(self):
        """Send the same sheet to the address of today, once the last did not arrive."""
        self.ensure_one()
        self.env["espace.kitchen"]._check_may_order()
        if self != self._last(self.company_id, self.monday):
            raise UserError(
                self.env._("Another order has taken the place of this one: send that.")
            )
        if not self.company_id.espace_caterer_email:
            raise UserError(
                self.env._(
                    "The kitchen has no e-mail address: enter it in the settings, or "
                    "print the sheet."
                )
            )
        self.sudo()._send()

    # === At the limit === #

    @api.model
    def _cron_order(self):
        """Order each week of which a day has passed its limit; come back in time."""
        now = fields.Datetime.now()
        weeks = []
        for company in self.env["res.company"]._espace_communes():
            if company.espace_kitchen_alone:
                weeks += [(company, monday) for monday in self._due(company, now)]
        batch.one_by_one(
            self.env,
            weeks,
            lambda week: self._freeze(*week, now=now, by_itself=True),
            _logger,
            "The kitchen's order of %s was not made",
        )
        limit = self._next_limit(now)
        if limit:
            self.env.ref("espace_famille.cron_kitchen_order")._trigger(limit)

    @api.model
    def _mondays(self, company, now):
        today = company._espace_today(now)
        first = today - timedelta(days=today.weekday())
        return [first + timedelta(weeks=n) for n in range(WEEKS_AHEAD)]

    @api.model
    def _due(self, company, now):
        """Return the Mondays of the weeks that have newly settled days with meals."""
        today = company._espace_today(now)
        due = []
        for monday in self._mondays(company, now):
            settled = self.env["espace.kitchen"]._settled_days(company, monday, now)
            new = settled - self._last(company, monday)._settled()
            if any(day >= today for day in new):
                due.append(monday)
        return due

    @api.model
    def _next_limit(self, now):
        """Return when the next limit of a day with meals passes, naive UTC, or None."""
        sessions = (
            self.env["espace.session"]
            .sudo()
            .search(
                [
                    ("booking_cutoff", ">", now),
                    ("state", "=", "open"),
                    ("activity_id.product_ids.espace_includes_meal", "=", True),
                ],
                order="booking_cutoff",
                limit=1,
            )
        )
        return sessions.booking_cutoff or None


class EspaceKitchenOrderLine(models.Model):
    """So many meals of a kind, on a day."""

    _name = "espace.kitchen.order.line"
    _description = "Line of an Order to the Kitchen"
    _order = "date, id"

    order_id = fields.Many2one(
        "espace.kitchen.order", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    school_id = fields.Many2one("espace.school", readonly=True, ondelete="restrict")
    age = fields.Selection(AGES, required=True, readonly=True)
    diet_id = fields.Many2one("espace.diet", readonly=True, ondelete="restrict")
    meals = fields.Integer(required=True, readonly=True)
