from datetime import date

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.core.test_check import CorruptionCase

from ..common_regie import RegieCase


@tagged("post_install", "-at_install")
class TestStatementCheck(CorruptionCase, RegieCase):
    """Each promise about collections, broken by SQL, is found with what breaks it."""

    def check_invariants(self):
        """They are broken on purpose here."""

    def setUp(self):
        super().setUp()
        self.payment = self.pay(self.martin, 10, date(2026, 12, 10))
        self.december = self.close(self.statement())
        self.january = self.close(self.statement(date(2027, 1, 1), date(2027, 1, 2)))

    def spoil_row(self, record, name, value):
        self.spoil(
            f"UPDATE {record._table} SET {name} = %s WHERE id = %s", value, record.id
        )

    def test_sound_statements_have_no_finding(self):
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_a_content_that_was_changed(self):
        text = self.december.content.replace("Régie", "Regie")
        self.assertNotEqual(text, self.december.content)
        self.spoil_row(self.december, "content", text)
        self.assert_found("collection_content", self.december)

    def test_a_total_that_was_changed(self):
        summary = {**self.december.frozen_summary, "net": 1100}
        self.spoil(
            "UPDATE espace_collection_statement "
            "SET frozen_summary = frozen_summary || %s::jsonb WHERE id = %s",
            '{"net": 1100}',
            self.december.id,
        )
        self.assertEqual(self.december.frozen_summary, summary)
        self.assert_found(
            "collection_sum", self.december, others=("collection_content",)
        )

    def test_a_payment_that_left_its_statement(self):
        self.spoil_row(self.payment, "espace_statement_id", None)
        self.assert_found(
            "collection_payments", self.payment, others=("collection_sum", "allocation")
        )

    def test_an_amount_that_was_changed(self):
        self.spoil_row(self.payment, "amount_company_currency_signed", 11)
        self.assert_found("allocation", self.payment, others=("collection_sum",))

    def test_a_cent_that_nothing_received(self):
        self.spoil_row(self.december.allocation_ids, "amount", 9.99)
        self.assert_found("allocation", self.payment, others=("collection_sum",))

    def test_an_opening_that_is_not_the_closing_before(self):
        self.spoil(
            "UPDATE espace_collection_statement SET frozen_summary = frozen_summary "
            '|| \'{"opening": 900, "closing": 900}\'::jsonb WHERE id = %s',
            self.january.id,
        )
        self.assert_found(
            "collection_chain", self.january, others=("collection_content",)
        )

    def test_a_gap_between_statements(self):
        self.spoil_row(self.january, "date_from", "2027-01-02")
        self.assert_found(
            "collection_chain", self.january, others=("collection_content",)
        )

    def test_a_gap_between_numbers(self):
        self.spoil_row(self.january, "rank", 2)
        self.assert_found("collection_chain", self.january)
