from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ..common import EspaceBillingCase

VERBS = ("read", "write", "create", "unlink")

# Who may do what; a verb that is not named is refused.
RIGHTS = {
    "espace.tariff": {"finance": VERBS, "admin": VERBS, "manager": ["read"]},
    "espace.tariff.line": {"finance": VERBS, "admin": VERBS, "manager": ["read"]},
    "espace.tariff.adjustment": {
        "finance": VERBS,
        "admin": VERBS,
        "manager": ["read"],
    },
    "espace.family.income": {
        "finance": VERBS,
        "admin": VERBS,
        "manager": ["read", "write", "create"],
    },
    **{
        model: {"finance": VERBS, "admin": VERBS, "manager": ["read"]}
        for model in (
            "espace.collection.statement",
            "espace.collection.opening",
            "espace.remittance",
        )
    },
    "espace.collection.allocation": {
        "finance": ["read"],
        "admin": ["read"],
        "manager": ["read"],
    },
    "espace.charge": {
        "finance": ["read"],
        "admin": ["read"],
        "manager": ["read"],
        "portal": ["read"],
    },
    "espace.aged.receivable": {
        "finance": ["read"],
        "admin": ["read"],
        "manager": ["read"],
    },
    "espace.fec.wizard": {"finance": VERBS, "admin": VERBS},
}
ROLES = ("finance", "admin", "manager", "animation", "health", "portal", "employee")

MONEY_OF_FAMILIES = (
    "amount_due",
    "credit_available",
    "current_qf",
    "qf_known",
    "income_ids",
    "charge_ids",
    "espace_move_ids",
)


