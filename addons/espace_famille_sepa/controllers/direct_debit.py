from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.espace_famille_portal.controllers.core.base import (
    EspacePortal,
    family_page,
)

from ..domain import iban

URL = "/my/prelevement"


class EspaceDirectDebit(EspacePortal):
    """Mon prélèvement: sign a mandate, change the bank, revoke it."""

    @family_page(URL, archived=True, readonly=True)
    def espace_direct_debit(self, family_sudo, **_kwargs):
        return self._espace_debit_page(family_sudo)

    def _espace_debit_page(self, family_sudo, **values):
        regies_sudo = request.env["espace.regie"]._debit_regies(family_sudo.company_id)
        guardian_sudo = self._espace_signer(family_sudo)
        return self._espace_direct_debit_render(
            "direct_debit",
            {
                "family": family_sudo,
                "regies": regies_sudo,
                "may_sign": family_sudo.active and guardian_sudo.is_payer,
                "email": guardian_sudo.email,
                "mandates": self._espace_mandate_rows(family_sudo),
                "debits": family_sudo._portal_debits(),
                "creditors": [regie._debit_creditor_words() for regie in regies_sudo],
                "problems": {},
                "typed": {"holder": guardian_sudo.name or ""},
                **values,
            },
        )

    def _espace_direct_debit_render(self, template, values):
        return self._espace_render(
            f"espace_famille_sepa.{template}",
            {"page_name": "espace_invoices", **values},
        )

    def _espace_signer(self, family_sudo):
        """Return who the user is in this family: who signs."""
        return (
            family_sudo._portal_guardian().filtered("is_payer")[:1]
            or (family_sudo._portal_guardian()[:1])
        )

    def _espace_mandate_rows(self, family_sudo):
        company = family_sudo.company_id
        valid = family_sudo.espace_mandate_ids.filtered(lambda m: m.state == "valid")
        return [
            {
                "mandate": mandate,
                "signed": company._espace_day_words(mandate.signature_date, year=True),
                "suspended": bool(mandate.espace_suspended_on),
            }
            for mandate in valid
        ]

    # === Signing === #

    @family_page(f"{URL}/signer", methods=["POST"])
    def espace_sign(self, family_sudo, **post):
        """Look at what was typed, keep it, and send the code."""
        signatures = request.env["espace.mandate.signature"]
        regies_sudo = request.env["espace.regie"]._debit_regies(family_sudo.company_id)
        guardian_sudo = self._espace_signer(family_sudo)
        read, problems = signatures._problems(regies_sudo, post)
        if not guardian_sudo.is_payer or not regies_sudo:
            return request.redirect(URL)
        if not problems:
            try:
                signatures._start(
                    guardian_sudo,
                    read["regie"],
                    read["iban"],
                    read["holder"],
                    request.httprequest.remote_addr or "",
                    fields.Datetime.now(),
                )
            except UserError as error:
                problems["form"] = str(error)
        if problems:
            return self._espace_debit_page(
                family_sudo,
                problems=problems,
                typed={name: str(post.get(name) or "")[:120] for name in post},
            )
        return request.redirect(f"{URL}/signature")

    @family_page(f"{URL}/signature", readonly=True)
    def espace_signature(self, family_sudo, **_kwargs):
        """Show the whole mandate, and ask for the code."""
        return self._espace_signature_page(family_sudo)

    def _espace_signature_page(self, family_sudo, problem=""):
        signature_sudo = request.env["espace.mandate.signature"]._waiting(
            family_sudo, fields.Datetime.now()
        )
        if not signature_sudo:
            return request.redirect(URL)
        return self._espace_direct_debit_render(
            "signature",
            {
                "family": family_sudo,
                "signature": signature_sudo,
                # The parent has typed it, and compares it with the bank's paper.
                "iban": iban.grouped(signature_sudo.iban),
                "creditor": signature_sudo.regie_id._debit_creditor_words(),
                "debtor": family_sudo._espace_postal_lines(),
                "problem": problem,
            },
        )

    @family_page(f"{URL}/confirmer", methods=["POST"])
    def espace_confirm(self, family_sudo, code="", **_post):
        """Sign, if the code is right."""
        now = fields.Datetime.now()
        signature_sudo = request.env["espace.mandate.signature"]._waiting(
            family_sudo, now
        )
        if not signature_sudo:
            self._espace_notify(
                "warning",
                request.env._(
                    "This code is over: type your account again, you get another one."
                ),
            )
            return request.redirect(URL)
        mandate = signature_sudo._confirm(
            code, request.httprequest.remote_addr or "", now
        )
        if not mandate:
            if signature_sudo._waiting(family_sudo, now):
                return self._espace_signature_page(
                    family_sudo, request.env._("This is not the code of the e-mail.")
                )
            self._espace_notify(
                "danger",
                request.env._(
                    "Too many wrong codes: type your account again, you get another "
                    "one."
                ),
            )
            return request.redirect(URL)
        self._espace_notify(
            "success",
            request.env._(
                "Your mandate is signed. You are told of each debit before it is made."
            ),
        )
        return request.redirect(URL)

    # === Ending === #

    @family_page(f"{URL}/revoquer", methods=["POST"], archived=True)
    def espace_revoke(self, family_sudo, mandate=None, **_post):
        """End a mandate of the family looked at; any other id changes nothing."""
        if not self._espace_signer(family_sudo).is_payer:
            return request.redirect(URL)
        asked = family_sudo.espace_mandate_ids.filtered(
            lambda one: str(one.id) == str(mandate) and one.state == "valid"
        )
        if asked:
            asked._espace_end(request.env._("Revoked on the portal"))
            self._espace_notify(
                "success",
                request.env._(
                    "Your mandate is revoked. What is due is paid online or at the "
                    "town hall; what was announced before may still be debited if the "
                    "bank has the file already."
                ),
            )
        return request.redirect(URL)

    @route(
        f"{URL}/mandat/<int:mandate_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def espace_mandate(self, mandate_id, **_kwargs):
        """Download a mandate that one of the user's families signed."""
        families_sudo = request.env["espace.family"]._of_user(archived=True)
        mandate_sudo = families_sudo.espace_mandate_ids.filtered(
            lambda one: one.id == mandate_id
        )
        if not mandate_sudo.espace_pdf:
            raise request.not_found()
        attachment_sudo = (
            request.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", mandate_sudo._name),
                    ("res_id", "=", mandate_sudo.id),
                    ("res_field", "=", "espace_pdf"),
                ],
                limit=1,
            )
        )
        return self._espace_download(attachment_sudo.raw, mandate_sudo.espace_pdf_name)
