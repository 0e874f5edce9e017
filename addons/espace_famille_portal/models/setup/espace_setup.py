from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.espace_famille.models.setup.espace_setup import Look, Step
from odoo.addons.espace_famille.models.setup.espace_setup_ready import Finding

LOCAL = ("://localhost", "://127.", "://[::1]")


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_test_sender(self):
        """Try the sender that families see."""
        return self._espace_sender_formatted() or super()._espace_test_sender()


class EspaceSetup(models.AbstractModel):
    """The last step: the families are invited to the portal."""

    _inherit = "espace.setup"

    @api.model
    def _steps(self):
        return [
            *super()._steps(),
            Step("invite", 110, self.env._("Invite the families"), 2),
        ]

    # === Invitations === #

    @api.model
    def _families_to_invite(self, company):
        """Return (with an address and not invited, without an address), as domains."""
        known = Domain("activation_ids", "!=", False) | Domain("user_id", "!=", False)
        waiting = Domain("company_id", "=", company.id) & Domain(
            "guardian_ids", "not any", known
        )
        written = Domain("guardian_ids", "any", [("email_normalized", "!=", False)])
        return waiting & written, waiting & self._families_without_mail(company)

    @api.model
    def _look_invite(self, company):
        button = self.env._("Look at Everything")
        count = self.env["espace.family"].search_count(
            [("company_id", "=", company.id)]
        )
        if not count:
            return Look(False, self.env._("Waits for the families."), button)
        waiting, mailless = map(
            self.env["espace.family"].search_count, self._families_to_invite(company)
        )
        letters = mailless and self.env._(
            "Without an e-mail, to be written to: %s.", mailless
        )
        if waiting:
            words = self.env._(
                "To be invited, once nothing is red: %s households.", waiting
            )
            return Look(False, words, button, warning=letters or "")
        words = self.env._("%s households invited", count - mailless)
        return Look(True, words, button, warning=letters or "")

    @api.model
    def _next_step(self, company):
        waiting = self.env["espace.family"].search_count(
            self._families_to_invite(company)[0]
        )
        if not waiting:
            return super()._next_step(company)
        words = self.env._("Invite %s Families", waiting)
        if waiting == 1:
            words = self.env._("Invite 1 Family")
        return {"code": "invite", "button": words}

    @api.model
    def _open_invite(self, company, _key):
        """Open the invitation of who waits; everything is looked at before.

        :raise UserError: something would go wrong on the day when they come
        """
        waiting = self.env["espace.family"].search(self._families_to_invite(company)[0])
        if not waiting:
            return self._list("espace_famille.espace_family_action")
        if not self._is_open_to_families(company):
            raise UserError(
                self.env._(
                    "Something is still red under “Ready to open?”: families are "
                    "invited once it is corrected."
                )
            )
        return waiting.guardian_ids.action_invite()

    # === Ready? === #

    @api.model
    def _findings(self, company, now):
        return [*super()._findings(company, now), *self._portal_findings(company)]

    @api.model
    def _portal_findings(self, company):
        """Look at the address of the site, and at the pages that the law asks for."""
        return [self._address_finding(), self._legal_finding(company)]

    @api.model
    def _address_finding(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        if any(name in base for name in LOCAL):
            return Finding(
                "warning",
                self.env._("Links in e-mails lead to this machine"),
                self.env._(
                    "%s: families cannot open it. Enter the public address of the "
                    "site.",
                    base,
                ),
                self.env._("Settings"),
                "settings",
            )
        if not base.startswith("https://"):
            return Finding(
                "warning",
                self.env._("The site is not encrypted"),
                self.env._("%s: families log in there; it must be https.", base),
                self.env._("Settings"),
                "settings",
            )
        return Finding("ok", self.env._("Links in e-mails lead to %s", base))

    @api.model
    def _legal_finding(self, company):
        missing = [
            words
            for words, value in (
                (self.env._("host of the site"), company.espace_host),
                (
                    self.env._("data protection officer"),
                    company.espace_dpo_email,
                ),
                (
                    self.env._("date of the accessibility statement"),
                    company.espace_accessibility_date,
                ),
            )
            if not value
        ]
        if not missing:
            return Finding("ok", self.env._("Legal pages filled in"))
        return Finding(
            "warning",
            self.env._("Legal pages to complete"),
            self.env._("Missing: %s.", ", ".join(missing)),
            self.env._("Read Again"),
            "settings",
        )
