"""Who looks like somebody that is there already is said while it is typed."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.espace_thread import OFFICE
from .same import same_child, same_guardian, words


class EspaceDuplicateMixin(models.AbstractModel):
    """Finds who looks like a record, and opens the form that merges the two.

    Its models have a `duplicate_id`, computed here.
    """

    _name = "espace.duplicate.mixin"
    _description = "Who Looks Like Somebody"

    # The fields by which somebody looks like another.
    _same_by = ()

    @api.depends(lambda self: self._same_by)
    def _compute_duplicate_id(self):
        for one in self:
            one.duplicate_id = one._find_duplicate()

    def _find_duplicate(self):
        """Return the first of the same commune that looks like this one, maybe empty.

        Those of whom somebody has said that they are two are left out.
        """
        self.ensure_one()
        maybe = self._maybe_same()
        if not maybe:
            return self.browse()
        others = self.search(
            maybe
            & Domain("id", "!=", self._origin.id)
            & Domain("company_id", "=", (self.company_id or self.env.company).id)
        )
        found = others.filtered(self._is_same)
        apart = self.env["espace.merge"]._apart_from(self._origin)
        return (found - found.browse(apart)).sorted("id")[:1]

    def _maybe_same(self):
        """Hook: return the domain of who may look like it, None if nothing says it."""
        raise NotImplementedError

    def _is_same(self, one):
        """Hook: tell whether one of `_maybe_same` does look like it."""
        raise NotImplementedError

    def action_merge_duplicate(self):
        self.ensure_one()
        pair = (self | self.duplicate_id).sorted("id")
        return self.env["espace.merge.wizard"]._open(*pair)

    def action_merge_chosen(self):
        """Open the form that merges the two records chosen in a list."""
        return self.env["espace.merge.wizard"]._open_chosen(self)


class EspaceChild(models.Model):
    _name = "espace.child"
    _inherit = ["espace.child", "espace.duplicate.mixin"]
    _same_by = ("lastname", "firstname", "birth_date")

    duplicate_id = fields.Many2one(
        "espace.child",
        "Looks Like",
        compute="_compute_duplicate_id",
        groups=OFFICE,
        help="A child of the same name, born the same day.",
    )

    def _maybe_same(self):
        if not (self.birth_date and self.lastname and self.firstname):
            return None
        return Domain("birth_date", "=", self.birth_date)

    def _is_same(self, one):
        return same_child(one, self)


class EspaceGuardian(models.Model):
    _name = "espace.guardian"
    _inherit = ["espace.guardian", "espace.duplicate.mixin"]
    _same_by = ("lastname", "firstname", "email", "phone", "family_id")

    duplicate_id = fields.Many2one(
        "espace.guardian",
        "Looks Like",
        compute="_compute_duplicate_id",
        groups=OFFICE,
        help="A guardian of the same e-mail, or of the same name and telephone.",
    )

    def _maybe_same(self):
        ways = [
            Domain(field, "=ilike", self[field].strip())
            for field in ("email", "lastname")
            if (self[field] or "").strip()
        ]
        return Domain.OR(ways) if ways else None

    def _is_same(self, one):
        # Somebody may be a guardian of two families with one contact.
        return one.partner_id != self.partner_id and same_guardian(one, self)

    def action_merge_duplicate(self):
        self.ensure_one()
        families = (self | self.duplicate_id).family_id.sorted("id")
        if len(families) > 1:
            return self.env["espace.merge.wizard"]._open(*families)
        return super().action_merge_duplicate()


class EspaceFamily(models.Model):
    _name = "espace.family"
    _inherit = ["espace.family", "espace.duplicate.mixin"]
    _same_by = ("name", "street", "zip")

    duplicate_id = fields.Many2one(
        "espace.family",
        "Looks Like",
        compute="_compute_duplicate_id",
        groups=OFFICE,
        help="A family of the same name at the same address.",
    )

    def _maybe_same(self):
        if not (self.name and (self.street or "").strip()):
            return None
        return Domain("street", "=ilike", self.street.strip())

    def _is_same(self, one):
        same_zip = (one.zip or "") == (self.zip or "")
        return same_zip and words(one.name) == words(self.name)
