from functools import wraps
from inspect import signature

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ...domain.sent import read_id
from ...models.core.ir_qweb import FAMILY_KEY
from ...models.core.replica import of_replica
from ...models.core.res_company import ADDRESS

# What a family that left still owes, and may pay.
OWED = "/my/factures"
MESSAGE_KEY = "espace_message"

# The pages of any family: where a parent who changes family may stay.
SHARED_PAGES = frozenset(
    {
        "/my",
        "/my/reservations",
        "/my/reservations/agenda",
        "/my/panier",
        "/my/factures",
        "/my/forfaits",
        "/my/porte-monnaie",
        "/my/actualites",
        "/my/demandes",
        "/my/absences",
        "/my/contacts",
        "/my/menus",
    }
)


def family_page(url, archived=False, **routing):
    """Route a page of the families, or a form of it, to a method of the one looked at.

    The method gets this family as superuser; a user who has none goes home.

    :param bool archived: who left may open it too; elsewhere it is led to what it owes
    :param routing: as of `route`, by default that of a page which is only read by GET;
        what is `readonly` is read of a replica, see `of_replica`
    """
    page = {"type": "http", "auth": "user", "website": True, "methods": ["GET"]}
    if routing.get("readonly"):
        routing["readonly"] = of_replica

    def decorate(endpoint):
        _controller, family_name, *_names = signature(endpoint).parameters

        @route(url, **(page | routing))
        @wraps(endpoint)
        def of_family(self, **params):
            # It is never what a browser names.
            params.pop(family_name, None)
            family_sudo = self._espace_family()
            if not family_sudo:
                return request.redirect("/my")
            if not (archived or family_sudo.active):
                return request.redirect(OWED)
            return endpoint(self, family_sudo, **params)

        return of_family

    return decorate


class EspacePortal(CustomerPortal):
    """What every page of the families' portal shares."""

    # === The family === #

    def _espace_family(self):
        """Return the family that the user looks at, as superuser; maybe empty."""
        return self._espace_families()._portal_chosen(request.session.get(FAMILY_KEY))

    def _espace_families(self):
        """Return the families of the user, as superuser; those that left come last."""
        return self._espace_guardians()._families(archived=True)

    def _espace_guardians(self):
        """Return who the user is in each family, as superuser, read once for a page.

        A page that turns out to write is run again by Odoo, with another cursor.
        """
        read_sudo = getattr(request, "espace_guardians_sudo", None)
        if read_sudo is None or read_sudo.env.cr is not request.env.cr:
            read_sudo = request.env["espace.guardian"]._of_user()
            request.espace_guardians_sudo = read_sudo
        return read_sudo

    def _espace_contact(self, family_sudo):
        """Return the contact of the user in the commune of this family."""
        mine_sudo = self._espace_guardians()
        return mine_sudo.filtered(lambda g: g.family_id == family_sudo).partner_id[:1]

    @route("/my/famille", type="http", auth="user", website=True, methods=["POST"])
    def espace_switch_family(self, family=None, page=None, **_kwargs):
        """Look at another of the user's families; any other id changes nothing.

        :param str page: where the parent was; what only the other family has is left
        """
        families_sudo = request.env["espace.family"]._of_user(archived=True)
        asked = read_id(family)
        if asked in families_sudo.ids:
            request.session[FAMILY_KEY] = asked
        return request.redirect(page if page in SHARED_PAGES else "/my")

    # === Messages === #

    def _espace_notify(self, level, text, **more):
        """Show a message on the next page.

        :param str level: success, info, warning or danger
        :param more: what else the message offers, see the template `message`
        """
        request.session[MESSAGE_KEY] = {"level": level, "text": str(text), **more}

    def _espace_take_message(self):
        return request.session.pop(MESSAGE_KEY, None)

    # === Rendering === #

    def _espace_render(self, template, values):
        """Render a page that no browser or proxy keeps: it is personal and lives.

        :param str template: of this addon, or the whole name of one of another
        """
        commune = values.get("family", request.env["espace.family"]).company_id
        self._espace_read_contacts(commune)
        response = request.render(
            template if "." in template else f"espace_famille_portal.{template}",
            {
                "page_name": "home",
                "message": self._espace_take_message(),
                "families_sudo": self._espace_families(),
                **values,
            },
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def _espace_read_contacts(self, commune):
        """Read what pages show of the hundred fields of the user and the commune."""
        contacts_sudo = request.env.user.partner_id | commune.sudo().partner_id
        contacts_sudo.sudo().fetch(
            ["name", "firstname", "write_date", "street2", *ADDRESS]
        )

    def _espace_download(self, content, name, mimetype="application/pdf"):
        """Send a file that a browser saves and no proxy keeps: it is personal."""
        return request.make_response(
            content,
            [
                ("Content-Type", mimetype),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )

    # === Changes === #

    def _espace_first_tap(self, about, *content):
        """Tell whether a form comes for the first time, and not by a double tap.

        :param about: the record that the form is about
        """
        what = f"{request.httprequest.path} {about} {request.env.uid}"
        return request.env["espace.rate.limit"]._first_tap(what, *content)

    def _espace_attempt(self, change):
        """Run a change; say in words why it was refused, with nothing half done.

        :param change: function without argument that returns (level, message)
        :return: (level, message)
        """
        try:
            with request.env.cr.savepoint():
                return change()
        except UserError as error:
            return "danger", str(error)
        except IntegrityError:
            return "danger", request.env._(
                "Somebody was faster, or the page was out of date: nothing was "
                "changed. Look at the days below and try again."
            )
