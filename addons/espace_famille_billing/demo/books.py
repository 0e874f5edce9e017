"""The books and the régie of the demonstration commune."""

from odoo.fields import Command

from . import valdurenque

CHART = "fr_m57"


class Demonstration(valdurenque.Demonstration):
    def _load_books(self):
        """Open the books under M57 where that chart is installed, and the régie."""
        company = self._company()
        if self._may_change_chart(company):
            self.env["account.chart.template"].try_loading(CHART, company)
        company._espace_setup_regie().write(
            {
                "name": "Régie des services scolaires",
                "code": "SCO",
                "decision": "Arrêté n° 2019-14",
                "decision_date": "2019-05-03",
                "cash_ceiling": 1500,
                "total_ceiling": 8000,
                "cash_float": 100,
                "regisseur_id": self._ref("user_finance").id,
                "deputy_ids": [Command.set(self._ref("user_manager").ids)],
            }
        )

    def _may_change_chart(self, company):
        """Tell whether the commune has no books yet and M57 can be read from here."""
        charts = self.env["account.chart.template"]._get_chart_template_mapping()
        return (
            charts.get(CHART, {}).get("installed")
            and company.chart_template != CHART
            and not company._existing_accounting()
        )
