import base64
import io
import json
from datetime import date

from PIL import Image

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import EspacePortalCase

SIDES = {"192": 192, "512": 512, "maskable": 512, "apple": 180, "badge": 96}


@tagged("post_install", "-at_install")
class TestInstalled(EspacePortalCase):
    """What makes an application of the portal, by HTTP as a browser asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"name": "Mairie de Lescure", "primary_color": "#155e75"})
        cls.company.partner_id.lang = "en_US"

    def icon(self, shape, status=200, version=None):
        version = self.company._espace_app_version() if version is None else version
        root = f"/espace-famille/app/{self.company.id}"
        response = self.url_open(f"{root}/icone-{shape}.png?v={version}")
        self.assertEqual(response.status_code, status, response.text[:300])
        return response

    def pixels(self, response):
        return Image.open(io.BytesIO(response.content))

    def manifest(self):
        [link] = self.page("/my").xpath("//link[@rel='manifest']/@href")
        # Browsers fetch a manifest without cookies.
        self.logout()
        response = self.url_open(link)
        self.assertEqual(response.status_code, 200)
        kind = response.headers["Content-Type"].partition(";")[0]
        self.assertEqual(kind, "application/manifest+json")
        return response.json()

    # === The manifest === #

    def test_the_manifest_is_that_of_the_commune(self):
        manifest = self.manifest()
        self.assertIn("Mairie de Lescure", manifest["name"])
        self.assertEqual(manifest["short_name"], "Lescure")
        self.assertEqual(manifest["display"], "standalone")
        names = [one["name"] for one in manifest["shortcuts"]]
        self.assertEqual(names, ["Book", "Child Absent", "Pay"])
        purposes = [(one["sizes"], one["purpose"]) for one in manifest["icons"]]
        self.assertEqual(
            purposes,
            [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")],
        )
        for one in manifest["icons"]:
            side = int(one["sizes"].partition("x")[0])
            image = self.pixels(self.url_open(one["src"]))
            self.assertEqual(image.size, (side, side))

    def test_a_name_that_is_long_is_said_otherwise(self):
        self.company.name = "Communauté de communes du Carmausin"
        self.assertEqual(self.manifest()["short_name"], "Families")

    def test_one_commune_starts_at_its_pages_and_several_each_at_theirs(self):
        communes = self.env["res.company"].search([("espace_is_commune", "=", True)])
        others = communes - self.company
        others.espace_is_commune = False
        self.assertEqual(self.manifest()["start_url"], "/my")
        other = self.env["res.company"].create(
            {"name": "Saliès", "espace_is_commune": True}
        )
        self.login(self.claire)
        mine = self.manifest()
        start = f"/my/commune/{self.company.id}"
        self.assertEqual((mine["start_url"], mine["id"]), (start, start))
        theirs = other._espace_app_manifest()
        self.assertNotEqual(theirs["id"], mine["id"])
        self.assertNotEqual(theirs["icons"], mine["icons"])

    def test_the_start_of_a_commune_chooses_a_family_of_it_and_no_other(self):
        response = self.url_open(f"/my/commune/{self.company.id}")
        self.assertTrue(response.url.endswith("/my"))
        response = self.url_open("/my/commune/999999")
        self.assertTrue(response.url.endswith("/my"))
        self.assertIn("Martin", self.url_open("/my/foyer").text)

    # === Icons === #

    def test_icons_have_the_colour_of_the_commune(self):
        for shape, side in SIDES.items():
            with self.subTest(shape=shape):
                response = self.icon(shape)
                image = self.pixels(response)
                self.assertEqual((image.format, image.size), ("PNG", (side, side)))
                corner = image.convert("RGBA").getpixel((1, 1))
                wanted = (0, 0, 0, 0) if shape == "badge" else (0x15, 0x5E, 0x75, 255)
                self.assertEqual(corner, wanted)
                self.assertIn("immutable", response.headers["Cache-Control"])

    def test_icons_show_the_logo_with_room_around_it(self):
        picture = io.BytesIO()
        Image.new("RGB", (300, 100), "#aa0000").save(picture, "PNG")
        before = self.company._espace_app_version()
        self.company.logo = base64.b64encode(picture.getvalue())
        self.env.flush_all()
        self.assertFalse(self.company.uses_default_logo)
        self.assertNotEqual(self.company._espace_app_version(), before)
        for shape in ("192", "512", "maskable", "apple"):
            with self.subTest(shape=shape):
                image = self.pixels(self.icon(shape)).convert("RGB")
                side = image.width
                self.assertEqual(image.getpixel((1, 1)), (255, 255, 255))
                self.assertEqual(image.getpixel((side // 2, side // 2)), (170, 0, 0))
        # Android cuts off what is outside of a circle of 80 %.
        image = self.pixels(self.icon("maskable")).convert("RGB")
        box = Image.eval(image.convert("L"), lambda light: 255 - light).getbbox()
        corner = max(abs(edge - 256) for edge in (box[0], box[2]))
        rise = max(abs(edge - 256) for edge in (box[1], box[3]))
        self.assertLess((corner**2 + rise**2) ** 0.5, 0.4 * 512)

    def test_a_logo_that_is_no_picture_gives_the_drawing(self):
        drawn = self.company._espace_app_icon("192")
        self.company.logo = base64.b64encode(
            b"<svg xmlns='http://www.w3.org/2000/svg'/>"
        )
        self.env.flush_all()
        self.assertEqual(self.pixels(self.icon("192")).size, (192, 192))
        self.assertEqual(self.company._espace_app_icon("192"), drawn)

    def test_what_is_no_icon_or_no_commune_is_not_found(self):
        self.icon("1024", status=404)
        self.assertIn(
            "no-cache", self.icon("192", version="old").headers["Cache-Control"]
        )
        other = self.env["res.company"].create(
            {"name": "No Commune", "espace_is_commune": False}
        )
        path = f"/espace-famille/app/{other.id}/icone-192.png"
        self.assertEqual(self.url_open(path).status_code, 404)

    # === Worker, week, page without network === #

    def test_the_worker_has_the_scope_of_the_families_pages(self):
        self.logout()
        response = self.url_open("/my/service-worker.js")
        self.assertEqual(response.headers["Service-Worker-Allowed"], "/my")
        self.assertIn("text/javascript", response.headers["Content-Type"])
        self.assertNotIn("/odoo/offline", response.text)

    def test_the_page_without_network_names_the_commune_and_nobody(self):
        path = f"/espace-famille/app/{self.company.id}/hors-ligne"
        text = self.url_open(path).text
        self.assertIn("Mairie de Lescure", text)
        self.assertNotIn("Martin", text)
        self.assertNotIn("csrf_token", text)
        self.assertNotIn("no-store", self.url_open(path).headers["Cache-Control"])

    def test_the_week_says_days_and_nothing_else_of_the_family(self):
        thursday = date(2027, 1, 7)
        self.booked(self.nina, self.t1, thursday)
        self.booked(self.nina, self.meal, MONDAY)
        week = self.url_open("/my/semaine").json()
        self.assertEqual((week["date"], week["time"]), ("2027-01-04", "9h"))
        [day] = week["days"]
        self.assertEqual(day["date"], thursday.isoformat())
        self.assertEqual(day["children"], [{"name": "Nina", "stays": ["Tranche 1"]}])
        self.assertNotIn("Martin", json.dumps(week))
        self.logout()
        response = self.url_open("/my/semaine", allow_redirects=False)
        self.assertIn(response.status_code, (302, 303))
