import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

CODE = re.compile(r"\d{4}")
# Wrong codes in a row until the code sleeps, and for how long.
TRIES = 5
SLEEP = timedelta(minutes=15)


class EspaceAttendanceCode(models.Model):
    """The code of an agent on a tablet that several share: four digits, no password.

    It opens nothing: on a device where an agent is logged in, it says whose the next
    gestures are. Nobody reads it; it is kept as passwords are.
    """

    _name = "espace.attendance.code"
    _description = "Code of an Agent on a Shared Tablet"
    _log_access = False
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade"
    )
    code_hash = fields.Char(required=True)
    failures = fields.Integer()
    sleeps_until = fields.Datetime()

    _user_unique = models.UniqueIndex("(user_id)", "An agent has one code.")

    @api.model
    def _choose(self, code):
        """Keep the code of who is logged in.

        :raise UserError: it has not four digits, or anybody would try it first
        """
        if not isinstance(code, str) or not CODE.fullmatch(code):
            raise UserError(self.env._("A code has four digits."))
        if len(set(code)) == 1 or code in "0123456789 9876543210":
            raise UserError(self.env._("Choose a code that is not tried first."))
        context = self.env.user._crypt_context()
        vals = {"code_hash": context.hash(code), "failures": 0, "sleeps_until": False}
        codes = self.sudo()
        known = codes.search([("user_id", "=", self.env.uid)])
        if known:
            known.write(vals)
        else:
            codes.create({"user_id": self.env.uid, **vals})

    @api.model
    def _why_not(self, user, code, now):
        """Say why `user` is not who gives this code, '' if it is.

        Nothing is raised: a wrong try has to be counted.

        :param datetime now: naive UTC
        """
        known = self.sudo().search([("user_id", "=", user.id)])
        if not known:
            return self.env._("%s has not chosen a code yet.", user.name)
        if known.sleeps_until and known.sleeps_until > now:
            return self.env._("Too many wrong codes: try again in some minutes.")
        context = user._crypt_context()
        if isinstance(code, str) and context.verify(code[:8], known.code_hash):
            known.write({"failures": 0, "sleeps_until": False})
            return ""
        failures = known.failures + 1
        known.write(
            {
                "failures": 0 if failures >= TRIES else failures,
                "sleeps_until": now + SLEEP if failures >= TRIES else False,
            }
        )
        return self.env._("This is not the code of %s.", user.name)

    @api.model
    def _agents(self, company):
        """Return the agents of a commune that have a code."""
        group = self.env.ref("espace_famille.group_animation")
        users = self.sudo().search([("user_id", "!=", False)]).user_id
        return users.filtered(
            lambda user: (
                user.active
                and company in user.company_ids
                and group in user.all_group_ids
            )
        )
