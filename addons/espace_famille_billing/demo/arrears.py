"""Reminders, a blocked and an exempted family in the demonstration commune."""

from . import runs

REMINDED = 6


class Demonstration(runs.Demonstration):
    def _load_money(self):
        super()._load_money()
        self._load_arrears()

    def _load_arrears(self):
        """Block families in debt, spare one of them, and remind a few."""
        company = self._company()
        company.write({"espace_block_debt": True, "espace_block_days": 30})
        arrears = self.env["espace.arrears"].search([("company_id", "=", company.id)])
        families = arrears.filtered(lambda line: line.overdue > 0).family_id
        if not families:
            return
        self.env["espace.arrears.exemption"].create(
            {
                "family_id": families[-1].id,
                "reason": "Échéancier accordé par le comptable public",
                "date_from": self._today(),
            }
        )
        self.env["espace.reminder"]._send(
            company, self._today(), families[1 : REMINDED + 1]
        )
