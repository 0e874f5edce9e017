from decimal import Decimal

from odoo import api, models

from ...domain.quotient_import import parse_value


class EspaceRegisterColumn(models.Model):
    _inherit = "espace.register.column"

    @api.model
    def _field_labels(self):
        label = self.env._("Household: quotient")
        return {**super()._field_labels(), "family.quotient": label}


class EspaceRegisterImport(models.Model):
    """Quotients that come along with a register."""

    _inherit = "espace.register.import"

    def _amount_reader(self):
        return parse_value

    def _known_quotients(self, families):
        today = self.company_id._espace_today()
        incomes = self.env["espace.family.income"].search(
            [("family_id", "in", families.ids), ("date_from", "<=", today)],
            order="date_from",
        )
        cent = Decimal("0.01")
        return {
            income.family_id.id: Decimal(str(income.value)).quantize(cent)
            for income in incomes
        }

    def _write_quotients(self, quotients):
        """Record them from today on; one of the same day is corrected."""
        today = self.company_id._espace_today()
        Income = self.env["espace.family.income"]
        families = self.env["espace.family"].union(*quotients)
        known = Income.search(
            [("family_id", "in", families.ids), ("date_from", "=", today)]
        ).grouped("family_id")
        for family, income in known.items():
            income.write({"value": float(quotients[family]), "source": "declared"})
        Income.create(
            [
                {
                    "family_id": family.id,
                    "value": float(value),
                    "date_from": today,
                    "source": "declared",
                }
                for family, value in quotients.items()
                if family not in known
            ]
        )
