"""Groups of fields that several rooms show to the same people."""

# Who reads what families have, owe and pay; a family reads its own on the portal.
MONEY = "espace_famille.group_manager,espace_famille.group_finance"
INVOICES = "account.group_account_readonly,account.group_account_invoice"
