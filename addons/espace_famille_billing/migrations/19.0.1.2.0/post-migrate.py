"""What is new in 19.0.1.2 is filled in for what was there before."""

from odoo import SUPERUSER_ID, api

# What the régie said and what is the public accountant's to say.
THREATS = ("mise en demeure", "formal notice")


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


def _name_write_offs(cr):
    """Until now a debt could be given up in one way only: admitted as irrecoverable."""
    cr.execute(
        """
        UPDATE account_move SET espace_write_off_kind = 'irrecoverable'
        WHERE espace_written_off_family_id IS NOT NULL
        AND espace_write_off_kind IS NULL
        """
    )


def _soften_last_reminder(env):
    """A régie does not give formal notice: say the last reminder as it is made now."""
    levels = env["espace.reminder.level"].with_context(active_test=False).search([])
    for code, _name in env["res.lang"].get_installed():
        for level in levels.with_context(lang=code):
            said = f"{level.name} {level.subject} {level.body}".lower()
            if any(threat in said for threat in THREATS):
                last = level._default_vals()[-1]
                level.write({name: last[name] for name in ("name", "subject", "body")})


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


def migrate(cr, version):
    link_documents_by_hand(cr)
    env = api.Environment(cr, SUPERUSER_ID, {})
    # A régie for each commune that bills: until 19.0.1.2 it could do without.
    open_regies(env)
    _name_write_offs(cr)
    _soften_last_reminder(env)
    _name_nobody_in_the_books(cr)
