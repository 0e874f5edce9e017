{
    "name": "France – Communes (M57)",
    "summary": "Chart of accounts of a commune and its régie: nomenclature M57",
    "version": "19.0.1.2.0",
    # Odoo finds charts of accounts in modules of this category only.
    "category": "Accounting/Localizations/Account Charts",
    "author": "Espace Famille contributors",
    "website": "https://github.com/espace-famille/espace-famille",
    "license": "AGPL-3",
    "countries": ["fr"],
    "depends": ["account", "l10n_fr"],
}
