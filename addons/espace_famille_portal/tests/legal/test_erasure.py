from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY
from odoo.addons.espace_famille_billing.models.core.guards import STATING
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LATER, MUCH_LATER = "2030-09-02 08:00:00", "2037-09-02 08:00:00"
# It stands in every word that is written here about the family, and nowhere else.
MARK = "zqxj"
# What the accounting keeps for ten years: the payer, and what was sold to whom.
ACCOUNTING = {"res_partner", "account_move", "account_move_line", "espace_charge"}


@tagged("post_install", "-at_install")
class TestErasure(EspaceBillingCase):
    """After the erasure no column of the database says who the family was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_staff("admin")
        # As in life: what is traced is written.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.family = cls._create_family(f"Mar{MARK}", [f"Cla{MARK}"]).with_env(cls.env)
        cls.family.write({"street": f"1 rue {MARK}", "phone": "0639981234"})
        cls._set_quotient(cls.family, 750)
        cls.guardian = cls.family.guardian_ids
        cls.user = cls._create_portal_user(cls.guardian)
        cls.child = cls._create_child(
            cls.family,
            f"Nin{MARK}",
            cls.class_cp,
            allergies=f"Arachide {MARK}",
            has_pai=True,
            pai_details=f"Stylo {MARK}",
        ).with_env(cls.env)
        cls.kind = cls.env["espace.document.type"].create(
            {"name": "Assurance", "about": "child"}
        )

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.meals = self.booked(self.child, self.meal, MONDAY)
        self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.t1
        ).amount = 0
        evening = self.booked(self.child, self.t1, TUESDAY)
        evening._cancel(reason=f"Fièvre {MARK}", staff=True)
        self.write_about()
        self.invoice_what_is_due()
        self.block()
        self.pay()
        self.env.flush_all()
        self.env.cr.precommit.run()

    def write_about(self):
        """Write the mark wherever parents and agents write."""
        family, child, partner = self.family, self.child, self.guardian.partner_id
        env = self.env
        env["espace.document"]._receive(family, child, self.kind, f"{MARK}.pdf", PDF)
        env["espace.pickup.person"].create(
            {
                "name": f"Ali {MARK}",
                "phone": "0639981235",
                "family_id": family.id,
                "child_ids": child.ids,
            }
        )
        env["espace.authorisation"].create(
            {
                "child_id": child.id,
                "kind": "photo",
                "guardian_id": self.guardian.id,
                "note": MARK,
            }
        )
        env["espace.request"]._ask(
            family,
            partner,
            {"kind": "other", "name": f"Question {MARK}", "child_id": child.id},
            f"Bonjour {MARK}",
            [(f"{MARK}.pdf", PDF)],
        )
        env["espace.change"]._propose(family, {"street": f"2 rue {MARK}"})
        env["espace.change"]._propose(child, {"firstname": f"Nana{MARK}"}, family)
        env["espace.activation"]._issue(self.guardian)
        env["espace.calendar.feed"].create(
            {"guardian_id": self.guardian.id, "seal": f"seal {MARK}"}
        )
        env["espace.account.request"].create(
            {
                "company_id": self.company.id,
                "civility": "madam",
                "firstname": MARK,
                "lastname": MARK,
                "email": f"{MARK}@example.org",
                "children": MARK,
                "family_id": family.id,
            }
        )
        seen = f"Vu {MARK}"
        for record in (family, child, partner):
            record.message_post(body=seen, attachments=[(MARK, PDF)])
        family.activity_schedule("mail.mail_activity_data_todo", summary=MARK)
        family._notify(f"Cantine {MARK}", f"Nin{MARK}")
        child.firstname = f"Nina{MARK}"
        self.declare_absence()
        self.record_accident()

    def record_accident(self):
        self.env["espace.incident"].create(
            {
                "child_id": self.child.id,
                "place": f"Cour {MARK}",
                "what_happened": f"Chute {MARK}",
                "injury": f"Bosse {MARK}",
                "care": f"Glace {MARK}",
                "witnesses": MARK,
                "step_ids": [Command.create({"who": MARK, "words": MARK})],
            }
        ).action_declare()

    def declare_absence(self):
        self.env["espace.absence"]._declare(
            self.family,
            self.child,
            MONDAY,
            MONDAY,
            reason="illness",
            note=f"Varicelle {MARK}",
            proofs=[(f"{MARK}.pdf", PDF)],
        )

    def block(self):
        """Decide that the family no longer books; its payment ends that."""
        self.company.write({"espace_block_debt": True, "espace_block_amount": 0})
        lines = self.invoices(self.family).line_ids.filtered("date_maturity")
        allow(lines, STATING).date_maturity = date(2026, 10, 1)
        block = self.env["espace.booking.block"].create(
            {"family_id": self.family.id, "reason": MARK, "missing_reason": MARK}
        )
        block.lifted_reason = MARK

    def pay(self):
        for move in self.invoices(self.family).filtered("amount_residual"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()

    def marked(self):
        """Return the tables in which the mark is still read."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute(
            """
            SELECT c.table_name, c.column_name
              FROM information_schema.columns c
              JOIN information_schema.tables t
                   USING (table_schema, table_name)
             WHERE t.table_type = 'BASE TABLE' AND t.table_schema = 'public'
                   AND c.data_type IN ('character varying', 'text', 'jsonb')
            """
        )
        columns = {}
        for table, column in self.env.cr.fetchall():
            columns.setdefault(table, []).append(column)
        found = {}
        for table, names in columns.items():
            rows = self.env.execute_query(
                SQL(
                    "SELECT %s FROM %s",
                    SQL(", ").join(
                        SQL(
                            "bool_or(%s::text ILIKE %s)",
                            SQL.identifier(name),
                            f"%{MARK}%",
                        )
                        for name in names
                    ),
                    SQL.identifier(table),
                )
            )
            hits = {name for name, hit in zip(names, rows[0], strict=True) if hit}
            if hits:
                found[table] = hits
        return found

    def test_nothing_but_the_accounting_says_who_they_were(self):
        before = self.marked()
        for table in (
            "res_users",
            "espace_child",
            "mail_message",
            "mail_tracking_value",
            "ir_attachment",
            "espace_request",
            "espace_change",
            "espace_reservation_event",
            "espace_absence",
            "espace_incident",
            "espace_incident_step",
        ):
            self.assertIn(table, before, "What is erased was written first.")
        with freeze_time(LATER):
            self.family.with_user(self.admin)._erase()
        after = self.marked()
        self.assertFalse(after.keys() - ACCOUNTING, after)
        self.assertTrue(self.family.payer_kept)
        self.assertEqual(self.family.name, f"Mar{MARK}")
        self.assertFalse(self.family.phone or self.family.email)
        self.assertEqual(self.invoices(self.family).mapped("payment_state"), ["paid"])
        self.assertEqual(self.meals.state, "confirmed")

    def test_after_ten_years_nothing_says_it(self):
        with freeze_time(LATER):
            self.family._erase()
            self.assertFalse(self.family.to_erase)
        before = self.invoices(self.family).mapped("amount_total")
        with freeze_time(MUCH_LATER):
            self.env.invalidate_all()
            self.assertTrue(self.family.to_erase)
            self.family._erase()
        self.assertFalse(self.marked())
        self.assertFalse(self.family.payer_kept)
        self.assertEqual(self.family.erased_on, date(2030, 9, 2))
        self.assertEqual(self.invoices(self.family).mapped("amount_total"), before)

    def test_what_is_not_invoiced_keeps_the_family(self):
        self.evening.billing_mode = "consumption"
        self.point(self.booked(self.child, self.t2, MONDAY), "present")
        with freeze_time(LATER), self.assertRaisesRegex(UserError, "not invoiced"):
            self.family._erase()

    def test_an_account_that_is_not_settled_keeps_the_family(self):
        self.booked(self.child, self.meal, TUESDAY)
        with freeze_time(LATER), self.assertRaisesRegex(UserError, "owes"):
            self.family._erase()
        self.pay()
        with freeze_time(LATER):
            self.family._erase()
        self.assertTrue(self.family.erased_on)

    def test_who_asked_for_it_is_told_once(self):
        asked = self.env["espace.request"]._ask_erasure(
            self.family, self.guardian.partner_id, ""
        )
        address = self.guardian.email
        with freeze_time(LATER):
            action = asked.with_user(self.admin).action_erase_family()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            self.assertTrue(wizard.notify)
            wizard.sure = True
            wizard.with_user(self.admin).action_erase()
        self.assertFalse(asked.exists())
        mail = self.env["mail.mail"].search([("email_to", "ilike", address)])
        self.assertEqual(len(mail), 1)
        self.assertIn("your personal data have been erased", mail.subject)
        self.assertTrue(mail.auto_delete)
        self.assertFalse(mail.model)

    def test_the_parent_logs_in_no_more(self):
        with freeze_time(LATER):
            self.family._erase()
        self.assertFalse(self.user.active)
        self.assertFalse(self.env["espace.family"]._of_user(self.user))
