from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from ...domain import invoicing

STATES = [
    ("draft", "Draft"),
    ("prepared", "Prepared"),
    ("invoicing", "Invoicing"),
    ("invoiced", "Invoiced"),
    ("sending", "Sending"),
    ("partly_sent", "Partly Sent"),
    ("sent", "Sent"),
    ("cancelled", "Cancelled"),
]
# At work, or about to be: of two that concern the same days one has to wait.
UNFINISHED = ("prepared", "invoicing")
DONE = ("invoiced", "sending", "partly_sent", "sent")

# The scheduled jobs that do the work of runs, side by side where Odoo may run two.
JOBS = ("cron_billing_run", "cron_billing_run_beside")

# What is chosen while the run is a draft; the rest is written by its own methods.
CHOSEN = {
    "name",
    "kind",
    "company_id",
    "date_from",
    "date_to",
    "activity_ids",
    "family_ids",
    "invoice_date",
    "date_due",
    "debit_date",
    "minimum_amount",
    "is_last",
}


class EspaceBillingRun(models.Model):
    """A billing run (campagne de facturation): a period invoiced family by family.

    It is prepared, with its anomalies shown; then a scheduled job invoices in batches
    and sends. Each batch is one transaction: what was invoiced is written with its
    invoice, so that a run may be stopped, killed and resumed.
    """

    _name = "espace.billing.run"
    _description = "Billing Run"
    _inherit = ["espace.thread", "espace.guard.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    _by_code = frozenset(
        {
            "state",
            "paused",
            "family_line_ids",
            "check_ids",
            "locked_session_ids",
            "warnings_accepted_uid",
            "warnings_accepted_on",
            "paper_pdf",
        }
    )

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    kind = fields.Selection(
        [("regular", "Regular"), ("corrective", "Corrective")],
        "Type of Run",
        default="regular",
        required=True,
        help="Corrective: what changed on days that were invoiced already.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # What
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_period()[0]
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._default_period()[1]
    )
    activity_ids = fields.Many2many(
        "espace.activity", string="Activities", check_company=True, help="Empty: all."
    )
    family_ids = fields.Many2many(
        "espace.family", string="Families", check_company=True, help="Empty: all."
    )

    # How
    invoice_date = fields.Date(
        "Date of the Invoices",
        required=True,
        default=lambda self: self.env.company._espace_today(),
    )
    date_due = fields.Date(
        "Due on",
        compute="_compute_date_due",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    debit_date = fields.Date(
        "Debited on",
        compute="_compute_debit_date",
        store=True,
        readonly=False,
        precompute=True,
        help="For the families that pay by direct debit.",
    )
    minimum_amount = fields.Monetary(
        "Smallest Invoice",
        compute="_compute_minimum_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="A family that owes less is invoiced by its next run; 0: always.",
    )
    is_last = fields.Boolean(
        "Last of the Year",
        help="Invoice whatever the amount: nothing is carried over.",
    )

    # What became of it
    state = fields.Selection(
        STATES,
        "Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    paused = fields.Boolean(readonly=True, copy=False, tracking=True)
    family_line_ids = fields.One2many(
        "espace.billing.run.family", "run_id", "Families Concerned", readonly=True
    )
    check_ids = fields.One2many(
        "espace.billing.run.check", "run_id", "Checklist", readonly=True
    )
    move_ids = fields.One2many(
        "account.move", "espace_run_id", "Invoices", readonly=True
    )
    warnings_accepted_uid = fields.Many2one(
        "res.users", "Warnings Accepted by", readonly=True, copy=False
    )
    warnings_accepted_on = fields.Datetime(readonly=True, copy=False)

    # Figures
    family_count = fields.Integer(compute="_compute_figures")
    processed_count = fields.Integer("Processed", compute="_compute_figures")
    invoiced_count = fields.Integer("Invoices Made", compute="_compute_figures")
    reported_count = fields.Integer("Carried over", compute="_compute_figures")
    failed_count = fields.Integer("Failed", compute="_compute_figures")
    progress = fields.Float("Progress (%)", compute="_compute_figures")
    amount_expected = fields.Monetary("Expected", compute="_compute_figures")
    amount_invoiced = fields.Monetary(compute="_compute_figures")
    amount_credited = fields.Monetary("Given Back", compute="_compute_figures")
    amount_reported = fields.Monetary("Amount Carried over", compute="_compute_figures")
    blocking_count = fields.Integer(compute="_compute_anomalies")
    warning_count = fields.Integer(compute="_compute_anomalies")

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)", "A run must not end before it starts."
    )
    _due_after_invoice = models.Constraint(
        "CHECK(invoice_date <= date_due)",
        "Invoices must not be due before the date they bear.",
    )
    _debit_after_invoice = models.Constraint(
        "CHECK(debit_date IS NULL OR invoice_date <= debit_date)",
        "Families must not be debited before the date of their invoices.",
    )
    _minimum_positive = models.Constraint(
        "CHECK(minimum_amount >= 0)", "The smallest invoice must not be negative."
    )

    # === Defaults and computes === #

    @api.model
    def _default_period(self):
        return invoicing.previous_month(self.env.company._espace_today())

    @api.depends("kind", "date_from", "date_to")
    def _compute_name(self):
        for run in self:
            if run.date_from and run.date_to:
                run.name = run._period_words()

    def _period_words(self):
        """Say what is invoiced: “Janvier 2027”, “Correction – janvier 2027”."""
        first, last = self.date_from, self.date_to
        if invoicing.is_whole_month(first, last):
            words = format_date(self.env, first, date_format="MMMM y")
        else:
            words = f"{format_date(self.env, first)} – {format_date(self.env, last)}"
        if self.kind == "corrective":
            return self.env._("Correction – %s", words)
        return words[:1].upper() + words[1:]

    @api.depends("invoice_date", "company_id")
    def _compute_date_due(self):
        for run in self.filtered("invoice_date"):
            run.date_due = run.company_id._espace_due_on(run.invoice_date)

    @api.depends("date_due")
    def _compute_debit_date(self):
        for run in self:
            run.debit_date = run.date_due

    @api.depends("company_id")
    def _compute_minimum_amount(self):
        for run in self:
            run.minimum_amount = run.company_id.espace_minimum_invoice

    @api.depends("family_line_ids.state", "family_line_ids.amount")
    def _compute_figures(self):
        groups = self.env["espace.billing.run.family"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "state"],
            ["__count", "amount:sum", "invoiced:sum", "credited:sum"],
        )
        for run in self:
            rows = {
                state: figures for of_run, state, *figures in groups if of_run == run
            }
            count = {state: figures[0] for state, figures in rows.items()}
            total = sum(count.values())
            left = count.get("todo", 0)
            run.family_count = total
            run.processed_count = total - left
            run.invoiced_count = count.get("done", 0)
            run.reported_count = count.get("reported", 0)
            run.failed_count = count.get("failed", 0)
            run.progress = 100.0 * (total - left) / total if total else 0.0
            run.amount_expected = sum(figures[1] for figures in rows.values())
            run.amount_invoiced = rows.get("done", [0] * 4)[2]
            run.amount_credited = rows.get("done", [0] * 4)[3]
            run.amount_reported = rows.get("reported", [0] * 4)[1]

    @api.depends("check_ids.count")
    def _compute_anomalies(self):
        for run in self:
            found = run.check_ids.filtered("count")
            run.blocking_count = len(found.filtered(lambda c: c.level == "blocking"))
            run.warning_count = len(found.filtered(lambda c: c.level == "warning"))

    # === CRUD === #

    def write(self, vals):
        chosen = CHOSEN & vals.keys() and not self.env.su
        if chosen and any(run.state != "draft" for run in self):
            raise UserError(
                self.env._(
                    "What a prepared run invoices is not changed: put it back to draft "
                    "first."
                )
            )
        return super().write(vals)

    @api.model
    def _by_code_words(self):
        return self.env._("A run goes on by its own buttons only.")

    @api.ondelete(at_uninstall=False)
    def _unlink_without_invoices(self):
        for run in self:
            if run.state not in ("draft", "cancelled") or run.sudo().move_ids:
                raise UserError(
                    self.env._(
                        "%s is not a draft: it stays as the record of its invoices.",
                        run.name,
                    )
                )

    # === Launching === #

    def _check_regie(self):
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("espace_famille.group_finance")):
            raise AccessError(self.env._("Only the Régie invoices families."))
        self.check_access("write")

    def _check_state(self, *states):
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(run)s is “%(state)s”: that can no longer, or not yet, be done.",
                    run=self.name,
                    state=labels[self.state],
                )
            )

    def action_launch(self):
        """Invoice, if nothing is in the way."""
        self._launch(accept_warnings=False)

    def action_launch_anyway(self):
        """Invoice in spite of the warnings; it is recorded who decided so."""
        self._launch(accept_warnings=True)

    def _launch(self, accept_warnings):
        self._check_regie()
        self._check_state("prepared")
        # Days may have passed since: look again.
        self.action_prepare()
        run_sudo = self.sudo()
        blocking = run_sudo._anomalies("blocking")
        if blocking:
            raise UserError(
                self.env._(
                    "The run cannot start:\n%s\nOpen each line of the checklist and "
                    "settle it first.",
                    blocking._words(),
                )
            )
        warnings = run_sudo._anomalies("warning")
        if warnings and not accept_warnings:
            raise UserError(
                self.env._(
                    "Look at the warnings first, or go on in spite of them:\n%s",
                    warnings._words(),
                )
            )
        if not run_sudo.family_line_ids:
            raise UserError(run_sudo._nothing_words())
        if warnings:
            run_sudo._accept(warnings)
        run_sudo._lock(run_sudo._open_sessions())
        run_sudo.state = "invoicing"
        run_sudo._trigger()

    def _anomalies(self, level):
        return self.check_ids.filtered(lambda c: c.count and c.level == level)

    def _accept(self, warnings):
        self.write(
            {
                "warnings_accepted_uid": self.env.uid,
                "warnings_accepted_on": fields.Datetime.now(),
            }
        )
        self.message_post(
            body=self.env._("Launched in spite of the warnings:\n%s", warnings._words())
        )

    def _in_words(self):
        """Return the run in the language of its commune, which reads what it says."""
        return self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)

    def _trigger(self, at=None):
        for job in JOBS:
            self.env.ref(f"espace_famille_billing.{job}").sudo()._trigger(at)

    # === Stopping, resuming, cancelling === #

    def action_stop(self):
        """Stop after the batch at work; nothing is undone."""
        self._check_regie()
        self._check_state("invoicing", "sending")
        self.sudo().paused = True

    def action_resume(self):
        """Go on where it stopped, or was killed."""
        self._check_regie()
        self._check_state("invoicing", "sending")
        self.sudo().paused = False
        self._trigger()

    def action_replay(self):
        """Try the families again that failed."""
        self._check_regie()
        self._check_state("invoicing", *DONE)
        self.sudo().family_line_ids.filtered(lambda f: f.state == "failed")._replay()

    def action_draft(self):
        """Put a prepared run back to draft and open its days again."""
        self._check_regie()
        self._check_state("prepared", "cancelled")
        self._give_up("draft")

    def action_cancel(self):
        """Give the run up; possible as long as it has made no invoice."""
        self._check_regie()
        self._check_state("draft", "prepared", "invoicing")
        if self.sudo().move_ids:
            raise UserError(
                self.env._(
                    "%s has made invoices: let it go on, and credit those that are "
                    "wrong.",
                    self.name,
                )
            )
        self._give_up("cancelled")

    def _give_up(self, state):
        run_sudo = self.sudo()
        run_sudo._unlock()
        run_sudo.family_line_ids.unlink()
        run_sudo.check_ids.unlink()
        run_sudo.write(
            {"state": state, "paused": False, "warnings_accepted_uid": False}
        )

    # === Opening === #

    def action_open_invoices(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_invoice_action"
        )
        action["domain"] = [("espace_run_id", "=", self.id)]
        return action

    def action_open_families(self):
        return self._open_families()

    def action_open_reported(self):
        return self._open_families("reported")

    def action_open_failed(self):
        return self._open_families("failed")

    def _open_families(self, state=None):
        """Open the families of the run, those of one state if it is given."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_billing_run_family_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {f"search_default_{state}": 1} if state else {}
        return action
