"""Several régies in 19.0.1.2: whose each document is, before Odoo asks row by row."""

from odoo.tools.sql import column_exists, create_column, table_exists

from odoo.addons.espace_famille.models.core.upgrade import empty_own_extensions


def migrate(cr, version):
    empty_own_extensions(cr, "espace_famille_billing")
    give_regies(cr)


def give_regies(cr):
    """Add the columns that say of which régie something is, and fill them."""
    if column_exists(cr, "account_move", "espace_regie_id"):
        return
    if not table_exists(cr, "espace_regie"):
        # Of the first states: `post-migrate.py` makes a régie, which takes over all.
        return
    for table, column in (
        ("account_move", "espace_regie_id"),
        ("espace_activity", "regie_id"),
        ("espace_charge", "regie_id"),
        ("espace_billing_run_family", "regie_id"),
    ):
        create_column(cr, table, column, "int4")
    create_column(cr, "espace_regie", "minimum_invoice", "numeric")
    fill_regies(cr)


def fill_regies(cr):
    """Say of activities, charges, runs and entries of which régie they are.

    A payment's entry is of the régie of its journal. Invoices are of the régie that was
    paid, the first one of the commune otherwise.
    """
    cr.execute(
        """
        UPDATE espace_regie regie SET minimum_invoice = company.espace_minimum_invoice
        FROM res_company company WHERE company.id = regie.company_id
        """
    )
    cr.execute(
        """
        UPDATE account_move move SET espace_regie_id = journal.espace_regie_id
        FROM account_journal journal
        WHERE journal.id = move.journal_id AND journal.espace_regie_id IS NOT NULL
        """
    )
    cr.execute(
        """
        UPDATE account_move owed SET espace_regie_id = paid.regie_id
        FROM (
            SELECT debit.move_id, min(money.espace_regie_id) AS regie_id
            FROM account_partial_reconcile match
            JOIN account_move_line debit ON debit.id = match.debit_move_id
            JOIN account_move_line credit ON credit.id = match.credit_move_id
            JOIN account_move money ON money.id = credit.move_id
            WHERE money.espace_regie_id IS NOT NULL
            GROUP BY debit.move_id
        ) paid
        WHERE paid.move_id = owed.id AND owed.espace_regie_id IS NULL
        AND owed.espace_family_id IS NOT NULL
        """
    )
    cr.execute(
        """
        CREATE TEMPORARY TABLE first_regie ON COMMIT DROP AS
        SELECT DISTINCT ON (company_id) company_id, id
        FROM espace_regie ORDER BY company_id, active DESC, code, id
        """
    )
    cr.execute(
        """
        UPDATE account_move move SET espace_regie_id = regie.id
        FROM first_regie regie
        WHERE regie.company_id = move.company_id AND move.espace_regie_id IS NULL
        AND move.espace_family_id IS NOT NULL
        """
    )
    cr.execute(
        """
        UPDATE espace_activity activity SET regie_id = regie.id
        FROM first_regie regie WHERE regie.company_id = activity.company_id
        """
    )
    cr.execute(
        """
        UPDATE espace_charge charge
        SET regie_id = coalesce(move.espace_regie_id, regie.id)
        FROM espace_charge own
        LEFT JOIN account_move_line line ON line.id = own.invoice_line_id
        LEFT JOIN account_move move ON move.id = line.move_id
        LEFT JOIN first_regie regie ON regie.company_id = own.company_id
        WHERE own.id = charge.id
        """
    )
    cr.execute(
        """
        UPDATE espace_billing_run_family line
        SET regie_id = coalesce(move.espace_regie_id, regie.id)
        FROM espace_billing_run_family own
        LEFT JOIN account_move move ON move.id = own.move_id
        LEFT JOIN first_regie regie ON regie.company_id = own.company_id
        WHERE own.id = line.id
        """
    )
