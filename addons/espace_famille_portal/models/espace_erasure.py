from odoo import models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.erasure import erase_papers


class EspaceFamily(models.Model):
    """Requests, proposed changes and messages of the portal go with the family."""

    _inherit = "espace.family"

    def _erase_household(self):
        own = [("family_id", "in", self.ids)]
        self.env["espace.request"].search(own)._erase()
        self.env["espace.change"].search(own)._erase()
        for model in (
            "espace.account.request",
            "espace.activation",
            "espace.booking.notice",
            "espace.booking.reminder",
            "espace.news.read",
        ):
            records = self.env[model].search(own)
            erase_papers(records)
            records.unlink()
        return super()._erase_household()

    def _erasure_farewells(self):
        """Return the values of a last mail to the guardians of each family.

        It is that of no record, and deleted once it is sent.
        """
        template = self.env.ref("espace_famille_portal.mail_template_erased").sudo()
        written = self.filtered(lambda family: any(family.guardian_ids.mapped("email")))
        columns = ("subject", "body_html", "email_from", "email_to")
        mails = template._generate_template(written.ids, columns)
        return [
            {**{name: mail[name] for name in columns}, "auto_delete": True}
            for mail in mails.values()
        ]


class EspaceChild(models.Model):
    _inherit = "espace.child"

    def _erase_life(self):
        self.env["espace.request"].search([("child_id", "in", self.ids)])._erase()
        for child in self:
            about = Domain("model", "=", child._name) & Domain("res_id", "=", child.id)
            named = Domain("subject", "=", child.name)
            own = Domain("family_id", "in", child.family_ids.ids)
            self.env["espace.change"].search(own & (about | named))._erase()
        return super()._erase_life()


class EspaceRequest(models.Model):
    _inherit = "espace.request"

    def _erase(self):
        erase_papers(self)
        self.unlink()

    def action_erase_family(self):
        """Ask whether all data of the family that asked for it are to be erased."""
        self.ensure_one()
        return self.family_id.with_context(default_tell=True).action_erase()


class EspaceChange(models.Model):
    _inherit = "espace.change"

    def _erase(self):
        erase_papers(self)
        self.unlink()
