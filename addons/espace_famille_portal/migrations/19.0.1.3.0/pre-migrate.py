"""The views of 19.0.1.3 take the place of those before."""

from odoo.addons.espace_famille.models.core.upgrade import empty_own_extensions


def migrate(cr, version):
    empty_own_extensions(cr, "espace_famille_portal")
