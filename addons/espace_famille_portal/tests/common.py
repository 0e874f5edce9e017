import json

from lxml import html

from odoo import http
from odoo.tests import HttpCase

from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

BOOKINGS = "/my/reservations"
CART = "/my/panier"
# What no page asks: nothing waits for a payment there.
UNPAID = f"{CART}/transaction/0/0"


class EspacePortalCase(EspaceBillingCase, HttpCase):
    """The small commune, with one parent of each family who logs in to the portal.

    It is Monday 4 January 2027, 9:00. The canteen of the following week closes on
    Tuesday at noon; that of this week is closed already.
    """

    # For `HttpCase` this is the session of the browser; see `session_of`.
    session = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Pages are read in English, whatever the database speaks.
        cls.env["ir.default"].set("res.partner", "lang", "en_US")
        cls.claire = cls._create_portal_user(cls.martin.guardian_ids[0])
        cls.sofia = cls._create_portal_user(cls.durand.guardian_ids[0])
        (cls.claire | cls.sofia).lang = "en_US"

    def setUp(self):
        super().setUp()
        self.login(self.claire)

    # === Requests === #

    def login(self, user):
        self.authenticate(user.login, user.login)

    def page(self, path, status=200):
        """Open a page and return it as a tree."""
        response = self.url_open(path)
        self.assertEqual(response.status_code, status, response.text[:2000])
        return html.fromstring(response.content)

    def post(self, path, csrf=True, **data):
        """Submit a form as a browser without JavaScript; return the last response."""
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        # `url_open` sends a GET when there are no data at all.
        return self.url_open(path, data=data or {"nothing": "1"})

    def press(self, order, **data):
        """Press a button of the grid; return the page that comes back as a tree."""
        values = {"child": "all", "view": "month", "date": "2027-01-11"}
        response = self.post(BOOKINGS, do=order, **{**values, **data})
        self.assertEqual(response.status_code, 200, response.text[:2000])
        return html.fromstring(response.content)

    def payment_route(self, tree=None):
        """Return where the payment page, or that page as shown, asks to be paid."""
        tree = self.page(f"{CART}/paiement") if tree is None else tree
        forms = tree.xpath("//*[@data-transaction-route]")
        return forms[0].get("data-transaction-route") if forms else UNPAID

    def rpc(self, path, **params):
        """Call a JSON-RPC route; return (result, error)."""
        response = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        answer = response.json()
        return answer.get("result"), answer.get("error")

    def call_kw(self, model, method, *args, **kwargs):
        return self.rpc(
            "/web/dataset/call_kw",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    # === What a page shows === #

    def order(self, action, child, product, day=None):
        parts = [action, str(child.id), str(product.id)]
        return "_".join([*parts, day.isoformat()] if day else parts)

    def cell(self, tree, child, product, day):
        """Return the cell of the grid, None when the page has none."""
        cells = tree.xpath(f"//td[@id='c_{child.id}_{product.id}_{day.isoformat()}']")
        return cells[0] if cells else None

    def status(self, tree, child, product, day):
        return self.cell(tree, child, product, day).get("data-status")

    def shown(self, response):
        """Return the text of the page of a response, without its menu of Odoo."""
        return self.words(html.fromstring(response.content).xpath("//main")[0])

    def words(self, element):
        """Return the text of an element, spaces made plain."""
        return " ".join(element.text_content().split())

    def message(self, tree):
        """Return (level, text) of the message of a page, None without message."""
        shown = tree.xpath("//*[@id='espace_message']/*[@data-level]")
        return (shown[0].get("data-level"), self.words(shown[0])) if shown else None

    # === State === #

    def session_of(self, activity, day):
        return activity.session_ids.filtered(lambda session: session.date == day)

    def reservation(self, child, activity, day):
        """Return the live reservation of a child on a day, maybe empty."""
        return self.Reservation.search(
            [
                ("child_id", "=", child.id),
                ("session_id", "=", self.session_of(activity, day).id),
                ("state", "not in", ("draft", "cancelled", "refused")),
            ]
        )

    def put_in_cart(self, *items):
        quotes = self.Reservation._add_to_cart(self.martin, items)
        self.assertEqual({quote.status for quote in quotes}, {"in_cart"})

    def cart(self, family=None):
        """Return what is in the cart: {(child, product, date)}."""
        lines = self.Reservation._cart(family or self.martin)
        return {(line.child_id, line.product_id, line.date) for line in lines}

    def everything(self):
        """Return a picture of all that a request of a parent could change."""
        self.env.invalidate_all()
        reservations = self.Reservation.search([("company_id", "=", self.company.id)])
        moves = self.Move.search([("company_id", "=", self.company.id)])
        return (
            reservations.mapped(
                lambda r: (r.id, r.state, r.product_id.id, r.write_date)
            ),
            moves.mapped(lambda m: (m.id, m.state, m.amount_total, m.write_date)),
            self.env["payment.transaction"].search_count([]),
        )

    def option_elsewhere(self, day):
        """Return an option of another commune that anybody could book on `day`."""
        other = self.env.ref("base.main_company")
        self.env.user.company_ids |= other
        activity = self.canteen.with_company(other).copy(
            {
                "company_id": other.id,
                "booking_rule_id": False,
                "cancel_rule_id": False,
                "enrolment_required": False,
            }
        )
        self.env["espace.session"].create({"activity_id": activity.id, "date": day})
        return self._create_option(activity, "Repas d'ailleurs")
