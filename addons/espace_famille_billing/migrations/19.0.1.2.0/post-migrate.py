"""What of the books follows from 19.0.1.2, one function a subject."""


def migrate(cr, version):
    link_documents_by_hand(cr)


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
