"""No English on any screen of staff in French: menus, lists, forms, searches, wizards.

Each screen is asked for in both languages. What reads the same in both is English that
nobody translated, unless a catalogue says that it is the same word in French.
"""

import re
from pathlib import Path

from lxml import etree

from odoo.modules import get_module_path
from odoo.tests import tagged
from odoo.tools.translate import TRANSLATED_ATTRS

from odoo.addons.espace_famille.tests.common import EspaceCase

ADDONS = ("espace_famille", "espace_famille_billing", "espace_famille_portal")
FRENCH = "fr_FR"
ENGLISH = "en_US"

# What looks like a word.
WORD = re.compile(r"[^\W\d_]{3,}")

# Screens of Odoo that our menus and buttons lead to, beside those of ours.
LENT = ("res.users", "res.company", "res.partner", "mail.template")

# What is the same in French although no catalogue says so: why.
SAME = {
    "Espace Famille": "the name of the product",
    "English (US)": "each language bears its own name",
    "French / Français": "each language bears its own name",
    "Delete duplicate": "Odoo's French has it so; for bills of suppliers alone",
    "Delete all duplicates": "Odoo's French has it so; for bills of suppliers alone",
    "Global Location Number": "the name of an international number",
    "Siret": "the name of a French number",
    "e.g. finance@example.com; accountant@example.com": "addresses, an example",
}

# Choices that are names, not words: why.
NAMES = {
    "tz": "places, as the time zone database spells them",
    "espace_tz": "places, as the time zone database spells them",
    "chart": "the names that Odoo gives to charts of accounts",
    "partner_names_order": "OCA's partner_firstname has no French for them in its code",
    "partner_names_required_fields": "OCA's partner_firstname, as well",
}

# Nouns that are the same in both: of the models with a chatter.
SAME_NOUNS = {"Absence"}

# What stands for a value in a text that a commune writes: {family}.
VALUE = re.compile(r"^\{\w+\}$")

DOCS = Path(__file__).parents[1] / "docs"

# Where paths of the guides begin that are not below our menu.
ELSEWHERE = (
    "Actions →",
    "Facturation → Configuration",
    "Mon foyer →",
    "Paramètres →",
    "Préférences →",
)

# Attributes that the catalogues hold but nobody reads.
UNREAD = {"data-hotkey", "filter_domain"}


@tagged("post_install", "-at_install")
@tagged("post_install", "-at_install")
class TestCreated(EspaceCase):
    """What the chatter says of a new record is French, without a language too."""

    def test_what_was_created_is_said_in_french(self):
        self.company.partner_id.lang = FRENCH
        models = [
            name
            for name, model in sorted(self.env.registry.items())
            if name.startswith("espace.")
            and not model._abstract
            and "_creation_message" in dir(model)
        ]
        self.assertIn("espace.child", models)
        for name in models:
            english = self.env["ir.model"].with_context(lang=ENGLISH)._get(name).name
            for lang in (False, FRENCH):
                record = self.env[name].with_context(lang=lang).new({})
                with self.subTest(model=name, lang=lang):
                    words = record._creation_message()
                    self.assertTrue(words.startswith("Création"), words)
                    french = words.rpartition(": ")[2]
                    if english not in SAME_NOUNS:
                        self.assertNotEqual(french, english)


