import json
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ..common import MONDAY, TODAY, Commune, EspaceCase

# Out of reach of the lists of these days.
LATER = TODAY + timedelta(days=15)

# What the office writes in the tests.
DOUBT = "Certificat douteux"
NOTE = "Impayé de 35 €, prévenir la mère."
PHONE = "06 39 98 00 01"


class AnimationCase(EspaceCase):
    """An agent of the Animation alone, the children of two families, a few words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("animation")
        cls.nurse = cls._create_staff("animation", "health")
        cls.manager = cls._create_staff("manager")
        cls.clerk = cls._create_staff("finance")
        cls.martin.guardian_ids[0].phone = PHONE
        cls.martin.partner_id.comment = NOTE
        # Nina is on the lists of these days, Lina is not.
        cls.mine = cls._booking(cls.martin, cls.nina, MONDAY)
        for record in (cls.martin, cls.nina, cls.martin.partner_id):
            record.message_post(body=NOTE, subtype_xmlid="mail.mt_note")

    @classmethod
    def _booking(cls, family, child, day):
        [quote] = cls.Reservation._book(family, [(child, cls.meal, day)], staff=True)
        return cls.Reservation.browse(quote.reservation_id)

    def as_agent(self, records):
        return records.with_user(self.agent)

    def refused(self, call, *args, **kwargs):
        with self.assertRaises(AccessError):
            call(*args, **kwargs)


@tagged("post_install", "-at_install")
class TestContacts(AnimationCase):
    def test_agents_of_the_day_find_colleagues_and_the_commune_alone(self):
        for user in (self.agent, self.nurse):
            found = self.env["res.partner"].with_user(user).search([])
            self.assertIn(self.manager.partner_id, found)
            self.assertIn(self.company.partner_id, found)
            others = found.sudo().filtered("partner_share")
            self.assertEqual(others, others.filtered("ref_company_ids"))

    def test_families_are_among_the_contacts_of_no_door(self):
        people = self.martin.partner_id | self.martin.guardian_ids.partner_id
        mine = self.as_agent(people)
        words = [("id", "in", people.ids)]
        for door in (
            lambda: mine.search_read(words, ["name"]),
            lambda: mine.search_count(words),
            lambda: mine.name_search("Martin"),
            lambda: mine.search([("email", "ilike", "martin")]),
            lambda: mine.search([("phone", "like", PHONE[-4:])]),
            lambda: mine.formatted_read_group(words, ["city"], ["__count"]),
            lambda: mine.web_search_read(words, {"email": {}})["records"],
            lambda: mine.env["res.users"].search([("login", "ilike", "martin")]),
        ):
            self.assertFalse(door())
        self.refused(mine.read, ["name"])
        self.refused(mine.web_read, {"phone": {}})
        export = self.env.ref("base.group_allow_export")
        self.agent.group_ids = [Command.link(export.id)]
        self.refused(mine.export_data, ["name", "email"])

    def test_who_works_with_contacts_keeps_them_all(self):
        contact = self._create_user("c", "espace_famille.group_animation")
        for user in (self.manager, self.clerk, contact):
            if user == contact:
                user.group_ids = [
                    Command.link(self.env.ref("base.group_partner_manager").id)
                ]
            found = self.env["res.partner"].with_user(user).search([])
            self.assertIn(self.martin.partner_id, found)

    def test_the_contacts_application_is_for_who_works_with_contacts(self):
        for user, shown in (
            (self.agent, False),
            (self.nurse, False),
            (self.manager, True),
            (self.clerk, True),
        ):
            menus = self.env["ir.ui.menu"].with_user(user)
            loaded = menus.load_menus(False)
            names = {menu.get("xmlid") for menu in loaded.values()}
            with self.subTest(user=user.login):
                self.assertEqual("contacts.menu_contacts" in names, shown)
                self.assertEqual("contacts.res_partner_menu_contacts" in names, shown)
                self.assertIn("espace_famille.espace_menu_root", names)
                roots = menus.load_menus_root()["all_menu_ids"]
                contacts = self.env.ref("contacts.menu_contacts")
                self.assertEqual(contacts.id in roots, shown)


@tagged("post_install", "-at_install")
class TestFamilies(AnimationCase):
    def test_families_and_guardians_are_read_by_no_door(self):
        for records in (self.martin, self.martin.guardian_ids):
            mine = self.as_agent(records)
            with self.subTest(model=records._name):
                self.refused(mine.read, ["name"])
                self.refused(mine.search, [])
                self.refused(mine.search_read, [], ["email"])
                self.refused(mine.search_count, [("email", "!=", False)])
                self.refused(mine.name_search, "Martin")
                self.refused(mine.formatted_read_group, [], ["city"], ["__count"])
                self.refused(mine.web_read, {"display_name": {}})

    def test_no_path_leads_from_a_child_to_what_is_said_of_its_family(self):
        children = self.as_agent(self.nina)
        for path in ("email", "phone", "comment", "message_ids.body", "street"):
            for way in ("family_id", "family_id.partner_id", "custody_ids.family_id"):
                domain = [(f"{way}.{path}", "ilike", "a")]
                with self.subTest(domain=domain):
                    self.refused(children.search, domain)
        self.refused(children.formatted_read_group, [], ["family_id.city"], ["__count"])
        self.refused(children.web_read, {"family_id": {"fields": {"email": {}}}})
        self.refused(
            children.web_read, {"family_ids": {"fields": {"display_name": {}}}}
        )
        # The name alone stands on lists.
        [row] = children.web_read({"family_id": {"fields": {"display_name": {}}}})
        self.assertEqual(row["family_id"]["display_name"], self.martin.name)

    def test_nothing_that_may_not_be_read_is_searched_sorted_or_grouped(self):
        """Of all models that agents of the day read, not of those we think of."""
        allowed = []
        for name, model in self.env.registry.items():
            records = self.as_agent(self.env[name])
            ours = name.startswith("espace.") or name in ("res.partner", "res.users")
            if not ours or model._abstract or not records.has_access("read"):
                continue
            for field in records._fields.values():
                if records._has_field_access(field, "read"):
                    continue
                for door in (
                    lambda r, f: r.search([(f, "!=", False)]),
                    lambda r, f: r.search([], order=f),
                    lambda r, f: r.formatted_read_group([], [f], ["__count"]),
                    lambda r, f: r.search_read([], [f]),
                ):
                    try:
                        door(records, field.name)
                    except (AccessError, ValueError):
                        continue
                    allowed.append(f"{name}.{field.name}")
        self.assertFalse(allowed)


@tagged("post_install", "-at_install")
class TestChatter(AnimationCase):
    def test_agents_of_the_day_read_no_chatter(self):
        messages = self.env["mail.message"]
        about = [("body", "ilike", "35 €")]
        self.assertEqual(len(messages.search(about)), 3)
        for user in (self.agent, self.nurse):
            self.assertFalse(messages.with_user(user).search(about))
            found = messages.search(about).with_user(user)
            self.refused(found.read, ["body"])
            child = self.nina.with_user(user)
            self.refused(child.read, ["message_ids"])
            self.refused(child.search, [("message_ids.body", "ilike", "35")])
            self.refused(child.search, [("website_message_ids.body", "ilike", "35")])
        for user in (self.manager, self.clerk):
            found = messages.with_user(user).search(about)
            self.assertGreaterEqual(set(found.mapped("model")), {"espace.family"})

    def test_its_files_neither(self):
        file = self.env["ir.attachment"].create(
            {
                "name": "facture.pdf",
                "raw": b"35",
                "res_model": "espace.child",
                "res_id": self.nina.id,
            }
        )
        self.refused(self.as_agent(file).read, ["name"])
        for domain in (
            [("res_model", "=", "espace.child"), ("res_id", "=", self.nina.id)],
            [("res_id", "=", self.nina.id)],
            [("id", "=", file.id)],
        ):
            self.assertFalse(self.as_agent(file).search_read(domain, ["name", "raw"]))
        self.assertTrue(file.with_user(self.manager).read(["name"]))

    def test_forms_show_none(self):
        for user, shown in ((self.agent, False), (self.manager, True)):
            for model in ("espace.child", "espace.absence"):
                arch = self.env[model].with_user(user).get_view(view_type="form")
                self.assertEqual("<chatter" in arch["arch"], shown)


@tagged("post_install", "-at_install")
class TestReasons(AnimationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.absence = cls.env["espace.absence"].browse(
            cls.env["espace.absence"]
            ._declare(
                cls.martin,
                cls.nina,
                MONDAY,
                MONDAY,
                reason="illness",
                note="Varicelle",
                origin="staff",
            )
            .id
        )
        cls.absence.message_post(body=DOUBT, subtype_xmlid="mail.mt_note")
        cls.cancelled = cls._booking(cls.martin, cls.tom, MONDAY)
        cls.cancelled._cancel(staff=True, reason="Hospitalisé")

    def test_that_a_child_is_absent_is_read_and_why_is_not(self):
        absence = self.as_agent(self.absence)
        self.assertEqual(self.as_agent(self.mine).absence_words, "Absence announced")
        absence.read(["state", "date_from", "child_id", "proof_words"])
        for name in ("reason", "note", "refusal"):
            with self.subTest(field=name):
                self.assertNotIn(name, absence.fields_get())
                self.refused(absence.read, [name])
                self.refused(absence.search, [(name, "!=", False)])
                self.refused(absence.search, [], order=name)
                self.refused(absence.formatted_read_group, [], [name], ["__count"])
                path = f"absence_id.{name}"
                self.refused(self.as_agent(self.mine).search, [(path, "!=", False)])
                self.assertTrue(self.absence.with_user(self.clerk).read([name]))
        self.assertFalse(
            self.env["mail.message"]
            .with_user(self.agent)
            .search([("model", "=", "espace.absence")])
        )

    def test_an_agent_declares_an_absence_without_its_reason(self):
        other = self._booking(self.durand, self.lina, MONDAY)
        form = Form(self.env["espace.absence"].with_user(self.agent))
        self.assertNotIn("reason", form._view["fields"])
        form.child_id = self.lina
        form.date_from = form.date_to = MONDAY
        declared = form.save().sudo()
        self.assertEqual(declared.family_id, self.durand)
        self.assertEqual((declared.reason, other.absence_id), ("other", declared))

    def test_why_a_booking_ended_is_for_the_office(self):
        booking = self.as_agent(self.cancelled)
        booking.read(["state", "cancelled_at"])
        for name in ("cancel_reason", "beyond_reason"):
            self.refused(booking.read, [name])
            self.refused(booking.search, [(name, "ilike", "Hosp")])
        event = self.cancelled.event_ids.filtered("note")
        self.assertEqual(event.note, "Hospitalisé")
        self.as_agent(event).read(["kind", "change"])
        self.refused(self.as_agent(event).read, ["note"])
        self.assertEqual(event.with_user(self.clerk).note, "Hospitalisé")


@tagged("post_install", "-at_install")
class TestDay(AnimationCase):
    """What the day needs: whom to call and who may come, of the children listed."""

    def person(self, family):
        return self.env["espace.pickup.person"].create(
            {"name": "Odile Roux", "phone": "0639980002", "family_id": family.id}
        )

    def test_whom_to_call_is_read_of_the_children_on_the_lists(self):
        self.person(self.martin)
        words = self.as_agent(self.nina).pickup_words
        self.assertIn(PHONE, words)
        self.assertIn("Odile Roux 0639980002", words)
        self.assertIn(PHONE, self.as_agent(self.mine).pickup_words)

    def test_of_other_children_that_they_exist(self):
        self.person(self.durand)
        lina = self.as_agent(self.lina)
        self.assertEqual(lina.read(["name"])[0]["name"], "Lina Durand")
        self.assertFalse(lina.pickup_words)
        later = self._booking(self.durand, self.lina, LATER)
        self.assertFalse(lina.pickup_words)
        self.assertFalse(self.as_agent(later).pickup_words)
        # The office reads them of all, whoever asked before.
        self.assertIn("Odile Roux", self.lina.with_user(self.manager).pickup_words)
        self.assertIn("Odile Roux", later.with_user(self.manager).pickup_words)

    def test_persons_are_those_of_the_children_on_the_lists(self):
        own, other = self.person(self.martin), self.person(self.durand)
        persons = self.env["espace.pickup.person"].with_user(self.agent)
        self.assertEqual(persons.search([]).sudo(), own)
        self.refused(other.with_user(self.agent).read, ["phone"])
        self._booking(self.durand, self.lina, TODAY)
        self.assertEqual(persons.search([]).sudo(), own | other)
        found = persons.with_user(self.manager).search([])
        self.assertEqual(found.sudo(), own | other)

    def test_the_lists_reach_a_week_back_and_a_week_ahead(self):
        children = self.env["espace.child"].search([("is_listed", "=", True)])
        self.assertEqual(children, self.nina)
        self.assertTrue(self.nina.is_listed)
        self.assertFalse((self.tom | self.lina).filtered("is_listed"))
        self.mine.action_cancel()
        self.nina.invalidate_recordset(["is_listed"])
        self.assertFalse(self.nina.is_listed)

    def test_every_form_of_the_day_opens(self):
        self.person(self.martin)
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        for records in (self.nina, self.mine, self.mine.session_id):
            mine = self.as_agent(records)
            # As the client does: the view, and what it shows.
            self.assertTrue(Form(mine).id)

    def test_a_walk_in_of_the_other_household_is_explained(self):
        self.env["espace.custody"].create(
            {"child_id": self.lina.id, "family_id": self.martin.id, "pattern": "even"}
        )
        session = self.session(self.canteen, MONDAY)
        wizard = Form(
            self.env["espace.walk.in.wizard"]
            .with_user(self.agent)
            .with_context(default_session_id=session.id)
        )
        wizard.child_id = self.lina.with_user(self.agent)
        self.assertIn("Martin pays it", wizard.warning)


@tagged("post_install", "-at_install")
class TestMailRoutes(Commune, HttpCase):
    """The chatter has routes of its own."""

    session = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_commune(cls.env)

    def setUp(self):
        super().setUp()
        self.user = self.env["res.users"].create(
            {
                "name": "Agent",
                "login": "agent-of-the-day",
                "password": "agent-of-the-day",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [
                    Command.link(self.env.ref("espace_famille.group_animation").id)
                ],
            }
        )
        for record in (self.martin, self.nina, self.martin.partner_id):
            record.message_post(body=NOTE, subtype_xmlid="mail.mt_note")
        self.authenticate(self.user.login, self.user.login)

    def call(self, path, **params):
        return self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).text

    def test_no_route_of_the_chatter_tells_anything(self):
        for record in (self.martin, self.nina, self.martin.partner_id):
            thread = {"thread_model": record._name, "thread_id": record.id}
            for path, params in (
                ("/mail/thread/messages", thread),
                (
                    "/mail/data",
                    {
                        "fetch_params": [
                            [
                                "mail.thread",
                                {
                                    **thread,
                                    "request_list": [
                                        "followers",
                                        "attachments",
                                        "suggestedRecipients",
                                    ],
                                },
                            ]
                        ]
                    },
                ),
            ):
                answer = self.call(path, **params)
                with self.subTest(model=record._name, path=path):
                    self.assertNotIn("Impay", answer)
                    self.assertNotIn("@example.org", answer)
        message = self.martin.message_ids[0]
        page = self.url_open(f"/mail/message/{message.id}")
        self.assertNotIn("Impay", page.text)
        page = self.url_open(f"/mail/view?model=espace.family&res_id={self.martin.id}")
        self.assertNotIn("Impay", page.text)
