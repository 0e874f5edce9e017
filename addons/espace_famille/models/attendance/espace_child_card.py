"""The card of a child: a QR code that a tablet reads instead of a touch.

An option of the commune, off by default. The code says nothing of the child and opens
nothing: only where an agent is logged in does it mean a child. A lost card is revoked,
and a new one has another code.
"""

import base64
import secrets

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Without letters that are mistaken for digits; 60 bits are not guessed.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
# How a card is told from any other QR code.
PREFIX = "EF:"


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_attendance_cards = fields.Boolean("Cards of Children")

    def _espace_card_codes(self, children):
        """Return {child id: code of its card} where the commune uses cards."""
        self.ensure_one()
        if not self.espace_attendance_cards:
            return {}
        return {
            child.id: child.card_code for child in children.sudo() if child.card_code
        }


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    espace_attendance_cards = fields.Boolean(
        related="company_id.espace_attendance_cards", readonly=False
    )


class EspaceChild(models.Model):
    _inherit = "espace.child"

    card_code = fields.Char(
        "Code of the Card",
        copy=False,
        readonly=True,
        groups="espace_famille.group_manager",
    )
    has_cards = fields.Boolean(related="company_id.espace_attendance_cards")

    _card_code_unique = models.UniqueIndex(
        "(card_code) WHERE card_code IS NOT NULL", "A card is of one child."
    )

    def _check_cards(self):
        if not self.env.user.has_group("espace_famille.group_manager"):
            raise AccessError(self.env._("Cards are given by Management."))
        self.check_access("write")
        if self.filtered(lambda child: not child.has_cards):
            raise UserError(
                self.env._("Cards are an option of the commune: see its settings.")
            )

    def action_print_cards(self):
        """Give a card to who has none, and print the cards of all."""
        self._check_cards()
        for child in self.filtered(lambda child: not child.card_code):
            child.card_code = self._new_card_code()
        return self.env.ref("espace_famille.espace_child_card_report").report_action(
            self
        )

    def action_renew_card(self):
        """Give another card: the one there was is not valid any more."""
        self._check_cards()
        for child in self:
            child.card_code = self._new_card_code()
        self._tell_screens()
        return self.env.ref("espace_famille.espace_child_card_report").report_action(
            self
        )

    def action_revoke_card(self):
        self._check_cards()
        self.card_code = False
        self._tell_screens()

    @api.model
    def _new_card_code(self):
        return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))

    def _card_words(self):
        """Return the code as it is typed, in groups of four."""
        code = self.card_code or ""
        return " ".join(code[i : i + 4] for i in range(0, len(code), 4))

    def _card_picture(self):
        """Return the QR code of the card as the address of an SVG picture."""
        code = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(f"{PREFIX}{self.card_code}")
        code.make()
        size = code.getModuleCount()
        squares = "".join(
            f"M{x} {y}h1v1h-1z"
            for y in range(size)
            for x in range(size)
            if code.isDark(y, x)
        )
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
            f' shape-rendering="crispEdges"><path d="{squares}"/></svg>'
        )
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


class EspaceChildCards(models.AbstractModel):
    """The sheet of cards: ten a page, as large as a bank card."""

    _name = "report.espace_famille.child_cards"
    _description = "Cards of Children"

    @api.model
    def _get_report_values(self, docids, data=None):
        children = self.env["espace.child"].browse(docids)
        children._check_cards()
        ranks = {one: n for n, one in enumerate(children.class_id._in_school_order())}
        cards = children.filtered("card_code").sorted(
            lambda child: (
                ranks.get(child.class_id, len(ranks)),
                child.lastname,
                child.firstname,
            )
        )
        return {
            "doc_ids": docids,
            "doc_model": "espace.child",
            "docs": cards,
            "pages": [cards[i : i + 10] for i in range(0, len(cards), 10)],
        }
