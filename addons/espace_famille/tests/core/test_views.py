from lxml import etree

from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import MONDAY, EspaceCase

ROLES = ("animation", "manager", "finance", "admin")


@tagged("post_install", "-at_install")
class TestViews(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reservation._book(cls.martin, [(cls.nina, cls.t1, MONDAY)])

    def test_every_view_loads_for_administrators(self):
        admin = self._create_user(
            "chief", "base.group_system,espace_famille.group_admin"
        )
        for view in self.of_addon("espace_famille", "ir.ui.view").filtered("model"):
            with self.subTest(view=view.xml_id):
                model = self.env[view.model].with_user(admin)
                model.get_views([(view.id, view.type)])

    def test_every_menu_opens_for_those_who_see_it(self):
        for role in ROLES:
            user = self._create_staff(role)
            menus = self.env["ir.ui.menu"].with_user(user)
            visible = menus.browse(menus._visible_menu_ids())
            own = visible & self.of_addon("espace_famille", "ir.ui.menu").with_user(
                user
            )
            self.assertTrue(own)
            for menu in own.filtered("action"):
                with self.subTest(role=role, menu=menu.complete_name):
                    self._open(menu.action, user)

    def _open(self, action, user):
        """Load the views of an action and read what its list shows."""
        action = action.sudo()
        if action._name == "ir.actions.server":
            opened = action.with_user(user).sudo(False).run()
            if opened["type"] == "ir.actions.client":
                self.assertIn(opened["tag"], ("espace_setup", "espace_home"))
                return
            model = self.env[opened["res_model"]].with_user(user)
            model.get_views([(False, "form")])
            if opened.get("res_id"):
                self.assertTrue(model.browse(opened["res_id"]).exists())
            return
        if action._name == "ir.actions.act_url":
            # A page of its own, which has tests of its own.
            self.assertTrue(action.url.startswith("/espace-famille/"))
            return
        if action._name == "ir.actions.client":
            # Its screen asks what it shows by methods of its own.
            show = {
                "espace_setup": lambda: self.env["espace.setup"].with_user(user).load(),
                "espace_home": lambda: self.env["espace.home"].with_user(user).load(),
                "espace_kitchen": lambda: (
                    self.env["espace.kitchen"].with_user(user).load_week()
                ),
                "espace_register": lambda: (
                    self.env["espace.register.import"].with_user(user).get_screen()
                ),
            }
            self.assertTrue(show[action.tag]())
            return
        model = self.env[action.res_model].with_user(user)
        views = [
            (view_id, mode) for view_id, mode in action.sudo().views if mode != "search"
        ]
        loaded = model.get_views([*views, (action.search_view_id.id, "search")])
        if "list" in action.view_mode:
            domain = safe_eval(action.domain or "[]")
            arch = etree.fromstring(loaded["views"]["list"]["arch"])
            shown = [node.get("name") for node in arch.xpath("/list/field")]
            self.assertTrue(shown)
            model.search(domain, limit=5).read(shown)

    def test_animation_sees_lists_but_neither_families_nor_settings(self):
        user = self._create_staff("animation")
        Menu = self.env["ir.ui.menu"].with_user(user)
        visible = Menu._visible_menu_ids()
        seen = {
            "espace_menu_session_today": True,
            "espace_menu_session": True,
            "espace_menu_reservation": True,
            "espace_menu_booking_wizard": False,
            "espace_menu_families": False,
            "espace_menu_configuration": False,
        }
        for name, expected in seen.items():
            with self.subTest(menu=name):
                menu = self.env.ref(f"espace_famille.{name}")
                self.assertEqual(menu.id in visible, expected)

    def test_only_administration_configures(self):
        for role in ROLES:
            Menu = self.env["ir.ui.menu"].with_user(self._create_staff(role))
            menu = self.env.ref("espace_famille.espace_menu_configuration")
            with self.subTest(role=role):
                self.assertEqual(menu.id in Menu._visible_menu_ids(), role == "admin")

    def test_every_empty_list_says_what_to_do(self):
        for action in self.of_addon("espace_famille", "ir.actions.act_window"):
            if action.target != "new" and action.res_model != "res.config.settings":
                with self.subTest(action=action.xml_id):
                    self.assertTrue(action.help)

    def test_filters_and_groups_run(self):
        for view in self.of_addon("espace_famille", "ir.ui.view").filtered(
            lambda v: v.type == "search"
        ):
            model = self.env[view.model]
            for node in view._get_combined_arch().iter("filter"):
                with self.subTest(view=view.xml_id, filter=node.get("name")):
                    if domain := node.get("domain"):
                        model.search_count(safe_eval(domain))
                    if context := node.get("context"):
                        model.formatted_read_group(
                            [], [safe_eval(context)["group_by"]], ["__count"]
                        )

    def test_pivot_of_months_and_options(self):
        groups = self.Reservation.formatted_read_group(
            [("family_id", "=", self.martin.id)],
            ["date:month", "product_id", "school_id", "diet_id"],
            ["__count"],
        )
        self.assertEqual(sum(group["__count"] for group in groups), 1)

    def test_management_enters_a_family_in_one_form(self):
        manager = self._create_staff("manager")
        form = Form(self.env["espace.family"].with_user(manager))
        form.name = "Petit"
        with form.guardian_ids.new() as guardian:
            guardian.civility = "madam"
            guardian.lastname = "Petit"
            guardian.firstname = "Inès"
            guardian.email = "ines.petit@example.org"
        with form.main_child_ids.new() as child:
            child.lastname = "Petit"
            child.firstname = "Zoé"
            child.class_id = self.class_cp
        family = form.save()
        self.assertEqual(family.guardian_ids.name, "Inès Petit")
        self.assertEqual(family.child_ids.name, "Zoé Petit")
        self.assertEqual(family.child_ids.company_id, self.company)

    def test_administration_enters_rule_activity_and_year(self):
        env = self.env(user=self._create_staff("admin"))
        form = Form(env["espace.deadline.rule"])
        form.name = "Monday"
        form.kind = "weekly"
        with form.line_ids.new() as line:
            line.cutoff_weekday = "0"
            line.weeks_back = 1
            line.time = 9
        rule = form.save()
        form = Form(env["espace.activity"])
        form.name = "Étude"
        form.booking_rule_id = rule
        self.assertEqual(form.booking_sentence, rule.sentence)
        with form.product_ids.new() as option:
            option.name = "Étude surveillée"
            option.espace_time_from = 16.5
            option.espace_time_to = 18
            self.assertEqual(option.espace_hours, 1.5)
        activity = form.save()
        self.assertEqual(activity.product_ids.type, "service")
        form = Form(env["espace.school.year"])
        form.date_from = "2027-09-01"
        form.date_to = "2028-08-31"
        year = form.save()
        action = year.action_load_calendar()
        wizard = Form(env["espace.calendar.wizard"].with_context(**action["context"]))
        wizard.save().action_apply()
        self.assertTrue(year.period_ids)

    def test_management_enters_the_custody_of_a_child(self):
        manager = self._create_staff("manager")
        form = Form(self.nina.with_user(manager))
        with form.custody_ids.new() as custody:
            custody.family_id = self.durand
            custody.pattern = "odd"
        with form.enrolment_ids.edit(0) as enrolment:
            enrolment.date_from = MONDAY
        form.save()
        self.assertEqual(self.nina.family_ids, self.martin | self.durand)

    def test_sessions_show_their_places_in_the_calendar(self):
        session = self.session(self.evening, MONDAY)
        self.assertEqual(
            session.display_name, "Garderie du soir – Monday 11 January 2027"
        )
        in_calendar = session.with_context(espace_show_places=True)
        self.assertEqual(
            in_calendar.display_name, "Garderie du soir 1/2 – Monday 11 January 2027"
        )
