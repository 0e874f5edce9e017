"""Documents, a pending enrolment and shared holidays of the demonstration commune."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from . import valdurenque

INSURANCE_TEXT = (
    "Demandez-la à votre assureur : elle doit nommer l’enfant et couvrir la "
    "responsabilité civile et l’individuelle accident."
)

# Of a Monday, Tuesday, Thursday and Friday: course, dish, codes of its allergens;
# (): none of the 14, None: not entered.
MENUS = (
    (
        ("starter", "Carottes râpées", ("mustard", "sulphites")),
        ("main", "Rôti de porc", ("mustard",)),
        ("side", "Purée de pommes de terre", ("milk",)),
        ("dairy", "Yaourt de la ferme", ("milk",)),
        ("dessert", "Pomme", ()),
    ),
    (
        ("starter", "Potage de légumes", ("milk", "celery")),
        ("main", "Colin au citron", ("fish",)),
        ("side", "Riz de Camargue", ()),
        ("dessert", "Flan vanille", ("milk", "eggs")),
    ),
    (
        ("starter", "Salade verte", ("mustard",)),
        ("main", "Omelette aux herbes", ("eggs", "milk")),
        ("side", "Pommes sautées", ()),
        ("dairy", "Emmental", ("milk",)),
        ("dessert", "Rocher aux cacahuètes", ("gluten", "eggs", "peanuts")),
    ),
    (
        ("starter", "Betteraves", None),
        ("main", "Lasagnes au bœuf", ("gluten", "milk", "celery")),
        ("side", "Salade de mâche", ("mustard",)),
        ("dessert", "Clémentine", ()),
    ),
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
        self._load_accidents(children)
        self._load_menus(children)
        self._load_groups(children)
        self._load_message()

    def _load_groups(self, children):
        """Part the leisure centre in two groups by age; one line of its bus."""
        leisure = self._ref("activity_leisure")
        six = self._today() - timedelta(days=6 * 365)
        enrolled = children.filtered(
            lambda child: leisure in child.enrolment_ids.activity_id
        )
        small = enrolled.filtered(lambda child: child.birth_date > six)
        shared = {"company_id": self._company().id, "activity_ids": leisure.ids}
        self.env["espace.group"].create(
            [
                {**shared, "name": "Les Lutins", "child_ids": small.ids},
                {
                    **shared,
                    "name": "Les Explorateurs",
                    "child_ids": (enrolled - small).ids,
                },
                {
                    **shared,
                    "name": "Ligne du hameau",
                    "kind": "transport",
                    "child_ids": enrolled[:3].ids,
                    "stop": "Place de la Mairie, puis Le Bousquet",
                    "leaves_at": 17.5,
                    "leader": "Car communal",
                    "places": 22,
                },
            ]
        )

    def _load_menus(self, children):
        """Enter the menus of this week and the next one; tick the known allergies."""
        allergens = {one.code: one.id for one in self.env["espace.allergen"].search([])}
        children.filtered("allergies").allergen_ids = [
            Command.set([allergens["peanuts"]])
        ]
        company = self._company()
        [no_pork] = self.env["espace.diet"].search(
            [("company_id", "=", company.id)], order="sequence, id", offset=1, limit=1
        )
        monday = self._today() - timedelta(days=self._today().weekday())
        served = ((0, MENUS[0]), (1, MENUS[1]), (3, MENUS[2]), (4, MENUS[3]))
        self.env["espace.menu"].create(
            [
                {
                    "date": monday + timedelta(weeks=week, days=weekday),
                    "company_id": company.id,
                    "note": "Menu végétarien" if weekday == 3 else False,
                    "dish_ids": [
                        Command.create(
                            {
                                "course": course,
                                "name": name,
                                "allergen_ids": [allergens[one] for one in codes or ()],
                                "no_allergen": codes == (),
                                "other_diet_ids": no_pork.ids if "porc" in name else [],
                            }
                        )
                        for course, name, codes in dishes
                    ],
                }
                for week in (0, 1)
                for weekday, dishes in served
            ]
        )

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
                    "blocking": True,
                    "provisional_months": 3,
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
            if number % 20 != 4:
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

    def _load_accidents(self, children):
        """Record an accident of a child of two homes; nobody is written to."""
        child = children.filtered("shared_custody")[:1]
        agent = self._ref("user_animation")
        day = fields.Datetime.now() - timedelta(days=8)
        happened_on = day.replace(hour=15, minute=40, second=0, microsecond=0)
        incident = self.env["espace.incident"].create(
            {
                "child_id": child.id,
                "happened_on": happened_on,
                "activity_id": self._ref("product_evening_1").espace_activity_id.id,
                "place": "Cour de l’école",
                "what_happened": "Tombée en sautant de la balançoire.",
                "injury": "Bosse au front, pas de plaie.",
                "care": "Glace dix minutes, surveillance jusqu’au départ.",
                "witnesses": "Deux animateurs",
                "author_id": agent.id,
                "step_ids": [
                    Command.create(
                        {
                            "at": happened_on + timedelta(minutes=minutes),
                            "guardian_id": guardian.id,
                            "how": "phone",
                            "words": "Prévenu, viendra à l’heure habituelle.",
                            "author_id": agent.id,
                        }
                    )
                    for minutes, guardian in zip(
                        (10, 15), child.family_ids.guardian_ids, strict=False
                    )
                ],
            }
        )
        declared = happened_on + timedelta(hours=2)
        incident.write(
            {"state": "declared", "declared_on": declared, "declared_by": agent.id}
        )

    def _load_message(self):
        """Write to the families of a class; no e-mail leaves, one came back."""
        message = self.env["espace.message"].create(
            {
                "name": "Sortie des {classe} à la ferme",
                "body": "<p>Madame, Monsieur,</p><p>jeudi prochain, {enfants} ira avec "
                "sa classe à la ferme. Prévoyez des bottes et un pique-nique : le "
                "repas de la cantine ne sera pas dû.</p><p>{commune}</p>",
                "company_id": self._company().id,
                "audience": "class",
                "class_ids": [Command.set(self._ref("class_cp").ids)],
            }
        )
        message.action_check()
        message.action_send()
        lines = message.line_ids
        self.env["mail.mail"].search(
            [("mail_message_id", "in", lines.letter_message_id.ids)]
        ).unlink()
        lines.filtered("letter_message_id")._letter_note()
        lines[:1]._letter_returned(
            "L’e-mail est revenu : personne ne reçoit d’e-mails à cette adresse."
        )
