from datetime import date
from unittest.mock import patch

from odoo.addons.espace_famille.tests.common import TODAY

from ..models import espace_quotient_query
from .particulier_double import TOKEN, Double

BORN = date(1988, 5, 17)


class ParticulierMixin:
    """The Martins (Claire, Marc) and the Durands (Sofia) may be asked about."""

    @classmethod
    def set_up_service(cls):
        cls.double = cls.enterClassContext(Double())
        cls.company.write(
            {
                "company_registry": "21810123400019",
                "espace_particulier_url": cls.double.url,
            }
        )
        cls.company.sudo().espace_particulier_token = TOKEN
        (cls.martin | cls.durand).write({"qf_informed_on": TODAY})
        for guardian in (cls.martin | cls.durand).guardian_ids:
            guardian.write({"birth_date": BORN, "birth_commune_code": "81065"})
        cls.claire, cls.marc = cls.martin.guardian_ids.sorted("rank")
        cls.sofia = cls.durand.guardian_ids
        # The pace is tried apart.
        cls.startClassPatcher(patch.object(espace_quotient_query, "PAUSE", 0))

    def reset(self, **persons):
        """Have the double know these, by first name: (value, source)."""
        names = {"Claire": "Martin", "Marc": "Martin", "Sofia": "Durand"}
        self.double.persons = {
            (names[first], first): said for first, said in persons.items()
        }
        self.double.faults, self.double.asked = [], []
