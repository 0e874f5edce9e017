"""Two agents of the Régie at the same instant, on a real server: each debt is debited
once, whoever presses first.
"""

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from odoo.addons.espace_famille_sepa.domain import calendar
from odoo.addons.espace_famille_sepa.tests.common import SepaSetup

from .served import ServedCase
from .town import Town

ORDER = "account.payment.order"


class DebitTown(SepaSetup, Town):
    """The commune around today, whose régie debits families."""


@tagged("post_install", "-at_install", "committed")
class TestDoubleClickTreasury(ServedCase):
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

    def tearDown(self):
        with self.transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self.assertEqual(env["espace.check"]._problems(company), [])
        super().tearDown()

    # === Shortcuts === #

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

    def proposal(self):
        [wizard] = self.done(
            self.browser("agent"),
            "espace.debit.proposal",
            "create",
            [{"regie_id": self.regie_id, "date": self.day, "until": self.day}],
        )
        return wizard

    # === Debits === #

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
