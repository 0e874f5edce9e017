"""What must always be true of what is charged and invoiced."""

from odoo import api, models
from odoo.tools import SQL, split_every

from odoo.addons.espace_famille.models.core.espace_check import Invariant

from ...domain.settlement import DUE_STATES
from .errors import MissingPrice

# Enough to be quick, few enough to fit in memory.
BATCH = 5000


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _invariants(self):
        return [
            *super()._invariants(),
            *self._charge_invariants(),
            *self._aid_invariants(),
            *self._flat_invariants(),
            *self._pack_invariants(),
            *self._run_invariants(),
            *self._collection_invariants(),
            *self._payment_invariants(),
            *self._purse_invariants(),
            *self._deposit_invariants(),
            *self._terms_invariants(),
            *self._book_invariants(),
            *self._debt_invariants(),
        ]

    @api.model
    def _charge_invariants(self):
        return [
            Invariant(
                "settled",
                self.env._("The charges of a booking add up to what is due for it."),
                self.env._(
                    "What was charged for these bookings is not what is due: "
                    "settle them again, or complete the tariff."
                ),
            ),
            Invariant(
                "charge_copies",
                self.env._(
                    "A charge names the child, the day and the family of its booking."
                ),
                self.env._("These charges name another child, day or family."),
            ),
            Invariant(
                "charge_state",
                self.env._(
                    "A charge is either waiting, invoiced or undone, as its links say."
                ),
                self.env._("The state of these charges contradicts their links."),
            ),
            Invariant(
                "offset",
                self.env._("Charges undone before they were invoiced cancel out."),
                self.env._("The charges undone for these bookings do not cancel out."),
            ),
            Invariant(
                "own_invoice",
                self.env._("A family's charges are on its own invoices."),
                self.env._("These charges are on the invoice of another family."),
            ),
            Invariant(
                "invoice_line",
                self.env._("A line of an invoice is the sum of its charges."),
                self.env._("These lines are not the sum of their charges."),
            ),
            Invariant(
                "invoice_total",
                self.env._(
                    "The total of a family's invoice is the sum of its charges, and of "
                    "the lines that an agent added with a reason."
                ),
                self.env._(
                    "The totals of these invoices are not the sum of their charges."
                ),
            ),
            Invariant(
                "hold",
                self.env._(
                    "Seats are held until an instant while their payment is awaited."
                ),
                self.env._(
                    "These bookings wait for a payment without limit, "
                    "or are limited without waiting."
                ),
            ),
            Invariant(
                "payment_awaited",
                self.env._(
                    "Bookings that wait for a payment have a draft invoice to pay."
                ),
                self.env._("These bookings wait for a payment that no invoice asks."),
            ),
        ]

    # === Settlement === #

    @api.model
    def _find_settled(self, companies):
        """Settle everything without writing: what would be charged is wrong.

        Bookings that only differ by days of one price owe the same: the gate settles
        one of each kind, and what is wrong of it is wrong of all of them. Prices that
        changed afterwards are known and listed, to be corrected.
        """
        kinds = self._kinds_of_bookings(companies)
        one_of_each = SQL("SELECT one FROM (%s) kind ORDER BY 1", kinds)
        rows = self.env.execute_query(one_of_each)
        Reservation = self.env["espace.reservation"]
        wrong = []
        for ids in split_every(BATCH, [booking_id for [booking_id] in rows]):
            wrong += self._unsettled_ids(Reservation.browse(ids))
            self.env.invalidate_all()
        if wrong:
            all_of_it = SQL(
                "SELECT unnest(ids) FROM (%s) kind WHERE one = ANY(%s)", kinds, wrong
            )
            rows = self.env.execute_query(all_of_it)
            wrong = sorted(booking_id for [booking_id] in rows)
        return Reservation.browse(wrong).filtered(lambda r: not r.price_change)

    @api.model
    def _kinds_of_bookings(self, companies):
        """Return a query of the bookings that owe something or were charged, by kind.

        A kind is all that settling looks at, with the days between two changes of
        tariff, quotient or flat price: `one` of its bookings, and the `ids` of all.
        """
        return SQL(
            """
            SELECT min(booking.id) AS one, array_agg(booking.id) AS ids
            FROM espace_reservation booking
            LEFT JOIN (
                SELECT reservation_id, sum(amount) AS amount
                FROM espace_charge WHERE aid_id IS NULL
                GROUP BY reservation_id
            ) charged ON charged.reservation_id = booking.id
            LEFT JOIN (
                SELECT family_id, array_agg(date_from ORDER BY date_from) AS days
                FROM espace_family_income
                GROUP BY family_id
            ) quotient ON quotient.family_id = booking.family_id
            LEFT JOIN (
                SELECT child_id, array_agg(day ORDER BY day) AS days FROM (
                    SELECT child_id, date_from AS day FROM espace_flat
                    UNION
                    SELECT child_id, date_to + 1 FROM espace_flat
                    WHERE date_to IS NOT NULL
                ) change
                GROUP BY child_id
            ) flat ON flat.child_id = booking.child_id
            WHERE booking.company_id IN %(companies)s
            AND (booking.state IN %(due)s OR charged.amount IS NOT NULL)
            GROUP BY
                booking.family_id, booking.child_id, booking.product_id,
                booking.activity_id, booking.company_id,
                width_bucket(booking.date, (
                    SELECT coalesce(array_agg(day ORDER BY day), '{}') FROM (
                        SELECT date_from AS day FROM espace_tariff
                        UNION
                        SELECT date_to + 1 FROM espace_tariff WHERE date_to IS NOT NULL
                    ) change
                )),
                width_bucket(booking.date, quotient.days),
                width_bucket(booking.date, flat.days),
                booking.state, booking.attendance, booking.origin, booking.late,
                booking.pack_id IS NULL, booking.absence_due,
                coalesce(booking.waiver, '') != '',
                CASE WHEN booking.attendance = 'present' THEN booking.arrived_at END,
                CASE WHEN booking.attendance = 'present' THEN booking.left_at END,
                charged.amount
            """,
            companies=tuple(companies.ids),
            due=DUE_STATES,
        )

    @api.model
    def _unsettled_ids(self, reservations):
        """Return the ids of those that would be charged, or have no price."""
        try:
            return [r.id for r, _delta, _price in reservations._unsettled()]
        except MissingPrice:
            if len(reservations) == 1:
                return reservations.ids
            half = len(reservations) // 2
            first, second = reservations[:half], reservations[half:]
            return [*self._unsettled_ids(first), *self._unsettled_ids(second)]

    # === Charges === #

    @api.model
    def _find_charge_copies(self, companies):
        return self._select(
            "espace.charge",
            SQL(
                """
                SELECT charge.id
                FROM espace_charge charge
                JOIN espace_reservation booking ON booking.id = charge.reservation_id
                WHERE booking.company_id IN %s AND (
                    charge.child_id != booking.child_id
                    OR charge.family_id != booking.family_id
                    OR charge.date != booking.date
                    OR charge.activity_id != booking.activity_id
                    OR charge.company_id != booking.company_id
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_charge_state(self, companies):
        return self._select(
            "espace.charge",
            SQL(
                """
                SELECT id FROM espace_charge
                WHERE company_id IN %s AND (
                    (invoice_line_id IS NOT NULL AND offset_charge_id IS NOT NULL)
                    OR state IS DISTINCT FROM CASE
                        WHEN invoice_line_id IS NOT NULL THEN 'invoiced'
                        WHEN offset_charge_id IS NOT NULL THEN 'offset'
                        ELSE 'to_invoice'
                    END
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_offset(self, companies):
        """Each pair, or group, is of one booking and adds up to nothing."""
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT charge.reservation_id
                FROM espace_charge charge
                JOIN espace_charge other ON other.id = charge.offset_charge_id
                WHERE charge.company_id IN %(companies)s
                AND (
                    other.reservation_id != charge.reservation_id
                    OR other.offset_charge_id IS NULL
                )
                UNION
                SELECT reservation_id
                FROM espace_charge
                WHERE company_id IN %(companies)s AND offset_charge_id IS NOT NULL
                AND reservation_id IS NOT NULL
                GROUP BY reservation_id
                HAVING sum(amount) != 0
                """,
                companies=tuple(companies.ids),
            ),
        )

    # === Invoices === #

    @api.model
    def _find_own_invoice(self, companies):
        return self._select(
            "espace.charge",
            SQL(
                """
                SELECT charge.id
                FROM espace_charge charge
                JOIN account_move_line line ON line.id = charge.invoice_line_id
                JOIN account_move move ON move.id = line.move_id
                WHERE charge.company_id IN %s AND (
                    move.espace_family_id IS DISTINCT FROM charge.family_id
                    OR move.company_id != charge.company_id
                    OR move.state = 'cancel'
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_invoice_line(self, companies):
        return self._select(
            "account.move.line",
            SQL(
                """
                SELECT line.id
                FROM account_move_line line
                JOIN espace_charge charge ON charge.invoice_line_id = line.id
                JOIN account_move move ON move.id = line.move_id
                WHERE line.company_id IN %s
                GROUP BY line.id, move.move_type
                HAVING sum(charge.amount) != line.price_total
                    * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_invoice_total(self, companies):
        """Invoices made by hand, and those of fees, have no charges at all."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                LEFT JOIN account_move_line line ON line.move_id = move.id
                LEFT JOIN espace_charge charge ON charge.invoice_line_id = line.id
                WHERE move.company_id IN %s
                AND move.espace_family_id IS NOT NULL AND move.state != 'cancel'
                AND EXISTS (
                    SELECT 1 FROM espace_charge own
                    JOIN account_move_line charged ON charged.id = own.invoice_line_id
                    WHERE charged.move_id = move.id
                )
                GROUP BY move.id
                HAVING coalesce(sum(
                    CASE
                        WHEN line.espace_fee_payment_id IS NULL
                            AND line.espace_reason IS NULL THEN charge.amount
                        ELSE line.price_total
                    END
                ), 0) != move.amount_total
                    * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                """,
                tuple(companies.ids),
            ),
        )

    # === Payment at booking === #

    @api.model
    def _find_hold(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT id FROM espace_reservation
                WHERE company_id IN %s
                AND (state = 'pending_payment') != (hold_until IS NOT NULL)
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_payment_awaited(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT booking.id FROM espace_reservation booking
                WHERE company_id IN %s AND state = 'pending_payment'
                AND NOT EXISTS (
                    SELECT 1
                    FROM espace_charge charge
                    JOIN account_move_line line ON line.id = charge.invoice_line_id
                    JOIN account_move move ON move.id = line.move_id
                    WHERE charge.reservation_id = booking.id
                    AND move.state = 'draft' AND move.amount_total > 0
                )
                """,
                tuple(companies.ids),
            ),
        )
