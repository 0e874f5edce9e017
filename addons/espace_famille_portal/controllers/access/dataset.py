from werkzeug.exceptions import NotFound

from odoo.http import request, route

from odoo.addons.web.controllers.dataset import DataSet

# What Odoo meets where what was sent names no method of a model.
UNREADABLE = (
    AttributeError,
    KeyError,
    NotFound,
    RecursionError,
    TypeError,
    ValueError,
)


class EspaceDataSet(DataSet):
    """The one door by which a page calls a method by its name."""

    def _espace_is_readonly(self, rule, args):
        """Ask Odoo whether a call only reads; what is no call is answered later."""
        try:
            return self._call_kw_readonly(rule, args)
        except UNREADABLE:
            return False

    @route(espace_reads_itself=True, readonly=_espace_is_readonly)
    def call_kw(self, model="", method="", args=None, kwargs=None, path=None):
        kwargs = request.env["espace.door"]._check_call(model, method, args, kwargs)
        is_call = (
            isinstance(model, str)
            and model in request.env
            and isinstance(method, str)
            and isinstance(args, list)
            and isinstance(kwargs, dict)
        )
        if not is_call:
            raise NotFound()
        return super().call_kw(model, method, args, kwargs, path)
