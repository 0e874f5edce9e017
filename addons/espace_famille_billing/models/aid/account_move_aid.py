"""The invoices of third parties: what they ask is deducted on those of families."""

from odoo import api, fields, models

from odoo.addons.espace_famille.models.core.espace_thread import unfollowed
from odoo.addons.espace_famille.models.core.guards import allow

from ..charge.espace_charge_invoicing import COMPLETE
from ..core.guards import STATING


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_third_party = fields.Boolean(
        "Of a Third Party",
        readonly=True,
        copy=False,
        help="Asks a third party for what it pays of families' bookings.",
    )

    @api.model
    def _espace_of_third_party(self):
        """Return the model with which invoices of third parties are made."""
        moves = unfollowed(self).with_context(tracking_disable=True, **COMPLETE)
        return allow(moves, STATING)

    def _espace_aid_parts(self):
        """Say which third party pays what of this: “CCAS pays (3,60 €)”."""
        parts = self.invoice_line_ids.espace_charge_ids.filtered("aid_id")
        sign = 1 if self.move_type == "out_refund" else -1
        return [
            self.env._(
                "%(payer)s pays (%(amount)s)",
                payer=payer.name,
                amount=self.company_id._espace_amount_words(sign * own._total()),
            )
            for payer, own in parts.grouped(lambda c: c.aid_id.payer_id).items()
        ]

    def _espace_why_third_party(self):
        """Say how an invoice of a third party is corrected, "" if it is none."""
        if not self.espace_third_party:
            return ""
        return self.env._(
            "%(entry)s asks %(payer)s for what it pays of families' bookings: credit "
            "the invoice of the family, and the third party gets its part back on its "
            "next invoice.",
            entry=self.name,
            payer=self.partner_id.name,
        )

    def _espace_recipient_lines(self):
        """Return to whom and where this document goes: name, then address."""
        self.ensure_one()
        if self.espace_family_id:
            return self.espace_family_id._espace_postal_lines()
        payer_sudo = self.sudo().partner_id
        return [payer_sudo.display_name, *payer_sudo._espace_place_lines()]

    @api.model
    def _espace_open_third_parties(self, moves):
        """Return the action that shows these, or says that nothing waited."""
        if not moves:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._("No third party has anything to pay."),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_third_party_invoice_action"
        )
        action["domain"] = [("id", "in", moves.ids)]
        return action


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    espace_payer_charge_ids = fields.One2many(
        "espace.charge",
        "payer_line_id",
        "Parts Asked For",
        groups="espace_famille.group_finance",
    )
