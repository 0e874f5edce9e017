"""Whether a régie opens a prepaid account to its families, and within which bounds."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...domain import purse
from ..core.amounts import to_decimal

# What nobody pays in at once, whatever a régie allows.
MOST = 10_000


class EspaceRegie(models.Model):
    _inherit = "espace.regie"

    purse = fields.Boolean(
        "Prepaid Account",
        help="Families may pay in advance, online and at the counter: what they book "
        "is paid with it by itself. The act of the régie has to foresee it.",
    )
    purse_least = fields.Monetary(
        "Least Paid In Online", default=10, help="By one payment of a family."
    )
    purse_most = fields.Monetary("Most Paid In Online", default=200)
    purse_low = fields.Monetary(
        "Low Below",
        default=10,
        help="Families that pay in advance are told when less than that is left, "
        "unless they choose another amount; 0: they are not told.",
    )

    _purse_bounds = models.Constraint(
        f"CHECK(NOT purse OR (purse_least > 0 AND purse_most >= purse_least "
        f"AND purse_most <= {MOST}))",
        "What is paid in at once is above zero, from the least to the most, and no "
        "more than 10,000.",
    )
    _purse_low_positive = models.Constraint(
        "CHECK(purse_low >= 0)", "An amount below which little is left is not negative."
    )

    def _check_top_up(self, amount):
        """Refuse what may not be paid in advance online.

        :param Decimal amount: in euros
        :raise UserError: the régie has no prepaid account, or not for this amount
        """
        self.ensure_one()
        words = self.company_id._espace_amount_words
        if not (self.purse and self.active and self._takes("online")):
            raise UserError(
                self.env._("%s takes no money in advance online.", self.name)
            )
        problem = purse.top_up_problem(
            amount, to_decimal(self.purse_least), to_decimal(self.purse_most)
        )
        if problem:
            raise UserError(
                self.env._(
                    "Choose an amount from %(least)s to %(most)s.",
                    least=words(self.purse_least),
                    most=words(self.purse_most),
                )
            )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_purse_regies_sudo(self):
        """Return the régies of this commune that open a prepaid account."""
        self.ensure_one()
        return (
            self.env["espace.regie"]
            .sudo()
            .search([("company_id", "=", self.id), ("purse", "=", True)])
        )
