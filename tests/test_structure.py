"""The house keeps its arrangement: rooms by feature, floors that look down only.

docs/architecture.md describes it. Needs neither Odoo nor a database.
"""

from pathlib import Path

import pytest

from . import structure

ROOT = Path(__file__).resolve().parent.parent

RULES = (
    structure.stray_files,
    structure.crowded_rooms,
    structure.circles,
    structure.repeated_methods,
    structure.upward_glances,
    structure.impure_rules,
    structure.undocumented_keys,
    structure.unlisted_internals,
    structure.missing_witnesses,
    structure.loose_calls,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule):
    found = rule(ROOT)
    assert not found, "\n" + "\n".join(found)


# === Each rule finds what breaks it === #

MODEL = """
class {name}(models.Model):
    _inherit = "espace.thing"

    def write(self, vals):
        return super().write(vals)
"""
BREAKS = {
    structure.stray_files: {"espace_famille/models/espace_thing.py": ""},
    structure.crowded_rooms: {
        f"espace_famille/models/core/file_{number}.py": ""
        for number in range(structure.LARGEST_ROOM + 1)
    },
    structure.circles: {
        "espace_famille/models/one/a.py": "from ..two.b import B",
        "espace_famille/models/two/b.py": "from ..three.c import C",
        "espace_famille/models/three/c.py": (
            "from odoo.addons.espace_famille.models.one.a import A"
        ),
    },
    structure.repeated_methods: {
        "espace_famille/models/one/a.py": MODEL.format(name="A"),
        "espace_famille/wizards/b.py": MODEL.format(name="B"),
    },
    structure.upward_glances: {
        "espace_famille/views/core/a.xml": '<field ref="espace_famille_portal.menu"/>'
    },
    structure.impure_rules: {
        "espace_famille/domain/rule.py": "from datetime import date\ndate.today()"
    },
    structure.undocumented_keys: {
        "espace_famille/models/core/a.py": 'self.env.context.get("espace_secret")'
    },
    structure.unlisted_internals: {
        "espace_famille/models/core/a.py": (
            "def _own(self):\n    records._known()\n    return records._secret()"
        )
    },
    structure.missing_witnesses: {
        "../docs/odoo-internals.md": "| `_known` | why | `tests/test_gone.py` |"
    },
    structure.loose_calls: {
        "espace_famille/static/src/a/a.xml": (
            '<select t-on-change="(event) => this.load(Number(event.target.value))"/>'
        )
    },
}


@pytest.fixture
def house(tmp_path):
    """An empty house, with its documentation."""
    for addon in structure.FLOORS:
        (tmp_path / "addons" / addon / "models").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / structure.LIST_OF_KEYS).write_text("- `espace_known`: why\n")
    (tmp_path / structure.LIST_OF_INTERNALS).write_text("| `_known` | why |\n")
    return tmp_path


def furnish(house, files):
    """Write files, by their paths below addons/."""
    for name, text in files.items():
        path = house / "addons" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_what_breaks_a_rule_is_found(rule, house):
    assert not rule(house)
    furnish(house, BREAKS[rule])
    assert rule(house)


def test_a_model_may_define_what_its_mixin_defines(house):
    furnish(
        house,
        {
            "espace_famille/models/core/mixin.py": MODEL.format(name="M").replace(
                '_inherit = "espace.thing"', '_name = "espace.mixin"'
            ),
            "espace_famille/models/core/thing.py": MODEL.format(name="T").replace(
                '_inherit = "espace.thing"',
                '_name = "espace.thing"\n    _inherit = ["espace.mixin"]',
            ),
        },
    )
    assert not structure.repeated_methods(house)


@pytest.mark.parametrize(
    "line",
    [
        "from odoo import fields",
        "import time",
        "import os",
        "from ..models.core import guards",
        "import datetime\ndatetime.datetime.now()",
    ],
)
def test_a_rule_knows_neither_odoo_nor_a_clock_nor_the_environment(line, house):
    furnish(house, {"espace_famille_billing/domain/rule.py": line})
    assert structure.impure_rules(house)


def test_a_method_that_extends_another_is_no_name_of_ours(house):
    code = "def _secret(self):\n    return super()._secret()"
    furnish(house, {"espace_famille/models/core/a.py": code})
    [sentence] = structure.unlisted_internals(house)
    assert "_secret" in sentence


def test_a_key_is_found_by_the_name_of_its_constant(house):
    code = 'SECRET = "espace_secret"\nis_allowed(self.env, SECRET)'
    furnish(house, {"espace_famille/models/core/guards.py": code})
    [sentence] = structure.undocumented_keys(house)
    assert "espace_secret" in sentence
    listed = house / structure.LIST_OF_KEYS
    listed.write_text(listed.read_text() + "- `espace_secret`: why\n")
    assert not structure.undocumented_keys(house)
