"""Files of the bank about a régie's deposit account, each read once."""

import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from odoo.addons.espace_famille.models.core.guards import allow, is_allowed
from odoo.addons.espace_famille_billing.models.core.amounts import to_cents
from odoo.addons.espace_famille_billing.models.posted.account_move_posted import DEPOSIT

from ..domain import statements

# Code reads a file of the bank, not somebody by a form of Odoo.
RECEIVING = "espace_bank_receiving"


class EspaceBankFile(models.Model):
    """A file of the bank; its movements wait until they are pointed."""

    _name = "espace.bank.file"
    _description = "File of the Bank"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char("File", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    kind = fields.Selection(
        [
            (statements.CAMT_053, "CAMT.053: statement"),
            (statements.CAMT_054, "CAMT.054: credits and debits"),
            (statements.CFONB, "CFONB 120: statement"),
        ],
        required=True,
        readonly=True,
    )
    number = fields.Char("Number of the Bank", readonly=True)
    digest = fields.Char(required=True, readonly=True)
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    has_balances = fields.Boolean(readonly=True)
    opening = fields.Monetary("Balance Before", readonly=True)
    closing = fields.Monetary("Balance After", readonly=True)
    is_gap = fields.Boolean(
        "A File Is Missing before",
        readonly=True,
        help="It does not begin with what the file before it ended with.",
    )
    known_count = fields.Integer(
        "Known Already",
        readonly=True,
        help="Movements that another file told of: they were not loaded again.",
    )
    statement_id = fields.Many2one(
        "account.bank.statement", readonly=True, ondelete="restrict"
    )
    line_ids = fields.One2many(
        "espace.bank.line", "file_id", "Movements", readonly=True
    )
    line_count = fields.Integer("Number of Movements", compute="_compute_counts")
    open_count = fields.Integer("To Be Pointed", compute="_compute_counts")
    read_at = fields.Datetime(
        "Read at", required=True, readonly=True, default=fields.Datetime.now
    )
    read_by_id = fields.Many2one(
        "res.users", "Read by", readonly=True, default=lambda self: self.env.user
    )

    _digest_unique = models.UniqueIndex(
        "(digest, company_id)", "This file was read already."
    )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for one in self:
            one.line_count = len(one.line_ids)
            one.open_count = len(one.line_ids.filtered(lambda li: li.state == "open"))

    # === Receiving === #

    @api.model
    def _receive(self, company, name, content):
        """Read a file and keep its movements; one that was read changes nothing.

        :param bytes content: the file
        :return: (the file, whether it is new)
        :raise UserError: it is not read, with the reason in words
        """
        self.env["account.payment"]._espace_check_regie_role()
        if company not in self.env.companies:
            raise AccessError(self.env._("You do not work for %s.", company.name))
        try:
            statement = statements.read(content)
        except statements.Refused as refused:
            raise UserError(self._refused_words(name, refused)) from refused
        journal_sudo, regie = self._account_of(company, name, statement)
        regie._check_may_collect(company._espace_today())
        self._wait_turn(journal_sudo)
        digest = hashlib.sha256(content).hexdigest()
        same = self.search(
            [("company_id", "=", company.id), ("digest", "=", digest)], limit=1
        )
        if same:
            return same, False
        self._check_days(company, name, statement, journal_sudo)
        before_sudo = self._before(journal_sudo, statement.days[0])
        received_sudo = self.sudo().create(
            {
                **self._file_vals(company, name, statement, journal_sudo, before_sudo),
                "regie_id": regie.id,
                "digest": digest,
            }
        )
        told = received_sudo._read_again(content, statement)
        new = self._new_entries(statement, received_sudo, before_sudo)
        received_sudo.known_count = len(statement.entries) - len(new)
        if new:
            received_sudo._load(new, told)
        return received_sudo.with_env(self.env), True

    @api.model
    def _is_receiving(self):
        return is_allowed(self.env, RECEIVING)

    @api.model
    def _wait_turn(self, journal_sudo):
        """Be the only transaction that loads files of an account.

        The second of two is begun again by Odoo, and finds what the first has loaded.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE account_journal SET write_date = write_date WHERE id = %s",
                journal_sudo.id,
            )
        )

    @api.model
    def _regie_of(self, journal):
        """Return the régie whose deposit account a journal is, maybe none."""
        journal_sudo = journal.sudo()
        regies_sudo = journal_sudo.env["espace.regie"]
        if journal_sudo:
            regies_sudo = regies_sudo.search(
                [("dft_journal_id", "=", journal_sudo.id)], limit=1
            )
        if not regies_sudo and journal_sudo.espace_means in DEPOSIT:
            regies_sudo = journal_sudo.espace_regie_id
        return regies_sudo.with_env(self.env)

    @api.model
    def _account_of(self, company, name, statement):
        """Return the journal, as superuser, and the régie whose account a file is of.

        :raise UserError: no journal has that account, or those of two régies have
        """
        journals_sudo = (
            self.env["account.journal"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("type", "=", "bank"),
                    ("bank_account_id", "!=", False),
                ]
            )
        )
        own_sudo = journals_sudo.filtered(
            lambda journal: (
                statements.is_account(
                    statement.account, journal.bank_account_id.sanitized_acc_number
                )
                and self._regie_of(journal)
            )
        )
        regies = self.env["espace.regie"].union(
            *(self._regie_of(journal) for journal in own_sudo)
        )
        if len(regies) != 1:
            raise UserError(
                self._account_words(company, name, statement, regies.sudo())
            )
        # The number may stand on a journal of debits: a bank account has one journal.
        deposit_sudo = (
            regies.sudo().dft_journal_id
            or own_sudo.sorted(
                lambda journal: (journal.espace_means != "transfer", journal.id)
            )[:1]
        )
        if deposit_sudo.bank_account_id and deposit_sudo not in own_sudo:
            raise UserError(
                self.env._(
                    "%(file)s is of the account %(account)s, but the deposit account "
                    "of %(regie)s is the journal %(journal)s, which bears another one.",
                    file=name,
                    account=self._masked(statement.account),
                    regie=regies.name,
                    journal=deposit_sudo.display_name,
                )
            )
        if not deposit_sudo.default_account_id or not deposit_sudo.suspense_account_id:
            raise UserError(
                self.env._(
                    "Give the journal %s its account, and one for what waits to be "
                    "classed (471).",
                    deposit_sudo.display_name,
                )
            )
        return deposit_sudo, regies

    @api.model
    def _check_days(self, company, name, statement, journal_sudo):
        """Refuse days to come, and days of which a file of another kind has told.

        The same money stands in both, in other words.
        """
        first, last = statement.days
        if last > company._espace_today():
            raise UserError(
                self.env._(
                    "%(file)s tells of %(day)s, which is yet to come: nothing was "
                    "loaded.",
                    file=name,
                    day=format_date(self.env, last),
                )
            )
        other_sudo = self.sudo().search(
            [
                ("journal_id", "=", journal_sudo.id),
                ("kind", "!=", statement.kind),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ],
            limit=1,
        )
        if other_sudo:
            raise UserError(
                self.env._(
                    "%(file)s tells of days that %(other)s, a file of another kind, "
                    "has told of (%(first)s to %(last)s): the same money would be "
                    "counted twice. Keep to one kind of files.",
                    file=name,
                    other=other_sudo.name,
                    first=format_date(self.env, other_sudo.date_from),
                    last=format_date(self.env, other_sudo.date_to),
                )
            )

    @api.model
    def _file_vals(self, company, name, statement, journal_sudo, before_sudo):
        first, last = statement.days
        told = statement.opening is not None and statement.closing is not None
        return {
            "name": name,
            "company_id": company.id,
            "journal_id": journal_sudo.id,
            "kind": statement.kind,
            "number": statement.number[:64],
            "date_from": first,
            "date_to": last,
            "has_balances": told,
            "opening": (statement.opening or 0) / 100,
            "closing": (statement.closing or 0) / 100,
            "is_gap": bool(
                told
                and before_sudo
                and before_sudo.date_to < first
                and to_cents(before_sudo.closing) != statement.opening
            ),
            "read_by_id": self.env.uid,
        }

    @api.model
    def _before(self, journal_sudo, day):
        """Return the last file with balances that ends before a day, or on it."""
        return self.sudo().search(
            [
                ("journal_id", "=", journal_sudo.id),
                ("has_balances", "=", True),
                ("date_to", "<=", day),
            ],
            order="date_to desc, id desc",
            limit=1,
        )

    @api.model
    def _new_entries(self, statement, received_sudo, before_sudo):
        """Return the movements that no file told of.

        A statement that goes on where the last one ended tells of other movements,
        even if one is like another to the letter.
        """
        known = set(
            self.env["espace.bank.line"]
            .sudo()
            .search(
                [
                    ("journal_id", "=", received_sudo.journal_id.id),
                    ("key", "in", [entry.key for entry in statement.entries]),
                ]
            )
            .mapped("key")
        )
        goes_on = (
            before_sudo
            and to_cents(before_sudo.opening) != to_cents(before_sudo.closing)
            and to_cents(before_sudo.closing) == statement.opening
        )
        if not goes_on:
            return [entry for entry in statement.entries if entry.key not in known]
        mark = received_sudo.digest[:8]
        return [
            entry._replace(key=f"{entry.key}-{mark}") if entry.key in known else entry
            for entry in statement.entries
        ]

    def _read_again(self, content, statement):
        """Return what the readers of the OCA say of each movement, in its order.

        Two readers that do not see the same days and amounts: none is believed.
        """
        Import = self.env["account.statement.import"].with_company(self.company_id)
        parsed = Import._parse_file(statements.plain(content, statement.kind))
        found = [
            transaction
            for _currency, _account, one in (
                parsed if isinstance(parsed, list) else [parsed]
            )
            for part in one
            for transaction in part["transactions"]
        ]
        if [(fields.Date.to_date(t["date"]), to_cents(t["amount"])) for t in found] != [
            (entry.day, entry.cents) for entry in statement.entries
        ]:
            raise UserError(
                self._refused_words(self.name, statements.Refused(statements.DETAILS))
            )
        return dict(zip((e.key for e in statement.entries), found, strict=True))

    def _load(self, entries, told):
        """Book these movements by the importer of the OCA, and list them.

        :param dict told: {key of an entry: what the OCA's reader says of it}
        """
        self.ensure_one()
        Import = allow(
            self.env["account.statement.import"].with_company(self.company_id),
            RECEIVING,
        ).with_context(skip_retrieve_partner=True)
        vals = {
            "name": self.number or self.name,
            "balance_start": self.opening,
            "balance_end_real": self.closing,
            "transactions": [
                self._transaction(entry, told.get(entry.key, {})) for entry in entries
            ],
        }
        # What waits is matched with what points it: nothing could be locked otherwise.
        waiting = self.journal_id.suspense_account_id
        if not waiting.reconcile:
            waiting.reconcile = True
        result = {"statement_ids": [], "notifications": []}
        Import._create_bank_statements(
            Import._complete_stmts_vals([vals], self.journal_id, None), result
        )
        statement = self.env["account.bank.statement"].browse(result["statement_ids"])
        # In the order in which they were told of.
        booked = statement.line_ids.sorted(lambda line: (line.sequence, line.id))
        self.statement_id = statement
        self.line_ids = [
            Command.create(
                {
                    "key": entry.key,
                    "day": entry.day,
                    "amount": entry.cents / 100,
                    "label": entry.label,
                    "payer": entry.payer,
                    "reference": entry.reference,
                    "reason": entry.reason,
                    "statement_line_id": line.id,
                }
            )
            for entry, line in zip(entries, booked, strict=True)
        ]
        self.line_ids._propose()

    def _transaction(self, entry, told):
        return {
            "payment_ref": entry.label or entry.reference or "/",
            "ref": entry.reference,
            "partner_name": entry.payer,
            "narration": told.get("narration"),
            "date": self._booking_day(entry.day),
            "amount": entry.cents / 100,
            "unique_import_id": entry.key,
        }

    def _booking_day(self, day):
        """Return the day on which a movement is booked: its own, or the first open.

        What a régie has stated, and what is locked, does not change any more.
        """
        self.ensure_one()
        today = self.company_id._espace_today()
        until = self.journal_id.espace_regie_id and (
            self.journal_id.espace_regie_id._closed_until()
        )
        if until and day <= until:
            day = fields.Date.add(until, days=1)
        if self.company_id._get_violated_lock_dates(day, False, self.journal_id):
            return today
        return min(day, today)

    # === Actions === #

    def action_open_lines(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_bank.bank_line_action"
        )
        action["domain"] = Domain("file_id", "=", self.id)
        action["context"] = {}
        return action
