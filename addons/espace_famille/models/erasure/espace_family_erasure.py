from odoo import api, fields, models
from odoo.fields import Domain

from .espace_erasure_mixin import erase_papers


class EspaceFamily(models.Model):
    """A family that left keeps its reference, and what the accounting needs."""

    _name = "espace.family"
    _inherit = ["espace.family", "espace.erasure.mixin"]

    payer_kept = fields.Boolean(
        "Name Kept for the Accounting",
        readonly=True,
        copy=False,
        help="The rest is erased; the payer's name and address follow when the "
        "accounting no longer needs them.",
    )

    @api.model
    def _unused_since(self, day):
        used = ~self.env["espace.child"]._unused_since(day)
        return (
            super()._unused_since(day)
            & Domain("reservation_ids", "not any", [("date", ">=", day)])
            & Domain("main_child_ids", "not any", used)
            & Domain("custody_ids", "not any", [("child_id", "any", used)])
        )

    def _own_children(self):
        return self.with_context(active_test=False).main_child_ids

    def _why_kept(self):
        if why := super()._why_kept():
            return why
        for child in self._own_children():
            if why := child._why_kept():
                return why
            if others := child.custody_ids.family_id - self:
                return self.env._(
                    "%(child)s also lives with %(family)s: make that family the "
                    "child's household first.",
                    child=child.name,
                    family=", ".join(others.mapped("name")),
                )
        # What it booked for a child of another household.
        if self.env["espace.reservation"].sudo()._expected_of("family_id", self):
            return self.env._(
                "%s still has bookings to come: decide on them with “Leaving…” first.",
                self.name,
            )
        return ""

    def _erasure_words(self):
        if self.erased_on:
            return self.env._("%s: what the accounting had kept", self.display_name)
        return self.env._(
            "%(family)s: %(people)s",
            family=self.display_name,
            people=", ".join(
                (self.guardian_ids.partner_id.mapped("name"))
                + self._own_children().mapped("name")
            ),
        )

    def _erase_all(self):
        result = super()._erase_all()
        self.filtered(lambda family: not family.erased_on)._erase_household()
        for family in self:
            family._erase_payer()
        return result

    def _erase_household(self):
        """Hook: erase everything but the payer."""
        self._own_children().filtered(lambda child: not child.erased_on)._erase_all()
        self.reservation_ids.filtered(lambda r: r.state == "draft")._discard()
        self.custody_ids.unlink()
        self.document_ids.attachment_ids.unlink()
        self.document_ids.unlink()
        self.pickup_person_ids.unlink()
        told = self.env["espace.message.line"]
        told.search([("family_id", "in", self.ids)]).unlink()
        self.reservation_ids._erase_words()
        self._erase_guardians()
        erase_papers(self)

    def _erase_guardians(self):
        """Take the guardians away; those who are nothing else here lose their name."""
        guardians = self.guardian_ids
        persons, log_ins = guardians.partner_id, guardians.person_id
        self.env["espace.authorisation"].search(
            [("guardian_id", "in", guardians.ids)]
        ).unlink()
        erase_papers(guardians)
        guardians.unlink()
        elsewhere = Domain("partner_id", "in", persons.ids)
        others = (
            self.env["espace.guardian"].search(elsewhere).partner_id
            | self.search(elsewhere).partner_id
            | persons.filtered(lambda person: person._espace_is_agent())
        )
        erased = persons - others
        log_ins._espace_leave(self.company_id, erased)
        erased._espace_erase(self.env._("Erased person"))

    def _erase_payer(self):
        kept = self._payer_must_be_kept()
        name = self.env._("Erased family %s", self.reference)
        self.partner_id._espace_erase(name, identity=not kept)
        self._erase_merged(name, kept)
        self.write(
            {
                "active": False,
                "state": "archived",
                "payer_kept": kept,
                "erased_on": self.erased_on or self.company_id._espace_today(),
            }
        )

    def _erase_merged(self, name, kept):
        """Erase what is left of those that were merged with the family."""
        merges = self.env["espace.merge"]._of_family(self)
        payers = merges.filtered(lambda one: one.subject == "family").partner_id
        payers._espace_erase(name, identity=not kept)
        others = merges.partner_id - payers
        others._espace_erase(self.env._("Erased person"))
        merges._erase_names()

    def _payer_must_be_kept(self):
        """Hook: tell whether the accounting needs the payer's name and address."""
        return False
