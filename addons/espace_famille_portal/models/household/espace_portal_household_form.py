from odoo import api, models
from odoo.fields import Domain

from ...domain import household as rules


class EspacePortalHousehold(models.AbstractModel):
    """The inputs of the forms of Mon foyer: what they hold, offer and are called."""

    _inherit = "espace.portal.household"

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
    def _form(self, family_sudo, kind, inputs, key, values, typed):
        """Return the inputs as the template shows them, with what was typed."""
        mine = typed if typed and typed["key"] == key else None
        if mine:
            values = {**values, **mine["values"]}
        choices = self._choices(family_sudo, kind)
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
    def _choices(self, family_sudo, kind):
        """Return {input: [(value as text, words)]}."""
        if kind == "guardian":
            return {"civility": self._selection("espace.guardian", "civility")}
        if kind == "pickup":
            return {
                "child_ids": [
                    (str(child.id), child.firstname) for child in family_sudo.child_ids
                ]
            }
        if kind == "income":
            return {"source": self._selection("espace.family.income", "source")}
        if kind == "authorisations":
            answers = self._selection("espace.authorisation", "granted")
            return {name: answers for name in rules.AUTHORISATIONS}
        if kind == "child":
            company = Domain("school_id.company_id", "=", family_sudo.company_id.id)
            classes_sudo = self.env["espace.school.class"].sudo().search(company)
            own = [("company_id", "=", family_sudo.company_id.id)]
            diets_sudo = self.env["espace.diet"].sudo().search(own)
            return {
                name: [(str(one.id), one.display_name) for one in records]
                for name, records in (
                    ("class_id", classes_sudo),
                    ("diet_id", diets_sudo),
                )
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
        change_sudo = self.env["espace.change"].sudo()
        if kind == "authorisations":
            one = self._authorisation(record, name)
            return change_sudo._words(one, "granted", one.granted)
        if name == "child_ids":
            return ", ".join(record.child_ids.mapped("firstname"))
        return change_sudo._words(record, name, change_sudo._plain(record, name))

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
