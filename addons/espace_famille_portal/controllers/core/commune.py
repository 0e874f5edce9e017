from odoo.http import request

from ...domain.sent import read_id


def asked_commune(values):
    """Return the commune that a public page is about, as superuser.

    :param values: what the browser sent; `commune` is the id of one of those on this
        site, anything else gives the commune of the site
    """
    companies_sudo = request.env["res.company"].sudo()
    asked = read_id(values.get("commune"))
    if asked:
        companies_sudo = companies_sudo.search([("id", "=", asked)])
    return companies_sudo or request.env.company.sudo()


def render_public(name, company_sudo, **values):
    """Show a public page of a commune; nothing between keeps it.

    :param str name: of the template of this addon, and of the page with “espace_”
    """
    return request.render(
        f"espace_famille_portal.{name}",
        {
            "page_name": f"espace_{name}",
            "company": company_sudo,
            # Header and footer are those of the same commune.
            "res_company": company_sudo,
            **values,
        },
        headers={"Cache-Control": "no-store"},
    )
