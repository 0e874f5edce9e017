"""The views of 19.0.1.2 take the place of those before."""

from odoo.addons.espace_famille.models.core.upgrade import empty_own_extensions


def migrate(cr, version):
    empty_own_extensions(cr, "espace_famille_portal")
    # It extended Odoo's page; now pages call it. Odoo keeps what a view extends.
    cr.execute(
        """
        UPDATE ir_ui_view SET inherit_id = NULL, mode = 'primary'
        WHERE id = (
            SELECT res_id FROM ir_model_data
            WHERE module = 'espace_famille_portal' AND name = 'footer'
              AND model = 'ir.ui.view'
        )
        """
    )
