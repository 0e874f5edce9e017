"""What the act of a régie allows: means of payment, persons, what it may hold."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount, format_date

from ...domain.regie import Ceilings, has_to_hand_over
from ..core.amounts import to_decimal
from .account_journal import MEANS


class EspaceRegie(models.Model):
    _inherit = "espace.regie"

    # Means of payment
    takes_cash = fields.Boolean("Cash", default=True)
    takes_cheque = fields.Boolean("Cheque", default=True)
    takes_card = fields.Boolean("Card", default=True)
    takes_online = fields.Boolean("Online", default=True)
    takes_cesu = fields.Boolean("CESU", default=True)
    takes_direct_debit = fields.Boolean("Direct debit", default=True)
    takes_transfer = fields.Boolean("Bank transfer", default=True)
    cash_limit = fields.Monetary(
        "Cash for One Debt",
        default=300,
        help="Most of one invoice that is paid in cash, by however many payments: "
        "300 € (article 1680 of the CGI, note of the DGFiP of 27 May 2014); 0: none.",
    )

    # Persons
    mandate_ids = fields.One2many("espace.regie.mandate", "regie_id", "Mandataires")

    # What it holds
    cash_float = fields.Monetary(
        help="The permanent fonds de caisse, which no ceiling counts.",
    )
    float_booked = fields.Boolean(
        "Float on the Cash Account",
        help="The balance of the cash journal's account holds the float as well.",
    )
    total_ceiling = fields.Monetary(
        help="What the régisseur may hold by all means, the deposit account included; "
        "0: none."
    )
    total_held = fields.Monetary(
        "Held in All",
        compute="_compute_total_held",
        groups="espace_famille.group_finance,espace_famille.group_manager",
    )
    dft_journal_id = fields.Many2one(
        "account.journal",
        "Deposit Account",
        domain="[('type', '=', 'bank')]",
        check_company=True,
        help="The journal of the deposit account at the treasury (DFT), if it has one.",
    )
    ceiling_rule = fields.Selection(
        [
            ("warn", "Say so, and go on collecting"),
            ("refuse", "Collect nothing more by that means"),
        ],
        "Above a Ceiling",
        default="warn",
        required=True,
    )
    warning = fields.Text(
        compute="_compute_warning",
        groups="espace_famille.group_finance,espace_famille.group_manager",
    )
    remit_days = fields.Integer(
        "Days between Remittances",
        default=31,
        help="Once a month at least (R1617-8 of the CGCT), or as the act says; 0: not "
        "watched.",
    )

    _total_ceiling_positive = models.Constraint(
        "CHECK(total_ceiling >= 0)", "The ceiling of all means must not be negative."
    )
    _cash_float_positive = models.Constraint(
        "CHECK(cash_float >= 0)", "The cash float must not be negative."
    )
    _cash_limit_positive = models.Constraint(
        "CHECK(cash_limit >= 0)", "The limit of cash must not be negative."
    )
    _remit_days_positive = models.Constraint(
        "CHECK(remit_days >= 0)", "The days between remittances must not be negative."
    )

    @api.depends("cash_float", "dft_journal_id", "float_booked")
    @api.depends_context("uid")
    def _compute_total_held(self):
        for regie in self:
            regie.total_held = regie._held()

    @api.depends(
        "cash_ceiling",
        "cash_float",
        "dft_journal_id",
        "float_booked",
        "remit_days",
        "total_ceiling",
    )
    @api.depends_context("uid", "lang")
    def _compute_warning(self):
        for regie in self:
            regie.warning = "\n".join(regie._warnings())

    @api.constrains("company_id")
    def _check_commune(self):
        self.company_id._espace_check_communes()

    @api.constrains("cash_ceiling", "total_ceiling")
    def _check_ceilings(self):
        for regie in self:
            if 0 < regie.total_ceiling < regie.cash_ceiling:
                raise ValidationError(
                    self.env._(
                        "%s: the ceiling of cash must not be above that of all means.",
                        regie.name,
                    )
                )

    # === Words === #

    def _act_words(self):
        """Name the act of the régie with its date, for a sentence."""
        self.ensure_one()
        if not self.decision:
            return self.env._("its act of creation")
        if not self.decision_date:
            return self.decision
        return self.env._(
            "%(act)s of %(day)s",
            act=self.decision,
            day=format_date(self.env, self.decision_date),
        )

    def _means_words(self, means):
        field = self.env["account.journal"]._fields["espace_means"]
        return dict(field._description_selection(self.env)).get(means, "")

    # === Means of payment === #

    def _takes(self, means):
        """Tell whether the act lists a means of payment."""
        self.ensure_one()
        return means not in dict(MEANS) or self[f"takes_{means}"]

    def _check_takes(self, means):
        """Refuse a means of payment that the act does not list.

        :raise UserError: names the means and the act
        """
        if not self._takes(means):
            raise UserError(
                self.env._(
                    "%(regie)s does not take “%(means)s”: %(act)s does not list that "
                    "means of payment.",
                    regie=self.name,
                    means=self._means_words(means),
                    act=self._act_words(),
                )
            )

    # === Persons === #

    def _persons(self, day=None):
        """Return the users who collect for this régie on a day, today if None."""
        regies_sudo = self.sudo()
        users = regies_sudo.regisseur_id | regies_sudo.deputy_ids
        for regie in regies_sudo:
            on = day or regie.company_id._espace_today()
            users |= regie.mandate_ids.filtered(
                lambda mandate, on=on: mandate._is_in_force(on)
            ).user_id
        return users.with_env(self.env)

    def _check_may_collect(self, day):
        """Let only those collect whom the régie names, once it names mandataires.

        All agents of the Régie do in a commune with one that lists no mandataire.

        :raise AccessError: names the régie and its régisseur
        """
        self.ensure_one()
        regie_sudo = self.sudo()
        named = regie_sudo.mandate_ids or regie_sudo.is_one_of_several
        if self.env.su or not named or self.env.user in self._persons(day):
            return
        raise AccessError(
            self.env._(
                "You are not among those who collect for %(regie)s on %(day)s: its "
                "régisseur (%(regisseur)s), deputies and mandataires do.",
                regie=self.name,
                day=format_date(self.env, day),
                regisseur=regie_sudo.regisseur_id.name or self.env._("not named yet"),
            )
        )

    def _role_of(self, user, day):
        """Return the words for what a user is in this régie on a day, "" if nothing."""
        self.ensure_one()
        regie_sudo = self.sudo()
        if user == regie_sudo.regisseur_id:
            return self.env._("régisseur")
        if user in regie_sudo.deputy_ids:
            return self.env._("deputy")
        return self.env._("mandataire") if user in self._persons(day) else ""

    def _mandataires(self, day):
        """Return the users who are mandataires on a day, régisseur and deputies not."""
        regie_sudo = self.sudo()
        return self._persons(day) - regie_sudo.regisseur_id - regie_sudo.deputy_ids

    # === Ceilings === #

    def _held(self, means=None):
        """Return the euros that the books say it holds, without the cash float.

        :param str means: one means of payment; None: all, the deposit account included
        """
        self.ensure_one()
        journals_sudo = self.sudo().journal_ids
        if means:
            journals_sudo = journals_sudo.filtered(lambda j: j.espace_means == means)
        else:
            journals_sudo |= self.sudo().dft_journal_id
        # Journals may share an account: it counts once.
        by_account = {
            journal.default_account_id: amount
            for journal, amount in self._balances(journals_sudo).items()
        }
        held = sum(by_account.values())
        if self.float_booked and means in (None, "cash"):
            held -= self.cash_float
        return self.currency_id.round(held)

    def _ceilings(self):
        return Ceilings(to_decimal(self.cash_ceiling), to_decimal(self.total_ceiling))

    def _exceeded(self, means=None, amount=0):
        """Return which ceilings are exceeded, once an amount is received by a means.

        :return: {'cash' or 'total': euros held then}
        """
        self.ensure_one()
        held = {
            "cash": self._held("cash") + (amount if means == "cash" else 0),
            "total": self._held() + amount,
        }
        exceeded = self._ceilings().exceeded(
            *(to_decimal(euros) for euros in held.values())
        )
        return {name: held[name] for name in exceeded}

    def _ceiling_words(self):
        """Say that more is held than the régisseur may hold, else ""."""
        return "\n".join(
            self._exceeded_words(name, held) for name, held in self._exceeded().items()
        )

    def _exceeded_words(self, name, held):
        words = {
            "regie": self.name,
            "held": format_amount(self.env, held, self.currency_id),
        }
        if name == "cash":
            return self.env._(
                "%(regie)s holds %(held)s in cash, above its ceiling of %(ceiling)s: "
                "hand it over to the treasury.",
                ceiling=format_amount(self.env, self.cash_ceiling, self.currency_id),
                **words,
            )
        return self.env._(
            "%(regie)s holds %(held)s in all, above its ceiling of %(ceiling)s: hand "
            "it over to the treasury.",
            ceiling=format_amount(self.env, self.total_ceiling, self.currency_id),
            **words,
        )

    def _check_below_ceilings(self, means, amount):
        """Refuse what would be above a ceiling, where the régie wants that.

        Too much cash keeps nobody from paying by cheque.

        :raise UserError: names the ceiling and what would be held
        """
        self.ensure_one()
        if self.ceiling_rule != "refuse":
            return
        exceeded = self._exceeded(means, amount)
        if means != "cash":
            exceeded.pop("cash", None)
        if exceeded:
            raise UserError(
                "\n".join(self._exceeded_words(*found) for found in exceeded.items())
            )

    def _last_remittance(self):
        """Return the day money was last handed over, or first received if never."""
        self.ensure_one()
        remittance = self.env["espace.remittance"].search(
            [("regie_id", "=", self.id), ("state", "=", "posted")],
            order="date desc",
            limit=1,
        )
        first = self.env["account.payment"].search(
            [("espace_regie_id", "=", self.id), ("espace_kind", "=", "receipt")],
            order="date",
            limit=1,
        )
        return remittance.date or first.date or None

    def _warnings(self):
        """Return what the régisseur has to know of this régie, in words."""
        self.ensure_one()
        regie_sudo = self.sudo()
        words = regie_sudo._ceiling_words().splitlines()
        last = regie_sudo._last_remittance()
        if has_to_hand_over(
            to_decimal(regie_sudo._held()),
            last,
            self.company_id._espace_today(),
            self.remit_days,
        ):
            words.append(
                self.env._(
                    "%(regie)s has handed nothing over since %(day)s; its act wants it "
                    "every %(days)s days.",
                    regie=self.name,
                    day=format_date(self.env, last),
                    days=self.remit_days,
                )
            )
        return words
