from odoo.http import request, route

from odoo.addons.web.controllers.dataset import DataSet


class EspaceDataSet(DataSet):
    """The one door by which a page calls a method by its name."""

    @route()
    def call_kw(self, model, method, args, kwargs, path=None):
        kwargs = request.env["espace.door"]._check_call(model, method, args, kwargs)
        return super().call_kw(model, method, args, kwargs, path)
