import base64
import binascii
import json
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from ...domain.push import is_push_service

# Origins of other push services, separated by commas.
SERVICES = "espace_famille_portal.push_services"
# Of the session: the device of this browser, which goes with it.
DEVICE_KEY = "espace_push_device"
MOST_DEVICES = 10
LONGEST_ENDPOINT = 1000
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


class MailPushDevice(models.Model):
    """A browser in which a parent asked to be told things.

    Odoo's devices are told what staff say to each other; those of families are left
    out there, and told what they chose by `espace.push`.
    """

    _inherit = "mail.push.device"

    espace_of_family = fields.Boolean("Of the Families' Portal", index=True)
    espace_label = fields.Char("System")
    espace_family_ids = fields.Many2many(
        "espace.family",
        string="Families",
        compute="_compute_espace_family_ids",
        search="_search_espace_family_ids",
    )

    @api.depends("partner_id")
    def _compute_espace_family_ids(self):
        guardians_sudo = self.env["espace.guardian"].sudo()
        guardians_sudo = guardians_sudo.search(
            [("person_id", "in", self.partner_id.ids)]
        )
        for device in self:
            device.espace_family_ids = guardians_sudo.filtered(
                lambda one, device=device: one.person_id == device.partner_id
            ).family_id

    @api.model
    def _search_espace_family_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        guardians_sudo = self.env["espace.guardian"].sudo()
        guardians_sudo = guardians_sudo.search([("family_id", "in", value)])
        return Domain("espace_of_family", "=", True) & Domain(
            "partner_id", "in", guardians_sudo.person_id.ids
        )

    # === A browser comes and goes === #

    @api.model
    def _espace_key(self):
        """Return Odoo's public key, with which a browser subscribes."""
        return self.sudo().get_web_push_vapid_public_key()

    @api.model
    def _espace_register(self, endpoint, p256dh, auth, agent=""):
        """Return the device of a browser of the user, known from now on.

        :raise UserError: it is none that messages can be sent to
        """
        services = self.env["ir.config_parameter"].sudo().get_param(SERVICES) or ""
        others = [one.strip() for one in services.split(",") if one.strip()]
        if (
            len(endpoint) > LONGEST_ENDPOINT
            or not is_push_service(endpoint, others)
            or not _is_public_key(p256dh)
            or len(_decoded(auth)) != 16
        ):
            raise UserError(
                self.env._("This browser cannot be told anything by the town hall.")
            )
        values = {
            "keys": json.dumps({"p256dh": p256dh, "auth": auth}),
            "partner_id": self.env.user.partner_id.id,
            "espace_label": _system(agent),
            "espace_of_family": True,
        }
        device_sudo = self.sudo().search([("endpoint", "=", endpoint)])
        if device_sudo and not device_sudo.espace_of_family:
            raise UserError(
                self.env._("This browser cannot be told anything by the town hall.")
            )
        if device_sudo:
            device_sudo.write(values)
        else:
            device_sudo = self.sudo().create({**values, "endpoint": endpoint})
        older_sudo = self._espace_of(self.env.user)[MOST_DEVICES:] - device_sudo
        older_sudo.unlink()
        return device_sudo

    @api.model
    def _espace_known(self, endpoint):
        """Return the device of this browser if it is the user's, as superuser.

        Somebody else's is forgotten: a browser tells nobody what is not theirs.
        """
        device_sudo = self.sudo().search(
            [("endpoint", "=", endpoint), ("espace_of_family", "=", True)]
        )
        if device_sudo.partner_id != self.env.user.partner_id:
            device_sudo.unlink()
            return device_sudo.browse()
        return device_sudo

    @api.model
    def _espace_of(self, user):
        """Return the devices of a user, the last first, as superuser."""
        return self.sudo().search(
            [
                ("partner_id", "=", user.sudo().partner_id.id),
                ("espace_of_family", "=", True),
            ],
            order="id desc",
        )

    @api.model
    def _espace_log_out(self):
        """Forget the device of the browser that logs out.

        The route of the log-out knows no user: the session does.
        """
        device, uid = request.session.pop(DEVICE_KEY, None), request.session.uid
        if isinstance(device, int) and uid:
            user_sudo = self.env["res.users"].sudo().browse(uid)
            self._espace_of(user_sudo).filtered(lambda d: d.id == device).unlink()

    @api.autovacuum
    def _espace_gc(self):
        """Forget the devices of people who no longer come."""
        old = datetime.combine(fields.Date.today(), datetime.min.time()) - timedelta(1)
        devices_sudo = self.sudo().search(
            [("espace_of_family", "=", True), ("create_date", "<", old)]
        )
        devices_sudo.filtered(
            lambda one: (
                not (
                    one.espace_family_ids and one.partner_id.user_ids.filtered("active")
                )
            )
        ).unlink()


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _web_push_get_partners_parameters(self, partner_ids):
        """Send no text of a message to families' devices: they chose what they get."""
        devices, *keys = super()._web_push_get_partners_parameters(partner_ids)
        return (devices.filtered(lambda one: not one.espace_of_family), *keys)


class ResUsers(models.Model):
    _inherit = "res.users"

    def _espace_forget_devices(self):
        """Forget the devices of these users, but for that of this very browser."""
        mine = request.session.get(DEVICE_KEY) if request else None
        devices_sudo = self.env["mail.push.device"].sudo()
        for user in self:
            known_sudo = devices_sudo._espace_of(user)
            known_sudo.filtered(lambda one: one.id != mine).unlink()


def _decoded(text):
    """Return the bytes of base64url without padding, b"" if it is none."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _is_public_key(text):
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
    except ValueError:
        return False
    return True


def _system(agent):
    """Return the system that a browser says it runs on, "" if it is not known."""
    found = next((one for one in SYSTEMS if one in (agent or "")), "")
    return "Mac" if found == "Macintosh" else found
