from odoo import api, fields, models
from odoo.exceptions import UserError


class EspaceWalkInWizard(models.TransientModel):
    """An agent names a child who came without booking (enfant non prévu)."""

    _name = "espace.walk.in.wizard"
    _description = "Child without Booking"

    session_id = fields.Many2one("espace.session", required=True, readonly=True)
    company_id = fields.Many2one(related="session_id.company_id")
    activity_id = fields.Many2one(related="session_id.activity_id")
    child_id = fields.Many2one(
        "espace.child", domain="[('company_id', '=', company_id)]"
    )
    class_id = fields.Many2one(related="child_id.class_id")
    product_id = fields.Many2one(
        "product.product",
        "Option",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        domain="[('espace_activity_id', '=', activity_id)]",
    )
    option_count = fields.Integer(compute="_compute_option_count")
    family_id = fields.Many2one(
        "espace.family", "Paying Family", compute="_compute_verdict"
    )
    reservation_id = fields.Many2one(
        "espace.reservation", "Booking there", compute="_compute_verdict"
    )
    verdict = fields.Selection(
        [
            ("new", "Can be added"),
            ("waiting", "On the waiting list"),
            ("booked", "Booked"),
            ("blocked", "Waits for a decision"),
        ],
        compute="_compute_verdict",
    )
    warning = fields.Text(compute="_compute_verdict")

    @api.depends("session_id")
    def _compute_product_id(self):
        for wizard in self:
            options = wizard.activity_id.product_ids.product_variant_id
            wizard.product_id = options if len(options) == 1 else False

    @api.depends("session_id")
    def _compute_option_count(self):
        for wizard in self:
            wizard.option_count = len(wizard.activity_id.product_ids)

    @api.depends("child_id", "session_id")
    def _compute_verdict(self):
        for wizard in self:
            child, session = wizard.child_id._origin, wizard.session_id._origin
            wizard.family_id = child._paying_family(session.date) if child else False
            wizard.reservation_id = wizard._live() if child else False
            wizard.verdict = wizard._verdict()
            wizard.warning = "\n".join(wizard._warnings())

    def _live(self):
        """Return the child's live booking there, carts left out, maybe empty."""
        live = self.env["espace.reservation"]._live(
            self.child_id._origin, self.session_id._origin
        )
        return live.filtered(lambda r: r.state != "draft").with_env(self.env)

    def _verdict(self):
        if not self.child_id:
            return False
        state = self.reservation_id.state
        return {False: "new", "waiting": "waiting", "confirmed": "booked"}.get(
            state, "blocked"
        )

    def _warnings(self):
        """Yield what the agent should know before adding the child."""
        child, live = self.child_id._origin, self.reservation_id
        if not child:
            return
        if self.verdict == "waiting":
            yield self.env._(
                "%s is on the waiting list: as it is there, it leaves the list.",
                child.name,
            )
        elif live:
            yield live._already_there_words()
        elif self._was_cancelled():
            yield self.env._(
                "The booking of %s for that day was cancelled.", child.name
            )
        if not live and self.family_id != child.family_id:
            yield self.env._(
                "That day is one of the other household: %s pays it.",
                self.family_id.sudo().name,
            )
        if not live and not self._is_enrolled():
            yield self.env._(
                "%(child)s is not enrolled in %(activity)s: tell the town hall.",
                child=child.name,
                activity=self.activity_id.name,
            )

    def _was_cancelled(self):
        return bool(
            self.env["espace.reservation"]
            .sudo()
            .search_count(
                [
                    ("child_id", "=", self.child_id.id),
                    ("session_id", "=", self.session_id.id),
                    ("state", "=", "cancelled"),
                ],
                limit=1,
            )
        )

    def _is_enrolled(self):
        if not self.activity_id.enrolment_required:
            return True
        periods = (
            self.env["espace.enrolment"]
            .sudo()
            ._periods(self.child_id._origin, self.activity_id)
        )
        return any(
            start <= self.session_id.date <= end
            for start, end in periods.get((self.child_id.id, self.activity_id.id), ())
        )

    # === Actions === #

    def action_add(self):
        """Record the child as present and go back to the list."""
        self.ensure_one()
        if not (self.child_id and self.product_id):
            raise UserError(self.env._("Choose the child and its option."))
        self.env["espace.reservation"]._walk_in(
            self.child_id, self.product_id, self.session_id
        )
        return self._back_to_the_list()

    def action_add_another(self):
        """Record the child as present and name the next one."""
        self.action_add()
        return self.session_id.action_walk_in()

    def action_mark_present(self):
        """Record the booking that the child has there as present."""
        self.ensure_one()
        self.reservation_id.action_present()
        return self._back_to_the_list()

    @api.model
    def _back_to_the_list(self):
        return {"type": "ir.actions.act_window_close"}
