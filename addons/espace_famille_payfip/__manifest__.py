{
    "name": "Espace Famille – PayFiP",
    "summary": "PayFiP on the portal: seats held, minimum, debits sent back",
    "version": "19.0.1.0.0",
    "category": "Services/Espace Famille",
    "author": "Espace Famille contributors",
    "website": "https://github.com/espace-famille/espace-famille",
    "license": "AGPL-3",
    "depends": ["espace_famille_portal", "payment_payfip"],
    "auto_install": True,
    "demo": ["demo/espace_famille_payfip_demo.xml"],
}
