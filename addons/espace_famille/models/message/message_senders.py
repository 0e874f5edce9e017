"""From where agents write to families: what they look at chooses whom."""

from odoo import fields, models

from ...domain import sms


def _open_message(env, **values):
    """Return the action that opens a new message with these values proposed."""
    env["espace.message"].check_access("create")
    action = env["ir.actions.act_window"]._for_xml_id(
        "espace_famille.espace_family_message_action"
    )
    context = {f"default_{key}": value for key, value in values.items()}
    return {
        **action,
        "views": [(False, "form")],
        "view_mode": "form",
        "res_id": False,
        "context": context,
    }


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    told_line_ids = fields.One2many(
        "espace.message.line",
        "family_id",
        "Messages Received",
        domain=[("sent_at", "!=", False)],
        readonly=True,
    )

    def action_write_to(self):
        """Open a message to these families."""
        self.check_access("read")
        return _open_message(
            self.env,
            audience="family",
            family_ids=[fields.Command.set(self.ids)],
        )

    def _message_addresses(self):
        """Return {family id: guardians who are written to}: those who book and have an
        e-mail address; where none of them has one, whoever of the household has.
        """
        found = {}
        for family in self:
            reached = family.guardian_ids.filtered("email_normalized")
            found[family.id] = reached.filtered("may_book") or reached
        return found

    def _message_numbers(self, country):
        """Return a mobile number of each guardian who is written to by SMS.

        :param str country: code of the country whose numbers begin without +
        """
        self.ensure_one()
        found = {}
        for guardian in self.guardian_ids:
            given = (guardian.phone, guardian.phone2)
            numbers = (sms.mobile(number, country) for number in given if number)
            if number := next(filter(None, numbers), ""):
                found[number] = guardian.may_book
        return [number for number, books in found.items() if books] or [*found]


class EspaceChild(models.Model):
    _inherit = "espace.child"

    def action_write_to(self):
        """Open a message to the households of these children, both where it has two."""
        self.check_access("read")
        return _open_message(
            self.env, audience="child", child_ids=[fields.Command.set(self.ids)]
        )


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    def action_write_to(self):
        """Open a message to the households of the children of these bookings."""
        self.check_access("read")
        return self.child_id.action_write_to()


class EspaceSession(models.Model):
    _inherit = "espace.session"

    def action_write_to(self):
        """Open a message to those who are booked or wait on these days."""
        self.check_access("read")
        days = self.mapped("date")
        return _open_message(
            self.env,
            audience="activity",
            activity_ids=[fields.Command.set(self.activity_id.ids)],
            booked_from=min(days),
            booked_to=max(days),
        )
