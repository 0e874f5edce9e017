from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError
from odoo.tools import consteq, email_normalize, hmac

from ...domain import activation as rules


class EspaceActivation(models.Model):
    """The one-time code with which a guardian creates the family's account.

    Only a seal of the code is stored. A new invitation ends the one before. What
    becomes of it: `espace_activation_outcome.py`; those on paper have no address yet:
    `espace_activation_letter.py`.
    """

    _name = "espace.activation"
    _description = "Invitation"
    _inherit = "espace.letter.mixin"
    _order = "id desc"
    _rec_name = "email"

    guardian_id = fields.Many2one(
        "espace.guardian", required=True, index=True, ondelete="cascade"
    )
    family_id = fields.Many2one(related="guardian_id.family_id", store=True, index=True)
    company_id = fields.Many2one(related="guardian_id.company_id", store=True)
    email = fields.Char(readonly=True)
    seal = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    sent_at = fields.Datetime("Sent on", required=True, readonly=True)
    expires_at = fields.Datetime("Ends on", required=True, readonly=True)
    used_at = fields.Datetime("Account Created on", readonly=True)

    _one_open = models.UniqueIndex(
        "(guardian_id, channel) WHERE used_at IS NULL",
        "This guardian is already invited.",
    )
    _email = models.Index("(email) WHERE used_at IS NULL")

    # === The code === #

    @api.model
    def _issue(self, guardian, now=None):
        """Invite a guardian anew.

        :return: (the invitation, the code that only the e-mail will hold)
        :raise UserError: the guardian has no proper e-mail address of its own
        """
        now = now or fields.Datetime.now()
        email = email_normalize(guardian.email or "")
        if not email:
            raise UserError(
                self.env._(
                    "%s has no proper e-mail address: enter one first.", guardian.name
                )
            )
        guardian._check_addresses()
        self._open_ones(guardian).unlink()
        return self._issue_to(guardian, email, now)

    @api.model
    def _issue_to(self, guardian, email, now):
        """Make the invitation that is sent to an address; that before it ends.

        :return: (the invitation, the code)
        """
        sent_sudo = self._open_ones(guardian).filtered(lambda o: o.channel == "mail")
        sent_sudo.unlink()
        code = rules.new_code()
        invitation_sudo = self.sudo().create(
            {
                "guardian_id": guardian.id,
                "email": email,
                "seal": self._seal(email, code),
                "sent_at": now,
                "expires_at": self._expiry(guardian, now),
            }
        )
        return invitation_sudo, code

    @api.model
    def _open_ones(self, guardian):
        """Return the invitations of a guardian that made no account, as superuser."""
        return self.sudo().search(
            [("guardian_id", "=", guardian.id), ("used_at", "=", False)]
        )

    @api.model
    def _expiry(self, guardian, now):
        return now + timedelta(days=guardian.company_id.espace_activation_days)

    @api.model
    def _find(self, email, code, now):
        """Return the open invitation of this address and code, maybe empty.

        Who got another address since is invited anew, there.
        """
        email = email_normalize(email or "")
        if not email:
            return self.sudo()
        code = rules.read_code(code)
        open_sudo = self.sudo().search(
            [("email", "=", email), ("used_at", "=", False), ("expires_at", ">", now)]
        )
        seal = self._seal(email, code)
        found_sudo = open_sudo.filtered(lambda one: consteq(one.seal, seal))[:1]
        known = found_sudo.guardian_id.email_normalized
        return found_sudo if found_sudo.letter_id or known == email else self.sudo()

    @api.model
    def _seal(self, email, code):
        return hmac(self.env(su=True), "espace.activation", f"{email}:{code}")

    # === The account === #

    def _user(self):
        """Return the account that this address has already, maybe empty."""
        self.ensure_one()
        return (
            self.env["res.users"]
            .sudo()
            .with_context(active_test=False)
            .search([("login", "=ilike", self._like_itself(self.email))], limit=1)
        )

    @api.model
    def _like_itself(self, text):
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    def _form_values(self):
        """Return what the commune knows, to fill the form with."""
        self.ensure_one()
        family = self.family_id
        values = {"name": family.lastname or family.name or ""}
        known = self.guardian_id | family.guardian_ids
        for number, guardian in enumerate(known[: rules.MOST_GUARDIANS], 1):
            values |= {
                f"guardian_{number}_id": str(guardian.id),
                f"guardian_{number}_firstname": guardian.firstname or "",
                f"guardian_{number}_lastname": guardian.lastname or "",
                f"guardian_{number}_civility": guardian.civility or "",
            }
        children = family.main_child_ids.sorted(
            lambda c: (c.birth_date or c.create_date.date(), c.id)
        )
        for number, child in enumerate(children[: rules.MOST_CHILDREN], 1):
            values |= {
                f"child_{number}_id": str(child.id),
                f"child_{number}_firstname": child.firstname or "",
                f"child_{number}_lastname": child.lastname or "",
            }
        return values

    def _activate(self, form, password, now):
        """Create the account, or link the one that this address has already.

        :param activation.Form form: checked by `read_form`
        :param str password: the new one, or that of the account there is
        :return: the user
        :raise AccessDenied: the password of the account there is was wrong
        :raise UserError: the address has become that of somebody else too
        """
        self.ensure_one()
        invitation_sudo = self.sudo()
        invitation_sudo._keep_address()
        if invitation_sudo.guardian_id._address_problems():
            raise UserError(
                self.env._(
                    "Somebody else has this e-mail address too: ask the town hall to "
                    "enter one of your own, and to invite you again."
                )
            )
        user = invitation_sudo._user()
        if user:
            invitation_sudo._check_password(user, password)
            invitation_sudo._link(user)
        else:
            user = invitation_sudo._create_user(password)
        # A letter that asked for this link has had its effect too.
        self._open_ones(invitation_sudo.guardian_id).used_at = now
        invitation_sudo.family_id.state = "active"
        invitation_sudo._take_over(form, user)
        return user

    def _check_password(self, user, password):
        if not user.active or not user._is_portal():
            raise AccessDenied
        user.with_user(user)._check_credentials(
            {"type": "password", "login": user.login, "password": password},
            {"interactive": True},
        )

    def _link(self, user):
        """Make the person who has the account this family's guardian.

        In another commune the guardian keeps its own contact, with what that commune
        was told.
        """
        guardian, person = self.guardian_id, self.guardian_id.partner_id
        if guardian.person_id == user.partner_id:
            return
        if user.partner_id.company_id == self.company_id:
            guardian.partner_id = user.partner_id
            if not person.user_ids:
                person.active = False
        else:
            guardian.person_id = user.partner_id
        if self.company_id not in user.company_ids:
            user.company_ids += self.company_id

    def _create_user(self, password):
        guardian = self.guardian_id
        return (
            self.env["res.users"]
            .sudo()
            .with_context(no_reset_password=True)
            .create(
                {
                    "partner_id": guardian.partner_id.id,
                    "login": self.email,
                    "password": password,
                    "company_id": self.company_id.id,
                    "company_ids": [fields.Command.set(self.company_id.ids)],
                    "group_ids": [
                        fields.Command.set(self.env.ref("base.group_portal").ids)
                    ],
                }
            )
        )

    # === What the parent corrected === #

    def _take_over(self, form, user):
        """Apply what the parent corrected, or leave it to staff."""
        family = self.family_id
        changes_sudo = self.env["espace.change"].with_user(user).sudo()
        proposed_sudo = changes_sudo._propose(family, {"lastname": form.name})
        for model, people, known in (
            ("espace.guardian", form.guardians, family.guardian_ids),
            ("espace.child", form.children, family.main_child_ids),
        ):
            columns = ("firstname", "lastname", "civility")[
                : 3 if model == "espace.guardian" else 2
            ]
            for person in people:
                values = {column: getattr(person, column) for column in columns}
                record = known.filtered(lambda one, id=person.id: one.id == id)
                if record:
                    proposed_sudo |= changes_sudo._propose(record, values)
                elif person.id is None:
                    proposed_sudo |= changes_sudo._propose_new(family, model, values)
        if self.company_id.espace_changes == "apply":
            proposed_sudo._apply_safe()
