import base64

from odoo import api, fields, models
from odoo.exceptions import UserError


class EspaceInvitation(models.TransientModel):
    """Invites one or hundreds of guardians; shows first who can be."""

    _name = "espace.invitation"
    _description = "Invite Families"

    line_ids = fields.One2many("espace.invitation.line", "invitation_id")
    mail_problem = fields.Char(compute="_compute_mail_problem")
    ready_count = fields.Integer("To Invite", compute="_compute_counts")
    again_count = fields.Integer("Invited before", compute="_compute_counts")
    account_count = fields.Integer("With an Account", compute="_compute_counts")
    no_email_count = fields.Integer("Without an Address", compute="_compute_counts")
    refused_count = fields.Integer("Cannot Be Invited", compute="_compute_counts")

    # For households that no e-mail reaches
    letter_count = fields.Integer(
        "Households without E-mail", compute="_compute_letter_count"
    )
    letters = fields.Binary(attachment=False, readonly=True)
    letters_name = fields.Char(readonly=True)

    @api.depends("line_ids.guardian_id")
    def _compute_letter_count(self):
        for invitation in self:
            invitation.letter_count = len(invitation.line_ids.guardian_id._by_letter())

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for invitation in self:
            statuses = invitation.line_ids.mapped("status")
            invitation.again_count = statuses.count("again")
            invitation.ready_count = statuses.count("new") + invitation.again_count
            invitation.account_count = statuses.count("account")
            invitation.no_email_count = statuses.count("no_email")
            invitation.refused_count = statuses.count("refused")

    def _compute_mail_problem(self):
        self.mail_problem = self.env["ir.mail_server"]._espace_problem()

    @api.model
    def _open(self, guardians):
        invitation = self.create(
            {
                "line_ids": [
                    fields.Command.create({"guardian_id": guardian.id})
                    for guardian in guardians
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invite to the Portal"),
            "res_model": self._name,
            "res_id": invitation.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_send(self):
        """Send the e-mails; codes sent before end.

        :raise UserError: nobody can be invited; says of each why, and what to do
        """
        self.ensure_one()
        guardians = self.line_ids.guardian_id
        guardians._check_invites()
        invitable = guardians._invitable()
        refused = invitable.browse([one.id for one in invitable._address_problems()])
        invitations = (invitable - refused or refused)._invite()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": self._sent_words(invitations, refused),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_print_letters(self):
        """Print a letter with a code, a page a household; codes of before end.

        The codes are nowhere but in this document: print again to have others.

        :raise UserError: an e-mail reaches all of these households
        """
        self.ensure_one()
        guardians = self.line_ids.guardian_id
        guardians._check_invites()
        chosen = guardians._by_letter().sorted(lambda one: one.family_id.name or "")
        if not chosen:
            raise UserError(self.env._("All these households are reached by e-mail."))
        letters, codes = chosen._invite_by_letter()
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "espace_famille_portal.activation_letter_report",
            letters.ids,
            data={"letter_codes": codes},
        )
        self.letters = base64.b64encode(content)
        self.letters_name = self.env._("Letters of invitation.pdf")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/letters/{self.letters_name}"
            "?download=true",
            "target": "download",
        }

    def _sent_words(self, invitations, refused):
        words = self.env._("Invitations on their way: %s.", len(invitations))
        if refused:
            names = ", ".join(refused.mapped("name"))
            words += " " + self.env._("Not invited, see the list: %s.", names)
        return words


class EspaceInvitationLine(models.TransientModel):
    _name = "espace.invitation.line"
    _description = "Guardian to Invite"
    _order = "status, id"

    invitation_id = fields.Many2one(
        "espace.invitation", required=True, ondelete="cascade"
    )
    guardian_id = fields.Many2one("espace.guardian", required=True, ondelete="cascade")
    family_id = fields.Many2one(related="guardian_id.family_id")
    email = fields.Char(related="guardian_id.email")
    status = fields.Selection(
        [
            ("new", "Will be invited"),
            ("again", "Will be invited again: the code before ends"),
            ("account", "Has an account"),
            ("no_email", "No proper e-mail address"),
            ("refused", "Cannot be invited"),
        ],
        compute="_compute_status",
        store=True,
    )
    problem = fields.Char("Why, and What to Do", compute="_compute_status", store=True)

    @api.depends("guardian_id")
    def _compute_status(self):
        problems = self.guardian_id._invitable()._address_problems()
        for line in self:
            guardian_sudo = line.guardian_id.sudo()
            line.problem = problems.get(line.guardian_id, "")
            if guardian_sudo.user_id:
                line.status = "account"
            elif not guardian_sudo.email_normalized:
                line.status = "no_email"
            elif line.problem:
                line.status = "refused"
            else:
                line.status = "again" if guardian_sudo.activation_ids else "new"
