from odoo import api, fields, models


class AccountMove(models.Model):
    """An invoice that is paid to the public accountant from its first day."""

    _inherit = "account.move"

    espace_by_title = fields.Boolean(
        "Paid to the Accountant", related="espace_run_id.by_title"
    )

    @api.depends("espace_run_id.by_title", "invoice_date", "move_type", "state")
    def _compute_espace_transmitted_on(self):
        """The accountant collects what a run made for titres, from its own day on."""
        result = super()._compute_espace_transmitted_on()
        for move in self:
            if move._espace_is_by_title() and move.state == "posted":
                move.espace_transmitted_on = move.invoice_date
        return result

    def _espace_is_by_title(self):
        self.ensure_one()
        return self.move_type == "out_invoice" and self.sudo().espace_by_title

    def _espace_title(self):
        """Return the sealed `espace.title` that asks for this, maybe none."""
        self.ensure_one()
        line_sudo = self.env["espace.title.line"].sudo()
        line_sudo = line_sudo.search(
            [
                ("live", "=", True),
                ("move_id", "=", self.id),
                ("title_id.number", ">", 0),
            ],
            limit=1,
        )
        return line_sudo.title_id

    def _espace_transmitted_words(self):
        """Say that it is paid to the accountant, by which titre once there is one."""
        words = super()._espace_transmitted_words()
        if self._espace_is_by_title():
            words = self.env._(
                "%(document)s is not paid to the commune but to the public accountant, "
                "who sends you an “avis des sommes à payer”: it says how, and until "
                "when. %(contact)s",
                document=self.name,
                contact=self.company_id.espace_accountant_contact or "",
            ).strip()
            words = f"{words} {self._espace_terms_words()}".strip()
        title_sudo = self._espace_title()
        if not title_sudo:
            return words
        number = self.env._(
            "Titre No. %(number)s of %(year)s.",
            number=title_sudo.number,
            year=title_sudo.exercise,
        )
        return f"{words} {number}"

    # === Its document === #

    def _espace_document_regie(self):
        regie = super()._espace_document_regie()
        return regie.browse() if self._espace_is_by_title() else regie

    def _espace_document_ways(self, regie):
        if not self._espace_is_by_title():
            return super()._espace_document_ways(regie)
        return [
            (self.env._("To the public accountant"), self._espace_transmitted_words())
        ]

    def _espace_document_facts(self):
        """Say no day until which to pay: the avis of the accountant does."""
        facts = super()._espace_document_facts()
        if not self._espace_is_by_title():
            return facts
        due = self.env._("Due Date")
        return [(label, words) for label, words in facts if label != due]
