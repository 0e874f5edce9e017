"""Debts of which the public accountant granted terms."""

from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_terms_ids = fields.Many2many(
        "espace.accountant.terms",
        "espace_accountant_terms_move_rel",
        "move_id",
        "terms_id",
        "Terms of the Accountant",
        readonly=True,
        copy=False,
        groups="espace_famille.group_finance",
    )
    espace_under_terms = fields.Boolean(
        "Under Terms of the Accountant",
        compute="_compute_espace_under_terms",
        compute_sudo=True,
        store=True,
        help="The public accountant granted time to pay: it blocks no booking.",
    )

    @api.depends("espace_terms_ids.state")
    def _compute_espace_under_terms(self):
        for move in self:
            move.espace_under_terms = "in_force" in move.espace_terms_ids.mapped(
                "state"
            )

    def _espace_terms_sudo(self):
        """Return the terms in force of this debt, as superuser, maybe none."""
        self.ensure_one()
        terms_sudo = self.sudo().espace_terms_ids
        return terms_sudo.filtered(lambda terms: terms.state == "in_force")[:1]

    def _espace_terms_words(self):
        """Say to the family which terms the accountant granted, "" for none."""
        terms_sudo = self._espace_terms_sudo()
        return terms_sudo.with_env(self.env(su=True))._words() if terms_sudo else ""

    def _espace_why_no_terms(self, family):
        """Say why terms of the accountant are not of this, "" if they may be."""
        self.ensure_one()
        if (
            self.move_type != "out_invoice"
            or self.state != "posted"
            or self.espace_family_id != family
            or self.amount_residual <= 0
        ):
            return self.env._(
                "%s is no debt of this family, or nothing is left of it.",
                self.display_name,
            )
        if not self.espace_transmitted_on:
            return self.env._(
                "%s is not with the public accountant: time to pay is his to grant, of "
                "what was sent to him.",
                self.name,
            )
        if self._espace_terms_sudo():
            return self.env._(
                "The accountant granted terms of %s already: end those first.",
                self.name,
            )
        return ""
