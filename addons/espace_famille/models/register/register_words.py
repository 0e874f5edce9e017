"""The preview of a register in words."""

from odoo.tools.misc import format_date

from ...domain.register.columns import DOCUMENT
from ...domain.register.lines import Place


class RegisterWords:
    """Says in the language of the agent what was read and what would change."""

    def __init__(self, env, found, plan, known):
        self.env = env
        self.found = found
        self.classes = {one.key: one for one in plan.classes}
        self.class_names = {one.id: one.name for one in known.classes}
        self.families = {one.id: one for one in known.families}
        self.children = {one.id: one for one in known.children}
        self.child_plans = {one.number: one for one in plan.children}
        diets = env["espace.diet"].with_context(active_test=False).search([])
        self.diets = {diet.id: diet.name for diet in diets}
        self.names = {
            "lastname": env._("Last name"),
            "firstname": env._("First name"),
            "birth_date": env._("Born on"),
            "diet_id": env._("Diet"),
            "civility": env._("Civility"),
            "email": env._("E-mail"),
            "phone": env._("Telephone"),
            "street": env._("Address"),
            "zip": env._("Postal code"),
            "city": env._("Town"),
            "quotient": env._("Quotient"),
            "level": env._("Level"),
            "phone2": env._("Second telephone"),
        }
        types = env["espace.document.type"].with_context(active_test=False).search([])
        self.papers = {f"{DOCUMENT}{one.id}": one.name for one in types}
        self.civilities = {"madam": env._("Mrs"), "sir": env._("Mr")}

    # === Where === #

    def place(self, place, column=""):
        """Say “register.csv, line 18, column Classe”."""
        if column:
            return self.env._(
                "%(file)s, line %(line)s, column “%(column)s”",
                file=place.file,
                line=place.line,
                column=column,
            )
        return self.env._("%(file)s, line %(line)s", file=place.file, line=place.line)

    def places(self, places):
        return " · ".join(self.place(Place(*place)) for place in places[:3])

    def places_of_household(self, household):
        guardians = (self.found.guardians[number] for number in household.guardians)
        return self.places(list(dict.fromkeys(p for g in guardians for p in g.places)))

    # === What cannot be read === #

    def problem(self, problem):
        value = problem.value
        words = {
            "no_name": self.env._("The name is not complete: the line is left aside."),
            "no_guardian_name": self.env._(
                "The guardian has no name, and is left aside."
            ),
            "no_birth_date": self.env._(
                "The date of birth is missing: the child is left aside."
            ),
            "not_a_day": self.env._(
                "“%s” is no day of the calendar: the child is left aside.", value
            ),
            "not_yet_born": self.env._(
                "“%s” is still to come: the child is left aside.", value
            ),
            "too_old": self.env._(
                "“%s” is too long ago for a pupil: the child is left aside.", value
            ),
            "not_an_email": self.env._(
                "“%s” is no whole e-mail address: the guardian has none.", value
            ),
            "not_a_phone": self.env._(
                "“%s” is no telephone number: the guardian has it not.", value
            ),
            "unknown_child": self.env._(
                "No child is called %s: the guardian is left aside.", problem.who
            ),
            "unclear_child": self.env._(
                "Several children are called %s: the guardian is left aside.",
                problem.who,
            ),
            "not_an_amount": self.env._(
                "“%s” is no quotient that can be read without guessing.", value
            ),
            "not_a_start": self.env._(
                "“%s” is no day of the calendar: the quotient counts from today.", value
            ),
            "not_a_document": self.env._(
                "“%s” does not say whether the document was given, nor until when: "
                "write “oui” or a day.",
                value,
            ),
            "ended": self.env._(
                "“%s” has passed: the document will be asked for again.", value
            ),
            "other_amount": self.env._(
                "“%s” is not the quotient of another line of the household, which is "
                "kept.",
                value,
            ),
        }
        return words[problem.code]

    # === What is not sure === #

    def doubtful(self, doubt):
        if doubt.child is not None:
            return self.found.children[doubt.child].name
        if doubt.guardian is not None:
            return self.found.guardians[doubt.guardian].name
        return self._family_words(doubt.known_id)

    def places_of_doubt(self, doubt):
        """Say the lines of a doubt, else those of who it is about."""
        if doubt.places:
            return self.places(doubt.places)
        if doubt.child is not None:
            return self.places(self.found.children[doubt.child].places)
        if doubt.guardian is not None:
            return self.places(self.found.guardians[doubt.guardian].places)
        return ""

    def doubt(self, doubt):
        known = self.children.get(doubt.known_id)
        family = self._family_words(doubt.known_id)
        homes = ""
        if known:
            homes = ", ".join(self._family_words(one) for one in known.family_ids)
        guardian = None
        if doubt.guardian is not None:
            guardian = self.found.guardians[doubt.guardian]
        words = {
            "twice": lambda: self.env._(
                "Several lines of one name and one date of birth do not agree."
            ),
            "addresses": lambda: self.env._(
                "One e-mail and several addresses: %(first)s is taken, not %(others)s.",
                first=guardian.address.text,
                others="; ".join(one.text for one in guardian.other_addresses),
            ),
            "moved": lambda: self.env._(
                "Same name and e-mail as in the family %s, another address.",
                family,
            ),
            "archived": lambda: self.env._(
                "Had left: %s.",
                f"{known.firstname} {known.lastname}"
                if known and not doubt.key.startswith("archived:family")
                else family,
            ),
            "elsewhere": lambda: self.env._(
                "Is there already with the same date of birth, in %s. The same child "
                "gets a second household: its custody is to be set.",
                homes,
            ),
            "birth": lambda: self.env._(
                "Is in the family with another date of birth, %s.",
                format_date(self.env, known.birth) if known and known.birth else "?",
            ),
            "double": lambda: self.env._(
                "Is there twice, with one name and one date of birth, in %s: the one "
                "that is older is compared.",
                homes,
            ),
            "split": lambda: self.env._(
                "The files say two addresses for the guardians of the family %s: it "
                "stays one family at the first of them. Make a family of its own for "
                "the other home if the parents live apart.",
                family,
            ),
        }
        return words[doubt.code]()

    def _family_words(self, family_id):
        family = self.families.get(family_id)
        return family.name if family else ""

    # === What would change === #

    def school_class(self, plan, school):
        levels = ", ".join(level.upper() for level in plan.levels)
        if plan.id:
            return school
        if levels:
            return self.env._(
                "%(school)s: the class is created (%(levels)s).",
                school=school,
                levels=levels,
            )
        return self.env._("%s: the class is created.", school)

    def family(self, plan):
        known = self.families.get(plan.id)
        return known.name if known else plan.values["name"]

    def family_changes(self, plan, values):
        if plan.id is None:
            return self._new_family(plan, values)
        lines = self._changes(plan.values, plan.old)
        if "quotient" in plan.values and plan.quotient_from:
            lines.append(self._quotient_start(plan))
        for one in plan.guardians:
            guardian = self.found.guardians[one.number]
            if one.id is None:
                lines.append(self.env._("New guardian: %s", self._guardian(one)))
            elif one.values:
                told = "; ".join(self._changes(one.values, one.old))
                lines.append(f"{guardian.name} – {told}")
        return "\n".join(lines)

    def _new_family(self, plan, values):
        lines = [", ".join(self._guardian(one) for one in plan.guardians)]
        address = self.found.households[plan.number].address.text
        if values.get("residency") == "non_resident":
            address = self.env._("%s (lives elsewhere)", address)
        lines.append(address)
        if values.get("quotient") is not None:
            lines.append(f"{self.names['quotient']} : {values['quotient']}")
            if plan.quotient_from:
                lines.append(self._quotient_start(plan))
        if not plan.guardians:
            lines[0] = self.env._("No guardian is named.")
        return "\n".join(filter(None, lines))

    def _quotient_start(self, plan):
        day = format_date(self.env, plan.quotient_from)
        return self.env._("The quotient counts from %s", day)

    def _guardian(self, plan):
        guardian = self.found.guardians[plan.number]
        civility = self.civilities.get(guardian.civility, "")
        name = f"{civility} {guardian.name}".strip()
        ways = filter(None, (plan.values.get("email"), plan.values.get("phone")))
        told = ", ".join(ways)
        return f"{name} ({told})" if told else name

    def child_changes(self, plan):
        child = self.found.children[plan.number]
        lines = []
        school_class = self.classes.get(plan.school_class)
        if plan.id is None:
            if child.birth:
                lines.append(
                    self.env._("born on %s", format_date(self.env, child.birth))
                )
            if school_class:
                lines.append(school_class.name)
            if child.level and len(school_class.levels if school_class else ()) > 1:
                lines.append(child.level.upper())
            if "diet_id" in plan.values:
                lines.append(self.diets[plan.values["diet_id"]])
            lines = [", ".join(lines)]
        else:
            lines = self._changes(plan.values, plan.old)
            if school_class:
                before = self.children[plan.id].class_id
                lines.append(
                    self._change(
                        self.env._("Class"),
                        self.class_names.get(before, ""),
                        school_class.name,
                    )
                )
        for name, until in plan.documents.items():
            day = format_date(self.env, until) if until else ""
            paper = self.papers.get(name, name)
            lines.append(
                self.env._(
                    "%(document)s: given, until %(day)s", document=paper, day=day
                )
                if day
                else self.env._("%s: given", paper)
            )
        if plan.other_homes:
            lines.append(self.env._("A second household: custody to be set"))
        return "\n".join(filter(None, lines))

    def _changes(self, values, old):
        lines = []
        for name, value in values.items():
            if name == "level" and old.get(name) == value:
                # It is told again with another class.
                continue
            if name == "active":
                lines.append(self.env._("Had left, and is back"))
            else:
                told = (self._value(name, one) for one in (old.get(name), value))
                lines.append(self._change(self.names[name], *told))
        return lines

    def _change(self, name, old, new):
        return self.env._(
            "%(name)s: %(old)s → %(new)s", name=name, old=old or "–", new=new
        )

    def _value(self, name, value):
        if value in (None, ""):
            return ""
        if name == "birth_date":
            return format_date(self.env, value)
        if name == "diet_id":
            return self.diets.get(value, "")
        if name == "level":
            return value.upper()
        if name == "civility":
            return self.civilities.get(value, "")
        return str(value)
