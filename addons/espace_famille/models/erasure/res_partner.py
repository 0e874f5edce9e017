from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize_all

from .espace_erasure_mixin import erase_papers

# How somebody is reached, and what says where they live.
REACHED = ("email", "phone", "comment")
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id", "vat")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _espace_users(self):
        users = self.env["res.users"].with_context(active_test=False)
        return users.search([("partner_id", "in", self.ids)])

    def _espace_is_agent(self):
        """Tell whether somebody works here too: their account is not the family's."""
        return any(not user.share for user in self._espace_users())

    def _espace_leave(self, companies, erased):
        """End what these log-ins open in communes where they are no guardian any more.

        A log-in that opens another commune goes on, as that of the contact there.

        :param companies: `res.company` that a family of theirs has left
        :param erased: those among these contacts that lose their name
        """
        guardians = self.env["espace.guardian"].search([("person_id", "in", self.ids)])
        for person in self.filtered(lambda one: not one._espace_is_agent()):
            left = guardians.filtered(lambda one, p=person: one.person_id == p)
            users = person._espace_users()
            if person in erased and left:
                contact = left.sorted("id")[0].partner_id
                users.write({"partner_id": contact.id})
                left.person_id = contact
            for user in users:
                kept = (user.company_ids - companies) | left.company_id
                # Who is left with none is closed, or is no family's alone.
                if kept:
                    own = user.company_id if user.company_id in kept else kept[0]
                    user.write({"company_id": own.id, "company_ids": kept.ids})

    def _espace_erase(self, name, identity=True):
        """Close the accounts of these contacts, erase how they are reached, and more.

        :param str name: what they are called from now on
        :param bool identity: False keeps the name and the postal address
        """
        for user in self._espace_users():
            login = f"erased-{user.id}"
            user.write({"active": False, "login": login, "signature": False})
        # With the mail in which Odoo says that a login has changed.
        self._espace_mails().unlink()
        values = dict.fromkeys(REACHED, False)
        if identity:
            values |= dict.fromkeys((*ADDRESS, "firstname"), False)
            values["lastname"] = name
        # Odoo asks whether their users are archived, and must not see those that are.
        self.with_context(active_test=True).write({**values, "active": False})
        erase_papers(self)

    def _espace_mails(self):
        """Return the mails to these contacts, or to their addresses, that are kept."""
        own = set(filter(None, self.mapped("email_normalized")))
        mails = self.env["mail.mail"].search(
            Domain.OR(
                [
                    Domain("recipient_ids", "in", self.ids),
                    *(Domain("email_to", "ilike", address) for address in own),
                ]
            )
        )
        return mails.filtered(
            lambda mail: (
                mail.recipient_ids & self
                or own & set(email_normalize_all(mail.email_to or ""))
            )
        )
