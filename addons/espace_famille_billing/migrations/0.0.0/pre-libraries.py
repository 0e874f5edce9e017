"""Before any update: with the releases of libraries that work."""

from odoo.addons.espace_famille.libraries import refuse_unfit
from odoo.addons.espace_famille_billing.hooks import NEEDED


def migrate(cr, version):
    """Update nothing with libraries that do not work."""
    refuse_unfit(NEEDED)
