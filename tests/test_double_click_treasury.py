"""Two agents of the Régie at the same instant, on a real server: each debt is debited
once, and asked for by one titre, whoever presses first.
"""

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille_sepa.domain import calendar
from odoo.addons.espace_famille_sepa.tests.common import SepaSetup

from .served import ServedCase
from .town import Town

ORDER = "account.payment.order"
LIST = "espace.title.list"


class DebitTown(SepaSetup, Town):
    """The commune around today, whose régie debits families."""


class TreasuryCase(ServedCase):
    def tearDown(self):
        with self.transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self.assertEqual(env["espace.check"]._problems(company), [])
        super().tearDown()

    def press(self, model, method, *records):
        """Press a button on two records at once, or twice on one; return answers."""
        return self.twice(
            lambda number: self.browser("agent").call_kw(
                model, method, [records[number]]
            )
        )

    def read(self, act):
        with self.transaction() as env:
            return act(env)


@tagged("post_install", "-at_install", "committed")
class TestDoubleClickDebits(TreasuryCase):
    @classmethod
    def build(cls, env):
        town = DebitTown.build(env, f"Deux agents {cls.mark}")
        town._create_regie()
        agent = cls.add_staff(env, town.company, "finance", "manager")
        days = town.coming_days(2)
        option = town.add_service("Centre", days)
        families = town.env["espace.family"]
        for number in range(3):
            family = town.add_family(f"{number} {town.company.name}", children=1)
            town.Reservation._book(family, [(family.child_ids, option, days[0])])
            families += family
        town.env["espace.charge"]._cron_invoice_at_once()
        cls.moves = families._espace_open_lines("debit").move_id
        assert len(cls.moves) == 3
        signed = town.today - relativedelta(days=40)
        for family in families[:2]:
            town.sign(family, day=signed)
        cls.regie_id = town.regie.id
        cls.company_id = town.company.id
        cls.day = calendar.next_target_day(
            town.regie._debit_earliest(town.company._espace_today())
            + relativedelta(days=40)
        ).isoformat()
        cls.open(env, "agent", agent)

    def proposal(self):
        [wizard] = self.done(
            self.browser("agent"),
            "espace.debit.proposal",
            "create",
            [{"regie_id": self.regie_id, "date": self.day, "until": self.day}],
        )
        return wizard

    def test_debits_proposed_told_and_made_in_two_windows(self):
        wizards = [self.proposal() for _window in range(2)]
        answers = self.press("espace.debit.proposal", "action_propose", *wizards)
        runs = [a["result"]["res_id"] for a in answers if "result" in a]
        self.assertTrue(runs, answers)
        for method in ("action_espace_announce", "action_espace_generate"):
            # Whether both windows made a run or one, each family is in one at last.
            self.press(ORDER, method, runs[0], runs[-1])

        def debited(env):
            live = env[ORDER].browse(runs).filtered("payment_file_id")
            return live.payment_line_ids.move_line_id.move_id.mapped("name")

        names = self.read(debited)
        self.assertEqual(len(names), len(set(names)), "an invoice is debited twice")
        with_mandate = self.read(
            lambda env: (
                env["account.move"]
                .browse(self.moves.ids)
                .filtered(lambda m: m.espace_family_id.espace_mandate_ids)
                .mapped("name")
            )
        )
        self.assertEqual(sorted(names), sorted(with_mandate))


@tagged("post_install", "-at_install", "committed")
class TestDoubleClickTitles(TreasuryCase):
    """Debts of four families, which the accountant has: two agents issue the titres."""

    @classmethod
    def build(cls, env):
        town = Town.build(env, f"Deux ordonnateurs {cls.mark}")
        town._create_regie()
        agent = cls.add_staff(env, town.company, "finance", "manager")
        town.company.write(
            {
                "espace_title_firstname": "Anne",
                "espace_title_lastname": "Rivière",
                "espace_title_quality": "Maire",
                "espace_title_court": "Tribunal administratif de Toulouse",
                "espace_title_product_code": "PERI",
                "espace_title_minimum": 0,
                "espace_accountant_contact": "SGC de Castres",
            }
        )
        [day] = town.coming_days(1)
        option = town.add_service("Centre", [day])
        families = town.env["espace.family"]
        for number in range(4):
            family = town.add_family(f"{number} {town.company.name}", children=1)
            family.partner_id.write(
                {"street": "1 rue des Lilas", "zip": "81090", "city": "Valdurenque"}
            )
            town.Reservation._book(family, [(family.child_ids, option, day)])
            families += family
        town.env["espace.charge"]._cron_invoice_at_once()
        moves = families._espace_open_lines("debit").move_id
        assert len(moves) == 4
        env["espace.debt.transfer"].sudo().create(
            {
                "company_id": town.company.id,
                "state": "sent",
                "name": f"{town.today.year}-001",
                "date": town.today,
                "sent_by_id": agent.id,
                "line_ids": [
                    Command.create({"move_id": move.id, "amount": move.amount_residual})
                    for move in moves
                ],
            }
        )
        cls.moves = moves.ids
        cls.company_id = town.company.id
        cls.open(env, "agent", agent)

    def lists(self, count):
        browser = self.browser("agent")
        return self.done(browser, LIST, "create", [{}] * count)

    def test_titres_gathered_and_sealed_in_two_windows(self):
        lists = self.lists(2)
        self.press(LIST, "action_gather", *lists)
        # Who was refused gathers again, twice at once: what the other list asks for is
        # not there.
        for one in lists:
            self.press(LIST, "action_gather", one, one)
        asked = self.read(
            lambda env: env[LIST].browse(lists).title_ids.line_ids.move_id.ids
        )
        self.assertEqual(sorted(asked), sorted(self.moves))
        for one in lists:
            answers = self.press(LIST, "action_seal", one, one)
            self.assertIn("error", answers[0] | answers[1], "sealed once")

        def sealed(env):
            done = env[LIST].browse(lists).filtered(lambda x: x.state == "sealed")
            lines = done.title_ids.line_ids
            return lines.move_id.ids, done.title_ids.mapped("number"), len(lines)

        moves, numbers, count = self.read(sealed)
        self.assertEqual((len(moves), count), (4, 4), "each debt by one titre")
        self.assertEqual(sorted(numbers), [1, 2, 3, 4])
