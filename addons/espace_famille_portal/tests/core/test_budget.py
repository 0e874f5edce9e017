import gzip
import logging
from datetime import date, datetime

from odoo.tests import TransactionCase, tagged

from odoo.addons.espace_famille.tests.common import NOW, TODAY

from ...domain import period
from ..common import EspacePortalCase

_logger = logging.getLogger(__name__)

# What a telephone on a slow network loads besides Odoo's own files, compressed.
MOST = 60_000
OURS = "/espace_famille"


@tagged("post_install", "-at_install")
class TestOpening(EspacePortalCase):
    """What it costs to find the month that Mes réservations opens on."""

    def queries(self, read):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        read()
        return self.env.cr.sql_log_count - before

    def opening(self, now):
        children = self.martin.child_ids
        return self.Period._opening_grid(self.martin, children, "month", now)

    def test_a_month_with_days_to_book_asks_for_no_other(self):
        self.Period = self.env["espace.portal.period"]
        month = period.Span.around("month", TODAY)
        children = self.martin.child_ids
        self.opening(NOW)  # caches of the registry
        self.assertEqual(
            self.queries(lambda: self.opening(NOW)),
            self.queries(lambda: self.Period._grid(self.martin, children, month, NOW)),
        )

    def test_at_the_end_of_a_month_the_queries_do_not_grow_with_the_year(self):
        self.Period = self.env["espace.portal.period"]
        end = datetime(2027, 1, 30, 9)
        self.opening(end)  # caches of the registry
        few = self.queries(lambda: self.opening(end))
        activities = self.canteen | self.evening
        activities._generate_sessions(date(2027, 2, 6), date(2027, 9, 30))
        self.opening(end)
        self.assertLessEqual(self.queries(lambda: self.opening(end)), few)


@tagged("post_install", "-at_install")
class TestBudget(TransactionCase):
    """Our scripts and styles stay small beside Odoo's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bundle = cls.env["ir.qweb"]._get_asset_bundle("web.assets_frontend")
        # Compiles the styles, each asset then holds its own part.
        cls.bundle.preprocess_css()

    def compressed(self, parts):
        return len(gzip.compress("\n".join(parts).encode()))

    def added(self, assets, text):
        """Return how many bytes ours add to these assets, compressed.

        :param text: what is sent of one asset
        """
        ours = [asset for asset in assets if (asset.url or "").startswith(OURS)]
        others = [asset for asset in assets if asset not in ours]
        together = self.compressed([text(asset) for asset in others + ours])
        return len(ours), together - self.compressed([text(one) for one in others])

    def test_scripts_and_styles_are_within_the_budget(self):
        scripts, script_bytes = self.added(
            self.bundle.javascripts, lambda asset: asset.minify()
        )
        styles, style_bytes = self.added(
            self.bundle.stylesheets, lambda asset: asset.minify()
        )
        _templates, template_bytes = self.added(
            self.bundle.templates, lambda asset: asset.content
        )
        total = script_bytes + style_bytes + template_bytes
        _logger.info(
            "The portal adds %s bytes, compressed: %s of scripts, %s of styles",
            total,
            script_bytes,
            style_bytes,
        )
        self.assertTrue(scripts and styles, "ours are in the bundle")
        self.assertGreater(style_bytes, 500)
        self.assertLessEqual(total, MOST)

    def test_the_security_test_is_loaded_on_its_pages_only(self):
        files = self.bundle.javascripts + self.bundle.stylesheets
        self.assertFalse([one.url for one in files if "altcha" in (one.url or "")])
