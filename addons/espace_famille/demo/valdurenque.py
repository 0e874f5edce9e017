"""An invented year of Valdurenque, a small commune, around today's date."""

import random
from datetime import date, datetime, timedelta
from itertools import cycle

from odoo import fields
from odoo.fields import Command

# Families by number of children: 56 households with 100 children in all; four more
# are the other household of separated parents.
HOUSEHOLDS = {1: 24, 2: 22, 3: 8, 4: 2}
SEED = 81090

SURNAMES = """
    Vasseur Perrault Aubertin Bellanger Castagné Delorme Estève Fabrègue Galinier
    Huchet Izard Jourdain Kermadec Labadie Maurel Nougaret Olivet Pagès Quéméner
    Rascol Salvetat Tournier Ursule Vidalenc Waltz Ximenès Yvert Zanetti Almeras
    Bastide Cambon Durieu Escoffier Fournials Gaubert Houlès Isnard Jalabert Lacaze
    Mialhe Nègre Ormières Pradelles Quercy Roumégoux Sicard Tarroux Ubalde Viguier
    Wernert Azéma Blatgé Combes Dougnac Espitalier Fraysse
""".split()
OTHER_SURNAMES = ["Lemaire", "Benhaddou", "Kowalczyk", "Da Silveira"]
MOTHERS = """
    Camille Nadia Élodie Sarah Marion Julie Amélie Claire Inès Aurélie Laura Pauline
    Fatou Hélène Céline Delphine
""".split()
FATHERS = """
    Marc Thomas Karim Julien Nicolas Antoine Romain Mathieu Olivier Sébastien Youssef
    Guillaume Benoît Florian
""".split()
OTHER_PARENTS = [("Hugo", "sir"), ("Samir", "sir"), ("Anna", "madam"), ("Rui", "sir")]
CHILDREN = """
    Clara Guilhem Lucie Noé Jade Louis Emma Gabin Alice Malo Rose Adam Lina Sacha
    Zoé Raphaël Anna Jules Mila Nino Chloé Léo Inaya Axel Romane Eliott Louna Tom
    Manon Ethan Ambre Gaspard Nour Marius Léna Timéo Agathe Rayan Maëlle Victor
""".split()
PICKUP_PERSONS = [
    ("Odile", "grand-mère"),
    ("Jean-Claude", "grand-père"),
    ("Mireille", "nourrice"),
]
STREETS = [
    "rue du Moulin",
    "chemin des Vignes",
    "impasse du Lavoir",
    "place de l'Église",
]

# Class, age reached in the calendar year in which the school year starts.
CLASSES = [
    ("class_ps", 3),
    ("class_ps", 4),
    ("class_gs", 5),
    ("class_cp", 6),
    ("class_ce1", 7),
    ("class_ce2", 8),
    ("class_cm", 9),
    ("class_cm", 10),
]


