from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from .espace_aged_receivable import LEDGER


class Debt(NamedTuple):
    """What the gate, the family's form and the reminders ask of `espace.arrears`."""

    blocked: bool = False
    blocked_on: date | None = None
    blocking_amount: float = 0
    blocking_since: date | None = None
    days_late: int = 0
    exempt: bool = False
    last_sent: date | None = None
    may_be_blocked: bool = False


class EspaceArrears(models.Model):
    """What each family owes and since when (impayés); nothing is stored."""

    _name = "espace.arrears"
    _description = "Arrears of a Family"
    _auto = False
    _order = "overdue desc, id"
    _rec_name = "family_id"
    _depends = {
        **LEDGER,
        "espace.arrears.exemption": [
            "date_from",
            "date_to",
            "family_id",
            "may_book",
            "no_reminder",
        ],
        "espace.booking.block": ["decided_on", "family_id", "state"],
        "espace.charge": [
            "amount",
            "family_id",
            "flat_due_id",
            "reservation_id",
            "state",
        ],
        "espace.reminder": ["date", "family_id", "level_id"],
        "res.company": [
            "espace_block_amount",
            "espace_block_days",
            "espace_block_debt",
        ],
    }

    family_id = fields.Many2one("espace.family", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    total = fields.Monetary(
        "Balance", readonly=True, help="What the family owes less its credits."
    )
    waiting_credit = fields.Monetary(
        "Credits without Credit Note",
        readonly=True,
        help="What the family is owed and no credit note holds yet, negative.",
    )
    owed = fields.Monetary(
        compute="_compute_owed",
        compute_sudo=True,
        help="What the family has to pay, once all that it is owed is deducted: the "
        "same amount as in its file, on its pages and in its reminders.",
    )
    overdue = fields.Monetary(readonly=True)
    credit = fields.Monetary(
        "Credits", readonly=True, help="Unused payments and credit notes, negative."
    )
    not_due = fields.Monetary(readonly=True)
    late_30 = fields.Monetary("1 to 30 Days", readonly=True)
    late_60 = fields.Monetary("31 to 60 Days", readonly=True)
    late_90 = fields.Monetary("61 to 90 Days", readonly=True)
    late_more = fields.Monetary("More than 90 Days", readonly=True)
    disputed = fields.Monetary("In Dispute", readonly=True)
    oldest_due = fields.Date("Unpaid since", readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="max")
    last_level_id = fields.Many2one(
        "espace.reminder.level", "Last Reminder", readonly=True
    )
    last_sent = fields.Date("Reminded on", readonly=True)
    exempt = fields.Boolean("No Reminder", readonly=True)
    blocked = fields.Boolean(
        "Bookings Blocked",
        readonly=True,
        help="Somebody decided it: the family cannot book by itself until it pays, is "
        "exempted, or the decision is lifted.",
    )
    blocked_on = fields.Date("Blocked on", readonly=True)
    may_be_blocked = fields.Boolean(
        "Block to Decide",
        readonly=True,
        help="Overdue for longer and for more than the commune accepts. Nothing is "
        "blocked before somebody decides it.",
    )
    blocking_amount = fields.Monetary(
        "Amount that Blocks",
        readonly=True,
        help="Overdue for longer than the commune accepts, less disputes and all that "
        "the family is owed.",
    )
    blocking_since = fields.Date(readonly=True)

    @api.depends("total", "waiting_credit")
    def _compute_owed(self):
        nets = self.family_id._espace_nets()
        for line in self:
            line.owed = float(nets[line.family_id].owed)

    @property
    def _table_query(self):
        return self._query(self.env.company._espace_today())

    @api.model
    def _query(self, day):
        """Return what is open now, and what follows from its age on a local date."""
        return SQL(
            """
            WITH family AS (
                SELECT l.family_id, l.company_id,
                       sum(l.amount) AS total,
                       sum(l.amount) FILTER (WHERE l.days_late > 0) AS overdue,
                       sum(l.amount) FILTER (WHERE l.bucket = 'credit') AS credit,
                       sum(l.amount) FILTER (WHERE l.bucket = 'current') AS not_due,
                       sum(l.amount) FILTER (WHERE l.bucket = 'late_30') AS late_30,
                       sum(l.amount) FILTER (WHERE l.bucket = 'late_60') AS late_60,
                       sum(l.amount) FILTER (WHERE l.bucket = 'late_90') AS late_90,
                       sum(l.amount) FILTER (WHERE l.bucket = 'late_more')
                           AS late_more,
                       sum(l.amount) FILTER (WHERE l.disputed AND l.amount > 0)
                           AS disputed,
                       min(l.due_date) FILTER (WHERE l.days_late > 0) AS oldest_due,
                       max(l.days_late) AS days_late,
                       sum(l.amount) FILTER (
                           WHERE l.days_late > c.espace_block_days
                             AND NOT l.disputed
                             AND NOT l.under_terms) AS old,
                       min(l.due_date) FILTER (
                           WHERE l.days_late > c.espace_block_days
                             AND NOT l.disputed
                             AND NOT l.under_terms) AS blocking_since
                  FROM (%(lines)s) l
                  JOIN res_company c ON c.id = l.company_id
                 WHERE l.family_id IS NOT NULL
              GROUP BY l.family_id, l.company_id
            )
            SELECT family.family_id AS id, family.family_id, family.company_id,
                   total, coalesce(overdue, 0) AS overdue,
                   coalesce(family.credit, 0) AS credit,
                   coalesce(waiting.credit, 0) AS waiting_credit,
                   coalesce(not_due, 0) AS not_due,
                   coalesce(late_30, 0) AS late_30, coalesce(late_60, 0) AS late_60,
                   coalesce(late_90, 0) AS late_90,
                   coalesce(late_more, 0) AS late_more,
                   coalesce(disputed, 0) AS disputed,
                   oldest_due, days_late, blocking_since,
                   last.level_id AS last_level_id, last.date AS last_sent,
                   coalesce(free.no_reminder, FALSE) AS exempt,
                   greatest(coalesce(old, 0) + coalesce(family.credit, 0)
                            + coalesce(waiting.credit, 0), 0) AS blocking_amount,
                   debt.blocks AND block.decided_on IS NOT NULL AS blocked,
                   CASE WHEN debt.blocks THEN block.decided_on END AS blocked_on,
                   debt.blocks AND block.decided_on IS NULL AS may_be_blocked
              FROM family
              JOIN res_company c ON c.id = family.company_id
         LEFT JOIN LATERAL (
                   SELECT r.level_id, r.date
                     FROM espace_reminder r
                    WHERE r.family_id = family.family_id
                    ORDER BY r.date DESC, r.id DESC
                    LIMIT 1) last ON TRUE
         LEFT JOIN LATERAL (
                   SELECT sum(own.amount) AS credit
                     FROM (SELECT sum(charge.amount) AS amount
                             FROM espace_charge charge
                            WHERE charge.family_id = family.family_id
                              AND charge.state = 'to_invoice'
                         GROUP BY charge.reservation_id, charge.flat_due_id
                           HAVING sum(charge.amount) < 0) own) waiting ON TRUE
         LEFT JOIN LATERAL (
                   SELECT bool_or(e.no_reminder) AS no_reminder,
                          bool_or(e.may_book) AS may_book
                     FROM espace_arrears_exemption e
                    WHERE e.family_id = family.family_id
                      AND e.date_from <= %(today)s::date
                      AND (e.date_to IS NULL OR e.date_to >= %(today)s::date)
                   ) free ON TRUE
         LEFT JOIN LATERAL (
                   SELECT b.decided_on
                     FROM espace_booking_block b
                    WHERE b.family_id = family.family_id
                      AND b.state = 'in_force'
                    LIMIT 1) block ON TRUE
        CROSS JOIN LATERAL (
                   SELECT coalesce(c.espace_block_debt
                                   AND NOT coalesce(free.may_book, FALSE)
                                   AND old IS NOT NULL
                                   AND old + coalesce(family.credit, 0)
                                       + coalesce(waiting.credit, 0)
                                       > c.espace_block_amount,
                                   FALSE) AS blocks) debt
            """,
            lines=self.env["espace.aged.receivable"]._query(day),
            today=day,
        )

    # === Actions === #

    def action_open_lines(self):
        """Open what is unpaid, line by line."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_arrears_line_action"
        )
        action["domain"] = [("family_id", "in", self.family_id.ids)]
        action["context"] = {}
        return action

    def action_open_family(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "espace.family",
            "res_id": self.family_id.id,
            "view_mode": "form",
        }

    def action_block(self):
        """Open the form by which somebody decides to block the family's bookings."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Block the bookings"),
            "res_model": "espace.booking.block",
            "view_mode": "form",
            "target": "new",
            "context": {"default_family_id": self.family_id.id},
        }

    def action_exempt(self):
        """Open the form that spares this family reminders or the block."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exempt a Family"),
            "res_model": "espace.arrears.exemption",
            "view_mode": "form",
            "target": "new",
            "context": {"default_family_id": self.family_id.id},
        }

    # === Tools === #

    @api.model
    def _of_families(self, families, day):
        """Return what these families owe on a local date, for the gate and the portal.

        :return: {family id: `Debt`}, without those that have nothing open
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM (%s) family WHERE id = ANY(%s)",
                SQL(", ").join(map(SQL.identifier, Debt._fields)),
                self._query(day),
                families.ids,
            )
        )
        return {family_id: Debt(*facts) for family_id, *facts in rows}
