import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.espace_famille.models.core.guards import allow

from ..core.amounts import POSTED
from ..core.guards import STATING
from .collection_content import CollectionContent, digest, to_text


class EspaceCollectionStatement(models.Model):
    """What a régie received in a period (état d'encaissement); closed for ever.

    An open collection is computed whenever it is looked at. Closing gives it a number,
    keeps all that it says with its SHA-256, and holds its payments: none of them, nor
    the collection, can change any more. A correction is a rejection or a refund in the
    next one, which opens with what this one closed with.
    """

    _name = "espace.collection.statement"
    _inherit = ["espace.guard.mixin"]
    _description = "Collection"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    # What only closing gives.
    _code_key = STATING
    _by_code = frozenset(
        {
            "name",
            "state",
            "year",
            "rank",
            "frozen_summary",
            "content",
            "content_hash",
            "closed_at",
            "closed_by_id",
        }
    )

    name = fields.Char("Number", readonly=True, copy=False)
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self._default_regie(),
    )
    company_id = fields.Many2one(
        related="regie_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        "From",
        required=True,
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    date_to = fields.Date(
        "To",
        required=True,
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    state = fields.Selection(
        [("draft", "Open"), ("closed", "Closed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )

    # Given by closing
    year = fields.Integer(readonly=True, copy=False, aggregator=False)
    rank = fields.Integer(readonly=True, copy=False, aggregator=False)
    closed_at = fields.Datetime("Closed on", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", "Closed by", readonly=True, copy=False, ondelete="restrict"
    )
    frozen_summary = fields.Json(readonly=True, copy=False)
    content = fields.Text(readonly=True, copy=False, prefetch=False)
    content_hash = fields.Char("SHA-256", readonly=True, copy=False)
    payment_ids = fields.One2many(
        "account.payment",
        "espace_statement_id",
        "Payments",
        readonly=True,
        groups="espace_famille.group_finance",
    )
    allocation_ids = fields.One2many(
        "espace.collection.allocation", "statement_id", "Imputations", readonly=True
    )

    # What it says: now while it is open, for ever once it is closed
    summary = fields.Json(compute="_compute_summary", compute_sudo=True)
    opening_balance = fields.Monetary(compute="_compute_totals", compute_sudo=True)
    receipts_total = fields.Monetary(
        "Receipts", compute="_compute_totals", compute_sudo=True
    )
    rejections_total = fields.Monetary(
        "Rejections", compute="_compute_totals", compute_sudo=True
    )
    refunds_total = fields.Monetary(
        "Paid Back", compute="_compute_totals", compute_sudo=True
    )
    remittances_total = fields.Monetary(
        "Remittances", compute="_compute_totals", compute_sudo=True
    )
    closing_balance = fields.Monetary(compute="_compute_totals", compute_sudo=True)
    unpaid_total = fields.Monetary(
        "Unpaid", compute="_compute_totals", compute_sudo=True
    )
    receipt_count = fields.Integer(
        "Number of Receipts", compute="_compute_totals", compute_sudo=True
    )
    receipt_first = fields.Char(
        "First Receipt", compute="_compute_totals", compute_sudo=True
    )
    receipt_last = fields.Char(
        "Last Receipt", compute="_compute_totals", compute_sudo=True
    )
    preview = fields.Html(compute="_compute_preview", compute_sudo=True, sanitize=False)
    ceiling_warning = fields.Char(compute="_compute_ceiling_warning", compute_sudo=True)
    xlsx = fields.Binary("Workbook", compute="_compute_xlsx", compute_sudo=True)

    _period = models.Constraint(
        "CHECK(date_from <= date_to)", "A collection ends after it begins."
    )
    _one_open = models.UniqueIndex(
        "(regie_id) WHERE state = 'draft'",
        "A collection of this régie is still open: close it first.",
    )
    _number_unique = models.UniqueIndex(
        "(regie_id, year, rank) WHERE state = 'closed'",
        "Another collection of this régie has that number.",
    )

    # === Defaults and computes === #

    @api.model
    def _default_regie(self):
        regies = self.env["espace.regie"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return regies if len(regies) == 1 else regies.browse()

    @api.depends("regie_id")
    def _compute_period(self):
        for collection in self:
            if not collection.regie_id or collection.state == "closed":
                continue
            start, end = collection.regie_id._next_period()
            collection.date_from = collection.date_from or start
            collection.date_to = collection.date_to or end

    @api.depends("name", "date_from", "date_to", "state", "regie_id")
    def _compute_display_name(self):
        for collection in self:
            collection.display_name = collection.name or self.env._(
                "%(regie)s, %(start)s – %(end)s",
                regie=collection.regie_id.name or "",
                start=format_date(self.env, collection.date_from),
                end=format_date(self.env, collection.date_to),
            )

    @api.depends(
        "state",
        "date_from",
        "date_to",
        "regie_id",
        "opening_ids.amount",
        "opening_ids.journal_id",
        "frozen_summary",
    )
    def _compute_summary(self):
        """Add up what is collected now; `CollectionContent.summary` has the keys."""
        for collection in self:
            if collection.state == "closed":
                collection.summary = collection.frozen_summary
            elif collection._origin and collection.date_from and collection.date_to:
                collection.summary = CollectionContent(collection._origin).summary
            else:
                collection.summary = {}

    @api.depends("summary")
    def _compute_totals(self):
        for collection in self:
            summary = collection.summary or {}
            collection.opening_balance = summary.get("opening", 0) / 100
            collection.receipts_total = summary.get("receipts", 0) / 100
            collection.rejections_total = summary.get("rejections", 0) / 100
            collection.refunds_total = summary.get("refunds", 0) / 100
            collection.remittances_total = summary.get("remittances", 0) / 100
            collection.closing_balance = summary.get("closing", 0) / 100
            collection.unpaid_total = summary.get("unpaid", 0) / 100
            collection.receipt_count = summary.get("receipt_count", 0)
            collection.receipt_first = summary.get("receipt_first", "")
            collection.receipt_last = summary.get("receipt_last", "")

    @api.depends("summary")
    @api.depends_context("lang")
    def _compute_preview(self):
        for collection in self:
            collection.preview = collection.summary and self.env["ir.qweb"]._render(
                "espace_famille_billing.collection_summary",
                {"summary": collection.summary, "money": collection._money},
            )

    @api.depends("regie_id")
    def _compute_ceiling_warning(self):
        for collection in self:
            collection.ceiling_warning = (
                collection.state == "draft"
                and collection.regie_id.sudo()._ceiling_words()
            )

    def _compute_xlsx(self):
        Workbook = self.env["espace.collection.workbook"]
        for collection in self:
            lang = collection.company_id.partner_id.lang or self.env.lang
            collection.xlsx = Workbook.with_context(lang=lang)._encoded(
                collection._read_content()
            )

    # === Constraints === #

    @api.constrains("date_from", "date_to", "regie_id")
    def _check_period(self):
        """Let collections follow each other day by day, within a budget year."""
        for collection in self:
            if collection.date_from.year != collection.date_to.year:
                raise ValidationError(
                    self.env._(
                        "A collection lies within one budget year: end it on "
                        "31 December, the next one begins on 1 January."
                    )
                )
            others = self.search(
                [("regie_id", "=", collection.regie_id.id), ("id", "!=", collection.id)]
            )
            overlapping = others.filtered(
                lambda other, own=collection: (
                    other.date_from <= own.date_to and own.date_from <= other.date_to
                )
            )
            if overlapping:
                raise ValidationError(
                    self.env._(
                        "The period overlaps the collection %s of this régie.",
                        overlapping[0].display_name,
                    )
                )
            collection._check_follows(others)

    def _check_follows(self, others):
        if not others:
            return
        last = others.sorted("date_to")[-1]
        first_day = fields.Date.add(last.date_to, days=1)
        if self.date_from != first_day:
            raise ValidationError(
                self.env._(
                    "Collections follow each other without a gap: this one begins on "
                    "%s.",
                    format_date(self.env, first_day),
                )
            )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            regie = vals.get("regie_id") or self._default_regie().id
            self._check_none_open(regie)
        collections = super().create(vals_list)
        for collection in collections.filtered("is_first"):
            collection._propose_openings()
        return collections

    @api.model
    def _check_none_open(self, regie_id):
        still_open = self.search(
            [("regie_id", "=", regie_id), ("state", "=", "draft")], limit=1
        )
        if still_open:
            raise ValidationError(
                self.env._(
                    "The collection %s of this régie is still open: close it first.",
                    still_open.display_name,
                )
            )

    def write(self, vals):
        self._check_not_closed()
        return super().write(vals)

    @api.model
    def _by_code_words(self):
        return self.env._("Only closing gives a collection that.")

    @api.ondelete(at_uninstall=False)
    def _unlink_open_only(self):
        self._check_not_closed()

    def _check_not_closed(self):
        for collection in self:
            if collection.state == "closed":
                raise UserError(
                    self.env._(
                        "The collection %s is closed: nothing in it can change. A "
                        "correction is a rejection or a refund in the next one.",
                        collection.name,
                    )
                )

    # === Closing === #

    def action_close(self):
        """Close this collection for ever."""
        self.ensure_one()
        self.check_access("write")
        self._close(fields.Datetime.now())

    def _close(self, now):
        """Number this collection, keep what it says and hold its payments.

        :param datetime now: naive UTC
        :raise UserError: says all that prevents it
        """
        self.ensure_one()
        self._check_not_closed()
        self.regie_id._wait_for_closing()
        today = self.company_id._espace_today(now)
        computed = CollectionContent(self)
        checks = self._checks(today, computed.summary)
        blocking = [check.words for check in checks if check.level == "blocking"]
        if blocking:
            raise UserError("\n".join(blocking))
        number = self._next_number()
        content = computed.content(number["name"], today)
        text = to_text(content)
        self.env["espace.collection.allocation"].sudo().create(
            computed.allocation_vals()
        )
        self._hold(computed)
        allow(self.sudo(), STATING).write(
            {
                **number,
                "state": "closed",
                "frozen_summary": content["summary"],
                "content": text,
                "content_hash": digest(text),
                "closed_at": now,
                "closed_by_id": self.env.user.id,
            }
        )
        # The database, too, knows now that none is open: see the unique index.
        self.flush_recordset()

    def _hold(self, computed):
        """Tie the payments and remittances to this collection."""
        for records, name in (
            (computed.payments, "espace_statement_id"),
            (computed.remittances, "statement_id"),
        ):
            allowed = allow(records.sudo(), STATING)
            allowed.with_context(tracking_disable=True).write({name: self.id})

    def _next_number(self):
        """Return the number of a collection that is closed now: 1 is the first a year.

        Closed collections are never deleted: counting them leaves no gap.
        """
        year = self.date_to.year
        rank = 1 + self.sudo().search_count(
            [
                ("regie_id", "=", self.regie_id.id),
                ("state", "=", "closed"),
                ("year", "=", year),
            ]
        )
        code = self.regie_id.code
        return {"year": year, "rank": rank, "name": f"{code}-E-{year}-{rank:03}"}

    # === Documents === #

    def _read_content(self):
        """Return what this collection says, with its hash ("" while it is open).

        Of a closed one exactly what was kept when it was closed.
        """
        self.ensure_one()
        if self.state == "closed":
            return {**json.loads(self.content), "hash": self.content_hash}
        return {**CollectionContent(self).content("", None), "hash": ""}

    @api.model
    def _money(self, cents):
        """Return an amount as the commune writes it: 1 234,50, without the sign €."""
        return formatLang(self.env, cents / 100, digits=2)

    def action_xlsx(self):
        """Download the workbook."""
        self.ensure_one()
        self.check_access("read")
        name = (self.name or self.regie_id.code).replace("/", "-")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/xlsx/{name}.xlsx"
            "?download=true",
            "target": "download",
        }

    def action_close_next(self):
        """Open what is to be closed next of the commune's régie."""
        regies = self.env["espace.regie"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        if len(regies) == 1:
            return regies.action_close_month()
        if not regies:
            raise UserError(
                self.env._("Create the régie first: a collection is made for one.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close the Month"),
            "res_model": self._name,
            "views": [(False, "form")],
        }

    def action_open_payments(self):
        """List the payments that this collection holds, or will."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_statement_payment_action"
        )
        action["domain"] = (
            [("espace_statement_id", "=", self.id)]
            if self.state == "closed"
            else [*self._payment_domain(), ("state", "in", POSTED)]
        )
        return action

    def action_open_allocations(self):
        """List the imputations that this closed collection recorded."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_collection_allocation_action"
        )
        action["domain"] = [("statement_id", "=", self.id)]
        return action
