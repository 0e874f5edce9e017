"""Reminders, a blocked and an exempted family in the demonstration commune."""

from datetime import timedelta

from . import runs

REMINDED = 6


class Demonstration(runs.Demonstration):
    def _load_money(self):
        super()._load_money()
        self._load_arrears()

    def _load_arrears(self):
        """Let one family in debt be blocked, spare another, and remind a few."""
        company = self._company()
        company.write(
            {
                "espace_block_debt": True,
                "espace_block_days": 30,
                "espace_debt_contact": "le CCAS de Valdurenque, 01 99 00 14 20",
            }
        )
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
        self._load_block(arrears - arrears.browse(families[-1:].ids))

    def _load_block(self, arrears):
        """Decide one block, of a family that visitors are not, after all the steps."""
        visited = self._families()[:1]
        proposed = arrears.filtered(
            lambda line: line.may_be_blocked and line.family_id != visited
        )
        if proposed:
            today = self._today()
            self.env["espace.booking.block"].create(
                {
                    "family_id": proposed[-1].family_id.id,
                    "reason": "Aucun règlement malgré deux relances ; l’échéancier "
                    "proposé est resté sans réponse",
                    "first_letter_on": today - timedelta(days=40),
                    "second_letter_on": today - timedelta(days=25),
                    "meeting_on": today - timedelta(days=15),
                    "social_help_on": today - timedelta(days=15),
                    "missing_reason": "Titre en cours d’émission",
                }
            )
