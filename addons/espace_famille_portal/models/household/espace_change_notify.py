from datetime import timedelta

from odoo import api, fields, models

# An agent who goes through the changes of a family one by one is given so long.
PATIENCE = timedelta(minutes=30)


class EspaceChange(models.Model):
    """Tells families what became of their corrections: one message for all of them."""

    _inherit = "espace.change"

    told = fields.Boolean("Family Told", readonly=True)

    def _notify_complete(self):
        """Tell the families of these changes that wait for nothing more."""
        families = self.family_id
        waiting = self.search(
            [("family_id", "in", families.ids), ("state", "=", "proposed")]
        ).family_id
        self._notify_decided(families - waiting)

    @api.model
    def _cron_notify(self):
        """Tell what was decided a while ago, though the family waits for more."""
        limit = fields.Datetime.now() - PATIENCE
        families = self.search([*self._untold(), ("decided_at", "<=", limit)]).family_id
        self.env["ir.cron"]._commit_progress(remaining=len(families))
        for family in families:
            self._notify_decided(family)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _untold(self):
        return [("state", "in", ("accepted", "refused")), ("told", "=", False)]

    @api.model
    def _notify_decided(self, families):
        changes = self.sudo().search(
            [*self._untold(), ("family_id", "in", families.ids)], order="id"
        )
        for family, decided in changes.grouped("family_id").items():
            decided._notify_family(family)
        changes.told = True

    def _notify_family(self, family):
        """Write to who proposed and to those who book, in the commune's name."""
        partners = self.user_id.partner_id & family.guardian_ids.partner_id
        partners |= family.guardian_ids.filtered("may_book").partner_id
        family._notify_with(
            "espace_famille_portal.mail_template_corrections",
            self[:1],
            {"changes": self},
            partner_ids=partners.ids,
        )

    def _decision_words(self):
        """Say what was decided; the quotient itself stays out of messages."""
        self.ensure_one()
        if self.state == "refused":
            return self.env._(
                "%(what)s: refused. %(reason)s",
                what=self.display_name,
                reason=self.reason or "",
            )
        if self.model == "espace.family.income":
            return self.env._("%s: accepted", self.display_name)
        return self.env._(
            "%(what)s: accepted (%(after)s)",
            what=self.display_name,
            after=self.after or self.env._("empty"),
        )
