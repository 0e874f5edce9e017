{
    "name": "Espace Famille – Portal",
    "summary": "Parents book, pay and follow the school services of their commune",
    "version": "19.0.1.0.0",
    "category": "Services/Espace Famille",
    "author": "Espace Famille contributors",
    "website": "https://github.com/espace-famille/espace-famille",
    "license": "AGPL-3",
    "depends": ["espace_famille_billing", "portal", "auth_signup"],
    "data": [
        "data/ir_config_parameter.xml",
        "views/espace_family_views.xml",
        "views/espace_guardian_views.xml",
        "views/portal_layout.xml",
        "views/portal_public.xml",
        "views/portal_home.xml",
        "views/portal_bookings.xml",
        "views/portal_cart.xml",
        "views/portal_payment.xml",
        "views/portal_invoices.xml",
        "views/portal_contacts.xml",
    ],
    "demo": ["demo/espace_famille_portal_demo.xml"],
    "assets": {
        "web._assets_primary_variables": [
            ("prepend", "espace_famille_portal/static/src/scss/palette.scss"),
        ],
        "web.assets_frontend": [
            "espace_famille_portal/static/src/scss/portal.scss",
            "espace_famille_portal/static/src/scss/period.scss",
            "espace_famille_portal/static/src/interactions/*.js",
        ],
    },
}
