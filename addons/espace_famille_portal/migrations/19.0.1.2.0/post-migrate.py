"""What 19.0.1.2 sets where it was installed before."""

from odoo import SUPERUSER_ID, api

# As in data/res_groups.xml, which an update does not read again.
IDLE_MINUTES = {
    "animation": 120,
    "manager": 60,
    "finance": 30,
    "health": 30,
    "admin": 30,
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    set_idle_minutes(env)
    release_news(cr)


def set_idle_minutes(env):
    """Lock the screens of agents who are away; keep what a commune has set itself."""
    for name, minutes in IDLE_MINUTES.items():
        group = env.ref(f"espace_famille.group_{name}")
        if not group.lock_timeout_inactivity:
            group.lock_timeout_inactivity = minutes


def release_news(cr):
    """Leave published what families read before there were drafts."""
    cr.execute(
        "UPDATE espace_news SET released_at = publish_at WHERE released_at IS NULL"
    )
