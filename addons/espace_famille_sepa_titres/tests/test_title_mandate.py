from datetime import date

from odoo.tests import tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.guards import STATING
from odoo.addons.espace_famille_sepa.tests.common import IBAN, ICS
from odoo.addons.espace_famille_titres.tests.test_title_list import ListCase

NOTHING = dict.fromkeys(("mandat_rum", "mandat_date", "mandat_iban", "mandat_bic"), "")


@tagged("post_install", "-at_install")
class TestTitleMandate(ListCase):
    """The Martins signed a mandate for the régie of the canteen, the Durands none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie.debit_creditor = ICS
        cls.regie.debit_for_titles = True
        cls.mandate = cls.sign(date(2026, 12, 1))

    @classmethod
    def sign(cls, day):
        return cls.env["account.banking.mandate"]._espace_sign(
            cls.martin, cls.regie, IBAN, "Claire Martin", day, espace_origin="paper"
        )

    def mandates(self):
        """Seal what the evenings made; return the mandate of each family's line."""
        self.evenings()
        self.title_run()
        with self.day():
            rows = self.rows(self.sealed_list())
        return {row["nom"]: {name: row[name] for name in NOTHING} for row in rows}

    def test_who_signed_is_named_with_the_mandate_and_nobody_else(self):
        self.assertEqual(
            self.mandates(),
            {
                "Martin": {
                    "mandat_rum": self.mandate.unique_mandate_reference,
                    "mandat_date": "01/12/2026",
                    "mandat_iban": IBAN,
                    "mandat_bic": self.mandate.partner_bank_id.bank_bic or "",
                },
                "Durand": NOTHING,
            },
        )

    def test_a_regie_that_keeps_its_mandates_gives_none(self):
        self.regie.debit_for_titles = False
        self.assertEqual(self.mandates(), {"Martin": NOTHING, "Durand": NOTHING})

    def test_a_revoked_or_suspended_mandate_is_not_handed_on(self):
        for end in ("suspend", "revoke"):
            with self.subTest(end), self.env.cr.savepoint(flush=True) as undo:
                if end == "suspend":
                    allow(self.mandate, STATING).espace_suspended_on = date(2027, 1, 4)
                else:
                    self.mandate._espace_end("Revoked by the family")
                self.assertEqual(self.mandates()["Martin"], NOTHING)
                undo.rollback()

    def test_the_latest_mandate_counts_after_a_change_of_bank(self):
        new = self.sign(date(2026, 12, 20))
        told = self.mandates()["Martin"]
        self.assertEqual(told["mandat_rum"], new.unique_mandate_reference)
        self.assertEqual(told["mandat_date"], "20/12/2026")
