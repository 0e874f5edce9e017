from itertools import product

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.duplicates.same import same_child

# What changes what would be done.
CHOICES = (
    "kept_family_id",
    "gone_family_id",
    "kept_guardian_id",
    "gone_guardian_id",
    "kept_child_id",
    "gone_child_id",
    "with_people",
    "log_in",
    "cancel_doubles",
)


class EspaceMergeWizard(models.TransientModel):
    """Merge two records that are one: choose, see what moves, then merge."""

    _name = "espace.merge.wizard"
    _description = "Merge Duplicates"

    subject = fields.Selection(
        [("family", "Household"), ("guardian", "Guardian"), ("child", "Child")],
        "About",
        required=True,
    )
    kept_family_id = fields.Many2one("espace.family", "Family to Keep")
    gone_family_id = fields.Many2one("espace.family", "Family to Merge with It")
    kept_guardian_id = fields.Many2one("espace.guardian", "Guardian to Keep")
    gone_guardian_id = fields.Many2one("espace.guardian", "Guardian to Merge with It")
    kept_child_id = fields.Many2one("espace.child", "Child to Keep")
    gone_child_id = fields.Many2one("espace.child", "Child to Merge with It")

    with_people = fields.Boolean(
        "Guardians and Children Too",
        default=True,
        help="Those of the same name, and of the same birth or e-mail, are merged too.",
    )
    log_in = fields.Selection(
        [("kept", "That of the one to keep"), ("gone", "That of the other one")],
        "Log-in that Goes on",
        help="Where both have one; the other is closed.",
    )
    cancel_doubles = fields.Boolean(
        "Cancel What is Booked Twice",
        help="Coming bookings of the one to merge for sessions that the one to keep is "
        "booked for.",
    )
    asks_log_in = fields.Boolean(compute="_compute_asks")
    asks_doubles = fields.Boolean(compute="_compute_asks")
    preview = fields.Text("What Will Be Done", readonly=True)
    problems = fields.Text("To Settle First", readonly=True)

    @api.onchange(*CHOICES)
    def _onchange_choices(self):
        """What was shown is no longer what would be done."""
        self.preview = self.problems = False

    @api.depends(*CHOICES[:7])
    def _compute_asks(self):
        """Find which choices there are to make."""
        for wizard in self:
            kept, gone = wizard._pair()
            wizard.asks_log_in = wizard.asks_doubles = False
            if not (kept and gone) or kept == gone:
                continue
            people = [(kept, gone)]
            if wizard.subject == "family":
                people = [
                    *product(kept.guardian_ids, gone.guardian_ids),
                    *product(kept.main_child_ids, gone.main_child_ids),
                ]
            merge = self.env["espace.merge"]
            for one, other in people:
                if one._name == "espace.guardian":
                    wizard.asks_log_in |= bool(one.user_id and other.user_id)
                elif one._name == "espace.child" and same_child(one, other):
                    wizard.asks_doubles |= bool(merge._booked_twice(one, other))

    @api.model
    def _open(self, kept, gone):
        """Open the form for two records, with what would be done."""
        subject = kept._name.removeprefix("espace.")
        wizard = self.create(
            {
                "subject": subject,
                f"kept_{subject}_id": kept.id,
                f"gone_{subject}_id": gone.id,
            }
        )
        return wizard.action_show()

    @api.model
    def _open_chosen(self, records):
        if len(records) != 2:
            raise UserError(self.env._("Choose two records of the list to merge them."))
        return self._open(*records.sorted("id"))

    def _pair(self):
        self.ensure_one()
        kept = self[f"kept_{self.subject}_id"]
        gone = self[f"gone_{self.subject}_id"]
        return kept, gone

    def _choices(self):
        """Hook: return what was chosen, by name."""
        self.ensure_one()
        return {
            "with_people": self.with_people,
            "log_in": self.log_in,
            "cancel_doubles": self.cancel_doubles,
        }

    def action_show(self):
        """Show what would move, or what has to be settled before."""
        try:
            preview, problems = self._shown(), False
        except UserError as error:
            preview, problems = False, str(error)
        self.write({"preview": preview, "problems": problems})
        return self._reopen()

    def _shown(self):
        return self.env["espace.merge"]._show(*self._pair(), self._choices())

    def action_swap(self):
        """Keep the other one."""
        kept, gone = self._pair()
        self.write(
            {f"kept_{self.subject}_id": gone.id, f"gone_{self.subject}_id": kept.id}
        )
        return self.action_show()

    def action_merge(self):
        """Merge them, if it does what was shown; else show it again."""
        shown = self.preview
        action = self.action_show()
        if not shown or self.preview != shown:
            return action
        kept, gone = self._pair()
        merge = self.env["espace.merge"]._merge(kept, gone, self._choices())
        return {
            "type": "ir.actions.act_window",
            "res_model": kept._name,
            "res_id": merge[f"{self.subject}_id"].id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
