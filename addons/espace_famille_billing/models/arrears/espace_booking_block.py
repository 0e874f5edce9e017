from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...domain import booking_block

# What the person who decides fills in; once decided nothing of it is changed.
DECIDED = ("family_id", "reason", "missing_reason", *booking_block.STEPS)


class EspaceBookingBlock(models.Model):
    """The decision that a family in debt no longer books by itself (blocage).

    The list of arrears proposes, a person decides, and the reason is kept with the
    steps that came before. It ends when somebody lifts it, or when the debts that it is
    about are paid: it never comes back by itself.
    """

    _name = "espace.booking.block"
    _description = "Block of a Family's Bookings"
    _inherit = ["espace.guard.mixin"]
    _order = "decided_on desc, id desc"
    _rec_name = "family_id"
    _check_company_auto = True
    _by_code = frozenset(
        {
            "amount",
            "decided_by_id",
            "decided_on",
            "lifted_by_id",
            "lifted_on",
            "move_ids",
            "state",
        }
    )

    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("in_force", "In force"),
            ("settled", "Ended: the debt is settled"),
            ("lifted", "Lifted"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )

    # The decision
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="restrict"
    )
    decided_on = fields.Date("Decided on", readonly=True)
    reason = fields.Text(
        required=True, help="Why this family, and why now. It is kept."
    )
    amount = fields.Monetary("Overdue on that Day", readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        "espace_booking_block_move_rel",
        "block_id",
        "move_id",
        "Unpaid Invoices",
        readonly=True,
        help="Once they are paid the block is over.",
    )

    # The steps before
    first_letter_on = fields.Date("First Letter")
    second_letter_on = fields.Date("Second Letter")
    meeting_on = fields.Date("Meeting Proposed")
    social_help_on = fields.Date("CCAS Offered")
    title_on = fields.Date("Sent to the Accountant (Title)")
    missing_reason = fields.Text(
        "Why a Step is Missing", help="To be given where one of the steps has no date."
    )

    # Its end
    lifted_by_id = fields.Many2one(
        "res.users", "Lifted by", readonly=True, ondelete="restrict"
    )
    lifted_on = fields.Date("Lifted on", readonly=True)
    lifted_reason = fields.Char("Why it is Lifted")

    _once_in_force = models.UniqueIndex(
        "(family_id) WHERE state = 'in_force'",
        "The bookings of this family are blocked already.",
    )

    @api.depends("lifted_on", "move_ids.amount_residual")
    def _compute_state(self):
        for block in self:
            if block.lifted_on:
                block.state = "lifted"
            elif block.state == "settled" or (
                block.move_ids and not any(block.move_ids.mapped("amount_residual"))
            ):
                block.state = "settled"
            else:
                block.state = "in_force"

    @api.constrains("decided_on", "missing_reason", *booking_block.STEPS)
    def _check_steps(self):
        for block in self:
            steps = {step: block[step] for step in booking_block.STEPS}
            wrong = booking_block.impossible(steps, block.decided_on)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "These steps come before the decision, one after the other: "
                        "%s.",
                        block._step_words(wrong),
                    )
                )
            missing = booking_block.missing(steps)
            if missing and not (block.missing_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Before bookings are blocked the family is written to twice, "
                        "met, and offered the help of the CCAS, and the debt goes to "
                        "the accountant. Give the dates, or say why these are "
                        "missing: %s.",
                        block._step_words(missing),
                    )
                )

    def _step_words(self, steps):
        labels = self.fields_get(steps, ["string"])
        return ", ".join(labels[step]["string"] for step in steps)

    @api.constrains("reason")
    def _check_reason(self):
        for block in self:
            if not block.reason.strip():
                raise ValidationError(self.env._("Say why the bookings are blocked."))

    @api.model
    def _by_code_words(self):
        return self.env._(
            "Who decided a block, when and for which debts is not written by hand."
        )

    # === Deciding === #

    @api.model
    def default_get(self, fields_list):
        """Propose the letters that the family was sent."""
        values = super().default_get(fields_list)
        family = self.env["espace.family"].browse(values.get("family_id"))
        sent = family.reminder_ids.sorted("date").mapped("date")
        for step, day in zip(booking_block.STEPS, sent[:2], strict=False):
            values.setdefault(step, day)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Decide, in the name of the user and today.

        :raise UserError: the commune blocks nobody, or the family is not that late
        """
        self.check_access("create")
        for vals in vals_list:
            self._check_by_code(vals)
        blocks_sudo = super(EspaceBookingBlock, self.sudo()).create(
            [vals | self._found(vals) for vals in vals_list]
        )
        blocks = blocks_sudo.with_env(self.env)
        blocks.check_access("create")
        return blocks

    @api.model
    def _found(self, vals):
        """Return who decides, when and about which debts."""
        family = self.env["espace.family"].browse(vals.get("family_id"))
        if not family:
            return {}
        company = family.company_id
        today = company._espace_today()
        debt = self.env["espace.arrears"]._of_families(family, today).get(family.id)
        if not (debt and (debt.may_be_blocked or debt.blocked)):
            raise UserError(
                self.env._(
                    "%s has no debt for which the commune blocks bookings: see the "
                    "settings, Arrears.",
                    family.name,
                )
            )
        old = self.env["espace.aged.receivable"]._debts_of_families(company, family)
        moves = self.env["account.move"].browse(
            line.move_id
            for line in old
            if (today - line.due).days > company.espace_block_days
        )
        return {
            "amount": debt.blocking_amount,
            "decided_by_id": self.env.user.id,
            "decided_on": today,
            "move_ids": [
                Command.set(
                    moves.sudo()
                    .filtered(lambda m: not (m.espace_disputed or m.espace_under_terms))
                    .ids
                )
            ],
        }

    def write(self, vals):
        if vals.keys() & set(DECIDED) and not self._is_code():
            raise UserError(
                self.env._(
                    "A decision that was taken is not changed: lift it, and decide "
                    "again."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The decision of a block is kept: lift it instead."))

    def action_lift(self):
        """Let the family book again, for a reason that is kept."""
        self.check_access("write")
        for block in self:
            if block.state != "in_force":
                raise UserError(self.env._("This block is over already."))
            if not (block.lifted_reason or "").strip():
                raise UserError(self.env._("Say first why the block is lifted."))
        for company, blocks in self.grouped("company_id").items():
            blocks.sudo().write(
                {
                    "lifted_on": company._espace_today(),
                    "lifted_by_id": self.env.user.id,
                }
            )
