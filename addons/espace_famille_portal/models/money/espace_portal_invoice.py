from decimal import Decimal

from odoo import api, models

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ..booking.period_cells import tint_of
from ..core.espace_portal_week import ICONS

# What a family may find unjust about a line, beside the price that was voted: it came,
# it had cancelled, it had booked in time.
CONTESTABLE = ("absence_unjustified", "absence_justified", "unplanned", "late")


class EspacePortalInvoice(models.AbstractModel):
    """One invoice of a family, child by child, as its page says it."""

    _name = "espace.portal.invoice"
    _description = "Portal: Invoice"

    @api.model
    def _read(self, family, move_sudo):
        """Return what the page of an invoice or credit note shows, as a dict."""
        sums = move_sudo._espace_sums()
        row = family._portal_invoice(move_sudo)
        words = family.company_id._espace_amount_words
        document = move_sudo._espace_document()
        asked = sums.left if row["payable"] else Decimal(0)
        online = bool(
            asked
            and family.company_id._espace_pays_online()
            and not move_sudo._espace_why_offline(asked)
        )
        return {
            "row": row,
            "title": document["title"],
            "facts": document["facts"],
            "big": words(move_sudo.amount_total if row["refund"] else sums.left),
            "sums": [] if row["refund"] else family._portal_sums(sums),
            "pay": words(asked) if online else "",
            "pay_deposit": self._pay_deposit(family, move_sudo, row),
            "ways": document["ways"],
            "children": self._children(family, move_sudo),
        }

    @api.model
    def _pay_deposit(self, family, move_sudo, row):
        """Return the words of the deposit that may be paid online now, "" if none."""
        if not (row["deposits"] and row["payable"]):
            return ""
        left = to_decimal(move_sudo._espace_deposit_plan_sudo()._next().left)
        may = family.company_id._espace_pays_online()
        may = may and not family._espace_why_offline(move_sudo.espace_regie_id, left)
        return row["deposits"]["next_amount"] if may else ""

    @api.model
    def _children(self, family, move_sudo):
        """Return the lines by child, those of no child last; in the invoice's order."""
        lines_sudo = move_sudo.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ).sorted("sequence")
        groups = lines_sudo.grouped(lambda line: line.espace_charge_ids.child_id[:1])
        order = family.sudo().child_ids.ids
        words = family.company_id._espace_amount_words
        sign = -1 if move_sudo.move_type == "out_refund" else 1
        return [
            {
                "name": child.firstname if child else self.env._("Other"),
                "initial": child.firstname[:1] if child else "",
                "place": order.index(child.id) % 4 + 1 if child.id in order else 4,
                "amount": words(
                    sum((to_decimal(line.price_total) for line in lines), Decimal(0))
                    * sign
                ),
                "lines": [self._line(family.company_id, line, sign) for line in lines],
            }
            for child, lines in sorted(groups.items(), key=lambda group: not group[0])
        ]

    @api.model
    def _line(self, company, line_sudo, sign):
        charges_sudo = line_sudo.espace_charge_ids.sorted("date")
        first = charges_sudo[:1]
        words = company._espace_amount_words
        amount = to_decimal(line_sudo.price_total) * sign
        if not first:
            return {
                "id": line_sudo.id,
                "name": line_sudo.espace_words or line_sudo.name,
                "amount": words(amount),
                "each": "",
                "tint": "",
                "icon": "fa-file-text-o",
                "days": [],
                "why": "",
                "contestable": False,
            }
        tint = tint_of(first.product_id)
        each = to_decimal(first.amount)
        count = len(charges_sudo)
        return {
            "id": line_sudo.id,
            "name": first.aid_id.payer_id.name or first.product_id.name,
            "amount": words(amount),
            "each": f"{count} × {words(each)}" if count > 1 else "",
            "tint": tint,
            "icon": ICONS[tint],
            "days": [
                company._espace_format_day(
                    charge.date, "MMMM y" if charge.event == "flat" else "EEE d MMM"
                )
                for charge in charges_sudo
            ],
            "why": first.explanation,
            "contestable": sign > 0 and self._may_contest(charges_sudo),
        }

    @api.model
    def _may_contest(self, charges_sudo):
        """Tell whether a line is for an absence, a late booking or none at all."""
        return any(
            charge.event in CONTESTABLE and charge.amount > 0 for charge in charges_sudo
        )

    # === Contesting a line === #

    @api.model
    def _contested(self, family, line):
        """Return what the form of a request says of a contested line; None: no such.

        :param line: the id of an invoice line, as a browser sends it
        :return: dict of the line as superuser, `about`, and the values of the form
        """
        line_sudo = self.env["account.move.line"].sudo().browse(line).exists()
        charges_sudo = line_sudo.espace_charge_ids.sorted("date")
        if (
            line_sudo.move_id.espace_family_id != family
            or line_sudo.move_id.state != "posted"
            or line_sudo.move_id.move_type != "out_invoice"
            or not self._may_contest(charges_sudo)
        ):
            return None
        first = charges_sudo[0]
        company = family.company_id
        days = ", ".join(
            company._espace_format_day(day, "EEE d MMM")
            for day in charges_sudo.mapped("date")
        )
        absence = first.event.startswith("absence")
        return {
            "line": line_sudo,
            "about": self.env._(
                "%(option)s, %(child)s, %(days)s: %(amount)s on invoice %(invoice)s",
                option=first.product_id.name,
                child=first.child_id.firstname,
                days=days,
                amount=company._espace_amount_words(line_sudo.price_total),
                invoice=line_sudo.move_id.name,
            ),
            "why": first.explanation,
            "needed": self._needed_words(first.event),
            "values": {
                "kind": "absence" if absence else "invoice",
                "subject": self.env._(
                    "I contest: %(option)s, %(child)s, invoice %(invoice)s",
                    option=first.product_id.name,
                    child=first.child_id.firstname,
                    invoice=line_sudo.move_id.name,
                ),
                "child": str(first.child_id.id),
                "date_from": charges_sudo[0].date.isoformat(),
                "date_to": charges_sudo[-1].date.isoformat(),
                "line": str(line_sudo.id),
            },
        }

    @api.model
    def _needed_words(self, event):
        """Say what the commune needs to look into it, by what the line is for."""
        if event.startswith("absence"):
            return self.env._(
                "If your child was there, tell us who saw it or at what time you came. "
                "If it was ill, add the proof: a medical certificate or a prescription."
            )
        if event == "unplanned":
            return self.env._(
                "If you had booked, tell us when, and add the e-mail that confirmed "
                "it. If your child was not there, tell us where it was."
            )
        return self.env._(
            "If you had booked in time, tell us when, and add the e-mail that "
            "confirmed it."
        )
