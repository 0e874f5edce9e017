"""What the files say and what it would change, as lines to be looked at."""

import hashlib
import json
from datetime import date
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...domain.register import comparing, reading
from ...domain.register.plan import ANSWERED, OTHER, class_level
from ...domain.register.values import slug
from .register_words import RegisterWords

# In which order the lines stand.
ORDER = ("problem", "decide", "new", "changed", "leaver", "same")
# Schools and classes are written before all groups of households.
PLACES = 0


class EspaceRegisterImport(models.Model):
    _inherit = "espace.register.import"

    def _prepare(self):
        """Read the files again and show what they would change now."""
        self.ensure_one()
        decisions = self._decisions()
        known = self._known()
        found = self._read(known, decisions)
        plan = comparing.compare(
            found,
            known,
            answers=decisions["answers"],
            classes=decisions["classes"],
            whole=self.is_whole,
        )
        words = RegisterWords(self.env, found, plan, known)
        lines = self._preview_lines(found, plan, known, words)
        left = set(decisions["left"])
        for line in lines:
            if line["key"] in left:
                line["is_taken"] = False
        import_sudo = self.sudo()
        import_sudo.line_ids.unlink()
        self.env["espace.register.line"].sudo().create(lines)
        import_sudo.write(
            {
                "decisions": decisions,
                "shown": self._fingerprint(lines),
                "prepared_on": fields.Datetime.now(),
                **self._problems_values(found, words),
            }
        )

    def _decisions(self):
        """Return what agents decided so far, what stands on the lines now first."""
        kept = self.decisions or {}
        answers = dict(kept.get("answers") or {})
        classes = dict(kept.get("classes") or {})
        left = set(kept.get("left") or ())
        for line in self.line_ids:
            if line.is_answered:
                answers[line.key] = line.answer or "same"
            if line.subject == "class":
                classes[line.key] = line.class_id.id
            (left.discard if line.is_taken else left.add)(line.key)
        classes = {key: id_ for key, id_ in classes.items() if id_}
        return {"answers": answers, "classes": classes, "left": sorted(left)}

    def _read(self, known, decisions):
        """Return the `reading.Reading` of the files.

        :raise UserError: a class is of no school
        """
        apart = {
            tuple(key.partition(":")[2].split("|"))
            for key, answer in decisions["answers"].items()
            if key.startswith("twice:") and answer == OTHER
        }
        names = {one.id: one.name for one in known.classes}
        pupils = [
            reading.Pupil(
                child.lastname,
                child.firstname,
                child.birth,
                names.get(child.class_id, ""),
            )
            for child in known.children
            if child.active
        ]
        found = reading.read(
            self._layouts(),
            self.company_id._espace_today(),
            known=pupils,
            apart=apart,
            amount=self._amount_reader() or None,
        )
        homeless = any(c.school_class and not c.school for c in found.children)
        if homeless and not known.school:
            raise UserError(
                self.env._(
                    "The files do not say of which school these classes are: choose "
                    "it, or write the name of the new one."
                )
            )
        return found

    @staticmethod
    def _fingerprint(lines):
        """Return what is the same as long as the same would be written."""
        told = [
            (line["section"], line["key"], line["data"], line.get("answer"))
            for line in lines
            if line["section"] != "problem"
        ]
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    # === Lines === #

    def _preview_lines(self, found, plan, known, words):
        lines = [
            *self._problem_lines(found, plan, words),
            *(self._doubt_line(doubt, words) for doubt in plan.doubts),
            *self._place_lines(plan, words),
            *(self._family_line(one, found, words) for one in plan.families),
            *(self._child_line(one, found, words) for one in plan.children),
            *self._leaver_lines(plan, known, words),
        ]
        lines = [line for line in lines if line]
        lines.sort(key=lambda line: ORDER.index(line["section"]))
        for sequence, line in enumerate(lines):
            line |= {"import_id": self.id, "sequence": sequence}
            line.setdefault("group", -1)
            line.setdefault("data", False)
        return lines

    def _problem_lines(self, found, plan, words):
        for problem in found.problems:
            yield {
                "section": "problem",
                "key": f"problem:{problem.file}:{problem.line}:{problem.column}",
                "label": problem.who or False,
                "place": words.place(problem, problem.column),
                "text": words.problem(problem),
            }
        for number in plan.unknown_diets:
            child = found.children[number]
            yield {
                "section": "problem",
                "subject": "child",
                "key": f"diet:{'|'.join(child.key)}",
                "label": child.name,
                "place": words.places(child.places),
                "text": self.env._(
                    "No diet is called “%s”: the child is imported without it. Create "
                    "the diet if the kitchen can serve it, then show this again.",
                    child.diet,
                ),
            }

    def _doubt_line(self, doubt, words):
        return {
            "section": "decide",
            "subject": "child" if doubt.child is not None else "guardian",
            "key": doubt.key,
            "label": words.doubtful(doubt),
            "place": words.places_of_doubt(doubt),
            "text": words.doubt(doubt),
            "is_answered": doubt.code in ANSWERED,
            "answer": doubt.answer if doubt.code in ANSWERED else False,
        }

    def _place_lines(self, plan, words):
        names = {school.key: school.name for school in plan.schools}
        for school in plan.schools:
            yield {
                "section": "same" if school.id else "new",
                "subject": "school",
                "key": f"school:{school.key}",
                "label": school.name,
                "text": "" if school.id else self.env._("The school is created."),
                "group": PLACES,
                "data": {"key": school.key, "id": school.id, "name": school.name},
                "res_id": school.id,
            }
        for one in plan.classes:
            yield {
                "section": "same" if one.id else "new",
                "subject": "class",
                "key": one.key,
                "label": one.name,
                "text": words.school_class(one, names[one.school]),
                "group": PLACES,
                "class_id": one.id,
                "data": {
                    "key": one.key,
                    "id": one.id,
                    "name": one.name,
                    "school": one.school,
                    "level": class_level(one.levels),
                },
                "res_id": one.id,
            }

    def _family_line(self, plan, found, words):
        household = found.households[plan.number]
        values = dict(plan.values)
        if plan.id is None:
            values["residency"] = self._residency(household.address)
        return {
            "section": plan.state,
            "subject": "family",
            "key": f"family:{plan.key}",
            "label": words.family(plan),
            "place": words.places_of_household(household),
            "text": words.family_changes(plan, values),
            "group": plan.group + 1,
            "res_id": plan.id,
            "data": {
                "number": plan.number,
                "id": plan.id,
                "values": _stored(values),
                "old": _stored(plan.old),
                "quotient_from": plan.quotient_from and plan.quotient_from.isoformat(),
                "guardians": [
                    {
                        "id": one.id,
                        "values": _stored(one.values),
                        "old": _stored(one.old),
                    }
                    for one in plan.guardians
                ],
            },
        }

    def _residency(self, address):
        """Propose whether a new family lives in the commune: it decides of prices."""
        town = slug(self.company_id.city or "")
        elsewhere = town and address.city and slug(address.city) != town
        return "non_resident" if elsewhere else "resident"

    def _child_line(self, plan, found, words):
        child = found.children[plan.number]
        return {
            "section": plan.state,
            "subject": "child",
            "key": f"child:{plan.key}",
            "label": child.name,
            "place": words.places(child.places),
            "text": words.child_changes(plan),
            "group": plan.group + 1,
            "res_id": plan.id,
            "data": {
                "id": plan.id,
                "values": _stored(plan.values),
                "old": _stored(plan.old),
                "class": plan.school_class,
                "home": plan.home,
                "others": plan.other_homes,
                "documents": _stored(plan.documents),
            },
        }

    def _leaver_lines(self, plan, known, words):
        children = {child.id: child for child in known.children}
        for child in (children[id_] for id_ in plan.leavers):
            yield {
                "section": "leaver",
                "subject": "child",
                "key": f"leaver:{child.id}",
                "label": f"{child.firstname} {child.lastname}",
                "text": self.env._(
                    "%(class)s, born on %(day)s: nothing is changed by the import.",
                    **{
                        "class": words.class_names.get(child.class_id, ""),
                        "day": format_date(self.env, child.birth)
                        if child.birth
                        else "?",
                    },
                ),
                "res_id": child.id,
            }

    def action_open_leavers(self):
        """Open the children that are not in the register any more."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_child_action"
        )
        action["domain"] = [("id", "in", self.leaver_ids.mapped("res_id"))]
        return action


def _stored(values):
    """Return values as they are kept: days and amounts as text."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for name, value in values.items()
    }
