from datetime import date

from odoo import api, models
from odoo.fields import Command, Domain

from ...domain.booking import ENDED_STATES
from .espace_erasure_mixin import erase_papers


class EspaceChild(models.Model):
    """A child who left keeps a number and a year of birth."""

    _name = "espace.child"
    _inherit = ["espace.child", "espace.erasure.mixin"]

    @api.model
    def _unused_since(self, day):
        enrolled = Domain("state", "!=", "refused") & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )
        return (
            super()._unused_since(day)
            & Domain("reservation_ids", "not any", [("date", ">=", day)])
            & Domain("enrolment_ids", "not any", enrolled)
        )

    def _why_kept(self):
        if why := super()._why_kept():
            return why
        coming = Domain("child_id", "=", self.id) & Domain(
            "date", ">=", self.company_id._espace_today()
        )
        ended = [*ENDED_STATES, "draft"]
        if self.env["espace.reservation"].search_count(
            coming & Domain("state", "not in", ended), limit=1
        ):
            return self.env._(
                "%s still has bookings to come: cancel them first.", self.name
            )
        return ""

    def _erasure_words(self):
        return self.env._(
            "%(child)s (bookings: %(bookings)s)",
            child=self.name,
            bookings=len(self.sudo().reservation_ids),
        )

    def _erase_all(self):
        result = super()._erase_all()
        # As long as both households of a shared child are known.
        self._erase_life()
        self._erase_persons()
        self._erase_documents()
        nameless = {
            "firstname": self.env._("Erased child"),
            **dict.fromkeys(("class_id", "diet_id", "pai_details", "allergies"), False),
            "has_pai": False,
            "active": False,
        }
        for child in self:
            born = child.birth_date
            child.write(
                {
                    **nameless,
                    "lastname": self.env._("no. %s", child.id),
                    "birth_date": born and date(born.year, 1, 1),
                    "erased_on": child.company_id._espace_today(),
                }
            )
        erase_papers(self)
        return result

    def _erase_persons(self):
        """Erase who could fetch these children and nobody else, and what they allow."""
        persons = self.pickup_person_ids
        persons.filtered(lambda person: person.child_ids <= self).unlink()
        self.write({"pickup_person_ids": [Command.clear()]})
        self.authorisation_ids.unlink()
        self.custody_ids.unlink()

    def _erase_documents(self):
        self.document_ids.attachment_ids.unlink()
        self.document_ids.unlink()

    def _erase_life(self):
        """Erase what was written of their bookings, enrolments and absences."""
        self.enrolment_ids._erase_words()
        self.reservation_ids._erase_words()
        absences = self.env["espace.absence"].search([("child_id", "in", self.ids)])
        absences.proof_ids.unlink()
        erase_papers(absences)
        absences.write({"note": False, "refusal": False})
