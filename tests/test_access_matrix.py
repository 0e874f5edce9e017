"""Who may do what: each role on each model, each verb, and by each kind of route.

The tables are the promise; the access lists and rules of the addons must keep it.
"""

import json

from odoo import http
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, EspaceCase
from odoo.addons.mail.tests.common import mail_new_test_user

VERBS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
ROLES = ("animation", "manager", "finance", "admin", "portal", "public")

# model: verbs of Animation, Gestion, Régie, Administration; the parent's follow below.
STAFF = {
    "espace.school": ("r", "rwc", "r", "rwcu"),
    "espace.school.class": ("r", "rwc", "r", "rwcu"),
    "espace.school.year": ("r", "r", "r", "rwcu"),
    "espace.calendar.period": ("r", "r", "r", "rwcu"),
    "espace.class.move": ("", "", "", "rwcu"),
    "espace.deadline.rule": ("r", "r", "r", "rwcu"),
    "espace.deadline.rule.line": ("r", "r", "r", "rwcu"),
    "espace.diet": ("r", "rwc", "r", "rwcu"),
    "espace.activity": ("r", "r", "r", "rwcu"),
    "espace.waiting.criterion": ("r", "r", "r", "rwcu"),
    "espace.booking.opening": ("r", "r", "r", "rwcu"),
    "espace.session": ("r", "rwcu", "r", "rwcu"),
    "espace.family": ("", "rwc", "r", "rwcu"),
    "espace.guardian": ("", "rwc", "r", "rwcu"),
    "espace.child": ("r", "rwc", "r", "rwcu"),
    "espace.custody": ("r", "rwcu", "r", "rwcu"),
    "espace.enrolment": ("r", "rwcu", "r", "rwcu"),
    "espace.authorisation": ("r", "rwcu", "", "rwcu"),
    "espace.document.type": ("", "r", "", "rwcu"),
    "espace.document": ("", "rwcu", "", "rwcu"),
    "espace.document.reminder": ("", "rc", "", "rc"),
    "espace.health.reading": ("", "", "", "r"),
    "espace.reservation": ("r", "rwc", "r", "rwcu"),
    "espace.reservation.event": ("r", "r", "r", "r"),
    "espace.group": ("r", "rwcu", "", "rwcu"),
    "espace.pickup.person": ("r", "rwcu", "", "rwcu"),
    "espace.pickup.ban": ("r", "rwcu", "", "rwcu"),
    "espace.attendance.event": ("r", "r", "", "r"),
    "espace.attendance.code": ("", "", "", ""),
    "espace.attendance.presence": ("", "", "", ""),
    "espace.school.adult": ("r", "rwcu", "", "rwcu"),
    "espace.absence": ("rc", "rwc", "r", "rwc"),
    "espace.incident": ("rwcu", "rwcu", "", "rwcu"),
    "espace.incident.step": ("rwcu", "rwcu", "", "rwcu"),
    "espace.absence.proof": ("", "rwcu", "", "rwcu"),
    "espace.closure": ("r", "rwcu", "r", "rwcu"),
    "espace.message": ("", "rwcu", "r", "rwcu"),
    "espace.message.line": ("", "r", "r", "r"),
    "espace.message.template": ("", "rwcu", "r", "rwcu"),
    "espace.kitchen.order": ("r", "r", "r", "r"),
    "espace.kitchen.order.line": ("r", "r", "r", "r"),
    "espace.kitchen.adults": ("r", "rwcu", "", "rwcu"),
    "espace.allergen": ("r", "r", "r", "r"),
    "espace.menu": ("r", "rwcu", "r", "rwcu"),
    "espace.menu.dish": ("r", "rwcu", "r", "rwcu"),
    "espace.merge": ("", "r", "r", "r"),
    "espace.register.import": ("", "rwcu", "", "rwcu"),
    "espace.register.table": ("", "r", "", "r"),
    "espace.register.column": ("", "rw", "", "rw"),
    "espace.register.layout": ("", "ru", "", "ru"),
    "espace.register.line": ("", "rw", "", "rw"),
    "espace.tariff": ("", "r", "rwcu", "rwcu"),
    "espace.tariff.line": ("", "r", "rwcu", "rwcu"),
    "espace.tariff.adjustment": ("", "r", "rwcu", "rwcu"),
    "espace.family.income": ("", "rwc", "rwcu", "rwcu"),
    "espace.charge": ("", "r", "r", "r"),
    "espace.aid": ("", "r", "rwcu", "rwcu"),
    "espace.deposit.rule": ("", "r", "rwcu", "rwcu"),
    "espace.deposit.plan": ("", "r", "rw", "rw"),
    "espace.deposit": ("", "r", "r", "r"),
    "espace.accountant.terms": ("", "r", "rwcu", "rwcu"),
    "espace.accountant.terms.line": ("", "r", "rwcu", "rwcu"),
    "espace.flat.formula": ("", "r", "rwcu", "rwcu"),
    "espace.flat": ("", "rwc", "rwcu", "rwcu"),
    "espace.flat.due": ("", "r", "r", "r"),
    "espace.pack.formula": ("", "r", "rwcu", "rwcu"),
    "espace.pack": ("", "rwc", "rwcu", "rwcu"),
    "espace.activation": ("", "r", "", "r"),
    "espace.rate.limit": ("", "", "", ""),
    "espace.password.request": ("", "", "", ""),
    "espace.change": ("", "rw", "", "rw"),
    "espace.calendar.feed": ("", "", "", ""),
    "espace.account.request": ("", "rw", "", "rw"),
    "espace.request": ("", "rwc", "", "rwc"),
    "espace.news": ("r", "rwcu", "", "rwcu"),
    "espace.news.read": ("", "r", "", "r"),
    "espace.booking.notice": ("", "", "", ""),
    "espace.booking.reminder": ("", "r", "", "r"),
    "espace.push": ("", "", "", ""),
    "espace.regie": ("", "r", "rwc", "rwc"),
    "espace.regie.mandate": ("", "r", "rwc", "rwc"),
    "espace.billing.run": ("", "r", "rwcu", "rwcu"),
    "espace.billing.run.family": ("", "r", "r", "r"),
    "espace.billing.run.check": ("", "r", "r", "r"),
    "espace.arrears.exemption": ("", "r", "rwcu", "rwcu"),
    "espace.booking.block": ("", "r", "rwc", "rwc"),
    "espace.debt.transfer": ("", "r", "rwcu", "rwcu"),
    "espace.debt.transfer.line": ("", "r", "rwcu", "rwcu"),
    "espace.quotient.query": ("", "rwc", "rwc", "rwc"),
    "espace.quotient.answer": ("", "r", "r", "r"),
    "espace.title.list": ("", "r", "rwcu", "rwcu"),
    "espace.title": ("", "r", "rwu", "rwu"),
    "espace.title.line": ("", "r", "r", "r"),
    "espace.reminder.level": ("", "r", "rwcu", "rwcu"),
    "espace.reminder": ("", "r", "r", "r"),
    "espace.reminder.line": ("", "r", "r", "r"),
    "espace.collection.statement": ("", "r", "rwcu", "rwcu"),
    "espace.collection.opening": ("", "r", "rwcu", "rwcu"),
    "espace.collection.allocation": ("", "r", "r", "r"),
    "espace.remittance": ("", "r", "rwcu", "rwcu"),
    "espace.bank.file": ("", "", "r", "r"),
    "espace.bank.line": ("", "", "r", "r"),
    "espace.bank.match": ("", "", "r", "r"),
    "espace.debit.return": ("", "", "r", "r"),
    "espace.debit.return.line": ("", "", "r", "r"),
    "espace.mandate.signature": ("", "", "", ""),
}
# What a parent reads, of its own families only.
PARENT = {
    "espace.family",
    "espace.guardian",
    "espace.child",
    "espace.document",
    "espace.enrolment",
    "espace.reservation",
    "espace.absence",
    "espace.charge",
    "espace.request",
}


