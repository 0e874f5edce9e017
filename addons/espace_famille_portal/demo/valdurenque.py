"""The parents who may log in to the demonstration commune."""

from odoo.fields import Command

from odoo.addons.espace_famille_billing import demo

PARENTS = [
    "camille.vasseur@example.org",
    "nadia.perrault@example.org",
    "hugo.lemaire@example.org",
]
PASSWORD = "parent"


class Demonstration(demo.Demonstration):
    def _load_portal_users(self):
        """Give these parents an account; their passwords are those of the demo."""
        guardians = self.env["espace.guardian"].search(
            [("email", "in", PARENTS), ("company_id", "=", self._company().id)]
        )
        self.env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "partner_id": guardian.partner_id.id,
                    "login": guardian.email,
                    "password": PASSWORD,
                    "lang": guardian.lang,
                    "company_id": self._company().id,
                    "company_ids": [Command.set(self._company().ids)],
                    "group_ids": [Command.set([self.env.ref("base.group_portal").id])],
                }
                for guardian in guardians
                if not guardian.user_id
            ]
        )
        guardians.family_id.state = "active"
