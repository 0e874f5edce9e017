from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# What the portal and prices need of the hundred fields of a product.
OFFER_FIELDS = (
    "name",
    "espace_activity_id",
    "espace_time_from",
    "espace_time_to",
    "espace_hours",
    "espace_includes_meal",
)


class ProductTemplate(models.Model):
    """An option (prestation, formule) of an activity; options share its places."""

    _name = "product.template"
    _inherit = ["product.template", "espace.rulebook.mixin"]
    _rulebook_company = "espace_activity_id.company_id"

    espace_activity_id = fields.Many2one(
        "espace.activity", "Activity", index="btree_not_null", ondelete="restrict"
    )
    espace_time_from = fields.Float("Starts at", help="Local hours.")
    espace_time_to = fields.Float("Ends at", help="Local hours.")
    espace_hours = fields.Float(
        "Hours",
        compute="_compute_espace_hours",
        store=True,
        readonly=False,
        digits=(16, 4),
        help="Hours that an hourly price is multiplied by.",
    )
    espace_includes_meal = fields.Boolean("Includes a Meal")
    espace_records_times = fields.Boolean(
        "Times of Arrival and Departure",
        help="Agents record when each child arrives and leaves; prices by started "
        "unit of time follow.",
    )

    _espace_hours_positive = models.Constraint(
        "CHECK(espace_hours >= 0)", "The hours of an option must not be negative."
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates._give_options_to_commune()
        return templates

    def write(self, vals):
        result = super().write(vals)
        if {"espace_activity_id", "company_id"} & vals.keys():
            self._give_options_to_commune()
        return result

    def _give_options_to_commune(self):
        """Have options belong to the company of their activity, whatever was said."""
        for template in self:
            company = template.espace_activity_id.company_id
            if company and template.company_id != company:
                template.company_id = company

    def _in_rulebook(self):
        return self.filtered("espace_activity_id")

    @api.model
    def _rulebook_fields(self):
        return ("active", *OFFER_FIELDS)

    @api.depends("espace_activity_id.name")
    def _compute_display_name(self):
        options = self.filtered("espace_activity_id")
        for option in options:
            option.display_name = option._espace_full_name()
        return super(ProductTemplate, self - options)._compute_display_name()

    def _espace_full_name(self):
        """Return the name of an option, behind that of its activity."""
        self.ensure_one()
        activity, name = self.espace_activity_id.name or "", self.name or ""
        if name.casefold().startswith(activity.casefold()):
            return name
        return f"{activity} – {name}"

    @api.depends("espace_time_from", "espace_time_to")
    def _compute_espace_hours(self):
        for template in self:
            span = template.espace_time_to - template.espace_time_from
            template.espace_hours = max(span, 0.0)

    @api.constrains("espace_activity_id", "espace_time_from", "espace_time_to")
    def _check_espace_times(self):
        for template in self.filtered("espace_activity_id"):
            start, end = template.espace_time_from, template.espace_time_to
            if not (0 <= start <= 24 and 0 <= end <= 24) or (end and end <= start):
                raise ValidationError(
                    self.env._(
                        "%s must end after it starts, within one day.", template.name
                    )
                )


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "espace.rulebook.mixin"]
    _rulebook_company = "espace_activity_id.company_id"

    def _in_rulebook(self):
        return self.filtered("espace_activity_id")

    @api.model
    def _rulebook_fields(self):
        return ("product_tmpl_id", "active", *OFFER_FIELDS)

    @api.depends("espace_activity_id.name")
    def _compute_display_name(self):
        """Call the options by activity and name, without internal codes.

        Two activities may each have a “Tranche 1”.
        """
        options = self.filtered("espace_activity_id")
        for option in options:
            option.display_name = option.product_tmpl_id._espace_full_name()
        return super(ProductProduct, self - options)._compute_display_name()

    @api.model
    def _search_display_name(self, operator, value):
        """Find an option by its activity too, and by “activity – option”."""
        found = Domain(super()._search_display_name(operator, value))
        if operator in Domain.NEGATIVE_OPERATORS:
            return found
        if operator.endswith("like"):
            return found | Domain("espace_activity_id.name", operator, value)
        for words in [value] if isinstance(value, str) else value or ():
            activity, dash, name = str(words).partition(" – ")
            if dash:
                found |= Domain("espace_activity_id.name", "=", activity) & Domain(
                    "name", "=", name
                )
        return found
