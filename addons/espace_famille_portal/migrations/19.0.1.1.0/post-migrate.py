"""What 19.0.1.1 sets where it was installed before."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    parameters = api.Environment(cr, SUPERUSER_ID, {})["ir.config_parameter"]
    if not parameters.get_param("web.base.url.freeze"):
        parameters.set_param("web.base.url.freeze", "True")
