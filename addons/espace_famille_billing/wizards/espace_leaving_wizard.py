from odoo import models

from ..models.core.amounts import to_decimal


class EspaceLeavingWizard(models.TransientModel):
    """What is owed either way by who leaves, and what is given back."""

    _inherit = "espace.leaving.wizard"

    def _money_lines(self, cancelled):
        lines = super()._money_lines(cancelled)
        given_back = cancelled.sudo()._charged()
        for family_sudo in self.sudo().family_ids | cancelled.sudo().family_id:
            own = cancelled.sudo().filtered(lambda r, f=family_sudo: r.family_id == f)
            lines += self._lines_of(
                family_sudo, sum(given_back.get(id_, 0) for id_ in own.ids)
            )
        return lines

    def _lines_of(self, family_sudo, given_back):
        """Say the money of one family.

        :param Decimal given_back: euros charged for what is cancelled
        """
        words = family_sudo.company_id._espace_amount_words
        net = family_sudo._espace_net()
        lines = []
        if net.owed:
            invoices = ", ".join(family_sudo._espace_invoices("due").mapped("name"))
            lines.append(
                self.env._(
                    "%(family)s owes %(amount)s (%(invoices)s).",
                    family=family_sudo.name,
                    amount=words(net.owed),
                    invoices=invoices,
                )
            )
        if net.left:
            lines.append(
                self.env._(
                    "%(family)s is owed %(amount)s.",
                    family=family_sudo.name,
                    amount=words(net.left),
                )
            )
        if to_invoice := self._to_invoice(family_sudo):
            lines.append(
                self.env._(
                    "%(family)s: %(amount)s will be invoiced yet.",
                    family=family_sudo.name,
                    amount=words(to_invoice),
                )
            )
        if given_back:
            lines.append(
                self.env._(
                    "%(family)s gets back %(amount)s for what is cancelled.",
                    family=family_sudo.name,
                    amount=words(given_back),
                )
            )
        return lines

    def _to_invoice(self, family_sudo):
        """Return the euros charged to a family that no invoice asks for yet."""
        groups = (
            self.env["espace.charge"]
            .sudo()
            ._read_group(
                [("family_id", "=", family_sudo.id), ("state", "=", "to_invoice")],
                [],
                ["amount:sum"],
            )
        )
        return max(to_decimal(groups[0][0] or 0), 0)
