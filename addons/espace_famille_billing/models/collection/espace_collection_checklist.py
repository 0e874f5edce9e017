"""What is looked at before a collection is closed, and what prevents it."""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..core.amounts import POSTED, to_cents


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
        """Compare what the collection closes with to what the books say."""
        journals_sudo = self.regie_id.sudo().journal_ids
        held = sum(self.regie_id._balances(journals_sudo, self.date_to).values())
        stated = summary["closing"]
        if to_cents(held) != stated:
            return Check(
                "books",
                "warning",
                self.env._(
                    "The collection closes with %(stated)s, but the accounts of the "
                    "journals hold %(held)s: look for entries made by hand, or "
                    "correct the opening balance of the first collection.",
                    stated=self._money(stated),
                    held=format_amount(self.env, held, self.currency_id),
                ),
                "espace_famille_billing.espace_regie_line_action",
            )
        return Check(
            "books", "ok", self.env._("The closing balance is the one of the books.")
        )

    def _check_ceiling(self):
        words = self.regie_id.sudo()._ceiling_words()
        if words:
            action = "espace_famille_billing.espace_remittance_action"
            return Check("ceiling", "warning", words, action)
        return Check("ceiling", "ok", self.env._("The cash is below its ceiling."))
