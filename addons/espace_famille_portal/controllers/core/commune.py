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
