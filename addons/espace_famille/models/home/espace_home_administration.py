"""The morning of an administrator: what stands still, and the services in a line."""

from odoo import api, models
from odoo.fields import Domain

from .espace_home import Duty, Listed, Row, Section

# A line says one sentence, whatever a mail server answered.
MOST_WORDS = 120


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _subtitle_administration(self, place):
        return place.company.name

    # === Duties === #

    @api.model
    def _list_mails(self, _place):
        return Listed(
            "mail.mail", Domain("state", "=", "exception"), "mail.action_view_mail_mail"
        )

    @api.model
    def _duty_mails(self, place):
        listed = self._list_mails(place)
        if not self.env[listed.model].has_access("read"):
            return None
        last = self.env[listed.model].search(listed.domain, order="id desc", limit=1)
        if not last:
            return None
        words = last.failure_reason or self.env._("See what the mail server answered")
        return Duty(
            "mails",
            self._count(listed),
            self.env._("E-mails that did not leave"),
            words.strip().splitlines()[-1][:MOST_WORDS],
            self.env._("See"),
            "now",
            "fa-envelope-o",
        )

    @api.model
    def _list_jobs(self, _place):
        return Listed("ir.cron", Domain("failure_count", ">", 0), "base.ir_cron_act")

    @api.model
    def _duty_jobs(self, place):
        listed = self._list_jobs(place)
        if not self.env[listed.model].has_access("read"):
            return None
        found = self.env[listed.model].search(listed.domain)
        return (
            Duty(
                "jobs",
                len(found),
                self.env._("Scheduled work that failed"),
                self._some_names(found),
                self.env._("See"),
                "soon",
                "fa-cogs",
            )
            if found
            else None
        )

    @api.model
    def _list_erasure(self, place):
        return self._to_erase(place, "family")

    @api.model
    def _list_erasure_children(self, place):
        return self._to_erase(place, "child")

    @api.model
    def _to_erase(self, place, what):
        return Listed(
            f"espace.{what}",
            self._mine(place) & Domain("to_erase", "=", True),
            f"espace_famille.espace_{what}_to_erase_action",
            {"active_test": False},
        )

    @api.model
    def _duty_erasure(self, place):
        count = self._count(self._list_erasure(place))
        title = self.env._("Families to erase")
        return self._erasure_duty(place, "erasure", count, title)

    @api.model
    def _duty_erasure_children(self, place):
        count = self._count(self._list_erasure_children(place))
        title = self.env._("Children to erase")
        return self._erasure_duty(place, "erasure_children", count, title)

    @api.model
    def _erasure_duty(self, _place, code, count, title):
        return (
            Duty(
                code,
                count,
                title,
                self.env._("Kept for as long as the settings say"),
                self.env._("See"),
                "",
                "fa-eraser",
            )
            if count
            else None
        )

    @api.model
    def _list_agents(self, place):
        domain = (
            Domain("share", "=", False)
            & Domain("company_ids", "in", place.company.ids)
            & Domain("log_ids", "=", False)
        )
        return Listed("res.users", domain, "base.action_res_users")

    @api.model
    def _duty_agents(self, place):
        listed = self._list_agents(place)
        found = self.env[listed.model].search(listed.domain)
        return (
            Duty(
                "agents",
                len(found),
                self.env._("Agents who never logged in"),
                self._some_names(found),
                self.env._("See"),
                "",
                "fa-users",
            )
            if found
            else None
        )

    # === Beside === #

    @api.model
    def _section_services(self, place):
        """Return the other homes in a line each: how much is to be done there."""
        rows = []
        for role in self._own_roles():
            if role.code == "administration":
                continue
            duties = self._duties(role.code, place)
            urgent = len([duty for duty in duties if duty.urgency == "now"])
            words = self.env._("nothing urgent")
            if urgent:
                words = self.env._("for today: %s", urgent)
            rows.append(
                Row(
                    role.name,
                    self.env._(
                        "topics to do: %(total)s, %(urgent)s",
                        total=len(duties),
                        urgent=words,
                    )
                    if duties
                    else self.env._("Nothing to do"),
                    icon="fa-dashboard",
                    strong=True,
                    code="home",
                    key=role.code,
                    link=self.env._("See"),
                )
            )
        return Section("services", self.env._("The Services Today"), rows, side=False)

    @api.model
    def _section_setup(self, place):
        Setup = self.env["espace.setup"]
        steps = Setup._sorted_steps()
        left = [step for step in steps if not Setup._look(step, place.company).done]
        if not left:
            return None
        row = Row(
            ", ".join(step.title for step in left),
            self.env._("optional")
            if all(step.optional for step in left)
            else self.env._("left to do"),
            icon="fa-check-square-o",
            code="setup",
            link=self.env._("Go On"),
        )
        note = self.env._(
            "%(done)s of %(total)s", done=len(steps) - len(left), total=len(steps)
        )
        return Section("setup", self.env._("Start-up"), [row], note=note)

    @api.model
    def _open_setup(self, _place, _key):
        return self.env["ir.actions.client"]._for_xml_id(
            "espace_famille.espace_setup_action"
        )

    @api.model
    def _section_machine(self, place):
        """Say whether e-mails leave and the scheduled work is done.

        As superuser: a director may know it without the rights of a technician.
        """
        waiting, refused = (
            self.env["mail.mail"].sudo().search_count([("state", "=", state)])
            for state in ("outgoing", "exception")
        )
        cron_sudo = self.env["ir.cron"].sudo()
        failed = cron_sudo.search_count([("failure_count", ">", 0)])
        last = cron_sudo.search(
            [("lastcall", "!=", False)], order="lastcall desc", limit=1
        ).lastcall
        rows = [
            self._machine_row(
                self.env._("Sending e-mails"),
                not refused,
                self.env._("refused: %s", refused)
                if refused
                else self.env._("waiting: %s", waiting),
            ),
            self._machine_row(
                self.env._("Scheduled work"),
                not failed,
                self.env._("failed: %s", failed)
                if failed
                else (last and place.company._espace_limit_words(last)) or "",
            ),
        ]
        return Section("machine", self.env._("Machine"), rows)

    @api.model
    def _machine_row(self, title, is_fine, words):
        sign = "fa-check-circle" if is_fine else "fa-times-circle"
        return Row(title, value=words, icon=sign, strong=not is_fine)
