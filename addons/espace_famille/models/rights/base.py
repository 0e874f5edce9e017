from odoo import models
from odoo.fields import Domain


class Base(models.AbstractModel):
    """What one may not read, one does not find by searching for it either.

    Odoo asks for the rights on a field once it reads its column. One that is found by a
    method (what somebody owes, for instance) it searches for whoever asks.
    """

    _inherit = "base"

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain)
            self._espace_check_searched(domain)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _espace_check_searched(self, domain):
        """Refuse a search by a field that the user may not read, on any path.

        :param Domain domain: on this model
        :raise AccessError: naming the field
        """
        for condition in domain.iter_conditions():
            model = self
            for name in condition.field_expr.split("."):
                field = model._fields.get(name)
                if field is None:
                    break  # a part of a date, or a property
                if field.groups:
                    model._check_field_access(field, "read")
                if not field.comodel_name:
                    break
                model = self.env[field.comodel_name]
            within = condition.operator in ("any", "not any")
            if within and isinstance(condition.value, (Domain, list, tuple)):
                model._espace_check_searched(Domain(condition.value))
