from odoo import api, fields, models
from odoo.tools import config

from .espace_setup import Look

HOURS_OF_FAILURES = 24
RECEIVED = ("received", "spam")


class ResCompany(models.Model):
    """The last test of the outgoing e-mails, and whether somebody received it."""

    _inherit = "res.company"

    espace_mail_test = fields.Char(
        "Settings of the Last Test E-mail",
        copy=False,
        groups="espace_famille.group_admin",
        help="What e-mails left with, as `_espace_mail_settings` says it.",
    )
    espace_mail_test_on = fields.Datetime(
        "Test E-mail Sent on", copy=False, groups="espace_famille.group_admin"
    )
    espace_mail_test_answer = fields.Selection(
        [
            ("waiting", "Accepted, not yet confirmed"),
            ("received", "Received"),
            ("spam", "Received among the junk"),
            ("nothing", "Never came"),
        ],
        "Test E-mail",
        copy=False,
        groups="espace_famille.group_admin",
    )

    def _espace_mail_server(self):
        """Return the outgoing server of the database as superuser, maybe none."""
        return self.env["ir.mail_server"].sudo().search([], limit=1)

    def _espace_test_sender(self):
        """Return from whom test e-mails come, as those that families receive.

        False for a commune without an address.
        """
        self.ensure_one()
        return self.email_formatted

    def _espace_mail_settings(self):
        """Say with which server and sender e-mails leave now, '' without a server.

        It changes with whatever a test depends on, so that a test proves nothing of
        the settings that come after it.
        """
        self.ensure_one()
        server_sudo = self._espace_mail_server()
        sender = self._espace_test_sender() or ""
        if server_sudo:
            return f"{server_sudo.id}/{server_sudo.write_date}/{sender}"
        host = config["smtp_server"]
        if host in (False, "", "localhost", "127.0.0.1"):
            return ""
        return f"{host}:{config['smtp_port']}/{config['smtp_user']}/{sender}"


class EspaceSetup(models.AbstractModel):
    """The outgoing e-mails: set up, tried with these settings, and received."""

    _inherit = "espace.setup"

    @api.model
    def _look_mail(self, company):
        button = self.env._("Set Up and Try")
        settings = company._espace_mail_settings()
        if not settings:
            return Look(
                False,
                self.env._("No outgoing server: invitations would not leave."),
                button,
            )
        answer = company.espace_mail_test_answer
        if company.espace_mail_test != settings or not answer:
            return Look(
                False, self.env._("Not tried yet with the present settings."), button
            )
        when = company._espace_limit_words(company.espace_mail_test_on)
        if answer == "waiting":
            return Look(
                False,
                self.env._("A test of %s was accepted: did it arrive?", when),
                button,
            )
        if answer == "nothing":
            return Look(False, self.env._("The test of %s never came.", when), button)
        failed = self._mails_refused(company.espace_mail_test_on)
        if failed:
            return Look(
                False,
                self.env._(
                    "Refused since yesterday: %s e-mails. Look at them, and try again.",
                    failed,
                ),
                button,
                other=(self.env._("See the refused e-mails"), "refused"),
            )
        words = self.env._("Test received, sent on %s", when)
        spam = answer == "spam" and self.env._(
            "The test came among the junk: ask your host that the sender's domain "
            "allows this server (SPF, DKIM)."
        )
        return Look(True, words, button, warning=spam or "")

    @api.model
    def _mails_refused(self, tested_on):
        """Return how many e-mails were refused in 24 hours, after the last test."""
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=HOURS_OF_FAILURES)
        return (
            self.env["mail.mail"]
            .sudo()
            .search_count(
                [
                    ("state", "=", "exception"),
                    ("write_date", ">=", max(since, tested_on)),
                ]
            )
        )

    @api.model
    def _open_mail(self, company, key):
        if key == "refused" and self.env.user.has_group("base.group_system"):
            return {
                **self._list("mail.action_view_mail_mail"),
                "domain": [("state", "=", "exception")],
                "context": {},
            }
        return self._dialog("espace.mail.wizard", self.env._("Sending e-mails"))
