"""Say what a register would change of the families that the commune knows.

A child is the same if name and birth are; a household, if it has a child and a guardian
in common with a family, or a guardian of the same name with the same address or
e-mail. Case and accents are no change, and what the register does not say is kept. So
the same register again changes nothing.

What may be meant in two ways is proposed as `SAME` and told as a doubt; the agent may
answer `OTHER`. Nobody is ever archived: who is missing is listed.
"""

from collections import Counter
from collections.abc import Mapping

from . import values
from .differing import guardian_changes, new_guardian, same_address, same_person
from .households import Groups
from .known import Known
from .matching import Matcher
from .plan import (
    ChildPlan,
    ClassPlan,
    FamilyPlan,
    GuardianPlan,
    Plan,
    SchoolPlan,
)
from .reading import Reading
from .values import slug


def compare(
    reading: Reading,
    known: Known,
    *,
    answers: Mapping[str, str] | None = None,
    classes: Mapping[str, int] | None = None,
    whole: bool = True,
) -> Plan:
    """Compare what was read with what is known.

    :param answers: {key of a doubt: SAME or OTHER}
    :param classes: {key of a class: id of the one that is meant}
    :param whole: the files hold all pupils of their schools, so that one may be missing
    """
    return _Comparer(reading, known, answers or {}, classes or {}, whole).compare()


