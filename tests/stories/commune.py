"""The commune of the stories, and what must hold in it after each step."""

import os
from collections import Counter
from datetime import date, datetime

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.espace_famille.tests.common import TODAY
from odoo.addons.espace_famille_bank.tests.statement_files import ACCOUNT
from odoo.addons.payment_payfip.tests.payfip_double import Double

from .. import recompute
from ..test_recompute import LIMITS, RecomputeCase
from .teller import Broken, Story, shrunk

MEANS = ("cash", "cheque", "card", "cesu", "transfer", "direct_debit")
ICS = "FR72ZZZ123456"
# That of the statements is the deposit account; debits are paid into another.
DEBIT_IBAN = "FR1420041010050500013M02606"
IBANS = (
    "FR7630004000031234567890143",
    "BE68539007547034",
    "DE89370400440532013000",
)
ADDRESS = {"street": "1 rue des Lilas", "zip": "81090", "city": "Valdurenque"}

JANUARY = date(2027, 1, 1)

#: Promises that take long to look at: at the end of a story, not after each step.
SLOW = {"settled", "cutoffs", "custody", "school_years", "enrolments"}


def wrong_books(cursor, company, is_settled=False):
    """Return {what: rows} of what is not as it was reckoned anew.

    :param bool is_settled: the minute has passed after which credits lower debts
    """
    wrong = {
        "bookings": recompute.differences(cursor, company),
        "accounts": recompute.account_differences(cursor, company),
        "documents": recompute.wrong_documents(cursor, company),
        "third parties": recompute.wrong_parts(cursor, company),
        "packs": recompute.wrong_packs(cursor, company),
        "advances": recompute.wrong_advances(cursor, company),
        "deposits and terms": recompute.wrong_schedules(cursor, company),
        "unmet": recompute.unmet(cursor, company) if is_settled else (),
    }
    return {name: rows for name, rows in wrong.items() if rows}


