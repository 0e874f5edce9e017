"""What merging leaves as it is of money, and what it makes the family's that is kept.

Posted entries keep their lines, their payer and their numbers. The payer of the family
that is gone becomes a contact below that of the family that is kept: the account of a
family is what its payer's contacts owe, so that both accounts are one from then on.
"""

from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.groups import MONEY
from ..run.espace_billing_run import UNFINISHED


class EspaceMerge(models.Model):
    _inherit = "espace.merge"

    def _problems(self, kept, gone, choices):
        problems = super()._problems(kept, gone, choices)
        if kept._name == "espace.family":
            problems += self._espace_money_problems(kept, gone, choices)
        elif kept._name == "espace.guardian":
            problems += self._espace_payer_problems(gone)
        if kept._name in ("espace.family", "espace.child"):
            problems += self._espace_flat_problems(kept, gone)
        return problems

    def _espace_money_problems(self, kept, gone, choices):
        problems = []
        both = (kept | gone).ids
        lines = (
            self.env["espace.billing.run.family"]
            .sudo()
            .search([("family_id", "in", both), ("run_id.state", "in", UNFINISHED)])
        )
        if lines:
            problems.append(
                self.env._(
                    "The billing run %s is not finished: finish or cancel it first.",
                    lines[0].run_id.display_name,
                )
            )
        if (
            self.env["espace.reservation"]
            .sudo()
            .search_count(
                [("family_id", "in", both), ("state", "=", "pending_payment")], limit=1
            )
        ):
            problems.append(
                self.env._(
                    "Seats wait for an online payment: wait until it came, or has run "
                    "out."
                )
            )
        both_told = kept.sudo().income_ids and gone.sudo().income_ids
        if both_told and not choices.get("quotient"):
            problems.append(
                self.env._(
                    "Both have a quotient (%(kept)s and %(gone)s): choose whose "
                    "quotients count.",
                    kept=self._espace_quotient_words(kept),
                    gone=self._espace_quotient_words(gone),
                )
            )
        return problems

    def _espace_flat_problems(self, kept, gone):
        """Return the flat prices that would include the same days twice."""
        is_child = kept._name == "espace.child"
        same = "family_id" if is_child else "child_id"
        others = gone.sudo().espace_flat_ids
        return [
            self.env._(
                "“%(kept)s” and “%(gone)s” include the same days: end one of them "
                "first.",
                kept=one.display_name,
                gone=other.display_name,
            )
            for one in kept.sudo().espace_flat_ids
            for other in others
            if one[same] == other[same] and one._meets(other)
        ]

    def _espace_quotient_words(self, family):
        incomes = family.sudo().income_ids.sorted("date_from")
        return " ; ".join(
            self.env._(
                "%(value)s from %(day)s",
                value=f"{income.value:.2f}".replace(".", ","),
                day=fields.Date.to_string(income.date_from),
            )
            for income in incomes
        )

    def _espace_payer_problems(self, gone):
        """Return what keeps a person who is on posted entries of its own."""
        posted = (
            self.env["account.move.line"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "=", gone.partner_id.id),
                    ("parent_state", "=", "posted"),
                ],
                limit=1,
            )
        )
        if posted:
            return [
                self.env._(
                    "Entries are posted in the name of %s: keep this one, and merge "
                    "the other with it.",
                    gone.name,
                )
            ]
        return []

    def _before(self, kept, gone, choices):
        told = super()._before(kept, gone, choices)
        if kept._name != "espace.family":
            return told
        told += self._espace_choose_quotients(kept, gone, choices)
        told += self._espace_join_blocks(kept, gone)
        if since := list(filter(None, (kept | gone).sudo().mapped("purse_since"))):
            kept.sudo().purse_since = min(since)
        self.env.flush_all()
        # A run and a day of reminders name a family once; these were two then.
        for table in ("espace_billing_run_family", "espace_reminder"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET merge_id = %s "
                    "WHERE family_id = %s AND merge_id IS NULL",
                    SQL.identifier(table),
                    self.id,
                    gone.id,
                )
            )
        self.env.invalidate_all()
        return told

    def _espace_choose_quotients(self, kept, gone, choices):
        """Leave out the quotients of one where both have some."""
        if not (kept.income_ids and gone.income_ids):
            return []
        left_out = kept if choices["quotient"] == "gone" else gone
        told = self.env._(
            "Quotients left out: %s", self._espace_quotient_words(left_out)
        )
        # Prices are looked at once, when all is one family's.
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM espace_family_income WHERE family_id = %s", (left_out.id,)
        )
        self.env.invalidate_all()
        return [told]

    def _espace_join_blocks(self, kept, gone):
        """Keep one decision not to book where both families have one in force."""
        blocks = self.env["espace.booking.block"].sudo()
        in_force = Domain("state", "=", "in_force")
        own = blocks.search(in_force & Domain("family_id", "=", kept.id))
        other = blocks.search(in_force & Domain("family_id", "=", gone.id))
        if not (own and other):
            return []
        other.write(
            {
                "lifted_on": kept.company_id._espace_today(),
                "lifted_by_id": self.merged_uid.id,
                "lifted_reason": self.env._("Merged with %s", kept.name),
            }
        )
        return [self.env._("One block of bookings goes on, that of the family kept.")]

    def _join_payers(self, kept, gone):
        """Put the payer that is gone below the one that is kept, entries untouched.

        Odoo's own write would put the other payer on all posted lines, those of closed
        years and collections too.
        """
        gone.espace_merged = True
        values = {"parent_id": kept.id, "type": "other", "is_company": False}
        models.BaseModel.write(gone, values)

    def _after(self, kept, gone, choices):
        told = super()._after(kept, gone, choices)
        families = kept if kept._name == "espace.family" else kept.family_id
        if kept._name == "espace.child":
            families = kept.family_ids
        bookings = (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("family_id", "in", families.ids),
                    *self.env["espace.reservation"]._due_between(date.min),
                ]
            )
        )
        self.env.flush_all()
        if kept._name != "espace.guardian" and bookings:
            bookings._recompute_soon()
            told += self._espace_price_words(bookings)
        return told

    def _espace_price_words(self, bookings):
        changed = bookings.filtered(lambda one: one.price_change)
        if not changed:
            return []
        return [
            self.env._(
                "Bookings invoiced at another price than that of the family kept: %s. "
                "They are listed as changed prices; a corrective run settles them.",
                len(changed),
            )
        ]


class EspaceMergeWizard(models.TransientModel):
    _inherit = "espace.merge.wizard"

    quotient = fields.Selection(
        [("kept", "Those of the family to keep"), ("gone", "Those of the other one")],
        "Quotients that Count",
        groups=f"{MONEY},espace_famille.group_manager",
        help="Where both families have quotients.",
    )
    asks_quotient = fields.Boolean(compute="_compute_asks_quotient")

    @api.depends("kept_family_id", "gone_family_id")
    def _compute_asks_quotient(self):
        for wizard in self:
            kept, gone = wizard.kept_family_id, wizard.gone_family_id
            wizard.asks_quotient = bool(kept.income_ids and gone.income_ids)

    def _choices(self):
        return {**super()._choices(), "quotient": self.quotient}


class EspaceBillingRunFamily(models.Model):
    _inherit = "espace.billing.run.family"

    merge_id = fields.Many2one(
        "espace.merge", "Of a Family Merged Since", readonly=True, ondelete="restrict"
    )


class EspaceReminder(models.Model):
    _inherit = "espace.reminder"

    merge_id = fields.Many2one(
        "espace.merge",
        "Sent to a Family Merged Since",
        readonly=True,
        ondelete="restrict",
    )
