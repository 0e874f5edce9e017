import logging
from collections import defaultdict

from werkzeug.exceptions import NotFound

from odoo import api, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)

# What the names of our addons begin with.
OURS = "espace_famille"
# Beginnings of routes of Odoo that no page of a parent or of a visitor needs.
CLOSED = (
    # Discussions, and what they push.
    "/bus/",
    "/chat/",
    "/discuss/",
    "/mail/action",
    "/mail/attachment/",
    "/mail/avatar/",
    "/mail/chatter_fetch",
    "/mail/data",
    "/mail/guest/",
    "/mail/history/",
    "/mail/inbox/",
    "/mail/link_preview",
    "/mail/message/",
    "/mail/partner/",
    "/mail/read_subscription_data",
    "/mail/rtc/",
    "/mail/set_manual_im_status",
    "/mail/starred/",
    "/mail/thread/",
    "/mail/update_is_internal",
    "/meet/",
    "/portal/attachment/",
    "/portal/chatter_init",
    "/websocket",
    # The editor, which fetches foreign addresses.
    "/html_editor/",
    "/web_editor/",
    # The locked screen of agents.
    "/auth-timeout/",
    # The back office.
    "/account/",
    "/base_import/",
    "/base_setup/",
    "/doc-bearer/",
    "/doc/",
    "/google_gmail/",
    "/json/",
    "/microsoft_outlook/",
    "/peppol/authentication/",
    "/product/",
    "/report/",
    "/spreadsheet/",
    "/web/action/",
    "/web/become",
    "/web/binary/upload_attachment",
    "/web/dataset/call_button",
    "/web/domain/",
    "/web/export/",
    "/web/model/",
    "/web/partner/vcard",
    "/web/pivot/",
    "/web/profile_config/",
    "/web/session/account",
    "/web/session/modules",
    "/web/set_profiling",
    "/web/speedscope/",
    "/web/tests",
    "/web/view/",
    "/web/webclient/load_menus",
    "/web_enterprise/",
    "/web_unsplash/",
    # What the pages of the household replace.
    "/my/address/archive",
    "/my/address/country_info",
    "/my/payment_method",
    "/payment/archive_token",
)
# What stays open below them.
OPEN = (
    "/html_editor/image_shape/",
    "/html_editor/shape/",
    "/json/version",
    "/report/barcode",
    "/web_editor/font_to_img/",
    "/web_editor/image_shape/",
    "/web_editor/shape/",
    "/websocket/health",
)
# What of its context a call of a parent keeps.
CONTEXT = ("allowed_company_ids", "code", "lang", "password", "tz", "uid")
LONGEST_NAME = 100


