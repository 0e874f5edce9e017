"""Several communes in one database share nothing that they should not.

Both have twenty families here, and a row of each of our models. Whoever works in one
finds nothing of the other, by whatever way.
"""

import json
import runpy

from lxml import html

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import HttpCase, tagged
from odoo.tools import file_path

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase
from odoo.addons.mail.tests.common import mail_new_test_user

from .communes import Rows, models_of_ours

#: Models whose rows belong to no commune, and why.
OF_NO_COMMUNE = {
    "espace.allergen": "the fourteen of the European regulation, nobody's own",
    "espace.attendance.code": "of an agent, who may work in several; nobody reads it",
    "espace.password.request": "of a log-in, which may open several communes",
    "espace.rate.limit": "of a network address or a log-in; nobody reads them",
}

#: Models of Odoo that hold what belongs to one commune.
OF_ODOO = (
    *("account.move", "account.move.line", "account.payment"),
    *("mail.template", "product.product", "product.template", "res.partner"),
)
ROLES = ("animation", "manager", "finance", "admin", "health")
FAMILIES = 20
NEWS = "espace_famille_portal.mail_template_news"


class Town(EspaceBillingCase):
    """A commune with twenty families, a debt, a payment and agents; no test runs."""

    @classmethod
    def build(cls, env, name):
        """Create a commune beside those there are."""
        cls._create_commune(env, name)
        cls._create_accounts()
        cls.tariff = cls._create_tariff()
        cls._set_quotient(cls.martin, 750)
        cls.furnish()

    @classmethod
    def furnish(cls):
        cls._create_regie(("cash", "cheque"))
        cls._create_families_up_to(FAMILIES)
        cls.martin.write({"street": f"1 rue de {cls.company.name}"})
        cls.env["espace.document.type"].create({"name": "Assurance"})
        cls.Reservation._book(cls.martin, [(cls.nina, cls.meal, MONDAY)])
        # Figures are of days that have begun.
        cls.Reservation._book(cls.martin, [(cls.tom, cls.meal, TODAY)], staff=True)
        # A child that was entered twice.
        for _time in range(2):
            cls._create_child(cls.durand, "Lou", cls.class_cp)
        cls._create_debt().action_post()
        cls._create_payment(cls.martin).action_post()
        cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.bank_journal.id,
                "date": TODAY,
                "amount": 1,
                "payment_ref": "x",
            }
        )
        # Nothing asks for this one: it is paid in advance.
        others = cls.env["espace.family"].search(
            [
                ("company_id", "=", cls.company.id),
                ("id", "not in", (cls.martin | cls.durand).ids),
            ]
        )
        cls._create_payment(others[0]).action_post()
        cls.env.ref(NEWS).with_env(cls.env).action_espace_own_text()
        cls.agents = {role: cls._create_agent(role) for role in ROLES}
        cls.rows = Rows(cls.company)

    @classmethod
    def _create_families_up_to(cls, number):
        known = cls.env["espace.family"].search([("company_id", "=", cls.company.id)])
        for n in range(number - len(known)):
            family = cls._create_family(f"{cls.company.name} {n}", ["Anne"])
            cls.env["espace.child"].create(
                {
                    "lastname": family.name,
                    "firstname": "Zoé",
                    "family_id": family.id,
                    "class_id": cls.class_cp.id,
                    "diet_id": cls._no_pork().id,
                }
            )

    @classmethod
    def _create_debt(cls):
        line = {"name": cls.company.name, "price_unit": 3.6, "tax_ids": []}
        return cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.martin.partner_id.id,
                "invoice_date": TODAY,
                "invoice_date_due": "2026-12-01",
                "invoice_line_ids": [Command.create(line)],
            }
        )

    @classmethod
    def _create_payment(cls, family):
        return cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": family.partner_id.id,
                "amount": 1,
                "journal_id": cls.journals["cash"].id,
            }
        )

    @classmethod
    def _create_agent(cls, role):
        login = f"{role}-{cls.company.id}"
        return mail_new_test_user(
            cls.env,
            login,
            groups=f"espace_famille.group_{role},base.group_allow_export",
            email=f"{login}@example.org",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )


