from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class EspacePickupBan(models.Model):
    """Somebody to whom a child must not be handed over (interdiction de remise).

    A parent keeps the right to fetch its child unless a court has decided otherwise:
    the judgment is kept with the entry, and read by Management alone. Agents read the
    name, at the gate and on the printed list.
    Source: articles 372 and 373-2 of the Code civil.
    """

    _name = "espace.pickup.ban"
    _description = "Person who Must not Fetch"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char("Must not Fetch", required=True)
    child_ids = fields.Many2many(
        "espace.child", string="Children", required=True, check_company=True
    )
    date_from = fields.Date("From", help="Empty: from now on.")
    date_to = fields.Date("To", help="Empty: without end.")
    judgment = fields.Binary(
        attachment=True,
        groups="espace_famille.group_manager",
        help="Copy of the decision: without it nobody can be kept from a child.",
    )
    judgment_name = fields.Char("File Name", groups="espace_famille.group_manager")
    decided_on = fields.Date("Decided on")
    note = fields.Char(groups="espace_famille.group_manager")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A ban must not end before it starts.",
    )

    @api.constrains("judgment", "child_ids")
    def _check_proof(self):
        for ban in self:
            if not ban.child_ids:
                raise ValidationError(
                    self.env._("Say which children %s must not fetch.", ban.name)
                )
            if not ban.sudo().judgment:
                raise ValidationError(
                    self.env._(
                        "Join the decision of the court: without it %s may not be "
                        "kept from the child.",
                        ban.name,
                    )
                )


class EspaceChild(models.Model):
    _inherit = "espace.child"

    pickup_ban_ids = fields.Many2many(
        "espace.pickup.ban",
        string="Must not Fetch",
        groups="espace_famille.group_animation",
    )

    def _pickup_bans(self, day):
        """Return {child id: names of those that must not fetch it on `day`}.

        Guardians whom a court keeps away are among them.
        """
        children = self.sudo()
        found = {}
        bans = (
            self.env["espace.pickup.ban"]
            .sudo()
            .search(
                Domain("child_ids", "in", self.ids)
                & (Domain("date_from", "=", False) | Domain("date_from", "<=", day))
                & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
            )
        )
        for ban in bans:
            for child in ban.child_ids:
                found.setdefault(child.id, []).append(ban.name)
        families = children.family_id | children.custody_ids.family_id
        kept_away = families.guardian_ids.filtered(lambda g: not g.may_pick_up)
        concerned = kept_away.family_id
        for child in children if concerned else ():
            households = child.family_id | child.custody_ids.family_id
            for guardian in (households & concerned).guardian_ids & kept_away:
                names = found.setdefault(child.id, [])
                if guardian.name not in names:
                    names.append(guardian.name)
        return found