def expected():
    """Yield (role, model, verb, allowed) for the whole matrix."""
    for model, rights in STAFF.items():
        parent = "r" if model in PARENT else ""
        for role, verbs in zip(ROLES, (*rights, parent, ""), strict=True):
            for letter, verb in VERBS.items():
                yield role, model, verb, letter in verbs


@tagged("post_install", "-at_install")
class TestAccessMatrix(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: cls._create_staff(role)
            for role in ("animation", "manager", "finance", "admin")
        }
        cls.parent = cls.martin.guardian_ids[0]
        cls.users["portal"] = cls._create_portal_user(cls.parent)
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.employee = mail_new_test_user(
            cls.env, "employee", groups="base.group_user", email="e@example.org"
        )

    def test_every_role_has_the_rights_of_the_table_on_every_model(self):
        wrong = []
        for role, model, verb, allowed in expected():
            records = self.env[model].with_user(self.users[role])
            if records.has_access(verb) != allowed:
                wrong.append(f"{role} {verb} {model}: expected {allowed}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_the_table_names_every_stored_model_of_the_addons(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("espace.") and model._auto and not model._transient
        }
        self.assertEqual(models, set(STAFF))

    def test_an_employee_without_a_role_sees_nothing(self):
        for model in STAFF:
            self.assertFalse(
                self.env[model].with_user(self.employee).has_access("read")
            )

    def test_a_parent_reads_its_own_family_and_no_other(self):
        mine = self.booked(self.nina, self.meal, MONDAY)
        theirs = self.booked(self.lina, self.meal, MONDAY)
        pairs = [
            (self.martin, self.durand),
            (self.martin.guardian_ids, self.durand.guardian_ids),
            (self.nina, self.lina),
            (self.nina.enrolment_ids, self.lina.enrolment_ids),
            (mine, theirs),
        ]
        for own, foreign in pairs:
            own, foreign = (r.with_user(self.users["portal"]) for r in (own, foreign))
            own.check_access("read")
            self.assertTrue(own.search([("id", "in", own.ids)]))
            self.assertFalse(own.search([("id", "in", foreign.ids)]))
            with self.assertRaises(AccessError):
                foreign.check_access("read")
            with self.assertRaises(AccessError):
                foreign.read(["display_name"])

    def test_a_parent_reads_neither_the_names_nor_the_notes_of_agents(self):
        mine = self.booked(self.nina, self.meal, MONDAY)
        absence = self.env["espace.absence"]
        for records, names in (
            (mine, ("attendance_uid", "beyond_reason", "event_ids")),
            (absence, ("declared_by", "decided_by")),
        ):
            for name in names:
                with self.subTest(field=name), self.assertRaises(AccessError):
                    records.with_user(self.users["portal"]).search_fetch([], [name])

    def test_both_households_see_the_child_and_each_its_own_bookings(self):
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        other = self._create_portal_user(self.durand.guardian_ids)
        mine = self.booked(self.nina, self.meal, MONDAY)  # ISO week 2, even
        self.nina.with_user(other).check_access("read")
        self.assertFalse(mine.with_user(other).has_access("read"))
        self.assertFalse(self.martin.with_user(other).has_access("read"))

    def test_staff_of_another_commune_see_nothing(self):
        company = self.env["res.company"].create(
            {"name": "Autre commune", "espace_is_commune": True}
        )
        foreigner = mail_new_test_user(
            self.env,
            "foreigner",
            groups="espace_famille.group_admin",
            email="f@example.org",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for records in (self.martin, self.nina, self.canteen, self.year):
            records = records.with_user(foreigner).with_company(company)
            records = records.with_context(allowed_company_ids=company.ids)
            self.assertFalse(records.has_access("read"), records)

    def test_health_is_for_its_own_group(self):
        self.nina.write({"allergies": "Arachide", "has_pai": True})
        health = self._create_staff("manager", "health")
        self.assertEqual(self.nina.with_user(health).allergies, "Arachide")
        for role in ("animation", "manager", "finance", "admin", "portal"):
            child = self.nina.with_user(self.users[role])
            self.assertTrue(child.has_pai)
            with self.assertRaises(AccessError):
                child.read(["allergies"])


OFFICE = {"manager", "finance", "admin"}
DAY = {"animation", "nurse", "manager", "admin"}

# What is asked for by a route: who gets it. A nurse is of the Animation and of Health.
ROUTES = {
    "a family by call": OFFICE,
    "a contact by call": OFFICE,
    "contacts by debt": {"finance", "admin"},
    "the chatter of a family": OFFICE,
    "the chatter of a child": OFFICE,
    "a contact by export": OFFICE,
    "a child by call": DAY | {"finance"},
    "who may fetch a child": DAY,
    "why a child is absent": OFFICE,
    "a care plan by call": {"nurse"},
    "an accident by call": DAY - {"animation"},
    "injuries by call": {"nurse"},
    "a confidential file": {"nurse"},
    "who read health data": {"admin"},
    "the Contacts application": OFFICE,
}
NOTE = "Impayé de 35 €"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@tagged("post_install", "-at_install")
class TestRouteMatrix(EspaceCase, HttpCase):
    session = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        roles = ("animation", "manager", "finance", "admin")
        cls.users = {
            **{role: cls._create_staff(role) for role in roles},
            "nurse": cls._create_staff("animation", "health"),
            "portal": cls._create_portal_user(cls.martin.guardian_ids[0]),
            "public": None,
        }
        cls.nina.write({"has_pai": True, "pai_details": "Stylo au bureau"})
        kind = cls.env["espace.document.type"].create(
            {"name": "PAI", "confidential": True}
        )
        cls.file = (
            cls.env["espace.document"]
            .create(
                {
                    "type_id": kind.id,
                    "child_id": cls.nina.id,
                    "attachment_ids": [Command.create({"name": "a.pdf", "raw": PDF})],
                }
            )
            .attachment_ids
        )
        cls.env["espace.health.reading"].sudo().create(
            {
                "at": "2027-01-04 08:00:00",
                "user_id": cls.users["nurse"].id,
                "kind": "pai",
                "child_id": cls.nina.id,
                "company_id": cls.company.id,
            }
        )
        cls.Reservation._book(cls.martin, [(cls.nina, cls.meal, MONDAY)])
        cls.absence = cls.env["espace.absence"]._declare(
            cls.martin, cls.nina, MONDAY, MONDAY, reason="illness", origin="staff"
        )
        cls.incident = cls.env["espace.incident"].create(
            {
                "child_id": cls.nina.id,
                "happened_on": "2027-01-04 07:30:00",
                "what_happened": "Chute de la bascule",
                "injury": "Bosse au front",
            }
        )
        cls.incident.action_declare()
        cls.martin.guardian_ids[0].phone = "0639980001"
        cls.martin.partner_id.city = "Valdurenque"
        for record in (cls.martin, cls.nina):
            record.message_post(body=NOTE, subtype_xmlid="mail.mt_note")
        cls.env.cr.precommit.run()

    def test_every_role_gets_by_routes_what_the_table_says(self):
        asked = self._asked()
        self.assertEqual(set(asked), set(ROUTES))
        wrong = []
        for role, user in self.users.items():
            self.authenticate(user and user.login, user and user.login)
            for what, expected in ROUTES.items():
                call, words = asked[what]
                answer = call()
                if (words in answer) != (role in expected):
                    wrong.append(f"{role}: {what}: {answer[:500]}")
        self.assertFalse(wrong, "\n".join(wrong))

    def _asked(self):
        """Return {what: (function that asks for it, words that only it holds)}."""
        payer, nina = self.martin.partner_id, self.nina

        def named(model, method, *args):
            return lambda: self._json(
                "/web/dataset/call_kw",
                model=model,
                method=method,
                args=list(args),
                kwargs={},
            )

        def chatter(record):
            return lambda: self._json(
                "/mail/thread/messages",
                thread_model=record._name,
                thread_id=record.id,
            )

        one = [("id", "=", payer.id)]
        return {
            "a family by call": (
                named("espace.family", "read", self.martin.ids, ["city"]),
                "Valdurenque",
            ),
            "a contact by call": (
                named("res.partner", "search_read", one, ["city"]),
                "Valdurenque",
            ),
            # Nobody owes anything: who may ask gets an empty list.
            "contacts by debt": (
                named("res.partner", "search", [("credit", ">", 10**9)]),
                '"result": []',
            ),
            "the chatter of a family": (chatter(self.martin), "Impay"),
            "the chatter of a child": (chatter(nina), "Impay"),
            "a contact by export": (lambda: self._export(payer), "Valdurenque"),
            "a child by call": (
                named("espace.child", "read", nina.ids, ["name"]),
                "Nina Martin",
            ),
            "who may fetch a child": (
                named("espace.child", "read", nina.ids, ["pickup_words"]),
                "0639980001",
            ),
            "why a child is absent": (
                named("espace.absence", "read", self.absence.ids, ["reason"]),
                "illness",
            ),
            "a care plan by call": (
                named("espace.child", "read", nina.ids, ["pai_details"]),
                "Stylo au bureau",
            ),
            "an accident by call": (
                named("espace.incident", "read", self.incident.ids, ["what_happened"]),
                "Chute de la bascule",
            ),
            "injuries by call": (
                named("espace.incident", "read", self.incident.ids, ["injury"]),
                "Bosse au front",
            ),
            "a confidential file": (
                lambda: self.url_open(f"/web/content/{self.file.id}").text,
                "%PDF-1.4",
            ),
            "who read health data": (
                named("espace.health.reading", "search_read", [], ["kind"]),
                '"pai"',
            ),
            "the Contacts application": (
                named("ir.ui.menu", "load_menus", False),
                "contacts.menu_contacts",
            ),
        }

    def _json(self, path, **params):
        return self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).text

    def _export(self, records):
        wanted = {
            "model": records._name,
            "fields": [{"name": "city", "label": "City"}],
            "ids": records.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
        }
        return self.url_open(
            "/web/export/csv",
            data={
                "data": json.dumps(wanted),
                "csrf_token": http.Request.csrf_token(self),
            },
        ).text
