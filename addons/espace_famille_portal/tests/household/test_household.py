from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW, TODAY

from ..common import EspacePortalCase

FOYER = "/my/foyer"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@tagged("post_install", "-at_install")
class TestHousehold(EspacePortalCase):
    """Mon foyer: parents propose, the town hall decides field by field."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Change = cls.env["espace.change"]
        cls.staff = cls._create_staff("manager")
        cls.claire.partner_id.email = "claire.martin@example.org"
        cls.guardian = cls.martin.guardian_ids[0]
        cls.marc = cls.martin.guardian_ids[1]
        cls.martin.write({"street": "1 rue Basse", "zip": "81090", "city": "Ville"})
        cls.diet = cls.env["espace.diet"].create({"name": "Végétarien"})

    # === Tools === #

    def propose(self, form, files=(), **values):
        return self.url_open(
            f"{FOYER}/proposer",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "form": form,
                **values,
            },
            files=[("files", (name, raw)) for name, raw in files] or None,
        )

    def form_of(self, key, page=None):
        """Return what the browser would send from a form that nobody touched."""
        page = page if page is not None else self.page(FOYER)
        [form] = page.xpath(f"//form[@data-form='{key}']")
        return {
            name: [v for n, v in form.form_values() if n == name]
            for name, _value in form.form_values()
            if name not in ("csrf_token", "form")
        }

    def correct(self, key, files=(), **values):
        """Change some fields of a form of the page, and send the whole of it."""
        return self.propose(key, files, **{**self.form_of(key), **values})

    def waiting(self, family=None):
        return self.Change.search(
            [("family_id", "=", (family or self.martin).id), ("state", "=", "proposed")]
        )

    def mails(self):
        return self.env["mail.mail"].search(
            [("subject", "=", "Your corrections"), ("model", "=", "espace.family")]
        )

    def tell(self):
        """Run the scheduled action; it commits nothing here."""
        progress = patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
        )
        with progress:
            self.Change._cron_notify()

    # === Proposing === #

    def test_an_untouched_form_changes_nothing(self):
        keys = [
            form.get("data-form")
            for form in self.page(FOYER).xpath("//form[@data-form]")
        ]
        for key in keys:
            if key.endswith("-new"):
                continue
            with self.subTest(key):
                self.assertIn("changed nothing", self.shown(self.correct(key)))
        self.assertFalse(self.waiting())

    def test_what_is_proposed_waits_beside_the_field(self):
        self.correct(f"family-{self.martin.id}", street="2 rue Haute")
        self.assertEqual(self.martin.street, "1 rue Basse")
        [change] = self.waiting()
        self.assertEqual(
            (change.column, change.before, change.after, change.user_id),
            ("street", "1 rue Basse", "2 rue Haute", self.claire),
        )
        [shown] = self.page(FOYER).xpath(f"//*[@data-proposed='{change.id}']")
        self.assertIn(
            "Proposed: 2 rue Haute, waiting for the town hall", self.words(shown)
        )

    def test_a_second_proposal_replaces_the_first(self):
        for street in ("2 rue Haute", "3 rue Haute"):
            self.correct(f"family-{self.martin.id}", street=street)
        self.assertEqual(self.waiting().after, "3 rue Haute")

    def test_a_proposal_is_taken_back(self):
        self.correct(f"family-{self.martin.id}", street="2 rue Haute")
        self.post(f"{FOYER}/proposition/{self.waiting().id}/retirer")
        self.assertFalse(self.waiting())
        self.correct(f"family-{self.martin.id}", street="2 rue Haute")
        change = self.waiting()
        change.with_user(self.staff).action_accept()
        response = self.post(f"{FOYER}/proposition/{change.id}/retirer")
        self.assertIn("has decided already", self.shown(response))
        self.assertTrue(change.exists())

    def test_a_child_is_corrected_field_by_field(self):
        self.correct(
            f"child-{self.nina.id}",
            birth_date="2020-02-29",
            diet_id=str(self.diet.id),
            class_id=str(self.class_cm1.id),
        )
        changes = {change.column: change for change in self.waiting()}
        self.assertEqual(set(changes), {"birth_date", "diet_id", "class_id"})
        changes["diet_id"].with_user(self.staff).action_accept()
        changes["birth_date"].with_user(self.staff).action_accept()
        changes["class_id"].with_user(self.staff)._refuse("La classe est complète")
        self.assertEqual(self.nina.diet_id, self.diet)
        self.assertEqual(self.nina.birth_date, date(2020, 2, 29))
        self.assertEqual(self.nina.class_id, self.class_cp)
        page = self.shown(self.url_open(FOYER))
        self.assertIn("La classe est complète", page)
        self.assertNotIn("waiting for the town hall", page)

    def test_one_mail_tells_all_that_was_decided(self):
        self.correct(
            f"child-{self.nina.id}",
            diet_id=str(self.diet.id),
            class_id=str(self.class_cm1.id),
        )
        diet, classes = self.waiting().sorted("column", reverse=True)
        diet.with_user(self.staff).action_accept()
        self.assertFalse(self.mails(), "the other change is still being looked at")
        classes.with_user(self.staff)._refuse("La classe est complète")
        [mail] = self.mails().filtered(
            lambda m: "claire.martin@example.org" in m.recipient_ids.mapped("email")
        )
        self.assertIn("Végétarien", mail.body_html)
        self.assertIn("La classe est complète", mail.body_html)
        self.assertNotIn(self.staff.name, mail.body_html)

    def test_what_waits_long_for_the_rest_is_told_without_it(self):
        self.correct(
            f"child-{self.nina.id}",
            diet_id=str(self.diet.id),
            class_id=str(self.class_cm1.id),
        )
        self.waiting()[0].with_user(self.staff).action_accept()
        self.tell()
        self.assertFalse(self.mails())
        with freeze_time(NOW + timedelta(hours=1)):
            self.tell()
            count = len(self.mails())
            self.assertTrue(count)
            self.tell()
        self.assertEqual(len(self.mails()), count)

    def test_a_refusal_needs_a_reason(self):
        self.correct(f"family-{self.martin.id}", street="2 rue Haute")
        change = self.waiting().with_user(self.staff)
        wizard = self.env["espace.refusal.wizard"].with_user(self.staff)
        wizard = wizard.browse(change.action_refuse()["res_id"])
        with self.assertRaises(UserError):
            wizard.action_refuse()
        wizard.reason = "Justificatif à joindre"
        wizard.action_refuse()
        self.assertEqual(
            (change.state, change.reason), ("refused", "Justificatif à joindre")
        )

    def test_names_are_applied_where_the_commune_wants_it(self):
        self.company.espace_changes = "apply"
        response = self.correct(
            f"child-{self.nina.id}", firstname="Ninon", diet_id=str(self.diet.id)
        )
        self.assertEqual(self.nina.firstname, "Ninon")
        self.assertFalse(self.nina.diet_id)
        self.assertEqual(self.waiting().column, "diet_id")
        self.assertIn("was sent", self.shown(response))

    def test_what_is_wrong_is_said_beside_what_was_typed(self):
        response = self.correct(
            f"family-{self.martin.id}", street="", phone="appelez-moi"
        )
        self.assertFalse(self.waiting())
        tree = http_tree(response)
        self.assertEqual(self.message(tree)[0], "danger")
        [phone] = tree.xpath("//input[@aria-invalid='true'][@name='phone']")
        self.assertEqual(phone.get("value"), "appelez-moi")
        [problem] = tree.xpath(f"//*[@id='{phone.get('aria-describedby')}']")
        self.assertIn("no phone number", self.words(problem))
        [details] = phone.xpath("ancestor::details")
        self.assertIsNotNone(details.get("open"))

    # === New persons === #

    def test_a_child_a_guardian_and_a_person_are_added(self):
        self.propose(
            "child-new",
            firstname="Zoé",
            lastname="Martin",
            birth_date="2022-03-04",
            class_id=str(self.class_cp.id),
        )
        self.propose(
            "guardian-new",
            civility="sir",
            firstname="Paul",
            lastname="Martin",
            email="Paul.Martin@example.org",
        )
        self.propose(
            "pickup-new",
            name="Odile Roux",
            relation="Grand-mère",
            phone="06 39 98 00 00",
            child_ids=[str(self.nina.id)],
        )
        self.assertIn("Odile Roux", self.shown(self.url_open(FOYER)))
        self.assertNotIn("Zoé", self.martin.child_ids.mapped("firstname"))
        self.waiting().with_user(self.staff).action_accept()
        zoe = self.martin.child_ids.filtered(lambda child: child.firstname == "Zoé")
        self.assertEqual(zoe.birth_date, date(2022, 3, 4))
        self.assertIn(
            "paul.martin@example.org", self.martin.guardian_ids.mapped("email")
        )
        person = self.martin.pickup_person_ids
        self.assertEqual((person.name, person.child_ids), ("Odile Roux", self.nina))

    def test_a_person_who_may_fetch_is_corrected_and_ended(self):
        person = self.env["espace.pickup.person"].create(
            {"name": "Odile Roux", "family_id": self.martin.id, "phone": "0639980000"}
        )
        self.correct(
            f"pickup-{person.id}", phone="06 39 98 00 11", child_ids=[str(self.tom.id)]
        )
        self.waiting().with_user(self.staff).action_accept()
        self.assertEqual((person.phone, person.child_ids), ("06 39 98 00 11", self.tom))
        self.post(f"{FOYER}/personne/{person.id}/retirer")
        self.assertTrue(person.active)
        self.waiting().with_user(self.staff).action_accept()
        self.assertFalse(person.active)

    def test_what_is_allowed_is_recorded_with_who_and_when(self):
        key = f"authorisations-{self.nina.id}"
        self.correct(key, photo="no", outing="yes")
        self.waiting().with_user(self.staff).action_accept()
        given = {one.kind: one for one in self.nina.authorisation_ids}
        self.assertEqual(given["photo"].granted, "no")
        self.assertEqual(given["outing"].guardian_id, self.guardian)
        self.correct(key, photo="yes")
        change = self.waiting()
        self.assertEqual((change.before, change.after), ("Not allowed", "Allowed"))
        with freeze_time(NOW + timedelta(days=3)):
            change.with_user(self.staff).action_accept()
        self.assertEqual(
            (given["photo"].granted, given["photo"].given_on), ("yes", TODAY)
        )

    def allow(self, **kinds):
        """Record what the commune knows of Nina, and return it by its kind."""
        return {
            kind: self.env["espace.authorisation"].create(
                {
                    "child_id": self.nina.id,
                    "kind": kind,
                    "granted": granted,
                    "guardian_id": self.marc.id,
                    "given_on": "2026-09-01",
                }
            )
            for kind, granted in kinds.items()
        }

    def test_a_consent_is_withdrawn_at_once(self):
        """The privacy page promises “at any time”: nobody has to agree."""
        given = self.allow(photo="yes", outing="yes")
        page = self.shown(
            self.correct(f"authorisations-{self.nina.id}", photo="no", outing="no")
        )
        self.assertEqual(
            (given["photo"].granted, given["photo"].given_on), ("no", TODAY)
        )
        self.assertEqual(given["photo"].guardian_id, self.guardian)
        self.assertIn("no longer allowed: this counts from now", page)
        self.assertIn("the town hall looks at it", page)
        self.assertEqual(given["outing"].granted, "yes")
        self.assertEqual(self.waiting().values["kind"], "outing")
        [change] = self.Change.search([("state", "=", "accepted")])
        self.assertEqual(
            (change.before, change.after, change.decided_by_id, change.res_id),
            ("Allowed", "Not allowed", self.claire, given["photo"].id),
        )
        change.with_user(self.staff).read(["display_name", "state"])
        with freeze_time(NOW + timedelta(hours=1)):
            self.tell()
        self.assertFalse(self.mails(), "the town hall has looked at nothing")

    def test_a_consent_that_is_given_is_looked_at(self):
        given = self.allow(photo="no")
        response = self.correct(f"authorisations-{self.nina.id}", photo="yes")
        self.assertEqual(given["photo"].granted, "no")
        self.assertEqual(self.waiting().after, "Allowed")
        [_level, text] = self.message(http_tree(response))
        self.assertIn("the town hall looks at it", text)
        self.assertNotIn("from now", text)

    def test_a_withdrawal_takes_back_the_consent_that_waits(self):
        given = self.allow(photo="yes")
        key = f"authorisations-{self.nina.id}"
        self.correct(key, photo="no")
        self.correct(key, photo="yes")
        self.assertEqual(self.waiting().after, "Allowed")
        self.correct(key, photo="no")
        self.assertFalse(self.waiting())
        self.assertEqual(given["photo"].granted, "no")

    # === Quotient === #

    def send_income(self, files=(("attestation.pdf", PDF),), **values):
        return self.propose(
            "income-new",
            files,
            **{
                "value": "612,50",
                "source": "caf",
                "date_from": TODAY.isoformat(),
                **values,
            },
        )

    def test_a_quotient_comes_with_its_proof(self):
        self.assertIn("prove", self.shown(self.send_income(files=())))
        response = self.send_income(files=[("a.pdf", b"MZ a program")])
        self.assertIn("not what its name says", self.shown(response))
        self.assertFalse(self.waiting())
        self.send_income()
        change = self.waiting()
        file = change.attachment_ids
        self.assertEqual((file.name, file.raw), ("attestation.pdf", PDF))
        change.with_user(self.staff).action_accept()
        income = self.martin.income_ids.filtered(lambda one: one.date_from == TODAY)
        self.assertEqual((income.value, income.source), (612.5, "caf"))
        self.assertEqual(income.proof_ids, file)
        finance = self._create_staff("finance")
        self.assertEqual(file.with_user(finance).raw, PDF)
        self.assertFalse(self.mails().filtered(lambda m: "612" in m.body_html))
        [shown] = self.page(FOYER).xpath("//*[@data-income='1']")
        self.assertIn("612.50", self.words(shown))

    def test_a_quotient_of_another_day_leaves_the_others(self):
        before = {one.date_from: one.value for one in self.martin.income_ids}
        self.send_income(date_from="2026-12-01", value="480")
        self.waiting().with_user(self.staff).action_accept()
        self.assertEqual(
            {one.date_from: one.value for one in self.martin.income_ids},
            {**before, date(2026, 12, 1): 480},
        )

    def test_the_proof_of_a_quotient_is_for_those_who_decide(self):
        self.send_income()
        file = self.waiting().attachment_ids
        for user in (self._create_staff("animation"), self.sofia):
            with self.assertRaises(AccessError):
                file.with_user(user).read(["raw"])

    # === Documents === #

    def test_a_document_is_asked_for_sent_and_checked(self):
        kind = self.env["espace.document.type"].create(
            {"name": "Assurance", "about": "child", "instructions": "De l’année."}
        )
        [row] = self.page(FOYER).xpath(f"//*[@data-missing='{kind.id}-{self.nina.id}']")
        self.assertIn("Assurance", self.words(row))
        self.assertIn("De l’année.", self.words(row))

        def send(key, *files):
            return self.url_open(
                f"{FOYER}/documents",
                data={"csrf_token": http.Request.csrf_token(self), "document": key},
                files=[("files", file) for file in files] or None,
            )

        key = f"{kind.id}-{self.nina.id}"
        self.assertIn("Choose the file", self.shown(send(key)))
        self.assertIn("not what its name", self.shown(send(key, ("a.png", b"MZ"))))
        self.assertIn(
            "Choose which",
            self.shown(send(f"{kind.id}-{self.lina.id}", ("a.pdf", PDF))),
        )
        self.assertFalse(
            self.env["espace.document"].search([("type_id", "=", kind.id)])
        )
        send(key, ("assurance.pdf", PDF))
        document = self.env["espace.document"].search([("type_id", "=", kind.id)])
        self.assertEqual(document.child_id, self.nina)
        page = self.page(FOYER)
        self.assertFalse(page.xpath(f"//*[@data-missing='{key}']"))
        [shown] = page.xpath(f"//*[@data-document='{document.id}']")
        self.assertIn("To check", self.words(shown))
        url = f"{FOYER}/documents/{document.id}/{document.attachment_ids.id}"
        self.assertEqual(self.url_open(url).content, PDF)
        document.with_user(self.staff)._refuse("Illisible")
        self.assertIn("Illisible", self.shown(self.url_open(FOYER)))
        self.login(self.sofia)
        self.assertEqual(self.url_open(url).status_code, 404)

    # === Whose is what === #

    def share_nina(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.durand.write({"street": "9 rue Secrète", "phone": "0639988877"})

    def test_the_other_household_of_a_child_stays_unknown(self):
        self.share_nina()
        kind = self.env["espace.document.type"].create(
            {"name": "Assurance", "about": "child", "needed_for": "nothing"}
        )
        self.env["espace.pickup.person"].create(
            {"name": "Odile Roux", "family_id": self.durand.id}
        )
        self.env["espace.document"].create(
            {"type_id": kind.id, "child_id": self.nina.id, "family_id": self.durand.id}
        )
        self.login(self.sofia)
        self.correct(f"child-{self.nina.id}", diet_id=str(self.diet.id))
        self.assertEqual(self.waiting(self.durand).res_id, self.nina.id)
        self.login(self.claire)
        text = self.url_open(FOYER).text
        for secret in ("rue Secrète", "0639988877", "Sofia", "Odile", "Lina"):
            self.assertNotIn(secret, text)
        self.assertFalse(http_tree(self.url_open(FOYER)).xpath("//*[@data-document]"))
        self.assertFalse(http_tree(self.url_open(FOYER)).xpath("//*[@data-proposed]"))

    def test_a_provisional_admission_says_both_dates(self):
        self.env["espace.document.type"].create(
            {"name": "Vaccinations", "blocking": True, "provisional_months": 3}
        )
        self.nina.enrolment_ids.write({"date_from": "2026-12-01"})
        text = self.shown(self.url_open(FOYER))
        self.assertIn(
            "Admitted provisionally since 1 December 2026, until 28 February 2027", text
        )

    def test_both_households_see_the_enrolments_of_a_shared_child(self):
        self.share_nina()
        for user in (self.claire, self.sofia):
            self.login(user)
            tree = http_tree(self.url_open(FOYER))
            [card] = tree.xpath(f"//*[@id='child-{self.nina.id}']")
            [shown] = card.xpath(".//*[@data-block='enrolments']")
            self.assertIn(self.evening.name, self.words(shown))
            self.assertIn("Approved", self.words(shown))

    def test_both_households_read_of_an_accident_and_nothing_of_each_other(self):
        self.share_nina()
        incident = self.env["espace.incident"].with_user(
            self._create_staff("animation")
        )
        incident = incident.create(
            {
                "child_id": self.nina.id,
                "happened_on": NOW - timedelta(minutes=30),
                "activity_id": self.evening.id,
                "what_happened": "Fell from the swing.",
                "injury": "Bump on the forehead",
                "care": "Ice",
                "witnesses": "Paul Agent",
            }
        )
        self.login(self.claire)
        self.assertFalse(self.page(FOYER).xpath("//*[@data-block='incidents']"))
        incident.action_declare()
        self.env["espace.incident.step"].create(
            [
                {
                    "incident_id": incident.id,
                    "guardian_id": self.guardian.id,
                    "how": "phone",
                    "words": "Claire could not come",
                },
                {"incident_id": incident.id, "kind": "rescue", "who": "SAMU (15)"},
                {"incident_id": incident.id, "kind": "addendum", "words": "The slide."},
                {"incident_id": incident.id, "kind": "other", "words": "Swing closed"},
            ]
        )
        self.env.flush_all()
        notes = self.env["espace.health.reading"].search_count([])
        for user, told in ((self.claire, True), (self.sofia, False)):
            self.login(user)
            [shown] = self.page(FOYER).xpath("//*[@data-block='incidents']")
            words = self.words(shown)
            for known in (
                "Monday 4 January 2027 at 8h30",
                self.evening.name,
                "Fell from the swing.",
                "Injuries: Bump on the forehead",
                "Care given: Ice",
                "Emergency services called – SAMU (15)",
                "Addition or correction – The slide.",
                "Letter to the household",
            ):
                self.assertIn(known, words)
            self.assertEqual("Parent told" in words, told)
            self.assertEqual(words.count("Letter to the household"), 1)
            for secret in ("Claire", "Sofia", "Durand", "Paul", "Swing closed"):
                self.assertNotIn(secret, words)
        self.assertEqual(self.env["espace.health.reading"].search_count([]), notes)

    def test_forms_of_others_are_refused_without_effect(self):
        self.share_nina()
        person = self.env["espace.pickup.person"].create(
            {"name": "Odile Roux", "family_id": self.durand.id}
        )
        self.login(self.sofia)
        self.correct(f"child-{self.nina.id}", diet_id=str(self.diet.id))
        change = self.waiting(self.durand)
        self.login(self.claire)
        keys = (
            f"family-{self.durand.id}",
            f"guardian-{self.durand.guardian_ids.id}",
            f"child-{self.lina.id}",
            f"authorisations-{self.lina.id}",
            f"pickup-{person.id}",
            "income-1",
            "child-x",
            "family-new",
            "",
        )
        for key in keys:
            with self.subTest(key):
                response = self.propose(key, street="x", firstname="x", photo="yes")
                self.assertIn("out of date", self.shown(response))
        self.assertFalse(self.waiting())
        for path in (
            f"{FOYER}/personne/{person.id}/retirer",
            f"{FOYER}/proposition/{change.id}/retirer",
        ):
            self.assertEqual(self.post(path).status_code, 404)
        self.assertTrue(change.exists())
        self.propose(
            "pickup-new",
            name="Odile Roux",
            phone="0639980000",
            child_ids=[str(self.lina.id)],
        )
        self.assertFalse(self.waiting(), "a child of others may not be named")

    def test_parents_reach_neither_the_model_nor_its_decisions(self):
        self.correct(f"family-{self.martin.id}", street="2 rue Haute")
        change = self.waiting()
        for method in ("action_accept", "action_refuse", "read"):
            _result, error = self.call_kw("espace.change", method, change.ids)
            self.assertTrue(error, method)
        self.assertEqual(self.martin.street, "1 rue Basse")

    def test_only_its_owner_changes_a_login(self):
        self._create_portal_user(self.marc)
        self.assertNotIn("email", self.form_of(f"guardian-{self.marc.id}"))
        before = self.marc.email
        self.propose(
            f"guardian-{self.marc.id}",
            **{
                **self.form_of(f"guardian-{self.marc.id}"),
                "email": "claire.vole@example.org",
            },
        )
        self.assertFalse(self.waiting())
        self.assertEqual(self.marc.email, before)

    def test_a_form_without_token_is_refused(self):
        response = self.post(
            f"{FOYER}/proposer", csrf=False, form=f"family-{self.martin.id}", street="x"
        )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.waiting())

    def test_odoo_s_address_book_leads_here(self):
        for path in ("/my/account", "/my/addresses", "/my/address"):
            self.assertTrue(self.url_open(path).url.endswith(FOYER), path)
        self.post("/my/address/submit", partner_id=self.claire.partner_id.id, name="Z")
        self.assertNotEqual(self.claire.partner_id.name, "Z")

    def test_who_has_no_family_is_led_home(self):
        self.guardian.unlink()
        self.assertTrue(self.url_open(FOYER).url.endswith("/my"))
        response = self.propose("child-new", firstname="Z", lastname="Z")
        self.assertTrue(response.url.endswith("/my"))


def http_tree(response):
    return html.fromstring(response.content)
