import gzip
import logging

from odoo.tests import TransactionCase, tagged

_logger = logging.getLogger(__name__)

# What a telephone on a slow network loads besides Odoo's own files, compressed.
MOST = 60_000
OURS = "/espace_famille"


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
