"""What each screen of staff promises: short menus, questions that name what they do."""

import re
from collections import Counter

from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.espace_famille.tests.common import EspaceCase

ADDONS = ("espace_famille", "espace_famille_billing", "espace_famille_portal")
# More is not read any more, it is searched through.
MOST_ENTRIES = 9

# What is pressed to save, so to say: why.
BEFORE_SAVING = {
    "espace_famille.espace_closure_view_form: action_preview": "what was just typed "
    "is shown with its effects before it is decided",
    "espace_famille.espace_family_message_view_form: action_check": "what was just "
    "typed is shown with whom it reaches before it leaves",
}


@tagged("post_install", "-at_install")
class TestScreens(EspaceCase):
    maxDiff = None

    def test_no_level_has_more_than_nine_entries(self):
        root = self.env.ref("espace_famille.espace_menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        self.assertGreater(len(menus), 60)
        for parent, entries in Counter(menus.mapped("parent_id")).items():
            with self.subTest(menu=parent.complete_name):
                self.assertLessEqual(entries, MOST_ENTRIES)

    def test_entries_of_a_level_differ_and_lead_somewhere(self):
        root = self.env.ref("espace_famille.espace_menu_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        for lang in ("en_US", "fr_FR"):
            shown = menus.with_context(lang=lang)
            names = Counter((one.parent_id, one.name) for one in shown)
            twice = [name for (_parent, name), count in names.items() if count > 1]
            self.assertFalse(twice, lang)
        empty = menus.filtered(lambda one: not one.action and not one.child_id)
        self.assertFalse(empty.mapped("complete_name"))

    def test_every_question_names_what_each_answer_does(self):
        """Nothing is asked by “OK” and “Cancel”."""
        views = self._own_views()
        asked = 0
        for view in views:
            for node in etree.fromstring(view.arch_db).iterfind(".//*[@confirm]"):
                asked += 1
                name = f"{view.xml_id}: {node.get('name')}"
                attributes = ["confirm-label", "cancel-label"]
                if next(node.iterancestors("list"), None) is None:
                    # Odoo's schema of a list knows no title.
                    attributes.append("confirm-title")
                for attribute in attributes:
                    words = (node.get(attribute) or "").strip()
                    with self.subTest(button=name, attribute=attribute):
                        self.assertTrue(words)
                        self.assertNotIn(words.lower(), ("ok", "cancel", "yes", "no"))
                with self.subTest(button=name):
                    self.assertNotEqual(
                        node.get("confirm-label"), node.get("cancel-label")
                    )
        self.assertGreater(asked, 20)

    def test_no_question_of_ours_is_without_french(self):
        """Both answers are read in French: two different ones."""
        for view in self._own_views().with_context(lang="fr_FR"):
            english = view.with_context(lang="en_US").arch_db
            for ours, theirs in zip(
                etree.fromstring(view.arch_db).iterfind(".//*[@confirm]"),
                etree.fromstring(english).iterfind(".//*[@confirm]"),
                strict=True,
            ):
                for attribute in ("confirm", "confirm-label", "cancel-label"):
                    with self.subTest(view=view.xml_id, attribute=attribute):
                        self.assertNotEqual(ours.get(attribute), theirs.get(attribute))

    def _own_views(self):
        ids = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", "ir.ui.view")]
        )
        return self.env["ir.ui.view"].browse(ids.mapped("res_id"))

    def test_no_form_is_titled_with_the_name_of_a_model(self):
        for view in self._own_views().filtered(lambda one: one.type == "form"):
            if etree.fromstring(view.arch_db).get("create") in ("0", "false", "False"):
                continue
            model = self.env[view.model]
            with self.subTest(view=view.xml_id):
                name = model.new({}).display_name or ""
                self.assertNotIn(model._name, name)
                self.assertNotIn("NewId", name)

    def test_nothing_is_offered_for_what_is_not_saved(self):
        """A button in the head of a form waits until there is something to act on."""
        shown = []
        chief = self._create_staff("admin", "health")
        for view in self._own_views().filtered(lambda one: one.type == "form"):
            model = self.env[view.model].with_user(chief)
            if model._transient or view.inherit_id or not model._auto:
                continue
            arch = model.get_views([(view.id, "form")])["views"]["form"]["arch"]
            tree = etree.fromstring(arch)
            if tree.get("create") in ("0", "false", "False"):
                continue
            values = NewValues(model)
            buttons = tree.xpath("//button[not(ancestor::field)]")
            for button in buttons:
                name = f"{view.xml_id}: {button.get('name')}"
                conditions = [
                    node.get("invisible") or "False"
                    for node in (button, *button.iterancestors())
                ]
                hidden = any(safe_eval(one, values.all(one)) for one in conditions)
                if not hidden and not button.get("special"):
                    shown.append(name)
        self.assertEqual(sorted(shown), sorted(BEFORE_SAVING))


class NewValues:
    """The values that a form knows of a record not saved yet."""

    def __init__(self, model):
        self.record = model.new(model.default_get(list(model._fields)))

    def all(self, expression):
        """Return what the names in an expression stand for."""
        names = set(re.findall(r"[a-z_]\w*", expression)) & set(self.record._fields)
        return {name: self._one(name) for name in names} | {
            "context": dict(self.record.env.context),
            "uid": self.record.env.uid,
        }

    def _one(self, name):
        if name == "id":
            return False
        value, field = self.record[name], self.record._fields[name]
        if field.type == "many2one":
            return value.id or False
        return value.ids if field.relational else value
