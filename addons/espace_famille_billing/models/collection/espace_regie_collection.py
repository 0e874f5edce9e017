from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date


class EspaceRegie(models.Model):
    """The periods that a régie has stated to the public accountant, for ever."""

    _inherit = "espace.regie"

    statement_ids = fields.One2many(
        "espace.collection.statement", "regie_id", "Collections"
    )
    closed_until = fields.Date(
        compute="_compute_closed_until",
        help="The end of the last closed collection: no payment may be dated before.",
    )

    @api.depends("statement_ids.state", "statement_ids.date_to")
    def _compute_closed_until(self):
        for regie in self:
            closed_sudo = regie.sudo().statement_ids.filtered(
                lambda s: s.state == "closed"
            )
            regie.closed_until = max(closed_sudo.mapped("date_to"), default=False)

    # === Closed periods === #

    def _check_period_open(self, day, what):
        """Refuse what is dated in a period that is stated for ever.

        :param str what: names what is dated, for the sentence
        :raise ValidationError: names the first day that is open
        """
        self.ensure_one()
        self._wait_for_closing(day)
        until = self._closed_until()
        if until and day <= until:
            raise ValidationError(
                self.env._(
                    "%(what)s is dated %(day)s, but the collections of %(regie)s are "
                    "closed until %(until)s. Date it %(first)s or later.",
                    what=what,
                    day=format_date(self.env, day),
                    regie=self.name,
                    until=format_date(self.env, until),
                    first=format_date(self.env, until + relativedelta(days=1)),
                )
            )

    def _closed_until(self):
        """Return the end of the last closed collection, False without one."""
        self.ensure_one()
        return (
            self.env["espace.collection.statement"]
            .sudo()
            .search(
                [("regie_id", "=", self.id), ("state", "=", "closed")],
                order="date_to desc",
                limit=1,
            )
            .date_to
        )

    def _wait_for_closing(self, day=None):
        """Be the only transaction that changes what is before today.

        Transactions do not see each other: of a closing and a payment of that period
        at the same time, both of which write this row, the second is run again by
        Odoo. A payment of today concerns no collection that can be closed.
        """
        self.ensure_one()
        if day and day >= self.company_id._espace_today():
            return
        self.env.cr.execute(
            SQL(
                "UPDATE espace_regie SET write_date = write_date WHERE id = %s", self.id
            )
        )

    # === Actions === #

    def _next_period(self):
        """Return the first and last day that the next collection is to hold.

        It ends with the month in which it begins.
        """
        self.ensure_one()
        last = self.env["espace.collection.statement"].search(
            [("regie_id", "=", self.id)], order="date_to desc", limit=1
        )
        if last:
            start = last.date_to + relativedelta(days=1)
        else:
            first = self.env["account.payment"].search(
                [("espace_regie_id", "=", self.id)], order="date", limit=1
            )
            day = first.date or self.company_id._espace_today()
            start = day.replace(day=1)
        return start, start + relativedelta(day=31)

    def action_close_month(self):
        """Open the collection to be closed next; it is made when there is none."""
        self.ensure_one()
        self.check_access("write")
        Collection = self.env["espace.collection.statement"]
        collection = Collection.search(
            [("regie_id", "=", self.id), ("state", "=", "draft")], limit=1
        ) or Collection.create({"regie_id": self.id})
        return collection._get_records_action(
            name=self.env._("Close the Month"), context={"create": False}
        )

    def action_open_collections(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_collection_statement_action"
        )
        action["domain"] = [("regie_id", "=", self.id)]
        action["context"] = {"default_regie_id": self.id}
        return action
