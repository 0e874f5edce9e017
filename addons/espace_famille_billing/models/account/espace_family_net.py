"""What a family owes, net: one answer for each page, form, list and letter."""

from odoo import fields, models

from ...domain import net
from ..core.amounts import to_decimal
from ..core.at_once import search_at_once

# What is asked of the entries of open lines.
OF_ENTRIES = (
    "espace_disputed",
    "espace_family_id",
    "espace_regie_id",
    "espace_transmitted_on",
    "move_type",
    "name",
    "origin_payment_id",
)


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _espace_nets(self, lines=None, waiting=None):
        """Return {family: `net.Net`} as the ledger and the waiting credits are now.

        :param lines: what is open of these families, on both sides, if it is known
        :param waiting: their `_espace_waiting_credits`, if they are known
        """
        all_lines_sudo = (self._espace_open_lines() if lines is None else lines).sudo()
        if waiting is None:
            waiting = self._espace_waiting_credits()
        waiting = waiting.grouped("family_id")
        # Asked of all at once: lines are looked at family by family below.
        all_lines_sudo.move_id.fetch(OF_ENTRIES)
        if waiting or any(line.amount_residual < 0 for line in all_lines_sudo):
            all_lines_sudo.move_id.mapped("espace_payment_on_its_way")
        of_partner = {}
        if len(self) > 1:
            of_partner = all_lines_sudo.grouped(
                lambda line: (line.partner_id.commercial_partner_id, line.company_id)
            )
        no_charge = self.env["espace.charge"].sudo()
        nets = {}
        for family in self:
            family_sudo = family._origin.sudo()
            account = (family_sudo.partner_id, family_sudo.company_id)
            lines_sudo = all_lines_sudo
            if len(self) > 1:
                lines_sudo = of_partner.get(account, all_lines_sudo.browse())
            # What is read of a line is read of all of them.
            together = all_lines_sudo._prefetch_ids
            debts_sudo = lines_sudo.filtered(lambda line: line.amount_residual > 0)
            owed_sudo = (lines_sudo - debts_sudo).with_prefetch(together)
            credits_ = [line._espace_credit() for line in owed_sudo]
            has_cesu = any(credit.cesu for credit in credits_)
            for regie, own in (
                waiting.get(family_sudo, no_charge).grouped("regie_id").items()
            ):
                key = regie.id or net.NO_REGIE
                credits_.append(net.Credit(-own._total(), key))
            nets[family] = net.net(
                [
                    line._espace_open(has_cesu, bool(credits_))
                    for line in debts_sudo.with_prefetch(together)
                ],
                credits_,
                (family_sudo.company_id or self.env.company)._espace_today(),
            )
        return nets

    def _espace_net(self, lines=None, waiting=None):
        """Return the `net.Net` of this family: what it owes and is owed.

        :param lines: what is open of it, on both sides, if it is known
        :param waiting: its `_espace_waiting_credits`, if they are known
        """
        self.ensure_one()
        return self._espace_nets(lines, waiting)[self]

    def _espace_net_once_paid(self):
        """Return the `net.Net` that is left once what waits for a payment has its part.

        Carts that were validated and are not paid yet count on credits: the next one
        has what they leave.
        """
        waiting = self._espace_payment_moves()
        return self._espace_net().without(waiting._espace_counted())

    # === Set-off === #

    def _espace_waiting_credits(self):
        """Return the `espace.charge` of credits that no document holds yet.

        A correction of what is not invoiced either is none: together with the charge
        that it corrects it asks for money, or for nothing.
        """
        groups = (
            self.env["espace.charge"]
            .sudo()
            ._read_group(
                self._espace_waiting_domain(),
                ["reservation_id", "flat_due_id"],
                ["id:recordset"],
                having=[("amount:sum", "<", 0)],
            )
        )
        return self.env["espace.charge"].sudo().union(*(own for *_of, own in groups))

    def _espace_waiting_domain(self):
        """Return the domain of the charges of these families without a document."""
        return [("family_id", "in", self.ids), ("state", "=", "to_invoice")]

    def _espace_may_have_credit(self):
        """Tell whether anything is open to these families, or waits to be given back.

        One query; without it, mostly, a dozen would find nothing.
        """
        family = self.sudo()
        env = family.env
        waiting = [*family._espace_waiting_domain(), ("amount", "<", 0)]
        searches = {
            "lines": (env["account.move.line"], family._espace_open_domain("credit")),
            "charges": (env["espace.charge"], waiting),
        }
        found = search_at_once(
            env,
            {name: (model, what, "id", 1) for name, (model, what) in searches.items()},
        )
        return any(found.values())

    def _espace_give_back(self, now=None):
        """Make the credit note of the credits that wait for one, a family.

        Its posting lowers what the family owes, the oldest first.

        :param datetime now: naive UTC, the present if None
        :return: the posted `account.move`
        """
        waiting_sudo = self._espace_waiting_credits()
        return waiting_sudo._give_back(now or fields.Datetime.now())

    def _espace_set_off(self, now=None):
        """Set what these families are owed against what they owe, the oldest first.

        May run any number of times; what nothing is set against is left alone.

        :param datetime now: naive UTC, the present if None
        """
        for family, of_family in self._espace_nets().items():
            if of_family.deducted:
                family_sudo = family.sudo()
                family_sudo._espace_give_back(now)
                family_sudo._espace_debts_to_lower()._espace_match(
                    family_sudo._espace_open_lines("credit")
                )

    def _espace_debts_to_lower(self):
        """Return what credits of these families lower by themselves."""
        return self._espace_open_lines("debit").filtered(
            lambda line: not line._espace_is_apart()
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _espace_oldest_first(self):
        """Return these, what is due first before the others."""
        # Entries by hand have no day on which they are due.
        return self.sorted(
            lambda line: (line.date_maturity or line.date, line.date, line.id)
        )

    def _espace_open(self, has_cesu=False, has_credit=True):
        """Return the `net.Open` of what is not paid yet of this debt.

        :param bool has_cesu: a CESU may have to pay it: what of it, is looked for
        :param bool has_credit: a credit may have to: whether it may, is looked for
        """
        self.ensure_one()
        return net.Open(
            key=self.id,
            due=self.date_maturity or self.date,
            left=to_decimal(self.amount_residual),
            regie=self.move_id._espace_regie_key() if has_credit else net.ANY_REGIE,
            apart=has_credit and self._espace_is_apart(),
            cesu=self._espace_cesu_left() if has_cesu else net.ZERO,
        )

    def _espace_credit(self):
        """Return the `net.Credit` of what is not used yet of this credit."""
        self.ensure_one()
        return net.Credit(
            left=-to_decimal(self.amount_residual),
            regie=self.move_id._espace_regie_key(),
            cesu=self._espace_is_cesu(),
        )

    def _espace_is_cesu(self):
        """Tell whether this is money of a CESU."""
        return self.move_id.origin_payment_id.espace_means == "cesu"

    def _espace_is_apart(self):
        """Tell whether no credit is set against this by itself.

        It is disputed, a bank is about to pay it, or the public accountant recovers it.
        """
        self.ensure_one()
        move_sudo = self.move_id.sudo()
        return bool(
            move_sudo.espace_disputed
            or move_sudo.espace_payment_on_its_way
            or move_sudo.espace_transmitted_on
        )
