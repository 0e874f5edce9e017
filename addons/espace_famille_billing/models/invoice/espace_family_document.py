"""What the documents for a family say of it, and of how it pays."""

from odoo import models


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _espace_postal_lines(self):
        """Return to whom and where letters go: who pays, then the address."""
        self.ensure_one()
        family_sudo = self.sudo()
        names = family_sudo._payers().mapped("name") or [family_sudo.partner_id.name]
        return [*names, *family_sudo.partner_id._espace_place_lines()]

    def _espace_ways_to_pay(self, regie, number=""):
        """Return [(label, words)] of how and where this family can pay.

        :param regie: `espace.regie`, maybe none
        :param str number: of the document, for whoever pays by cheque or transfer
        """
        self.ensure_one()
        ways = self.company_id._espace_ways_to_pay(regie, number)
        if self.company_id.sudo()._espace_pays_online():
            online = (self.env._("Online"), f"{self.get_base_url()}/my/factures")
            ways.insert(0, online)
        return ways


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_ways_to_pay(self, regie, number=""):
        """Return [(label, words)] of how and where anybody can pay, but for online.

        :param regie: `espace.regie`, maybe none
        :param str number: of the document, for whoever pays by cheque or transfer
        """
        self.ensure_one()
        company_sudo = self.sudo()
        regie_sudo = regie.sudo()
        journals = {j.espace_means: j for j in regie_sudo.journal_ids}
        place = ", ".join(company_sudo._espace_place_lines())
        ways = []
        if counter := regie_sudo._counter_words():
            hours = " ".join((company_sudo.espace_opening_hours or "").split())
            where = ". ".join(part.rstrip(".") for part in (place, hours) if part)
            ways.append((self.env._("At the counter"), f"{counter}\n{where}".strip()))
        if "cheque" in journals:
            to_whom = self.env._("to the order of %s", regie_sudo.cheque_order)
            by_post = (
                self.env._(
                    "by post to %(commune)s, %(place)s",
                    commune=company_sudo.name,
                    place=place,
                )
                if place
                else ""
            )
            noted = (
                self.env._("note the number %s on its back", number) if number else ""
            )
            parts = (to_whom, by_post, noted)
            ways.append((self.env._("By cheque"), ", ".join(filter(None, parts))))
        bank = journals["transfer"].bank_account_id if "transfer" in journals else None
        if bank:
            words = bank.acc_number
            if number:
                words = self.env._(
                    "%(account)s, reference %(number)s", account=words, number=number
                )
            ways.append((self.env._("By transfer"), words))
        return ways

    def _espace_complaint_words(self, regie):
        """Say where a family that disagrees turns to: a request, no appeal.

        An invoice of a régie is no titre: ways and delays of appeal stand on those.
        """
        self.ensure_one()
        company_sudo = self.sudo()
        parts = [
            regie.name or company_sudo.name,
            ", ".join(company_sudo._espace_place_lines()),
            # A number stays on one line.
            (company_sudo.phone or "").replace(" ", "\N{NO-BREAK SPACE}"),
            company_sudo.email,
        ]
        return self.env._(
            "A question, a complaint? Write to: %s.", " – ".join(filter(None, parts))
        )
