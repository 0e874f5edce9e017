from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from altcha import Challenge, Payload, solve_challenge
from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW

from ...models.access.espace_guardian import ACTIVATION_URL
from ..common import EspacePortalCase

PASSWORD = "quatre mots pour rire"
NEUTRAL = "do not open an invitation"

# What is said in the tests.
NOTE = "Pour nous seuls"
ANSWER = "Au dos de la lettre."


class ActivationCase(EspacePortalCase):
    """Marc Martin, second guardian, has an address and no account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marc = cls.martin.guardian_ids[1]
        cls.marc.email = "marc.martin@example.org"
        cls.staff = cls._create_staff("manager")
        cls.company.write({"phone": "05 63 50 51 18", "email": "mairie@example.org"})

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    # === Tools === #

    def invite(self, guardian=None):
        """Invite; return the mail and the code in its link."""
        guardian = guardian or self.marc
        guardian._invite(NOW)
        mail = self.env["mail.mail"].search(
            [("email_to", "ilike", guardian.email)], order="id desc", limit=1
        )
        [url] = html.fromstring(mail.body_html).xpath(
            "//a[contains(@href, 'activation')]/@href"
        )
        query = parse_qs(urlsplit(url).query)
        self.assertEqual(query["email"], [guardian.email])
        return mail, query["activationCode"][0]

    def open(self, code, email=None):
        return self.url_open(
            f"{ACTIVATION_URL}?activationCode={code}&email={email or self.marc.email}"
        )

    def solved(self, question, token):
        """Return what is posted for the sum that a question asks for."""
        words = question.replace("?", " ").split()
        answer = sum(int(word) for word in words if word.isdigit())
        return {"sum_token": token, "sum_answer": str(answer)}

    def fill(self, code, response=None, **values):
        """Send the form back as a browser without JavaScript does."""
        tree = html.fromstring((response or self.open(code)).content)
        [form] = tree.xpath("//form[contains(@class, 'o_espace_activation')]")
        typed = dict(form.form_values())
        question = "".join(tree.xpath("//noscript//label[@for='sum_answer']//text()"))
        token = tree.xpath("//input[@name='sum_token']/@value")[0]
        typed |= {
            **self.solved(question, token),
            "password": PASSWORD,
            **values,
        }
        return self.url_open(ACTIVATION_URL, data=typed)

    def created(self):
        return self.env["res.users"].search([("login", "=", "marc.martin@example.org")])


@tagged("post_install", "-at_install")
class TestInvitation(ActivationCase):
    def test_the_mail_names_the_commune_and_how_to_reach_it(self):
        self.company.espace_sender = "ne-pas-repondre@example.org"
        mail, code = self.invite()
        self.assertEqual(len(code), 10)
        self.assertIn("ne-pas-repondre@example.org", mail.email_from)
        for words in (self.company.name, "05 63 50 51 18", "mairie@example.org"):
            self.assertIn(words, mail.body_html)
        self.assertEqual(self.martin.state, "invited")

    def test_the_code_is_not_stored(self):
        _mail, code = self.invite()
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM espace_activation")
        self.assertNotIn(code, str(self.env.cr.fetchall()))
        with self.assertRaises(AccessError):
            self.marc.activation_ids.with_user(self.staff).read(["seal"])

    def test_hundreds_are_invited_at_once_and_each_once(self):
        families = self.martin | self.durand
        action = families.with_user(self.staff).action_invite()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.staff)
        self.assertEqual(wizard.account_count, 2)
        self.assertEqual(wizard.ready_count, 1)
        wizard.action_send()
        self.assertEqual(families.guardian_ids.activation_ids.guardian_id, self.marc)

    def test_who_has_no_address_is_said(self):
        self.marc.email = False
        with self.assertRaisesRegex(UserError, "no proper e-mail address"):
            self.env["espace.activation"]._issue(self.marc, NOW)

    def test_animation_invites_nobody(self):
        with self.assertRaises(AccessError):
            self.martin.with_user(self._create_staff("animation")).action_invite()

    def test_who_got_another_address_is_invited_anew(self):
        _mail, code = self.invite()
        former, self.marc.email = self.marc.email, "marc.neuf@example.org"
        self.assertIn(NEUTRAL, self.shown(self.open(code, former)))


@tagged("post_install", "-at_install")
class TestOneAddress(ActivationCase):
    """An address is the login of one person: others are refused when invited."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claire_guardian = cls.martin.guardian_ids[0]
        cls.marc.email = "Claire.Martin@example.org"
        cls.claire_guardian.email = "claire.martin@example.org"
        cls.refusal = (
            "have one address, claire.martin@example.org.*Enter another address"
        )

    def assert_refused(self, invite, words=None):
        """Check that an invitation is refused by these words and leaves nothing."""
        before = self.env["mail.mail"].search_count([])
        with self.assertRaisesRegex(UserError, words or self.refusal):
            invite()
        self.assertFalse(self.marc.activation_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def wizard(self, records):
        action = records.with_user(self.staff).action_invite()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(self.staff)

    def test_by_the_button(self):
        wizard = self.wizard(self.marc)
        self.assertEqual(wizard.line_ids.status, "refused")
        self.assertRegex(wizard.line_ids.problem, self.refusal)
        self.assertEqual((wizard.ready_count, wizard.refused_count), (0, 1))
        self.assert_refused(wizard.action_send)

    def test_two_that_have_no_account_yet(self):
        self.claire.unlink()
        for guardian in (self.marc, self.claire_guardian):
            self.assert_refused(lambda one=guardian: one._invite(NOW))

    def test_among_many_the_others_are_invited(self):
        second = self.durand.guardian_ids[0].copy(
            {"firstname": "Paul", "lastname": "Durand", "email": "paul@example.org"}
        )
        wizard = self.wizard(self.martin | self.durand)
        self.assertEqual((wizard.ready_count, wizard.refused_count), (1, 1))
        done = wizard.action_send()
        self.assertEqual(done["params"]["type"], "warning")
        self.assertIn(self.marc.name, done["params"]["message"])
        self.assertFalse(self.marc.activation_ids)
        self.assertTrue(second.activation_ids)

    def test_by_rpc(self):
        self.login(self.staff)
        wizard, error = self.call_kw(
            "espace.invitation",
            "create",
            {"line_ids": [[0, 0, {"guardian_id": self.marc.id, "status": "new"}]]},
        )
        self.assertTrue(wizard, error)
        _result, error = self.call_kw("espace.invitation", "action_send", [wizard])
        self.assertRegex(error["data"]["message"], self.refusal)
        self.assertFalse(self.marc.activation_ids)

    def test_by_import(self):
        done = (
            self.env["espace.invitation"]
            .with_user(self.staff)
            .load(
                ["line_ids/guardian_id/.id", "line_ids/status"],
                [[str(self.marc.id), "Will be invited"]],
            )
        )
        self.assertTrue(done["ids"], done["messages"])
        wizard = self.env["espace.invitation"].browse(done["ids"])
        self.assert_refused(wizard.with_user(self.staff).action_send)

    def test_by_accepting_a_request_of_an_account(self):
        asked = self.env["espace.account.request"]._receive(
            self.company,
            {
                "civility": "sir",
                "firstname": "Paul",
                "lastname": "Martin",
                "email": self.claire_guardian.email,
            },
        )
        asked.family_id = self.durand
        self.assert_refused(
            asked.with_user(self.staff).action_accept, "Paul Martin has the address of"
        )

    def test_the_same_person_in_two_families_is_one(self):
        self.marc.email = "marc.martin@example.org"
        self.env["espace.guardian"].create(
            {
                "family_id": self.durand.id,
                "civility": "sir",
                "firstname": "MARC",
                "lastname": "Mârtin",
                "email": self.marc.email,
            }
        )
        self.assertTrue(self.marc._invite(NOW))

    def test_the_login_of_an_agent(self):
        self.marc.email = self.staff.login = "gestion@example.org"
        self.assert_refused(lambda: self.marc._invite(NOW), "login of an agent")

    def test_an_account_that_was_closed(self):
        self.marc.email = "marc.martin@example.org"
        user = self._create_portal_user(self.marc)
        user.login = "Marc.Martin@example.org"
        user.active = False
        self.env.invalidate_all()
        self.assert_refused(lambda: self.marc._invite(NOW), "was closed")

    def test_who_lives_elsewhere_is_not_named(self):
        commune = self.env["res.company"].create(
            {"name": "Autre Commune", "espace_is_commune": True}
        )
        family = self.env["espace.family"].create(
            {"name": "Zola", "company_id": commune.id}
        )
        self.env["espace.guardian"].create(
            {
                "family_id": family.id,
                "civility": "sir",
                "firstname": "Zoé",
                "lastname": "Zola",
                "email": "zoe@example.org",
            }
        )
        self.marc.email = "zoe@example.org"
        problem = self.marc.with_user(self.staff)._address_problems()[self.marc]
        self.assertIn("somebody of another commune", problem)
        self.assertNotIn("Zola", problem)

    def test_an_address_that_came_to_be_shared_meanwhile(self):
        self.claire.unlink()
        self.claire_guardian.email = "other@example.org"
        self.marc.email = self.marc.email_normalized
        _mail, code = self.invite()
        page = self.open(code)
        self.claire_guardian.email = self.marc.email
        response = self.fill(code, page)
        self.assertIn("Somebody else has this e-mail address", self.shown(response))
        self.assertFalse(self.marc.user_id)


@tagged("post_install", "-at_install")
class TestActivation(ActivationCase):
    """Création de Compte, as in the parents' guide."""

    def test_what_the_commune_knows_is_filled_in(self):
        _mail, code = self.invite()
        tree = html.fromstring(self.open(code).content)
        values = dict(
            tree.xpath("//form[contains(@class,'o_espace_activation')]")[
                0
            ].form_values()
        )
        self.assertEqual(values["guardian_1_firstname"], "Marc")
        self.assertEqual(
            values["guardian_2_firstname"], self.martin.guardian_ids[0].firstname
        )
        names = {values[f"child_{n}_firstname"] for n in (1, 2)}
        self.assertEqual(names, {"Nina", "Tom"})
        self.assertEqual(
            tree.xpath("//input[@id='activation_login']/@value"), [self.marc.email]
        )

    def test_the_account_is_created_and_opens(self):
        _mail, code = self.invite()
        response = self.fill(code)
        self.assertIn("has been created", self.shown(response))
        self.assertIn("Marc", self.shown(response))
        # In at once, and the way to a passkey is shown.
        self.assertIn("Hello Marc", self.words(self.page("/my").xpath("//h1")[0]))
        done = html.fromstring(response.content)
        self.assertTrue(done.xpath("//a[@data-action='passkey']"))
        user = self.created()
        self.assertTrue(user._is_portal())
        self.assertEqual(user.company_ids, self.company)
        self.assertEqual(self.env["espace.family"]._of_user(user), self.martin)
        self.assertEqual(self.martin.state, "active")
        self.authenticate(user.login, PASSWORD)
        self.assertEqual(self.url_open("/my/reservations").status_code, 200)

    def test_a_code_serves_once(self):
        _mail, code = self.invite()
        self.fill(code)
        self.assertIn(NEUTRAL, self.shown(self.open(code)))

    def test_wrong_used_ended_or_foreign_codes_get_the_same_answer(self):
        _mail, code = self.invite()
        answers = {self.shown(self.open("AAAAAAAAAA"))}
        answers.add(self.shown(self.open(code, "somebody@example.org")))
        with freeze_time(NOW + timedelta(days=31)):
            answers.add(self.shown(self.open(code)))
        self.invite()
        answers.add(self.shown(self.open(code)))
        for answer in answers:
            self.assertIn(NEUTRAL, answer)

    def test_tries_are_limited_and_the_right_code_waits_too(self):
        _mail, code = self.invite()
        for _time in range(5):
            self.open("AAAAAAAAAA")
        self.assertIn("Too many tries", self.shown(self.open(code)))
        with freeze_time(NOW + timedelta(minutes=16)):
            self.assertNotIn("Too many tries", self.shown(self.open(code)))

    def test_a_form_without_the_security_test_creates_nothing(self):
        _mail, code = self.invite()
        response = self.fill(code, sum_answer="99")
        self.assertIn("captcha", self.shown(response))
        self.assertFalse(self.created())

    def test_a_security_test_counts_once(self):
        _mail, code = self.invite()
        page = self.open(code)
        # Whoever collects one answer does not fill in a hundred forms with it.
        test = self.env["espace.captcha"]
        question, token = test._sum(NOW)
        values = self.solved(question, token)
        self.assertTrue(test._passed(values, NOW))
        self.assertFalse(test._passed(values, NOW))
        self.assertFalse(test._passed({"sum_token": token, "sum_answer": "0"}, NOW))
        self.assertEqual(page.status_code, 200)

    def test_bad_passwords_are_refused_with_a_reason(self):
        _mail, code = self.invite()
        for password, words in self.bad_passwords:
            with self.subTest(password):
                response = self.fill(code, password=password)
                self.assertIn(words, self.shown(response))
                # All else that was typed is there, the password never.
                [form] = html.fromstring(response.content).xpath(
                    "//form[contains(@class, 'o_espace_activation')]"
                )
                typed = dict(form.form_values())
                self.assertEqual(typed["guardian_1_firstname"], "Marc")
                self.assertEqual(typed["email"], self.marc.email)
                self.assertFalse(typed["password"])
                self.assertEqual(form.get("data-part"), "account")
        self.assertFalse(self.created())

    bad_passwords = (
        ("", "Fill in this field"),
        ("court", "6 more signs are missing, fewer if you mix in capitals, figures"),
        ("123456789012", "4 more signs are missing, fewer if you mix in small letters"),
        ("Ab1!Ab1", "one more sign is missing"),
        ("aaaaaaaaaaaaaaa", "repeats the same signs"),
        ("martinmartin1", "easily guessed"),
    )

    def test_the_password_is_asked_once_and_can_be_shown(self):
        _mail, code = self.invite()
        tree = html.fromstring(self.open(code).content)
        [password] = tree.xpath("//input[@type='password']")
        [eye] = password.xpath("../button[contains(@class, 'o_show_password')]")
        self.assertTrue(eye.get("aria-label"))

    def test_a_part_is_checked_before_the_next(self):
        _mail, code = self.invite()
        for password, words in self.bad_passwords:
            with self.subTest(password):
                said = self.fill(
                    code, step="check", part="account", password=password
                ).json()
                self.assertEqual([*said], ["password"])
                self.assertIn(words, said["password"])
        said = self.fill(code, step="check", part="account", name="?").json()
        self.assertEqual([*said], ["name"])
        said = self.fill(
            code, step="check", part="guardians", name="?", guardian_1_lastname=""
        )
        self.assertEqual([*said.json()], ["guardian_1_lastname"])
        self.assertEqual(self.fill(code, step="check", part="account").json(), {})
        self.assertFalse(self.created(), "nothing is created on the way")

    def test_a_part_is_checked_for_who_is_invited_alone(self):
        _mail, code = self.invite()
        response = self.fill(
            code, step="check", part="account", activationCode="AAAAAAAAAA"
        )
        self.assertIn(NEUTRAL, self.shown(response))

    def test_corrections_go_to_staff(self):
        _mail, code = self.invite()
        number = next(
            n
            for n in (1, 2)
            if dict(
                html.fromstring(self.open(code).content).forms[-1].form_values()
            ).get(f"child_{n}_firstname")
            == "Tom"
        )
        self.fill(code, **{f"child_{number}_firstname": "Thomas"})
        self.assertEqual(self.tom.firstname, "Tom")
        change = self.env["espace.change"].search([("family_id", "=", self.martin.id)])
        self.assertEqual((change.before, change.after), ("Tom", "Thomas"))
        self.assertEqual(change.user_id, self.created())
        change.with_user(self.staff).action_accept()
        self.assertEqual(self.tom.firstname, "Thomas")
        self.assertEqual(change.decided_by_id, self.staff)

    def test_corrections_are_applied_where_the_commune_wants_it(self):
        self.company.espace_changes = "apply"
        _mail, code = self.invite()
        self.fill(code, guardian_1_firstname="Marc-Antoine")
        self.assertEqual(self.marc.firstname, "Marc-Antoine")

    def test_a_child_of_another_family_is_never_touched(self):
        self.company.espace_changes = "apply"
        _mail, code = self.invite()
        before = self.lina.firstname
        self.fill(code, child_1_id=str(self.lina.id), child_1_firstname="Zoé")
        self.assertEqual(self.lina.firstname, before)

    def test_a_new_child_waits_for_staff(self):
        self.company.espace_changes = "apply"
        _mail, code = self.invite()
        self.fill(code, child_3_firstname="Zoé", child_3_lastname="Martin")
        [change] = self.env["espace.change"].search(
            [("family_id", "=", self.martin.id), ("state", "=", "proposed")]
        )
        self.assertEqual(change.after, "Zoé Martin")
        self.assertNotIn("Zoé", self.martin.child_ids.mapped("firstname"))

    def test_an_account_that_exists_is_linked_not_doubled(self):
        other = self._create_family_elsewhere()
        password, self.claire.login = self.claire.login, other.guardian_ids.email
        _mail, code = self.invite(other.guardian_ids)
        email = other.guardian_ids.email
        page = self.open(code, email)
        self.assertIn("have an account with this address already", self.shown(page))
        response = self.fill(code, page, email=email, password="wrong")
        self.assertIn("is not this one", self.shown(response))
        response = self.fill(code, self.open(code, email), password=password)
        self.assertIn("has been created", self.shown(response))
        families = self.env["espace.family"]._of_user(self.claire)
        self.assertEqual(families, self.martin | other)
        self.assertIn(other.company_id, self.claire.company_ids)
        # That commune keeps its own contact, with what it was told.
        contact = other.guardian_ids.partner_id
        self.assertNotEqual(contact, self.claire.partner_id)
        self.assertTrue(contact.active)
        self.assertEqual(contact.company_id, other.company_id)
        self.assertEqual(other.guardian_ids.user_id, self.claire)

    def _create_family_elsewhere(self):
        commune = self.env["res.company"].create(
            {"name": "Autre Commune", "espace_is_commune": True}
        )
        family = self.env["espace.family"].create(
            {"name": "Martin", "company_id": commune.id}
        )
        self.env["espace.guardian"].create(
            {
                "family_id": family.id,
                "civility": "madam",
                "firstname": "Claire",
                "lastname": "Martin",
                "email": "claire.martin@example.org",
            }
        )
        return family


@tagged("post_install", "-at_install")
class TestPublicForms(ActivationCase):
    def sum_values(self):
        return self.solved(*self.env["espace.captcha"]._sum(NOW))

    def send(self, path, **values):
        return self.post(path, **self.sum_values(), **values)

    def test_a_question_reaches_the_commune(self):
        response = self.send(
            f"/espace-famille/question?commune={self.company.id}",
            name="Marc Martin",
            email="marc.martin@example.org",
            message="Où trouver <b>mon</b> code ?",
        )
        self.assertIn("Your question has been sent", self.shown(response))
        mail = self.env["mail.mail"].search([("reply_to", "=", self.marc.email)])
        self.assertIn("mairie@example.org", mail.email_to)
        self.assertNotIn("<b>", mail.body_html)

    def test_a_question_leaves_a_request_that_staff_answers(self):
        for _tap in range(2):
            self.send(
                f"/espace-famille/question?commune={self.company.id}",
                name="Marc Martin",
                email=self.marc.email,
                message="Où trouver <b>mon</b> code ?",
            )
        asked = self.env["espace.request"].search([("visitor_name", "!=", False)])
        [asked] = asked.with_user(self.staff)
        self.assertEqual((asked.company_id, asked.state), (self.company, "new"))
        self.assertFalse(asked.family_id, "anybody may type anybody's address")
        self.assertFalse(asked.message_follower_ids)
        self.assertFalse(asked.message_ids.author_id)
        self.assertIn("mon", asked.message_ids.body)
        self.assertNotIn("<b>", asked.message_ids.body)
        self.assertTrue(asked.answer_by)
        self.login(self.claire)
        self.assertNotIn("Marc Martin", self.shown(self.url_open("/my/demandes")))
        asked.message_post(body=NOTE, subtype_xmlid="mail.mt_note")
        asked.message_post(
            body=ANSWER,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual((asked.state, asked.user_id), ("waiting", self.staff))
        mails = self.env["mail.mail"].search([("email_to", "ilike", self.marc.email)])
        [mail] = mails.filtered(lambda one: "Au dos" in one.body_html)
        self.assertNotIn(self.staff.name, mail.email_from)
        self.assertFalse(mails.filtered(lambda one: "nous seuls" in one.body_html))

    def test_an_account_is_asked_for_and_given(self):
        self.send(
            f"/espace-famille/demande-de-compte?commune={self.company.id}",
            civility="madam",
            firstname="Ana",
            lastname="Silva",
            email="ana.silva@example.org",
            children="Rui Silva, CP",
        )
        asked = self.env["espace.account.request"].search([("lastname", "=", "Silva")])
        self.assertEqual((asked.state, asked.company_id), ("new", self.company))
        asked.with_user(self.staff).action_accept()
        self.assertEqual(asked.family_id.state, "invited")
        self.assertEqual(asked.family_id.guardian_ids.email, "ana.silva@example.org")
        self.assertTrue(asked.family_id.guardian_ids.activation_ids)

    def test_refusing_needs_a_reason(self):
        asked = (
            self.env["espace.account.request"]
            ._receive(
                self.company,
                {
                    "civility": "sir",
                    "firstname": "A",
                    "lastname": "B",
                    "email": "a.b@example.org",
                },
            )
            .with_user(self.staff)
        )
        with self.assertRaisesRegex(UserError, "reason"):
            asked.action_refuse()
        asked.reason = "Votre enfant n’est pas inscrit dans nos écoles."
        asked.action_refuse()
        mail = self.env["mail.mail"].search([("email_to", "=", "a.b@example.org")])
        self.assertIn("inscrit dans nos écoles", mail.body_html)

    def test_strangers_do_not_flood(self):
        for _time in range(3):
            self.send(
                "/espace-famille/question", name="A", email="a@example.org", message="x"
            )
        response = self.send(
            "/espace-famille/question", name="A", email="a@example.org", message="x"
        )
        self.assertIn("Too many messages", self.shown(response))

    def test_the_widget_solves_its_challenge(self):
        challenge = Challenge.from_dict(
            self.url_open("/espace-famille/securite").json()
        )
        payload = Payload(challenge, solve_challenge(challenge))
        test = self.env["espace.captcha"]
        sent = payload.to_base64()
        self.assertTrue(test._passed({"altcha": sent}, NOW))
        self.assertFalse(test._passed({"altcha": sent}, NOW))
        self.assertFalse(test._passed({"altcha": "AAAA"}, NOW))