class StoryCommune(RecomputeCase):
    """Three families, five children, each way to pay and whoever else is about.

    The canteen is paid when it is booked, the evening when it was used; there are
    fewer places than children. PayFiP is the double of its own tests.
    """

    limits = LIMITS
    numcli = "900001"

    @classmethod
    def _prepare(cls):
        super()._prepare()
        cls.families = cls.martin | cls.durand | cls.petit
        cls.families.lang = "en_US"
        cls.Payment = cls.env["account.payment"]
        cls.classPatch(
            cls.env.registry["account.move"], "_espace_pdf", lambda move: b"%PDF-1.4"
        )
        # Scheduled actions commit between two pieces: a story is one transaction.
        cls.classPatch(
            cls.env.registry["ir.cron"],
            "_commit_progress",
            lambda cron, *_done, **_left: float("inf"),
        )
        cls.parents = {
            family: cls._create_portal_user(family.guardian_ids[:1])
            for family in cls.families
        }
        cls._set_rules()
        cls._open_office()
        cls._open_bank()
        cls._open_payfip()
        cls._name_who_else_pays()
        cls._sell_ahead()
        cls.env.flush_all()

    @classmethod
    def _invoice_what_agents_book(cls):
        """Leave the scheduled action to the clock of the stories."""

    @classmethod
    def has(cls, wants):
        """Tell whether these addons are installed."""
        return all(name in cls.env.registry._init_modules for name in wants)

    @classmethod
    def _set_rules(cls):
        cls.lina.birth_date = date(2022, 6, 1)
        cls.zoe.birth_date = date(2021, 3, 1)
        cls.tom.birth_date = date(2023, 2, 1)
        activities = cls.canteen | cls.evening
        activities.write(
            {"waiting_list": True, "release_if_waiting": True, "capacity": 3}
        )
        activities.session_ids.filtered(lambda s: s.date >= TODAY).capacity = 3
        cls.company.write(
            {
                "espace_collect_days": 20,
                "espace_title_minimum": 0,
                "espace_minimum_invoice": 0,
            }
        )

    # === The régie === #

    @classmethod
    def _open_office(cls):
        cls._create_regie(MEANS)
        cls.clerk = cls._create_staff("finance")
        cls.treasury = cls._create_journal(
            cls.env["espace.regie"], False, "TRES", "515999", "Trésor"
        )
        cls.regie.write(
            {
                "regisseur_id": cls.clerk.id,
                "purse": True,
                "remittance_journal_id": cls.treasury.id,
            }
        )
        cls.company.write(
            {
                "espace_writeoff_account_id": cls._account("654100", "expense").id,
                "espace_recovery_account_id": cls._account("758800", "income_other").id,
            }
        )
        cls.fee = cls.env["product.product"].create(
            {
                "name": "Frais de rejet",
                "type": "service",
                "list_price": 8,
                "espace_fee_decision": "Délibération 2027-12",
            }
        )
        cls.at_treasury = cls._account("515900", "asset_cash")

    @classmethod
    def _account(cls, code, kind, **vals):
        return cls.env["account.account"].create(
            {
                "name": code,
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(cls.company.ids)],
                **vals,
            }
        )

    # === Banks === #

    @classmethod
    def _open_bank(cls):
        """Have the régie debit families, and a deposit account with statements."""
        cls.deposit = cls.env["account.journal"]
        if cls.has(["espace_famille_sepa"]):
            cls.regie.debit_creditor = ICS
            cls.journals["direct_debit"].bank_account_id = cls._bank_account(DEBIT_IBAN)
        if cls.has(["espace_famille_titres"]):
            cls.families.partner_id.write(ADDRESS)
            cls.company.write(
                {
                    "espace_title_firstname": "Anne",
                    "espace_title_lastname": "Rivière",
                    "espace_title_quality": "Maire",
                    "espace_title_court": "Tribunal administratif de Toulouse",
                    "espace_title_product_code": "PERI",
                }
            )
        if cls.has(["espace_famille_bank"]):
            cls._account("627000", "expense", name="Services bancaires")
            cls.deposit = cls._create_journal(
                cls.env["espace.regie"], False, "DFT", "541299", "Compte DFT"
            )
            cls.deposit.suspense_account_id = cls._account(
                "471299", "liability_current", reconcile=True
            )
            cls.deposit.bank_account_id = cls._bank_account(ACCOUNT)
            cls.regie.dft_journal_id = cls.deposit

    @classmethod
    def _bank_account(cls, number):
        return cls.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _open_payfip(cls):
        cls.double = cls.enterClassContext(Double(notify="never"))
        cls.payfip = cls.env.ref("payment_payfip.payment_provider_payfip").copy(
            {"company_id": cls.company.id, "name": "PayFiP"}
        )
        cls.payfip.write(
            {
                "payfip_numcli": cls.numcli,
                "payfip_service_url": cls.double.service_url,
                "payfip_payment_url": cls.double.payment_url,
                "state": "test",
                "is_published": True,
            }
        )
        cls.online = cls._pay_into(cls.payfip, cls.regie)

    @classmethod
    def _name_who_else_pays(cls):
        cls.third_parties = cls.env["res.partner"].create(
            [
                {"name": "CCAS", "is_company": True},
                {"name": "Usine", "is_company": True},
            ]
        )

    @classmethod
    def _sell_ahead(cls):
        """Have deposits, and evenings at one price a month by three règlements."""
        cls.deposit_rule = cls.env["espace.deposit.rule"].create(
            {
                "name": "Acomptes",
                "share": 30,
                "count": 2,
                "month_day": 15,
                "days_before": 3,
                "company_id": cls.company.id,
            }
        )
        tariffs = cls.env["espace.tariff"].search([("company_id", "=", cls.company.id)])
        for tariff in tariffs:
            tariff.write(
                {
                    "line_ids": [
                        Command.create(cls._line(cls.t1, "flat", 0, 600, 31.1)),
                        Command.create(cls._line(cls.t1, "flat", 600, 0, 47.3)),
                        Command.create(cls._line(cls.t1, "pack", 0, 600, 4.7)),
                        Command.create(cls._line(cls.t1, "pack", 600, 0, 7.1)),
                    ]
                }
            )
        rules = (
            {"partial": "prorata", "absence_part": 14},
            {"partial": "half", "option_ids": cls.t1.ids, "absence_days": 1},
            {"partial": "full", "absence_part": 20, "absence_days": 1},
        )
        cls.formulas = cls.env["espace.flat.formula"].create(
            [
                {
                    "name": f"Forfait {number}",
                    "company_id": cls.company.id,
                    "product_id": cls.t1.id,
                    **rule,
                }
                for number, rule in enumerate(rules)
            ]
        )

        cls.pack_formulas = cls.env["espace.pack.formula"].create(
            [
                {
                    "name": f"Carnet {number}",
                    "company_id": cls.company.id,
                    "product_id": cls.t1.id,
                    **rule,
                }
                for number, rule in enumerate(
                    (
                        {"days": 3, "months": 1, "unused": "refund"},
                        {"days": 7, "option_ids": (cls.t1 | cls.t2).ids},
                    )
                )
            ]
        )

    def live_before(self):
        """Live and invoice January, before any of the stories begins."""
        self.draw.seed("January")
        self.payfip.is_published = False
        self.month(JANUARY)
        with freeze_time(datetime(2027, 2, 1, 6)):
            self.Charge._cron_invoice_at_once()
        self.invoice(JANUARY, is_last=True)
        self.payfip.is_published = True
        self.env.flush_all()

    # === Telling === #

    @classmethod
    def setUpStories(cls):
        cls.all_happened, cls.all_refused = Counter(), Counter()

    def tell(self, seed, only=None):
        """Tell a story, and undo it; return how it broke, None if it did not."""
        story = Story(self, seed, only)
        try:
            with self.undone():
                story.run()
        except Broken as broken:
            return broken
        finally:
            self.double.payments.clear()
            self.double.lies, self.double.faults = {}, []
            self.double.ahead *= 0
            self.env.registry.clear_all_caches()
        if os.environ.get("ESPACE_SEED"):
            print("\n".join(story.told))
        self.all_happened += story.happened
        self.all_refused += story.refused
        return None

    def tell_all(self, seeds):
        """Tell the stories of these seeds, each in a subtest.

        The first that breaks is told again, shorter and shorter.
        """
        self.setUpStories()
        self.live_before()
        is_shrunk = False
        for seed in seeds:
            with self.subTest(seed=seed):
                broken = self.tell(seed)
                if broken and not is_shrunk:
                    is_shrunk = True
                    broken = shrunk(self, seed, broken)
                if broken:
                    self.fail(str(broken))
        print(f"happened: {dict(self.all_happened.most_common())}")
        print(f"refused: {dict(self.all_refused.most_common())}")

    # === What must hold === #

    def check_step(self, story, step):
        """Compare all that a step may have touched, to the cent."""
        # A third of the promises in turn: what is broken stays so until the end.
        self.check_promises(story.numbers[-1] % 3)
        self.check_books(story)

    def check_end(self, story):
        """Whatever happened, at the end of a story all holds."""
        try:
            self.Charge._cron_invoice_at_once()
            story.is_settled = True
            self.check_promises()
            self.check_books(story)
            self.check_certificates()
        except AssertionError as error:
            raise story.broken(None, f"at the end: {error}") from error

    def check_promises(self, turn=None):
        """Look at the promises of `espace.check`.

        :param int turn: 0, 1 or 2: which third of them, without those that take long;
            all of them if None
        """
        check = self.env["espace.check"]
        self.env.flush_all()
        self.env.invalidate_all()
        check = check.sudo().with_context(
            active_test=False, allowed_company_ids=self.company.ids
        )
        promises = check._invariants()
        if turn is not None:
            promises = [p for p in promises if p.code not in SLOW][turn::3]
        found = [check._finding(promise, self.company) for promise in promises]
        self.assertEqual([one for one in found if one and not one.notice], [])

    def check_books(self, story):
        """Reckon anew what each family was asked, has paid and owes."""
        wrong = wrong_books(self.env.cr, self.company.id, story.is_settled)
        self.assertEqual(wrong, {})

    def check_certificates(self):
        certificates, found = self.env["espace.tax.certificate"], {}
        for year in (2027, 2028):
            for one in certificates._certificates(self.families, year):
                for part in one["children"]:
                    key = one["family"].id, part["child"].id, year
                    found[key] = part["paid"]
        expected = recompute.certificates(self.env.cr, self.company.id)
        self.assertEqual({key: paid for key, paid in found.items() if paid}, expected)