class TestFrench(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = [
            f"espace_famille.group_{role}"
            for role in ("animation", "manager", "health", "finance", "admin")
        ]
        cls.agent = cls._create_user(
            "bilingual", ",".join([*groups, "base.group_system"]), lang=FRENCH
        )
        cls.catalogues = cls._read_catalogues()

    @classmethod
    def _read_catalogues(cls):
        """Return the French catalogues of all that is installed, each on long lines."""
        installed = cls.env["ir.module.module"].search([("state", "=", "installed")])
        texts = []
        for name in installed.mapped("name"):
            for file in Path(get_module_path(name)).glob("i18n*/fr.po"):
                texts.append(file.read_text("utf-8").replace('"\n"', ""))
        return "\n".join(texts)

    def test_menus_and_what_they_open(self):
        Menu = self.env["ir.ui.menu"].with_user(self.agent)
        visible = Menu.browse(Menu._visible_menu_ids())
        root = self.env.ref("espace_famille.espace_menu_root")
        menus = visible.search([("id", "child_of", root.id), ("id", "in", visible.ids)])
        self.assertGreater(len(menus), 60)
        self._compare(menus, "name")
        actions = [menu.action for menu in menus if menu.action]
        for action in actions:
            if action._name == "ir.actions.act_window":
                with self.subTest(action=action.xml_id):
                    self._compare_action(action)

    def test_every_screen_and_wizard_of_ours(self):
        views = self.of_all("ir.ui.view").filtered(
            lambda view: view.model and view.type != "qweb" and not view.inherit_id
        )
        self.assertGreater(len(views), 150)
        for view in views:
            with self.subTest(view=view.xml_id):
                self._compare_views(view.model, [(view.id, view.type)])

    def test_actions_of_ours(self):
        for action in self.of_all("ir.actions.act_window"):
            with self.subTest(action=action.xml_id):
                self._compare_action(action)
        for model in ("ir.actions.server", "ir.actions.report", "ir.actions.client"):
            self._compare(self.of_all(model), "name")

    def test_screens_of_odoo_that_agents_use(self):
        for model in LENT:
            for mode in ("list", "form", "search"):
                with self.subTest(model=model, mode=mode):
                    self._compare_views(model, [(False, mode)])
        preferences = self.env.ref("base.view_users_form_simple_modif")
        self._compare_views("res.users", [(preferences.id, "form")])

    def test_records_that_screens_name(self):
        for model, field in (
            ("ir.cron", "name"),
            ("mail.template", "name"),
            ("res.groups", "name"),
            ("res.groups.privilege", "name"),
        ):
            self._compare(self.of_all(model, may_lack=True), field)

    def test_paths_that_the_guides_name_are_there(self):
        root = self.env.ref("espace_famille.espace_menu_root")
        regie = self.env.ref("espace_famille_billing.espace_menu_finance")
        for guide, places in (
            ("guide-agents.md", [root]),
            ("guide-regie.md", [regie, root]),
            ("deployment.md", [root]),
        ):
            text = " ".join((DOCS / guide).read_text("utf-8").split())
            paths = re.findall(r"(?<!\*)\*(\w[^*]* → [^*]*\w)\*(?!\*)", text)
            self.assertTrue(paths)
            for path in paths:
                names = [name.strip() for name in path.split("→")]
                if names[0] == root.name:
                    names = names[1:]
                if not path.startswith(ELSEWHERE):
                    with self.subTest(guide=guide, path=path):
                        self.assertTrue(any(self._leads(one, names) for one in places))

    def _leads(self, menu, names):
        """Tell whether a path of French names leads somewhere from a menu."""
        settings = self.env.ref("espace_famille.espace_menu_settings")
        [first, *others] = names
        wanted = [first] if others else first.split(", ")
        below = menu.child_id.with_context(lang=FRENCH)
        found = below.filtered(lambda one: one.name in wanted)
        if len(found) != len(wanted):
            return False
        # What follows the settings is one of their pages.
        return found == settings or not others or self._leads(found, others)

    def test_an_untranslated_word_is_found(self):
        """The walk sees English where there is some."""
        view = self.env.ref("espace_famille.espace_school_view_form")
        arch = view.with_context(lang=ENGLISH).arch_db
        view.arch_db = arch.replace("<sheet>", "<sheet><p>Wholly unheard of</p>")
        self.assertEqual(
            self._untranslated_of_views("espace.school", [(view.id, "form")]),
            {"Wholly unheard of"},
        )

    # === Tools === #

    def of_all(self, model, may_lack=False):
        data = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", model)]
        )
        records = self.env[model].browse(data.mapped("res_id")).exists()
        if not may_lack:
            self.assertTrue(records, model)
        return records

    def _compare(self, records, field):
        """Compare what a field of these records says in both languages."""
        for record in records:
            words = record.with_context(lang=FRENCH)[field]
            other = record.with_context(lang=ENGLISH)[field]
            with self.subTest(record=record, field=field):
                self.assertFalse(self._same(words, other), words)

    def _compare_action(self, action):
        self._compare(action, "name")
        for words, other in zip(
            self._texts(action.with_context(lang=FRENCH).help),
            self._texts(action.with_context(lang=ENGLISH).help),
            strict=True,
        ):
            self.assertFalse(self._same(words, other), words)
        modes = [(id, mode) for id, mode in action.views if mode != "search"]
        self._compare_views(
            action.res_model, [*modes, (action.search_view_id.id, "search")]
        )

    def _texts(self, markup):
        if not markup:
            return []
        tree = etree.fromstring(f"<div>{markup}</div>", etree.HTMLParser())
        return [" ".join(text.split()) for text in tree.itertext() if text.strip()]

    def _compare_views(self, model, views):
        self.assertFalse(self._untranslated_of_views(model, views))

    def _untranslated_of_views(self, model, views):
        """Return the English that these views show to an agent who reads French."""
        french, english = (
            self.env[model]
            .with_user(self.agent)
            .with_context(lang=lang)
            .get_views(views)
            for lang in (FRENCH, ENGLISH)
        )
        found = set()
        for mode, view in french["views"].items():
            ours = etree.fromstring(view["arch"])
            theirs = etree.fromstring(english["views"][mode]["arch"])
            found |= self._untranslated_of_tree(ours, theirs)
            found |= self._untranslated_of_fields(ours, model, french, english)
        return found

    def _untranslated_of_tree(self, ours, theirs):
        found = set()
        for mine, other in zip(ours.iter(), theirs.iter(), strict=True):
            if not isinstance(mine.tag, str):
                continue
            self.assertEqual(mine.tag, other.tag)
            pairs = [(mine.text, other.text), (mine.tail, other.tail)]
            pairs += [
                (words, other.get(name))
                for name, words in mine.attrib.items()
                if name in TRANSLATED_ATTRS
                and name not in UNREAD
                # Odoo gives a view without a title the name of its model.
                and not (mine.getparent() is None and name == "string")
            ]
            if mine.tag == "attribute":
                continue
            found |= {
                " ".join(words.split()) for words, en in pairs if self._same(words, en)
            }
        return found

    def _untranslated_of_fields(self, tree, model, french, english):
        """Return the labels, hints and choices of the fields that a view shows."""
        found = set()
        for node, name in self._shown_fields(tree, model):
            ours = french["models"].get(name, {}).get("fields", {})
            theirs = english["models"].get(name, {}).get("fields", {})
            field = ours.get(node.get("name"))
            if not field:
                continue
            other = theirs[node.get("name")]
            pairs = [(field.get("help"), other.get("help"))]
            if not node.get("string") and not node.get("nolabel"):
                pairs.append((field.get("string"), other.get("string")))
            if not isinstance(field.get("selection"), (list, tuple)):
                choices = []
            else:
                choices = zip(field["selection"], other["selection"], strict=True)
            if node.get("name") not in NAMES:
                pairs += [(mine[1], their[1]) for mine, their in choices]
            found |= {words for words, en in pairs if self._same(words, en)}
        return found

    def _shown_fields(self, tree, model):
        """Yield (node, name of the model) of each field of a view that is seen."""
        for child in tree:
            if not isinstance(child.tag, str):
                continue
            if child.tag == "field" and child.get("name"):
                hidden = (child.get("invisible"), child.get("column_invisible"))
                if not {"1", "True"} & set(hidden):
                    yield child, model
                field = self.env[model]._fields.get(child.get("name"))
                below = field.comodel_name if field and field.relational else model
                yield from self._shown_fields(child, below)
            else:
                yield from self._shown_fields(child, model)

    def _same(self, words, other):
        """Tell whether an agent reads English here."""
        if not words or words != other:
            return False
        words = words.strip()
        if not WORD.search(words) or words in SAME or VALUE.match(words):
            return False
        flat = " ".join(words.split())
        for one in {words, flat}:
            said = one.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            if f'msgid "{said}"\nmsgstr "{said}"' in self.catalogues:
                return False
        return True
