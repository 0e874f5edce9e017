import json
import logging
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from requests import RequestException, Session

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.core.batch import progress
from odoo.addons.mail.tools.web_push import DeviceUnreachableError, push_to_end_point

from ...domain.push import FRESH, is_silent, may_ring, next_try
from .espace_guardian_push import KINDS

_logger = logging.getLogger(__name__)

LONGEST_TEXT = 300
# A telephone that saves its battery is woken for these.
URGENT = ("limit", "place", "closure")
MOST_AT_ONCE = 200
# What a push service answers when it has taken a message (RFC 8030, 5).
TAKEN = (200, 201, 202, 204)
GONE = (404, 410)
# Odoo waits five seconds for each; nobody else waits for a service that is down.
BUSY = 429


class NotTakenError(Exception):
    """A push service did not take a message; it may, later, or never will."""

    def __init__(self, status):
        super().__init__(f"answered {status}")
        self.may_later = status == BUSY or status >= 500


class PushSession(Session):
    """How Odoo's sender reaches a push service: it keeps a message until `seconds`.

    Odoo asks for a minute, after which who has no network is never told, and takes
    each answer for the end of it; and it would follow whereto a service leads.
    """

    def __init__(self, seconds, urgent):
        super().__init__()
        self.asked = {
            "TTL": str(max(60, int(seconds))),
            "Urgency": "high" if urgent else "normal",
        }

    def post(self, url, data=None, json=None, **options):
        options["headers"] = {**options.get("headers", {}), **self.asked}
        options["allow_redirects"] = False
        response = super().post(url, data=data, json=json, **options)
        if response.status_code not in TAKEN + GONE:
            raise NotTakenError(response.status_code)
        return response


