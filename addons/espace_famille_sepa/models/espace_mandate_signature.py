"""A mandate that a parent is about to sign: typed, and not confirmed yet."""

import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, hmac

from odoo.addons.espace_famille_portal.models.access import espace_rate_limit

from ..domain import iban

# How long a code is good for, and how many are tried.
LASTS = timedelta(minutes=15)
MOST_TRIES = 5
KEPT = timedelta(days=1)
LIMIT = "mandate"
LONGEST_NAME = 70

espace_rate_limit.LIMITS.setdefault(LIMIT, (5, timedelta(hours=1), 30))


class EspaceMandateSignature(models.Model):
    """Holds what a parent typed until the code of the e-mail confirms it.

    Code alone reads it, and it is gone after a day.
    """

    _name = "espace.mandate.signature"
    _description = "Mandate Waiting for its Code"
    _order = "id desc"

    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    guardian_id = fields.Many2one("espace.guardian", required=True, ondelete="cascade")
    regie_id = fields.Many2one("espace.regie", required=True, ondelete="cascade")
    holder = fields.Char(required=True)
    iban = fields.Char("IBAN", required=True)
    email = fields.Char(required=True)
    code_hash = fields.Char(required=True)
    expires_at = fields.Datetime(required=True)
    tries = fields.Integer()

    @api.model
    def _problems(self, regies, values):
        """Return ({what was read}, {name of an input: what is wrong with it}).

        :param regies: those that debit families of the commune
        :param values: what the browser sent
        """
        number, wrong = iban.read(values.get("iban"))
        holder = " ".join(str(values.get("holder") or "").split())
        asked = str(values.get("regie") or "")
        regie = regies if len(regies) == 1 else regies.browse()
        regie = regie or regies.filtered(lambda one: str(one.id) == asked)
        problems = {}
        if wrong == iban.OUTSIDE:
            problems["iban"] = self.env._(
                "This account is not in a country of the SEPA area: it cannot be "
                "debited."
            )
        elif wrong:
            problems["iban"] = self.env._(
                "This is no IBAN: copy it from your bank's statement (RIB), for "
                "France 27 signs that begin with FR."
            )
        if not 2 <= len(holder) <= LONGEST_NAME:
            problems["holder"] = self.env._(
                "Enter the name of the holder of the account."
            )
        if not regie:
            problems["regie"] = self.env._("Choose who may debit your account.")
        if not values.get("agree"):
            problems["agree"] = self.env._("Tick that you agree to the mandate.")
        return {"iban": number, "holder": holder, "regie": regie}, problems

    @api.model
    def _start(self, guardian_sudo, regie, number, holder, computer, now):
        """Keep what was typed and send the code to the parent's own address.

        :raise UserError: too many codes were asked for, or there is no address
        """
        user = self.env.user
        if not guardian_sudo.email:
            raise UserError(
                self.env._(
                    "You have no e-mail address: sign on paper at the town hall."
                )
            )
        limits = self.env["espace.rate.limit"]
        if not limits._count_in(LIMIT, f"{user.id}", computer, now):
            raise UserError(
                self.env._("Too many codes were asked for: try again in an hour.")
            )
        signatures_sudo = self.sudo()
        signatures_sudo.search([("user_id", "=", user.id)]).unlink()
        code = f"{secrets.randbelow(10**6):06d}"
        signature_sudo = signatures_sudo.create(
            {
                "family_id": guardian_sudo.family_id.id,
                "user_id": user.id,
                "guardian_id": guardian_sudo.id,
                "regie_id": regie.id,
                "holder": holder,
                "iban": number,
                "email": guardian_sudo.email,
                "code_hash": "–",
                "expires_at": now + LASTS,
            }
        )
        signature_sudo.code_hash = signature_sudo._hash(code)
        signature_sudo._send(code)
        return signature_sudo

    def _hash(self, code):
        self.ensure_one()
        return hmac(self.env(su=True), "espace.mandate.signature", f"{self.id}:{code}")

    def _send(self, code):
        """Send the code at once, to nobody else, and keep no copy of it."""
        self.ensure_one()
        template = self.env.ref("espace_famille_sepa.mail_template_mandate_code")
        template.sudo().with_context(
            lang=self.user_id.lang, espace_code=code
        ).send_mail(self.id, force_send=True, email_values={"auto_delete": True})

    @api.model
    def _waiting(self, family_sudo, now):
        """Return the signature that the user may still confirm for a family."""
        return self.sudo().search(
            [
                ("user_id", "=", self.env.uid),
                ("family_id", "=", family_sudo.id),
                ("expires_at", ">", now),
                ("tries", "<", MOST_TRIES),
            ],
            limit=1,
        )

    def _confirm(self, code, computer, now):
        """Make the mandate, if this is the code; count the try, if it is not.

        :return: the mandate, an empty one for a wrong code
        """
        self.ensure_one()
        typed = "".join(c for c in str(code or "") if c.isdigit())
        mandates = self.env["account.banking.mandate"]
        # Two tries at once are two: the second waits for the row of the first.
        self.tries += 1
        self.flush_recordset()
        if not consteq(self._hash(typed), self.code_hash):
            return mandates
        mandate = mandates._espace_sign(
            self.family_id,
            self.regie_id,
            self.iban,
            self.holder,
            self.company_id._espace_today(now),
            espace_origin="online",
            espace_signer=self.guardian_id.name,
            espace_signed_at=now,
            espace_signed_email=self.email,
            espace_signed_from=computer or False,
        )
        self.unlink()
        mandate.espace_family_id._notify_with(
            "espace_famille_sepa.mail_template_mandate_signed", mandate
        )
        return mandate

    @api.autovacuum
    def _gc_old(self):
        self.search([("create_date", "<", fields.Datetime.now() - KEPT)]).unlink()
