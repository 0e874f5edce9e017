"""Of which régie an entry is, and what of it a régie may take."""

from odoo import api, fields, models

from ...domain import net
from ...domain.regie import admits_cesu
from ..core.amounts import to_decimal


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        compute="_compute_espace_regie_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        check_company=True,
        help="The cash office that this is paid to, or whose journal this is in.",
    )

    @api.depends("journal_id.espace_regie_id")
    def _compute_espace_regie_id(self):
        """Follow the régie of the journal; invoices are given theirs, and keep it."""
        for move in self:
            regie = move.journal_id.espace_regie_id
            if regie or move.origin_payment_id:
                move.espace_regie_id = regie
            else:
                move.espace_regie_id = move._origin.espace_regie_id

    def _espace_find_regie(self):
        """Give family documents made by hand the régie that collects for them.

        That of the invoice which a credit note corrects, else the only one that
        collects for what it is about, else the only one of the commune.
        """
        for move in self:
            if move.espace_regie_id or not move.espace_family_id:
                continue
            if move._espace_has_charges():
                # Each charge says whose it is: these are of none.
                continue
            activities = move._espace_activities()
            if move.reversed_entry_id.espace_regie_id:
                move.espace_regie_id = move.reversed_entry_id.espace_regie_id
            elif activities:
                regies = activities.regie_id
                if len(regies) == 1 and all(a.regie_id for a in activities):
                    move.espace_regie_id = regies
            else:
                move.espace_regie_id = move.company_id._espace_only_regie()

    def _espace_activities(self):
        """Return the activities that this document asks money for."""
        return self.invoice_line_ids.product_id.espace_activity_id

    def _espace_may_meet(self, other):
        """Tell whether this entry and another may settle each other.

        What is of no régie may meet anything, but a document for activities that no
        régie collects is not paid to a régie.
        """
        self.ensure_one()
        own, others = self.espace_regie_id, other.espace_regie_id
        if own and others:
            return own == others
        if not own and not others:
            return True
        apart = other if own else self
        return not (apart.espace_family_id and apart._espace_activities())

    def _espace_regie_key(self):
        """Return what `net.meets` asks of an entry: as `_espace_may_meet` does."""
        self.ensure_one()
        if self.espace_regie_id:
            return self.espace_regie_id.id
        is_apart = self.espace_family_id and self._espace_activities()
        return net.NO_REGIE if is_apart else net.ANY_REGIE

    def _espace_regie_shown(self):
        """Return the name of its régie where there are several, else ""."""
        regie_sudo = self.sudo().espace_regie_id
        return regie_sudo.name if regie_sudo.is_one_of_several else ""

    # === CESU === #

    def _espace_cesu_admitted(self):
        """Return the euros of this document that a CESU may pay, as Decimal."""
        self.ensure_one()
        credits_ = self.reversal_move_ids.filtered(lambda move: move.state == "posted")
        asked = sum((m._espace_cesu_lines() for m in self | credits_), to_decimal(0))
        return max(asked, to_decimal(0))

    def _espace_cesu_lines(self):
        """Return the euros of the lines that a CESU may pay, of credits negative."""
        total = to_decimal(0)
        sign = -1 if self.move_type == "out_refund" else 1
        for line in self.invoice_line_ids:
            charges = line.espace_charge_ids
            for charge in charges:
                if charge._admits_cesu():
                    total += to_decimal(charge.amount)
            activity = line.product_id.espace_activity_id
            if not charges and admits_cesu(activity.cesu, None, None):
                total += sign * to_decimal(line.price_total)
        return total
