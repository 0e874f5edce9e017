"""Two communes start from nothing, each by what the checklist says and no more.

On a server that is not in test mode, with a real mail server: an administrator follows
the screen from one step to the next and invites a family. Each click and each field
that is typed is counted. At the end the parent opens the e-mail and books.
"""

import subprocess
import sys
import time
import unittest
from html import unescape
from urllib.parse import urlsplit

from odoo.tests import BaseCase, tagged

from espace_cli.server import ODOO

from .browser import DESKTOP, chromium, open_browser
from .mail_sink import ADDRESS, sink_running
from .neighbours import MINUTES, Database, problems
from .starting import Administrator, School, Town

MOST_CLICKS = 60
MOST_FIELDS = 40
PASSWORD = "trois petits chats gris"
EMAIL = "marc.testmp@example.org"

FAMILY = {
    "name": "Testmp",
    "guardian": "Marc",
    "email": EMAIL,
    "children": [("Clara", "12/03/2019", "CP"), ("Guilhem", "05/06/2021", "GS")],
}

# The two exports of ONDE of an elementary school: in the letters of Windows, a line a
# pupil and a line a guardian, who is named with its children.
ONDE = {
    "onde_eleves.csv": """Nom élève;Nom d'usage élève;Prénom élève;Date naissance;\
Sexe;INE;Adresse1;Cp1;Commune1;Pays1;Adresse2;Cp2;Commune2;Pays2; Cycle;Niveau;\
Libellé classe;Identifiant classe
TESTMP;;Élise;14/03/2018;F;120000001AA;3 CHEMIN DES VIGNES;81090;VALDURENQUE;FRANCE;\
;;;;CYCLE II;CE2;CE2;1
TESTMP;;Hugo;02/11/2019;M;120000002BB;3 CHEMIN DES VIGNES;81090;VALDURENQUE;FRANCE;\
;;;;CYCLE II;CP;CP;1
PONSTMP;;Noé;29/02/2016;M;120000003CC;11 RUE DU MOULIN;81090;VALDURENQUE;FRANCE;\
;;;;CYCLE III;CM2;CM1-CM2;1
""".encode("cp1252"),
    "onde_responsables.csv": """Civilité Responsable;Nom usage responsable;\
Nom responsable;Prénom responsable;Adresse responsable;CP responsable;\
Commune responsable;Pays;Courriel;Téléphone domicile;Téléphone travail;\
Téléphone portable;Nom d'usage enfant;Nom de famille enfant;Prénom enfant;\
Classes enfants;Nom d'usage enfant;Nom de famille enfant;Prénom enfant;Classes enfants
M.;;TESTMP;Marc;3 CHEMIN DES VIGNES;81090;VALDURENQUE;FRANCE;Marc.Testmp@Example.org ;\
;;639980001;;TESTMP;Élise;CE2;;TESTMP;Hugo;CP
MME;PONSTMP;VIALATMP;Nadège;11 RUE DU MOULIN;81090;VALDURENQUE;FRANCE;\
nadege.vialatmp@example.org;;;;;PONSTMP;Noé;CM1-CM2;;;;
""".encode("cp1252"),
}

CASTELNAU = Town(
    name="Mairie de Castelnau-de-Guers",
    street="1 place de la Mairie",
    zip="34120",
    city="Castelnau-de-Guers",
    phone="01 99 00 13 61",
    email="accueil@example.org",
    siret="213 400 567 00011",
    schools=(School("École de Castelnau", "PS-MS, GS, CP, CE1-CE2, CM1-CM2"),),
    places={"canteen": "85", "morning": "50", "evening": "50"},
    # In the order of the columns, each from the lowest quotient on
    prices=(
        ("3,60",),
        ("5,40",),
        ("5,40",),
        ("0,60", "0,65", "0,80"),
        ("0,60", "0,65", "0,80"),
        ("0,60", "0,65", "0,80"),
    ),
    events=("Cantine – Venu sans réservation", "Cantine – Absence injustifiée"),
    deliberation="Délibération 2026-31",
)

# The table of its guide for parents, as it is copied from a sheet: the quotients in
# words, and points for decimals.
VALDURENQUE = Town(
    name="Mairie de Valdurenque",
    street="20 avenue de la Mairie",
    zip="81090",
    city="Valdurenque",
    phone="05 36 49 10 20",
    email="mairie@example.org",
    siret="21810305900018",
    schools=(
        School("École maternelle du Moulin", "PS-MS, GS"),
        School("École élémentaire du Moulin", "CP, CE1, CE2, CM1-CM2"),
    ),
    places={"canteen": "85", "morning": "50", "evening": "50"},
    events=("Cantine – Venu sans réservation", "Cantine – Absence injustifiée"),
    pasted=(
        "Quotient Familial Caf\tCantine\tNon prévu\tAbsence\tMatin\tT1\tT2\n"
        "* De 0 à 499\t3.60€\t5.40€\t5.40€\t0.60 €uros\t0.60 €uros\t0.60 €uros\n"
        "* De 500 et 1000\t3.60€\t5.40€\t5.40€\t0.65 €uros\t0.65 €uros\t0.65 €uros\n"
        "* A partir de 1001\t3.60€\t5.40€\t5.40€\t0.80 €uros\t0.80 €uros\t0.80 €uros\n"
    ),
    deliberation="Délibération 2026-12",
)


