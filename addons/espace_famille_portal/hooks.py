"""What the portal sets for the whole database when it comes, and gives back."""

import logging

from odoo.addons.espace_famille.libraries import Release, refuse_unfit, report_unfit

_logger = logging.getLogger(__name__)

PREFIX = "espace_famille_portal."
BEFORE = f"{PREFIX}before."
NOTHING = "-"

SET = {
    # Families come by invitation: auth_signup opens free registration by default.
    "auth_signup.invitation_scope": "b2b",
    # Links in e-mails lead where the settings say, not to the host by which an
    # administrator happened to log in.
    "web.base.url.freeze": "True",
}

NEEDED = {
    "altcha": Release("2", "", "earlier ones make another kind of challenge"),
}


def pre_init_hook(_env):
    """Install nothing with libraries that do not work."""
    refuse_unfit(NEEDED)


def post_load():
    """Say in the log which libraries do not work."""
    report_unfit(NEEDED)


def post_init_hook(env):
    """Set what families need, and remember what stood there."""
    parameters = env["ir.config_parameter"]
    for key, wanted in SET.items():
        before = parameters.get_param(key) or NOTHING
        parameters.set_param(f"{BEFORE}{key}", before)
        parameters.set_param(key, wanted)
        _logger.info("The parameter %s is %s now, it was %s", key, wanted, before)


def uninstall_hook(env):
    """Give back what stood there, unless somebody has changed it since."""
    # Without us Odoo would push to families what staff write.
    env["mail.push.device"].search([("espace_of_family", "=", True)]).unlink()
    parameters = env["ir.config_parameter"]
    for key, wanted in SET.items():
        before = parameters.get_param(f"{BEFORE}{key}")
        if before and parameters.get_param(key) == wanted:
            parameters.set_param(key, before != NOTHING and before)
            _logger.info("The parameter %s is %s again", key, before)
    parameters.search([("key", "=like", f"{PREFIX}%")]).unlink()
