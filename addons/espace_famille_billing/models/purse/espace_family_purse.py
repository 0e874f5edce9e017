"""What a family holds in advance, and when it is told that little is left."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from odoo.addons.espace_famille.models.core.batch import attempt, progress

from ...domain import purse
from ..core.amounts import to_decimal
from ..core.groups import MONEY

_logger = logging.getLogger(__name__)

# Families that are looked at together.
BATCH = 200


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    purse_since = fields.Datetime(
        "Pays in Advance Since",
        readonly=True,
        copy=False,
        groups=MONEY,
        help="When the family first paid in advance.",
    )
    purse_own_low = fields.Boolean(
        "Alert at an Amount of Its Own", copy=False, groups=MONEY
    )
    purse_low = fields.Monetary(
        "Told Below",
        copy=False,
        groups=MONEY,
        help="Of its prepaid account; 0: the family is not told.",
    )
    purse_told_on = fields.Datetime(
        "Told That Little Is Left",
        readonly=True,
        copy=False,
        groups=MONEY,
        help="Empty once there is enough again.",
    )
    purse_amount = fields.Monetary(
        "Prepaid Account", compute="_compute_purse_amount", groups=MONEY
    )
    purse_shown = fields.Boolean(compute="_compute_purse_shown", groups=MONEY)

    _purse_low_positive = models.Constraint(
        "CHECK(purse_low >= 0)", "An amount below which little is left is not negative."
    )

    @api.depends("espace_move_ids.line_ids.amount_residual", "charge_ids.state")
    def _compute_purse_amount(self):
        for family in self:
            family.purse_amount = float(family._espace_purse().available)

    @api.depends("company_id", "purse_since")
    def _compute_purse_shown(self):
        for family in self:
            regies_sudo = family.company_id and (
                family.company_id._espace_purse_regies_sudo()
            )
            family.purse_shown = bool(regies_sudo or family.purse_since)

    # === What it holds === #

    def _espace_purse(self):
        """Return the `purse.Purse` of this family, of all régies."""
        self.ensure_one()
        lines = self._espace_open_lines("credit").sudo()
        balance = -sum((to_decimal(ln.amount_residual) for ln in lines), purse.ZERO)
        return purse.purse(balance, self._espace_net(), self._espace_net_once_paid())

    def _espace_purse_at(self, regie):
        """Return the euros that a booking of a régie would use now, as Decimal."""
        self.ensure_one()
        return self._espace_net_once_paid().left_at(regie.id)

    def _espace_refundable(self, regie):
        """Return the euros that a régie may pay back to this family, as Decimal.

        What carts that wait for their payment count on is left to them.
        """
        self.ensure_one()
        balance = to_decimal(self._espace_open_amount("credit", regie))
        now = self._espace_net().left_at(regie.id)
        return purse.refundable(balance, now - self._espace_purse_at(regie))

    def _espace_take_turn(self):
        """Have whoever moves the credit of these families meanwhile begin again.

        Under REPEATABLE READ a refund does not see a payment page that another
        transaction has just opened, nor the other way round: the second one fails
        here, and Odoo runs it again.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_family SET write_date = write_date "
                    "WHERE id = ANY(%s)",
                    sorted(self.ids),
                )
            )

    def _espace_check_refund(self, regie, amount):
        """Refuse to pay back what a cart counts on.

        :param Decimal amount: in euros
        :raise UserError: says how much may be paid back
        """
        self.ensure_one()
        self._espace_take_turn()
        most = self._espace_refundable(regie)
        if amount > most:
            words = self.company_id._espace_amount_words
            raise UserError(
                self.env._(
                    "A cart of the family waits for its payment and counts on its "
                    "credit: %(most)s may be paid back now, not %(amount)s. Wait "
                    "until the cart is paid or given up.",
                    most=words(most),
                    amount=words(amount),
                )
            )

    # === When little is left === #

    def _espace_low_below(self, regie):
        """Return the euros below which this family is told; 0: it is not."""
        self.ensure_one()
        family_sudo = self.sudo()
        own = family_sudo.purse_own_low
        return to_decimal(family_sudo.purse_low if own else regie.sudo().purse_low)

    def _espace_low_purses(self):
        """Return {family: {régie: euros left}} where little of an advance is left.

        Only of families that have paid in advance, to régies that still take it. A cart
        that waits for its payment has used nothing yet.
        """
        paid = (
            self.env["account.payment"]
            .sudo()
            ._read_group(
                [
                    ("espace_family_id", "in", self.ids),
                    ("espace_top_up", "=", True),
                    ("espace_rejected", "=", False),
                    ("espace_regie_id.purse", "=", True),
                ],
                ["espace_family_id", "espace_regie_id"],
            )
        )
        nets = self._espace_nets() if paid else {}
        low = {family: {} for family in self}
        for family_sudo, regie_sudo in paid:
            family = family_sudo.with_env(self.env)
            left = nets[family].left_at(regie_sudo.id)
            if purse.is_low(left, family._espace_low_below(regie_sudo)):
                low[family][regie_sudo] = left
        return low

    def _espace_low_words(self):
        """Say what is left, for the message of the commune: “4,20 €”."""
        self.ensure_one()
        words = self.company_id._espace_amount_words
        low = self._espace_low_purses()[self]
        if len(low) > 1:
            return ", ".join(
                f"{words(left)} ({regie_sudo.name})" for regie_sudo, left in low.items()
            )
        return words(*low.values()) if low else words(self._espace_purse().available)

    @api.model
    def _cron_purse_low(self):
        """Tell the families of whose advances little is left, once each time."""
        families = self.search([("purse_since", "!=", False)])
        left = len(families)
        for batch in split_every(BATCH, families.ids, self.browse):
            attempt(
                self.env,
                lambda some: some._espace_tell_low(),
                batch,
                _logger,
                "%s: not told that little is left",
            )
            left -= len(batch)
            progress(self.env, len(batch), left)

    def _espace_tell_low(self, now=None):
        """Tell those of these families of which little is left, if they do not know.

        :param datetime now: naive UTC, the present if None
        """
        for family, low in self._espace_low_purses().items():
            family_sudo = family.sudo()
            if not low and family_sudo.purse_told_on:
                family_sudo.purse_told_on = False
            elif low and not family_sudo.purse_told_on:
                family_sudo.purse_told_on = now or fields.Datetime.now()
                family_sudo._notify_with(
                    "espace_famille_billing.mail_template_purse_low", family_sudo
                )

    # === Forms and lists === #

    def action_espace_top_up(self):
        """Take money in advance at the counter."""
        return self._espace_open_wizard(
            "espace.counter.wizard",
            self.env._("Pay in advance"),
            default_top_up=True,
        )

    def action_open_espace_purse(self):
        """Open the movements of the prepaid account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_purse_line_action"
        )
        action["domain"] = [("family_id", "=", self.id)]
        action["display_name"] = self.env._("Prepaid account of %s", self.name)
        action["context"] = {}
        return action
