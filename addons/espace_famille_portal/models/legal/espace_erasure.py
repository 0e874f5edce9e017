from odoo import models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.erasure.espace_erasure_mixin import erase_records


class EspaceFamily(models.Model):
    """Requests, proposed changes and messages of the portal go with the family."""

    _inherit = "espace.family"

    def _erase_household(self):
        own = [("family_id", "in", self.ids)]
        for model in (
            "espace.request",
            "espace.change",
            "espace.account.request",
            "espace.activation",
            "espace.booking.notice",
            "espace.booking.reminder",
            "espace.news.read",
        ):
            erase_records(self.env[model].search(own))
        self._erase_devices()
        return super()._erase_household()

    def _erase_devices(self):
        """Forget the devices of who is in no other family."""
        devices_sudo = self.env["mail.push.device"].sudo()
        devices_sudo = devices_sudo.search([("espace_family_ids", "in", self.ids)])
        devices_sudo.filtered(lambda one: one.espace_family_ids <= self).unlink()

    def _erasure_farewells(self):
        """Return the values of a last mail to the guardians of each family.

        It is that of no record, and deleted once it is sent.
        """
        written = self.filtered(lambda family: any(family.guardian_ids.mapped("email")))
        columns = ("subject", "body_html", "email_from", "email_to")
        mails = []
        for company, families in written.grouped("company_id").items():
            made = self.env["mail.template"]._espace_make(
                "espace_famille_portal.mail_template_erased",
                lambda template, ids=families.ids: template._generate_template(
                    ids, columns
                ),
                self.browse(),
                company,
            )
            mails += (made or {}).values()
        return [
            {**{name: mail[name] for name in columns}, "auto_delete": True}
            for mail in mails
        ]


class EspaceChild(models.Model):
    _inherit = "espace.child"

    def _erase_life(self):
        asked = self.env["espace.request"].search([("child_id", "in", self.ids)])
        erase_records(asked)
        for child in self:
            about = Domain("model", "=", child._name) & Domain("res_id", "=", child.id)
            named = Domain("subject", "=", child.name)
            own = Domain("family_id", "in", child.family_ids.ids)
            erase_records(self.env["espace.change"].search(own & (about | named)))
        return super()._erase_life()


class EspaceRequest(models.Model):
    _inherit = "espace.request"

    def action_erase_family(self):
        """Ask whether all data of the family that asked for it are to be erased."""
        self.ensure_one()
        return self.env["espace.erasure.wizard"]._action_open(
            self.family_id, notify=True
        )
