from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.espace_famille.domain.files import MOST_FILES

from ...models.core.replica import of_replica
from ..core.base import EspacePortal, family_page
from ..core.sent import sent_files

URL = "/my/foyer"


class EspaceHousehold(EspacePortal):
    """Mon foyer: what the commune knows of the family, and what the family corrects."""

    @family_page(URL, readonly=True)
    def espace_household(self, family_sudo, **_kwargs):
        return self._espace_household_page(family_sudo)

    def _espace_household_page(self, family_sudo, typed=None, **values):
        return self._espace_render(
            "household",
            {
                "page_name": "espace_household",
                "family": family_sudo,
                "household": request.env["espace.portal.household"]._read(
                    family_sudo, typed
                ),
                "documents": request.env["espace.portal.documents"]._read(family_sudo),
                "typed": typed,
                **values,
            },
        )

    # === Corrections === #

    @family_page(f"{URL}/proposer", methods=["POST"])
    def espace_household_propose(self, family_sudo, form=None, **_post):
        """Propose what a form says; what is wrong is said beside what was typed."""
        typed = {"key": form, "values": {}, "problems": {}}

        def change():
            household = request.env["espace.portal.household"]
            values, problems = household._read_form(
                family_sudo,
                form,
                request.httprequest.form.getlist,
                family_sudo.company_id._espace_today(),
            )
            typed.update(values=values, problems=problems)
            if problems:
                return "danger", request.env._(
                    "Nothing was sent: some fields have to be corrected."
                )
            files = self._espace_household_files()
            changes_sudo = household._submit(family_sudo, form, values, files)
            return changes_sudo._proposed_words()

        level, message = self._espace_attempt(change)
        if level == "danger":
            return self._espace_household_page(
                family_sudo, typed, message={"level": level, "text": message}
            )
        self._espace_notify(level, message)
        return request.redirect(f"{URL}#{form}")

    @route(
        f"{URL}/personne/<int:person_id>/retirer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def espace_household_end(self, person_id, **_post):
        """Propose that somebody may no longer fetch the children."""
        family_sudo = self._espace_family()
        person_sudo = family_sudo and family_sudo.pickup_person_ids.filtered(
            lambda person: person.id == person_id
        )
        if not person_sudo:
            raise request.not_found()

        def change():
            changes_sudo = request.env["espace.change"].sudo()
            return changes_sudo._propose_end(person_sudo)._proposed_words()

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(f"{URL}#pickup-{person_id}")

    @route(
        f"{URL}/proposition/<int:change_id>/retirer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def espace_household_withdraw(self, change_id, **_post):
        """Take back a correction that nobody has looked at."""
        family_sudo = self._espace_family()
        change_sudo = (
            request.env["espace.change"]
            .sudo()
            .search([("id", "=", change_id), ("family_id", "=", family_sudo.id)])
        )
        if not family_sudo or not change_sudo:
            raise request.not_found()

        def change():
            change_sudo._withdraw()
            return "success", request.env._("Your correction was taken back.")

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(URL)

    # === Documents === #

    @family_page(f"{URL}/documents", methods=["POST"])
    def espace_household_send(self, family_sudo, document=None, **_post):
        """Take in the files of a document to provide."""

        def change():
            request.env["espace.portal.documents"]._send(
                family_sudo, document, self._espace_household_files()
            )
            return "success", request.env._(
                "Document received: the town hall checks it."
            )

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(f"{URL}#documents")

    @route(
        f"{URL}/documents/<int:document_id>/<int:attachment_id>",
        type="http",
        auth="user",
        readonly=of_replica,
        methods=["GET"],
    )
    def espace_household_file(self, document_id, attachment_id, **_kwargs):
        """Give back a file that the household itself sent."""
        family_sudo = self._espace_family()
        file_sudo = family_sudo and request.env["espace.portal.documents"]._file(
            family_sudo, document_id, attachment_id
        )
        if not file_sudo:
            raise request.not_found()
        return self._espace_download(file_sudo.raw, file_sudo.name, file_sudo.mimetype)

    # === Tools === #

    def _espace_household_files(self):
        """Return [(name, bytes)] of the files that were chosen.

        :raise UserError: they are too many, or one must not be kept
        """
        files = sent_files("files")
        if len(files) > MOST_FILES:
            raise UserError(request.env._("Send %s files at most.", MOST_FILES))
        return files

    # === Odoo's own address book === #

    @route()
    def account(self, **kwargs):
        """Lead families to their household: what they correct goes to the commune."""
        return self._espace_instead() or super().account(**kwargs)

    @route()
    def my_addresses(self, **query_params):
        return self._espace_instead() or super().my_addresses(**query_params)

    @route()
    def portal_address(self, *args, **kwargs):
        return self._espace_instead() or super().portal_address(*args, **kwargs)

    @route()
    def portal_address_submit(self, *args, **kwargs):
        return self._espace_instead() or super().portal_address_submit(*args, **kwargs)

    def _espace_instead(self):
        return request.redirect(URL) if self._espace_family() else None
