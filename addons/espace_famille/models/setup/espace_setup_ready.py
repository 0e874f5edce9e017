from datetime import timedelta
from typing import NamedTuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

# The children of so many families are tried at the gate.
TRIED_FAMILIES = 3
TRIED_DAYS = 30
LATE_JOB = timedelta(days=2)


class Finding(NamedTuple):
    """One thing that was looked at before the opening.

    `level`: ok, warning (it does not prevent the opening) or danger; `code` and `key`:
    of `_open_<code>` or `_mend_<code>`, which shows what to change.
    """

    level: str
    words: str
    detail: str = ""
    button: str = ""
    code: str = ""


class EspaceSetup(models.AbstractModel):
    """“Ready?”: what would go wrong on the day when families come."""

    _inherit = "espace.setup"

    @api.model
    def ready(self):
        """Look at everything now, and say what would go wrong.

        :return: {"findings": [dict of `Finding`], "dangers": int, "warnings": int,
            "next": {"code", "button"} or False: what may be done if nothing is red}
        """
        self._check_admin()
        company = self.env.company
        now = fields.Datetime.now()
        findings = self._findings(company, now)
        levels = [finding.level for finding in findings]
        return {
            "findings": [finding._asdict() for finding in findings],
            "dangers": levels.count("danger"),
            "warnings": levels.count("warning"),
            "next": self._next_step(company),
        }

    @api.model
    def mend(self, code):
        """Return the action that shows what a finding is about.

        :param str code: of a `Finding`
        """
        self._check_admin()
        if code in {step.code for step in self._steps()}:
            return self.open(code)
        if code not in self._menders():
            raise ValueError(code)
        return self._shown(getattr(self, f"_mend_{code}")(self.env.company))

    @api.model
    def _menders(self):
        """Return the codes that findings have beside those of the steps."""
        return {"check", "homeless", "agents", "mailless", "settings"}

    @api.model
    def _next_step(self, company):
        """Return what may be done if nothing is red; an addon says so."""
        return False

    @api.model
    def _is_open_to_families(self, company):
        """Tell whether “Ready?” finds nothing that prevents the opening."""
        findings = self._findings(company, fields.Datetime.now())
        return all(finding.level != "danger" for finding in findings)

    @api.model
    def _findings(self, company, now):
        """Return [`Finding`] in their order; an addon adds its own.

        :param datetime now: naive UTC
        """
        return [
            *self._steps_findings(company),
            *self._gate_findings(company, now),
            *self._people_findings(company),
            *self._mail_findings(company),
            *self._data_findings(company),
            *self._machine_findings(now),
            *self._agents_findings(company),
        ]

    # === The steps before === #

    @api.model
    def _steps_findings(self, company):
        """Name the steps that are still open; the mail is as red as a price."""
        found = []
        for step in self._sorted_steps():
            if step.code == "invite":
                continue
            look = self._look(step, company)
            if look.done and not look.warning:
                continue
            red = not (look.done or step.optional)
            found.append(
                Finding(
                    "danger" if red else "warning",
                    step.title,
                    look.warning or look.words,
                    look.button,
                    step.code,
                )
            )
        if not found:
            found.append(Finding("ok", self.env._("All the steps are done")))
        return found

    # === A parent tries === #

    @api.model
    def _gate_findings(self, company, now):
        """Ask the gate what a parent would see of each option, with its reason."""
        families = self.env["espace.family"].search(
            [("company_id", "=", company.id), ("child_ids", "!=", False)],
            limit=TRIED_FAMILIES,
        )
        if not families:
            return []
        found = []
        for activity in self.env["espace.activity"].search(
            [("company_id", "=", company.id)]
        ):
            for option in activity.product_ids.product_variant_ids:
                found.append(self._option_finding(option, families, now))
        return [finding for finding in found if finding]

    @api.model
    def _option_finding(self, option, families, now):
        activity = option.espace_activity_id
        company = activity.company_id
        days = self._days_to_come(activity)
        if not days:
            # Said by the step of the sessions.
            return None
        tried = []
        for family in families:
            items = [(child, option, day) for child in family.child_ids for day in days]
            quotes = self.env["espace.reservation"]._quote(family, items, now)
            tried += [(family, quote) for quote in quotes]
        for family, quote in tried:
            if quote.status == "available":
                return Finding(
                    "ok",
                    self._seen_words(option, family, quote, company),
                    quote.limit
                    and self.env._(
                        "limit shown: %s", company._espace_limit_words(quote.limit)
                    )
                    or "",
                )
        family, quote = tried[-1]
        return Finding(
            "danger",
            self.env._("No parent could book %s", option.name),
            self.env._(
                "%(day)s: %(reason)s",
                day=company._espace_day_words(quote.date),
                reason=quote.reason,
            ),
            self.env._("See the Activity"),
            "activities",
        )

    @api.model
    def _seen_words(self, option, family, quote, company):
        """Say what a parent sees of a day; an addon adds the price."""
        return self.env._(
            "A parent sees %(option)s on %(day)s",
            option=option.name,
            day=company._espace_day_words(quote.date),
        )

    @api.model
    def _days_to_come(self, activity):
        """Return the dates of its next sessions."""
        return (
            self.env["espace.session"]
            .search(
                [
                    ("activity_id", "=", activity.id),
                    ("date", ">", activity.company_id._espace_today()),
                    ("state", "=", "open"),
                ],
                order="date",
                limit=TRIED_DAYS,
            )
            .mapped("date")
        )

    # === People === #

    @api.model
    def _people_findings(self, company):
        own = Domain("company_id", "=", company.id)
        count = self.env["espace.child"].search_count(own)
        if not count:
            return []
        found = []
        homeless = self.env["espace.child"].search_count(
            own & Domain("family_id", "=", False)
        )
        if homeless:
            found.append(
                Finding(
                    "danger",
                    self.env._("Children without a household: %s", homeless),
                    self.env._("Nobody could book nor pay for them."),
                    self.env._("See Them"),
                    "homeless",
                )
            )
        mailless = self.env["espace.family"].search_count(
            self._families_without_mail(company)
        )
        if mailless:
            found.append(
                Finding(
                    "warning",
                    self.env._("Households without an e-mail: %s", mailless),
                    self.env._("They cannot be invited by e-mail: write to them."),
                    self.env._("See Them"),
                    "mailless",
                )
            )
        return found or [
            Finding(
                "ok",
                self.env._("Each child has a household, each household an e-mail"),
                self.env._("%s children", count),
            )
        ]

    @api.model
    def _families_without_mail(self, company):
        """Return the domain of the households of which nobody has an address."""
        return Domain("company_id", "=", company.id) & Domain(
            "guardian_ids", "not any", [("email_normalized", "!=", False)]
        )

    @api.model
    def _mend_homeless(self, company):
        return self._list(
            "espace_famille.espace_child_action",
            domain=[("company_id", "=", company.id), ("family_id", "=", False)],
            context={},
        )

    @api.model
    def _mend_mailless(self, company):
        families = self.env["espace.family"].search(
            self._families_without_mail(company)
        )
        return self._list(
            "espace_famille.espace_family_action",
            domain=[("id", "in", families.ids)],
            context={},
        )

    # === The e-mails === #

    @api.model
    def _mail_findings(self, company):
        """Say what a test that arrived does not prove."""
        if not self._look_mail(company).done:
            return []  # said by the step
        sender = company._espace_test_sender() or company.email or ""
        domain = (email_normalize(sender) or sender).rpartition("@")[2]
        return [
            Finding(
                "ok",
                self.env._("E-mails leave; the SPF of the domain was not checked"),
                self.env._(
                    "Whether “%s” allows this server to send for it (SPF, DKIM) is not "
                    "looked at here: ask your host. Without it, some parents find the "
                    "e-mails among the junk.",
                    domain,
                ),
            )
        ]

    # === The data === #

    @api.model
    def _data_findings(self, company):
        """Have the check of the data look, as the menu does."""
        problems = self.env["espace.check"]._problems(company)
        if not problems:
            return [Finding("ok", self.env._("The check of the data finds nothing"))]
        return [
            Finding(
                "warning" if problem.notice else "danger",
                problem.sentence,
                self.env._("%s records", len(problem.ids)),
                self.env._("Open the Check"),
                "check",
            )
            for problem in problems
        ]

    @api.model
    def _mend_check(self, _company):
        return self.env["espace.data.check"].action_check()

    # === The machine === #

    @api.model
    def _machine_findings(self, now):
        """Look whether the scheduled jobs of ours and the queue of e-mails run."""
        jobs_sudo = self.env["ir.cron"].sudo().search([("active", "=", True)])
        names = jobs_sudo.get_external_id()
        late = jobs_sudo.filtered(
            lambda job: (
                names[job.id].startswith(("espace_famille", "mail."))
                and job.nextcall < now - LATE_JOB
            )
        )
        if not late:
            return [Finding("ok", self.env._("The scheduled jobs run"))]
        return [
            Finding(
                "danger",
                self.env._("Scheduled jobs do not run: %s", len(late)),
                self.env._(
                    "Neither e-mails nor reminders leave: %s. Whoever runs the server "
                    "looks at “max_cron_threads”.",
                    ", ".join(late[:3].mapped("name")),
                ),
            )
        ]

    # === Agents === #

    @api.model
    def _agents_findings(self, company):
        """Count who works in each role, the administrator of Odoo apart."""
        roles = [
            (self.env._("Animation"), "group_animation"),
            (self.env._("Management"), "group_manager"),
            (self.env._("Régie"), "group_finance"),
        ]
        users_sudo = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("share", "=", False),
                    ("company_ids", "in", company.ids),
                    ("id", "!=", SUPERUSER_ID),
                ]
            )
        )
        admin = self.env.ref("espace_famille.group_admin")
        agents_sudo = users_sudo.filtered(lambda u: admin not in u.all_group_ids)
        counts = {
            words: len(
                agents_sudo.filtered(
                    lambda user, name=name: user.has_group(f"espace_famille.{name}")
                )
            )
            for words, name in roles
        }
        detail = ", ".join(f"{words} {count}" for words, count in counts.items())
        if all(counts.values()):
            return [Finding("ok", self.env._("At least one agent a role"), detail)]
        return [
            Finding(
                "warning",
                self.env._("No agent of their own in some roles"),
                self.env._("%s: the administrator would do it all.", detail),
                self.env._("See the Users"),
                "agents",
            )
        ]

    @api.model
    def _mend_agents(self, _company):
        return self._list("base.action_res_users")

    @api.model
    def _mend_settings(self, _company):
        return self._list("espace_famille.espace_config_settings_action")