class EspacePush(models.Model):
    """Something to tell one device, once it may ring.

    A line costs who causes it nothing: a scheduled job sends it, and tries again for
    some hours. Each is told by e-mail as well: one that is lost is no loss.
    """

    _name = "espace.push"
    _description = "Message to a Device"
    _order = "id"
    _log_access = False

    device_id = fields.Many2one(
        "mail.push.device", required=True, index=True, ondelete="cascade"
    )
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    kind = fields.Selection([(kind, kind.title()) for kind in KINDS], required=True)
    payload = fields.Text(required=True, groups=fields.NO_ACCESS)
    at = fields.Datetime(required=True, index=True)
    until = fields.Datetime(required=True)
    tries = fields.Integer()

    # === What is to be told === #

    @api.model
    def _tell(self, family, kind, text, page, now=None, until=None):
        """Have a family's guardians told something on the devices they chose it for.

        Whatever goes wrong, it goes on without.

        :param str text: nothing of a child but its first name
        :param str page: below /my, opened by a tap
        :param until: after that it is no news, naive UTC
        """
        now = now or fields.Datetime.now()
        try:
            with self.env.cr.savepoint():
                self._add(family.sudo(), kind, text, page, now, until or now + FRESH)
        except Exception:
            _logger.exception("%s is not told on its devices", family)

    @api.model
    def _add(self, family_sudo, kind, text, page, now, until):
        devices_sudo = self._devices(family_sudo, kind)
        if not devices_sudo:
            return
        company = family_sudo.company_id
        local = may_ring(company._espace_local(now))
        aware = local.replace(tzinfo=ZoneInfo(company.espace_tz))
        at = aware.astimezone(UTC).replace(tzinfo=None)
        # What arises in the evening is news in the morning.
        until = max(until, at + timedelta(hours=1)) if kind != "limit" else until
        payload = json.dumps(
            {
                "title": company.name,
                "lang": (self.env.lang or "fr").replace("_", "-"),
                "body": text[:LONGEST_TEXT],
                "url": f"/my/ouvrir/{family_sudo.id}?page={page}",
                "tag": f"{kind}-{family_sudo.id}-{page}",
                "icon": company._espace_app_url("icone-192.png"),
                "badge": company._espace_app_url("icone-badge.png"),
            },
            ensure_ascii=False,
        )
        self.sudo().create(
            [
                {
                    "device_id": device.id,
                    "family_id": family_sudo.id,
                    "kind": kind,
                    "payload": payload,
                    "at": at,
                    "until": until,
                }
                for device in devices_sudo
            ]
        )
        self._call_back(at)

    @api.model
    def _devices(self, family_sudo, kind):
        """Return the devices of who books and chose this kind, as superuser."""
        guardians_sudo = family_sudo.guardian_ids.filtered(
            lambda one: one[f"push_{kind}"] and one.may_book
        )
        people_sudo = guardians_sudo.person_id.filtered(
            lambda person: any(person.user_ids.mapped("active"))
        )
        if not (people_sudo and family_sudo.active):
            return self.env["mail.push.device"]
        return (
            self.env["mail.push.device"]
            .sudo()
            .search(
                Domain("partner_id", "in", people_sudo.ids)
                & Domain("espace_of_family", "=", True)
            )
        )

    @api.model
    def _call_back(self, at):
        """Have the job run at that time."""
        self.env.ref("espace_famille_portal.cron_push")._trigger(at)

    # === Sending === #

    @api.model
    def _cron_send(self, now=None):
        """Send what is due, closures first; a service that is down holds up nobody."""
        now = now or fields.Datetime.now()
        self.search([("until", "<", now)]).unlink()
        due = self.search([("at", "<=", now)], limit=MOST_AT_ONCE)
        due = due.sorted(lambda one: (one.kind != "closure", one.id))
        down = set()
        progress(self.env, remaining=len(due))
        for push in due:
            push._send(now, down)
            if not progress(self.env, 1):
                break
        left = self.search([], order="at", limit=1)
        if left:
            self._call_back(max(left.at, now + timedelta(minutes=1)))

    def _send(self, now, down):
        """Send one message, or say when to try again.

        :param set down: the services that did not answer in this run
        """
        self.ensure_one()
        device_sudo = self.device_id.sudo()
        family_sudo = self.family_id.sudo()
        if device_sudo not in self._devices(family_sudo, self.kind):
            # Not chosen any more, or not theirs any more.
            self.unlink()
            return
        local = family_sudo.company_id._espace_local(now)
        if is_silent(local):
            self.at = now + (may_ring(local) - local)
            return
        service = device_sudo.endpoint.split("/")[2]
        if service in down:
            self._later(now)
            return
        try:
            self._hand_over(device_sudo, now)
        except DeviceUnreachableError:
            _logger.info("Device %s has unsubscribed and is forgotten", device_sudo.id)
            device_sudo.unlink()
        except NotTakenError as error:
            _logger.warning("The push service %s %s", service, error)
            if error.may_later:
                down.add(service)
                self._later(now)
            else:
                self.unlink()
        except RequestException as error:
            _logger.warning("The push service %s is down: %s", service, error)
            down.add(service)
            self._later(now)
        except Exception:
            # Keys that are none: no other try makes them better.
            _logger.exception("Device %s cannot be written to", device_sudo.id)
            self.unlink()
        else:
            self.unlink()

    def _hand_over(self, device_sudo, now):
        """Encrypt the message for its device and hand it to the push service."""
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        seconds = (self.until - now).total_seconds()
        with PushSession(seconds, self.kind in URGENT) as session:
            push_to_end_point(
                base_url=self.get_base_url(),
                device={
                    "id": device_sudo.id,
                    "endpoint": device_sudo.endpoint,
                    "keys": device_sudo.keys,
                },
                payload=self.sudo().payload,
                vapid_private_key=parameters_sudo.get_param(
                    "mail.web_push_vapid_private_key"
                ),
                vapid_public_key=parameters_sudo.get_param(
                    "mail.web_push_vapid_public_key"
                ),
                session=session,
            )

    def _later(self, now):
        """Try again later, some times; then give up."""
        at = next_try(self.tries + 1, now)
        if at and at < self.until:
            self.write({"tries": self.tries + 1, "at": at})
        else:
            _logger.info("Device %s is not told: given up", self.device_id.id)
            self.unlink()
