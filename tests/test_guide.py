"""What the parents' guide shows, done by a browser: in its order, with its words.

The guide is docs/guide-parents.md; its pictures are those that these tests take when
ESPACE_PICTURES names the folder of the guides' pictures.
"""

import unittest
from datetime import timedelta
from urllib.parse import urlsplit

from lxml import html

from odoo import fields
from odoo.tests import tagged

from odoo.addons.espace_famille_portal.demo import Demonstration

from .accessibility import findings, small_targets
from .browser import PHONE, chromium, open_browser, open_menu
from .valdurenque import ValdurenqueCase

EMAIL = "marc.testmp@example.org"
PASSWORD = "trois petits chats gris"
NEWS = (
    "<p>Madame, Monsieur,</p><p>Nous sommes heureux de partager avec vous ce nouvel "
    "outil. Il vous permettra :</p><ul><li>de réserver la cantine et la garderie ;</li>"
    "<li>de consulter et régler vos factures via Mes factures ;</li><li>de dialoguer "
    "avec nous via Mes demandes.</li></ul><p>Cordialement</p>"
)


class GuideCase(ValdurenqueCase):
    """Marc TESTMP, known to the commune with his children Clara and Guilhem."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "phone": "05 63 50 51 18",
                "espace_sender": "ne-pas-repondre@example.org",
            }
        )
        cls.family = cls._find_family()
        cls.marc = cls.family.guardian_ids[0]
        cls.clara, cls.guilhem = cls.children = cls.family.child_ids
        cls.marc.write({"email": EMAIL, "civility": "sir"})
        for person, firstname in (
            (cls.marc, "Marc"),
            (cls.clara, "Clara"),
            (cls.guilhem, "Guilhem"),
        ):
            person.write({"firstname": firstname, "lastname": "TESTMP"})
        cls.family.lastname = "TESTMP"
        cls.env["espace.news"].create(
            {
                "name": "BIENVENUE",
                "body": NEWS,
                "company_id": cls.company.id,
                "publish_at": fields.Datetime.subtract(fields.Datetime.now(), days=1),
                "released_at": fields.Datetime.now(),
            }
        )
        cls.days = cls.free_days(cls.family)
        cls.day = cls.days[0]
        company = cls.company
        cls.contact = [
            company.espace_contact_name,
            company.name,
            company.street,
            company.city,
            company.phone,
            company.email,
        ]

    @classmethod
    def _find_family(cls):
        """Return a family of the commune without account, with two children."""
        families = cls.env["espace.family"].search(
            [("company_id", "=", cls.company.id)], order="id"
        )
        return next(
            family
            for family in families
            if len(family.main_child_ids) == len(family.child_ids) == 2
            and not family.guardian_ids.user_id
        )

    # === Words === #

    def words(self, page, selector="main"):
        """Return the text of a part of the page, its spaces and apostrophes plain."""
        return self.plain(page.inner_text(selector))

    def plain(self, text):
        return " ".join(text.replace("’", "'").split())

    def assert_said(self, page, *sayings, selector="main"):
        text = self.words(page, selector)
        for saying in sayings:
            self.assertIn(saying, text)

    def assert_sound_page(self, visit):
        """Check what every page of the guide owes to everybody."""
        found = findings(visit.page)
        if visit.page.viewport_size == PHONE:
            found += small_targets(visit.page)
        self.assertFalse(found, "\n".join([visit.page.url, *found]))

    def account(self):
        return self.env["res.users"].search([("login", "=", EMAIL)])

    # === 1.1 The e-mail === #

    def invitation(self):
        """Have the town hall invite Marc; return the path that his mail leads to."""
        manager = self.env["res.users"].search([("login", "=", "gestion@example.org")])
        self.marc.with_user(manager)._invite()
        mail = self.env["mail.mail"].search(
            [("email_to", "ilike", EMAIL)], order="id desc", limit=1
        )
        self.assertIn("ne-pas-repondre@example.org", mail.email_from)
        text = self.plain(html.fromstring(mail.body_html).text_content())
        for saying in (self.company.name, "05 63 50 51 18", self.company.email):
            self.assertIn(saying, text)
        [url] = html.fromstring(mail.body_html).xpath(
            "//a[contains(@href, 'activationCode')]/@href"
        )
        self.assertRegex(url, r"activationCode=\w{10}&email=")
        self.hand_over()
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    # === 2 to 5 === #

    def open_menu(self, page, label):
        """Follow an entry of the families' menu."""
        open_menu(page, label)

    def read_news(self, visit):
        self.open_menu(visit.page, "Mes actualités")
        self.assert_said(visit.page, "Information", "BIENVENUE")
        visit.page.get_by_role("link", name="BIENVENUE").click()
        self.assert_said(visit.page, "Madame, Monsieur,")

    def ask(self, visit):
        page = visit.page
        self.open_menu(page, "Mes demandes")
        page.get_by_label("Au sujet de").select_option("invoice")
        page.get_by_label("Objet").fill("Une question sur ma facture")
        page.get_by_label("Votre message").fill("Bonjour, pouvez-vous me l’expliquer ?")
        page.get_by_role("button", name="Envoyer").click()
        page.wait_for_load_state()
        self.assert_said(page, "Votre demande a été envoyée")
        self.hand_over(page)
        asked = self.env["espace.request"].search([("family_id", "=", self.family.id)])
        self.assertEqual(asked.name, "Une question sur ma facture")

    def read_contacts(self, visit):
        self.open_menu(visit.page, "Contacts")
        self.assert_said(visit.page, *self.contact)

    def come_back(self, visit):
        """Log out, then in again by the e-mail and the password of the account."""
        page = visit.page
        self.open_menu(page, "Se déconnecter")
        self.assert_said(page, "Espace famille")
        page.goto("/web/login?redirect=/my")
        self.assert_said(page, "J'ai oublié mon mot de passe")
        page.locator("input[name=login]").fill(EMAIL)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url("**/my")
        self.assert_said(page, "Bonjour Marc")


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestGuide(GuideCase):
    def test_what_the_guide_shows_in_its_order(self):
        path = self.invitation()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            # The worker asks when it likes, and shares its cursor with the test.
            visit = visitor(service_workers="block")
            self.create_account(visit, path)
            self.enter(visit)
            self.book_in_the_period_view(visit)
            self.validate_the_cart(visit)
            self.fill_the_cart_in_the_agenda_view(visit)
            self.read_invoices(visit)
            self.read_news(visit)
            visit.picture("parents-actualites", height=520)
            self.assert_sound_page(visit)
            self.ask(visit)
            visit.picture("parents-demandes", height=620)
            self.assert_sound_page(visit)
            self.read_contacts(visit)
            self.assert_sound_page(visit)
            self.come_back(visit)
            self.assertEqual(visit.errors, [])
        self.assert_sound()

    # === 1.2 The account === #

    def create_account(self, visit, path):
        page = visit.page
        page.goto(path)
        self.assert_said(page, "Création de Compte", "Poser une question")
        self.assert_said(page, self.contact[1])
        self.ask_a_question(visit)
        page.goto(path)
        steps = self.words(page, ".o_espace_steps")
        self.assertEqual(steps, "COMPTE FAMILLE RESPONSABLES ENFANTS")
        self.fill_family(visit)
        self.check_guardians(visit)
        self.check_children(visit)
        self.assert_said(
            page,
            "Bonjour Marc,",
            "Votre compte espace famille a bien été créé. Vous pouvez désormais "
            "accéder aux prestations proposées et effectuer des réservations.",
            "Accéder à mon espace famille",
            "Me connecter sans mot de passe la prochaine fois",
        )
        self.assert_sound_page(visit)

    def ask_a_question(self, visit):
        """Poser une question, before there is an account."""
        page = visit.page
        page.get_by_role("link", name="Poser une question").first.click()
        page.get_by_label("Votre nom").fill("Marc Testmp")
        page.get_by_label("Votre adresse e-mail").fill(EMAIL)
        page.get_by_label("Votre question").fill("Où trouver mon code ?")
        self.pass_security_test(page)
        page.get_by_role("button", name="Envoyer").click()
        page.wait_for_selector("main [role=status]")
        self.assert_said(page, "Votre question a été envoyée")
        self.hand_over(page)
        self.assertTrue(self.env["mail.mail"].search([("reply_to", "=", EMAIL)]))

    def pass_security_test(self, page):
        """Wait until the browser has solved the challenge by itself."""
        page.wait_for_selector("input[name=altcha]", state="attached")
        page.wait_for_function("document.querySelector('input[name=altcha]').value")

    def next_part(self, page, button="Suivant"):
        page.get_by_role("button", name=button, exact=True).click()

    def current_step(self, page):
        return self.words(page, ".o_espace_steps [aria-current=step]")

    def fill_family(self, visit):
        page = visit.page
        self.assertEqual(self.current_step(page), "COMPTE FAMILLE")
        self.assertEqual(page.get_by_label("Nom de la famille").input_value(), "TESTMP")
        self.assertEqual(page.get_by_label("Adresse e-mail").input_value(), EMAIL)
        self.assert_said(page, "Important : il s'agit de votre identifiant")
        self.choose_a_password(page)
        visit.picture("parents-compte-famille", full_page=False)
        self.assert_sound_page(visit)
        self.next_part(page)

    def choose_a_password(self, page):
        """What is wrong with a password is said where it is typed, once."""
        password = page.get_by_label("Mot de passe", exact=False).first
        password.fill("testmp")
        self.next_part(page)
        page.wait_for_selector("input[name=password].is-invalid:focus")
        self.assertIn("5", self.words(page, "#activation_password_error"))
        password.fill("Testmp-Marc-2027")
        self.next_part(page)
        page.wait_for_selector("text=Ce mot de passe se devine facilement")
        self.assertEqual(self.current_step(page), "COMPTE FAMILLE")
        password.fill(PASSWORD)
        page.locator("form .o_show_password").click()
        page.wait_for_selector("input[name=password][type=text]")

    def check_guardians(self, visit):
        page = visit.page
        page.wait_for_selector("[data-step=guardians][aria-current=step]")
        self.assertEqual(self.current_step(page), "RESPONSABLES")
        self.assertEqual(page.locator("[data-step][data-done]").count(), 1)
        first = page.get_by_role("group", name="Responsable 1")
        self.assertTrue(first.get_by_label("Monsieur").is_checked())
        self.assertEqual(first.get_by_label("Prénom").input_value(), "Marc")
        self.assertTrue(page.get_by_role("group", name="Responsable 2").is_visible())
        visit.picture("parents-responsables", height=720)
        self.assert_sound_page(visit)
        self.next_part(page)

    def check_children(self, visit):
        page = visit.page
        page.wait_for_selector("[data-step=children][aria-current=step]")
        self.assertEqual(self.current_step(page), "ENFANTS")
        self.next_part(page, "Précédent")
        self.assertEqual(self.current_step(page), "RESPONSABLES")
        self.next_part(page)
        page.wait_for_selector("[data-step=children][aria-current=step]")
        self.assert_said(page, "Enfants du foyer", "Annuler la création de compte")
        names = {
            page.get_by_role("group", name=f"Enfant {n}")
            .get_by_label("Prénom")
            .input_value()
            for n in (1, 2)
        }
        self.assertEqual(names, {"Clara", "Guilhem"})
        self.pass_security_test(page)
        visit.picture("parents-enfants", height=780)
        self.assert_sound_page(visit)
        self.next_part(page, "S’enregistrer")
        page.wait_for_selector("[data-action=enter]")

    def enter(self, visit):
        """Whoever has just chosen a password is not asked for it."""
        page = visit.page
        page.get_by_role("link", name="Accéder à mon espace famille").click()
        page.wait_for_url("**/my")
        self.assert_said(page, "Bonjour Marc", "Les prochains jours")
        self.hand_over(page)
        self.assertEqual(
            self.env["espace.family"]._of_user(self.account()), self.family
        )
        visit.picture("parents-accueil", full_page=False)

    # === 2.1 Vue Période === #

    def book_in_the_period_view(self, visit):
        page = visit.page
        self.open_menu(page, "Mes réservations")
        self.assert_said(page, "Vue Période")
        page.get_by_role("link", name="Guilhem").click()
        self.show_the_day(page)
        for product in self.products():
            self.choose(visit, self.guilhem, product)
        self.assert_said(page, "Vos demandes sont en cours", selector="#cart_bar")
        self.hand_over(page)
        self.assertFalse(self.reservations().filtered(lambda r: r.state != "draft"))
        visit.picture("parents-periode", full_page=False, top="main")
        self.assert_sound_page(visit)
        page.locator("#cart_bar").get_by_role("link", name="Valider").click()
        page.wait_for_url("**/my/panier")

    def show_the_day(self, page):
        """Go on in time until the first day that can be booked is there."""
        for _month in range(6):
            if self.cell(page, self.guilhem, self.meal).count():
                return
            page.get_by_role("link", name="Mois suivant").click()
            page.wait_for_load_state()
        self.fail("the links of the page do not lead to the day")

    def validate_the_cart(self, visit):
        page = visit.page
        self.assert_said(page, "Mon panier", "Guilhem", "Total")
        visit.picture("parents-panier", height=520)
        self.assert_sound_page(visit)
        page.locator("button[data-action=validate]").click()
        page.wait_for_url("**/my/panier/paiement")
        self.pay_online(page)
        self.assert_said(page, "Demande validée", "Guilhem")
        self.hand_over(page)
        self.assertEqual(self.reservations().mapped("state"), ["confirmed"] * 2)

    def fill_the_cart_in_the_agenda_view(self, visit):
        """Ask for two weeks of meals at once, look at them, put them in the cart."""
        page = visit.page
        self.open_menu(page, "Mes réservations")
        page.get_by_role("link", name="Vue Agenda").click()
        self.assert_said(page, "Vue Agenda", "Du", "Au", "Guilhem")
        page.locator("#agenda_from").fill(self.day.isoformat())
        page.locator("#agenda_to").fill((self.day + timedelta(days=13)).isoformat())
        page.locator(f"label[for='agenda_0-{self.meal.id}-all']").click()
        visit.picture("parents-agenda", height=760)
        self.assert_sound_page(visit)
        page.get_by_role("button", name="Voir les dates et le prix").click()
        page.wait_for_selector("[data-action=add]")
        visit.picture("parents-apercu", height=760)
        self.assert_sound_page(visit)
        self.follow_what_is_ticked(page)
        page.locator("[data-action=add]").click()
        page.wait_for_url("**/my/panier")
        self.hand_over(page)
        meals = self.reservations().filtered(lambda r: r.state == "draft")
        self.assertEqual(meals.product_id, self.meal)
        self.assertGreater(len(meals), 2)
        asked = set(meals.mapped(lambda r: (r.child_id, r.date)))
        self.assertEqual(len(meals), len(asked))
        self.assertEqual(meals.child_id, self.clara | self.guilhem)
        # The meal that is booked already is not asked for again.
        self.assertNotIn((self.guilhem, self.day), asked)

    # === 3 Mes factures === #

    def follow_what_is_ticked(self, page):
        """Dates and price follow the form beside them, without another page."""
        total = self.words(page, "[data-total]")
        evening = page.locator(f"label[for='agenda_0-{self.evening.id}-all']")
        changed = "was => document.querySelector('[data-total]').innerText !== was"
        evening.click()
        page.wait_for_function(changed, arg=page.inner_text("[data-total]"))
        self.assertNotEqual(self.words(page, "[data-total]"), total)
        evening.click()
        page.wait_for_function(changed, arg=page.inner_text("[data-total]"))
        self.assertEqual(self.words(page, "[data-total]"), total)

    def read_invoices(self, visit):
        """Read what is settled, and what waits for its payment."""
        page = visit.page
        self.hand_over(page)
        paid = self.reservations().charge_ids.move_id.name
        # Away from any page: what one asks by itself shares its cursor with the test.
        page.goto("about:blank")
        due = self.invoice_by_post()
        page.goto("/my")
        self.open_menu(page, "Mes factures")
        self.assertIn(due, self.words(page, "[data-block=due]"))
        self.assertIn(paid, self.words(page, "[data-block=history]"))
        self.assert_said(page, "À régler", "Historique", "Soldée")
        visit.picture("parents-factures", full_page=False)
        self.assert_sound_page(visit)

    def invoice_by_post(self):
        """Return the number of an invoice of the family that waits for its payment."""
        demo = Demonstration(self.env)
        demo._set_online_payment(False)
        [quote] = self.env["espace.reservation"]._book(
            self.family, [(self.clara, self.meal, self.days[1])]
        )
        charges = self.env["espace.reservation"].browse(quote.reservation_id).charge_ids
        charges._invoice(fields.Datetime.now())._post(soft=False)
        demo._set_online_payment(True)
        number = charges.move_id.name
        self.hand_over()
        return number


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestGuideOnAPhone(GuideCase):
    def test_account_booking_and_cart_without_javascript(self):
        Demonstration(self.env)._set_online_payment(False)
        path = self.invitation()
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor(PHONE, java_script_enabled=False)
            self.create_account(visit, path)
            self.enter(visit)
            self.book(visit)
            self.validate_the_cart(visit)
            self.open_menu(visit.page, "Mes factures")
            self.assert_fits(visit)
            self.read_news(visit)
            self.assert_fits(visit)
            self.ask(visit)
            self.assert_fits(visit)
            self.read_contacts(visit)
            self.assert_fits(visit)
            self.come_back(visit)
            self.assert_fits(visit)
        self.assert_sound()

    def assert_fits(self, visit):
        self.assertLessEqual(visit.overflow(), 0, visit.page.url)

    def create_account(self, visit, path):
        page = visit.page
        page.goto(path)
        self.assert_fits(visit)
        visit.picture("parents-telephone-compte", full_page=False)
        page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
        sum_label = page.locator("label[for=sum_answer]")
        numbers = [int(w) for w in sum_label.inner_text().split() if w.isdigit()]
        page.locator("#sum_answer").fill(str(sum(numbers)))
        page.get_by_role("button", name="S’enregistrer").click()
        page.wait_for_selector("[data-action=enter]")
        self.assert_said(page, "Bonjour Marc,", "a bien été créé")
        self.assert_fits(visit)

    def enter(self, visit):
        page = visit.page
        page.get_by_role("link", name="Accéder à mon espace famille").click()
        page.wait_for_url("**/my")
        self.assert_fits(visit)

    def book(self, visit):
        page = visit.page
        self.open_menu(page, "Mes réservations")
        self.open_period(page, self.clara.id)
        self.assert_fits(visit)
        self.cell(page, self.clara, self.meal).locator("button").click()
        page.wait_for_load_state()
        self.assertEqual(
            self.cell(page, self.clara, self.meal).get_attribute("data-status"),
            "in_cart",
        )
        self.assert_said(page, "Vos demandes sont en cours", selector="#cart_bar")
        visit.picture("parents-telephone", full_page=False, top="#grid")
        self.assert_fits(visit)
        page.locator("#cart_bar").get_by_role("link", name="Valider").click()
        page.wait_for_url("**/my/panier")

    def validate_the_cart(self, visit):
        page = visit.page
        self.assert_fits(visit)
        page.locator("button[data-action=validate]").click()
        page.wait_for_url("**/my/panier/confirmation")
        self.assert_said(page, "Demande validée", "Clara")
        self.assert_fits(visit)
        self.hand_over(page)
        self.assertEqual(self.reservations().mapped("state"), ["confirmed"])
