from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request, route

from ...domain.sent import read_id
from ...models.core.replica import of_replica
from ..core.base import EspacePortal, family_page
from ..core.sent import sent_files

URL = "/my/demandes"


class EspaceRequests(EspacePortal):
    """Mes demandes: write to the commune, with supporting documents."""

    @family_page(URL, readonly=True)
    def espace_requests(
        self, family_sudo, kind="other", ligne=None, objet=None, **_kwargs
    ):
        """Show the conversations and the form of a new one.

        :param str ligne: an invoice line that the family contests: it is filled in
        :param str objet: "porte-monnaie" to ask for what was paid in advance
        """
        contested = self._espace_contested(family_sudo, ligne)
        typed = contested["values"] if contested else {"kind": kind}
        if objet == "porte-monnaie":
            typed = family_sudo._portal_refund_asked()
        return self._espace_requests_page(family_sudo, typed)

    def _espace_contested(self, family_sudo, line):
        """Return the line of an invoice that is contested, None if it is no such."""
        line_id = read_id(line)
        return line_id and request.env["espace.portal.invoice"]._contested(
            family_sudo, line_id
        )

    def _espace_requests_page(self, family_sudo, typed, **values):
        requests_sudo = (
            request.env["espace.request"]
            .sudo()
            .search([("family_id", "=", family_sudo.id)])
        )
        new_sudo = requests_sudo._new_to(self._espace_contact(family_sudo))
        Request = request.env["espace.request"]
        return self._espace_render(
            "requests",
            {
                "page_name": "espace_requests",
                "family": family_sudo,
                "rows": [
                    {**one_sudo._row(last), "new": one_sudo in new_sudo}
                    for one_sudo, last in requests_sudo._last_messages().items()
                ],
                "kinds": Request._fields["kind"]._description_selection(request.env),
                "children": family_sudo.child_ids,
                "typed": typed,
                "contested": self._espace_contested(family_sudo, typed.get("line")),
                **values,
            },
        )

    @family_page(URL, methods=["POST"])
    def espace_requests_ask(self, family_sudo, **post):
        """Open a request; what is refused is said above what was typed."""
        made_sudo = None
        Request = request.env["espace.request"]

        def change():
            nonlocal made_sudo
            typed = Request._read_form(family_sudo, post)
            if contested := self._espace_contested(family_sudo, post.get("line")):
                typed["invoice_line_id"] = contested["line"].id
                typed["about"] = contested["about"]
            text, files = post.get("message"), sent_files("files")
            author_sudo = self._espace_contact(family_sudo)
            if self._espace_first_tap(family_sudo, typed, text, files):
                self._espace_count_message()
                made_sudo = Request._ask(family_sudo, author_sudo, typed, text, files)
            else:
                made_sudo = Request._asked_last(family_sudo, author_sudo, typed)
            return "success", request.env._(
                "Your request has been sent: the town hall answers here and by e-mail."
            )

        level, message = self._espace_attempt(change)
        if level != "success":
            return self._espace_requests_page(
                family_sudo, post, message={"level": level, "text": message}
            )
        self._espace_notify(level, message)
        return request.redirect(f"{URL}/{made_sudo.id}")

    @route(
        f"{URL}/<int:request_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def espace_request(self, request_id, **_kwargs):
        """Show a conversation; opening it marks the answer as read."""
        family_sudo = self._espace_family()
        one_sudo = self._espace_request_of(family_sudo, request_id)
        if not one_sudo:
            return request.redirect(URL)
        one_sudo._mark_seen(self._espace_contact(family_sudo))
        messages_sudo = one_sudo._conversation()
        last = messages_sudo[-1:].date or one_sudo.create_date
        return self._espace_render(
            "request_one",
            {
                "page_name": "espace_requests",
                "family": family_sudo,
                "row": one_sudo._row(last),
                "messages": [
                    one_sudo._message_row(message_sudo)
                    for message_sudo in messages_sudo
                ],
            },
        )

    def _espace_count_message(self):
        """Count a message of this parent; one that is refused is not counted.

        :raise UserError: too many within an hour
        """
        limits = request.env["espace.rate.limit"]
        who = request.env.user.login
        computer = request.httprequest.remote_addr or ""
        now = fields.Datetime.now()
        if not limits._count_in("request", who, computer, now):
            raise UserError(
                request.env._("Too many messages: wait an hour, or call the town hall.")
            )

    @route(
        f"{URL}/<int:request_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def espace_request_answer(self, request_id, **post):
        family_sudo = self._espace_family()
        one_sudo = self._espace_request_of(family_sudo, request_id)
        if not one_sudo:
            return request.redirect(URL)

        def change():
            text, files = post.get("message"), sent_files("files")
            if self._espace_first_tap(one_sudo, text, files):
                self._espace_count_message()
                author_sudo = self._espace_contact(family_sudo)
                one_sudo._answer_as_family(author_sudo, text, files)
            return "success", request.env._("Your message has been sent.")

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(f"{URL}/{request_id}")

    @route(
        f"{URL}/<int:request_id>/piece/<int:attachment_id>",
        type="http",
        auth="user",
        readonly=of_replica,
        methods=["GET"],
    )
    def espace_request_file(self, request_id, attachment_id, **_kwargs):
        one_sudo = self._espace_request_of(self._espace_family(), request_id)
        files_sudo = one_sudo and one_sudo._conversation().attachment_ids
        file_sudo = files_sudo and files_sudo.filtered(
            lambda attachment: attachment.id == attachment_id
        )
        if not file_sudo:
            return request.redirect(URL)
        return self._espace_download(file_sudo.raw, file_sudo.name, file_sudo.mimetype)

    # === Tools === #

    def _espace_request_of(self, family_sudo, request_id):
        """Return one of this family's requests as superuser, else nothing."""
        if not family_sudo:
            return None
        return (
            request.env["espace.request"]
            .sudo()
            .search([("id", "=", request_id), ("family_id", "=", family_sudo.id)])
        )
