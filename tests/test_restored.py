"""A restored copy of a commune's database does no harm once it is neutralised.

By Odoo's own command, in a process of its own: see “Sauvegarder, restaurer” in the
administrator's guide.
"""

import os
import unittest

from odoo.tests import BaseCase, tagged

from .neighbours import Database

ADDRESS = "https://espace-famille.example.org"


def a_commune_at_work(env):
    """Leave what a commune leaves at any moment: letters, jobs, a way to pay online."""
    parameters = env["ir.config_parameter"]
    parameters.set_param("web.base.url", ADDRESS)
    parameters.set_param("web.base.url.freeze", "True")
    env["ir.mail_server"].create({"name": "Mairie", "smtp_host": "smtp.example.org"})
    env["mail.mail"].create(
        {"subject": "Votre facture", "email_to": "alix@example.org", "body_html": "…"}
    )
    env.ref("espace_famille_billing.cron_billing_run")._trigger()
    provider = env.ref("payment.payment_provider_transfer")
    provider.write({"state": "enabled", "is_published": True})
    env["mail.push.device"].create(
        {
            "endpoint": "https://push.example.org/1",
            "keys": "{}",
            "partner_id": env.user.partner_id.id,
        }
    )


def what_it_may_do(env):
    """Return what would still leave the copy, by itself or by a click."""
    parameters = env["ir.config_parameter"]
    crons = env["ir.cron"].search([("cron_name", "!=", False)])
    return {
        "letters": env["mail.mail"].search_count([("state", "=", "outgoing")]),
        "jobs": sorted(set(crons.get_external_id().values())),
        "triggers": env["ir.cron.trigger"].search_count([]),
        "servers": env["ir.mail_server"].search([]).mapped("smtp_host"),
        "providers": env["payment.provider"].search_count([("state", "=", "enabled")]),
        "devices": env["mail.push.device"].search_count([]),
        "address": parameters.get_param("web.base.url"),
        "frozen": parameters.get_param("web.base.url.freeze"),
    }


@tagged("post_install", "-at_install", "apart")
@unittest.skipUnless(os.environ.get("ESPACE_ADDONS"), "needs the databases to copy")
class TestRestored(BaseCase):
    def test_a_neutralised_copy_sends_nothing_and_leads_nowhere(self):
        with Database(os.environ["ESPACE_ADDONS"]).copied() as copy:
            copy.call(a_commune_at_work)
            before = copy.call(what_it_may_do)
            self.assertEqual((before["letters"], before["providers"]), (1, 1))
            self.assertEqual(before["address"], ADDRESS)
            self.assertIn("espace_famille_billing.cron_billing_run", before["jobs"])
            copy.run("neutralize")
            after = copy.call(what_it_may_do)
        self.assertEqual(
            after,
            {
                "letters": 0,
                "jobs": ["base.autovacuum_job"],
                "triggers": 0,
                "servers": ["invalid"],
                "providers": 0,
                "devices": 0,
                "address": "http://localhost:8069",
                "frozen": False,
            },
        )