class Demonstration:
    """Loads the demonstration commune; later addons add their own part.

    It is no model: only the data file of the demonstration imports it.
    """

    def __init__(self, env):
        self.env = env

    def with_context(self, **context):
        return type(self)(self.env(context={**self.env.context, **context}))

    def _company(self):
        return self.env.ref("base.main_company")

    def _today(self):
        return self._company()._espace_today()

    def _random(self, salt):
        """Return a generator that gives the same numbers each time."""
        return random.Random(f"{SEED} {salt}")

    def _ref(self, name):
        return self.env.ref(f"espace_famille.{name}")

    # === The year === #

    def _load_year(self):
        """Create the school year around today, the next one too in summer."""
        company = self._company()
        days = [self._today()]
        if days[0].month in (7, 8):
            days.append(date(days[0].year, 9, 1))
        Year = self.env["espace.school.year"]
        activities = self.env["espace.activity"].search(
            [("company_id", "=", company.id)]
        )
        for day in days:
            if not Year._year_of(company, day):
                year = Year._create_for(company, day)
                activities._generate_sessions(year.date_from, year.date_to)

    def _load_openings(self):
        """Open the Wednesdays of May to the summer on 1 April, at eight in Paris."""
        Year = self.env["espace.school.year"]
        for year in Year.search([("company_id", "=", self._company().id)]):
            last = year.date_to.year
            self.env["espace.booking.opening"].create(
                {
                    "name": f"Mercredis de mai à juillet {last}",
                    "company_id": self._company().id,
                    "activity_ids": [Command.link(self._ref("activity_leisure").id)],
                    "date_from": date(last, 5, 1),
                    "date_to": year.date_to,
                    "opens_on": datetime(last, 4, 1, 6, 0),
                }
            )

    # === The families === #

    def _load_families(self):
        """Create 60 families and 100 children, enrolled in every activity."""
        draw = self._random("families")
        sizes = [size for size, count in HOUSEHOLDS.items() for _n in range(count)]
        draw.shuffle(sizes)
        # The families that the guide follows come first, with two children each.
        for position in range(2):
            sizes.insert(position, sizes.pop(sizes.index(2, position)))
        names = cycle(CHILDREN)
        households = [
            self._create_family(number, surname, size, draw, names)
            for number, (surname, size) in enumerate(zip(SURNAMES, sizes, strict=True))
        ]
        families = self.env["espace.family"].browse(f.id for f in households)
        self._create_other_households(families[1:5], draw)
        self._enrol(families.child_ids)

    def _create_family(self, number, surname, size, draw, names):
        mother = MOTHERS[number % len(MOTHERS)]
        father = FATHERS[number % len(FATHERS)]
        separated = 1 <= number <= 4
        family = self.env["espace.family"].create(
            {
                "name": f"Famille {surname}",
                "email": f"{_mail(mother)}.{_mail(surname)}@example.org",
                "phone": f"06 39 98 {number:02d} {draw.randrange(100):02d}",
                "street": f"{draw.randrange(1, 60)} {draw.choice(STREETS)}",
                "zip": "81090",
                "city": "Valdurenque",
                "country_id": self.env.ref("base.fr").id,
                "lang": self.env.lang or "fr_FR",
                "company_id": self._company().id,
                "residency": "non_resident" if number % 9 == 8 else "resident",
                "guardian_ids": [
                    Command.create(self._guardian("madam", mother, surname, 1)),
                    *(
                        [Command.create(self._guardian("sir", father, surname, 2))]
                        if number % 4 and not separated
                        else []
                    ),
                ],
            }
        )
        self.env["espace.child"].create(
            [self._child(family, surname, next(names), draw) for _n in range(size)]
        )
        return family

    def _guardian(self, civility, firstname, lastname, rank):
        return {
            "civility": civility,
            "firstname": firstname,
            "lastname": lastname,
            "rank": rank,
            "email": f"{_mail(firstname)}.{_mail(lastname)}@example.org",
            "lang": self.env.lang or "fr_FR",
        }

    def _child(self, family, lastname, firstname, draw):
        first_year = self._first_year()
        class_name, age = draw.choice(CLASSES)
        diets = self.env["espace.diet"].search(
            [("company_id", "=", self._company().id)], order="sequence, id"
        )
        # Eight children of ten eat everything.
        plates = [diets[0].id] * 8 + diets[1:3].ids
        has_pai = draw.random() < 0.04
        return {
            "family_id": family.id,
            "lastname": lastname,
            "firstname": firstname,
            "birth_date": date(
                first_year - age, draw.randrange(1, 13), draw.randrange(1, 28)
            ),
            "class_id": self._ref(class_name).id,
            "diet_id": draw.choice(plates),
            "has_pai": has_pai,
            "allergies": "Arachide" if has_pai else False,
            "pai_details": "Trousse d'urgence au bureau de la directrice."
            if has_pai
            else False,
        }

    def _first_year(self):
        year = self.env["espace.school.year"]._year_of(self._company(), self._today())
        return year.date_from.year

    def _create_other_households(self, families, draw):
        """Give the children of these families a second household, on odd weeks."""
        parents = zip(families, OTHER_PARENTS, OTHER_SURNAMES, strict=True)
        for number, (family, (firstname, civility), surname) in enumerate(parents):
            other = self.env["espace.family"].create(
                {
                    "name": f"Famille {surname}",
                    "email": f"{_mail(firstname)}.{_mail(surname)}@example.org",
                    "phone": f"06 39 98 9{number} {draw.randrange(100):02d}",
                    "street": f"{draw.randrange(1, 60)} {draw.choice(STREETS)}",
                    "zip": "81090",
                    "city": "Valdurenque",
                    "country_id": self.env.ref("base.fr").id,
                    "lang": self.env.lang or "fr_FR",
                    "company_id": self._company().id,
                    "guardian_ids": [
                        Command.create(self._guardian(civility, firstname, surname, 1))
                    ],
                }
            )
            self.env["espace.custody"].create(
                [
                    {"child_id": child.id, "family_id": other.id, "pattern": "odd"}
                    for child in family.main_child_ids
                ]
            )

    def _load_pickup_persons(self):
        """Name a grandparent or a neighbour for one family in three."""
        families = self.env["espace.family"].search(
            [("company_id", "=", self._company().id)], order="id"
        )
        people = zip(families[::3], cycle(PICKUP_PERSONS))
        self.env["espace.pickup.person"].create(
            [
                {
                    "name": f"{firstname} {family.guardian_ids[:1].lastname}",
                    "relation": relation,
                    "phone": f"06 39 98 8{number % 10} {number:02d}",
                    "family_id": family.id,
                    "identity_checked_on": self._today() if number % 2 else False,
                    "identity_checked_by": self.env.uid if number % 2 else False,
                }
                for number, (family, (firstname, relation)) in enumerate(people)
            ]
        )

    def _enrol(self, children):
        company = self._company()
        years = self.env["espace.school.year"].search([("company_id", "=", company.id)])
        activities = self.env["espace.activity"].search(
            [("company_id", "=", company.id)]
        )
        self.env["espace.enrolment"].create(
            [
                {
                    "child_id": child.id,
                    "activity_id": activity.id,
                    "date_from": year.date_from,
                    "date_to": year.date_to,
                }
                for year in years
                for child in children
                for activity in activities
            ]
        )

    # === Bookings === #

    def _habits(self, child):
        """Return {product: weekdays} that a child usually comes on."""
        draw = self._random(f"habits {child.id}")
        term = [0, 1, 3, 4]
        habits = {}
        if draw.random() < 0.8:
            habits["product_canteen"] = draw.choice([term, term, [0, 1], [3, 4]])
        if draw.random() < 0.3:
            habits["product_morning"] = draw.choice([term, [0, 3]])
        if draw.random() < 0.45:
            habits[f"product_evening_{draw.choice([1, 1, 2])}"] = draw.choice(
                [term, [0, 1, 3], [4]]
            )
        if draw.random() < 0.22:
            habits["product_leisure"] = [2]
        return {
            self._ref(name).product_variant_id: weekdays
            for name, weekdays in habits.items()
        }

    def _items(self, family, date_from, date_to):
        """Return what `family` usually books between two dates, both included."""
        habits = {child: self._habits(child) for child in family.child_ids}
        days = [
            date_from + timedelta(days=n) for n in range((date_to - date_from).days + 1)
        ]
        return [
            (child, product, day)
            for child, products in habits.items()
            for product, weekdays in products.items()
            for day in days
            if day.weekday() in weekdays
        ]

    def _booking_periods(self):
        """Yield (first day, last day, naive UTC instant of booking) by month.

        From the start of the school year, or two months ago if that is later, to
        three weeks ahead; each month is booked twelve days before it starts.
        """
        today = self._today()
        year = self.env["espace.school.year"]._year_of(self._company(), today)
        start = max(year.date_from, fields.Date.subtract(today, months=2))
        last = today + timedelta(days=21)
        while start <= last:
            end = min(fields.Date.end_of(start, "month"), last)
            booked_on = min(start - timedelta(days=12), today - timedelta(days=1))
            instant = fields.Datetime.to_datetime(booked_on) + timedelta(hours=18)
            yield start, end, instant
            start = end + timedelta(days=1)


def _mail(name):
    """Return a name as it is written in an e-mail address."""
    table = str.maketrans("éèêëàâäîïôöûüçÉ' ", "eeeeaaaiioouuce__")
    return name.lower().translate(table).replace("_", "")
