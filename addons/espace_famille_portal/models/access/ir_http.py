from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        request.env["espace.door"]._check_route(rule.rule)
        return super()._pre_dispatch(rule, args)
