import logging

from odoo import api, fields, models

from odoo.addons.espace_famille.models.core.batch import one_by_one

_logger = logging.getLogger(__name__)


class EspacePasswordRequest(models.Model):
    """Somebody forgot a password: the mail goes out later, if anybody has this login.

    So that whoever asks learns nothing from the answer, nor from its time.
    """

    _name = "espace.password.request"
    _description = "Request of a New Password"
    _log_access = False

    login = fields.Char(required=True)
    at = fields.Datetime(required=True)

    @api.model
    def _receive(self, login):
        """Keep what was asked, and have the job look at it at once."""
        self.sudo().create({"login": login, "at": fields.Datetime.now()})
        self.env.ref("espace_famille_portal.cron_send_resets").sudo()._trigger()

    @api.model
    def _cron_send(self):
        one_by_one(
            self.env,
            self.sudo().search([("at", "<=", fields.Datetime.now())], order="id"),
            lambda asked_sudo: asked_sudo._send(),
            _logger,
            "No link was sent for %s",
        )

    def _send(self):
        """Send the link, where the login or the address is that of one user."""
        self.ensure_one()
        Users = self.env["res.users"]
        users = Users.search(Users._get_login_domain(self.login))
        users = users or Users.search(Users._get_email_domain(self.login))
        self.unlink()
        if len(users) == 1 and users.email:
            users._espace_send_reset()
