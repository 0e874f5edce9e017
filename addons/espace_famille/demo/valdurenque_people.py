"""Documents, a pending enrolment and shared holidays of the demonstration commune."""

from odoo import fields

from . import valdurenque

INSURANCE_TEXT = (
    "Demandez-la à votre assureur : elle doit nommer l’enfant et couvrir la "
    "responsabilité civile et l’individuelle accident."
)


class Demonstration(valdurenque.Demonstration):
    def _load_people(self):
        """Fill the lists of documents and enrolments; nothing keeps a family out."""
        types = self._load_document_types()
        children = self._children()
        self._load_documents(types, children)
        self._load_authorisations(children)
        self._load_pending_enrolment(children)
        self._load_holiday_halves()

    def _children(self):
        return self.env["espace.child"].search(
            [("company_id", "=", self._company().id)], order="id"
        )

    def _load_document_types(self):
        create = self.env["espace.document.type"].create
        return {
            "insurance": create(
                {
                    "name": "Attestation d’assurance scolaire",
                    "instructions": INSURANCE_TEXT,
                    "sequence": 1,
                    "company_id": self._company().id,
                }
            ),
            "vaccinations": create(
                {
                    "name": "Copie des vaccinations",
                    "instructions": "Photographiez les pages du carnet de santé.",
                    "sequence": 2,
                    "needed_for": "activities",
                    "activity_ids": self._ref("activity_leisure").ids,
                    "validity": "unlimited",
                    "company_id": self._company().id,
                }
            ),
            "pai": create(
                {
                    "name": "PAI signé par le médecin scolaire",
                    "sequence": 3,
                    "only_pai": True,
                    "confidential": True,
                    "company_id": self._company().id,
                }
            ),
        }

    def _load_documents(self, types, children):
        """Nine children of ten have their papers; a few wait, ended or were refused."""
        today = self._today()
        start = self.env["espace.school.year"]._year_of(self._company(), today)
        vals_list = []
        for number, child in enumerate(children):
            if number % 10 == 9:
                continue
            vals = {
                "type_id": types["insurance"].id,
                "child_id": child.id,
                "issued_on": min(start.date_from, today),
                "decision": "valid",
            }
            if number % 20 == 3:
                vals["decision"] = "to_check"
            elif number % 20 == 8:
                vals["expires_on"] = fields.Date.add(today, days=9)
            elif number % 20 == 14:
                vals["issued_on"] = fields.Date.subtract(today, years=1)
                vals["expires_on"] = fields.Date.subtract(today, days=20)
            vals_list.append(vals)
            if child.has_pai and number % 2:
                vals_list.append({**vals, "type_id": types["pai"].id})
            if number % 3:
                vals_list.append(
                    {
                        "type_id": types["vaccinations"].id,
                        "child_id": child.id,
                        "issued_on": vals["issued_on"],
                        "decision": "valid",
                    }
                )
        self.env["espace.document"].create(vals_list)

    def _load_authorisations(self, children):
        draw = self._random("authorisations")
        self.env["espace.authorisation"].create(
            [
                {
                    "child_id": child.id,
                    "kind": kind,
                    "granted": "yes" if draw.random() < chance else "no",
                    "given_on": fields.Date.subtract(self._today(), days=30),
                    "guardian_id": child.family_id.guardian_ids[0].id,
                }
                for child in children
                for kind, chance in (
                    ("emergency_care", 1),
                    ("photo", 0.85),
                    ("leave_alone", 0.15),
                )
            ]
        )

    def _load_pending_enrolment(self, children):
        """Let staff approve the enrolments of the leisure centre, from three years."""
        leisure = self._ref("activity_leisure")
        leisure.write({"enrolment_approval": "manual", "age_min": 3})
        leisure.age_reckoned = "autumn"
        enrolments = self.env["espace.enrolment"].search(
            [
                ("activity_id", "=", leisure.id),
                ("child_id", "in", children[-6:-4].ids),
            ]
        )
        enrolments.write({"state": "pending"})

    def _load_holiday_halves(self):
        """Share the holidays of one family by halves, one year in two."""
        custody = self.env["espace.custody"].search([], limit=1, order="id")
        child, other = custody.child_id, custody.family_id
        for family, first in ((child.family_id, "even"), (other, "odd")):
            second = "odd" if first == "even" else "even"
            self.env["espace.custody"].create(
                [
                    {
                        "child_id": child.id,
                        "family_id": family.id,
                        "pattern": pattern,
                        "years": years,
                    }
                    for pattern, years in (
                        ("first_half", first),
                        ("second_half", second),
                    )
                ]
            )
