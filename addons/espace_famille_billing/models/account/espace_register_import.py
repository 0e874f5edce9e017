from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ...domain.quotient_import import parse_value


class EspaceRegisterColumn(models.Model):
    _inherit = "espace.register.column"

    @api.model
    def _field_labels(self):
        return {
            **super()._field_labels(),
            "family.quotient": self.env._("Household: quotient"),
            "family.quotient_date": self.env._("Household: quotient, from"),
        }


class EspaceRegisterImport(models.Model):
    """Quotients that come along with a register."""

    _inherit = "espace.register.import"

    def _amount_reader(self):
        return parse_value

    def _quotient_histories(self, families):
        cent = Decimal("0.01")
        found = {}
        for income in self.env["espace.family.income"].search(
            [("family_id", "in", families.ids)], order="date_from"
        ):
            value = Decimal(str(income.value)).quantize(cent)
            found.setdefault(income.family_id.id, []).append((income.date_from, value))
        return found

    def _known_quotients(self, families):
        today = self.company_id._espace_today()
        return {
            family_id: current[-1]
            for family_id, history in self._quotient_histories(families).items()
            if (current := [value for day, value in history if day <= today])
        }

    def _write_quotients(self, quotients):
        """Record them from their day on; one of the same day is corrected."""
        today = self.company_id._espace_today()
        Income = self.env["espace.family.income"]
        families = self.env["espace.family"].union(*quotients)
        known = {
            (income.family_id, income.date_from): income
            for income in Income.search([("family_id", "in", families.ids)])
        }
        new, made = [], self.env["espace.family"]
        for family, (value, day) in quotients.items():
            income = known.get((family, day or today))
            values = {"value": float(value), "source": "declared"}
            if income:
                income.write(values)
            else:
                made |= family
                new.append(
                    {"family_id": family.id, "date_from": day or today, **values}
                )
        Income.create(new)
        return made

    def _undo_quotient(self, family, data):
        """
        :raise UserError: somebody has written another one since
        """
        value, day = self._told_quotient(data)
        start = day or self.company_id._espace_today(self.finished_on)
        income = family.income_ids.filtered(
            lambda one: one.value == float(value) and one.date_from == start
        )
        if not income:
            raise UserError(
                self.env._("The quotient of %s was changed since.", family.name)
            )
        if data.get("made_quotient"):
            income.unlink()
        elif data["old"].get("quotient"):
            income.value = float(data["old"]["quotient"])