def set_up(env):
    """Return what the screens made: {what: value}, for `Database.call`."""
    company = env["res.company"].search([])
    options = env["espace.activity"].search([]).product_ids.product_variant_ids
    tariff = env["espace.tariff"].search([])
    return {
        "commune": company.espace_is_commune,
        "zone": company.espace_school_zone,
        "chart": company.chart_template,
        "siret": company.company_registry,
        "regie": env["espace.regie"].search([]).mapped("name"),
        "options": sorted(options.mapped("name")),
        "limits": env["espace.activity"].search([]).mapped("booking_sentence"),
        "prices": sorted(
            [
                line.product_id.name,
                line.event,
                line.qf_min,
                line.qf_max,
                line.amount,
                line.unit,
            ]
            for line in tariff.line_ids
        ),
    }


def people(env):
    """Return [child, class, household, e-mails] of each child, for `Database.call`."""
    return [
        [
            child.name,
            child.class_id.name,
            child.family_id.name,
            sorted(filter(None, child.family_id.guardian_ids.mapped("email"))),
        ]
        for child in env["espace.child"].search([], order="name")
    ]


def booked(env):
    """Return [child, option, state] of each booking, for `Database.call`."""
    return [
        [booking.child_id.firstname, booking.product_id.name, booking.state]
        for booking in env["espace.reservation"].search([])
    ]


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestStart(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As the guide for administrators says it is installed.
        cls.installed = cls.enterClassContext(Database().empty())
        subprocess.run(
            [sys.executable, str(ODOO), "db", "-c", cls.installed.conf, "init"]
            + [cls.installed.name, "--force"]
            + ["--country", "fr", "--language", "fr_FR"],
            check=True,
            timeout=MINUTES,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        cls.installed.install("espace_famille_portal")

    def start(self, town, visitor, sink, families=None, **how):
        """Follow the checklist until nothing is left of it; return who did.

        :param families: what the administrator does for families to be there; None:
            it types one in
        """
        visit = visitor()
        admin = Administrator(visit, **how)
        visit.log_in("admin", "admin")
        # Nobody looks for it: it is what an administrator sees first.
        visit.page.locator(".o_espace_setup").wait_for(timeout=120_000)
        admin.sound(".o_espace_setup")
        while (code := admin.current()) != "families":
            admin.do(code, town, sink)
            self.assertTrue(admin.is_done(code), admin.words(code))
            if code == "schools":
                self.look_at(admin, "admin-mise-en-route")
        found = admin.look()
        self.assertEqual(len(found["danger"]), 1, found)
        self.assertIn("Aucun enfant", found["danger"][0])
        counted = admin.clicks, admin.fields
        if families:
            families(admin)
        else:
            admin.type_family(FAMILY)
        admin.enrol()
        self.assertTrue(admin.is_done("families"), admin.words("families"))
        of_families = admin.clicks - counted[0], admin.fields - counted[1]
        admin.without_payment()
        admin.look()
        visit.page.locator(".o_espace_ready").scroll_into_view_if_needed()
        visit.page.locator("[data-verdict]").scroll_into_view_if_needed()
        self.look_at(admin, "admin-pret", widths=(1024, 360))
        admin.invite()
        self.assertIsNone(admin.current())
        self.assertEqual(visit.errors, [])
        clicks, fields = admin.clicks - of_families[0], admin.fields - of_families[1]
        print(f"{town.city}: {clicks} clicks, {fields} fields; {admin.steps}")
        self.assertLessEqual(clicks, MOST_CLICKS, admin.steps)
        self.assertLessEqual(fields, MOST_FIELDS, admin.steps)
        return admin

    def look_at(self, admin, name, widths=()):
        """Keep a picture, and see that everybody can use the screen at each width."""
        visit, page = admin.visit, admin.page
        visit.picture(name, full_page=False)
        admin.sound(".o_espace_setup")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(300)
            wide = page.locator(".o_espace_setup_page").evaluate(
                "one => one.scrollWidth - one.clientWidth"
            )
            self.assertLessEqual(wide, 0, f"{name} at {width}")
        page.set_viewport_size(DESKTOP)

    def expected_prices(self):
        care = ("Garderie du matin", "Garderie du soir – T1", "Garderie du soir – T2")
        brackets = ((0, 500, 0.6), (500, 1001, 0.65), (1001, 0, 0.8))
        return [
            [name, "planned", low, high, price, "hour"]
            for name in care
            for low, high, price in brackets
        ]

    def test_castelnau_de_guers_from_nothing_to_a_first_booking(self):
        with (
            Database(self.installed.name).copied() as database,
            sink_running() as (sink, port),
        ):
            sink.host, sink.port = ADDRESS, port
            with (
                database.serving(crons=1) as server,
                open_browser(server.url) as visitor,
            ):
                self.start(CASTELNAU, visitor, sink)
                self.book(visitor(), self.invitation(sink))
            made = database.call(set_up)
            self.assertEqual(made["chart"], "fr_m57")
            self.assertEqual(made["siret"], "21340056700011")
            self.assertEqual(made["zone"], "C")
            self.assertEqual(
                made["limits"],
                [
                    "Mardi avant 12h pour la semaine suivante",
                    "La veille avant 17h",
                    "La veille avant 17h",
                ],
            )
            self.assertEqual(
                made["prices"],
                sorted(
                    [
                        *self.expected_prices(),
                        ["Cantine", "planned", 0, 0, 3.6, "session"],
                        ["Cantine", "unplanned", 0, 0, 5.4, "session"],
                        ["Cantine", "absence_unjustified", 0, 0, 5.4, "session"],
                    ]
                ),
            )
            [[child, option, state]] = database.call(booked)
            self.assertEqual((child, option), ("Clara", "Cantine"))
            self.assertEqual(state, "confirmed")
            self.assertEqual(database.call(problems), [])

    def test_valdurenque_from_nothing_with_the_table_of_its_guide(self):
        with (
            Database(self.installed.name).copied() as database,
            sink_running() as (sink, port),
        ):
            sink.host, sink.port = ADDRESS, port
            with (
                database.serving(crons=1) as server,
                open_browser(server.url) as visitor,
            ):
                school = VALDURENQUE.schools[1].name
                self.start(
                    VALDURENQUE,
                    visitor,
                    sink,
                    lambda admin: admin.import_register(ONDE, school),
                    by_keyboard=True,
                )
                self.invitation(sink)
            made = database.call(set_up)
            self.assertEqual(made["siret"], VALDURENQUE.siret)
            marc, nadege = [EMAIL], ["nadege.vialatmp@example.org"]
            children = database.call(people)
            self.assertEqual(
                [(name.casefold(), *rest[:1], rest[2]) for name, *rest in children],
                [
                    ("hugo testmp", "CP", marc),
                    ("noé ponstmp", "CM1-CM2", nadege),
                    ("élise testmp", "CE2", marc),
                ],
            )
            self.assertEqual(len({family for _n, _c, family, _m in children}), 2)
            care = [line for line in made["prices"] if line[0] != "Cantine"]
            self.assertEqual(care, self.expected_prices())
            meals = {tuple(line[1:5]) for line in made["prices"] if line not in care}
            self.assertIn(("planned", 0, 500, 3.6), meals)
            self.assertIn(("unplanned", 1001, 0, 5.4), meals)
            self.assertEqual(database.call(problems), [])

    # === The parent === #

    def invitation(self, sink):
        """Wait for the e-mail of the invitation; return the path of its link."""
        for _second in range(120):
            mine = [one for one in sink.letters if EMAIL in one.recipients]
            for link in (link for letter in mine for link in letter.links):
                if "activationCode" in link:
                    parts = urlsplit(unescape(link))
                    return f"{parts.path}?{parts.query}"
            time.sleep(1)
        self.fail(f"No invitation came: {[one.subject for one in sink.letters]}")

    def book(self, visit, path):
        """Make the account of the e-mail, then book a meal for Clara."""
        page = visit.page
        page.goto(path)
        page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
        self.go_on(page, "Suivant", "[data-step=guardians][aria-current=step]")
        self.go_on(page, "Suivant", "[data-step=children][aria-current=step]")
        page.wait_for_function("document.querySelector('input[name=altcha]').value")
        self.go_on(page, "S’enregistrer", "[data-action=enter]")
        page.get_by_role("link", name="Accéder à mon espace famille").click()
        page.wait_for_url("**/my")
        menu = page.get_by_role("navigation", name="Espace famille")
        menu.get_by_role("link", name="Mes réservations").click()
        page.get_by_role("link", name="Clara").click()
        meal = page.locator("td[data-status=available] button", has_text="Cantine")
        for _month in range(3):
            if meal.count():
                break
            page.get_by_role("link", name="Mois suivant").click()
            page.wait_for_load_state()
        meal = meal.first
        meal.click()
        page.wait_for_selector("td[data-status=in_cart]")
        page.locator("#cart_bar").get_by_role("link", name="Valider").click()
        page.wait_for_url("**/my/panier")
        page.locator("button[data-action=validate]").click()
        page.wait_for_selector("text=Demande validée")
        visit.picture("admin-premiere-reservation", full_page=False)
        self.assertEqual(visit.errors, [])

    def go_on(self, page, button, until):
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_selector(until)
