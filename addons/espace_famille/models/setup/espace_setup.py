"""Start-up (mise en route): what remains to be done before families can come."""

from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.web.controllers.utils import clean_action


class Step(NamedTuple):
    """A step of the checklist.

    `code`: names `_look_<code>` and `_open_<code>`; `sequence`: its place; `minutes`:
    how long it takes, about; `optional`: nothing waits for it.
    """

    code: str
    sequence: int
    title: str
    minutes: int
    optional: bool = False


class Look(NamedTuple):
    """How far a step is, found in the data.

    `words`: what is there once it is done, else what is missing; `button`: what is to
    be done next; `warning`: words on what is done, but not well; `other`: another way,
    as (words, key of `_open_<code>`).
    """

    done: bool
    words: str
    button: str = ""
    warning: str = ""
    other: tuple[str, str] | None = None


class EspaceSetup(models.AbstractModel):
    """The checklist of an administrator, computed anew at each display.

    Nothing of it is stored: a step whose data go away later is open again.
    """

    _name = "espace.setup"
    _description = "Start-up Checklist"

    # === What the screen asks === #

    @api.model
    @api.readonly
    def load(self):
        """Return what the checklist shows of the commune of the user.

        :return: {"company": str, "steps": [dict], "done": int, "total": int,
            "minutes": int}; a step has the fields of `Step` and `Look`
        :raise AccessError: the user is no administrator
        """
        self._check_admin()
        company = self.env.company
        shown = [
            {**step._asdict(), **self._look(step, company)._asdict()}
            for step in self._sorted_steps()
        ]
        return {
            "company": company.name,
            "steps": shown,
            "done": sum(step["done"] for step in shown),
            "total": len(shown),
            "minutes": sum(
                step["minutes"]
                for step in shown
                if not (step["done"] or step["optional"])
            ),
        }

    @api.model
    def open(self, code, key=""):
        """Return the action of a step: a screen prepared for what is missing.

        :param str code: of a step
        :param str key: of the other way that it offers, if that one is taken
        :raise UserError: there is no such step
        """
        self._check_admin()
        if code not in {step.code for step in self._steps()}:
            raise UserError(self.env._("There is no such step."))
        return self._shown(getattr(self, f"_open_{code}")(self.env.company, key))

    # === Tools === #

    @api.model
    def _steps(self):
        """Return the steps of this addon; an addon adds its own."""
        return [
            Step("commune", 10, self.env._("The commune"), 2),
            Step("mail", 20, self.env._("Sending e-mails"), 3),
            Step("year", 30, self.env._("The school year"), 1),
            Step("schools", 40, self.env._("Schools and classes"), 3),
            Step("activities", 50, self.env._("The activities"), 4),
            Step("sessions", 80, self.env._("The sessions"), 1),
            Step("families", 90, self.env._("The families"), 8),
        ]

    @api.model
    def _sorted_steps(self):
        return sorted(self._steps(), key=lambda step: step.sequence)

    @api.model
    def _look(self, step, company):
        """Return the `Look` of a step."""
        return getattr(self, f"_look_{step.code}")(company)

    @api.model
    def _is_finished(self, company):
        """Tell whether nothing of the checklist is left, but for what is optional."""
        return all(
            step.optional or self._look(step, company).done
            for step in self._sorted_steps()
        )

    @api.model
    def _leads_home(self):
        """Tell whether the user, as it logs in, is led to the checklist first."""
        company = self.env.company
        return (
            self.env.user.has_group("espace_famille.group_admin")
            and company.espace_is_commune
            and not self._is_finished(company)
        )

    @api.model
    def _home(self):
        """Return the first screen of our application for the user.

        The checklist for an administrator until nothing is left of it, then and for
        everybody else the home of their role.
        """
        first = "setup" if self._leads_home() else "role_home"
        return self.env["ir.actions.actions"]._for_xml_id(
            f"espace_famille.espace_{first}_action"
        )

    @api.model
    def _check_admin(self):
        if not self.env.user.has_group("espace_famille.group_admin"):
            raise AccessError(self.env._("Only administrators start a commune."))

    @api.model
    def _shown(self, action):
        """Complete an action as Odoo does for the buttons of forms."""
        return clean_action(action, env=self.env)

    @api.model
    def _dialog(self, model, name, **context):
        """Return the action that opens a wizard over the checklist."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    @api.model
    def _list(self, action, **values):
        """Return a window action of ours, by its identifier."""
        return {**self.env["ir.actions.act_window"]._for_xml_id(action), **values}

    @api.model
    def _note(self, message, kind="success"):
        """Return a message to show over the checklist, which looks again then."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message},
        }
