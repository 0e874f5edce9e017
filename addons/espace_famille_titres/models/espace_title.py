from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ..domain import titles


class EspaceTitle(models.Model):
    """A titre: one debtor, one sum; its number is given once and never again."""

    _name = "espace.title"
    _description = "Titre"
    _inherit = ["espace.guard.mixin"]
    _order = "exercise desc, number desc, id desc"
    _check_company_auto = True
    _by_code = frozenset(
        {
            "cancelled_on",
            "due_date",
            "exercise",
            "family_id",
            "line_ids",
            "list_id",
            "number",
        }
    )

    list_id = fields.Many2one(
        "espace.title.list", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="list_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("draft", "Being prepared"),
            ("sealed", "Issued"),
            ("cancelled", "Cancelled"),
        ],
        "Status",
        compute="_compute_state",
        store=True,
    )
    exercise = fields.Integer("Budget Year", readonly=True, aggregator=None)
    number = fields.Integer("No.", readonly=True, copy=False, aggregator=None)
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, readonly=True, ondelete="restrict"
    )
    holder_ids = fields.Many2many("espace.guardian", compute="_compute_holder_ids")
    debtor_id = fields.Many2one(
        "espace.guardian",
        ondelete="set null",
        domain="[('family_id', '=', family_id)]",
    )
    codebtor_id = fields.Many2one(
        "espace.guardian",
        "Owed in Solidum with",
        ondelete="set null",
        domain="[('id', 'in', holder_ids), ('id', '!=', debtor_id)]",
        help="Parents are bound in solidum for what their child had. The titre stays "
        "one: the other parent is named beside, and nothing is asked twice. Only where "
        "you choose it, for the accountant then reads the name and the address.",
    )
    object = fields.Char(required=True)
    product_code = fields.Char("Code produit local")
    due_date = fields.Date("Due on", readonly=True)
    line_ids = fields.One2many("espace.title.line", "title_id", "Invoices")
    amount = fields.Monetary(compute="_compute_amount", store=True)
    left = fields.Monetary("Left to Pay", compute="_compute_left")
    problem = fields.Char("What is Missing", compute="_compute_problem")
    cancelled_on = fields.Date(readonly=True, copy=False)
    cancelled_reason = fields.Char("Why it is Cancelled", copy=False)

    _number_once = models.UniqueIndex(
        "(company_id, exercise, number) WHERE number > 0",
        "Another titre has that number: try again.",
    )

    @api.depends("list_id.state", "cancelled_on")
    def _compute_state(self):
        for title in self:
            title.state = "cancelled" if title.cancelled_on else title.list_id.state

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for title in self:
            title.amount = sum(title.line_ids.mapped("amount"))

    @api.depends("line_ids.move_id.amount_residual", "state")
    def _compute_left(self):
        for title in self:
            lines_sudo = title.sudo().line_ids
            title.left = (
                0
                if title.state == "cancelled"
                else sum(min(one.amount, one.left) for one in lines_sudo)
            )

    @api.depends("number", "exercise", "family_id")
    def _compute_display_name(self):
        for title in self:
            title.display_name = (
                f"{title.exercise}-{title.number}"
                if title.number
                else title.family_id.name
            )

    @api.depends("family_id", "line_ids.move_id")
    def _compute_holder_ids(self):
        """Find who has parental authority, here or in the child's other household."""
        for title in self:
            moves_sudo = title.sudo().line_ids.move_id
            children = moves_sudo.invoice_line_ids.espace_charge_ids.child_id
            families = (
                title.sudo().family_id
                | children.family_id
                | children.custody_ids.family_id
            )
            title.holder_ids = families.guardian_ids.with_env(self.env)

    @api.depends(
        "debtor_id.firstname",
        "debtor_id.lastname",
        "debtor_id.street",
        "debtor_id.zip",
        "debtor_id.city",
        "codebtor_id",
        "object",
    )
    def _compute_problem(self):
        for title in self:
            title.problem = (
                ", ".join(title._problems()) if title.state == "draft" else ""
            )

    def _problems(self):
        """Return what this titre lacks, in words."""
        self.ensure_one()
        problems = []
        if not self.debtor_id:
            problems.append(self.env._("no debtor is chosen"))
        names = {
            "lastname": self.env._("name"),
            "firstname": self.env._("first name"),
        }
        places = {
            "adresse_1": self.env._("street"),
            "code_postal": self.env._("postal code"),
            "commune": self.env._("town"),
        }
        for person in self.debtor_id | self.codebtor_id:
            lacks = [words for name, words in names.items() if not person.sudo()[name]]
            address = self._address(person)
            lacks += [words for name, words in places.items() if not address[name]]
            if lacks:
                problems.append(f"{person.sudo().name} ({', '.join(lacks)})")
        if not (self.object or "").strip():
            problems.append(self.env._("no object"))
        return problems

    # === CRUD === #

    @api.model
    def _by_code_words(self):
        return self.env._("Titres are prepared and numbered by their list.")

    def _check_draft(self):
        if not self.env.su and any(title.list_id.state != "draft" for title in self):
            raise UserError(self.env._("What was sealed is not changed."))

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_draft()
        return records

    def write(self, vals):
        if vals.keys() - {"cancelled_reason"}:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(title.list_id.state != "draft" for title in self):
            raise UserError(self.env._("What was sealed is not deleted."))

    # === Gestures === #

    def action_cancel(self):
        """Cancel an issued titre: its number stays, its debts may make another one."""
        self.ensure_one()
        self.list_id._check_regie()
        self.check_access("write")
        if self.state != "sealed":
            raise UserError(self.env._("Only an issued titre is cancelled, once."))
        if not (self.cancelled_reason or "").strip():
            raise UserError(self.env._("Say first why it is cancelled."))
        title_sudo = self.sudo()
        title_sudo.cancelled_on = self.company_id._espace_today()
        title_sudo.line_ids.move_id.espace_transfer_line_ids.filtered(
            lambda line: line.title_number == title_sudo.display_name
        ).title_number = False

    def action_treasury(self):
        """Open the form by which what the accountant received is recorded."""
        self.ensure_one()
        self.list_id._check_regie()
        return self.line_ids.move_id.action_espace_treasury()

    def action_open_moves(self):
        self.ensure_one()
        self.check_access("read")
        return self.line_ids.move_id._get_records_action(name=self.env._("Invoices"))

    # === What it says === #

    @api.model
    def _prepare(self, family, moves):
        """Return the values of a titre of a family for these open invoices."""
        guardians = family.guardian_ids.sorted(lambda g: (not g.is_payer, g.rank))
        activities = moves._espace_activities()
        company = family.company_id
        code = titles.product_code(
            activities.mapped("title_product_code") or [None],
            company.sudo().espace_title_product_code,
        )
        return {
            "family_id": family.id,
            "debtor_id": guardians[:1].id,
            "object": self._words_of(activities, moves),
            "product_code": code,
            "line_ids": [
                Command.create({"move_id": m.id, "amount": m.amount_residual})
                for m in moves
            ],
        }

    @api.model
    def _words_of(self, activities, moves):
        """Say what is asked for: services and invoices, no child is named."""
        services = ", ".join(activities.sorted("sequence").mapped("name"))
        numbers = ", ".join(moves.mapped("name"))
        return f"{services} – {numbers}" if services else numbers

    def _address(self, person):
        """Return the parts of the address of a guardian, else of its household."""
        person_sudo = person.sudo()
        partner = person_sudo.partner_id
        if not (partner.street and partner.zip and partner.city):
            partner = person_sudo.family_id.partner_id
        return {
            "adresse_1": partner.street,
            "adresse_2": partner.street2,
            "code_postal": partner.zip,
            "commune": partner.city,
            "pays": partner.country_id.code or "FR",
        }

    def _civil(self, person):
        person_sudo = person.sudo()
        return {
            "civilite": {"madam": "Mme", "sir": "M."}.get(person_sudo.civility, ""),
            "nom": person_sudo.lastname,
            "prenom": person_sudo.firstname,
            **self._address(person),
        }

    def _mandate(self):
        """Hook: return the mandate by which the debtor's bank may be asked.

        :return: dict of mandat_rum, mandat_date, mandat_iban, mandat_bic; maybe empty
        """
        self.ensure_one()
        return {}

    def _line(self) -> dict[str, str | date | Decimal]:
        """Return what the files say of this titre: {column: value}."""
        self.ensure_one()
        of_list = self.list_id
        other = self._civil(self.codebtor_id) if self.codebtor_id else {}
        return {
            "exercice": str(self.exercise),
            "bordereau": str(of_list.number),
            "numero_titre": str(self.number),
            "date_emission": of_list.date,
            "date_limite": self.due_date,
            "cat_tiers": titles.PERSON,
            "nat_jur": titles.PRIVATE,
            **self._civil(self.debtor_id),
            "objet": self.object,
            "montant": to_decimal(self.amount),
            "code_produit_local": self.product_code,
            "factures": ", ".join(self.sudo().line_ids.move_id.mapped("name")),
            "compte_famille": self.family_id.reference,
            **{f"codebiteur_{name}": value for name, value in other.items()},
            **self._mandate(),
            "emetteur_prenom": of_list.issuer_firstname,
            "emetteur_nom": of_list.issuer_lastname,
            "emetteur_qualite": of_list.issuer_quality,
            "voies_et_delais_de_recours": of_list.appeal,
        }


class EspaceTitleLine(models.Model):
    """An invoice of a titre: what was left to pay of it on the day of the list."""

    _name = "espace.title.line"
    _description = "Invoice of a Titre"
    _inherit = ["espace.guard.mixin"]
    _order = "title_id, id"
    _rec_name = "move_id"
    _check_company_auto = True
    _by_code = frozenset({"amount", "live", "move_id", "title_id"})

    title_id = fields.Many2one(
        "espace.title", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="title_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    amount = fields.Monetary("Amount Asked")
    left = fields.Monetary("Left to Pay", related="move_id.amount_residual")
    # A debt is asked for once, whoever prepares two lists at the same time.
    live = fields.Boolean(compute="_compute_live", store=True, precompute=True)

    _once = models.UniqueIndex(
        "(move_id) WHERE live", "One of these invoices is on a titre already."
    )

    @api.depends("title_id.cancelled_on")
    def _compute_live(self):
        for line in self:
            line.live = not line.title_id.cancelled_on

    @api.model
    def _by_code_words(self):
        return self.env._("Titres are prepared and numbered by their list.")

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self.title_id._unlink_drafts_only()
