from odoo.addons.payment import reset_payment_provider, setup_provider

from . import controllers
from . import models


def post_init_hook(env):
    """Give each company its provider, as Odoo's own providers do."""
    setup_provider(env, "payfip")


def uninstall_hook(env):
    """Disable the providers; what was paid stays."""
    reset_payment_provider(env, "payfip")
