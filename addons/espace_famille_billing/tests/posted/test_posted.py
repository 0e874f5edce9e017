"""Every door to what is posted, tried by each role on each object."""

import re
from datetime import date, timedelta
from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.models.core.guards import BY_THE_GATE
from odoo.addons.espace_famille.tests.common import MONDAY, THURSDAY, TODAY

from ...models.core.guards import STATING
from ...models.posted import said
from ..common_posted import DECEMBER_DAY, WAY, PostedCase
from . import posted_doors as doors

# What a client can write, where not just anything of its kind.
VALUES = {
    "char": "X",
    "text": "X",
    "html": "X",
    "integer": 987654,
    "float": 1.11,
    "monetary": 1.11,
    "boolean": True,
    "date": date(2027, 1, 2),
    "json": {"1": 100},
    "many2one": False,
    "one2many": [Command.clear()],
    "many2many": [Command.clear()],
}
ODOO = ("account", "account_payment", "payment", "espace_famille_billing")


@tagged("post_install", "-at_install")
class TestPosted(PostedCase):
    def setUp(self):
        super().setUp()
        self.bent = []
        self.addCleanup(lambda: self.assertFalse(self.bent, "\n".join(self.bent)))

    def assert_refused(self, act, way, **about):
        """Note an act that is not refused, or not in words that name the right way."""
        try:
            with self.assertRaises(UserError) as error:
                act()
        except AssertionError:
            self.bent.append(f"not refused: {about}")
            return
        if not isinstance(error.exception, AccessError) and not re.search(
            way, str(error.exception)
        ):
            self.bent.append(f"{about}: {error.exception}")

    def each(self, objects, *roles):
        """Yield (role, name, record) as each user, or some, see each object."""
        for name, record in objects.items():
            for role in roles or self.users:
                yield role, name, record.with_user(self.users[role])

    # === Public methods === #

    def test_no_method_of_an_entry_bends_it(self):
        for role, name, move in self.each(self.moves):
            for method in sorted(doors.MOVE_METHODS_REFUSED):
                if method == "action_toggle_block_payment" and not move.is_invoice():
                    continue
                act = getattr(move, method)
                if method == "action_toggle_block_payment" and (
                    move.payment_state in ("paid", "in_payment", "reversed")
                ):
                    continue
                self.assert_refused(
                    act, WAY[name], role=role, object=name, method=method
                )

    def test_no_method_of_a_payment_bends_it(self):
        for role, name, payment in self.each(self.payments):
            for method in sorted(doors.PAYMENT_METHODS_REFUSED):
                act = getattr(payment, method)
                self.assert_refused(
                    act, WAY[name], role=role, object=name, method=method
                )

    def test_no_line_is_deleted_or_added(self):
        for role, name, move in self.each(self.moves):
            for context in ({}, {"force_delete": True, "dynamic_unlink": True}):
                lines = move.line_ids.with_context(**context)
                self.assert_refused(
                    lines.unlink, WAY[name], role=role, object=name, door="unlink"
                )
            vals = {"move_id": move.id, "account_id": self.loss.id, "balance": 0}
            self.assert_refused(
                lambda move=move, vals=vals: move.line_ids.create([vals]),
                WAY[name],
                role=role,
                object=name,
                door="create",
            )

    def test_each_public_method_is_judged(self):
        for model, refused, harmless in (
            (
                "account.move",
                doors.MOVE_METHODS_REFUSED,
                doors.MOVE_METHODS_HARMLESS,
            ),
            (
                "account.payment",
                doors.PAYMENT_METHODS_REFUSED,
                doors.PAYMENT_METHODS_HARMLESS,
            ),
            (
                "account.move.line",
                doors.LINE_METHODS_REFUSED,
                doors.LINE_METHODS_HARMLESS,
            ),
        ):
            self.assertFalse(refused & harmless.keys())
            unknown = self.public_methods(model) - refused - harmless.keys()
            self.assertFalse(unknown, f"{model}: judge these doors in posted_doors.py")

    def public_methods(self, model):
        """Return the public methods that addons about money define on a model."""
        found = set()
        for cls in type(self.env[model]).mro():
            addon = cls.__module__.split(".")
            if addon[:2] != ["odoo", "addons"] or getattr(cls, "_name", "") != model:
                continue
            found |= {
                name
                for name, value in vars(cls).items()
                if callable(value)
                and not name.startswith("_")
                and not getattr(value, "_api_private", False)
            }
        return found

    # === Fields === #

    def test_no_field_of_an_entry_is_written(self):
        self.write_each(self.moves, said.MOVE, {"skip_readonly_check": True})

    def test_no_field_of_a_line_is_written(self):
        lines = {name: move.line_ids[0] for name, move in self.moves.items()}
        self.write_each(lines, said.LINE, {})
        services = self.moves["invoice"].invoice_line_ids
        for user in self.users.values():
            self.assert_refused(
                lambda user=user: services.with_user(user).write({"name": "X"}),
                WAY["invoice"],
            )

    def test_no_field_of_a_payment_is_written(self):
        self.write_each(self.payments, said.PAYMENT, {})
        for role, name, payment in self.each(self.payments):
            for state in ("draft", "canceled", "rejected", False):
                self.assert_refused(
                    lambda payment=payment, state=state: payment.write(
                        {"state": state}
                    ),
                    WAY[name],
                    role=role,
                    object=name,
                    state=state,
                )

    def write_each(self, objects, names, context):
        for role, name, record in self.each(objects, "accountant", "superuser"):
            for field_name in sorted(names & record._fields.keys()):
                vals = {field_name: self.value_of(record._fields[field_name])}
                self.assert_refused(
                    lambda record=record, vals=vals: record.with_context(
                        **context
                    ).write(vals),
                    WAY[name],
                    role=role,
                    object=name,
                    field=field_name,
                )

    def value_of(self, field):
        if field.type == "selection":
            return field.get_values(self.env)[0]
        return VALUES[field.type]

    def test_what_only_code_gives_is_written_by_nobody(self):
        """Nor made up in a new record, whatever context a client sends."""
        forged = {STATING: True, BY_THE_GATE: True, "su": True}
        for model, objects in (
            ("account.payment", self.payments),
            ("account.move", self.moves),
        ):
            for field_name in sorted(self.env[model]._by_code):
                vals = {field_name: self.value_of(self.env[model]._fields[field_name])}
                for role, name, record in self.each(objects, "accountant", "superuser"):
                    self.assert_refused(
                        partial(record.with_context(**forged).write, vals),
                        "",
                        role=role,
                        object=name,
                        field=field_name,
                    )
                with self.assertRaises(UserError):
                    self.env[model].with_context(**forged).create(vals)

    def test_each_field_is_judged(self):
        ours = {"espace_reservation_ids", "espace_payment_on_its_way"}
        for model, guarded, harmless in (
            ("account.move", said.MOVE, doors.MOVE_FIELDS_HARMLESS),
            ("account.move.line", said.LINE | said.LABEL, doors.LINE_FIELDS_HARMLESS),
            ("account.payment", said.PAYMENT, doors.PAYMENT_FIELDS_HARMLESS),
            (
                "account.partial.reconcile",
                said.PARTIAL,
                doors.PARTIAL_FIELDS_HARMLESS,
            ),
        ):
            Model = self.env[model]
            guarded = guarded | getattr(Model, "_by_code", frozenset())
            self.assertFalse(guarded & harmless.keys(), model)
            writable = {
                name
                for name, field in Model._fields.items()
                if (field.store or field.inverse)
                and name not in MAGIC_COLUMNS
                and not self.is_of_mail(name)
            }
            unknown = writable - guarded - harmless.keys() - ours - OWN.keys()
            self.assertFalse(unknown, f"{model}: judge these fields")

    def is_of_mail(self, name):
        return name.startswith(("message_", "activity_", "website_message_", "rating_"))

    def test_a_file_that_is_loaded_changes_nothing(self):
        invoice, payment = self.moves["invoice"], self.payments["receipt"]
        for record, name, value in (
            (invoice, "invoice_date", "2027-01-02"),
            (invoice, "name", "X"),
            (payment, "amount", "1"),
            (payment, "date", "2027-01-02"),
        ):
            before = record[name]
            result = record.with_user(self.accountant).load(
                [".id", name], [[str(record.id), value]]
            )
            self.assertFalse(result["ids"], name)
            self.env.invalidate_all()
            self.assertEqual(record[name], before)

    # === What harms nobody === #

    def test_an_accountant_keeps_what_harms_nobody(self):
        for _role, name, move in self.each(self.moves):
            with self.subTest(object=name):
                move.write({"narration": "Note", "ref": "R"})
                move.message_post(body=name)
                move.activity_schedule(summary="Look", user_id=self.accountant.id)
                self.env["ir.attachment"].with_user(move.env.user).create(
                    {"name": "a", "res_model": move._name, "res_id": move.id}
                )
                self.env.flush_all()
        for _role, name, payment in self.each(self.payments):
            with self.subTest(object=name):
                payment.write({"memo": "Note"})
                payment.mark_as_sent()

    def test_an_accountant_matches_money_with_a_debt_and_takes_it_apart(self):
        debt = self.invoice(self.durand, [(self.meal, 6)], TODAY)
        money = self.pay(self.durand, 4, TODAY)
        debt_line = self.receivable_lines(debt).with_user(self.accountant)
        money_line = self.receivable_lines(money.move_id).with_user(self.accountant)
        self.assertEqual(debt_line.amount_residual, 6)
        (debt_line | money_line).reconcile()
        self.assertEqual(debt_line.amount_residual, 2)
        debt.with_user(self.accountant).js_remove_outstanding_partial(
            debt_line.matched_credit_ids.id
        )
        self.assertEqual(debt_line.amount_residual, 6)

    def test_the_due_date_changes_by_its_form(self):
        debt = self.invoice(self.durand, [(self.meal, 6)], TODAY)
        model = self.env["espace.due.date.wizard"].with_user(self.accountant)
        form = Form(model.with_context(default_move_id=debt.id))
        self.assertEqual(form.date_due, TODAY)
        form.date_due = THURSDAY
        form.reason = "Agreed by telephone"
        form.save().action_change()
        self.assertEqual(debt.invoice_date_due, THURSDAY)
        self.assertEqual(self.receivable_lines(debt).date_maturity, THURSDAY)
        self.assertEqual(debt.state, "posted")
        self.assertIn("Agreed by telephone", debt.message_ids[0].body)
        with self.assertRaises(UserError):
            debt._espace_change_due_date(DECEMBER_DAY, "Before its day")
        with self.assertRaises(UserError):
            self.moves["by_hand"]._espace_change_due_date(THURSDAY, "Paid")
        with self.assertRaises(AccessError):
            debt.with_user(self._create_staff("manager"))._espace_change_due_date(
                MONDAY, "No right"
            )

    def test_what_is_not_of_families_stays_as_odoo_has_it(self):
        club = self.env["res.partner"].create({"name": "Club"})
        other = self.moves["by_hand"].copy({"partner_id": club.id})
        other.action_post()
        self.assertFalse(other.espace_family_id)
        other.with_user(self.accountant).button_draft()
        other.with_user(self.accountant).unlink()

    # === Forms of Odoo === #

    def test_each_form_about_entries_is_judged(self):
        about = {"account.move", "account.move.line", "account.payment"}
        about |= {"account.account", "res.partner.bank"}
        unknown = {
            name
            for name, model in self.env.registry.items()
            if model._transient
            and not model._abstract
            and set(model._original_module.split()) & set(ODOO[:3])
            and any(
                f.relational and f.comodel_name in about for f in self.fields_of(name)
            )
        } - doors.FORMS_HARMLESS.keys()
        self.assertFalse(unknown - doors.FORMS_REFUSED)

    def fields_of(self, model):
        return self.env[model]._fields.values()

    def test_no_reversal_form_undoes_them(self):
        """But that of an invoice without charges makes its credit note."""
        for role, name, move in self.each(self.moves):
            for modify in (False, True):
                if name == "by_hand":
                    continue
                self.assert_refused(
                    lambda move=move, modify=modify: self.wizard(
                        "account.move.reversal", move, journal_id=move.journal_id.id
                    ).reverse_moves(is_modify=modify),
                    {"invoice": "Credit"}.get(name, WAY[name]),
                    role=role,
                    object=name,
                    modify=modify,
                )
        debt = self.invoice(self.durand, [(self.meal, 6)], TODAY)
        wizard = self.wizard(
            "account.move.reversal",
            debt.with_user(self.accountant),
            journal_id=debt.journal_id.id,
        )
        wizard.reverse_moves()
        credit = wizard.new_move_ids
        self.assertEqual(credit.espace_family_id, self.durand)
        credit.action_post()
        self.assertEqual(debt.amount_residual, 0)

    def wizard(self, model, records, **vals):
        return (
            records.env[model]
            .with_context(active_model=records._name, active_ids=records.ids)
            .create(vals)
        )

    def test_no_number_is_given_anew(self):
        for role, name, move in self.each(self.moves):
            self.assert_refused(
                lambda move=move: self.wizard(
                    "account.resequence.wizard", move, first_name="X/2027/0777"
                ).resequence(),
                WAY[name],
                role=role,
                object=name,
            )

    def test_no_line_moves_to_another_account_or_period(self):
        for role, name, move in self.each(self.moves):
            line = move.line_ids.filtered(lambda line: not line.reconciled)[:1]
            if not line:
                continue
            for action in ("change_account", "change_period"):
                self.assert_refused(
                    lambda line=line, action=action: self.wizard(
                        "account.automatic.entry.wizard",
                        line,
                        action=action,
                        date=TODAY,
                        journal_id=self.general.id,
                        destination_account_id=self.other_account.id,
                        expense_accrual_account=self.other_account.id,
                        revenue_accrual_account=self.other_account.id,
                    ).do_action(),
                    WAY[name],
                    role=role,
                    object=name,
                    action=action,
                )

    @property
    def general(self):
        return self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1
        )

    def test_no_difference_is_written_off_with_a_payment(self):
        debt = self.invoice(self.durand, [(self.meal, 6)], TODAY)
        for role, user in self.users.items():
            for journal in (self.cash, self.bank_journal):
                wizard = self.wizard(
                    "account.payment.register",
                    debt.with_user(user),
                    journal_id=journal.id,
                    amount=5,
                    payment_difference_handling="reconcile",
                    writeoff_account_id=self.loss.id,
                )
                self.assert_refused(
                    wizard.action_create_payments,
                    "written off after a decision",
                    role=role,
                    journal=journal.name,
                )

    def test_no_account_of_a_regie_is_merged(self):
        spare = self._create_account("541299", "asset_cash")
        for account in (self.cash.default_account_id,):
            with self.assertRaisesRegex(UserError, "account of the journal"):
                self.env["account.merge.wizard"].with_user(
                    self.accountant
                )._action_merge(spare | account)
        stated = self.december.allocation_ids.account_id
        with self.assertRaisesRegex(UserError, "closed collection"):
            self.env["account.merge.wizard"]._action_merge(
                stated[:1] | self._create_account("706999", "income")
            )

    def test_no_payer_is_merged_or_moved(self):
        other = self.env["res.partner"].create({"name": "Other"})
        payer = self.durand.partner_id
        for partners in (payer | other, payer | self.martin.partner_id):
            for target in partners:
                with self.assertRaisesRegex(UserError, "payer of the family"):
                    self.env["base.partner.merge.automatic.wizard"]._merge(
                        partners.ids, target
                    )
        for user in (self.users["admin"], self.env.user):
            with self.assertRaisesRegex(UserError, "payer of the family"):
                payer.with_user(user).parent_id = other
            with self.assertRaisesRegex(UserError, "payer of the family"):
                self.durand.with_user(user).partner_id = other

    def test_a_lock_that_is_lifted_opens_nothing(self):
        self.company.sudo().fiscalyear_lock_date = date(2026, 12, 31)
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": self.accountant.id,
                "fiscalyear_lock_date": False,
                "reason": "Correction",
            }
        )
        self.assert_refused(
            self.moves["by_hand"].with_user(self.accountant).button_draft,
            WAY["by_hand"],
        )

    def test_entries_are_secured_and_nothing_else_changes(self):
        before = self.moves["invoice"].read(sorted(said.MOVE & MOVE_READ))
        self.moves["invoice"].with_user(self.accountant).button_hash()
        self.assertTrue(self.moves["invoice"].inalterable_hash)
        self.assertEqual(
            self.moves["invoice"].read(sorted(said.MOVE & MOVE_READ)), before
        )

    # === Matching === #

    def test_what_a_collection_says_was_paid_stays_paid(self):
        lines = self.receivable_lines(self.moves["stated"])
        matched = lines.matched_debit_ids
        self.assertTrue(matched)
        for role, user in self.users.items():
            own = lines.with_user(user)
            for door, act in {
                "unlink": matched.with_user(user).unlink,
                "unreconcile": own.remove_move_reconcile,
                "list": own.with_context(
                    active_ids=lines.ids
                ).action_unreconcile_match_entries,
                "invoice": lambda user=user: (
                    self.moves["by_hand"]
                    .with_user(user)
                    .js_remove_outstanding_partial(matched.id)
                ),
                "write": lambda user=user: matched.with_user(user).write({"amount": 1}),
            }.items():
                self.assert_refused(
                    act,
                    "closed collection" if door != "write" else "not edited",
                    role=role,
                    door=door,
                )

    def test_the_money_of_a_family_pays_no_other(self):
        debt = self.receivable_lines(self.invoice(self.martin, [(self.t1, 6)], TODAY))
        money = self.pay(self.durand, 4, TODAY)
        lines = debt | self.receivable_lines(money.move_id)
        for role, user in self.users.items():
            self.assert_refused(
                lines.with_user(user).reconcile, "two families", role=role
            )

    def test_no_more_is_settled_than_is_open(self):
        debt = self.receivable_lines(self.invoice(self.durand, [(self.t1, 6)], TODAY))
        money = self.receivable_lines(self.pay(self.durand, 4, TODAY).move_id)
        self.assert_refused(
            lambda: (
                self.env["account.partial.reconcile"]
                .with_user(self.accountant)
                .create(
                    {
                        "debit_move_id": debt.id,
                        "credit_move_id": money.id,
                        "amount": 6,
                        "debit_amount_currency": 6,
                        "credit_amount_currency": 6,
                    }
                )
            ),
            "More would be settled",
        )

    def test_what_a_council_gave_up_stays_given_up(self):
        """Taken apart, it would lower another debt, or the next invoice."""
        for name in ("written_off", "recovery"):
            lines = self.receivable_lines(self.moves[name])
            matched = lines.matched_debit_ids | lines.matched_credit_ids
            self.assertTrue(matched, name)
            for role, user in self.users.items():
                for door, act in {
                    "unlink": matched.with_user(user).unlink,
                    "unreconcile": lines.with_user(user).remove_move_reconcile,
                }.items():
                    self.assert_refused(act, WAY[name], role=role, door=door)

    def test_the_regie_settles_nothing_that_the_accountant_recovers(self):
        debt = self.transmitted(6)
        line = self.receivable_lines(debt)
        with self.at(TODAY + timedelta(days=61)):
            money = self.pay(self.martin, 4, TODAY + timedelta(days=61))
            lines = line | self.receivable_lines(money.move_id)
            for role, user in self.users.items():
                if role != "superuser":
                    self.assert_refused(
                        lines.with_user(user).reconcile,
                        "sent to the public accountant",
                        role=role,
                    )
            # What the accountant received comes by the treasury.
            paid = self.pay(self.martin, 6, TODAY, journal=self.bank_journal)
            self.match(paid, debt)
        self.assertEqual(debt.amount_residual, 0)

    def test_what_is_sent_to_the_accountant_is_not_added_to(self):
        debt = self.transmitted(6)
        transfer = debt.espace_transfer_line_ids.transfer_id
        other = self.invoice(self.martin, [(self.t1, 2)], TODAY)
        vals = {"transfer_id": transfer.id, "move_id": other.id}
        for role in ("finance", "admin"):
            user = self.users[role]
            self.assert_refused(
                partial(debt.espace_transfer_line_ids.with_user(user).create, vals),
                "not changed",
                role=role,
            )
            self.assert_refused(
                partial(
                    other.with_user(user).write,
                    {"espace_transfer_line_ids": [Command.create(vals)]},
                ),
                "",
                role=role,
            )
        self.assertFalse(other.espace_transmitted_on)

    # === What is made by hand === #

    def entry(self, journal, day=TODAY, accounts=None, **vals):
        debit, credit = accounts or (self.other_account, self.cash.default_account_id)
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "date": day,
            "line_ids": [
                Command.create({"account_id": debit.id, "balance": 3}),
                Command.create({"account_id": credit.id, "balance": -3}),
            ],
            **vals,
        }

    def test_no_entry_is_made_by_hand_with_the_money_of_a_regie(self):
        other = (self.other_account, self.loss)
        receipt = {"origin_payment_id": self.payments["receipt"].id}
        entries = [
            self.entry(journal, accounts=accounts, **vals)
            for journal, accounts in (
                (self.cash, None),
                (self.cash, other),
                (self.general, None),
            )
            for vals in ({}, receipt)
        ]
        for role, user in self.users.items():
            for vals in entries:
                self.assert_refused(
                    partial(self.post, self.Move.with_user(user), vals),
                    "made by the payments, rejections|settles the amount",
                    role=role,
                    vals=vals,
                )

    def post(self, records, vals):
        records.create(vals).action_post()

    def test_what_a_regie_opened_with_is_entered_before_its_first_day(self):
        regie, journals, _treasury = self._open_regie("RE2")
        accounts = (journals["cash"].default_account_id, self.other_account)
        opening = self.Move.with_user(self.accountant).create(
            self.entry(self.general, date(2026, 12, 31), accounts)
        )
        opening.action_post()
        self.pay(self.durand, 1, TODAY, journal=journals["cash"])
        self.Move.create(
            self.entry(self.general, date(2026, 12, 31), accounts)
        ).action_post()
        with self.assertRaises(UserError):
            self.Move.create(self.entry(self.general, TODAY, accounts)).action_post()
        self.assertEqual(regie._balances(journals["cash"])[journals["cash"]], 7)

    def test_a_bank_states_the_deposit_account_and_no_cash(self):
        Line = self.env["account.bank.statement.line"].with_user(self.accountant)
        vals = {"date": TODAY, "amount": 5, "payment_ref": "Bank"}
        line = Line.create({**vals, "journal_id": self.card.id})
        self.assertEqual(line.move_id.state, "posted")
        line.write({"amount": 6})
        line.unlink()
        for journal, day in ((self.cash, TODAY), (self.card, DECEMBER_DAY)):
            self.assert_refused(
                partial(Line.create, {**vals, "journal_id": journal.id, "date": day}),
                "by hand",
                journal=journal.name,
            )

    def payment(self, **vals):
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": self.durand.partner_id.id,
            "amount": 1,
            "date": TODAY,
            "journal_id": self.cash.id,
            **vals,
        }

    def test_no_money_leaves_a_regie_by_hand(self):
        supplier = self.env["res.partner"].create({"name": "Baker"})
        for role, user in self.users.items():
            Payment = self.env["account.payment"].with_user(user)
            for vals, way in (
                ({}, "Pay back"),
                ({"partner_id": supplier.id, "partner_type": "supplier"}, "supplier"),
                (
                    {
                        "partner_id": supplier.id,
                        "partner_type": "supplier",
                        "payment_type": "inbound",
                    },
                    "supplier",
                ),
            ):
                vals = self.payment(**vals)
                for door, act in {
                    "post": lambda vals=vals, Payment=Payment: Payment.create(
                        vals
                    ).action_post(),
                    "validate": lambda vals=vals, Payment=Payment: Payment.create(
                        vals
                    ).action_validate(),
                    "create": lambda vals=vals, Payment=Payment: Payment.create(
                        {**vals, "state": "paid"}
                    ),
                    "entry": lambda vals=vals, Payment=Payment: (
                        Payment.with_context(force_payment_move=True)
                        .create({**vals, "force_balance": 1.0})
                        .move_id.action_post()
                    ),
                }.items():
                    self.assert_refused(
                        act,
                        f"{way}|settles the amount|without having a journal entry",
                        role=role,
                        door=door,
                    )

    def test_no_payment_has_an_entry_of_its_own_making(self):
        lines = [
            Command.create({"account_id": account.id, "balance": balance})
            for account, balance in (
                (self.cash.default_account_id, 1),
                (self.loss, -1),
            )
        ]
        write_off = [{"account_id": self.loss.id, "balance": 1, "name": "Gift"}]
        for vals in ({"line_ids": lines}, {"write_off_line_vals": write_off}):
            for user in self.users.values():
                self.assert_refused(
                    lambda vals=vals, user=user: (
                        self.env["account.payment"]
                        .with_user(user)
                        .create(self.payment(payment_type="inbound", **vals))
                    ),
                    "settles the amount",
                )

    def test_a_draft_entry_that_was_bent_is_not_posted(self):
        payment = self.env["account.payment"].create(
            self.payment(payment_type="inbound", amount=5)
        )
        payment._generate_journal_entry()
        entry = payment.move_id.with_user(self.accountant)
        receivable = self.receivable_lines(entry)
        entry.write(
            {
                "line_ids": [
                    Command.update(receivable.id, {"account_id": self.loss.id}),
                ]
            }
        )
        self.assert_refused(payment.action_post, "settles the amount")
        payment.unlink()

    def test_the_account_of_a_journal_with_receipts_stays(self):
        with self.assertRaisesRegex(UserError, "keeps its account"):
            self.cash.default_account_id = self._create_account("541288", "asset_cash")
        self.cash.default_account_id = self.cash.default_account_id

    def test_a_charge_stays_on_its_invoice(self):
        charge = self.moves["invoice"].invoice_line_ids.espace_charge_ids
        with self.assertRaisesRegex(UserError, "credit it"):
            charge.sudo().write({"invoice_line_id": False})

    # === The remittance itself === #

    def test_a_remittance_stays(self):
        for role, user in self.users.items():
            remittance = self.remittance.with_user(user)
            for vals in ({"amount": 1}, {"date": DECEMBER_DAY}, {"state": "draft"}):
                self.assert_refused(
                    lambda remittance=remittance, vals=vals: remittance.write(vals),
                    "",
                    role=role,
                    vals=vals,
                )
            self.assert_refused(remittance.unlink, "", role=role)

    def test_our_own_ways_are_open(self):
        """What is refused by hand is done by the forms of the Régie."""
        rejection = self.payments["receipt"]._espace_reject("mistake", TODAY)
        self.assertEqual(rejection.state, "paid")
        self.assertFalse(rejection.env.context.get(STATING))
        self.moves["written_off"].action_espace_undo_write_off()
        self.assertTrue(self.moves["written_off"].espace_undone)
        action = self.remittance.action_take_back()
        back = self.Remittance.browse(action["res_id"])
        back.action_confirm()
        self.assertEqual(back.state, "posted")


# Fields of ours that may change, with the reason.
OWN = {
    "espace_debit_date": "when the bank is asked; shown to the family before",
    "espace_disputed": "no reminder: of the Régie",
    "espace_dispute_reason": "no reminder: of the Régie",
    "espace_reminder_ids": "reminders never change",
}

MOVE_READ = {"name", "state", "date", "amount_total", "partner_id", "line_ids"}
