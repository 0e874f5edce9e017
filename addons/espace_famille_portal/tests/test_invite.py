from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import EspacePortalCase


@tagged("post_install", "-at_install")
class TestInvite(EspacePortalCase):
    """Staff invite the guardians with Odoo's own wizard."""

    def invite(self, record):
        action = record.action_grant_portal()
        self.assertEqual(action["res_model"], "portal.wizard")
        return self.env["portal.wizard"].browse(action["res_id"])

    def test_a_family_is_invited_as_a_whole(self):
        wizard = self.invite(self.martin)
        self.assertEqual(
            wizard.user_ids.partner_id, self.martin.guardian_ids.partner_id
        )

    def test_an_invited_guardian_sees_the_family(self):
        staff = self._create_staff("manager")
        marc = self.martin.guardian_ids[1]
        wizard = self.invite(marc.with_user(staff))
        wizard.with_user(staff).user_ids.action_grant_access()
        user = marc.partner_id.user_ids
        self.assertTrue(user._is_portal())
        self.assertIn(self.company, user.company_ids)
        self.assertEqual(self.env["espace.family"]._of_user(user), self.martin)
        self.assertEqual(self.martin.state, "invited")

    def test_animation_invites_nobody(self):
        with self.assertRaises(AccessError):
            self.invite(self.martin.with_user(self._create_staff("animation")))
