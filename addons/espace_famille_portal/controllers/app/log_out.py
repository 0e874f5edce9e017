from odoo.http import request, route

from odoo.addons.web.controllers.session import Session


class EspaceLogOut(Session):
    @route(readonly=False)
    def logout(self, *args, **kw):
        """Forget the device of this browser: it is told nothing any more."""
        request.env["mail.push.device"]._espace_log_out()
        return super().logout(*args, **kw)
