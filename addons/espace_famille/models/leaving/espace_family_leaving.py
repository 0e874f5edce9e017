import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.batch import one_by_one
from ..core.guards import LEAVING, allow

_logger = logging.getLogger(__name__)


class EspaceFamily(models.Model):
    """A family that leaves takes along its children, and comes back as it was."""

    _name = "espace.family"
    _inherit = ["espace.family", "espace.leaver.mixin"]
    _leaves_by = frozenset(("active", "leaves_on"))

    leaves_on = fields.Date(
        help="The family is archived once this day is over; it books nothing after it."
    )
    state_before = fields.Char("Account before Leaving", readonly=True, copy=False)

    def _leaving_domain(self):
        return Domain("family_id", "in", self.ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        """Refuse in words: what was booked, charged and paid is not deleted."""
        booked_sudo = self.sudo().filtered("reservation_ids")
        if booked_sudo:
            raise UserError(
                self.env._(
                    "%s booked: archive the family instead of deleting it, or erase "
                    "its personal data once it may be.",
                    ", ".join(booked_sudo.mapped("name")),
                )
            )

    def _leave(self, state):
        """Close the account; take along the children who live nowhere else.

        :param str state: of the account until now
        """
        self.write({"state": "archived", "state_before": state})
        children = self.main_child_ids.filtered(
            lambda child: not (child.custody_ids.family_id - self).filtered("active")
        )
        # Nobody decides twice: what the family has booked was looked at.
        allow(children, LEAVING).write({"active": False, "left_with_family": True})

    def _come_back(self):
        """Bring back the account as it was, and the children who left with it.

        Their enrolments never went; what was cancelled is booked again, for the places
        may be taken.
        """
        for family in self:
            family.write({"leaves_on": False, "state": family._state_once_back()})
        archived = self.with_context(active_test=False)
        archived.main_child_ids.filtered("left_with_family").write({"active": True})

    def _state_once_back(self):
        """Return the state of the account of a family that comes back."""
        self.ensure_one()
        has_log_in = bool(self.guardian_ids.user_id)
        return self.state_before or ("active" if has_log_in else "draft")

    @api.model
    def _cron_leave(self):
        """Archive the families and children whose last day is over."""
        companies = self.env["res.company"].sudo()._espace_communes()
        for company in companies:
            gone = Domain("company_id", "=", company.id) & Domain(
                "leaves_on", "<", company._espace_today()
            )
            for model in ("espace.family", "espace.child"):
                one_by_one(
                    self.env,
                    self.env[model].search(gone),
                    lambda one: one.write({"active": False}),
                    _logger,
                    "%s has left and was not archived",
                )


class EspaceGuardian(models.Model):
    """The last guardian of a family leaves with it."""

    _name = "espace.guardian"
    _inherit = ["espace.guardian", "espace.leaving.mixin"]
    _leaves_by = frozenset(("family_id",))

    def _leaving_domain(self):
        return Domain("family_id", "in", self.family_id.ids)


class EspaceCustody(models.Model):
    """A household that no longer has the child keeps no seats for it."""

    _name = "espace.custody"
    _inherit = ["espace.custody", "espace.leaving.mixin"]
    _leaves_by = frozenset(("child_id", "family_id"))

    def _leaving_domain(self):
        return Domain("child_id", "in", self.child_id.ids) & Domain(
            "family_id", "in", self.family_id.ids
        )
