from odoo.exceptions import UserError
from odoo.http import request, route

from ...domain.sent import read_day, read_text
from ...models.core.replica import of_replica
from ..core.base import EspacePortal, family_page
from ..core.sent import sent_files

URL = "/my/absences"
MAX_NOTE = 1000


class EspaceAbsences(EspacePortal):
    """Absences: declare one, send its proof, see what became of it."""

    # === Page === #

    @family_page(URL, readonly=True)
    def espace_absences(self, family_sudo, child=None, date=None, **_kwargs):
        return self._espace_absences_page(
            family_sudo, {"child": child, "date_from": read_day(date)}
        )

    def _espace_absences_page(self, family_sudo, typed, **values):
        """Render the page, with what was typed when a declaration was refused."""
        may_book = family_sudo._portal_may_book()
        return self._espace_render(
            "absences",
            {
                "page_name": "espace_absences",
                "family": family_sudo,
                "children": family_sudo.child_ids,
                "may_book": may_book,
                "typed": typed,
                **request.env["espace.portal.absence"]._read(family_sudo, may_book),
                **values,
            },
        )

    # === Declare === #

    @family_page(URL, methods=["POST"])
    def espace_absences_declare(self, family_sudo, **post):
        """Declare an absence; what cannot be is said above what was typed."""
        child_sudo = self._espace_named(family_sudo.child_ids, post.get("child"))
        activities_sudo = self._espace_activities(family_sudo)
        absence_sudo = None

        def change():
            nonlocal absence_sudo
            family_sudo._portal_check_may_book()
            typed = {
                "date_from": self._espace_day(post.get("date_from")),
                "date_to": self._espace_day(
                    post.get("date_to") or post.get("date_from")
                ),
                "reason": post.get("reason"),
            }
            note = read_text(post.get("note"), MAX_NOTE)
            proofs = sent_files("proofs")
            Absence = request.env["espace.absence"]
            if self._espace_first_tap(
                child_sudo, typed, note, activities_sudo.ids, proofs
            ):
                absence_sudo = Absence._declare(
                    family_sudo,
                    child_sudo,
                    activities=activities_sudo,
                    note=note,
                    proofs=proofs,
                    **typed,
                )
            else:
                absence_sudo = Absence.sudo().search(
                    [
                        ("family_id", "=", family_sudo.id),
                        ("child_id", "=", child_sudo.id),
                        *((name, "=", value) for name, value in typed.items()),
                    ],
                    order="id desc",
                    limit=1,
                )
            words = request.env["espace.portal.absence"]._done_words(absence_sudo)
            return "success", words

        level, message = self._espace_attempt(change)
        if level != "success":
            typed = {**post, "activities": activities_sudo.ids}
            return self._espace_absences_page(
                family_sudo, typed, message={"level": level, "text": message}
            )
        self._espace_notify(level, message)
        return request.redirect(f"{URL}#absence_{absence_sudo.id}")

    def _espace_named(self, records_sudo, record_id):
        """Return the one of these records that a form names.

        :raise NotFound: none of them: it exists nowhere for this family
        """
        named_sudo = records_sudo.filtered(lambda r: str(r.id) == record_id)
        if not named_sudo:
            raise request.not_found()
        return named_sudo

    def _espace_activities(self, family_sudo):
        activities_sudo = request.env["espace.portal.absence"]._activities(family_sudo)
        named_sudo = activities_sudo.browse()
        for activity_id in request.httprequest.form.getlist("activity"):
            named_sudo |= self._espace_named(activities_sudo, activity_id)
        return named_sudo

    def _espace_day(self, text):
        day = read_day(text)
        if not day:
            raise UserError(request.env._("Enter the first and the last day."))
        return day

    # === Afterwards === #

    def _espace_absence(self, absence_id):
        """Return an absence of one of the user's families, as superuser.

        :raise NotFound: it is not theirs, or does not exist
        """
        families_sudo = request.env["espace.family"]._of_user()
        absence_sudo = (
            request.env["espace.absence"]
            .sudo()
            .search([("id", "=", absence_id), ("family_id", "in", families_sudo.ids)])
        )
        if not absence_sudo:
            raise request.not_found()
        return absence_sudo

    def _espace_change_absence(self, absence_sudo, act, words):
        """Do something to an absence, say what became of it and show it."""

        def change():
            absence_sudo.family_id._portal_check_may_book()
            act()
            return "success", words

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(f"{URL}#absence_{absence_sudo.id}")

    @route(
        f"{URL}/<int:absence_id>/justificatif",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def espace_absences_send(self, absence_id, **_post):
        """Send proofs after the declaration."""
        absence_sudo = self._espace_absence(absence_id)
        return self._espace_change_absence(
            absence_sudo,
            lambda: self._espace_send_proofs(absence_sudo),
            request.env._("Proof received: the town hall checks it."),
        )

    def _espace_send_proofs(self, absence_sudo):
        files = sent_files("proofs")
        if self._espace_first_tap(absence_sudo, files):
            absence_sudo._send_proofs(files)

    @route(
        f"{URL}/<int:absence_id>/retirer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def espace_absences_withdraw(self, absence_id, **_post):
        absence_sudo = self._espace_absence(absence_id)
        return self._espace_change_absence(
            absence_sudo,
            absence_sudo._withdraw,
            request.env._("Declaration withdrawn: your child is expected."),
        )

    @route(
        f"{URL}/<int:absence_id>/justificatif/<int:proof_id>",
        type="http",
        auth="user",
        website=True,
        readonly=of_replica,
        methods=["GET"],
    )
    def espace_absences_proof(self, absence_id, proof_id, **_kwargs):
        """Give back a file that the family itself sent."""
        absence_sudo = self._espace_absence(absence_id)
        proof_sudo = self._espace_named(absence_sudo.proof_ids, str(proof_id))
        stream = request.env["ir.binary"]._get_stream_from(
            proof_sudo, "content", filename=proof_sudo.name
        )
        response = stream.get_response(as_attachment=True)
        response.headers["Cache-Control"] = "no-store"
        return response
