from odoo.tests import tagged

from ..common import EspaceCase


@tagged("post_install", "-at_install")
class TestHomeMenus(EspaceCase):
    """What a role does not use is out of its way; nothing is taken from others."""

    def applications(self, user):
        menus = self.env["ir.ui.menu"].with_user(user)
        visible = self.env["ir.ui.menu"].browse(menus._visible_menu_ids())
        return set(visible.filtered(lambda menu: not menu.parent_id).mapped("name"))

    def test_agents_see_what_they_work_with(self):
        for role in ("animation", "manager"):
            with self.subTest(role=role):
                shown = self.applications(self._create_staff(role))
                self.assertIn("Espace Famille", shown)
                self.assertNotIn("Discuss", shown)
                self.assertNotIn("Apps", shown)

    def test_administrators_and_others_keep_all(self):
        chief = self._create_staff("admin")
        chief.group_ids += self.env.ref("base.group_system")
        self.assertLessEqual(
            {"Discuss", "Apps", "Settings", "Espace Famille"}, self.applications(chief)
        )
        other = self._create_user("other", "base.group_user")
        self.assertIn("Discuss", self.applications(other))
