"""The parts of charges that third parties pay, deducted here and invoiced there.

Such a part is a charge with a decision (`aid_id`): negative where the third party pays,
positive where it is given back. It stands on a line of the family's invoice, and with
the opposite sign on a line of the third party's: what both ask for is the price.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ...domain import aid as rule
from ...domain import budget
from ..charge.espace_charge_invoicing import COMPLETE
from ..charge.invoice_terms import Terms
from ..core.amounts import to_decimal
from .aid_plan import AidPlan


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    aid_id = fields.Many2one(
        "espace.aid",
        "Third Party's Decision",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
        help="Below zero: what a third party pays of the price.",
    )
    payer_line_id = fields.Many2one(
        "account.move.line",
        "Line of the Third Party's Invoice",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups="espace_famille.group_finance",
    )

    # === On the family's invoice === #

    def _aid_plan(self):
        """Return an `AidPlan` for the families of these charges."""
        return AidPlan(self.env, self.family_id)

    def _planned_aids(self):
        """Return {booking or month: euros below 0} of what third parties will pay."""
        planned = defaultdict(Decimal)
        for vals in self._aid_plan().vals(self):
            owner = self._owner_of(vals)
            planned[owner] += to_decimal(vals["amount"])
        return planned

    @api.model
    def _owner_of(self, vals):
        """Return what a charge of these values is charged for."""
        if due_id := vals.get("flat_due_id"):
            return self.env["espace.flat.due"].browse(due_id)
        return self.env["espace.reservation"].browse(vals["reservation_id"])

    def _prepare_aid(self, aid, amount, explanation):
        """Return the values of a part of this charge that a third party pays."""
        self.ensure_one()
        return {
            **self._about(),
            "tariff_line_id": False,
            "aid_id": aid.id,
            "quantity": 1 if amount > 0 else -1,
            "unit_price": float(abs(amount)),
            "amount": float(amount),
            "explanation": explanation,
            "state": "to_invoice",
        }

    def _with_open_aids(self):
        """Return these with what is given back to third parties along with them."""
        return self | self.search(
            self.sudo()._same_owners()
            & Domain("aid_id", "!=", False)
            & Domain("state", "=", "to_invoice")
        )

    # === Given back === #

    def _settle_aids(self):
        """Give third parties back their part of what these bookings give back.

        May run any number of times: what waits and is right is left alone.

        :return: the new charges that wait
        """
        groups = self.sudo()._read_group(
            self._same_owners() & Domain("aid_id", "!=", False),
            ["reservation_id", "flat_due_id"],
        )
        new = self.browse()
        for reservation, due in groups:
            owner_sudo = (reservation or due).sudo()
            new |= owner_sudo.charge_ids._settle_aids_of_booking()
        return new.with_env(self.env)

    def _settle_aids_of_booking(self):
        """Do so for one booking, of which these are all the charges."""
        aids = self.filtered("aid_id")
        prices = self - aids
        credited = -prices.filtered(lambda c: c.state == "to_invoice")._total()
        charged = prices.filtered(lambda c: c.state == "invoiced")._total()
        new = self.browse()
        for aid, own in aids.grouped("aid_id").items():
            waiting = own.filtered(lambda c: c.state == "to_invoice")
            paid = -own.filtered(lambda c: c.state == "invoiced")._total()
            back = to_decimal(0)
            if min(credited, charged, paid) > 0:
                back = rule.given_back(paid, charged, credited)
            if waiting._total() == back:
                continue
            waiting._undo_aids()
            if back:
                last = prices.filtered(lambda c: c.state == "to_invoice").sorted("id")
                words = aid._given_back_words(back, credited)
                new |= self.create(last[-1:]._prepare_aid(aid, back, words))
        new.aid_id._lock_used()
        return new

    def _given_back_total(self):
        """Return the euros that families got by these credits: not all was theirs."""
        parts = self._owners_charges().filtered(
            lambda c: c.aid_id and c.amount > 0 and c.move_id in self.move_id
        )
        return -(self | parts)._total()

    def _undo_aids(self):
        """Undo these parts, none of which is on an invoice."""
        for charge in self:
            words = charge.with_context(lang=charge.family_id.lang).env._(
                "Not paid by the third party: nothing was invoiced"
            )
            undoing = self.create(
                {
                    **charge._prepare_aid(charge.aid_id, -charge.amount, words),
                    "offset_charge_id": charge.id,
                    "state": "offset",
                }
            )
            charge.offset_charge_id = undoing

    def _leave_invoice(self):
        """Take these off their draft: they are invoiced again, by what holds then."""
        self.write({"invoice_line_id": False})
        self.filtered(lambda c: c.aid_id and c.amount < 0)._undo_aids()

    # === On the third party's invoice === #

    @api.model
    def _waiting_for_payers(self):
        """Return the domain of the parts that no third party was invoiced for yet."""
        return [
            ("aid_id", "!=", False),
            ("payer_line_id", "=", False),
            ("invoice_line_id.parent_state", "=", "posted"),
        ]

    def _invoice_payers(self, terms):
        """Make and post one invoice a third party and régie of these parts.

        Where more is given back than asked for it is a credit note; what cancels out
        waits for the next one.

        :return: the `account.move`
        """
        moves = self.env["account.move"]
        for (payer, regie, company), parts in self.grouped(
            lambda c: (c.aid_id.payer_id, c.regie_id, c.company_id)
        ).items():
            if not parts._total():
                continue
            company._espace_check_open_books(terms.invoice_date)
            parts = parts.with_context(lang=payer.lang or company.partner_id.lang)
            groups = parts._grouped_for_invoice(terms.invoice_date)
            vals = parts._prepare_payer_invoice(payer, regie, groups, terms)
            Move = moves._espace_of_third_party().with_company(company)
            move = Move.create(vals)
            lines = move.invoice_line_ids.sorted("sequence")
            for line, own in zip(lines, groups, strict=True):
                own.payer_line_id = line
            moves |= move.with_env(self.env)
        moves.with_context(**COMPLETE)._post(soft=False)
        return moves

    def _prepare_payer_invoice(self, payer, regie, groups, terms):
        company = self.company_id
        is_credit_note = self._total() > 0
        due = terms.invoice_date if is_credit_note else terms.date_due
        lines = [own._prepare_payer_line(terms.invoice_date) for own in groups]
        due_line = self._prepare_due_line(lines, due)
        if is_credit_note:
            for line in lines:
                line["quantity"] = -line["quantity"]
        return {
            **self._prepare_document(company, regie, lines, due_line),
            "move_type": "out_refund" if is_credit_note else "out_invoice",
            "partner_id": payer.id,
            "espace_third_party": True,
            "invoice_date": terms.invoice_date,
            "invoice_date_due": due,
        }

    def _prepare_payer_line(self, day):
        """Return the line that asks for what the family's line deducts."""
        line = self._prepare_invoice_line(day)
        for name in ("quantity", "balance", "amount_currency"):
            line[name] = -line[name]
        return line

    def _gives_back_former_year(self, day):
        """Tell whether a part is given back that was invoiced in a former budget year.

        On both invoices, so that the account is the same.
        """
        self.ensure_one()
        if self.amount <= 0:
            return False
        paid = (
            self._owners_charges()
            .filtered(
                lambda charge: (
                    charge.aid_id == self.aid_id
                    and charge.amount < 0
                    and charge.move_id.state == "posted"
                )
            )
            .sorted("id")[-1:]
        )
        booked = paid.move_id.date
        return bool(booked) and budget.is_of_former_year(booked, day)

    def action_invoice_payers(self):
        """Invoice third parties now for what waits, without waiting for a run."""
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")
        moves = self.env["account.move"].sudo()
        for company in self.env.companies:
            waiting_sudo = self.sudo().search(
                [*self._waiting_for_payers(), ("company_id", "=", company.id)]
            )
            today = company._espace_today()
            terms = Terms(today, company._espace_due_on(today))
            moves |= waiting_sudo._invoice_payers(terms)
        return self.env["account.move"]._espace_open_third_parties(moves)


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    def _espace_aided(self):
        """Return the euros of these bookings that third parties pay, as Decimal."""
        return -self.sudo().charge_ids.filtered("aid_id")._total()


class EspaceBillingRun(models.Model):
    _inherit = "espace.billing.run"

    def _invoice_third_parties(self):
        """Invoice third parties, at the end of a run, for all that waits."""
        waiting = self.env["espace.charge"].search(
            [
                *self.env["espace.charge"]._waiting_for_payers(),
                ("company_id", "=", self.company_id.id),
            ]
        )
        return waiting._invoice_payers(Terms(self.invoice_date, self.date_due))
