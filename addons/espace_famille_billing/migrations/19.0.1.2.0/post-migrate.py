"""What 19.0.1.2 stores otherwise than before."""


def migrate(cr, version):
    _name_nobody_in_the_books(cr)


def _name_nobody_in_the_books(cr):
    """Keep what families read of their invoices, and name no child in the entries.

    The labels of entries that Odoo has sealed by a hash stay as they are.
    """
    cr.execute(
        """
        UPDATE account_move_line line
        SET espace_words = line.name
        FROM account_move move
        WHERE move.id = line.move_id AND move.espace_family_id IS NOT NULL
          AND line.display_type = 'product' AND line.espace_words IS NULL
          AND EXISTS (
              SELECT FROM espace_charge charge WHERE charge.invoice_line_id = line.id
          )
        """
    )
    cr.execute(
        """
        UPDATE account_move_line line
        SET name = words.name
        FROM account_move move, (
            SELECT charge.invoice_line_id AS line_id,
                MIN(COALESCE(template.name ->> 'fr_FR', template.name ->> 'en_US'))
                || ', '
                || STRING_AGG(
                    DISTINCT TO_CHAR(charge.date, 'MM/YYYY'), ', '
                    ORDER BY TO_CHAR(charge.date, 'MM/YYYY')
                ) AS name
            FROM espace_charge charge
            JOIN product_product product ON product.id = charge.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            WHERE charge.invoice_line_id IS NOT NULL
            GROUP BY charge.invoice_line_id
        ) words
        WHERE words.line_id = line.id AND move.id = line.move_id
          AND move.inalterable_hash IS NULL
          AND line.espace_words IS NOT NULL AND line.name = line.espace_words
        """
    )
    # A credit note refers to what it corrects; its reason is in its lines.
    cr.execute(
        """
        UPDATE account_move refund
        SET ref = invoice.name
        FROM account_move invoice
        WHERE invoice.id = refund.reversed_entry_id
          AND refund.espace_family_id IS NOT NULL
          AND refund.move_type = 'out_refund'
          AND refund.inalterable_hash IS NULL
        """
    )
