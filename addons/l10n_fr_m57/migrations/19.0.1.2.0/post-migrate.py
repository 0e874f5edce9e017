"""The chart of 19.0.1.2 for communes that chose it before."""

from odoo import SUPERUSER_ID, api

MISSING = ("m57_5112", "m57_5113", "m57_5117")
# Receipts to classify are owed to somebody until they are: all three alike.
TO_CLASSIFY = ("m57_4711", "m57_4713", "m57_4718")


def _add_accounts(env, company):
    """Open the accounts that the chart has now, where no other bears their code."""
    template = env["account.chart.template"].with_company(company)
    accounts = template._get_chart_template_data("fr_m57")["account.account"]
    own = env["account.account"].with_company(company)
    used = own.search([("company_ids", "in", company.ids)]).mapped("code")
    data = {
        xmlid: vals
        for xmlid, vals in accounts.items()
        if xmlid in MISSING and vals["code"] not in used
    }
    if data:
        template._load_data({"account.account": data})
        langs = [code for code, _name in env["res.lang"].get_installed()]
        template._load_translations(langs=langs, companies=company)


def _make_alike(env, company):
    for xmlid in TO_CLASSIFY:
        account = env.ref(f"account.{company.id}_{xmlid}", raise_if_not_found=False)
        if account and account.account_type != "liability_current":
            account.account_type = "liability_current"


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([("chart_template", "=", "fr_m57")]):
        _add_accounts(env, company)
        _make_alike(env, company)