@tagged("post_install", "-at_install")
class TestCommunes(Town, HttpCase):
    """The small commune and another one beside it."""

    session = None
    makes_sense = True  # what the rows say

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = type("Other", (Town,), {})
        cls.other.build(cls.env, "Commune voisine")
        cls.furnish()

    def check_invariants(self):
        if self.makes_sense:
            super().check_invariants()

    # === The matrix: each role on each model, by each way === #

    def test_every_model_says_whose_its_rows_are(self):
        untold = []
        rules = self.env["ir.rule"].search([("groups", "=", False)])
        for name in models_of_ours(self.env):
            own = rules.filtered(lambda rule, name=name: rule.model_id.model == name)
            told = any("company_ids" in rule.domain_force for rule in own)
            if told == (name in OF_NO_COMMUNE):
                untold.append(name)
        self.assertFalse(
            untold,
            "These models need a rule by company_ids, or a reason in OF_NO_COMMUNE.",
        )

    def test_both_communes_have_rows_of_every_model(self):
        self._fill()
        for town in (self, self.other):
            self.assertGreaterEqual(len(town.rows.of("espace.family")), FAMILIES)
            for name in self._models():
                self.assertTrue(town.rows.of(name), name)

    def test_who_works_in_one_finds_nothing_of_the_other(self):
        self._fill()
        for mine, theirs in ((self, self.other), (self.other, self)):
            for name in self._models():
                foreign = theirs.rows.of(name)
                for role, user in mine.agents.items():
                    records = self.env[name].with_user(user)
                    records = records.with_context(allowed_company_ids=[])
                    if self._reads(records):
                        with self.subTest(model=name, role=role):
                            self._find_nothing(records, foreign)

    def _fill(self):
        """Have a row of every model in both; what they say makes no sense."""
        self.makes_sense = False
        for town in (self, self.other):
            for model in models_of_ours(self.env):
                town.rows.one(model)

    def _reads(self, records):
        """Tell whether the user reads such records, and what they are named by."""
        named_by = records._name.startswith("account.") and "account.move"
        return records.has_access("read") and (
            not named_by or records.env[named_by].has_access("read")
        )

    def _models(self):
        ours = models_of_ours(self.env)
        return [name for name in ours if name not in OF_NO_COMMUNE] + [*OF_ODOO]

    def _find_nothing(self, records, foreign):
        """Try all ways in the ORM to some records; `records` bears the user."""
        ids = set(foreign.ids)
        theirs = [("id", "in", foreign.ids)]
        self.assertFalse(records.search_count(theirs))
        self.assertFalse(ids & set(records.search([], order="id desc").ids))
        one = foreign[:1].sudo()
        for name in {"", one.display_name or ""}:
            self.assertFalse(self._named(records, name, theirs))
        self.assertFalse(records.formatted_read_group(theirs, ["id"], ["__count"]))
        if "company_id" in records._fields:
            groups = records.formatted_read_group([], ["company_id"], ["__count"])
            companies = {(group["company_id"] or [0])[0] for group in groups}
            self.assertNotIn(one.company_id.id, companies)
        # What others have read is no reading.
        self.env.invalidate_all()
        found = foreign[:1].with_env(records.env)
        for refusal, attempt in (
            (AccessError, lambda: found.read(["display_name"])),
            (AccessError, lambda: found.export_data(["display_name"])),
            # Some are never edited, which is said first.
            (UserError, lambda: found.write({"display_name": "x"})),
            (UserError, lambda: found.unlink()),
        ):
            with self.assertRaises(refusal):
                attempt()

    def _named(self, records, name, domain):
        """Return what a search by name finds; who may not read the names, nothing."""
        try:
            return records.name_search(name, domain)
        except AccessError:
            return []

    def test_by_call_and_by_export_nothing_comes_either(self):
        self._fill()
        self.authenticate(self.agents["admin"].login, self.agents["admin"].login)
        for name in self._models():
            foreign = self.other.rows.of(name)
            records = self.env[name].with_user(self.agents["admin"])
            if not records.has_access("read"):
                continue
            with self.subTest(name):
                found = self._call(name, "search", [("id", "in", foreign.ids)])
                self.assertEqual(found.get("result"), [])
                read = self._call(name, "read", foreign.ids[:1], ["display_name"])
                self.assertIn("AccessError", str(read.get("error")))
                self.assertNotIn("result", read)
                self.assertNotIn("200", self._export(foreign[:1]))

    def test_by_page_nothing_comes_either(self):
        """The chatter of another commune, its files, and pages of parents."""
        self._fill()
        user = self._create_portal_user(self.martin.guardian_ids[0])
        family = self.other.martin
        asked = self.other.rows.one("espace.request")
        [invoice] = self.other.rows.of("account.move").filtered("invoice_date_due")[:1]
        self.authenticate(self.agents["admin"].login, self.agents["admin"].login)
        said = self._json(
            "/mail/thread/messages", thread_model=family._name, thread_id=family.id
        )
        self.assertNotIn(family.name, json.dumps(said.get("result") or ""))
        self.authenticate(user.login, user.login)
        for path in (f"/my/demandes/{asked.id}", f"/my/factures/{invoice.id}"):
            page = self.url_open(path)
            self.assertNotIn(self.other.company.name, page.text)

    def _call(self, model, method, *args):
        return self._json(
            "/web/dataset/call_kw",
            model=model,
            method=method,
            args=list(args),
            kwargs={},
        )

    def _json(self, path, **params):
        return self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()

    def _export(self, records):
        wanted = {
            "model": records._name,
            "fields": [{"name": "display_name", "label": "Name"}],
            "ids": records.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
        }
        answer = self.url_open(
            "/web/export/csv",
            data={
                "data": json.dumps(wanted),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        return str(answer.status_code)

    # === What each has of its own === #

    def test_a_contact_of_a_family_belongs_to_its_commune(self):
        for town in (self, self.other):
            families = town.rows.of("espace.family")
            contacts = families.partner_id | families.guardian_ids.partner_id
            self.assertEqual(contacts.company_id, town.company)

    def test_a_contact_of_another_commune_joins_no_family(self):
        contact = self.other.martin.guardian_ids[0].partner_id
        for vals in (
            {"name": "X", "partner_id": self.other.durand.guardian_ids.partner_id.id},
            {
                "name": "X",
                "guardian_ids": [
                    Command.create({"civility": "sir", "partner_id": contact.id})
                ],
            },
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.env["espace.family"].create(vals)

    def test_a_diet_is_renamed_for_one_commune_alone(self):
        self.other._no_pork().name = "Sans porc ni lard"
        self.assertNotEqual(self._no_pork().name, "Sans porc ni lard")
        with self.assertRaises(UserError), self.cr.savepoint():
            self.nina.diet_id = self.other._no_pork()

    def test_an_option_belongs_to_the_company_of_its_activity(self):
        self.assertEqual(self.meal.company_id, self.company)
        self.assertEqual(self.other.meal.company_id, self.other.company)
        self.meal.product_tmpl_id.company_id = False
        self.assertEqual(self.meal.company_id, self.company)

    def test_families_are_numbered_apart(self):
        first, second = (
            town._create_family("Neuf", ["Anne"]).reference
            for town in (self, self.other)
        )
        self.assertEqual(second, self.other.rows.of("espace.family")[-1].reference)
        self.assertEqual(int(second.strip("F")), FAMILIES + 1)
        self.assertNotEqual(first, second)

    def test_a_message_is_put_in_own_words_for_one_commune_alone(self):
        shared = self.env.ref(NEWS)
        agent = self.agents["admin"]
        agent.group_ids += self.env.ref("mail.group_mail_template_editor")
        with self.assertRaises(UserError), self.cr.savepoint():
            shared.with_user(agent).subject = "Partout"
        own = shared._espace_of(self.company)
        self.assertEqual(own.espace_company_id, self.company)
        own.with_user(agent).subject = "Chez nous"
        subjects = []
        for town in (self, self.other):
            shared._espace_make(
                NEWS, lambda template: subjects.append(template.subject), town.martin
            )
        self.assertEqual(subjects[0], "Chez nous")
        self.assertNotEqual(subjects[1], "Chez nous")

    def test_a_page_bears_the_title_and_the_colour_of_the_commune_looked_at(self):
        self._know_sofia_in_both()
        self.other.company.primary_color = "#205030"
        for town in (self, self.other):
            self.authenticate(self.sofia.login, self.sofia.login)
            self.url_open(
                "/my/famille",
                data={
                    "family": town.durand.id,
                    "csrf_token": http.Request.csrf_token(self),
                },
            )
            for path in ("/my", "/my/factures", "/my/reservations"):
                page = html.fromstring(self.url_open(path).content)
                title = page.findtext(".//title")
                self.assertTrue(title.endswith(town.company.name), title)
                styles = " ".join(page.xpath("//style/text()"))
                self.assertEqual("#205030" in styles, town is self.other)

    def test_what_was_shared_before_is_parted_by_the_update(self):
        here, there = self.martin.guardian_ids[0], self.other.martin.guardian_ids[0]
        one, told = here.partner_id, "0639980011"
        one.phone = told
        self.env.flush_all()
        for sql, values in (
            ("UPDATE espace_child SET diet_id = %s", [self._no_pork().id]),
            ("UPDATE product_template SET company_id = NULL", []),
            ("UPDATE res_partner SET company_id = NULL WHERE id != ALL(%s)", [[0]]),
            (
                "UPDATE espace_guardian SET (partner_id, person_id) = (%s, %s) "
                + "WHERE id = %s",
                [one.id, one.id, there.id],
            ),
            ("UPDATE res_company SET espace_is_commune = FALSE", []),
        ):
            self.env.cr.execute(sql, values)
        self.env.invalidate_all()
        path = file_path("espace_famille/migrations/19.0.1.2.0/post-migrate.py")
        runpy.run_path(path)["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(there.person_id, one)
        self.assertNotEqual(there.partner_id, one)
        self.assertEqual((there.name, there.phone), (here.name, told))
        for town in (self, self.other):
            self.assertTrue(town.company.espace_is_commune)
            self.assertEqual(town.meal.company_id, town.company)
            children = town.rows.of("espace.child")
            self.assertEqual(children.diet_id.company_id, town.company)
            guardians = town.rows.of("espace.guardian")
            self.assertEqual(guardians.partner_id.company_id, town.company)

    # === Money === #

    def test_a_superuser_receives_nothing_of_another_communes_family(self):
        before = self.env["account.payment"].search_count([])
        with self.assertRaises(UserError), self.cr.savepoint():
            self._create_payment(self.other.durand).sudo().action_post()
        # A contact that all companies share is found as well.
        self.other.durand.partner_id.company_id = False
        with self.assertRaisesRegex(UserError, "is a family of"), self.cr.savepoint():
            self._create_payment(self.other.durand).sudo().action_post()
        self.assertEqual(self.env["account.payment"].search_count([]), before)

    # === One person in both === #

    @classmethod
    def _know_sofia_in_both(cls):
        """Let Sofia Durand log in for her families of both communes.

        :return: the guardian she is in the other one
        """
        cls.sofia = cls._create_portal_user(cls.durand.guardian_ids)
        there = cls.other.durand.guardian_ids
        there.sudo().write(
            {"person_id": cls.sofia.partner_id.id, "phone": "0639980009"}
        )
        cls.sofia.company_ids += cls.other.company
        return there

    def test_one_log_in_and_two_contacts(self):
        there = self._know_sofia_in_both()
        families = self.env["espace.family"]._of_user(self.sofia)
        self.assertEqual(families, self.durand | self.other.durand)
        self.assertEqual(there.user_id, self.sofia)
        agent = self.other.agents["manager"]
        seen = there.with_user(agent).with_context(allowed_company_ids=[])
        self.assertEqual(seen.phone, "0639980009")
        self.assertEqual(seen.user_id.name, self.sofia.name)
        here = self.durand.guardian_ids.partner_id
        with self.assertRaises(AccessError):
            here.with_env(seen.env).read(["phone"])
        with self.assertRaises(AccessError):
            self.sofia.with_env(seen.env).read(["phone"])
        kept = self.env["espace.guardian"].search([("user_id", "=", self.sofia.id)])
        self.assertIn(self.durand.guardian_ids, kept)

    def test_erased_here_she_goes_on_there(self):
        there = self._know_sofia_in_both()
        here, contact = self.durand.guardian_ids.partner_id, there.partner_id
        told = there.read(["name", "email", "phone"])
        self._forget(self)
        self.assertTrue(self.sofia.active)
        self.assertEqual(self.sofia.partner_id, contact)
        self.assertEqual(self.sofia.company_ids, self.other.company)
        self.assertEqual(self.sofia.company_id, self.other.company)
        self.assertEqual(there.read(["name", "email", "phone"]), told)
        self.assertEqual(there.user_id, self.sofia)
        self.assertFalse(here.active or here.email or here.phone)
        self.assertEqual(
            self.env["espace.family"]._of_user(self.sofia), self.other.durand
        )

    def test_erased_there_she_goes_on_here(self):
        there = self._know_sofia_in_both()
        contact = there.partner_id
        self._forget(self.other)
        self.assertFalse(contact.active or contact.email or contact.phone)
        self.assertTrue(self.sofia.active)
        self.assertEqual(self.sofia.partner_id, self.durand.guardian_ids.partner_id)
        self.assertEqual(self.sofia.company_ids, self.company)
        self.assertEqual(self.env["espace.family"]._of_user(self.sofia), self.durand)

    def _forget(self, town):
        """Have the administration of a commune erase the Durands there."""
        family = town.durand.with_user(town.agents["admin"])
        family.with_context(allowed_company_ids=town.company.ids)._erase()

    # === Companies that are no commune === #

    def test_a_company_that_is_no_commune_is_left_alone(self):
        company = self.env["res.company"].create({"name": "Association sportive"})
        colour = company.email_secondary_color
        company.primary_color = "#205030"
        self.assertEqual(company.email_secondary_color, colour)
        own = [("company_id", "=", company.id)]
        for model in ("espace.diet", "espace.reminder.level", "espace.regie"):
            self.assertFalse(self.env[model].search(own), model)
        for model, vals in (
            ("espace.family", {"name": "Ailleurs"}),
            ("espace.activity", {"name": "Judo"}),
            ("espace.regie", {"name": "Caisse", "code": "AS"}),
        ):
            with (
                self.assertRaisesRegex(UserError, "runs no school services"),
                self.cr.savepoint(),
            ):
                self.env[model].create({"company_id": company.id, **vals})

    def test_who_works_in_no_commune_has_no_menu_of_ours(self):
        company = self.env["res.company"].create({"name": "Association sportive"})
        agent = self.agents["admin"]
        root = self.env.ref("espace_famille.espace_menu_root").id
        menus = self.env["ir.ui.menu"].with_user(agent)
        self.assertIn(root, menus.load_menus(False))
        agent.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        self.assertNotIn(root, menus.load_menus(False))
        company.espace_is_commune = True
        self.assertIn(root, menus.load_menus(False))

    def test_a_commune_begins_with_diets_levels_and_numbers_and_stays_one(self):
        company = self.env["res.company"].create({"name": "Nouvelle commune"})
        company.espace_is_commune = True
        own = Domain("company_id", "=", company.id)
        for model, count in (
            ("espace.diet", 4),
            ("espace.reminder.level", 3),
            ("ir.sequence", 1),
        ):
            self.assertEqual(self.env[model].search_count(own), count, model)
        company.espace_is_commune = False
        company.espace_is_commune = True
        self.assertEqual(self.env["espace.diet"].search_count(own), 4)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.company.espace_is_commune = False
