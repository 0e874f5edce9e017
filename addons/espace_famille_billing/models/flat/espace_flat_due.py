from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...domain import flat as rule
from ...domain.settlement import DUE_STATES
from ..core.errors import MissingPrice, NoTariff
from ..core.groups import MONEY
from ..tariff.pricer import Pricer

NOTHING = rule.Asked(Decimal(0), Decimal(0), 0, Decimal(0))


class EspaceFlatDue(models.Model):
    """A month of a subscription, or a pack, and what it owes: it is settled.

    Its charges always add up to what is asked of it by now: what no invoice holds is
    undone and charged anew, what an invoice holds is corrected by another charge.
    """

    _name = "espace.flat.due"
    _description = "Month of a Subscription"
    _order = "month desc, id desc"
    _rec_name = "month"
    _check_company_auto = True

    flat_id = fields.Many2one(
        "espace.flat", "Subscription", index=True, ondelete="cascade"
    )
    pack_id = fields.Many2one(
        "espace.pack", "Pack of Days", index="btree_not_null", ondelete="cascade"
    )
    month = fields.Date(required=True, help="Its first day.")
    family_id = fields.Many2one(
        "espace.family", compute="_compute_whose", store=True, index=True
    )
    child_id = fields.Many2one(
        "espace.child", compute="_compute_whose", store=True, index=True
    )
    company_id = fields.Many2one("res.company", compute="_compute_whose", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one("product.product", compute="_compute_what", store=True)
    activity_id = fields.Many2one(
        "espace.activity", compute="_compute_what", store=True
    )
    date = fields.Date("From", compute="_compute_dates", store=True, precompute=True)
    date_to = fields.Date("To", compute="_compute_dates", store=True, precompute=True)
    charge_ids = fields.One2many(
        "espace.charge", "flat_due_id", "Charges", readonly=True, groups=MONEY
    )
    charged_amount = fields.Monetary(
        "Charged", compute="_compute_charged_amount", compute_sudo=True, groups=MONEY
    )
    explanation = fields.Char(compute="_compute_charged_amount", compute_sudo=True)
    settlement_error = fields.Char("Not Charged Because", readonly=True, copy=False)
    waiver = fields.Char("Not Due Because", readonly=True, copy=False)

    _once_a_month = models.UniqueIndex(
        "(flat_id, month)", "A month of a subscription is charged once."
    )
    _once_a_pack = models.UniqueIndex(
        "(pack_id) WHERE pack_id IS NOT NULL", "A pack is charged once."
    )
    _of_one = models.Constraint(
        "CHECK(num_nonnulls(flat_id, pack_id) = 1)",
        "What is owed is of a subscription or of a pack.",
    )

    @api.depends(
        "flat_id.family_id",
        "flat_id.child_id",
        "flat_id.company_id",
        "pack_id.family_id",
        "pack_id.child_id",
        "pack_id.company_id",
    )
    def _compute_whose(self):
        for due in self:
            sold = due.flat_id or due.pack_id
            due.family_id = sold.family_id
            due.child_id = sold.child_id
            due.company_id = sold.company_id

    @api.depends(
        "flat_id.formula_id.product_id.espace_activity_id",
        "pack_id.formula_id.product_id.espace_activity_id",
    )
    def _compute_what(self):
        for due in self:
            formula = due.flat_id.formula_id or due.pack_id.formula_id
            due.product_id = formula.product_id
            due.activity_id = formula.activity_id

    @api.depends("flat_id.date_from", "flat_id.date_to", "pack_id.date_from", "month")
    def _compute_dates(self):
        """Say which days of the month are included; after its last: none.

        A pack is owed on the day of its purchase.
        """
        for due in self:
            if due.pack_id:
                due.date = due.date_to = due.pack_id.date_from
                continue
            last = rule.last_day(due.month)
            due.date = max(due.month, due.flat_id.date_from)
            due.date_to = min(last, due.flat_id.date_to or last)

    @api.depends("charge_ids.amount", "charge_ids.state")
    def _compute_charged_amount(self):
        for due in self:
            due.charged_amount = float(due._charged_total())
            last = due.charge_ids.filtered(
                lambda c: not c.aid_id and c.state != "offset"
            ).sorted("id")[-1:]
            due.explanation = last.explanation

    def _charged_total(self):
        return self.sudo().charge_ids.filtered(lambda c: not c.aid_id)._total()

    # === What is asked === #

    def _asked(self, pricer, counts=None):
        """Return (what is asked, `TariffPrice` or None, explanation) of a month.

        :raise MissingPrice: the commune bills, and its tariff has no price for this
        """
        self.ensure_one()
        if self.waiver:
            return NOTHING, None, self.waiver
        if self.pack_id:
            return self.pack_id._asked(pricer)
        month, day = (counts or self._counts())[self.id]
        if not month.covered:
            return NOTHING, None, ""
        try:
            price = pricer.price(
                self.product_id, self.child_id, self.family_id, day, "flat"
            )
        except NoTariff:
            return NOTHING, None, ""
        rules = self.flat_id.formula_id._rules()
        asked = rule.month_asked(price.amount, rules, month)
        words = rule.month_explained(self.month, price.explanation, rules, month, asked)
        return asked, price, words

    def _counts(self):
        """Return {id: (`rule.Month`, day whose tariff and quotient count)} of these.

        It is the first open day that is included, None if there is none.
        """
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT due.id, days.first, days.open, days.covered, (
                    SELECT count(DISTINCT booking.date)
                    FROM espace_reservation booking
                    WHERE booking.child_id = due.child_id
                    AND booking.family_id = due.family_id
                    AND booking.activity_id = due.activity_id
                    AND booking.date BETWEEN due.date AND due.date_to
                    AND (
                        NOT EXISTS (
                            SELECT FROM espace_flat_formula_product_product_rel option
                            WHERE option.espace_flat_formula_id = flat.formula_id
                        ) OR EXISTS (
                            SELECT FROM espace_flat_formula_product_product_rel option
                            WHERE option.espace_flat_formula_id = flat.formula_id
                            AND option.product_product_id = booking.product_id
                        )
                    )
                    AND (
                        booking.state IN %(due)s
                        AND booking.attendance = 'absent_justified'
                        AND booking.absence_due IS NOT TRUE
                        OR booking.state = 'cancelled'
                        AND booking.closure_id IS NOT NULL
                    )
                )
                FROM espace_flat_due due
                JOIN espace_flat flat ON flat.id = due.flat_id
                CROSS JOIN LATERAL (
                    SELECT count(DISTINCT date) AS open, count(DISTINCT date) FILTER (
                        WHERE date BETWEEN due.date AND due.date_to
                    ) AS covered, min(date) FILTER (
                        WHERE date BETWEEN due.date AND due.date_to
                    ) AS first
                    FROM espace_session
                    WHERE activity_id = due.activity_id AND date >= due.month
                    AND date < due.month + interval '1 month'
                ) days
                WHERE due.id IN %(dues)s
                """,
                due=DUE_STATES,
                dues=tuple(self.ids),
            )
        )
        return {due_id: (rule.Month(*counts), day) for due_id, day, *counts in rows}

    # === Settlement === #

    def _unsettled(self, errors=None):
        """Return [(month, euros to charge, `TariffPrice` or None, words)].

        :param dict errors: filled with {id: reason} of those without a price; without
            it, these are returned too, with no price
        """
        pricer, counts = Pricer(self.env), self._counts()
        found = []
        for due in self:
            try:
                asked, price, words = due._asked(pricer, counts)
            except MissingPrice as error:
                if errors is None:
                    found.append((due, None, None, str(error)))
                else:
                    errors[due.id] = str(error)
                continue
            if due._charged_total() != asked.amount:
                found.append((due, asked.amount, price, words))
        return found

    def _settle(self):
        """Charge what is asked and was not, give back what is not asked any more.

        May run any number of times; whoever settles the same month meanwhile begins
        again. A missing price is noted, for the Régie.

        :return: the new `espace.charge`
        """
        dues = self.sudo()
        errors = {}
        unsettled = dues._unsettled(errors)
        for due in dues:
            error = errors.get(due.id, False)
            if due.settlement_error != error:
                due.settlement_error = error
        dues.browse(due.id for due, *_rest in unsettled)._lock()
        charges = dues.env["espace.charge"]
        for due, amount, price, words in unsettled:
            charges |= due._charge(amount, price, words)
        charges._settle_aids()
        if any(c.amount < 0 and c.state == "to_invoice" for c in charges):
            charges._set_off_soon(fields.Datetime.now())
        return charges

    def _lock(self):
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_flat_due SET write_date = write_date "
                    "WHERE id = ANY(%s)",
                    self.ids,
                )
            )

    def _charge(self, amount, price, words):
        """Undo what waits of this month, and charge what is left to be asked."""
        own = self.charge_ids.filtered(lambda charge: not charge.aid_id)
        own.filtered(lambda charge: charge.state == "to_invoice")._undo()
        invoiced = own.filtered(lambda charge: charge.state == "invoiced")
        rest = amount - invoiced._total()
        if not rest:
            return own.browse()
        return own.create(self._prepare_charge(rest, price, words, invoiced))

    def _prepare_charge(self, rest, price, words, invoiced):
        before = invoiced.sorted("id")[-1:]
        in_words = self.with_context(lang=self.family_id.lang)
        if invoiced:
            words = in_words._correction_words(price, words)
        qf = price.qf if price else None
        return {
            "flat_due_id": self.id,
            "child_id": self.child_id.id,
            "family_id": self.family_id.id,
            "product_id": self.product_id.id,
            "activity_id": self.activity_id.id,
            # What was charged is corrected by the régie that charged it, on its day.
            "regie_id": (before.regie_id if before else self.activity_id.regie_id).id,
            "date": before.date or self.date,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "state": "to_invoice",
            "at_once": rest > 0 and self.pack_id.by_parent,
            "event": "pack" if self.pack_id else "flat",
            "quantity": 1 if rest > 0 else -1,
            "unit_price": float(abs(rest)),
            "amount": float(rest),
            "qf": float(qf or 0) if price else before.qf,
            "qf_known": qf is not None if price else before.qf_known,
            "tariff_line_id": price.line.id if price else before.tariff_line_id.id,
            "explanation": words,
        }

    def _correction_words(self, price, words):
        """Say why another sum than what was invoiced is asked."""
        if self.waiver:
            return self.waiver
        if not price:
            return words or self.env._("Flat price no longer due: credited")
        return self.env._(
            "Correction: %(reason)s, less what was charged before", reason=words
        )

    def _waive(self, reason):
        """Let these months owe nothing (remise gracieuse), and settle them."""
        dues_sudo = self.sudo()
        dues_sudo.write({"waiver": reason})
        return dues_sudo._settle()

    def _invoice_now(self, now=None):
        """Return the posted invoices of what waits of these, a company and régie."""
        now = now or fields.Datetime.now()
        moves = self.env["account.move"]
        waiting = self.charge_ids.filtered(
            lambda charge: charge.state == "to_invoice" and not charge.aid_id
        )
        for company, charges in waiting.grouped("company_id").items():
            today = company._espace_today(now)
            company._espace_check_open_books(today)
            moves |= charges._invoice(now)
        moves._post(soft=False)
        return moves

    def _invoiced(self):
        """Invoice what waits of these, and open the invoices.

        :raise UserError: nothing waits
        """
        moves = self._invoice_now()
        if not moves:
            raise UserError(self.env._("Nothing of this waits for an invoice."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_invoice_action"
        )
        action["domain"] = [("id", "in", moves.ids)]
        return action

    @api.model
    def _settle_from(self, company, day, families=None):
        """Settle the months that a changed price or quotient may concern."""
        domain = [("company_id", "=", company.id), ("date_to", ">=", day)]
        if families:
            domain.append(("family_id", "in", families.ids))
        return self.sudo().search(domain)._settle()


class EspaceBillingRun(models.Model):
    _inherit = "espace.billing.run"

    def _flat_dues(self, families=None):
        """Return the months of subscriptions that the run is about; open those left.

        :param families: of these alone
        """
        whose = self._scope()
        if families:
            whose &= fields.Domain("family_id", "in", families.ids)
        began = fields.Domain("date_from", "<=", self.date_to)
        flats = self.env["espace.flat"].search(whose & began, order="id")
        flats._open_dues(self.date_to)
        return self.env["espace.flat.due"].search(whose & self._in_period())

    def _anomaly_flats(self):
        return "espace.flat.due", (
            self._scope()
            & self._in_period()
            & fields.Domain("settlement_error", "!=", False)
        )
