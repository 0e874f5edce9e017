"""What is posted stays where Odoo runs as in a commune: a server not in test mode.

Each of Odoo's doors is tried by the Régie, by an accountant and by an administrator
with all rights, through JSON-RPC as its pages do and XML-RPC as programs do. Nothing
changes, the words name the right way, and what harms nobody goes on.
"""

import os
import re
import time
import unittest
from datetime import date, timedelta
from itertools import product
from xmlrpc.client import Fault, ServerProxy

from odoo import fields
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.tests.common_posted import WAY
from odoo.addons.espace_famille_billing.tests.common_regie import Regie

from .neighbours import Database, problems
from .rush import Parent, open_session
from .town import Town

PASSWORD = "chat-noir-27-Valdurenque"
SECONDS = 240

# What a client could think that opens all.
FORGED = {"espace_stating": True, "espace_by_the_gate": True, "su": True}

# Who has all the rights that a door asks for; what the Régie lacks is refused before.
ENTITLED = {"admin", "accountant"}


class Books(Town, Regie):
    """Builds a commune and one of each thing that is posted; no test runs."""

    @classmethod
    def make(cls, env):
        cls.build(env, "Commune des Comptes")
        cls.yesterday = cls.today - timedelta(days=1)
        cls.regie, cls.journals, cls.treasury = cls._open_regie("REG")
        cls.accounts = {
            name: cls.env["account.account"].create(
                {
                    "name": name,
                    "code": code,
                    "account_type": kind,
                    "company_ids": [Command.set(cls.company.ids)],
                }
            )
            for name, code, kind in (
                ("loss", "654100", "expense"),
                ("found", "758880", "income_other"),
            )
        }
        cls.option = cls.add_service("Centre", cls.coming_days(2))
        cls.extra = cls.env["product.product"].create(
            {"name": "Extra", "type": "service", "taxes_id": False}
        )
        cls.family, cls.other = (cls.add_family(f"Comptes {n}") for n in "AB")
        cls.users = {
            "finance": cls._create_staff("finance"),
            "accountant": cls._create_user(
                "accountant",
                "account.group_account_manager,base.group_partner_manager",
            ),
            "admin": cls._create_staff("admin", "finance"),
        }
        cls.users["admin"].group_ids += cls.env.ref(
            "account.group_account_manager"
        ) | cls.env.ref("base.group_system")
        for user in cls.users.values():
            user.with_context(no_reset_password=True).password = PASSWORD
        cls.regie.regisseur_id = cls.users["finance"]
        return cls

    @classmethod
    def post(cls, family, amount, day=None, move_type="out_invoice"):
        day = day or cls.today
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": family.partner_id.id,
                "invoice_date": day,
                "invoice_date_due": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.extra.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    @classmethod
    def register(cls, move, amount, means="cash", day=None):
        lines = move._espace_receivable_lines()
        return cls.env["account.payment"]._espace_register(
            move.espace_family_id,
            cls.journals[means],
            {lines: amount},
            day or cls.today,
        )

    @classmethod
    def write_off(cls, amount):
        move = cls.post(cls.family, amount)
        return cls.env["account.move"]._espace_write_off(
            cls.family,
            {move._espace_receivable_lines(): amount},
            cls.today,
            "Délibération 12",
            cls.today,
            cls.accounts["loss"],
        )

    @classmethod
    def posted(cls):
        """Return the payments and the entries, by what they are called here."""
        env = cls.env
        by_hand = cls.post(cls.family, 8, cls.yesterday)
        stated = cls.register(by_hand, 3, day=cls.yesterday)
        env["espace.collection.statement"].create(
            {
                "regie_id": cls.regie.id,
                "date_from": cls.yesterday,
                "date_to": cls.yesterday,
            }
        ).action_close()
        bookings = cls.Reservation
        for day in cls.coming_days(2):
            [quote] = cls.Reservation._book(
                cls.family, [(cls.family.child_ids[0], cls.option, day)]
            )
            bookings |= bookings.browse(quote.reservation_id)
        env["espace.charge"]._cron_invoice_at_once()
        kept, given_back = bookings
        given_back.waiver = "Erreur"
        credit = given_back.charge_ids._credit("Erreur", fields.Datetime.now())
        receipt = cls.register(by_hand, 2)
        rejection = cls.register(by_hand, 1, "cheque")._espace_reject(
            "unpaid_cheque", cls.today
        )
        [owed] = cls.family._espace_open_lines("credit")[:1] or [None]
        if not owed:
            owed = cls.advance()
        refund = env["account.payment"]._espace_register(
            cls.family,
            cls.journals["card"],
            {owed: abs(owed.amount_residual)},
            cls.today,
        )
        remittance = env["espace.remittance"].create(
            {
                "regie_id": cls.regie.id,
                "journal_id": cls.journals["cash"].id,
                "date": cls.today,
                "amount": 4,
            }
        )
        remittance.action_confirm()
        irrecoverable = cls.write_off(2)
        irrecoverable._espace_collect_written_off(
            cls.journals["cash"], to_decimal(1), cls.today
        )
        payments = {
            "receipt": receipt,
            "stated": stated,
            "rejection": rejection,
            "refund": refund,
        }
        moves = {
            "invoice": kept.charge_ids.move_id,
            "by_hand": by_hand,
            "credit": credit,
            "remittance": remittance.move_id,
            "written_off": cls.write_off(3),
            "recovery": irrecoverable.espace_recovery_ids,
            **{name: payment.move_id for name, payment in payments.items()},
        }
        cls.remittance = remittance
        return payments, moves

    @classmethod
    def advance(cls):
        """Return the line of money that a family left on its account."""
        payment = cls.env["account.payment"]._espace_register(
            cls.family, cls.journals["card"], {}, cls.today, advance=9
        )
        return payment.move_id._espace_receivable_lines()


