"""What is looked at before a collection is closed, and what prevents it."""

from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.i18n import format_list

from ..core.amounts import POSTED, to_cents

# What of the check of the data must hold before a collection is closed: its codes.
PROMISES = frozenset(
    {
        "cash_stated",
        "collection_chain",
        "collection_content",
        "collection_payments",
        "collection_sum",
        "journal_gap",
        "matched_family",
        "payment_entry",
        "payment_payer",
        "payment_posted",
        "receipt_gap",
        "regie_entry",
        "regie_reversal",
        "rejection",
        "remittance_entry",
        "remittance_gap",
    }
)

# How many records a sentence of the checklist names.
NAMED = 3


class Check(NamedTuple):
    """A line of the checklist: `level` is ok, warning or blocking."""

    code: str
    level: str
    words: str
    action: str = ""  # xml id of the window action that shows what it speaks of


class EspaceCollectionStatement(models.Model):
    _inherit = "espace.collection.statement"

    checklist = fields.Html(
        compute="_compute_checklist", compute_sudo=True, sanitize=False
    )
    can_close = fields.Boolean(compute="_compute_checklist", compute_sudo=True)

    @api.depends("state", "date_from", "date_to", "regie_id")
    def _compute_checklist(self):
        for collection in self:
            checks = collection._origin._checks() if collection._origin else []
            collection.can_close = collection.state == "draft" and not any(
                check.level == "blocking" for check in checks
            )
            collection.checklist = checks and self.env["ir.qweb"]._render(
                "espace_famille_billing.collection_checklist", {"checks": checks}
            )

    def _checks(self, today=None, summary=None):
        """Return the `Check` list of this collection.

        :param date today: the commune's date, the present if None
        :param dict summary: what it says, if that was just computed
        """
        self.ensure_one()
        if self.state == "closed":
            return []
        today = today or self.company_id._espace_today()
        return [
            self._check_over(today),
            self._check_drafts(),
            self._check_entries(),
            self._check_remittances(),
            self._check_numbers(),
            self._check_books(summary or self.summary),
            self._check_promises(),
            self._check_ceiling(),
        ]

    def _check_over(self, today):
        if self.date_to >= today:
            return Check(
                "over",
                "blocking",
                self.env._(
                    "The period is not over: it can be closed from %s on.",
                    format_date(self.env, fields.Date.add(self.date_to, days=1)),
                ),
            )
        return Check("over", "ok", self.env._("The period is over."))

    def _payment_domain(self):
        return [
            ("espace_regie_id", "=", self.regie_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    def _check_drafts(self):
        count = (
            self.env["account.payment"]
            .sudo()
            .search_count([*self._payment_domain(), ("state", "=", "draft")])
        )
        action = "espace_famille_billing.espace_payment_draft_action"
        if count:
            return Check(
                "drafts",
                "blocking",
                self.env._(
                    "Payments of this period are drafts: %s. Post or delete them.",
                    count,
                ),
                action,
            )
        return Check("drafts", "ok", self.env._("No payment is a draft."))

    def _check_entries(self):
        count = (
            self.env["account.payment"]
            .sudo()
            .search_count(
                [
                    *self._payment_domain(),
                    ("state", "in", POSTED),
                    "|",
                    ("move_id", "=", False),
                    ("move_id.state", "!=", "posted"),
                ]
            )
        )
        if count:
            return Check(
                "entries",
                "blocking",
                self.env._(
                    "Payments of this period are not in the books: %s. Give the "
                    "journal's means of payment an account, then post them again.",
                    count,
                ),
                "espace_famille_billing.espace_payment_unposted_action",
            )
        return Check("entries", "ok", self.env._("Every payment is in the books."))

    def _check_remittances(self):
        count = (
            self.env["espace.remittance"]
            .sudo()
            .search_count(
                [
                    ("regie_id", "=", self.regie_id.id),
                    ("state", "=", "draft"),
                    ("date", "<=", self.date_to),
                ]
            )
        )
        action = "espace_famille_billing.espace_remittance_action"
        if count:
            return Check(
                "remittances",
                "blocking",
                self.env._(
                    "Remittances of this period are drafts: %s. Confirm or delete "
                    "them.",
                    count,
                ),
                action,
            )
        return Check(
            "remittances", "ok", self.env._("Every remittance is confirmed."), action
        )

    def _check_numbers(self):
        count = (
            self.env["account.payment"]
            .sudo()
            .search_count(
                [
                    *self._payment_domain(),
                    ("state", "in", POSTED),
                    ("payment_type", "=", "inbound"),
                    ("espace_receipt_number", "=", False),
                ]
            )
        )
        if count:
            return Check(
                "numbers",
                "blocking",
                self.env._(
                    "Payments without a receipt number: %s. Number those of families; "
                    "take the others out of the journals of the régie.",
                    count,
                ),
                "espace_famille_billing.espace_payment_unnumbered_action",
            )
        return Check("numbers", "ok", self.env._("Every receipt has its number."))

    def _check_books(self, summary):
        """Compare what the collection closes with to the books, account by account."""
        stated, held = self._stated_by_account(summary), self._held_by_account()
        wrong = [
            self.env._(
                "%(account)s: %(stated)s stated, %(held)s in the books",
                account=account.display_name,
                stated=self._money(stated[account]),
                held=self._money(held[account]),
            )
            for account in stated
            if stated[account] != held[account]
        ]
        if wrong:
            return Check(
                "books",
                "blocking",
                self.env._(
                    "The collection does not close with what the accounts hold "
                    "(%(accounts)s): look for entries made by hand, or correct the "
                    "opening balance of the first collection.",
                    accounts=format_list(self.env, wrong),
                ),
                "espace_famille_billing.espace_regie_line_action",
            )
        return Check(
            "books", "ok", self.env._("The closing balance is the one of the books.")
        )

    def _stated_by_account(self, summary):
        """Return {account: cents} that this collection closes with, by its summary."""
        stated = defaultdict(int)
        for row in summary["means"]:
            journal_sudo = self.env["account.journal"].sudo().browse(row["journal"])
            stated[journal_sudo.default_account_id] += row["closing"]
        return stated

    def _held_by_account(self):
        """Return {account: cents} in the books at the end of the last day.

        What a bank stated, and nobody has classed yet, was booked when it was received.
        """
        journals_sudo = self.regie_id.sudo().journal_ids
        balances = self.regie_id._balances(journals_sudo, self.date_to)
        held = defaultdict(int)
        for journal, euros in balances.items():
            held[journal.default_account_id] = to_cents(euros)
        stated_sudo = self.env["account.move.line"].sudo()
        for journal, account, euros in stated_sudo._read_group(
            [
                ("journal_id", "in", journals_sudo.ids),
                ("account_id", "in", journals_sudo.suspense_account_id.ids),
                ("parent_state", "=", "posted"),
                ("date", "<=", self.date_to),
            ],
            ["journal_id", "account_id"],
            ["balance:sum"],
        ):
            if account == journal.suspense_account_id:
                held[journal.default_account_id] += to_cents(euros)
        return held

    def _check_promises(self):
        """Look for what of this régie the check of the data finds broken.

        One query a promise, over the whole commune.
        """
        self.env.flush_all()
        check = self.env["espace.check"].sudo().with_context(active_test=False)
        broken = []
        for invariant in check._invariants():
            if invariant.code not in PROMISES:
                continue
            finding = check._finding(invariant, self.company_id)
            own = finding and self._of_this_regie(
                self.env[finding.model].sudo().browse(finding.ids)
            )
            if own:
                names = [record.display_name for record in own[:NAMED]]
                if len(own) > NAMED:
                    names.append(self.env._("%s more", len(own) - NAMED))
                broken.append(f"{finding.sentence} ({format_list(self.env, names)})")
        if broken:
            return Check("promises", "blocking", "\n".join(broken))
        return Check(
            "promises",
            "ok",
            self.env._("Receipts, payments, remittances and entries agree."),
        )

    def _of_this_regie(self, records):
        """Return those records of the check that concern this régie."""
        regie = self.regie_id
        if records._name == "espace.regie":
            return records & regie.sudo()
        if records._name == "account.journal":
            return records & regie.sudo().journal_ids
        if records._name == "account.move":
            return records.filtered(
                lambda move: (
                    regie in move._espace_touched_journals().espace_regie_id
                    or move.origin_payment_id.espace_regie_id == regie
                )
            )
        name = "espace_regie_id" if "espace_regie_id" in records._fields else "regie_id"
        return records.filtered(lambda record: record[name] == regie)

    def _check_ceiling(self):
        words = self.regie_id.sudo()._ceiling_words()
        if words:
            action = "espace_famille_billing.espace_remittance_action"
            return Check("ceiling", "warning", words, action)
        return Check("ceiling", "ok", self.env._("The cash is below its ceiling."))
