"""Invitations on paper, for families of whom the commune knows no e-mail address."""

import base64

from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.renderSVG import drawToString

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...domain import activation as rules


class EspaceActivation(models.Model):
    """A letter holds a code, and no address.

    Whoever has it says on the page at which address the family is reached: the link
    that creates the account is sent there, so that an address is nobody's who cannot
    read what comes to it. The letter can be used until there is an account.
    """

    _inherit = "espace.activation"

    channel = fields.Selection(
        [("mail", "E-mail"), ("letter", "Letter")],
        "Sent by",
        required=True,
        readonly=True,
        default="mail",
    )
    letter_id = fields.Many2one(
        "espace.activation",
        "Asked for with the Letter",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    @api.model
    def _issue_letter(self, guardian, now=None):
        """Invite a guardian by a letter, anew.

        :return: (the invitation, the code that only the letter will hold)
        """
        now = now or fields.Datetime.now()
        self._open_ones(guardian).unlink()
        code = rules.new_code()
        letter_sudo = self.sudo().create(
            {
                "guardian_id": guardian.id,
                "channel": "letter",
                "seal": self._seal("", code),
                "sent_at": now,
                "expires_at": self._expiry(guardian, now),
            }
        )
        return letter_sudo, code

    @api.model
    def _find_letter(self, code, now):
        """Return the open letter with this code, maybe empty."""
        code = rules.read_code(code)
        if not code:
            return self.sudo()
        return self.sudo().search(
            [
                ("channel", "=", "letter"),
                ("seal", "=", self._seal("", code)),
                ("used_at", "=", False),
                ("expires_at", ">", now),
            ],
            limit=1,
        )

    def _answer(self, email, now):
        """Send the link to the address that the holder of this letter has typed.

        :raise UserError: it is no address, or cannot become the login of the family
        """
        self.ensure_one()
        letter_sudo = self.sudo()
        guardian_sudo = letter_sudo.guardian_id
        email = email_normalize(email or "")
        if not email or guardian_sudo._cannot_have(email):
            # Strangers learn nothing about whose address it is.
            raise UserError(
                self.env._(
                    "This e-mail address cannot be used: type another one, or contact "
                    "the town hall."
                )
            )
        letter_sudo._note_opened(now)
        invitation_sudo, code = letter_sudo._issue_to(guardian_sudo, email, now)
        invitation_sudo.letter_id = letter_sudo
        guardian_sudo._send_invitation(invitation_sudo, code)
        return invitation_sudo

    def _keep_address(self):
        """Give the guardian the address at which it has just read the link."""
        for invitation_sudo in self.sudo().filtered("letter_id"):
            invitation_sudo.guardian_id.email = invitation_sudo.email

    # === On paper === #

    def _letter_values(self, code):
        """Return what the letter says of this invitation, as a dict."""
        self.ensure_one()
        family = self.family_id
        return {
            "recipient": family._espace_postal_lines(),
            "url": self.guardian_id._activation_page(),
            "code": " ".join((code[:5], code[5:])),
            "picture": self._letter_picture(code),
            "children": family.main_child_ids.mapped("firstname"),
            "last_day": self.company_id._espace_local(self.expires_at).date(),
        }

    def _letter_picture(self, code):
        """Return the page with this code as a QR code: the address of a picture.

        Drawn in lines: points would need a library that not every server has.
        """
        address = f"{self.guardian_id._activation_page()}?activationCode={code}"
        drawing = createBarcodeDrawing("QR", value=address, width=200, height=200)
        lines = drawToString(drawing).encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(lines).decode()}"
