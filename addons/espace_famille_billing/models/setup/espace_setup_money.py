from odoo import api, fields, models

from odoo.addons.espace_famille.models.setup.espace_setup import Look


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_at_counter = fields.Boolean(
        "Without Payment Online",
        help="The commune has decided that families pay at the counter: the start-up "
        "asks no more for a provider.",
    )


class EspaceSetup(models.AbstractModel):
    """The régie, with its accounts, and the payment online if the commune wants it."""

    _inherit = "espace.setup"

    # === The régie === #

    @api.model
    def _look_regie(self, company):
        button = self.env._("Set Up")
        regies = company._espace_regies()
        if not regies:
            return Look(False, self.env._("Neither régisseur nor accounts."), button)
        for regie in regies:
            missing = [words for words, value in self._regie_facts(regie) if not value]
            if missing:
                return Look(
                    False,
                    self.env._(
                        "%(regie)s, missing: %(missing)s.",
                        regie=regie.name,
                        missing=", ".join(missing),
                    ),
                    button,
                )
        words = "; ".join(
            self.env._(
                "%(regie)s, %(regisseur)s, ceiling %(ceiling)s",
                regie=regie.name,
                regisseur=regie.regisseur_id.name,
                ceiling=company._espace_amount_words(
                    regie.cash_ceiling or regie.total_ceiling
                ),
            )
            for regie in regies
        )
        return Look(True, words, button)

    @api.model
    def _regie_facts(self, regie):
        return [
            (self.env._("its régisseur"), regie.regisseur_id),
            (self.env._("its ceiling"), regie.cash_ceiling or regie.total_ceiling),
            (self.env._("its journals"), regie.journal_ids),
        ]

    @api.model
    def _open_regie(self, company, _key):
        regies = company._espace_regies()
        if len(regies) > 1 or self._look_regie(company).done:
            return self._list("espace_famille_billing.espace_regie_action")
        return self._dialog("espace.regie.wizard", self.env._("The régie"))

    # === Payment online === #

    @api.model
    def _look_payment(self, company):
        button = self.env._("Connect")
        if company._espace_pays_online():
            return self._look_provider(company, button)
        if company.espace_at_counter:
            return Look(
                True,
                self.env._("Without: families pay at the counter."),
                other=(self.env._("Connect a provider after all"), "provider"),
            )
        return Look(
            False,
            self.env._("Optional: without it, families pay at the counter."),
            button,
            other=(self.env._("We do without"), "without"),
        )

    @api.model
    def _look_provider(self, company, button):
        providers_sudo = (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", ("enabled", "test")),
                    ("is_published", "=", True),
                    ("code", "!=", "custom"),
                ]
            )
        )
        names = ", ".join(providers_sudo.mapped("name"))
        if "test" in providers_sudo.mapped("state"):
            return Look(
                True,
                names,
                button,
                warning=self.env._(
                    "In test mode: families pay, and no money moves. Enable it before "
                    "the opening."
                ),
            )
        paid = (
            self.env["payment.transaction"]
            .sudo()
            .search_count(
                [("provider_id", "in", providers_sudo.ids), ("state", "=", "done")],
                limit=1,
            )
        )
        warning = "" if paid else self.env._("No payment has passed yet: try one.")
        return Look(True, names, button, warning=warning)

    @api.model
    def _open_payment(self, company, key):
        if key == "without":
            company.sudo().espace_at_counter = True
            return self._note(
                self.env._("Noted: families pay at the counter. You may change that.")
            )
        if key == "provider":
            company.sudo().espace_at_counter = False
        return self._list("payment.action_payment_provider")
