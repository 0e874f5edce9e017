from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models

from ...domain import tax_certificate as tax
from ..core.amounts import to_decimal
from ..tariff.pricer import Pricer

# Custody by weeks is the alternating residence of the tax law; halves of the holidays
# alone are a right of access.
ALTERNATING = ("even", "odd")


class Care(NamedTuple):
    """What a part of an invoice pays: a child's care, and the year it was given."""

    child: models.Model
    product: models.Model
    given: int


class PaidRow(NamedTuple):
    """Euros that a family paid on a day for a child's care, and by what invoice.

    Negative: what a credit note takes back. `year`: that of the income.
    """

    family: models.Model
    year: int
    on: date
    means: str
    move: models.Model
    child: models.Model
    product: models.Model
    given: int
    amount: Decimal


class EspaceTaxCertificate(models.AbstractModel):
    """What families bore in a year for care of young children (attestation fiscale).

    Read from the ledger each time: a payment that a bank rejects is no longer in it.
    """

    _name = "espace.tax.certificate"
    _description = "Tax Certificate"

    @api.model
    def _certificates(self, families, year):
        """Return the certificates of a year, of the families that have something.

        :return: list of dicts: family, year, children (see `_child_part`), paid,
            cesu (euros, Decimal), in the order of the families
        """
        by_family = defaultdict(list)
        for row in self._paid_rows(families):
            if row.year == year and tax.is_young(row.child.birth_date, year):
                by_family[row.family].append(row)
        found = []
        for family in families:
            rows = by_family.get(family)
            certificate = rows and self._certificate(family, year, rows)
            if certificate and certificate["paid"] > 0:
                found.append(certificate)
        return found

    @api.model
    def _years(self, family, today):
        """Return the past years for which a family has a certificate, latest first."""
        totals = defaultdict(Decimal)
        for row in self._paid_rows(family):
            if tax.is_young(row.child.birth_date, row.year):
                totals[row.year] += row.amount
        return sorted(
            (year for year, paid in totals.items() if paid > 0 and year < today.year),
            reverse=True,
        )

    @api.model
    def _certificate(self, family, year, rows):
        by_child = defaultdict(list)
        for row in rows:
            by_child[row.child].append(row)
        children = [
            self._child_part(child, year, own)
            for child, own in sorted(by_child.items(), key=lambda c: c[0].birth_date)
        ]
        return {
            "family": family,
            "year": year,
            "children": children,
            "paid": sum(part["paid"] for part in children),
            "cesu": sum((r.amount for r in rows if r.means == "cesu"), Decimal(0)),
        }

    @api.model
    def _child_part(self, child, year, rows):
        """Return what was paid for one child, with each payment that makes it up."""
        alternating = self._alternates(child, year)
        return {
            "child": child,
            "rows": sorted(
                self._merged(rows),
                key=lambda r: (r.on, r.move.id, r.product.id, r.given),
            ),
            "paid": sum((row.amount for row in rows), Decimal(0)),
            "alternating": alternating,
            "ceiling": tax.ceiling(alternating),
        }

    @api.model
    def _merged(self, rows):
        """Return one row per day, means, invoice, product and year of the care."""
        sums = defaultdict(Decimal)
        for row in rows:
            sums[row._replace(amount=None)] += row.amount
        return [row._replace(amount=amount) for row, amount in sums.items() if amount]

    @api.model
    def _alternates(self, child, year):
        """Tell whether the child lived with two households in turn in that year."""
        return any(
            line.pattern in ALTERNATING
            and (not line.date_from or line.date_from <= date(year, 12, 31))
            and (not line.date_to or line.date_to >= date(year, 1, 1))
            for line in child.custody_ids
        )

    # === What was paid === #

    @api.model
    def _paid_rows(self, families):
        """Return the `PaidRow` of these families, of all years and all ages.

        What settles an invoice goes to what was left of its lines, in proportion; of
        each line only the ordinary price of deductible services is kept. A credit note
        takes its care back on its own day, whatever the family does with it: it is paid
        back, or pays (as a counted settlement) another invoice.
        """
        moves_sudo = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("espace_family_id", "in", families.ids),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                ],
                order="id",
            )
        )
        ordinary = self._ordinary_amounts(moves_sudo)
        parts_of = {}
        rows = []
        for move in moves_sudo.sorted(lambda m: (m.move_type, m.id)):
            parts = parts_of[move] = self._parts(move, ordinary, parts_of)
            if any(part.key for part in parts):
                rows += self._rows_of(move, parts)
        return rows

    @api.model
    def _rows_of(self, move, parts):
        """Return the `PaidRow` of one invoice or credit note, made of these parts."""
        if move.move_type == "out_refund":
            given_back = [-part.amount for part in parts]
            paid = [
                (
                    tax.Settlement(move.invoice_date, to_decimal(move.amount_total)),
                    given_back,
                )
            ]
        else:
            paid = tax.paid_parts(parts, self._settlements(move))
        return [
            PaidRow(
                move.espace_family_id,
                tax.year_of(part.key.given, settlement.on),
                settlement.on,
                settlement.means or "",
                move,
                *part.key,
                share,
            )
            for settlement, shares in paid
            if settlement.counted
            for part, share in zip(parts, shares, strict=True)
            if part.key and share
        ]

    @api.model
    def _ordinary_amounts(self, moves):
        """Return {charge: euros of it that are no surcharge}, deductible ones only."""
        charges = moves.invoice_line_ids.espace_charge_ids.filtered(
            lambda charge: charge.product_id.espace_tax_deductible
        )
        pricer = Pricer(self.env)
        found = {}
        for reservation in charges.reservation_id:
            own = reservation.charge_ids.filtered(lambda c: not c.aid_id).sorted("id")
            amounts = [to_decimal(charge.amount) for charge in own]
            planned = self._planned_price(reservation, own, pricer)
            parts = tax.ordinary_parts(amounts, planned)
            found |= dict(zip(own, parts, strict=True))
            found |= self._ordinary_aids(reservation.charge_ids - own, found)
        # A month at a flat price holds no surcharge.
        for due in charges.flat_due_id:
            found |= {c: to_decimal(c.amount) for c in due.charge_ids}
        return found

    @api.model
    def _ordinary_aids(self, aids, ordinary):
        """Return {part of a third party: euros of it that are no surcharge}.

        Nobody bore what a third party pays. It pays of the price as a whole: of what
        stands on the same invoice for the booking, as much in proportion.
        """
        found = {}
        for aid in aids:
            prices = aid.reservation_id.charge_ids.filtered(
                lambda c, aid=aid: not c.aid_id and c.move_id == aid.move_id
            )
            asked = prices._total()
            kept = sum((ordinary.get(c, Decimal(0)) for c in prices), Decimal(0))
            part = to_decimal(aid.amount)
            found[aid] = tax.part_of(part, kept, asked) if asked else Decimal(0)
        return found

    @api.model
    def _planned_price(self, reservation, charges, pricer):
        """Return what the booking costs, or would have cost, when made in time.

        Nothing where the child stayed away without a reason: that is a penalty, and no
        care was given.
        """
        if reservation.attendance == "absent_unjustified":
            return Decimal(0)
        charged, highest = Decimal(0), Decimal(0)
        for charge in charges:
            if charge.event == "planned":
                charged += to_decimal(charge.amount)
                highest = max(highest, charged)
        if highest:
            return highest
        price = reservation._priced(pricer, "planned")
        return price.amount if price else Decimal(0)

    @api.model
    def _parts(self, move, ordinary, parts_of):
        """Return the `tax.Part` of an invoice or credit note, as positive as it is."""
        sign = -1 if move.move_type == "out_refund" else 1
        parts = []
        for line in move.invoice_line_ids:
            if line.display_type != "product":
                continue
            total = to_decimal(line.price_total)
            charges = line.espace_charge_ids
            if not charges and move.reversed_entry_id in parts_of:
                parts += self._reversed_parts(line, parts_of[move.reversed_entry_id])
                continue
            kept = Decimal(0)
            for given, own in charges.grouped(lambda charge: charge.date.year).items():
                amount = sign * sum((ordinary.get(c, 0) for c in own), Decimal(0))
                if amount:
                    care = Care(own[0].child_id, own[0].product_id, given)
                    parts.append(tax.Part(amount, care))
                    kept += amount
            if total != kept:
                parts.append(tax.Part(total - kept))
        return parts

    @api.model
    def _reversed_parts(self, line, parts):
        """Return what a credit note's line gives back of the invoice it reverses.

        Its line names the product, not the child: what was invoiced for this product
        is given back in proportion.
        """
        total = to_decimal(line.price_total)
        of_product = [p for p in parts if p.key and p.key.product == line.product_id]
        if sum((part.amount for part in of_product), Decimal(0)) <= 0:
            return [tax.Part(total)]
        weights = [part.amount for part in of_product]
        # What the invoice held beyond (surcharges) is given back with its product.
        counted = min(total, sum(weights))
        shares = tax.share(counted, weights)
        found = [
            tax.Part(share, part.key)
            for part, share in zip(of_product, shares, strict=True)
        ]
        return found + ([tax.Part(total - counted)] if total != counted else [])

    @api.model
    def _settlements(self, move):
        """Return what settled an invoice, in the order it came."""
        settlements = [
            (partial.id, self._settlement(partial, partial.credit_move_id))
            for line in move.line_ids
            if line.account_id.account_type == "asset_receivable"
            for partial in line.matched_credit_ids
        ]
        settlements.sort(key=lambda pair: (pair[1].on, pair[0]))
        return [settlement for _id, settlement in settlements]

    @api.model
    def _settlement(self, partial, other):
        """Return what settled an invoice: money, a credit note, a loss.

        What was paid to the public accountant was borne as well.
        """
        amount = to_decimal(partial.amount)
        payment, move = other.payment_id, other.move_id
        if payment:
            return tax.Settlement(payment.date, amount, payment.espace_means or "other")
        if move.statement_line_id:
            return tax.Settlement(move.date, amount, "transfer")
        if move.espace_treasury_family_id:
            return tax.Settlement(move.date, amount, "treasury")
        deducted = move.move_type == "out_refund"
        return tax.Settlement(partial.max_date, amount, None, counted=deducted)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    espace_tax_deductible = fields.Boolean(
        "On Tax Certificates",
        compute="_compute_espace_tax_deductible",
        store=True,
        readonly=False,
        help="The price pays the care of the child. Not for an option that includes a "
        "meal; the supervision of lunch only where it is an option of its own.",
    )

    @api.depends("espace_activity_id", "espace_includes_meal")
    def _compute_espace_tax_deductible(self):
        for template in self:
            template.espace_tax_deductible = (
                bool(template.espace_activity_id) and not template.espace_includes_meal
            )
