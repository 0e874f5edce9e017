import base64
from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import DAY, BankCase, camt


@tagged("post_install", "-at_install")
class TestBankDoors(BankCase):
    """What stays, whatever the door: Odoo's buttons, the OCA's screens, RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = mail_new_test_user(
            cls.env,
            login="comptable",
            groups="account.group_account_manager,account.group_account_user,"
            "account.group_account_basic,espace_famille.group_finance",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def assert_refused(self, act, error=UserError):
        with self.assertRaises(error), self.env.cr.savepoint():
            act()
            self.env.flush_all()
        self.env.invalidate_all()

    def test_the_entries_of_the_bank_stay(self):
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        stated = line.sudo().statement_line_id.with_user(self.accountant)
        for pointed in (False, True):
            if pointed:
                line.with_user(self.clerk).action_accept()
            entries = stated.move_id | line.pointing_id.with_user(self.accountant)
            for entry in entries:
                for act in (
                    entry.button_draft,
                    entry.unlink,
                    partial(entry.write, {"date": "2027-01-02"}),
                    partial(entry.line_ids[0].write, {"balance": 5}),
                    lambda entry=entry: entry._reverse_moves(cancel=True).action_post(),
                ):
                    self.assert_refused(act)
            for act in (
                stated.unlink,
                partial(stated.write, {"amount": 9}),
                partial(stated.write, {"partner_id": self.durand.partner_id.id}),
                stated.action_undo_reconciliation,
                stated.reconcile_bank_line,
                stated.unreconcile_bank_line,
                stated.statement_id.unlink,
            ):
                self.assert_refused(act)
        partials = line.pointing_id.line_ids.matched_debit_ids
        partials |= line.pointing_id.line_ids.matched_credit_ids
        self.assertTrue(partials)
        self.assert_refused(partials.with_user(self.accountant).unlink)
        self.assert_refused(
            line.pointing_id.line_ids.with_user(self.accountant).remove_move_reconcile
        )

    def test_nobody_writes_what_the_bank_said(self):
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        for user in (self.clerk, self.accountant, self._create_staff("admin")):
            for record in (line, line.file_id):
                own = record.with_user(user)
                self.assert_refused(partial(own.write, {"name": "x"}), AccessError)
                self.assert_refused(own.unlink, AccessError)
                self.assert_refused(partial(own.copy), AccessError)
            model = self.env["espace.bank.match"].with_user(user)
            self.assert_refused(
                partial(model.create, {"line_id": line.id, "amount": 3.6}), AccessError
            )

    def test_the_importer_of_the_oca_does_not_take_the_deposit_account(self):
        importer = (
            self.env["account.statement.import"]
            .with_user(self.accountant)
            .with_company(self.company)
            .create(
                {
                    "statement_file": base64.b64encode(camt((DAY, 360, "X"))),
                    "statement_filename": "x.xml",
                }
            )
        )
        self.assert_refused(importer.import_file_button, UserError)
        self.assertFalse(self.Line.search_count([("regie_id", "=", self.regie.id)]))

    def test_nothing_is_matched_by_itself(self):
        before = self.meal_move.payment_state
        model = self.env["account.bank.statement.line"].with_context(
            _test_account_reconcile_oca=True
        )
        line = model.with_user(self.accountant).create(
            {
                "journal_id": self.deposit.id,
                "date": DAY,
                "amount": 3.6,
                "payment_ref": self.meal_move.name,
                "partner_id": self.martin.partner_id.id,
            }
        )
        self.assertEqual(self.meal_move.payment_state, before)
        self.assertFalse(line.is_reconciled)
        self.assert_refused(line.reconcile_bank_line)

    def test_forged_choices(self):
        """An agent sends by RPC what no form would: each part is looked at again."""
        cash = self.register(self.meal_move, "cash")
        [line] = self.lines((360, "VIREMENT"))
        choice = self.env["espace.bank.choice"].with_user(self.clerk)
        stranger = self._create_family("Ailleurs", ["Zoé"])
        for vals in (
            {"kind": "known", "payment_ids": [Command.set(cash.ids)]},
            {"kind": "takings", "payment_ids": []},
            {"kind": "remittance", "remittance_ids": []},
            {"kind": "fees", "fee_journal_id": self.journals["card"].id},
            {"kind": "rejection", "payment_id": cash.id},
            {"kind": "transfer"},
            # What another family owes is not paid by this one.
            {
                "kind": "transfer",
                "family_id": stranger.id,
                "debt_ids": [Command.set(self.durand._espace_open_lines("debit").ids)],
            },
        ):
            with self.subTest(**{k: v for k, v in vals.items() if k == "kind"}):
                made = choice.create({"line_id": line.id, **vals})
                self.assert_refused(made.action_point)
        self.assertEqual((line.state, self.waits()), ("open", 360))

    def test_a_rejection_by_rpc_names_any_movement(self):
        payment = self.register(self.meal_move, "card")
        [line] = self.lines((500, "VIREMENT"))
        wizard = (
            self.env["espace.rejection.wizard"]
            .with_user(self.clerk)
            .create({"payment_id": payment.id, "bank_line_id": line.id, "date": DAY})
        )
        self.assert_refused(wizard.action_reject)
        self.assertFalse(payment.espace_rejected)

    def test_roles(self):
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        for role in ("animation", "manager"):
            user = self._create_staff(role)
            for act in ("action_accept", "action_release", "action_propose"):
                self.assert_refused(getattr(line.with_user(user), act), AccessError)

    def test_another_commune(self):
        [line] = self.lines((360, f"VIR {self.meal_move.name}"))
        other = self.env["res.company"].create({"name": "Ailleurs"})
        user = mail_new_test_user(
            self.env,
            login="ailleurs",
            groups="espace_famille.group_finance",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assert_refused(line.with_user(user).action_accept, AccessError)
        files = self.File.with_user(user)
        self.assert_refused(
            partial(files._receive, self.company, "x", camt((DAY, 1, "X")))
        )

    def test_the_deposit_account_stays(self):
        self.lines((360, "X"))
        self.assert_refused(
            partial(self.regie.write, {"dft_journal_id": self.treasury.id})
        )

    def test_the_journal_keeps_its_accounts(self):
        self.lines((360, "X"))
        for name in ("default_account_id", "suspense_account_id"):
            vals = {name: self.fee_account.id}
            self.assert_refused(partial(self.deposit.write, vals))

    def test_only_what_was_uploaded_goes(self):
        """The form deletes the file that it was given, and nothing else it names."""
        attachments = self.env["ir.attachment"].with_user(self.clerk)
        content = {"raw": camt((DAY, 360, "X"))}
        own = attachments.create(
            {"name": "a.xml", "res_model": "espace.bank.upload", **content}
        )
        other = self.env["ir.attachment"].create(
            {
                "name": "b.xml",
                "res_model": "account.move",
                "res_id": self.meal_move.id,
                **content,
            }
        )
        uploads = self.env["espace.bank.upload"].with_user(self.clerk)
        action = uploads.create(
            {
                "company_id": self.company.id,
                "file_ids": [Command.set((own | other).ids)],
            }
        ).action_load()
        self.assertIn("nothing changes", action["params"]["message"])
        self.assertFalse(own.exists())
        self.assertTrue(other.exists())

    def test_a_remittance_is_no_fee_by_hand(self):
        [line] = self.lines((-360, "FRAIS"))
        remittances = self.env["espace.remittance"].with_user(self.clerk)
        self.assert_refused(
            partial(
                remittances.create,
                {
                    "regie_id": self.regie.id,
                    "journal_id": self.journals["card"].id,
                    "amount": 3.6,
                    "bank_line_id": line.id,
                },
            ),
            AccessError,
        )
