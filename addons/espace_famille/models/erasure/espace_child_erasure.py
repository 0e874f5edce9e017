import logging
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Command, Domain

from ...domain.booking import ENDED_STATES
from ..core.batch import one_by_one
from ..core.guards import ERASING, allow
from .espace_erasure_mixin import erase_papers

_logger = logging.getLogger(__name__)

# After the last meal, a refusal of an ingredient is proof of what the family said.
YEARS_OF_A_REFUSAL = 3
HEALTH = ("has_pai", "pai_details", "allergies")


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
        if self.env["espace.reservation"].sudo()._expected_of("child_id", self):
            return self.env._(
                "%s still has bookings to come: decide on them with “Leaving…” first.",
                self.name,
            )
        return ""

    # === Health: at the end of the enrolment === #

    @api.model
    def _cron_erase_health(self):
        """Erase health once a child is enrolled no more, the diet three years later.

        Health information is given back at the end of the enrolment (arrêté du 20
        février 2003); that a family refused an ingredient is kept three years after
        the last meal (décret n° 2015-447).
        """
        for company in self.env["res.company"]._espace_communes():
            today = company._espace_today()
            everybody = self.with_context(active_test=False).sudo()
            gone = everybody.search(everybody._without_enrolment(company, today))
            one_by_one(
                self.env,
                gone.filtered(lambda child: child._has_health()),
                lambda child: child._erase_health(),
                _logger,
                "the health of %s was not erased",
            )
            day = today - relativedelta(years=YEARS_OF_A_REFUSAL)
            one_by_one(
                self.env,
                everybody.search(everybody._last_meal_before(company, day)),
                lambda child: child._erase_diet(),
                _logger,
                "the diet of %s was not erased",
            )

    @api.model
    def _without_enrolment(self, company, today):
        """Return the domain of the children who left, or whose enrolments are over.

        Who was never enrolled comes to what is open to all: until it leaves.
        """
        running = Domain("state", "!=", "refused") & Domain("date_to", ">=", today)
        over = Domain("enrolment_ids", "!=", False) & Domain(
            "enrolment_ids", "not any", running
        )
        expected = Domain("state", "not in", ENDED_STATES) & Domain("date", ">=", today)
        return (
            Domain("company_id", "=", company.id)
            & Domain("erased_on", "=", False)
            & (Domain("active", "=", False) | over)
            & Domain("reservation_ids", "not any", expected)
        )

    @api.model
    def _last_meal_before(self, company, day):
        meals = Domain("product_id.espace_includes_meal", "=", True) & Domain(
            "date", ">=", day
        )
        return (
            Domain("company_id", "=", company.id)
            & Domain("diet_id", "!=", False)
            & Domain("create_date", "<", day)
            & Domain("reservation_ids", "not any", meals)
            & self._without_enrolment(company, company._espace_today())
        )

    def _has_health(self):
        return bool(
            self.has_pai
            or self.pai_details
            or self.allergies
            or self.allergen_ids
            or self._health_papers()
        )

    def _health_papers(self):
        return self.document_ids.filtered(
            lambda document: document.confidential or document.type_id.only_pai
        )

    def _erase_health(self):
        """Erase care plan, allergies and health papers of who comes no more."""
        silent = allow(self.with_context(tracking_disable=True), ERASING)
        papers = silent._health_papers()
        papers.attachment_ids.unlink()
        papers.unlink()
        silent.write(
            {**dict.fromkeys(HEALTH, False), "allergen_ids": [Command.clear()]}
        )
        for child in self:
            child._message_log(
                body=self.env._(
                    "Health information erased: the child is enrolled no more."
                )
            )

    def _erase_diet(self):
        silent = self.with_context(tracking_disable=True)
        silent.write({"diet_id": False})

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
            **dict.fromkeys(("class_id", "diet_id", *HEALTH), False),
            "allergen_ids": [Command.clear()],
            **dict.fromkeys(("list_photo", "card_code"), False),
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
        bans = self.with_context(active_test=False).pickup_ban_ids
        bans.filtered(lambda ban: ban.child_ids <= self).unlink()
        self.write({"pickup_ban_ids": [Command.clear()]})
        gestures = self.env["espace.attendance.event"].sudo()
        gestures.search([("child_id", "in", self.ids)])._erase_words()
        self.sudo().reservation_ids.filtered("left_with").write({"left_with": False})
        self.authorisation_ids.unlink()
        self.custody_ids.unlink()

    def _erase_documents(self):
        self.document_ids.attachment_ids.unlink()
        self.document_ids.unlink()

    def _erase_life(self):
        """Erase what was written of their bookings, enrolments and absences."""
        self.enrolment_ids._erase_words()
        # A line of a cart is nobody's booking yet.
        carts = self.reservation_ids.filtered(lambda r: r.state == "draft")
        carts._discard()
        (self.reservation_ids - carts)._erase_words()
        absences = self.env["espace.absence"].search([("child_id", "in", self.ids)])
        absences.proof_ids.unlink()
        erase_papers(absences)
        absences.write({"note": False, "refusal": False})
        accidents = self.env["espace.incident"].search([("child_id", "in", self.ids)])
        accidents._erase_words()
