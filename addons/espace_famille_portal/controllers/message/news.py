from odoo.http import request, route

from ..core.base import EspacePortal, family_page

URL = "/my/actualites"


class EspaceNewsPages(EspacePortal):
    """Mes actualités: what the commune wrote to this family."""

    @family_page(URL, readonly=True)
    def espace_news(self, family_sudo, **_kwargs):
        news_sudo = request.env["espace.news"]._for_family(family_sudo)
        unread_sudo = news_sudo._unread(request.env.user)
        return self._espace_render(
            "news",
            {
                "page_name": "espace_news",
                "family": family_sudo,
                "rows": [
                    {
                        **one._row(),
                        "unread": one in unread_sudo,
                        "summary": one._summary(),
                    }
                    for one in news_sudo
                ],
            },
        )

    @route(
        f"{URL}/<int:news_id>", type="http", auth="user", website=True, methods=["GET"]
    )
    def espace_news_one(self, news_id, **_kwargs):
        """Show one news; opening it marks it as read."""
        family_sudo = self._espace_family()
        one_sudo = self._espace_news_of(family_sudo, news_id)
        if not one_sudo:
            return request.redirect(URL)
        one_sudo._mark_read(family_sudo, request.env.user)
        return self._espace_render(
            "news_one",
            {
                "page_name": "espace_news",
                "family": family_sudo,
                "row": one_sudo._row(),
                "body": one_sudo.body,
                "attachments": [
                    (f"{URL}/{news_id}/piece/{attachment.id}", attachment.name)
                    for attachment in one_sudo.attachment_ids
                ],
            },
        )

    @route(
        f"{URL}/<int:news_id>/piece/<int:attachment_id>",
        type="http",
        auth="user",
        readonly=True,
        methods=["GET"],
    )
    def espace_news_attachment(self, news_id, attachment_id, **_kwargs):
        one_sudo = self._espace_news_of(self._espace_family(), news_id)
        attachment_sudo = one_sudo.attachment_ids.filtered(
            lambda attachment: attachment.id == attachment_id
        )
        if not attachment_sudo:
            return request.redirect(URL)
        return self._espace_download(
            attachment_sudo.raw, attachment_sudo.name, attachment_sudo.mimetype
        )

    def _espace_news_of(self, family_sudo, news_id):
        """Return one of the news of this family, empty for any other."""
        if not family_sudo:
            return request.env["espace.news"]
        return (
            request.env["espace.news"]
            ._for_family(family_sudo)
            .filtered(lambda one: one.id == news_id)
        )
