import smtplib
from datetime import date

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize
from odoo.tools.misc import format_date

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..models.core.espace_letter import server_words
from ..models.setup.mail_probe import Stage, probe

REFUSALS = (
    MailDeliveryException,
    UserError,
    smtplib.SMTPException,
    OSError,
    ValueError,
    AssertionError,
)
ICONS = {
    "ok": ("fa-check-circle text-success", "✓"),
    "warning": ("fa-exclamation-triangle text-warning", "!"),
    "failed": ("fa-times-circle text-danger", "✗"),
    "skipped": ("fa-circle-o text-muted", ""),
}


class EspaceMailWizard(models.TransientModel):
    """Sets up the outgoing e-mails, sends one, and asks whether it arrived."""

    _name = "espace.mail.wizard"
    _description = "Outgoing E-mails"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    may_change = fields.Boolean(compute="_compute_may_change")
    in_file = fields.Boolean(compute="_compute_may_change")
    host = fields.Char("Outgoing Server", help="As your host names it: smtp.…")
    # As it is typed: the usual port is shown in its place and never written into it,
    # so that no answer of the server, however late, replaces what somebody types.
    port = fields.Char(help="Empty: the usual port of the encryption.")
    usual_port = fields.Char(compute="_compute_usual_port")
    encryption = fields.Selection(
        [
            ("starttls_strict", "STARTTLS, certificate verified (587)"),
            ("ssl_strict", "SSL/TLS, certificate verified (465)"),
            ("starttls", "STARTTLS, whatever the certificate"),
            ("ssl", "SSL/TLS, whatever the certificate"),
            ("none", "None (a server of your own network)"),
        ],
        default="starttls_strict",
        required=True,
    )
    user = fields.Char("Log-In")
    password = fields.Char(help="Leave empty to keep the one that is there.")
    address = fields.Char(
        "Send the Test to", required=True, default=lambda self: self.env.company.email
    )
    state = fields.Selection(
        [("draft", "To try"), ("failed", "Refused"), ("accepted", "Accepted")],
        default="draft",
        required=True,
    )
    stages = fields.Html("What the Server Says", readonly=True, sanitize=False)

    @api.model
    def default_get(self, fields):
        """Begin with the server that there is."""
        values = super().default_get(fields)
        server_sudo = self.env.company._espace_mail_server()
        if server_sudo:
            values.update(
                host=server_sudo.smtp_host,
                port=str(server_sudo.smtp_port),
                encryption=server_sudo.smtp_encryption,
                user=server_sudo.smtp_user,
            )
        return {name: value for name, value in values.items() if name in fields}

    @api.depends("company_id")
    def _compute_may_change(self):
        """A server that logs in otherwise than by a password is Odoo's own screen's."""
        server_sudo = self.env.company._espace_mail_server()
        by_password = server_sudo.smtp_authentication in (False, "login")
        in_file = not server_sudo and not self.env["ir.mail_server"]._espace_problem()
        for wizard in self:
            wizard.in_file = in_file
            wizard.may_change = (
                by_password
                and not in_file
                and self.env.user.has_group("base.group_system")
            )

    @api.depends("encryption")
    def _compute_usual_port(self):
        for wizard in self:
            kind = (wizard.encryption or "").removesuffix("_strict")
            wizard.usual_port = {"ssl": "465", "none": "25"}.get(kind, "587")

    def _port(self):
        """Return the port that was typed, or the usual one.

        :raise UserError: what was typed is no port
        """
        typed = (self.port or "").strip() or self.usual_port
        if not typed.isdecimal() or not 0 < int(typed) < 65536:
            raise UserError(
                self.env._("“%s” is no port: enter a number, such as 587.", typed)
            )
        return int(typed)

    # === Actions === #

    def action_test(self):
        """Keep the settings, ask the server step by step and send an e-mail."""
        self.ensure_one()
        self.env["espace.setup"]._check_admin()
        address = email_normalize(self.address or "")
        if not address:
            raise UserError(self.env._("“%s” is no e-mail address.", self.address))
        if self.may_change:
            self._write_server()
        stages = self._asked()
        if all(stage.state != "failed" for stage in stages):
            stages.append(self._sent(address))
        else:
            stages.append(Stage("accepted", "skipped"))
        accepted = stages[-1].state == "ok"
        stages.append(self._sender() if accepted else Stage("sender", "skipped"))
        company_sudo = self.company_id.sudo()
        if accepted:
            company_sudo.write(
                {
                    "espace_mail_test": company_sudo._espace_mail_settings(),
                    "espace_mail_test_on": fields.Datetime.now(),
                    "espace_mail_test_answer": "waiting",
                }
            )
        self.write(
            {
                "state": "accepted" if accepted else "failed",
                "stages": self._stages_words(stages),
                "password": False,
            }
        )
        return self._reopen()

    def action_received(self):
        return self._answer("received")

    def action_spam(self):
        return self._answer("spam")

    def action_nothing(self):
        """Say that nothing came, and what to look at."""
        self._answer("nothing")
        self.state = "failed"
        self.stages += Markup('<p class="text-danger fw-bold" role="status">%s</p>') % (
            self.env._(
                "Accepted, but never arrived: the address may be wrong, or the server "
                "of the recipient refuses this sender. Ask your host for the journal "
                "of the sendings, then try another address."
            )
        )
        return self._reopen()

    def _answer(self, answer):
        self.ensure_one()
        self.env["espace.setup"]._check_admin()
        company_sudo = self.company_id.sudo()
        if company_sudo.espace_mail_test != company_sudo._espace_mail_settings():
            raise UserError(
                self.env._("The settings have changed since: send another test.")
            )
        company_sudo.espace_mail_test_answer = answer
        return {"type": "ir.actions.act_window_close"}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sending e-mails"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # === The conversation === #

    def _write_server(self):
        """Keep what was typed as the outgoing server of the database.

        :raise UserError: no server is named
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Only the administrator of Odoo sets up a mail server.")
            )
        if not (self.host or "").strip():
            raise UserError(self.env._("Enter the name of the outgoing server."))
        server_sudo = self.company_id._espace_mail_server()
        values = {
            "smtp_host": self.host.strip(),
            "smtp_port": self._port(),
            "smtp_encryption": self.encryption,
            "smtp_user": self.user,
        }
        changed = {
            name: value
            for name, value in values.items()
            if (server_sudo[name] or False) != (value or False)
        }
        if self.password:
            changed["smtp_pass"] = self.password
        if not server_sudo:
            server_sudo.create({"name": self.host.strip(), **values, **changed})
        elif changed:
            server_sudo.write(changed)

    def _asked(self):
        server_sudo = self.company_id._espace_mail_server()
        if not server_sudo or server_sudo.smtp_authentication != "login":
            # Odoo's own connection says what it has to say when the e-mail leaves.
            return []
        return probe(
            server_sudo.smtp_host,
            server_sudo.smtp_port,
            server_sudo.smtp_encryption,
            server_sudo.smtp_user or "",
            server_sudo.smtp_pass or "",
        )

    def _sent(self, address):
        commune = self.company_id
        mail_sudo = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": self.env._("Test of the e-mails of %s", commune.name),
                    "body_html": Markup("<p>%s</p>")
                    % self.env._(
                        "E-mails of Espace Famille leave as they should. Say so in the "
                        "start-up screen."
                    ),
                    "email_from": commune._espace_test_sender()
                    or self.env.user.email_formatted,
                    "email_to": address,
                    "auto_delete": True,
                }
            )
        )
        try:
            mail_sudo.send(raise_exception=True)
        except REFUSALS as error:
            mail_sudo.exists().unlink()
            words = server_words("\n".join(str(part) for part in error.args))
            return Stage("accepted", "failed", words)
        return Stage("accepted", "ok")

    def _sender(self):
        """Compare the domain of the sender with that of the server.

        Whether the domain allows the server (SPF) is asked of the DNS by those who
        receive: only its owner can tell.
        """
        sender = email_normalize(self.company_id._espace_test_sender() or "") or ""
        domain = sender.partition("@")[2]
        server_sudo = self.company_id._espace_mail_server()
        login = (server_sudo.smtp_user or "").partition("@")[2].lower()
        host = (server_sudo.smtp_host or "").lower()
        same = domain and (login == domain or host.endswith(f".{domain}"))
        return Stage("sender", "ok" if same else "warning", sender)

    # === Words === #

    def _stages_words(self, stages):
        rows = Markup().join(
            Markup(
                '<li class="d-flex gap-2 mb-1" data-stage="%s" data-state="%s">'
                '<i class="fa fa-fw mt-1 %s" aria-hidden="true"></i>'
                '<span><span class="visually-hidden">%s </span>%s'
                '<br/><small class="text-muted">%s</small></span></li>'
            )
            % (stage.code, stage.state, *ICONS[stage.state], *self._stage_words(stage))
            for stage in stages
        )
        return Markup('<ul class="list-unstyled mb-0" role="status">%s</ul>') % rows

    def _stage_words(self, stage):
        """Return (what it is, what there is to know) of a stage."""
        titles = {
            "found": self.env._("Server found"),
            "encrypted": self.env._("Connection encrypted"),
            "login": self.env._("Log-in accepted"),
            "accepted": self.env._("Message accepted"),
            "sender": self.env._("Sender"),
        }
        refusals = {
            "found": self.env._("Server not found"),
            "encrypted": self.env._("No encrypted connection"),
            "login": self.env._("Log-in refused"),
            "accepted": self.env._("Message refused"),
        }
        if stage.state == "skipped":
            return titles[stage.code], self.env._("not tried")
        if stage.state == "failed":
            return refusals[stage.code], self._advice(stage)
        if stage.code == "encrypted" and stage.state == "warning":
            return (
                self.env._("Connection not encrypted"),
                self.env._("Only for a server of your own network."),
            )
        if stage.code == "encrypted" and stage.words:
            day = format_date(self.env, date.fromisoformat(stage.words))
            return titles[stage.code], self.env._("certificate valid until %s", day)
        if stage.code == "sender" and stage.state == "warning":
            return titles[stage.code], self.env._(
                "%s: its domain is not that of the server. Unless the domain allows "
                "it (SPF, DKIM: ask your host), some parents find the e-mails among "
                "the junk.",
                stage.words,
            )
        return titles[stage.code], stage.words

    def _advice(self, stage):
        advice = {
            "found": self.env._(
                "The server answers “%s”: look at its name and its port."
            ),
            "encrypted": self.env._(
                "The server answers “%s”: look at the encryption and the port."
            ),
            "login": self.env._(
                "The server answers “%s”: the password is wrong, or the mailbox may "
                "not send. Ask your host."
            ),
            "accepted": self.env._(
                "The server answers “%s”: it does not send for this sender, or to "
                "this address."
            ),
        }
        return advice[stage.code] % stage.words
