import gzip
import logging
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY

from ...domain import period
from ..common import EspacePortalCase

_logger = logging.getLogger(__name__)

# Of scripts and styles together, compressed, and of the font, in bytes.
MOST = 60_000


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
class TestQueries(EspacePortalCase):
    """What the pages that parents open most ask, with an invoice that is due."""

    def queries(self, read):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        read()
        return self.env.cr.sql_log_count - before

    def test_the_home(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.env["espace.charge"]._cron_invoice_at_once(NOW)
        self.assertTrue(self.martin._espace_net().owed)

        def read():
            self.env["espace.portal.home"]._read(
                self.martin, self.claire.partner_id, now=NOW
            )

        read()  # caches of the registry
        self.assertLessEqual(self.queries(read), 14)

    def asked(self, path):
        """Return how many queries a whole page takes, its layout and menu included."""
        self.env.flush_all()
        self.page(path)  # caches of the registry
        asked = []
        execute = Cursor.execute

        def counting(cr, query, *args, **kwargs):
            asked.append(query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(Cursor, "execute", counting):
            self.page(path)
        # Those of the test's own cursor.
        own = ("SAVEPOINT", "ROLLBACK", "RELEASE")
        return sum(not str(query).startswith(own) for query in asked)

    def test_whole_pages(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.env["espace.charge"]._cron_invoice_at_once(NOW)
        # A server asks one more: whether its caches hold.
        for path, most in (("/my", 14), ("/my/factures", 15), ("/my/contacts", 7)):
            self.assertLessEqual(self.asked(path), most, path)

    def test_a_month_with_a_payment_to_resume(self):
        self._publish_provider()
        path = f"/my/reservations?date={MONDAY}"
        self.assertLessEqual(self.asked(path), 13)
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        self.post("/my/panier/valider")
        self.assertTrue(self.martin._espace_payment_move())
        self.assertLessEqual(self.asked(path), 26)

    def test_the_language_of_visitors_is_kept(self):
        http = self.env["ir.http"]
        self.env["ir.default"].set("res.partner", "lang", "fr_FR")
        self.assertEqual(http._espace_default_lang(), "fr_FR")
        self.assertEqual(self.queries(http._espace_default_lang), 0)
        self.env["ir.default"].set("res.partner", "lang", "en_US")
        self.assertEqual(http._espace_default_lang(), "en_US")


@tagged("post_install", "-at_install")
class TestBudget(TransactionCase):
    """All the scripts and styles of a families' page stay small."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        bundle = cls.env["ir.qweb"]._get_asset_bundle(
            "espace_famille_portal.assets_family"
        )
        # Compiles the styles, each asset then holds its own part.
        bundle.preprocess_css()
        cls.scripts, cls.styles = bundle.javascripts, bundle.stylesheets

    def compressed(self, assets):
        return len(gzip.compress("\n".join(one.minify() for one in assets).encode()))

    def test_scripts_and_styles_are_within_the_budget(self):
        scripts, styles = self.compressed(self.scripts), self.compressed(self.styles)
        _logger.info("Compressed: %s of scripts, %s of styles", scripts, styles)
        self.assertGreater(scripts, 500)
        self.assertGreater(styles, 500)
        self.assertLessEqual(scripts + styles, MOST)

    def test_the_font_is_within_the_budget(self):
        [font] = Path(file_path("espace_famille_portal/static/fonts")).glob("*.woff2")
        self.assertLessEqual(font.stat().st_size, MOST)

    def test_the_security_test_is_loaded_on_its_pages_only(self):
        files = self.scripts + self.styles
        self.assertFalse([one.url for one in files if "altcha" in (one.url or "")])


@tagged("post_install", "-at_install")
class TestOwnFrontEnd(EspacePortalCase):
    """Families' pages load their own scripts and styles, and nothing of Odoo's."""

    def files(self, path):
        tree = self.page(path)
        links = tree.xpath("//script/@src | //script/@data-src | //link/@href")
        return [link for link in links if link.startswith("/web/")]

    def assert_own(self, path, *more):
        files = self.files(path)
        self.assertTrue(files, path)
        known = ("espace_famille_portal.assets_family", *more)
        others = [one for one in files if not any(name in one for name in known)]
        self.assertEqual(others, [], path)

    def test_pages_of_a_family(self):
        for path in (
            "/my",
            "/my/reservations",
            "/my/reservations/agenda",
            "/my/panier",
            "/my/factures",
            "/my/actualites",
            "/my/demandes",
            "/my/foyer",
            "/my/foyer/compte",
            "/my/absences",
            "/my/contacts",
        ):
            self.assert_own(path)

    def test_pages_for_everybody(self):
        self.logout()
        for path in ("/", "/espace-famille/question", "/web/reset_password"):
            self.assert_own(path)
        self.assert_own("/web/login", "espace_famille_portal.assets_login")

    def test_what_needs_odoos_front_end_keeps_it(self):
        files = self.files("/my/foyer/compte?securite=1")
        self.assertTrue([one for one in files if "web.assets_frontend" in one])
