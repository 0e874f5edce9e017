{
    "name": "Espace Famille – Titres with Mandates",
    "summary": "Titres name the direct debit mandate of their debtor",
    "version": "19.0.1.0.0",
    "category": "Services/Espace Famille",
    "author": "Espace Famille contributors",
    "website": "https://github.com/espace-famille/espace-famille",
    "license": "AGPL-3",
    "depends": ["espace_famille_sepa", "espace_famille_titres"],
    "auto_install": True,
    "data": ["views/espace_regie_views.xml"],
}
