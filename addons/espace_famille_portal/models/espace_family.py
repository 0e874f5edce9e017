from odoo import api, models
from odoo.exceptions import AccessError


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    # === Actions === #

    def action_invite(self):
        """Open the invitation of the guardians of one or hundreds of families."""
        return self.guardian_ids.action_invite()

    # === The family of a portal page === #

    @api.model
    def _portal_current(self, chosen_id=None):
        """Return the family that the user looks at, as superuser; maybe empty.

        :param chosen_id: what the session remembers; ignored unless it is the user's
        """
        return self._of_user()._portal_chosen(chosen_id)

    def _portal_chosen(self, chosen_id):
        chosen = self.filtered(lambda family: family.id == chosen_id) or self[:1]
        return chosen.with_company(chosen.company_id)

    @api.model
    def _portal_nav(self, chosen_id=None):
        """Return what the menu of the portal needs, empty for those without family."""
        if self.env.user._is_public():
            return {}
        families_sudo = self._of_user()
        if not families_sudo:
            return {}
        family_sudo = families_sudo._portal_chosen(chosen_id)
        cart_count = family_sudo.env["espace.reservation"].search_count(
            [("family_id", "=", family_sudo.id), ("state", "=", "draft")]
        )
        return {
            "family": family_sudo,
            "families": families_sudo,
            "cart_count": cart_count,
        }

    def _portal_guardian(self):
        """Return who the user is in this family."""
        self.ensure_one()
        partner = self.env.user.partner_id
        return self.sudo().guardian_ids.filtered(lambda g: g.partner_id == partner)

    def _portal_may_book(self):
        return any(self._portal_guardian().mapped("may_book"))

    def _portal_check_may_book(self):
        if not self._portal_may_book():
            raise AccessError(
                self.env._(
                    "You may look at the bookings of this family but not change them. "
                    "Ask the town hall if this is a mistake."
                )
            )

    def _portal_hold(self):
        """Return what waits for the family's online payment, None if nothing does.

        :return: dict of the draft invoice, its bookings, the euros asked, these and the
            limit in words
        """
        self.ensure_one()
        move_sudo = self._espace_payment_move()
        if not move_sudo:
            return None
        company = self.company_id
        reservations_sudo = move_sudo.espace_reservation_ids.filtered(
            lambda reservation: reservation.state == "pending_payment"
        )
        asked = move_sudo._espace_asked()
        amount = company._espace_amount_words(asked)
        return {
            "move": move_sudo,
            "asked": float(asked),
            "reservations": reservations_sudo,
            "amount": amount,
            "title": self._portal_hold_title(reservations_sudo, amount),
            "count": self.env["espace.portal.cart"]._bookings_words(
                len(reservations_sudo)
            ),
            "on_its_way": move_sudo.espace_payment_on_its_way,
        }

    def _portal_hold_title(self, reservations_sudo, amount):
        limits = [r.hold_until for r in reservations_sudo if r.hold_until]
        if not limits:
            return self.env._("Payment pending: %s", amount)
        company = self.company_id
        until = company._espace_local(min(limits))
        if until.date() != company._espace_today():
            return self.env._(
                "Payment pending until %(limit)s: %(amount)s",
                limit=company._espace_limit_words(min(limits)),
                amount=amount,
            )
        return self.env._(
            "Payment pending until %(time)s: %(amount)s",
            time=company._espace_time_words(until),
            amount=amount,
        )
