from decimal import Decimal

from odoo import models

from ...domain.register import known
from ...domain.register.households import Address
from ...domain.register.values import slug


class EspaceRegisterImport(models.Model):
    """What the commune has, as the register is compared with it."""

    _inherit = "espace.register.import"

    def _known(self):
        """Return the `known.Known` of the commune, who left included."""
        mine = [("company_id", "=", self.company_id.id)]
        archived = self.with_context(active_test=False).env
        classes = archived["espace.school.class"].search(mine)
        schools = archived["espace.school"].search(mine)
        families = archived["espace.family"].search(mine)
        quotients = self._known_quotients(families)
        return known.Known(
            families=[
                known.KnownFamily(
                    family.id,
                    family.name or "",
                    Address(
                        " ".join(filter(None, (family.street, family.street2))),
                        family.zip or "",
                        family.city or "",
                    ),
                    family.active,
                    quotients.get(family.id),
                )
                for family in families
            ],
            guardians=[
                known.KnownGuardian(
                    guardian.id,
                    guardian.family_id.id,
                    guardian.firstname or "",
                    guardian.lastname or "",
                    guardian.civility or "",
                    guardian.email or "",
                    guardian.phone or "",
                )
                for guardian in archived["espace.guardian"].search(mine)
            ],
            children=[
                known.KnownChild(
                    child.id,
                    child.firstname,
                    child.lastname,
                    child.birth_date or None,
                    tuple(
                        dict.fromkeys((child.family_ids | child.other_family_ids).ids)
                    ),
                    child.class_id.id or None,
                    child.school_id.id or None,
                    child.diet_id.id or None,
                    child.active,
                )
                for child in archived["espace.child"].search(mine)
            ],
            classes=[
                known.KnownClass(one.id, one.name, one.school_id.id) for one in classes
            ],
            schools={school.id: school.name for school in schools},
            diets=self._known_diets(),
            school=self.school_id.id or self.school_name or None,
        )

    def _known_diets(self):
        """Return {slug of a name in any language: id}."""
        diets = self.env["espace.diet"].search([("active", "=", True)])
        return {
            slug(diet.name): diet.id
            for code, _name in self.env["res.lang"].get_installed()
            for diet in diets.with_context(lang=code)
        }

    def _known_quotients(self, families) -> dict[int, Decimal]:
        """Hook: return {id of a family: its quotient today}."""
        return {}

    def _amount_reader(self):
        """Hook: return what reads a quotient in a cell, False where nothing does."""
        return False

    def _write_quotients(self, quotients):
        """Hook: record {family: quotient} from today on."""
