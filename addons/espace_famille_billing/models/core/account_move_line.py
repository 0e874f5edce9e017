"""Where the ledger is looked into most: what is open, and what a régie holds."""

from odoo import models
from odoo.tools import SQL

# As an array, so that PostgreSQL goes by an index from each of them.
RECEIVABLE_ACCOUNTS = SQL(
    "ARRAY(SELECT id FROM account_account WHERE account_type = 'asset_receivable')"
)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # What is open is little, whatever the years that are past: accounts, arrears and
    # collections look for it again and again.
    _espace_open_items = models.Index(
        "(account_id, partner_id) WHERE parent_state = 'posted' "
        "AND reconciled IS NOT TRUE AND amount_residual != 0"
    )
    # What a régie holds is a sum over all that it ever received: read from this alone.
    _espace_held = models.Index(
        "(account_id, date) INCLUDE (company_id, balance) WHERE parent_state = 'posted'"
    )
