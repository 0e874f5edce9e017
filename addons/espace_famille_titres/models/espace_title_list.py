from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ..domain import titles


class EspaceTitleList(models.Model):
    """Titres that are issued together (bordereau): prepared, numbered, then sealed.

    Sealing numbers the titres, writes the files and keeps them: from then on nothing
    of the list changes, and its files are given again byte for byte.
    """

    _name = "espace.title.list"
    _description = "List of Titres"
    _inherit = ["espace.guard.mixin"]
    _order = "exercise desc, number desc, id desc"
    _check_company_auto = True
    _by_code = frozenset(
        {
            "appeal",
            "csv_file",
            "csv_hash",
            "exercise",
            "issuer_firstname",
            "issuer_lastname",
            "issuer_quality",
            "number",
            "sealed_by_id",
            "sealed_on",
            "state",
            "xlsx_file",
            "xlsx_hash",
            "zip_file",
            "zip_hash",
        }
    )

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Being prepared"), ("sealed", "Sealed")],
        "Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    exercise = fields.Integer("Budget Year", readonly=True, copy=False, aggregator=None)
    number = fields.Integer("No.", readonly=True, copy=False, aggregator=None)
    date = fields.Date(
        "Issued on",
        required=True,
        copy=False,
        default=lambda self: self.env.company._espace_today(),
    )
    date_due = fields.Date(
        "To be Paid by",
        required=True,
        compute="_compute_date_due",
        store=True,
        readonly=False,
        precompute=True,
        help="Of what is not due later anyway.",
    )
    minimum_amount = fields.Monetary(
        "Smallest Titre",
        default=lambda self: self.env.company.espace_title_minimum,
        help="A family that owes less waits for the next list. Below 15 € nothing is "
        "put in recovery (article D1611-1 of the CGCT).",
    )
    title_ids = fields.One2many("espace.title", "list_id", "Titres")
    amount = fields.Monetary("Total", compute="_compute_amount", store=True)
    title_count = fields.Integer("Titres Issued", compute="_compute_amount", store=True)
    problem_count = fields.Integer(compute="_compute_waiting")
    small_words = fields.Char("Carried over", compute="_compute_waiting")
    missing_words = fields.Char(compute="_compute_waiting")
    sealed_on = fields.Datetime(readonly=True, copy=False)
    sealed_by_id = fields.Many2one(
        "res.users", "Sealed by", readonly=True, copy=False, ondelete="restrict"
    )

    # What stood in the settings on that day.
    issuer_firstname = fields.Char("First Name of the Issuer", readonly=True)
    issuer_lastname = fields.Char("Name of the Issuer", readonly=True)
    issuer_quality = fields.Char("Quality of the Issuer", readonly=True)
    appeal = fields.Text("Ways and Delays of Appeal", readonly=True)

    _number_once = models.UniqueIndex(
        "(company_id, exercise, number) WHERE number > 0",
        "Another list has that number: try again.",
    )

    @api.depends("date", "company_id")
    def _compute_date_due(self):
        for one in self:
            if one.date:
                one.date_due = one.company_id._espace_due_on(one.date)

    @api.depends("title_ids.amount")
    def _compute_amount(self):
        for one in self:
            one.amount = sum(one.title_ids.mapped("amount"))
            one.title_count = len(one.title_ids)

    @api.depends("title_ids.problem", "minimum_amount", "state")
    def _compute_waiting(self):
        for one in self:
            drafts = one.title_ids if one.state == "draft" else one.title_ids.browse()
            one.problem_count = len(drafts.filtered("problem"))
            one.missing_words = (
                ", ".join(one.company_id._espace_title_missing())
                if one.state == "draft"
                else ""
            )
            one.small_words = one._small_words() if one.state == "draft" else ""

    def _small_words(self):
        """Say what waits for a later list, for it is too small."""
        _makes, small = self._sorted_debts()
        if not small:
            return ""
        words = self.company_id._espace_amount_words
        return self.env._(
            "%(count)s families owe less than %(minimum)s, %(total)s together: carried "
            "over to the next list.",
            count=len(small),
            minimum=words(self.minimum_amount),
            total=words(sum(small.values())),
        )

    @api.depends("number", "exercise")
    def _compute_display_name(self):
        for one in self:
            one.display_name = (
                f"{one.exercise}-{one.number:03}"
                if one.number
                else self.env._("Being prepared")
            )

    # === CRUD === #

    @api.model
    def _by_code_words(self):
        return self.env._("Use “Seal”: it numbers the titres and writes the files.")

    def _check_draft(self):
        if not self.env.su and self.filtered(lambda one: one.state == "sealed"):
            raise UserError(self.env._("What was sealed is not changed."))

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if self.filtered(lambda one: one.state == "sealed"):
            raise UserError(self.env._("What was sealed is not deleted."))

    @api.model
    def _check_regie(self):
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie issues titres."))

    # === Preparing === #

    @api.model
    def _waiting_domain(self, company):
        """Return the domain of what is with the accountant and has no titre yet."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("espace_transmitted_on", "!=", False)
            & Domain("state", "=", "posted")
            & Domain("move_type", "=", "out_invoice")
            & Domain("amount_residual", ">", 0)
            & Domain("espace_disputed", "=", False)
        )

    def _waiting(self):
        """Return the invoices that this list may ask for, the oldest first.

        Those of another list are asked for there.
        """
        self.ensure_one()
        moves_sudo = self.env["account.move"].sudo()
        moves_sudo = moves_sudo.search(
            self._waiting_domain(self.company_id), order="invoice_date_due, id"
        )
        elsewhere_sudo = self.env["espace.title.line"].sudo()
        elsewhere_sudo = elsewhere_sudo.search(
            [
                ("live", "=", True),
                ("move_id", "in", moves_sudo.ids),
                ("title_id.list_id", "!=", self._origin.id),
            ]
        )
        return (moves_sudo - elsewhere_sudo.move_id).filtered(
            lambda move: move.espace_transmitted_on <= self.date
        )

    def _sorted_debts(self):
        """Return what makes titres and what is too small: see `titles.split_small`."""
        return titles.split_small(
            (
                (move.id, move.espace_family_id.id, to_decimal(move.amount_residual))
                for move in self._waiting()
            ),
            to_decimal(self.minimum_amount),
        )

    def action_gather(self):
        """Prepare a titre for each family that owes enough; keep what was chosen."""
        self.ensure_one()
        self._check_regie()
        self.check_access("write")
        self._check_still_draft()
        self._gather()

    def _gather(self, add=True):
        """Have the titres ask for what is left of their invoices now.

        What was paid or contested meanwhile is no longer asked for.

        :param bool add: families too that have no titre on this list yet
        """
        list_sudo = self.sudo()
        makes, _small = list_sudo._sorted_debts()
        families = {title.family_id.id: title for title in list_sudo.title_ids}
        list_sudo.title_ids.filtered(lambda t: t.family_id.id not in makes).unlink()
        Move = list_sudo.env["account.move"]
        Title = list_sudo.env["espace.title"]
        for family_id, move_ids in makes.items():
            family = list_sudo.env["espace.family"].browse(family_id)
            vals = Title._prepare(family, Move.browse(move_ids))
            known = families.get(family_id)
            if not known and add:
                Title.create({"list_id": list_sudo.id, **vals})
            elif known and known._asks() != {
                move.id: to_decimal(move.amount_residual)
                for move in Move.browse(move_ids)
            }:
                known.line_ids.unlink()
                known.write({name: vals[name] for name in ("object", "line_ids")})

    def _check_still_draft(self):
        if self.state == "sealed":
            raise UserError(
                self.env._(
                    "The list %(list)s was sealed on %(day)s by %(who)s: its files are "
                    "there, and are given again as they are. Nothing is sent twice.",
                    list=self.display_name,
                    day=self.company_id._espace_day_words(
                        self.sealed_on.date(), year=True
                    ),
                    who=self.sealed_by_id.sudo().name,
                )
            )

    # === Sealing === #

    def action_seal(self):
        """Number the titres, write the files and keep them as they are, for good."""
        self.ensure_one()
        self._check_regie()
        self.check_access("write")
        self._check_still_draft()
        self.company_id._espace_check_titles()
        self._check_date()
        self._gather(add=False)
        if not self.title_ids:
            raise UserError(
                self.env._(
                    "There is no titre on this list: press “Gather What Waits” first."
                )
            )
        wrong = self.title_ids.filtered("problem")
        if wrong:
            raise UserError(
                self.env._(
                    "These titres lack something:\n%s",
                    "\n".join(f"{t.family_id.name}: {t.problem}" for t in wrong),
                )
            )
        list_sudo = self.sudo()
        list_sudo._number()
        list_sudo._write_files()
        list_sudo.write(
            {
                "state": "sealed",
                "sealed_on": fields.Datetime.now(),
                "sealed_by_id": self.env.user.id,
            }
        )

    def _check_date(self):
        """Refuse a day to come, or before a list that has its number already."""
        if self.date > self.company_id._espace_today():
            raise UserError(self.env._("Titres are not issued on a day to come."))
        later = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sealed"),
                ("exercise", "=", self.date.year),
                ("date", ">", self.date),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "The list %s is of a later day: numbers follow the days.",
                    later.display_name,
                )
            )

    def _number(self):
        """Give the numbers: of the company and the budget year, without gap."""
        company = self.company_id
        Regie = self.env["espace.regie"]
        today = self.date

        def following(name):
            sequence = company._espace_title_sequence(name)
            return int(Regie._next_number(sequence, today))

        self.write(
            {
                "exercise": today.year,
                "number": following("espace_title_list_sequence_id"),
                "issuer_firstname": company.espace_title_firstname,
                "issuer_lastname": company.espace_title_lastname,
                "issuer_quality": company.espace_title_quality,
                "appeal": company._espace_title_appeal(),
            }
        )
        for title in self.title_ids.sorted(lambda t: (t.family_id.name or "", t.id)):
            moves = title.line_ids.move_id
            due = max(moves.mapped("invoice_date_due"))
            title.write(
                {
                    "exercise": today.year,
                    "number": following("espace_title_sequence_id"),
                    "due_date": max(due, self.date_due),
                }
            )
            moves.espace_transfer_line_ids.filtered(
                lambda line: line.date and not line.returned_on
            ).title_number = title.display_name


class EspaceTitle(models.Model):
    _inherit = "espace.title"

    def _asks(self):
        """Return {invoice id: euros} of what this titre asks for."""
        self.ensure_one()
        return {line.move_id.id: to_decimal(line.amount) for line in self.line_ids}
