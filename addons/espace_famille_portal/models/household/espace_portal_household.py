from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...domain import household as rules
from ...domain.sent import read_id

# A refusal is shown as long as the parent may still wonder.
REFUSALS_SHOWN = timedelta(days=90)

# kind of form: the model whose records it corrects or adds.
MODELS = {
    "family": "espace.family",
    "guardian": "espace.guardian",
    "child": "espace.child",
    "authorisations": "espace.child",
    "pickup": "espace.pickup.person",
    "income": "espace.family.income",
}
NEW = "new"
# The title of a card says them already.
IN_TITLE = ("lastname", "firstname", "name")
ADDABLE = ("guardian", "child", "pickup", "income")


class EspacePortalHousehold(models.AbstractModel):
    """Mon foyer: what the commune knows of a household, and what it corrects.

    A key names a form: “guardian-12”, “child-new”. Only records of the household
    itself have one: of a shared child, never the other household.
    """

    _name = "espace.portal.household"
    _description = "Portal: Household"

    # === The page === #

    @api.model
    def _read(self, family_sudo, typed=None):
        """Return what the page shows.

        :param family_sudo: as superuser, one that the user belongs to
        :param dict typed: {"key": form, "values": typed, "problems": by input} of what
            was refused
        """
        changes = self._changes(family_sudo)
        cards = {
            kind: [
                self._card(family_sudo, kind, record, changes, typed)
                for record in self._records(family_sudo, kind)
            ]
            for kind in ("family", "guardian", "child", "pickup")
        }
        for card, child in zip(cards["child"], family_sudo.child_ids, strict=True):
            card["authorisations"] = self._card(
                family_sudo, "authorisations", child, changes, typed
            )
            card["enrolments"] = self._enrolments(child)
            card["incidents"] = self._incidents(family_sudo, child)
        return {
            "cards": cards,
            "new": {
                kind: self._new_card(family_sudo, kind, changes, typed)
                for kind in ADDABLE
            },
            "income": self._income(family_sudo),
            "waiting": len(changes.filtered(lambda c: c.state == "proposed")),
        }

    @api.model
    def _enrolments(self, child):
        """Return the enrolments of a child that are not over: both parents see them.

        :return: list of (activity, dates and state in words)
        """
        company = child.company_id
        labels = dict(
            child.enrolment_ids._fields["state"]._description_selection(self.env)
        )
        return [
            (
                enrolment.activity_id.name,
                self.env._(
                    "from %(first)s to %(last)s: %(state)s",
                    first=company._espace_format_day(enrolment.date_from, "d MMMM y"),
                    last=company._espace_format_day(enrolment.date_to, "d MMMM y"),
                    state=labels[enrolment.state],
                ),
            )
            for enrolment in child.enrolment_ids.sorted("date_from")
            if enrolment.date_to >= company._espace_today()
        ]

    @api.model
    def _incidents(self, family_sudo, child):
        """Return the declared accidents of a child, the last first: for both parents.

        Of the steps, those that are about the child; whom of the other household the
        commune called or wrote to is none of this one's business, and so are the
        names of agents and witnesses.

        :return: list of dicts of words: when, where, what, injury, care and the steps
            as (when, what)
        """
        incidents_sudo = (
            self.env["espace.incident"]
            .sudo()
            .search([("child_id", "=", child.id), ("state", "=", "declared")])
        )
        return [
            {
                "when": incident._when_words(),
                "where": incident._where_words(),
                "what": incident.what_happened,
                "injury": incident.injury,
                "care": incident.care,
                "steps": incident._steps_for(family_sudo),
            }
            for incident in incidents_sudo
        ]

    @api.model
    def _records(self, family_sudo, kind):
        """Return the records of the household that a kind of form corrects."""
        if kind == "family":
            return family_sudo
        if kind == "guardian":
            return family_sudo.guardian_ids
        if kind == "pickup":
            return family_sudo.pickup_person_ids
        return family_sudo.child_ids

    @api.model
    def _changes(self, family_sudo):
        """Return what waits, and the refusals that nothing has followed."""
        since = fields.Datetime.now() - REFUSALS_SHOWN
        changes_sudo = (
            self.env["espace.change"]
            .sudo()
            .search(
                Domain("family_id", "=", family_sudo.id)
                & (Domain("state", "=", "proposed") | Domain("decided_at", ">=", since))
            )
        )
        seen, shown = set(), changes_sudo.browse()
        for change in changes_sudo:
            kind = (change.values or {}).get("kind")
            place = (change.model, change.res_id, change.column, change.subject, kind)
            if place not in seen and change.state != "accepted":
                shown |= change
            seen.add(place)
        return shown

    # === Cards === #

    @api.model
    def _card(self, family_sudo, kind, record, changes, typed):
        key = f"{kind}-{record.id}"
        inputs = self._inputs(kind, record)
        values = {one.name: self._value(kind, record, one.name) for one in inputs}
        rows = [
            self._row(kind, record, name, changes) for name in self._shown_names(kind)
        ]
        return {
            "key": key,
            "id": record.id,
            "title": record.display_name,
            "badges": self._badges(kind, record),
            "rows": [
                row
                for row in rows
                if row["changes"] or (row["name"] not in IN_TITLE and row["shown"])
            ],
            "own_login": kind == "guardian" and record.user_id == self.env.user,
            "ending": self._change_rows(
                changes.filtered(lambda c: self._is_about(c, kind, record, "active"))
            )
            if kind == "pickup"
            else [],
            "form": self._form(family_sudo, kind, inputs, key, values, typed),
            "open": bool(typed and typed["key"] == key),
            "record": record,
        }

    @api.model
    def _row(self, kind, record, name, changes):
        words = self._shown(kind, record, name)
        return {
            "name": name,
            "label": self._label(kind, name),
            "words": words,
            "shown": bool(words) or name != "street2",
            "changes": self._change_rows(
                changes.filtered(lambda c: self._is_about(c, kind, record, name))
            ),
        }

    @api.model
    def _new_card(self, family_sudo, kind, changes, typed):
        key = f"{kind}-{NEW}"
        values = {}
        if kind == "pickup":
            values["child_ids"] = [str(child.id) for child in family_sudo.child_ids]
        if kind == "child" and len(family_sudo.guardian_ids) == 1:
            values["lastname"] = family_sudo.guardian_ids.lastname or ""
        return {
            "key": key,
            "form": self._form(
                family_sudo, kind, rules.FORMS[kind], key, values, typed
            ),
            "open": bool(typed and typed["key"] == key),
            "changes": self._change_rows(
                changes.filtered(lambda c: c.model == MODELS[kind] and not c.res_id)
            ),
        }

    @api.model
    def _is_about(self, change, kind, record, name):
        if kind == "authorisations":
            values = change.values or {}
            return (
                change.model == "espace.authorisation"
                and values.get("child_id") == record.id
                and values.get("kind") == name
            )
        return (change.model, change.res_id, change.column) == (
            record._name,
            record.id,
            name,
        )

    @api.model
    def _change_rows(self, changes):
        return [
            {
                "id": change.id,
                "state": change.state,
                "after": change.after or self.env._("empty"),
                "reason": change.reason or "",
                "by": change.user_id.name or "",
            }
            for change in changes
        ]

    @api.model
    def _badges(self, kind, record):
        """Return what is only shown: (icon, words)."""
        if kind == "guardian":
            badges = [("fa-user", self.env._("Guardian %s", record.rank))]
            if record.may_book:
                badges.append(("fa-calendar-check-o", self.env._("May book")))
            if record.is_payer:
                badges.append(("fa-eur", self.env._("Pays")))
            if record.is_emergency:
                badges.append(("fa-phone", self.env._("Called in an emergency")))
            return badges
        if kind == "child" and record.custody_ids:
            return [("fa-home", self.env._("Shared custody"))]
        if kind == "pickup" and record.identity_checked_on:
            return [("fa-check", self.env._("Identity checked"))]
        return []

    # === The quotient === #

    @api.model
    def _income(self, family_sudo):
        """Return the quotient in use, None when there is none."""
        income = family_sudo.income_ids._in_force(
            family_sudo.company_id._espace_today()
        )
        if not income:
            return None
        amount = family_sudo.company_id._espace_amount_words(income.value)
        return {
            "value": amount.rstrip("\u00a0\u202f €$"),
            "since": format_date(self.env, income.date_from, date_format="d MMMM y"),
            "source": dict(self._selection(income._name, "source"))[income.source],
            "renew": family_sudo.qf_state == "to_renew",
        }

    # === Proposing === #

    @api.model
    def _target(self, family_sudo, key):
        """Return (kind, record, empty when new) that a key names, else (None, None)."""
        kind, _dash, number = str(key or "").partition("-")
        if kind not in MODELS:
            return None, None
        if number == NEW:
            new = self.env[MODELS[kind]] if kind in ADDABLE else None
            return (kind, new) if new is not None else (None, None)
        record_id = read_id(number)
        if kind == "income" or not record_id:
            return None, None
        record = self._records(family_sudo, kind).filtered(lambda r: r.id == record_id)
        return (kind, record) if record else (None, None)

    @api.model
    def _read_form(self, family_sudo, key, posted, today):
        """Read what was typed into a form of the household.

        :param family_sudo: as superuser, one that the user belongs to
        :param posted: function that returns the list of values of a name
        :return: (values, problems) by input
        :raise UserError: the form is none of this household's
        """
        kind, record = self._target_or_refuse(family_sudo, key)
        choices = {
            name: [value for value, _words in options]
            for name, options in self._choices(family_sudo, kind).items()
        }
        return rules.read(self._inputs(kind, record), posted, choices, today)

    @api.model
    def _submit(self, family_sudo, key, values, files):
        """Propose what was typed into a form, and found to be good.

        :param dict values: those of `_read_form`
        :param files: list of (name, bytes)
        :return: the changes, applied already if that is what the commune wants
        :raise UserError: the form is none of this household's, or a file is not taken
        """
        kind, record = self._target_or_refuse(family_sudo, key)
        changes = self._propose(family_sudo, kind, record, self._typed(values), files)
        if family_sudo.company_id.espace_changes == "apply":
            changes._apply_safe()
        return changes

    @api.model
    def _target_or_refuse(self, family_sudo, key):
        kind, record = self._target(family_sudo, key)
        if not kind:
            raise UserError(
                self.env._("This page was out of date: look at it again below.")
            )
        return kind, record

    @api.model
    def _typed(self, values):
        """Return the values as `espace.change` takes them: ids are numbers."""
        return {
            name: (
                sorted(map(int, value))
                if isinstance(value, list)
                else int(value)
                if value and name.endswith("_id")
                else value
            )
            for name, value in values.items()
        }

    @api.model
    def _propose(self, family_sudo, kind, record, values, files):
        changes_sudo = self.env["espace.change"].sudo()
        today = family_sudo.company_id._espace_today()
        if kind == "income":
            return changes_sudo._propose_income(family_sudo, values, files, today)
        if kind == "authorisations":
            guardian = family_sudo._portal_guardian()[:1]
            return changes_sudo._propose_authorisations(
                family_sudo, record, guardian, values, today
            )
        if not record:
            return changes_sudo._propose_new(family_sudo, MODELS[kind], values)
        return changes_sudo._propose(record, values, family_sudo)