class EspaceDoor(models.AbstractModel):
    """What Odoo opens beside the portal, and what a parent reaches of it.

    Agents, and portal users who are guardians of no family, keep what Odoo gives them.
    """

    _name = "espace.door"
    _description = "What Parents Reach of Odoo"

    # === Routes === #

    @api.model
    def _closed_routes(self):
        """Hook: beginnings of the routes that parents and visitors do not reach."""
        return CLOSED

    @api.model
    def _open_routes(self):
        """Hook: beginnings of the routes that stay open below the closed ones."""
        return OPEN

    @api.model
    def _check_route(self, route):
        """Refuse a route of the routing map to who must not reach it.

        :raise NotFound: it is closed to this user
        """
        if (
            route.startswith(self._closed_routes())
            and not route.startswith(self._open_routes())
            and self._is_outside()
        ):
            _logger.info("%s is closed to user %s", route, self.env.uid)
            raise NotFound()

    @api.model
    def _is_outside(self):
        user = self.env.user
        return not self.env.uid or user._is_public() or user._espace_is_parent()

    # === Routes of other addons === #

    @api.model
    def _own_addons(self):
        """Return the names of our addons and of all that Odoo installs with them."""
        installed_sudo = (
            self.env["ir.module.module"]
            .sudo()
            .search([("state", "in", ("installed", "to upgrade"))])
        )
        needs, triggers = {}, {}
        for module in installed_sudo:
            links = module.dependencies_id
            needs[module.name] = set(links.mapped("name"))
            if module.auto_install:
                required = links.filtered("auto_install_required")
                triggers[module.name] = set(required.mapped("name"))
        own, before = {name for name in needs if name.startswith(OURS)}, set()
        while own != before:
            before = set(own)
            own.update(*(needs.get(name, ()) for name in before))
            own.update(name for name, wanted in triggers.items() if wanted <= own)
        return own

    @api.model
    def _foreign_routes(self):
        """Return {addon: its routes} of addons that do not come with ours.

        Nothing closes them here: the administrator looks whether parents may.
        """
        http, own = self.env["ir.http"], self._own_addons()
        routes = defaultdict(set)
        for route, endpoint in http._generate_routing_rules(
            sorted(self.env.registry._init_modules), http._get_converters()
        ):
            addon = endpoint.func.__module__.removeprefix("odoo.addons.").split(".")[0]
            if addon not in own:
                routes[addon].add(route)
        return {addon: sorted(found) for addon, found in sorted(routes.items())}

    # === Calls of methods by their names === #

    @api.model
    def _callable(self):
        """Hook: return {(model, method): (a check of each argument…)}.

        A check takes (records without ids, what was sent) and tells whether it fits.
        Passkeys, the second factor and the identity check are Odoo's, as its portal
        pages call them; their methods ask for the password themselves.
        """
        return {
            ("res.users", "action_create_passkey"): (is_me,),
            ("res.users", "action_revoke_all_devices"): (is_me,),
            ("res.users", "action_totp_disable"): (is_me,),
            ("res.users", "action_totp_enable_wizard"): (is_me,),
            ("res.users", "revoke_all_devices"): (is_me,),
            ("res.users.identitycheck", "run_check"): (is_mine,),
            ("res.users.identitycheck", "write"): (is_mine, is_by_password),
            ("auth_totp.device", "remove"): (is_mine,),
            ("auth_totp.wizard", "enable"): (is_mine,),
            ("auth_totp.wizard", "read"): (is_mine, is_nothing),
            ("auth.passkey.key", "action_delete_passkey"): (is_mine,),
            ("auth.passkey.key", "write"): (is_mine, is_name),
            ("auth.passkey.key.create", "create"): (is_one_name,),
            ("auth.passkey.key.create", "make_key"): (is_mine, is_registration),
        }

    @api.model
    def _check_call(self, model, method, args, kwargs):
        """Return the named arguments with which a method may be called.

        :raise AccessError: the user is a parent, and this is not on the list
        """
        if not self.env.user._espace_is_parent():
            return kwargs
        checks = self._callable().get((str(model), str(method)), ())
        fits = (
            checks
            and model in self.env
            and isinstance(args, list)
            and len(args) == len(checks)
            and isinstance(kwargs, dict)
            and not kwargs.keys() - {"context"}
            and all(
                check(self.env[model], sent)
                for check, sent in zip(checks, args, strict=True)
            )
        )
        if not fits:
            _logger.info("%s.%s is closed to user %s", model, method, self.env.uid)
            raise AccessError(
                self.env._("This cannot be called: use the pages of the portal.")
            )
        context = kwargs.get("context")
        kept = CONTEXT if isinstance(context, dict) else ()
        return {"context": {key: context[key] for key in kept if key in context}}


# === Checks of arguments === #


def read_ids(sent):
    """Return the ids that were sent as a number or a list, none if they are no ids."""
    ids = sent if isinstance(sent, list) else [sent]
    return ids if all(type(one) is int for one in ids) else []


def is_me(model, sent):
    return read_ids(sent) == model.env.user.ids


def is_mine(model, sent):
    """Tell whether one record was sent, which belongs to the user."""
    ids = read_ids(sent)
    record_sudo = model.sudo().browse(ids).exists()
    owner = "user_id" if "user_id" in model._fields else "create_uid"
    return len(ids) == len(record_sudo) == 1 and record_sudo[owner] == model.env.user


def is_nothing(_model, sent):
    return sent == []


def is_by_password(_model, sent):
    return sent == {"auth_method": "password"}


def is_name(_model, sent):
    return (
        isinstance(sent, dict)
        and sent.keys() == {"name"}
        and isinstance(sent["name"], str)
        and 0 < len(sent["name"]) <= LONGEST_NAME
    )


def is_one_name(model, sent):
    return isinstance(sent, list) and len(sent) == 1 and is_name(model, sent[0])


def is_registration(_model, sent):
    return isinstance(sent, dict)
