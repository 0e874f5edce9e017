from . import espace_account_statement
