from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.espace_famille_billing.models.core.at_once import search_at_once

# Where an entry stands: always in sight, on a wide screen only (a phone has it below
# “More”), or always below “More”.
BAR, WIDE, MORE = "bar", "wide", "more"
# Address, icon, names of the pages on which the entry is the current one, place.
MENU = (
    ("/my", "fa-home", ("home",), BAR),
    ("/my/reservations", "fa-calendar", ("espace_bookings",), BAR),
    ("/my/panier", "fa-shopping-basket", ("espace_cart",), BAR),
    (
        "/my/factures",
        "fa-file-text-o",
        ("espace_invoices", "espace_certificates", "invoice"),
        BAR,
    ),
    ("/my/actualites", "fa-bullhorn", ("espace_news",), WIDE),
    ("/my/demandes", "fa-comments-o", ("espace_requests",), WIDE),
    ("/my/contacts", "fa-phone", ("espace_contacts",), WIDE),
    ("/my/foyer", "fa-users", ("espace_household",), MORE),
    ("/my/menus", "fa-cutlery", ("espace_menus",), MORE),
)

# What is left of it to a family that left.
OF_WHO_LEFT = frozenset({"/my/factures", "/my/contacts"})

# What most pages read of the commune, which has a hundred fields.
OF_THE_COMMUNE = (
    "name",
    "parent_path",
    "partner_id",
    "currency_id",
    "phone",
    "email",
    "primary_color",
    "uses_default_logo",
    "espace_tz",
    "espace_revision",
    "espace_stops_apart",
    "espace_by_hours",
    "espace_block_debt",
    "espace_accessibility",
    "espace_contact_name",
    "espace_opening_hours",
    "write_date",
)


class MenuEntry(NamedTuple):
    """An entry of the menu of the families."""

    url: str
    icon: str
    label: str
    pages: tuple
    place: str
    counts: str = ""  # what of `_portal_nav` it shows the number of


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    # === Actions === #

    def action_invite(self):
        """Open the invitation of the guardians of one or hundreds of families."""
        return self.guardian_ids.action_invite()

    # === The family of a portal page === #

    def _portal_chosen(self, chosen_id):
        """Return which of their families a user looks at; maybe empty.

        :param chosen_id: what the session remembers; ignored unless it is one of them
        """
        chosen = self.filtered(lambda family: family.id == chosen_id) or self[:1]
        chosen.company_id.fetch(OF_THE_COMMUNE)
        return chosen.with_company(chosen.company_id)

    @api.model
    def _portal_nav(
        self, chosen_id=None, families_sudo=None, cart_count=None, new_answers=None
    ):
        """Return what the menu of the portal needs, empty for those without family.

        :param families_sudo: those of the user, None if nobody has read them yet
        :param int cart_count: how many bookings are in the cart, None if not known
        :param int new_answers: how many the user has not opened, None if not known
        """
        if self.env.user._is_public():
            return {}
        if families_sudo is None:
            families_sudo = self._of_user(archived=True)
        if not families_sudo:
            return {}
        family_sudo = families_sudo._portal_chosen(chosen_id)
        asked = {}
        if cart_count is None:
            gate_sudo = self.env["espace.reservation"].sudo()
            asked["cart"] = (gate_sudo, gate_sudo._cart_domain(family_sudo), "id")
        if new_answers is None:
            requests_sudo = self.env["espace.request"].sudo()
            guardian = self.env.user.partner_id
            new = requests_sudo._new_domain(family_sudo, guardian)
            asked["new"] = (requests_sudo, new, "id")
        found_sudo = search_at_once(self.env, asked)
        found = {name: len(own_sudo) for name, own_sudo in found_sudo.items()}
        return {
            "family": family_sudo,
            "families": families_sudo,
            "entries": [
                entry
                for entry in self._portal_menu()
                if family_sudo.active or entry.url in OF_WHO_LEFT
            ],
            "cart_count": found.get("cart", cart_count),
            "new_answers": found.get("new", new_answers),
        }

    @api.model
    def _portal_menu(self):
        """Return the `MenuEntry` of the menu of the families, in its order."""
        labels = {
            "/my": self.env._("Home"),
            "/my/reservations": self.env._("My bookings"),
            "/my/panier": self.env._("Cart"),
            "/my/factures": self.env._("My invoices"),
            "/my/actualites": self.env._("My news"),
            "/my/demandes": self.env._("My requests"),
            "/my/foyer": self.env._("My household"),
            "/my/contacts": self.env._("Contacts"),
            "/my/menus": self.env._("Menus of the canteen"),
        }
        counts = {"/my/panier": "cart_count", "/my/demandes": "new_answers"}
        return [
            MenuEntry(url, icon, labels[url], pages, place, counts.get(url, ""))
            for url, icon, pages, place in MENU
        ]

    def _portal_guardian(self):
        """Return who the user is in this family."""
        self.ensure_one()
        mine_sudo = self.env["espace.guardian"]._of_user()
        return mine_sudo.filtered(lambda guardian: guardian.family_id == self)

    def _portal_may_book(self):
        return self.env["espace.guardian"]._of_user()._may_book(self)

    def _portal_check_may_book(self, may_book=None):
        """Refuse who may only look.

        :param bool may_book: what `_portal_may_book` has said already
        """
        if not (self._portal_may_book() if may_book is None else may_book):
            raise AccessError(
                self.env._(
                    "You may look at the bookings of this family but not change them. "
                    "Ask the town hall if this is a mistake."
                )
            )
