from odoo import models
from odoo.fields import Domain

from .same import same_child, same_guardian

KNOWN = ("email", "phone", "street", "street2", "zip", "city", "state_id", "country_id")


class EspaceMerge(models.Model):
    """Two households that are one."""

    _inherit = "espace.merge"

    def _family_problems(self, kept, gone, _choices):
        both = kept | gone
        shared = self.env["espace.custody"].search(
            Domain("family_id", "in", both.ids)
            & Domain("child_id.family_id", "in", both.ids)
        )
        shared = shared.filtered(lambda one: one.family_id != one.child_id.family_id)
        if shared:
            return [
                self.env._(
                    "%s lives in turn with both: they are two households on purpose. "
                    "End the shared custody first if that was a mistake.",
                    ", ".join(dict.fromkeys(shared.child_id.mapped("name"))),
                )
            ]
        return []

    def _before_families(self, kept, gone, _choices):
        told = self._fill_blanks(kept, gone, (*KNOWN, "residency"))
        if gone.active and not kept.active:
            kept.action_unarchive()
        if gone.state == "active" and kept.state in ("draft", "invited"):
            kept.state = "active"
        # Who comes second is responsable 3, 4: no rank is there twice.
        last = max(kept.guardian_ids.mapped("rank"), default=0)
        for number, guardian in enumerate(gone.guardian_ids, last + 1):
            guardian.rank = number
        return told

    def _after_families(self, kept, gone, choices):
        self.partner_id = gone.partner_id
        gone.unlink()
        self._join_payers(kept.partner_id, self.partner_id)
        kept.guardian_ids._attach_to_family()
        children = kept.with_context(active_test=False).main_child_ids
        for child in children.filtered(lambda c: kept in c.other_family_ids):
            child.other_family_ids -= kept
        self._find_custody(children | kept.custody_ids.child_id)
        return self._merge_people(kept, choices)

    def _join_payers(self, kept, gone):
        """Hook: have what names the payer that is gone be of the one that is kept."""
        gone.espace_merged = True
        gone.write({"parent_id": kept.id, "type": "other"})

    def _find_custody(self, children):
        """Compute anew what SQL has changed below stored fields."""
        for name in ("shared_custody", "custody_to_set"):
            self.env.add_to_compute(children._fields[name], children)

    def _merge_people(self, family, choices):
        """Merge the guardians and the children that the household has twice now."""
        if not choices.get("with_people"):
            return []
        told = []
        for records, same in (
            (family.guardian_ids, same_guardian),
            (family.with_context(active_test=False).main_child_ids, same_child),
        ):
            left = list(records.sorted("id"))
            while left:
                one = left.pop(0)
                for other in [o for o in left if same(one, o)]:
                    left.remove(other)
                    own = self.with_user(self.merged_uid)
                    merge = own._merge(
                        one.with_env(own.env), other.with_env(own.env), choices
                    )
                    told.append(merge.sudo().details)
        return told
