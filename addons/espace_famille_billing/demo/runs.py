"""The billing run of last month: supplements, credits, small totals carried over."""

from datetime import timedelta

from ..domain.invoicing import previous_month
from . import absences

# The day after the month on which the agent has marked everything.
MARKED = timedelta(days=7)


class Demonstration(absences.Demonstration):
    def _load_payments(self):
        """Invoice what bookings left, before the families pay."""
        self._load_deliveries()
        self._load_run()
        super()._load_payments()

    def _load_deliveries(self):
        """Have some families want paper, and some pay by direct debit."""
        families = self._families()
        families[3::12].invoice_delivery = "paper"
        families[5::10].pays_by_debit = True

    def _load_run(self):
        """Invoice the last month that is wholly marked; it is still to be sent."""
        first, last = previous_month(self._today() - MARKED)
        run = self.env["espace.billing.run"].create(
            {"date_from": first, "date_to": last, "minimum_amount": 5}
        )
        charges = self.env["espace.charge"].search_count(run._charge_domain())
        if not charges:
            run.unlink()
            return
        run.action_prepare()
        run.action_launch_anyway()
        run._work_all()
