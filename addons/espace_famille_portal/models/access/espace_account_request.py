from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize


class EspaceAccountRequest(models.Model):
    """A parent without invitation asks for an account; staff say yes or no."""

    _name = "espace.account.request"
    _description = "Request of an Account"
    _inherit = ["espace.thread"]
    _order = "id desc"
    _rec_name = "email"

    company_id = fields.Many2one("res.company", required=True, index=True)
    civility = fields.Selection([("madam", "Mrs"), ("sir", "Mr")], required=True)
    firstname = fields.Char("First Name", required=True)
    lastname = fields.Char("Last Name", required=True)
    email = fields.Char(required=True)
    phone = fields.Char()
    children = fields.Text(help="First name, last name and school, as they were typed.")
    known_guardian_ids = fields.Many2many(
        "espace.guardian",
        string="Guardians with this Address",
        compute="_compute_known_guardians",
    )
    family_id = fields.Many2one(
        "espace.family",
        "Family Account",
        domain="[('company_id', '=', company_id)]",
        help="Choose the family if it is known already; empty: a new one is created.",
    )
    state = fields.Selection(
        [
            ("new", "To look at"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
        ],
        default="new",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    reason = fields.Char("Reason of the Refusal", help="Sent to the parent.")

    @api.depends("email", "company_id")
    def _compute_known_guardians(self):
        Guardian = self.env["espace.guardian"]
        for request in self:
            address = email_normalize(request.email or "")
            request.known_guardian_ids = address and Guardian.search(
                [
                    ("email_normalized", "=", address),
                    ("company_id", "=", request.company_id.id),
                ]
            )

    @api.model
    def _receive(self, company, values):
        """Keep what a parent sent; asking again replaces what nobody looked at."""
        address = email_normalize(values["email"])
        known_sudo = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("email", "=", address),
                ("state", "=", "new"),
            ],
            limit=1,
        )
        vals = {**values, "email": address, "company_id": company.id}
        if known_sudo:
            known_sudo.write(vals)
            return known_sudo
        return self.sudo().create(vals)

    # === Deciding === #

    def action_accept(self):
        """Invite the parent: as a guardian of the family chosen, or of a new one."""
        self._check_decides()
        for request in self:
            guardian = request._guardian()
            guardian._invite()
            request.write({"state": "accepted", "family_id": guardian.family_id.id})

    def action_refuse(self):
        """Refuse; the parent is notified of the reason."""
        self._check_decides()
        if any(not request.reason for request in self):
            raise UserError(
                self.env._("Enter the reason of the refusal: the parent reads it.")
            )
        for request in self:
            request.state = "refused"
            self.env["mail.template"]._espace_make(
                "espace_famille_portal.mail_template_account_refused",
                lambda template, request=request: template.send_mail(request.id),
                request,
            )

    def _check_decides(self):
        if not self.env.user.has_group("espace_famille.group_manager"):
            raise AccessError(self.env._("Only the management gives accounts."))
        self.check_access("write")
        if any(request.state != "new" for request in self):
            raise UserError(self.env._("Some of these were decided already: reload."))

    def _guardian(self):
        """Return the guardian to invite, created where the commune knows none."""
        self.ensure_one()
        known = self.known_guardian_ids
        if self.family_id:
            known = known.filtered(lambda one: one.family_id == self.family_id)
        if known:
            return known[0]
        family = self.family_id or self.env["espace.family"].create(
            {"name": self.lastname, "company_id": self.company_id.id}
        )
        return self.env["espace.guardian"].create(
            {
                "family_id": family.id,
                "civility": self.civility,
                "firstname": self.firstname,
                "lastname": self.lastname,
                "email": self.email,
                "phone": self.phone,
            }
        )
