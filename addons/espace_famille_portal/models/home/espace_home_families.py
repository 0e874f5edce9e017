"""What families ask, correct and do not receive, on the home of the family desk."""

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.home.espace_home import Duty, Listed

from ..message.espace_request import OPEN_STATES

BEFORE = "absences"


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _duty_codes(self, role):
        codes = super()._duty_codes(role)
        if role != "manager":
            return codes
        place = codes.index(BEFORE)
        return [
            *codes[:place],
            "requests",
            *codes[place:],
            "changes",
            "accounts",
            "invitations",
        ]

    # === Requests === #

    @api.model
    def _list_requests(self, place):
        domain = self._mine(place) & Domain("state", "in", list(OPEN_STATES))
        return Listed(
            "espace.request", domain, "espace_famille_portal.espace_request_action"
        )

    @api.model
    def _duty_requests(self, place):
        listed = self._list_requests(place)
        [(count, asked, answer_by)] = self.env[listed.model]._read_group(
            listed.domain, [], ["__count", "last_family_at:min", "answer_by:min"]
        )
        if not count:
            return None
        late = answer_by and answer_by < place.today
        days = asked and (place.today - place.company._espace_local(asked).date()).days
        words = (
            self.env._("The oldest has waited for %s days", days)
            if days and days > 1
            else self.env._("The oldest is of yesterday or today")
        )
        return Duty(
            "requests",
            count,
            self.env._("Requests without an answer"),
            words,
            self.env._("Answer Them"),
            "now" if late else "soon",
            "fa-inbox",
        )

    # === What families correct === #

    @api.model
    def _list_changes(self, place):
        domain = self._mine(place) & Domain("state", "=", "proposed")
        return Listed(
            "espace.change",
            domain,
            "espace_famille_portal.espace_change_action",
            {"search_default_by_family": 1},
        )

    @api.model
    def _duty_changes(self, place):
        listed = self._list_changes(place)
        labels = dict(
            self.env[listed.model]._fields["model"]._description_selection(self.env)
        )
        groups = self.env[listed.model]._read_group(
            listed.domain, ["model"], ["__count"]
        )
        return (
            Duty(
                "changes",
                sum(count for _model, count in groups),
                self.env._("Changes of households to check"),
                ", ".join(f"{labels[model]} {count}" for model, count in groups),
                self.env._("Compare"),
                "",
                "fa-home",
            )
            if groups
            else None
        )

    # === Accounts === #

    @api.model
    def _list_accounts(self, place):
        domain = self._mine(place) & Domain("state", "=", "new")
        return Listed(
            "espace.account.request",
            domain,
            "espace_famille_portal.espace_account_request_action",
        )

    @api.model
    def _duty_accounts(self, place):
        count = self._count(self._list_accounts(place))
        return (
            Duty(
                "accounts",
                count,
                self.env._("Accounts asked for"),
                self.env._("By parents who were not invited"),
                self.env._("Decide"),
                "soon",
                "fa-user-plus",
            )
            if count
            else None
        )

    @api.model
    def _list_invitations(self, place):
        domain = self._mine(place) & Domain("outcome", "=", "refused")
        return Listed(
            "espace.activation",
            domain,
            "espace_famille_portal.espace_activation_action",
        )

    @api.model
    def _duty_invitations(self, place):
        count = self._count(self._list_invitations(place))
        return (
            Duty(
                "invitations",
                count,
                self.env._("Invitations that came back"),
                self.env._("The e-mail address was refused"),
                self.env._("Correct"),
                "",
                "fa-envelope-o",
            )
            if count
            else None
        )
