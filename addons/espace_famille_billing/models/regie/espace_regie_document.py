"""What documents say of a régie."""

from odoo import fields, models

# Where a family brings its money itself, in the order of the counter.
AT_THE_COUNTER = ("cash", "card", "cheque", "cesu")


class EspaceRegie(models.Model):
    _inherit = "espace.regie"

    cheque_order = fields.Char(
        "Cheques to the Order of",
        required=True,
        default="Trésor public",
        help="Printed on invoices and reminders.",
    )

    def _counter_words(self):
        """List the means of payment that the counter takes, '' if none."""
        field = self.env["account.journal"]._fields["espace_means"]
        names = dict(field._description_selection(self.env))
        taken = set(self.journal_ids.mapped("espace_means"))
        return ", ".join(names[kind] for kind in AT_THE_COUNTER if kind in taken)
