"""What stays in memory between tests is never what a test has changed.

See `espace_cli/inside/pytest_in_odoo.py`.
"""

from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from espace_cli.inside import pytest_in_odoo

TEMPLATE = "portal.portal_back_in_edit_mode"


@tagged("post_install", "-at_install")
class TestCaches(TransactionCase):
    def setUp(self):
        super().setUp()
        self.view = self.env.ref(TEMPLATE)
        # What this does to the caches of others is undone.
        self.addCleanup(self.registry.clear_all_caches)

    def shown(self):
        return str(self.env["ir.qweb"]._render(TEMPLATE, {"backend_url": "/odoo"}))

    def compiled(self):
        """Return how many templates are compiled to show it."""
        qweb = self.env.registry["ir.qweb"]
        with patch.object(
            qweb,
            "_generate_code",
            autospec=True,
            side_effect=qweb._generate_code,
        ) as compiling:
            self.shown()
        return compiling.call_count

    def end_of_a_test(self):
        pytest_in_odoo.end(True)
        self.registry.clear_all_caches()
        pytest_in_odoo.end(False)

    def change(self, words):
        self.view.arch = f"<div>{words}</div>"
        self.env.flush_all()

    def test_a_template_that_nobody_changed_is_compiled_once(self):
        self.shown()
        self.assertEqual(self.compiled(), 0)
        self.end_of_a_test()
        self.assertEqual(self.compiled(), 0)

    def test_a_changed_template_is_seen_at_once(self):
        self.assertNotIn("Changed", self.shown())
        self.change("Changed")
        self.assertIn("Changed", self.shown())

    def test_a_changed_template_is_not_kept_for_the_next_test(self):
        self.change("Changed")
        self.assertIn("Changed", self.shown())
        self.end_of_a_test()
        self.assertEqual(self.compiled(), 1)

    def test_a_test_that_empties_everything_leaves_nothing(self):
        self.shown()
        self.registry.clear_all_caches()
        self.shown()
        self.end_of_a_test()
        self.assertEqual(self.compiled(), 1)
