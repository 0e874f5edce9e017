from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...domain import household as rules

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
    def _read(self, family, typed=None):
        """Return what the page shows.

        :param family: as superuser, one that the user belongs to
        :param dict typed: {"key": form, "values": typed, "problems": by input} of what
            was refused
        """
        changes = self._changes(family)
        cards = {
            kind: [
                self._card(family, kind, record, changes, typed)
                for record in self._records(family, kind)
            ]
            for kind in ("family", "guardian", "child", "pickup")
        }
        for card, child in zip(cards["child"], family.child_ids, strict=True):
            card["authorisations"] = self._card(
                family, "authorisations", child, changes, typed
            )
        return {
            "cards": cards,
            "new": {
                kind: self._new_card(family, kind, changes, typed) for kind in ADDABLE
            },
            "income": self._income(family),
            "waiting": len(changes.filtered(lambda c: c.state == "proposed")),
        }

    @api.model
    def _records(self, family, kind):
        """Return the records of the household that a kind of form corrects."""
        if kind == "family":
            return family
        if kind == "guardian":
            return family.guardian_ids
        if kind == "pickup":
            return family.pickup_person_ids
        return family.child_ids

    @api.model
    def _changes(self, family):
        """Return what waits, and the refusals that nothing has followed."""
        since = fields.Datetime.now() - REFUSALS_SHOWN
        changes = (
            self.env["espace.change"]
            .sudo()
            .search(
                Domain("family_id", "=", family.id)
                & (Domain("state", "=", "proposed") | Domain("decided_at", ">=", since))
            )
        )
        seen, shown = set(), changes.browse()
        for change in changes:
            kind = (change.values or {}).get("kind")
            place = (change.model, change.res_id, change.column, change.subject, kind)
            if place not in seen and change.state != "accepted":
                shown |= change
            seen.add(place)
        return shown

    # === Cards === #

    @api.model
    def _card(self, family, kind, record, changes, typed):
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
            "form": self._form(family, kind, inputs, key, values, typed),
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
    def _new_card(self, family, kind, changes, typed):
        key = f"{kind}-{NEW}"
        values = {}
        if kind == "pickup":
            values["child_ids"] = [str(child.id) for child in family.child_ids]
        if kind == "child" and len(family.guardian_ids) == 1:
            values["lastname"] = family.guardian_ids.lastname or ""
        return {
            "key": key,
            "form": self._form(family, kind, rules.FORMS[kind], key, values, typed),
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

    # === Inputs === #

    @api.model
    def _inputs(self, kind, record=None):
        """Return the inputs of a form; the login is changed elsewhere, by its owner."""
        inputs = rules.FORMS[kind]
        if kind == "guardian" and record and record.user_id:
            return tuple(one for one in inputs if one.name != "email")
        return inputs

    @api.model
    def _shown_names(self, kind):
        return [one.name for one in rules.FORMS[kind]]

    @api.model
    def _form(self, family, kind, inputs, key, values, typed):
        """Return the inputs as the template shows them, with what was typed."""
        mine = typed if typed and typed["key"] == key else None
        if mine:
            values = {**values, **mine["values"]}
        choices = self._choices(family, kind)
        return [
            {
                "name": one.name,
                "id": f"{key}_{one.name}",
                "kind": one.kind,
                "required": one.required,
                "label": self._label(kind, one.name),
                "value": values.get(one.name, ""),
                "choices": choices.get(one.name, []),
                "problem": self._problem_words(
                    mine["problems"].get(one.name) if mine else None
                ),
                "complete": self._autocomplete(kind, one.name),
            }
            for one in inputs
        ]

    @api.model
    def _choices(self, family, kind):
        """Return {input: [(value as text, words)]}."""
        if kind == "guardian":
            return {"civility": self._selection("espace.guardian", "civility")}
        if kind == "pickup":
            return {
                "child_ids": [
                    (str(child.id), child.firstname) for child in family.child_ids
                ]
            }
        if kind == "income":
            return {"source": self._selection("espace.family.income", "source")}
        if kind == "authorisations":
            answers = self._selection("espace.authorisation", "granted")
            return {name: answers for name in rules.AUTHORISATIONS}
        if kind == "child":
            company = Domain("school_id.company_id", "=", family.company_id.id)
            classes = self.env["espace.school.class"].sudo().search(company)
            diets = self.env["espace.diet"].sudo().search([("active", "=", True)])
            return {
                name: [(str(one.id), one.display_name) for one in records]
                for name, records in (("class_id", classes), ("diet_id", diets))
            }
        return {}

    @api.model
    def _selection(self, model, name):
        return self.env[model]._fields[name]._description_selection(self.env)

    @api.model
    def _value(self, kind, record, name):
        """Return what an input holds: text, or a list of texts."""
        if kind == "authorisations":
            return self._authorisation(record, name).granted or ""
        value = self.env["espace.change"]._plain(record, name)
        return [str(one) for one in value] if isinstance(value, list) else str(value)

    @api.model
    def _shown(self, kind, record, name):
        """Say the value that the commune knows."""
        change = self.env["espace.change"].sudo()
        if kind == "authorisations":
            one = self._authorisation(record, name)
            return change._words(one, "granted", one.granted)
        if name == "child_ids":
            return ", ".join(record.child_ids.mapped("firstname"))
        return change._words(record, name, change._plain(record, name))

    @api.model
    def _authorisation(self, child, kind):
        return child.authorisation_ids.filtered(lambda one: one.kind == kind)

    @api.model
    def _label(self, kind, name):
        if kind == "authorisations":
            return dict(self._selection("espace.authorisation", "kind"))[name]
        labels = {
            "street": self.env._("Street and number"),
            "street2": self.env._("Rest of the address"),
            "zip": self.env._("Postcode"),
            "city": self.env._("Town"),
            "phone": self.env._("Phone"),
            "email": self.env._("E-mail"),
            "civility": self.env._("Civility"),
            "lastname": self.env._("Last name"),
            "firstname": self.env._("First name"),
            "birth_date": self.env._("Born on"),
            "class_id": self.env._("School and class"),
            "diet_id": self.env._("Diet"),
            "name": self.env._("First and last name"),
            "relation": self.env._("Relation to the children"),
            "child_ids": self.env._("May fetch"),
            "value": self.env._("Amount of the quotient"),
            "source": self.env._("Given by"),
            "date_from": self.env._("Date on the document"),
        }
        return labels[name]

    @api.model
    def _autocomplete(self, kind, name):
        """Return what browsers may fill in: the parent's own address, nothing else."""
        if kind != "family":
            return "off"
        return {
            "street": "address-line1",
            "street2": "address-line2",
            "zip": "postal-code",
            "city": "address-level2",
            "phone": "tel",
        }[name]

    @api.model
    def _problem_words(self, problem):
        words = {
            "missing": self.env._("Fill in this field."),
            "not_a_name": self.env._("A name is made of letters."),
            "too_long": self.env._("This is too long: 80 letters at most."),
            "not_a_phone": self.env._("This is no phone number: 06 12 34 56 78."),
            "not_an_email": self.env._("This is no e-mail address: name@example.org."),
            "not_a_zip": self.env._("This is no postcode."),
            "not_a_day": self.env._("Enter a day that is past, not too long ago."),
            "not_an_amount": self.env._("Enter a number, such as 612 or 612,50."),
        }
        return words.get(problem, "")

    # === The quotient === #

    @api.model
    def _income(self, family):
        """Return the quotient in use, None when there is none."""
        income = family.income_ids._in_force(family.company_id._espace_today())
        if not income:
            return None
        amount = family.company_id._espace_amount_words(income.value)
        return {
            "value": amount.rstrip("\u00a0\u202f €$"),
            "since": format_date(self.env, income.date_from, date_format="d MMMM y"),
            "source": dict(self._selection(income._name, "source"))[income.source],
            "renew": family.qf_state == "to_renew",
        }

    # === Proposing === #

    @api.model
    def _target(self, family, key):
        """Return (kind, record, empty when new) that a key names, else (None, None)."""
        kind, _dash, number = str(key or "").partition("-")
        if kind not in MODELS:
            return None, None
        if number == NEW:
            new = self.env[MODELS[kind]] if kind in ADDABLE else None
            return (kind, new) if new is not None else (None, None)
        if kind == "income" or not number.isdecimal():
            return None, None
        record = self._records(family, kind).filtered(lambda r: r.id == int(number))
        return (kind, record) if record else (None, None)

    @api.model
    def _read_form(self, family, key, posted, today):
        """Read what was typed into a form of the household.

        :param family: as superuser, one that the user belongs to
        :param posted: function that returns the list of values of a name
        :return: (values, problems) by input
        :raise UserError: the form is none of this household's
        """
        kind, record = self._target_or_refuse(family, key)
        choices = {
            name: [value for value, _words in options]
            for name, options in self._choices(family, kind).items()
        }
        return rules.read(self._inputs(kind, record), posted, choices, today)

    @api.model
    def _submit(self, family, key, values, files):
        """Propose what was typed into a form, and found to be good.

        :param dict values: those of `_read_form`
        :param files: list of (name, bytes)
        :return: the changes, applied already if that is what the commune wants
        :raise UserError: the form is none of this household's, or a file is not taken
        """
        kind, record = self._target_or_refuse(family, key)
        changes = self._propose(family, kind, record, self._typed(values), files)
        if family.company_id.espace_changes == "apply":
            changes._apply_safe()
        return changes

    @api.model
    def _target_or_refuse(self, family, key):
        kind, record = self._target(family, key)
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
    def _propose(self, family, kind, record, values, files):
        changes = self.env["espace.change"].sudo()
        today = family.company_id._espace_today()
        if kind == "income":
            return changes._propose_income(family, values, files, today)
        if kind == "authorisations":
            guardian = family._portal_guardian()[:1]
            return changes._propose_authorisations(
                family, record, guardian, values, today
            )
        if not record:
            return changes._propose_new(family, MODELS[kind], values)
        return changes._propose(record, values, family)
