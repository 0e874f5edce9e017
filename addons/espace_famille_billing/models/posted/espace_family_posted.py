"""The payer of a family stays who it is once something was posted for it."""

from odoo import api, models
from odoo.exceptions import UserError


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    @api.model_create_multi
    def create(self, vals_list):
        families = super().create(vals_list)
        known = [bool(vals.get("partner_id")) for vals in vals_list]
        families.browse(
            family.id
            for family, is_known in zip(families, known, strict=True)
            if is_known
        )._espace_take_over()
        return families

    def write(self, vals):
        for name in ("partner_id", "company_id"):
            if name in vals:
                others = self.filtered(
                    lambda family, name=name: family[name].id != vals[name]
                )
                others.partner_id._espace_check_payer_stays()
        return super().write(vals)

    def _espace_take_over(self):
        """Take the invoices and payments that a contact had before being a family."""
        partners = self.partner_id
        for model in ("account.move", "account.payment"):
            records = (
                self.env[model]
                .sudo()
                .search(
                    [
                        ("partner_id.commercial_partner_id", "in", partners.ids),
                        ("espace_family_id", "=", False),
                    ]
                )
            )
            field = records._fields["espace_family_id"]
            self.env.add_to_compute(field, records)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        if vals.get("parent_id"):
            moved = self.filtered(lambda p: p.parent_id.id != vals["parent_id"])
            moved._espace_check_payer_stays()
        if {"parent_id", "is_company"} & vals.keys():
            self._espace_check_merged_payer_stays(vals)
        return super().write(vals)

    def _espace_check_merged_payer_stays(self, vals):
        """Refuse to take away the payer of a family that was merged with another.

        Its entries are of that family's account by being below its payer.

        :raise UserError: naming the family
        """
        same = {"parent_id": "parent_id" in vals, "is_company": "is_company" in vals}
        others = self.filtered(
            lambda p: (
                (same["parent_id"] and p.parent_id.id != (vals["parent_id"] or False))
                or (same["is_company"] and p.is_company != bool(vals["is_company"]))
            )
        )
        others = others.filtered("espace_merged")
        merged = others and self.env["espace.merge"].sudo().search(
            [("partner_id", "in", others.ids), ("subject", "=", "family")], limit=1
        )
        if merged:
            raise UserError(
                self.env._(
                    "%(gone)s was merged with the family %(family)s, whose account "
                    "holds its invoices: it stays below it.",
                    gone=merged.gone_name,
                    family=merged.kept_name,
                )
            )

    def _espace_payer_families(self):
        """Return the families whose payer one of these is, archived ones too."""
        return (
            self.env["espace.family"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.sudo().commercial_partner_id.ids)])
        )

    def _espace_check_payer_stays(self):
        """Refuse to put another in the place of a payer, if anything is posted.

        :raise UserError: naming the family
        """
        families_sudo = (
            self.env["espace.family"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.ids)])
        )
        if families_sudo and self.env["account.move.line"].sudo().search_count(
            [("partner_id", "in", self.ids), ("parent_state", "=", "posted")], limit=1
        ):
            raise UserError(
                self.env._(
                    "Invoices or payments are posted: the payer of the family %s stays "
                    "who it is. Open another family account instead.",
                    families_sudo[0].name,
                )
            )
