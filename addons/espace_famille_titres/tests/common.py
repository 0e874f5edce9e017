import csv
import io
from datetime import timedelta

from odoo.tests import Form

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY, TUESDAY
from odoo.addons.espace_famille_billing.tests.run.test_billing_run import BillingRunCase

COURT = "Tribunal administratif de Toulouse, 68 rue Raymond IV, 31000 Toulouse"
SGC = "Service de gestion comptable de Castres, 3 rue du Pont"
ADDRESS = {"street": "1 rue des Lilas", "zip": "81090", "city": "Valdurenque"}
FEBRUARY_1 = TODAY.replace(month=2, day=1)


class TitleCase(BillingRunCase):
    """The commune whose evenings end in titres, of any amount unless a test says so.

    The Martins owe 2.60 € for two evenings, the Durands 0.80 € for one. The régie is
    there for the canteen, and has nothing to do with these.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls._create_regie()
        cls.clerk = cls._create_staff("finance")
        cls.regie.regisseur_id = cls.clerk
        cls.company.write(
            {
                "espace_title_firstname": "Anne",
                "espace_title_lastname": "Rivière",
                "espace_title_quality": "Maire",
                "espace_title_court": COURT,
                "espace_title_product_code": "PERI",
                "espace_title_minimum": 0,
                "espace_accountant_contact": SGC,
            }
        )
        for family in cls.martin | cls.durand:
            family.partner_id.write(ADDRESS)
        cls.List = cls.env["espace.title.list"]
        cls.treasury_account = cls.env["account.account"].create(
            {
                "name": "Compte au Trésor",
                "code": "515900",
                "account_type": "asset_cash",
                "company_ids": [(6, 0, cls.company.ids)],
            }
        )

    def evenings(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.nina, self.t2, TUESDAY)
        self.came(self.lina, self.t1, MONDAY)

    def title_run(self, **vals):
        """Launch a run that ends in titres; return it."""
        return self.launched(by_title=True, **vals)

    def day(self, days=0):
        """Work so many days after the first of February."""
        return self.at(FEBRUARY_1 + timedelta(days=days))

    def prepared_list(self, **vals):
        """Return a list that gathered what waits, as the clerk does it."""
        one = self.List.with_user(self.clerk).create(vals)
        one.action_gather()
        return one

    def sealed_list(self, **vals):
        one = self.prepared_list(**vals)
        one.action_seal()
        return one

    def rows(self, one):
        """Return the lines of the CSV of a sealed list, as {column: text}."""
        text = one._sealed("csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    def title(self, one, family):
        return one.title_ids.filtered(lambda title: title.family_id == family)

    def pay_accountant(self, moves, amount=None, day=None, reference="P503 n° 12"):
        """Record what the accountant received of these, as an agent does."""
        action = moves.with_user(self.clerk).action_espace_treasury()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.reference = reference
        form.account_id = self.treasury_account
        if day:
            form.date = day
        if amount is not None:
            form.amount = amount
        opened = form.save().action_record()
        return self.Move.browse(opened["res_id"])
