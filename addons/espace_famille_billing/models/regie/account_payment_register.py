"""The one way by which agents register families' money."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.espace_famille.models.core.espace_thread import unfollowed
from odoo.addons.espace_famille.models.core.guards import allow

from ..core.amounts import to_decimal
from ..core.guards import STATING


class AccountPayment(models.Model):
    _inherit = "account.payment"

    espace_form_token = fields.Char("Form", readonly=True, copy=False)

    _espace_form_unique = models.UniqueIndex(
        "(espace_form_token) WHERE espace_form_token IS NOT NULL",
        "This form was registered already: look at the family's payments.",
    )

    @api.model
    def _espace_register(self, family, journal, parts, date, advance=0, **vals):
        """Make, post and match one payment of a family.

        :param dict parts: {open receivable line: euros}; all lines that the family
            owes (a payment comes in) or all that it is owed (money goes out)
        :param date date: the day of the payment, local
        :param float advance: euros received beyond that, which stay on the family's
            account and lower its next invoices
        :param vals: more values of the payment
        :return: the posted `account.payment`
        :raise UserError: an amount, a line, the journal or the day is not possible
        """
        self._espace_check_regie_role()
        self._espace_check_parts(family, parts, advance)
        self.env["account.move.line"].union(*parts).move_id._espace_check_collectable()
        self._espace_check_journal(journal, date)
        inbound = all(line.amount_residual > 0 for line in parts)
        total = to_decimal(advance) + sum(map(to_decimal, parts.values()))
        if not inbound:
            family._espace_check_refund(journal.espace_regie_id, total)
        # Money leaves the régie by this way and by a rejection, and by no other.
        way = self if inbound else allow(self, STATING)
        payment = (
            unfollowed(way)
            .with_company(family.company_id)
            .create(
                {
                    "payment_type": "inbound" if inbound else "outbound",
                    "partner_type": "customer",
                    "partner_id": family.partner_id.id,
                    "journal_id": journal.id,
                    "currency_id": journal.company_id.currency_id.id,
                    "amount": float(total),
                    "date": date,
                    **vals,
                }
            )
        )
        payment._espace_post(parts, advance)
        return payment if inbound else allow(payment, STATING, False)

    def _espace_post(self, parts, advance):
        """Post with one receivable line a part, and match each with its own debt.

        So what was chosen for each invoice is what the ledger says. An advance has a
        line of its own, the last one, which stays open.
        """
        self.ensure_one()
        liquidity, counterpart = self._prepare_move_line_default_vals()
        sign = -1 if self.payment_type == "inbound" else 1
        amounts = [
            (line.move_name or counterpart["name"], line.account_id.id, amount)
            for line, amount in parts.items()
        ]
        if advance:
            amounts.append((counterpart["name"], counterpart["account_id"], advance))
        counterparts = [
            {
                **counterpart,
                "name": name,
                "account_id": account_id,
                "amount_currency": sign * amount,
                "debit": max(sign * amount, 0),
                "credit": max(-sign * amount, 0),
            }
            for name, account_id, amount in amounts
        ]
        self._generate_journal_entry(
            line_ids=[Command.create(vals) for vals in (liquidity, *counterparts)]
        )
        self.action_post()
        own = self._seek_for_lines()[1].sorted("id")[: len(parts)]
        for line, matching in zip(parts, own, strict=True):
            (line + matching).reconcile()

    # === What is not possible === #

    @api.model
    def _espace_check_regie_role(self):
        if not (self.env.su or self.env.user.has_group("espace_famille.group_finance")):
            raise AccessError(self.env._("Only the Régie handles families' money."))

    @api.model
    def _espace_check_parts(self, family, parts, advance=0):
        if to_decimal(advance) < 0:
            raise UserError(self.env._("An amount must be above zero."))
        if not parts and not advance:
            raise UserError(self.env._("Choose at least one line and an amount."))
        lines = self.env["account.move.line"].union(*parts)
        known = family._espace_open_lines("debit") | family._espace_open_lines("credit")
        if lines - known:
            raise UserError(
                self.env._(
                    "%s is settled already, or is not of this family: open the form "
                    "again.",
                    ", ".join((lines - known).sudo().mapped("move_name")),
                )
            )
        regies_sudo = lines.sudo().move_id.espace_regie_id
        if len(regies_sudo) > 1:
            raise UserError(
                self.env._(
                    "These lines are of several régies (%s): choose those of one, each "
                    "keeps its own money.",
                    ", ".join(regies_sudo.mapped("name")),
                )
            )
        incoming = {line.amount_residual > 0 for line in lines}
        if advance:
            incoming.add(True)
        if len(incoming) > 1:
            raise UserError(
                self.env._("Choose either what the family owes or what it is owed.")
            )
        for line, amount in parts.items():
            line._espace_check_part(to_decimal(amount))

    @api.model
    def _espace_check_journal(self, journal, date):
        if not journal.espace_regie_id:
            raise UserError(
                self.env._(
                    "The journal %s belongs to no régie: choose a means of payment of "
                    "the régie.",
                    journal.display_name,
                )
            )
        if date > journal.company_id._espace_today():
            raise UserError(self.env._("The day of the payment is yet to come."))
        # Odoo would post at a later day, and the payment would keep its own.
        company = journal.company_id
        if company._get_violated_lock_dates(date, False, journal):
            raise UserError(
                self.env._(
                    "The books are closed on %s: choose a later day.",
                    company._espace_day_words(date, year=True),
                )
            )


class AccountPaymentRegister(models.TransientModel):
    """Odoo's own form: what a payment leaves over pays what else the family owes."""

    _inherit = "account.payment.register"

    def _create_payments(self):
        payments = super()._create_payments()
        payments.sudo().espace_family_id._espace_set_off()
        return payments


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _espace_check_part(self, amount):
        """Refuse to settle nothing of a line, or more than what is open of it.

        :param Decimal amount: in euros
        """
        self.ensure_one()
        left = abs(to_decimal(self.amount_residual))
        if amount <= 0:
            raise UserError(self.env._("An amount must be above zero."))
        if amount > left:
            raise UserError(
                self.env._(
                    "Only %(left)s of %(document)s are open: %(amount)s cannot be "
                    "settled.",
                    left=self.company_id._espace_amount_words(left),
                    document=self.move_name,
                    amount=self.company_id._espace_amount_words(amount),
                )
            )
