"""What families are told on their devices, beside the e-mail that says all of it."""

from odoo import models

# Template of an e-mail: what is told, see `EspaceFamily._push_words_of`.
TOLD = {
    "espace_famille.mail_template_place_given": "place",
    "espace_famille.mail_template_absence_accepted": "absence",
    "espace_famille.mail_template_enrolment_accepted": "answer",
    "espace_famille.mail_template_enrolment_refused": "answer",
    "espace_famille_portal.mail_template_corrections": "answer",
}


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _notify_with(self, name, record, values=None, **options):
        """Tell devices of what some of the commune's e-mails say."""
        super()._notify_with(name, record, values, **options)
        kind = TOLD.get(name)
        if kind:
            family = self._in_own_words()
            text, page = family._push_words_of(kind, name, record, values or {})
            family.env["espace.push"]._tell(family, kind, text, page)

    def _push_words_of(self, kind, name, record, values):
        """Return (what a device is told, the page that a tap opens)."""
        record_sudo = record.sudo().with_env(self.env(su=True))
        if kind == "place":
            places_sudo = values.get("places", record).with_env(self.env(su=True))
            return self._push_place_words(places_sudo), "/my/reservations"
        if kind == "absence":
            words = self.env._(
                "%(child)s: the absence is accepted, %(days)s.",
                child=record_sudo.child_id.firstname,
                days=self._push_span(record_sudo),
            )
            return words, "/my/absences"
        if kind == "closure":
            if name.endswith("reopened"):
                words = self.env._("Open after all: %s", self._push_span(record_sudo))
            else:
                words = f"{record_sudo._words()} ({self._push_span(record_sudo)})"
            return words, "/my/reservations"
        return self.env._("The town hall has answered you."), "/my/foyer"

    def _push_span(self, record_sudo):
        """Say from when until when an absence or a closure is."""
        company = self.sudo().company_id
        return company._espace_span_words(record_sudo.date_from, record_sudo.date_to)

    def _push_place_words(self, places_sudo):
        company = self.sudo().company_id
        first = places_sudo.sorted("date")[:1]
        words = self.env._(
            "%(child)s has a place: %(option)s, %(day)s.",
            child=first.child_id.firstname,
            option=first.product_id.name,
            day=company._espace_day_words(first.date),
        )
        if len(places_sudo) > 1:
            more = len(places_sudo) - 1
            words += " " + self.env._("And %s more.", more)
        until = places_sudo._pay_until_words()
        if until:
            words += " " + self.env._("To be paid before %s.", until)
        return words


class EspaceMessageLine(models.Model):
    _inherit = "espace.message.line"

    def _send(self):
        """Tell devices of a closure, or of its end, as the family is written to."""
        super()._send()
        closure_sudo = self.sudo().message_id.closure_id
        if closure_sudo:
            family = self.family_id._in_own_words()
            kind = self.message_id.kind
            text, page = family._push_words_of("closure", kind, closure_sudo, {})
            family.env["espace.push"]._tell(family, "closure", text, page)


class EspaceRequest(models.Model):
    _inherit = "espace.request"

    def _push_answer(self):
        """Tell the family that it was answered; what was said stays in the request."""
        for asked in self.filtered("family_id"):
            family = asked.sudo().family_id._in_own_words()
            family.env["espace.push"]._tell(
                family,
                "answer",
                family.env._("The town hall has answered your request."),
                f"/my/demandes/{asked.id}",
            )


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        """Tell of an invoice as its e-mail leaves, if something is left to pay."""
        fresh = self.browse()
        if vals.get("is_move_sent"):
            fresh = self.filtered(lambda move: not move.is_move_sent)
        done = super().write(vals)
        fresh._push_invoices()
        return done

    def _push_invoices(self):
        for move_sudo in self.sudo():
            family = move_sudo.espace_family_id
            to_pay = move_sudo.move_type == "out_invoice" and move_sudo.amount_residual
            if not (family and to_pay and move_sudo.state == "posted"):
                continue
            family = family._in_own_words()
            company = family.company_id
            text = family.env._(
                "A new invoice: %(amount)s to pay before %(day)s.",
                amount=company._espace_amount_words(move_sudo.amount_residual),
                day=company._espace_day_words(move_sudo.invoice_date_due),
            )
            family.env["espace.push"]._tell(
                family, "invoice", text, f"/my/factures/{move_sudo.id}"
            )


class EspaceNews(models.Model):
    _inherit = "espace.news"

    def _push_closures(self, families_sudo, now):
        """Tell these families of a strike or a closure that was published."""
        for news in self.filtered(lambda one: one.kind in ("alert", "closure")):
            for family_sudo in families_sudo:
                family = family_sudo._in_own_words()
                family.env["espace.push"]._tell(
                    family, "closure", news.name, f"/my/actualites/{news.id}", now
                )
