"""Online payments of which the bank says nothing for too long."""

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_pending_hours = fields.Integer(
        "Online Payment Awaited",
        default=48,
        help="Hours after which a payment that the bank neither confirms nor refuses "
        "no longer holds places.",
    )

    _espace_pending_hours_positive = models.Constraint(
        "CHECK(espace_pending_hours > 0)",
        "An online payment must be awaited for at least one hour.",
    )


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    @api.model
    def _release_expired(self, now=None):
        """Notify the Régie of the seats that a silent bank held."""
        now = now or fields.Datetime.now()
        stale = {
            reservation: reservation.sudo()._espace_stale_transactions(now)
            for reservation in self.search(
                [("state", "=", "pending_payment"), ("hold_until", "<=", now)]
            )
        }
        released = super()._release_expired(now)
        for family, reservations in released.grouped("family_id").items():
            transactions = self.env["payment.transaction"].sudo()
            for reservation in reservations:
                transactions |= stale.get(reservation, transactions)
            if transactions:
                reservations._espace_notify_stale(family, transactions)
        return released

    def _espace_stale_transactions(self, now):
        transactions = self.charge_ids.move_id.transaction_ids
        return transactions.filtered(lambda tx: tx._espace_is_stale(now))

    def _espace_notify_stale(self, family, transactions):
        """Leave a note for those who run the régies: this money may still come."""
        company = family.company_id
        regies = self.env["espace.regie"].search([("company_id", "=", company.id)])
        family.message_post(
            body=self.env._(
                "The bank neither confirmed nor refused %(payments)s within "
                "%(hours)s hours: the places were given back. Look at the bank's site; "
                "if the money comes after all, it stays on the family's account.",
                payments=", ".join(
                    f"{tx.reference} ({company._espace_amount_words(tx.amount)})"
                    for tx in transactions
                ),
                hours=company.espace_pending_hours,
            ),
            subtype_xmlid="mail.mt_note",
            author_id=company.partner_id.id,
            partner_ids=(regies.regisseur_id | regies.deputy_ids).partner_id.ids,
        )