class BillingRightsCase(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_quotient(cls.durand, 300)
        cls.own = cls._charge(cls.martin, cls.nina)
        cls.foreign = cls._charge(cls.durand, cls.lina)
        cls.users = {
            "portal": cls._create_portal_user(cls.martin.guardian_ids[0]),
            "employee": cls._create_user("employee", "base.group_user"),
            **{
                role: cls._create_staff(role)
                for role in ("finance", "admin", "manager", "animation", "health")
            },
        }

    @classmethod
    def _charge(cls, family, child):
        cls.Reservation._book(family, [(child, cls.meal, MONDAY)], now=NOW)
        return family.charge_ids

    def as_(self, role, records):
        return records.with_user(self.users[role])


@tagged("post_install", "-at_install")
class TestBillingRights(BillingRightsCase):
    def test_everyone_has_the_rights_of_the_table_and_no_other(self):
        for model, rights in RIGHTS.items():
            for role in ROLES:
                for verb in VERBS:
                    with self.subTest(model=model, role=role, verb=verb):
                        records = self.as_(role, self.env[model])
                        self.assertEqual(
                            records.has_access(verb), verb in rights.get(role, ())
                        )

    # === Régie === #

    def test_the_regie_sets_prices_and_quotients(self):
        tariff = self.as_("finance", self.tariff)
        tariff.line_ids[0].amount = 3.70
        tariff.date_to = "2027-08-31"
        copy = tariff.copy({"date_from": "2027-09-01", "date_to": False})
        copy.unlink()
        income = self.as_("finance", self.env["espace.family.income"]).create(
            {"family_id": self.martin.id, "value": 600, "date_from": TUESDAY}
        )
        income.unlink()
        self.martin.reservation_ids._settle()
        self.durand.reservation_ids._settle()

    def test_the_regie_reads_all_charges_and_invoices(self):
        charges = self.as_("finance", self.Charge)
        found = charges.search([("company_id", "=", self.company.id)])
        self.assertEqual(found, self.own | self.foreign)
        found.read()
        self.as_("finance", self.invoices(self.martin)).read(["amount_total"])

    def test_the_regie_makes_up_no_charge(self):
        with self.assertRaises(AccessError):
            self.as_("finance", self.own).copy()
        with self.assertRaises(AccessError):
            self.as_("finance", self.own).write({"invoice_line_id": False})

    # === Management === #

    def test_management_enters_quotients_but_sets_no_price(self):
        income = self.as_("manager", self.env["espace.family.income"]).create(
            {"family_id": self.martin.id, "value": 600, "date_from": TUESDAY}
        )
        income.value = 650
        with self.assertRaises(AccessError):
            income.unlink()
        with self.assertRaises(AccessError):
            self.as_("manager", self.tariff.line_ids[0]).amount = 1
        with self.assertRaises(AccessError):
            self.as_("manager", self.tariff).name = "Other"

    def test_management_reads_no_invoice(self):
        with self.assertRaises(AccessError):
            self.as_("manager", self.invoices(self.martin)).read(["amount_total"])

    def test_management_sees_what_a_family_owes(self):
        family = self.as_("manager", self.martin)
        self.assertEqual(family.amount_due, 3.60)
        self.assertEqual(family.credit_available, 0)
        self.assertEqual(family.current_qf, 750)

    # === Animation === #

    def test_animation_sees_no_money(self):
        family = self.as_("animation", self.martin)
        for name in MONEY_OF_FAMILIES:
            with self.subTest(field=name), self.assertRaises(AccessError):
                family.read([name])
        with self.assertRaises(AccessError):
            self.as_("animation", self.own.reservation_id).read(["charge_ids"])

    def test_animation_reads_what_else_it_may_of_bookings(self):
        self.read_own_fields("animation", self.martin.reservation_ids)

    def test_nobody_finds_a_debt_who_may_not_read_it(self):
        """Odoo searches by a field without a column for whoever asks."""
        own = self.as_("animation", self.env.user.partner_id)
        child = self.as_("animation", self.nina)
        for name in ("credit", "debit", "total_invoiced", "credit_limit"):
            for role in ("animation", "health", "employee", "manager"):
                partners = self.as_(role, own)
                for door in (
                    lambda p, n: p.search([(n, ">", 0)]),
                    lambda p, n: p.search_count([("parent_id", "any", [(n, ">", 0)])]),
                    lambda p, n: p.name_search("", [(n, ">", 0)]),
                    lambda p, n: p.search([], order=n),
                    lambda p, n: p.formatted_read_group([], [n], ["__count"]),
                    lambda p, n: p.formatted_read_group([], [], [f"{n}:sum"]),
                    lambda p, n: p.search_read([], [n]),
                    lambda p, n: p.env["res.users"].search([(n, ">", 0)]),
                ):
                    # What has no column is neither sorted nor grouped by anybody.
                    with self.subTest(field=name, role=role):
                        self.assertTrue(self._refuses(door, partners, name))
            for path in ("family_id", "family_id.partner_id", "custody_ids.family_id"):
                with self.subTest(path=path), self.assertRaises(AccessError):
                    child.search([(f"{path}.{name}", ">", 0)])
        for name in ("amount_due", "credit_available"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                child.search([(f"family_id.{name}", ">", 0)])
        debtors = self.env["res.partner"].with_user(self.users["finance"])
        self.assertIn(self.martin.partner_id, debtors.search([("credit", ">", 0)]))

    def _refuses(self, door, *args):
        try:
            door(*args)
        except (AccessError, ValueError):
            return True
        return False

    def read_own_fields(self, role, *read):
        """Read all fields of this addon that a role may read, and at least one."""
        for records in read or (self.martin, self.martin.reservation_ids):
            own = self.as_(role, records)
            names = [
                name
                for name, field in own._fields.items()
                if "espace_famille_billing" in field._modules
                and own._has_field_access(field, "read")
            ]
            self.assertTrue(names)
            own.read(names)

    # === Families === #

    def test_a_parent_reads_the_own_charges_only(self):
        charges = self.as_("portal", self.Charge)
        self.assertEqual(charges.search([]), self.own)
        self.as_("portal", self.own).read(["explanation", "amount", "state"])
        with self.assertRaises(AccessError):
            self.as_("portal", self.foreign).read(["amount"])

    def test_a_parent_reads_the_own_invoices_only(self):
        moves = self.as_("portal", self.Move)
        self.assertEqual(moves.search([]), self.invoices(self.martin))
        with self.assertRaises(AccessError):
            self.as_("portal", self.invoices(self.durand)).read(["amount_total"])

    def test_a_parent_reads_no_quotient_of_others(self):
        for family in (self.martin, self.durand):
            with self.assertRaises(AccessError):
                self.as_("portal", family.income_ids).read(["value"])
        for name in MONEY_OF_FAMILIES:
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.as_("portal", self.durand).read([name])

    def test_a_parent_reads_what_the_own_bookings_cost(self):
        self.read_own_fields("portal")
        own = self.as_("portal", self.martin.reservation_ids)
        self.assertEqual(own.charged_amount, 3.60)
        self.assertEqual(own.charge_ids, self.own)

    # === Accountants === #

    def test_an_accountant_of_the_commune_reads_the_invoices_whole(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        invoice = self.invoices(self.martin).with_user(accountant)
        invoice.read()
        invoice.invoice_line_ids.read()
        with self.assertRaises(AccessError):
            invoice.read(["espace_reservation_ids"])

    # === Communes === #

    def test_another_commune_sees_nothing(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        clerk = self.users["finance"]
        clerk.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(
            user=clerk, context={**self.env.context, "allowed_company_ids": other.ids}
        )
        for model in RIGHTS:
            with self.subTest(model=model):
                self.assertFalse(env[model].search([]))
        with self.assertRaises(AccessError):
            env["espace.tariff"].browse(self.tariff.id).read(["name"])

    # === RPC === #

    def test_no_public_method_settles_or_prices(self):
        for model in (*RIGHTS, "espace.reservation", "account.move"):
            public = [
                name
                for name in dir(type(self.env[model]))
                if "espace" in name and not name.startswith(("_", "action_"))
            ]
            methods = [name for name in public if name not in self.env[model]._fields]
            with self.subTest(model=model):
                self.assertFalse(methods)

    def test_today_is_the_day_a_quotient_starts(self):
        income = self.as_("manager", self.env["espace.family.income"]).create(
            {"family_id": self._create_family("Petit", ["Inès"]).id, "value": 1}
        )
        self.assertEqual(income.date_from, TODAY)
