from odoo import api, fields, models
from odoo.tools import SQL

from .espace_billing_run import DONE

STATES = [
    ("todo", "To do"),
    ("done", "Invoiced"),
    ("reported", "Carried over"),
    ("skipped", "Nothing to invoice"),
    ("failed", "Failed"),
]


class EspaceBillingRunFamily(models.Model):
    """What a run makes of a family in a régie: an invoice, a credit note, nothing."""

    _name = "espace.billing.run.family"
    _description = "Family of a Billing Run"
    _order = "run_id, id"
    _rec_name = "family_id"

    run_id = fields.Many2one(
        "espace.billing.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="run_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    run_state = fields.Selection(related="run_id.state", string="Status of the Run")
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="restrict"
    )
    regie_id = fields.Many2one(
        "espace.regie", "Régie", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        STATES, "Status", default="todo", required=True, readonly=True
    )
    amount = fields.Monetary(
        readonly=True, help="What waits, or was invoiced; negative: given back."
    )
    invoiced = fields.Monetary(compute="_compute_sides", store=True, precompute=True)
    credited = fields.Monetary(compute="_compute_sides", store=True, precompute=True)
    reason = fields.Char(readonly=True, help="Why it failed.")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    payment_state = fields.Selection(related="move_id.payment_state")

    # Sending
    delivery = fields.Selection(
        [("email", "By e-mail"), ("paper", "On paper")], readonly=True
    )
    sending = fields.Selection(
        [
            ("todo", "To send"),
            ("queued", "Leaving"),
            ("sent", "Sent"),
            ("printed", "To print"),
            ("failed", "Failed"),
        ],
        readonly=True,
    )
    sending_error = fields.Char("Not Sent Because", readonly=True)

    _family_once = models.UniqueIndex(
        "(run_id, family_id, coalesce(regie_id, 0), coalesce(merge_id, 0))",
        "A run invoices a family once for each régie.",
    )
    _todo = models.Index("(run_id) WHERE state = 'todo'")

    @api.depends("amount", "state")
    def _compute_sides(self):
        for line in self:
            done = line.state == "done"
            line.invoiced = line.amount if done and line.amount > 0 else 0
            line.credited = -line.amount if done and line.amount < 0 else 0

    @api.model
    def _list(self, run, found):
        """List at once what a run is to invoice: as `create` would, in one query.

        A town has ten thousand families, and whoever prepares a run waits for it.

        :param found: [(family id, régie id or None, euros as Decimal)]
        :return: the lines, in the order of `found`
        """
        if not found:
            return self.browse()
        self.flush_model()
        families, regies, amounts = map(list, zip(*found, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO espace_billing_run_family (
                    run_id, company_id, family_id, regie_id, amount, invoiced,
                    credited, state, create_uid, create_date, write_uid, write_date
                )
                SELECT %(run)s, %(company)s, one.family, one.regie, one.amount, 0,
                       0, 'todo', %(user)s, %(now)s, %(user)s, %(now)s
                  FROM unnest(%(families)s::int[], %(regies)s::int[],
                              %(amounts)s::numeric[]) WITH ORDINALITY
                    AS one (family, regie, amount, place)
              ORDER BY one.place
             RETURNING id
                """,
                run=run.id,
                company=run.company_id.id,
                user=self.env.uid,
                now=self.env.cr.now(),
                families=families,
                regies=regies,
                amounts=amounts,
            )
        )
        lines = self.browse([line_id for [line_id] in rows])
        run.invalidate_recordset(["family_line_ids"])
        lines.modified(["run_id", "family_id", "regie_id", "amount", "state"])
        return lines

    def _replay(self):
        """Let the run take these again."""
        self.write({"state": "todo", "reason": False})
        for run in self.run_id:
            run.write({"state": "invoicing", "paused": False})
            run._trigger()

    def action_replay(self):
        """Try this family again."""
        self.ensure_one()
        self.run_id._check_regie()
        self.run_id._check_state("invoicing", *DONE)
        line_sudo = self.sudo()
        if line_sudo.state == "failed":
            line_sudo._replay()

    def action_open_move(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
