"""A régie for each commune that bills: until 19.0.1.2 it could do without."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    open_regies(api.Environment(cr, SUPERUSER_ID, {}))


def open_regies(env):
    """Make a régie where families are charged and there is none; it takes over all."""
    env["espace.regie"].search([])._show_selectors()
    charged = env["espace.charge"]._read_group([], ["company_id"])
    for [company] in charged:
        regies = env["espace.regie"].with_context(active_test=False)
        if not regies.search_count([("company_id", "=", company.id)], limit=1):
            company.with_company(company)._espace_create_regie()
