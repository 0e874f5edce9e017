"""What of the books follows from 19.0.1.2, one function a subject."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    link_documents_by_hand(cr)
    open_regies(api.Environment(cr, SUPERUSER_ID, {}))


def link_documents_by_hand(cr):
    """Link invoices made by hand to the family whose payer is their customer."""
    cr.execute(
        """
        UPDATE account_move move SET espace_family_id = family.id
        FROM res_partner partner, espace_family family
        WHERE partner.id = move.partner_id
        AND family.partner_id = partner.commercial_partner_id
        AND family.company_id = move.company_id
        AND move.espace_family_id IS NULL
        AND move.move_type IN ('out_invoice', 'out_refund')
        """
    )


def open_regies(env):
    """Make a régie where families are charged and there is none; it takes over all.

    Until 19.0.1.2 a commune that bills could do without.
    """
    env["espace.regie"].search([])._show_selectors()
    charged = env["espace.charge"]._read_group([], ["company_id"])
    for [company] in charged:
        regies = env["espace.regie"].with_context(active_test=False)
        if not regies.search_count([("company_id", "=", company.id)], limit=1):
            company.with_company(company)._espace_create_regie()
