"""Which PostgreSQL a page is read of, where there is a replica (`db_replica_host`).

A replica is late by what it has not applied yet. A parent who has just pressed a button
has to see what it did: for a while such a browser reads of the primary.
"""

import time

from odoo.http import request
from odoo.tools import config

CHANGED_KEY = "espace_changed_at"

# Longer than a replica is late as the deployment guide sets it up.
SECONDS = 30


def of_replica(_controller=None, _rule=None, _args=None):
    """Tell whether a page that only reads may do so of the replica, for a route."""
    return time.time() - (request.session.get(CHANGED_KEY) or 0) > SECONDS


def note_change():
    """Remember that this browser has changed something; with a replica alone."""
    if config["db_replica_host"] and request.httprequest.method == "POST":
        request.session[CHANGED_KEY] = time.time()
