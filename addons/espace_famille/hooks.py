"""What is done once, when the addon comes, and given back when it goes."""

from .libraries import NEEDED, refuse_unfit, report_unfit


def pre_init_hook(_env):
    """Install nothing with libraries that do not work."""
    refuse_unfit(NEEDED)


def post_load():
    """Say in the log which libraries do not work."""
    report_unfit(NEEDED)


def post_init_hook(env):
    """Take the only company of a database for the commune.

    Where there are several, the settings say which ones are.
    """
    companies = env["res.company"].with_context(active_test=False).search([], limit=2)
    if len(companies) == 1 and not companies.espace_is_commune:
        companies.espace_is_commune = True


def uninstall_hook(env):
    """Take away what stands in Odoo's own tables and bears no external identifier."""
    env["mail.template"].with_context(active_test=False).search(
        [("espace_company_id", "!=", False)]
    ).unlink()
    env["ir.sequence"].with_context(active_test=False).search(
        [("code", "=", "espace.family")]
    ).unlink()