class _Comparer(Matcher):
    def __init__(self, reading, known, answers, classes, whole):
        super().__init__(reading, known, answers)
        self.chosen_classes = classes
        self.whole = whole
        self.unknown_diets: list[int] = []
        self.many = Counter(child.key for child in reading.children)

    def compare(self) -> Plan:
        self._tell_doubts_of_the_files()
        candidates = [self._same_children(child) for child in self.reading.children]
        self._match_households(candidates)
        schools, classes = self._plan_schools()
        families = [
            self._plan_family(number, household)
            for number, household in enumerate(self.reading.households)
        ]
        found = [
            self._find_child(number, child, candidates[number])
            for number, child in enumerate(self.reading.children)
        ]
        children = [
            self._plan_child(number, child, found[number], classes)
            for number, child in enumerate(self.reading.children)
        ]
        self._group(families, children)
        return Plan(
            schools,
            list(classes.values()),
            families,
            children,
            self.doubts,
            self._leavers(schools, classes),
            self.unknown_diets,
        )

    def _plan_family(self, number, household) -> FamilyPlan:
        family_id = self.family_of.get(number)
        guardians = [self.reading.guardians[g] for g in household.guardians]
        key = self._household_key(number)
        if family_id is None:
            new = {
                "name": self._family_name(household),
                "street": household.address.street,
                "zip": household.address.zip,
                "city": household.address.city,
                "quotient": household.quotient,
            }
            told = {name: value for name, value in new.items() if value}
            plans = [
                GuardianPlan(g, None, new_guardian(one), {})
                for g, one in zip(household.guardians, guardians, strict=True)
            ]
            return FamilyPlan(
                number, key, None, told, {}, plans, 0, household.quotient_from
            )
        family = self.families[family_id]
        new, old = {}, {}
        # Of two households that one family was, the first decides where it lives.
        owns = self.owner[family_id] == number
        if owns and not same_address(household.address, family.address):
            for name in ("street", "zip", "city"):
                told = getattr(household.address, name)
                if told:
                    new[name], old[name] = told, getattr(family.address, name)
        before = family.quotient_on(household.quotient_from)
        if owns and household.quotient not in (None, before):
            new["quotient"], old["quotient"] = household.quotient, before
        if not family.active:
            new["active"], old["active"] = True, False
        plans = self._plan_guardians(household, guardians, family_id)
        return FamilyPlan(
            number, key, family_id, new, old, plans, 0, household.quotient_from
        )

    def _family_name(self, household) -> str:
        guardians = [self.reading.guardians[g] for g in household.guardians]
        people = guardians or [self.reading.children[c] for c in household.children]
        return " – ".join({slug(one.last): one.last for one in people}.values())

    def _plan_guardians(self, household, guardians, family_id) -> list[GuardianPlan]:
        free = {known.id: known for known in self.of_family[family_id]}
        plans = []
        for number, guardian in zip(household.guardians, guardians, strict=True):
            known = next(
                (k for k in self._same_guardians(guardian) if k.id in free),
                next((k for k in free.values() if same_person(k, guardian)), None),
            )
            if known is None:
                plans.append(GuardianPlan(number, None, new_guardian(guardian), {}))
                continue
            del free[known.id]
            plans.append(
                GuardianPlan(number, known.id, *guardian_changes(guardian, known))
            )
        return plans

    # === Schools === #

    def _plan_schools(self) -> tuple[list[SchoolPlan], dict[str, ClassPlan]]:
        schools: dict[str, SchoolPlan] = {}
        classes: dict[str, ClassPlan] = {}
        ids = {slug(name): school_id for school_id, name in self.known.schools.items()}
        named = {(c.school_id, slug(c.name)): c.id for c in self.known.classes}
        for child in self.reading.children:
            name = self._school_name(child)
            if not child.school_class or not name:
                continue
            school = schools.setdefault(
                slug(name), SchoolPlan(slug(name), name, ids.get(slug(name)))
            )
            key = self._class_key(child)
            plan = classes.get(key)
            if plan is None:
                found = named.get((school.id, slug(child.school_class)))
                plan = classes[key] = ClassPlan(
                    key,
                    child.school_class,
                    school.key,
                    id=self.chosen_classes.get(key) or found,
                )
            levels = {*plan.levels, *values.levels(child.school_class)}
            levels |= {child.level} - {None}
            plan.levels = tuple(one for one in values.LEVELS if one in levels)
        return list(schools.values()), classes

    def _school_name(self, child) -> str:
        if child.school:
            return child.school
        school = self.known.school
        return (
            self.known.schools.get(school, "")
            if isinstance(school, int)
            else school or ""
        )

    def _class_key(self, child) -> str:
        return f"{slug(self._school_name(child))}|{slug(child.school_class)}"

    # === Children === #

    def _plan_child(self, number, child, found, classes) -> ChildPlan:
        key = (
            f"{'|'.join(child.key)}|{number}"
            if self.many[child.key] > 1
            else ("|".join(child.key))
        )
        school_class = (
            classes.get(self._class_key(child)) if child.school_class else None
        )
        level = child.level
        # In a class of one level it is that of the class.
        if school_class and len(school_class.levels) < 2:
            level = None
        home, *others = child.households
        diet = self._diet(number, child)
        if found is None:
            new = {
                "lastname": child.last,
                "firstname": child.firstname,
                "birth_date": child.birth,
                "diet_id": diet,
                "level": level,
            }
            told = {name: value for name, value in new.items() if value}
            class_key = school_class.key if school_class else None
            return ChildPlan(
                number,
                key,
                None,
                told,
                {},
                class_key,
                home,
                tuple(others),
                dict(child.documents),
            )
        new, old = self._child_changes(child, found, diet)
        moves = school_class and (
            school_class.id is None or school_class.id != found.class_id
        )
        # With another class the level is told again, for it is forgotten.
        if moves:
            old["class_id"], old["level"] = found.class_id, found.level
        if level and not child.is_known and (moves or level != found.level):
            new["level"], old["level"] = level, found.level
        other_homes = [
            h for h in child.households if self.family_of.get(h) not in found.family_ids
        ]
        return ChildPlan(
            number,
            key,
            found.id,
            new,
            old,
            school_class.key if moves else None,
            home,
            tuple(other_homes),
            self._new_documents(child, found),
        )

    def _new_documents(self, child, found) -> dict:
        """Return what was given and is not known, or counts longer than what is."""
        known = dict(found.documents)
        return {
            name: until
            for name, until in child.documents.items()
            if name not in known or (until and until > known[name])
        }

    def _diet(self, number, child) -> int | None:
        if not child.diet:
            return None
        diet = self.known.diets.get(slug(child.diet))
        if diet is None:
            self.unknown_diets.append(number)
        return diet

    def _child_changes(self, child, found, diet) -> tuple[dict, dict]:
        new, old = {}, {}
        if child.is_known:
            return new, old
        if slug(found.lastname) != slug(child.last):
            new["lastname"], old["lastname"] = child.last, found.lastname
        if slug(found.firstname) != slug(child.firstname):
            new["firstname"], old["firstname"] = child.firstname, found.firstname
        if found.birth != child.birth:
            new["birth_date"], old["birth_date"] = child.birth, found.birth
        if diet and diet != found.diet_id:
            new["diet_id"], old["diet_id"] = diet, found.diet_id
        if not found.active:
            new["active"], old["active"] = True, False
        return new, old

    def _leavers(self, schools, classes) -> list[int]:
        """Return the children of the schools of the register that it does not name."""
        if not (self.whole and self.reading.holds_pupils):
            return []
        own = {school.id for school in schools} - {None}
        taught = {c.id: c.school_id for c in self.known.classes}
        own |= {taught[plan.id] for plan in classes.values() if plan.id in taught}
        return [
            child.id
            for child in self.known.children
            if child.active and child.school_id in own and child.id not in self.claimed
        ]

    # === Groups === #

    def _group(self, families, children):
        """Number together what cannot be written apart."""
        groups = Groups(len(families))
        first: dict[int, int] = {}
        for number, family_id in sorted(self.family_of.items()):
            groups.unite(first.setdefault(family_id, number), number)
        for child in self.reading.children:
            for home in child.households[1:]:
                groups.unite(child.households[0], home)
        for family in families:
            family.group = groups.head(family.number)
        for plan in children:
            plan.group = groups.head(plan.home)