def commune_with_books(env):
    """Build what is served; return the ids, and the sessions of those who come."""
    books = Books.make(env(context={"tracking_disable": True}))
    payments, moves = books.posted()
    assert all(move.state == "posted" for move in moves.values()), moves
    env.flush_all()
    return {
        "company": books.company.id,
        "moves": {name: move.id for name, move in moves.items()},
        "lines": {name: move.line_ids.ids for name, move in moves.items()},
        "payments": {name: payment.id for name, payment in payments.items()},
        "remittance": books.remittance.id,
        "payer": books.family.partner_id.id,
        "family": books.family.id,
        "other_payer": books.other.partner_id.id,
        "other_family": books.other.id,
        "cash": books.journals["cash"].id,
        "cash_account": books.journals["cash"].default_account_id.id,
        "general": env["account.move"]._espace_write_off_journal(books.company).id,
        "journals": {name: move.journal_id.id for name, move in moves.items()},
        "extra": books.extra.id,
        "loss": books.accounts["loss"].id,
        "found": books.accounts["found"].id,
        "open": books.post(books.other, 6).id,
        "today": str(books.today),
        "logins": {role: user.login for role, user in books.users.items()},
        "users": {role: user.id for role, user in books.users.items()},
        "sessions": {
            role: open_session(env, user) for role, user in books.users.items()
        },
        "problems": problems(env),
    }


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestPostedServed(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        copy = Database(os.environ["ESPACE_ADDONS"])
        cls.database = cls.enterClassContext(copy.copied())
        cls.its = cls.database.call(commune_with_books)
        cls.server = cls.enterClassContext(cls.database.serving())
        cls.roles = {
            role: Parent(cls.server, session)
            for role, session in cls.its["sessions"].items()
        }

    def test_no_door_bends_what_is_posted(self):
        self.assertEqual(self.its["problems"], [])
        start, self.bent, self.tried = time.monotonic(), [], 0
        before = self.marks()
        for role in self.roles:
            self.try_entries(role)
            self.try_payments(role)
            self.try_remittance(role)
            self.try_files(role)
            self.try_by_hand(role)
        self.try_programs()
        self.assertFalse(self.bent, "\n".join(self.bent))
        self.assertGreater(self.tried, 500)
        self.assertEqual(self.marks(), before)
        self.harmless()
        self.assertEqual(self.database.call(problems), [])
        self.assertLess(time.monotonic() - start, SECONDS)

    # === Calls === #

    def call(self, role, model, method, *args, **kwargs):
        """Call as a page of Odoo does; return the answer, error or not."""
        context = {"lang": "en_US", **kwargs.pop("context", {})}
        return self.roles[role].call_kw(model, method, *args, context=context, **kwargs)

    def done(self, role, model, method, *args, **kwargs):
        """Call what must work; return its result."""
        answer = self.call(role, model, method, *args, **kwargs)
        self.assertNotIn("error", answer, (role, model, method))
        return answer.get("result")

    def refused(self, role, way, model, method, *args, **kwargs):
        """Note what is not refused, or not in words that name the right way."""
        self.tried += 1
        answer = self.call(role, model, method, *args, **kwargs)
        door = f"{role}: {model}.{method}{args}"
        if "error" not in answer:
            self.bent.append(f"not refused: {door}")
            return
        data = answer["error"]["data"]
        name, words = data["name"].rpartition(".")[2], data["message"]
        if name == "AccessError" and (role not in ENTITLED or not way):
            return
        # A form that cannot even be opened for these is refused by Odoo itself.
        if name not in ("UserError", "ValidationError", "AccessError") or not re.search(
            way, words
        ):
            self.bent.append(f"{door}: {name} {words}")

    def marks(self):
        """Return what each thing says, as an accountant reads it."""
        its = self.its
        return [
            self.done("admin", model, "read", ids, fields)
            for model, ids, fields in (
                (
                    "account.move",
                    [*its["moves"].values(), its["open"]],
                    [
                        "name",
                        "state",
                        "date",
                        "amount_total",
                        "amount_residual",
                        "partner_id",
                        "espace_family_id",
                        "invoice_date_due",
                        "journal_id",
                    ],
                ),
                (
                    "account.move.line",
                    [one for ids in its["lines"].values() for one in ids],
                    ["account_id", "balance", "partner_id", "date", "name"],
                ),
                (
                    "account.payment",
                    list(its["payments"].values()),
                    [
                        "name",
                        "state",
                        "date",
                        "amount",
                        "partner_id",
                        "payment_type",
                        "espace_family_id",
                        "espace_receipt_number",
                    ],
                ),
                ("espace.remittance", [its["remittance"]], ["name", "date", "amount"]),
            )
        ]

    # === Doors === #

    def try_entries(self, role):
        its = self.its
        for name, move in its["moves"].items():
            way, lines = WAY[name], its["lines"][name]
            for method in ("button_draft", "button_cancel", "unlink"):
                self.refused(role, way, "account.move", method, [move], context=FORGED)
            for vals in (
                {"state": "draft"},
                {"state": "cancel"},
                {"date": "2020-01-01"},
                {"name": "X"},
                {"partner_id": its["other_payer"]},
                {"espace_family_id": its["other_family"]},
                {"journal_id": its["general"]},
                {"line_ids": [[2, lines[0], 0]]},
                {"line_ids": [[1, lines[0], {"balance": 1}]]},
                {"amount_total": 1},
                {"invoice_date_due": "2020-01-01"},
                {"invoice_line_ids": [[0, 0, {"name": "X", "price_unit": 1}]]},
            ):
                self.refused(role, way, "account.move", "write", [move], vals)
            for vals in (
                {"balance": 1},
                {"debit": 1},
                {"account_id": its["loss"]},
                {"partner_id": its["other_payer"]},
                {"date_maturity": "2020-01-01"},
                {"price_unit": 1},
                {"quantity": 2},
            ):
                self.refused(role, way, "account.move.line", "write", [lines[0]], vals)
            self.refused(role, way, "account.move.line", "unlink", lines)
            vals = {"move_id": move, "account_id": its["loss"], "balance": 0}
            self.refused(role, way, "account.move.line", "create", [vals])
            # That of an invoice without charges makes its credit note.
            if name != "by_hand":
                self.wizard_refused(
                    role,
                    {"invoice": "Credit"}.get(name, way),
                    "account.move.reversal",
                    move,
                    {"journal_id": its["journals"][name]},
                    "reverse_moves",
                )
            self.wizard_refused(
                role,
                way,
                "account.resequence.wizard",
                move,
                {"first_name": "X/2026/00777"},
                "resequence",
            )

    def wizard_refused(self, role, way, model, move, vals, method):
        """Open one of Odoo's forms on an entry and press its button."""
        self.tried += 1
        context = {"active_model": "account.move", "active_ids": [move]}
        answer = self.call(role, model, "create", [vals], context=context)
        if "error" in answer:
            words = answer["error"]["data"]["message"]
            if role in ENTITLED and not re.search(way, words):
                self.bent.append(f"{role}: {model} on {move}: {words}")
            return
        self.refused(role, way, model, method, answer["result"], context=context)

    def try_payments(self, role):
        its = self.its
        for name, payment in its["payments"].items():
            way = WAY[name]
            for method in ("action_draft", "action_cancel", "action_reject", "unlink"):
                self.refused(role, way, "account.payment", method, [payment])
            for vals in (
                {"amount": 1},
                {"date": "2020-01-01"},
                {"partner_id": its["other_payer"]},
                {"payment_type": "outbound" if name == "receipt" else "inbound"},
                {"journal_id": its["general"]},
                {"state": "draft"},
                {"state": "canceled"},
                {"name": "X"},
            ):
                self.refused(role, way, "account.payment", "write", [payment], vals)
            for vals in (
                {"espace_family_id": its["other_family"]},
                {"espace_receipt_number": "X"},
                {"espace_statement_id": False},
                {"espace_reverses_id": False},
            ):
                self.refused(
                    role,
                    "given by the forms of the Régie",
                    "account.payment",
                    "write",
                    [payment],
                    vals,
                    context=FORGED,
                )

    def try_remittance(self, role):
        for vals in ({"amount": 1}, {"date": "2020-01-01"}, {"state": "draft"}):
            self.refused(
                role, "", "espace.remittance", "write", [self.its["remittance"]], vals
            )
        self.refused(role, "", "espace.remittance", "unlink", [self.its["remittance"]])

    def try_files(self, role):
        """A file that is loaded answers with messages, and changes nothing."""
        its = self.its
        for model, name, (field, value) in (
            *product(
                ["account.move"],
                ["invoice", "receipt", "remittance"],
                [("name", "X"), ("date", "2020-01-01")],
            ),
            *product(
                ["account.payment"],
                ["receipt", "stated"],
                [("amount", "1"), ("date", "2020-01-01")],
            ),
        ):
            self.tried += 1
            ids = its["moves" if model == "account.move" else "payments"]
            answer = self.call(
                role, model, "load", [".id", field], [[str(ids[name]), value]]
            )
            if "error" in answer:
                continue
            if answer["result"]["ids"] or not answer["result"]["messages"]:
                self.bent.append(f"loaded by {role}: {model} {name} {field}")

    def try_by_hand(self, role):
        """Make what only the Régie's own forms make, and what gives away a debt."""
        its = self.its
        for journal, accounts in (
            (its["cash"], (its["cash_account"], its["loss"])),
            (its["cash"], (its["found"], its["loss"])),
            (its["general"], (its["cash_account"], its["loss"])),
        ):
            debit, credit = accounts
            vals = {
                "move_type": "entry",
                "journal_id": journal,
                "date": its["today"],
                "line_ids": [
                    [0, 0, {"account_id": debit, "balance": 3}],
                    [0, 0, {"account_id": credit, "balance": -3}],
                ],
            }
            self.made_refused(role, "not by hand", "account.move", vals)
        money = {
            "payment_type": "outbound",
            "partner_type": "supplier",
            "partner_id": its["other_payer"],
            "amount": 1,
            "date": its["today"],
            "journal_id": its["cash"],
        }
        self.made_refused(role, "a supplier is neither paid", "account.payment", money)
        self.made_refused(
            role,
            "Pay back",
            "account.payment",
            {**money, "partner_type": "customer"},
        )
        context = {"active_model": "account.move", "active_ids": [its["open"]]}
        answer = self.call(
            role,
            "account.payment.register",
            "create",
            [
                {
                    "journal_id": its["cash"],
                    "amount": 5,
                    "payment_difference_handling": "reconcile",
                    "writeoff_account_id": its["loss"],
                }
            ],
            context=context,
        )
        self.assertNotIn("error", answer, role)
        self.refused(
            role,
            "written off after a decision",
            "account.payment.register",
            "action_create_payments",
            answer["result"],
            context=context,
        )

    def made_refused(self, role, way, model, vals):
        """Create a draft, if that is allowed, and post it."""
        answer = self.call(role, model, "create", [vals])
        if "error" in answer:
            self.tried += 1
            words = answer["error"]["data"]["message"]
            if role in ENTITLED and not re.search(way, words):
                self.bent.append(f"{role} makes {model}: {words}")
            return
        self.refused(role, way, model, "action_post", answer["result"])
        self.done(role, model, "unlink", answer["result"])

    def try_programs(self):
        """The same by XML-RPC, with a password, as a program of the commune's."""
        its = self.its
        with ServerProxy(f"{self.server.url}/xmlrpc/2/object", allow_none=True) as door:
            for role in self.roles:
                who = (self.database.name, its["users"][role], PASSWORD)
                for model, method, args, way in (
                    (
                        "account.move",
                        "button_draft",
                        [[its["moves"]["invoice"]]],
                        WAY["invoice"],
                    ),
                    (
                        "account.payment",
                        "write",
                        [[its["payments"]["receipt"]], {"amount": 1}],
                        WAY["receipt"],
                    ),
                ):
                    self.tried += 1
                    with self.assertRaisesRegex(
                        Fault, f"{way}|not allowed|Access Denied"
                    ):
                        door.execute_kw(
                            *who, model, method, args, {"context": {"lang": "en_US"}}
                        )

    # === What harms nobody === #

    def harmless(self):
        its = self.its
        moves, payments = its["moves"], its["payments"]
        for move in moves.values():
            note = {"ref": "Vu", "narration": "Vu"}
            self.done("accountant", "account.move", "write", [move], note)
            self.done(
                "accountant", "account.move", "message_post", [move], body="Vérifié"
            )
        self.done(
            "accountant",
            "account.payment",
            "write",
            [payments["receipt"]],
            {"memo": "Vu"},
        )
        # A later day for what is owed, by our own form.
        day = str(date.fromisoformat(its["today"]) + timedelta(days=30))
        [form] = self.done(
            "accountant",
            "espace.due.date.wizard",
            "create",
            [{"move_id": its["open"], "date_due": day, "reason": "Accordé"}],
        )
        self.done("accountant", "espace.due.date.wizard", "action_change", [form])
        [move] = self.done(
            "accountant",
            "account.move",
            "read",
            [its["open"]],
            ["invoice_date_due", "line_ids"],
        )
        self.assertEqual(move["invoice_date_due"], day)
        # Money by hand for a family has its receipt, and settles what it owes.
        [payment] = self.done(
            "admin",
            "account.payment",
            "create",
            [
                {
                    "payment_type": "inbound",
                    "partner_id": its["other_payer"],
                    "amount": 4,
                    "date": its["today"],
                    "journal_id": its["cash"],
                }
            ],
        )
        self.done("admin", "account.payment", "action_post", [payment])
        [made] = self.done(
            "admin",
            "account.payment",
            "read",
            [payment],
            ["espace_family_id", "espace_receipt_number", "move_id"],
        )
        self.assertEqual(made["espace_family_id"][0], its["other_family"])
        self.assertTrue(made["espace_receipt_number"])
        lines = self.done(
            "accountant",
            "account.move.line",
            "search",
            [
                ["move_id", "in", [its["open"], made["move_id"][0]]],
                ["account_id.account_type", "=", "asset_receivable"],
            ],
        )
        self.assertEqual(self.left(its["open"]), 6)
        self.done("accountant", "account.move.line", "reconcile", lines)
        self.assertEqual(self.left(its["open"]), 2)
        self.done("accountant", "account.move.line", "remove_move_reconcile", lines)
        self.assertEqual(self.left(its["open"]), 6)
        self.done("accountant", "account.move.line", "reconcile", lines)
        # An invoice by hand is the family's.
        [invoice] = self.done(
            "accountant",
            "account.move",
            "create",
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": its["payer"],
                    "invoice_date": its["today"],
                    "invoice_line_ids": [
                        [0, 0, {"product_id": its["extra"], "price_unit": 7}]
                    ],
                }
            ],
        )
        self.done("accountant", "account.move", "action_post", [invoice])
        [made] = self.done(
            "accountant", "account.move", "read", [invoice], ["espace_family_id"]
        )
        self.assertEqual(made["espace_family_id"][0], its["family"])

    def left(self, move):
        [row] = self.done(
            "accountant", "account.move", "read", [move], ["amount_residual"]
        )
        return row["amount_residual"]
