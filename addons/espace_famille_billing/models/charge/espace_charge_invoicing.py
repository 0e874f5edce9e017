"""How charges become invoices: at once, soon after a booking, or by a run."""

import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.i18n import format_list
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.models.core.batch import one_by_one
from odoo.addons.espace_famille.models.core.espace_thread import unfollowed

from ...domain import budget
from ..core.amounts import to_decimal
from .invoice_terms import Terms

_logger = logging.getLogger(__name__)

# How long the booking of a parent waits for its invoice: who wants a place comes first.
SOON = timedelta(minutes=1)

# Our invoices have all their lines, with their amounts: Odoo need not look for taxes,
# payment terms and roundings at each step. That they are balanced is still checked.
COMPLETE = {"skip_invoice_sync": True, "skip_invoice_line_sync": True}


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    # === Soon after a booking === #

    @api.model
    def _invoice_soon(self, now):
        """Have what is due at booking invoiced by the scheduled action.

        Of a parent a minute from `now`, when the rush has passed; of an agent, at whose
        counter the family may want to pay, as soon as the booking is committed.
        """
        wait = SOON if self.env.user._is_portal() else timedelta()
        cron = self.env.ref("espace_famille_billing.cron_invoice_at_once")
        cron.sudo()._trigger(now + wait)

    @api.model
    def _cron_invoice_at_once(self, now=None):
        """Invoice family by family what was due at booking; who fails is logged.

        What one family lacks for its invoice keeps no other from having theirs; it is
        tried again at each run, and stays among the charges to invoice. Then what
        families are owed is set against what they owe.
        """
        now = now or fields.Datetime.now()
        due = [("at_once", "=", True), ("state", "=", "to_invoice")]

        def invoice(family):
            charges = self.search([("family_id", "=", family.id), *due])
            charges.reservation_id._invoice_booking(family, now)
            charges.flat_due_id._invoice_now(now)

        one_by_one(
            self.env,
            [family for [family] in self._read_group(due, ["family_id"])],
            invoice,
            _logger,
            "%s: no invoice made",
        )
        one_by_one(
            self.env,
            self._families_to_set_off(),
            lambda family: family._espace_set_off(now),
            _logger,
            "%s: credits not used",
        )

    # === Credits against debts === #

    @api.model
    def _set_off_soon(self, now):
        """Have what families are owed set against their debts, in a minute from `now`.

        So twenty days cancelled one by one are one credit note.
        """
        cron = self.env.ref("espace_famille_billing.cron_invoice_at_once")
        cron.sudo()._trigger(now + SOON)

    @api.model
    def _families_to_set_off(self):
        """Return the families that are owed something and also owe something."""
        waiting = [("state", "=", "to_invoice"), ("amount", "<", 0)]
        families = self.env["espace.family"].union(
            *(family for [family] in self._read_group(waiting, ["family_id"]))
        )
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT family.id
                  FROM account_move_line line
                  JOIN account_account account
                       ON account.id = line.account_id
                      AND account.account_type = 'asset_receivable'
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN espace_family family
                       ON family.partner_id = partner.commercial_partner_id
                      AND family.company_id = line.company_id
                 WHERE line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual != 0
              GROUP BY family.id
                HAVING bool_or(line.amount_residual > 0)
                   AND (bool_or(line.amount_residual < 0)
                        OR family.id = ANY(%s))
                """,
                families.ids,
            )
        )
        return families.browse(family_id for [family_id] in rows)

    # === Invoices === #

    def _invoice(self, now, terms=None):
        """Make one draft invoice per family and régie of what is not yet on one.

        Without terms it is due on its day, or by deposits before what was booked, in an
        invoice of its own; and credits are deducted as far as it stays
        positive; the others wait for the next one. Under terms credits are given back
        whole: where they exceed what is due, the family gets a credit note. There is no
        document of 0.00 €: what cancels out waits. Except where third parties pay all
        of it: the family reads that, and they are invoiced for it.

        :param datetime now: naive UTC
        :param Terms terms: the dates the invoices bear
        :return: the draft `account.move` records
        """
        vals_list, parts = [], []
        open_charges = self.filtered(lambda charge: charge.state == "to_invoice")
        open_charges = open_charges._with_open_aids()
        plan = open_charges._aid_plan()
        for (family, _regie, rule), charges in open_charges.grouped(
            lambda charge: (
                charge.family_id,
                charge.regie_id,
                charge._deposit_rule(now) if not terms else None,
            )
        ).items():
            charges = charges.with_context(lang=family.lang)
            aids = plan.vals(charges)
            taken = charges
            if not terms:
                part = sum((to_decimal(vals["amount"]) for vals in aids), Decimal(0))
                taken = charges._deductible(part)
            is_asked = taken and (taken._total() or aids or taken.aid_id)
            if aids and is_asked:
                taken += self.create(aids).with_context(lang=family.lang)
                taken.aid_id._lock_used()
            today = family.company_id._espace_today(now)
            dated = terms or Terms(today, today)
            if rule:
                due = rule._due(min(taken.mapped("date"), default=today))
                dated = Terms(today, max(due, today), deposit_rule_id=rule.id)
            groups = taken._grouped_for_invoice(dated.invoice_date)
            if is_asked:
                vals_list.append(self._prepare_invoice(family, groups, dated))
                parts.append(groups)
        # A message for each field that is filled in would be of no use to anybody.
        Move = unfollowed(self.env["account.move"]).with_context(
            tracking_disable=True, **COMPLETE
        )
        moves = Move.with_company(self.company_id[:1]).create(vals_list)
        for move, groups in zip(moves, parts, strict=True):
            lines = move.invoice_line_ids.sorted("sequence")
            for line, charges in zip(lines, groups, strict=True):
                charges.invoice_line_id = line
        return moves.with_env(self.env)

    def _deposit_rule(self, now):
        """Return the rule by which this is paid before its day, maybe none.

        :param datetime now: naive UTC
        """
        self.ensure_one()
        return self.activity_id._deposit_rule_on(self.date, now)

    def _invoice_under(self, terms, now):
        """Make and post one invoice, or credit note, a family and régie."""
        moves = self._invoice(now, terms)
        # Not soft: an invoice that bears a date to come is posted all the same.
        moves.with_context(**COMPLETE)._post(soft=False)
        return moves

    def _deductible(self, paid=Decimal(0)):
        """Return these charges without the credits that exceed what is due.

        The largest credits that fit come first: as little as possible is left to pay.
        Each takes along what third parties get back of it.

        :param Decimal paid: euros (below 0) that third parties are about to pay
        """
        aids = self.filtered("aid_id")
        kept = (self - aids).filtered(lambda charge: charge.amount >= 0)
        left = paid + kept._total()
        for credit in (self - kept - aids).sorted(lambda c: (c.amount, c.date, c.id)):
            owner = credit._owner()
            given = credit + aids.filtered(lambda c, owner=owner: c._owner() == owner)
            if left + given._total() >= 0:
                left += given._total()
                kept += given
                aids -= given
        return kept

    def _grouped_for_invoice(self, day=None):
        """Return these charges in groups, one for each line of an invoice.

        :param date day: the day of the invoice, today if None
        """
        day = day or self.company_id[:1]._espace_today()
        charges = self.sorted(
            lambda c: (c.child_id.firstname, c.product_id.display_name, c.date, c.id)
        )
        return list(
            charges.grouped(
                lambda c: (
                    c.child_id,
                    c.product_id,
                    c.amount,
                    c.explanation,
                    c._credits_former_year(day),
                    c.aid_id,
                )
            ).values()
        )

    def _credits_former_year(self, day):
        """Tell whether this takes back what was invoiced in a former budget year.

        :param date day: the day of the invoice or credit note that this will be on
        """
        self.ensure_one()
        if self.aid_id:
            return self._gives_back_former_year(day)
        if self.amount >= 0:
            return False
        taken_back = (
            self.reverses_id
            or self._owners_charges()
            .filtered(
                lambda charge: charge.amount > 0 and charge.move_id.state == "posted"
            )
            .sorted("id")[-1:]
        )
        booked = taken_back.move_id.date
        return bool(booked) and budget.is_of_former_year(booked, day)

    @api.model
    def _prepare_invoice(self, family, groups, terms):
        """Return the values of the invoice of these groups of charges.

        Where they add up to less than nothing it is a credit note, due on its day.
        Its balances are those of an invoice: only what is printed changes its sign.
        """
        company = family.company_id
        regie = groups[0][0].regie_id
        total = sum(charges._total() for charges in groups)
        # What third parties get back whole leaves nothing of a credit.
        prices = (c for charges in groups for c in charges if not c.aid_id)
        is_credit_note = total < 0 or (
            not total and sum(to_decimal(charge.amount) for charge in prices) < 0
        )
        due = terms.invoice_date if is_credit_note else terms.date_due
        lines = [
            charges._prepare_invoice_line(terms.invoice_date) for charges in groups
        ]
        due_line = self._prepare_due_line(lines, due)
        if is_credit_note:
            for line in lines:
                line["quantity"] = -line["quantity"]
        return {
            **self._prepare_document(company, regie, lines, due_line),
            "move_type": "out_refund" if is_credit_note else "out_invoice",
            "partner_id": family.partner_id.id,
            "espace_family_id": family.id,
            "espace_run_id": terms.run_id,
            "invoice_date": terms.invoice_date,
            "invoice_date_due": due,
            "espace_deposit_rule_id": not is_credit_note and terms.deposit_rule_id,
            "espace_debit_date": (
                not is_credit_note and family.pays_by_debit and terms.debit_date
            ),
        }

    @api.model
    def _prepare_document(self, company, regie, lines, due_line):
        """Return the values of an invoice or credit note of a régie, whoever pays."""
        return {
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "espace_regie_id": regie.id,
            **(
                {"journal_id": regie.sale_journal_id.id}
                if regie.sale_journal_id
                else {}
            ),
            # Nobody sold it: no name of an agent on the invoice.
            "invoice_user_id": False,
            # The term of the partner, if any, does not hold for the services.
            "invoice_payment_term_id": False,
            "line_ids": [
                *(
                    Command.create({"sequence": number, **line})
                    for number, line in enumerate(lines)
                ),
                Command.create(due_line),
            ],
        }

    @api.model
    def _prepare_due_line(self, lines, due):
        """Return the line of what the family owes for these lines, due on a day.

        It is the one that Odoo makes of an invoice without taxes nor payment term, for
        several times the price.
        """
        total = -float(sum(to_decimal(line["balance"]) for line in lines))
        return {
            "display_type": "payment_term",
            "date_maturity": due,
            "balance": total,
            "amount_currency": total,
        }

    def _prepare_invoice_line(self, day=None):
        """Return one line for charges of the same child, product, price and reason.

        It is in the analytic account of its activity, where the commune wants that.

        :param date day: the day of the invoice, today if None
        """
        first = self[0]
        company = first.company_id
        sign = -1 if first.amount < 0 else 1
        total = float(to_decimal(first.amount) * len(self))
        line = {
            "product_id": first.product_id.id,
            "name": self._invoice_label(),
            "espace_words": self._invoice_line_words(),
            "quantity": sign * len(self),
            "price_unit": abs(first.amount),
            "tax_ids": [Command.clear()],
            # Odoo would find the same, once and again for each line.
            "balance": -total,
            "amount_currency": -total,
        }
        if first._credits_former_year(day or company._espace_today()):
            account = company.sudo()._espace_former_year_account()
            if account:
                line["account_id"] = account.id
        distribution = first.activity_id.sudo()._analytic_distribution()
        if distribution:
            line["analytic_distribution"] = distribution
        return line

    def _invoice_label(self):
        """Say what was sold and in which months, for the books: nobody is named."""
        activity, option = self[0].activity_id.name, self[0].product_id.name
        if activity not in option:
            option = f"{activity} – {option}"
        if self[0].event == "pack":
            option = self.env._("%s, pack of days", option)
        elif self[0].flat_due_id:
            option = self.env._("%s, flat price", option)
        if self[0].aid_id:
            option = self.env._("%s, third party's part", option)
        months = dict.fromkeys(charge.date.replace(day=1) for charge in self)
        words = [format_date(self.env, m, date_format="MMMM y") for m in months]
        return f"{option}, {format_list(self.env, words)}"

    def _invoice_line_words(self):
        """Say child, product, dates and reason of the price."""
        first = self[0]
        title = f"{first.child_id.name} – {first.product_id.name}"
        if first.flat_due_id:
            # The reason says which month, or until when a pack serves.
            return f"{title}\n{first.explanation}"
        return f"{title}\n{self._dates_words()}\n{first.explanation}"

    def _dates_words(self):
        """List the dates by month: “1er, 12 et 14 janvier 2027”."""
        months = []
        for (year, month), charges in self.grouped(
            lambda charge: (charge.date.year, charge.date.month)
        ).items():
            days = format_list(
                self.env,
                [
                    charge.company_id._espace_format_day(charge.date, "d")
                    for charge in charges
                ],
            )
            name = format_date(
                self.env,
                fields.Date.to_date(f"{year}-{month:02}-01"),
                date_format="MMMM y",
            )
            months.append(f"{days} {name}")
        return " ; ".join(months)
