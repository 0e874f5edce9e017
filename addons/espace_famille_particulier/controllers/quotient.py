from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.espace_famille_portal.controllers.core.base import (
    EspacePortal,
    family_page,
)
from odoo.addons.espace_famille_portal.domain.sent import read_day, read_id, read_text

URL = "/my/foyer/quotient"
LONGEST = 80


class EspaceQuotient(EspacePortal):
    """What a guardian reads of the quotient that is asked for, and the own identity."""

    @family_page(URL)
    def espace_quotient(self, family_sudo, **_kwargs):
        return self._espace_quotient_page(family_sudo)

    def _espace_quotient_page(self, family_sudo, **values):
        guardian_sudo = family_sudo._portal_guardian()[:1]
        countries = request.env["res.country"].sudo().search([], order="name")
        return self._espace_render(
            "espace_famille_particulier.quotient",
            {
                "page_name": "espace_household",
                "family": family_sudo,
                "guardian": guardian_sudo,
                "countries": countries,
                "typed": {
                    "birth_name": guardian_sudo.birth_name or "",
                    "civil_firstnames": guardian_sudo.civil_firstnames or "",
                    "birth_date": guardian_sudo.birth_date or "",
                    "birth_country_id": guardian_sudo.birth_country_id.id,
                    "birth_commune_code": guardian_sudo.birth_commune_code or "",
                },
                **values,
            },
        )

    @family_page(f"{URL}/identite", methods=["POST"])
    def espace_quotient_identity(self, family_sudo, **post):
        """Keep the own civil identity, which nobody else's form can change."""
        guardian_sudo = family_sudo._portal_guardian()[:1]
        values = {
            "birth_name": read_text(post.get("birth_name"), LONGEST),
            "civil_firstnames": read_text(post.get("civil_firstnames"), LONGEST),
            "birth_date": read_day(post.get("birth_date")) or False,
            "birth_country_id": read_id(post.get("birth_country_id")) or False,
            "birth_commune_code": read_text(post.get("birth_commune_code"), 5).upper(),
        }

        def change():
            country = (
                request.env["res.country"]
                .sudo()
                .browse(values["birth_country_id"] or [])
            )
            if not guardian_sudo or not country.exists():
                raise UserError(request.env._("Choose the country of birth."))
            if country.code != "FR":
                values["birth_commune_code"] = False
            guardian_sudo.write(values)
            if not guardian_sudo.is_identified:
                return "warning", request.env._(
                    "Kept. Something is still missing: name, day and place of birth."
                )
            return "success", request.env._("Your civil identity was kept.")

        level, message = self._espace_attempt(change)
        if level == "danger":
            return self._espace_quotient_page(
                family_sudo, typed=values, message={"level": level, "text": message}
            )
        self._espace_notify(level, message)
        return request.redirect(URL)

    @family_page(f"{URL}/choix", methods=["POST"])
    def espace_quotient_choice(self, family_sudo, paper=None, **_post):
        """Note that the family gives its quotient on paper, or no longer does."""
        today = family_sudo.company_id._espace_today()
        if paper:
            family_sudo.qf_refused_on = family_sudo.qf_refused_on or today
            words = request.env._(
                "Noted: your quotient is not asked for. Bring or send us a proof."
            )
        else:
            family_sudo.qf_refused_on = False
            family_sudo.qf_informed_on = family_sudo.qf_informed_on or today
            words = request.env._("Noted: your quotient may be asked for.")
        self._espace_notify("success", words)
        return request.redirect(URL)
