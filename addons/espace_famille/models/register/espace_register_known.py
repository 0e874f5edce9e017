from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import models

from ...domain.register import known
from ...domain.register.columns import DOCUMENT
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
        histories = self._quotient_histories(families)
        documents = self._known_documents()
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
                    tuple(histories.get(family.id, ())),
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
                    guardian.phone2 or "",
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
                    child.level or None,
                    tuple(documents.get(child.id, ())),
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

    def _known_documents(self):
        """Return {id of a child: [(field of a column, until when it counts)]}."""
        valid = self.env["espace.document"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("child_id", "!=", False),
                ("decision", "!=", "refused"),
            ]
        )
        found = defaultdict(dict)
        for one in valid:
            until = one.expires_on or date.max
            own, name = found[one.child_id.id], f"{DOCUMENT}{one.type_id.id}"
            own[name] = max(until, own.get(name, date.min))
        today = self.company_id._espace_today()
        return {
            child_id: [(name, day) for name, day in own.items() if day >= today]
            for child_id, own in found.items()
        }

    def _known_diets(self):
        """Return {slug of a name in any language: id}."""
        diets = self.env["espace.diet"].search([("active", "=", True)])
        return {
            slug(diet.name): diet.id
            for code, _name in self.env["res.lang"].get_installed()
            for diet in diets.with_context(lang=code)
        }

    def _quotient_histories(self, families) -> dict[int, list[tuple[date, Decimal]]]:
        """Hook: return {id of a family: [(first day, quotient)] in their order}."""
        return {}

    def _known_quotients(self, families) -> dict[int, Decimal]:
        """Hook: return {id of a family: its quotient today}."""
        return {}

    def _amount_reader(self):
        """Hook: return what reads a quotient in a cell, False where nothing does."""
        return False

    def _write_quotients(self, quotients):
        """Hook: record {family: (quotient, first day or None for today)}.

        :return: the families that had none of that day
        """
        return self.env["espace.family"]
