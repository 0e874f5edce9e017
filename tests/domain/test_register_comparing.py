"""A register is compared with what the commune has; the same again changes nothing."""

from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from espace_famille_billing_domain.quotient_import import parse_value
from espace_famille_domain.register import columns, reading, table
from espace_famille_domain.register.comparing import compare
from espace_famille_domain.register.differing import guardian_changes
from espace_famille_domain.register.households import Address, Guardian
from espace_famille_domain.register.known import (
    Known,
    KnownChild,
    KnownClass,
    KnownFamily,
    KnownGuardian,
)
from espace_famille_domain.register.plan import OTHER, class_level

DATA = Path(__file__).resolve().parents[1] / "data" / "registers"
TODAY = date(2026, 11, 30)
SCHOOL = "École des Tilleuls"


class Town:
    """A commune in memory, which writes plans as they say."""

    def __init__(self, **known):
        self.known = Known(**({"school": SCHOOL} | known))
        self.ids = count(1000)

    def write(self, found, plan):
        schools = {s.key: s.id or next(self.ids) for s in plan.schools}
        self.known.schools |= {schools[s.key]: s.name for s in plan.schools}
        classes = {c.key: c.id or next(self.ids) for c in plan.classes}
        self.known.classes += [
            KnownClass(classes[c.key], c.name, schools[c.school])
            for c in plan.classes
            if c.id is None
        ]
        homes = {f.number: self.write_family(f) for f in plan.families}
        for child in plan.children:
            self.write_child(child, homes, classes)

    def write_family(self, plan):
        before = {f.id: f for f in self.known.families}
        family = before.get(plan.id) or KnownFamily(next(self.ids), "", Address())
        told = dict(plan.values)
        names = ("street", "zip", "city")
        address = family.address._replace(
            **{name: told.pop(name) for name in names if name in told}
        )
        before[family.id] = replace(family, address=address, **told)
        self.known.families = list(before.values())
        guardians = {g.id: g for g in self.known.guardians}
        for one in plan.guardians:
            known = guardians.get(one.id) or KnownGuardian(
                next(self.ids), family.id, "", ""
            )
            guardians[known.id] = replace(known, **one.values)
        self.known.guardians = list(guardians.values())
        return family.id

    def write_child(self, plan, homes, classes):
        children = {c.id: c for c in self.known.children}
        child = children.get(plan.id) or KnownChild(
            next(self.ids), "", "", None, (homes[plan.home],)
        )
        told = {n.replace("birth_date", "birth"): v for n, v in plan.values.items()}
        if plan.school_class:
            told["class_id"] = classes[plan.school_class]
            schools = {c.id: c.school_id for c in self.known.classes}
            told["school_id"] = schools[told["class_id"]]
        others = tuple(homes[number] for number in plan.other_homes)
        children[child.id] = replace(
            child, family_ids=(*child.family_ids, *others), **told
        )
        self.known.children = list(children.values())

    def load(self, *layouts, answers=None, **options):
        """Compare and write; return what was compared."""
        apart = {
            tuple(key.split(":")[1].split("|"))
            for key, answer in (answers or {}).items()
            if key.startswith("twice:") and answer == OTHER
        }
        found = reading.read(layouts, TODAY, amount=parse_value, apart=apart)
        plan = compare(found, self.known, answers=answers, **options)
        self.write(found, plan)
        return plan


def states(plan):
    return [one.state for one in (*plan.families, *plan.children)]


def changes(plan):
    """Return what is written, of families, guardians and children."""
    guardians = [g for family in plan.families for g in family.guardians]
    return [one.values for one in (*plan.families, *guardians, *plan.children)]


def of_case(*names):
    return [
        columns.lay_out(one)
        for name in names
        for one in table.open_file(name, (DATA / name).read_bytes())
    ]


def sheet(
    *lines,
    header="Nom enfant;Prénom enfant;Né le;Classe;Nom resp 1;"
    "Prénom resp 1;Mail resp 1;Tél resp 1;Adresse;CP;Ville",
):
    [found] = table.open_file("sheet.csv", "\r\n".join((header, *lines)).encode())
    return columns.lay_out(found)


TOM = "ROUX;Tom;04/05/2017;CE2;ROUX;Ève;eve@example.org;0612345678;3 rue Basse;81090;V"


@pytest.fixture
def town():
    town = Town()
    town.load(sheet(TOM))
    return town


@pytest.mark.parametrize(
    "files", [("onde_eleves.csv", "onde_responsables.csv"), ("mairie.xlsx",)]
)
def test_the_same_register_again_changes_nothing(files):
    town = Town()
    first = town.load(*of_case(*files))
    assert set(states(first)) == {"new"}
    again = town.load(*of_case(*files))
    assert set(states(again)) == {"same"}
    assert not any(changes(again)) and not again.leavers and not again.doubts
    assert all(one.id for one in (*again.schools, *again.classes))


def test_levels_of_a_class_are_those_of_its_name_and_its_children():
    plan = Town().load(*of_case("onde_eleves.csv"))
    levels = {one.name: (one.levels, class_level(one.levels)) for one in plan.classes}
    assert levels["CE1-CE2 Mme Brun"] == (("ce1", "ce2"), "ce2")
    assert levels["PS-MS Mme Alary"] == (("ps", "ms"), "ms")


def test_what_differs_is_said_and_what_is_not_told_is_kept(town):
    line = "ROUX;Tom;04/05/2017;CM1;ROUX;Ève;;07 12 34 56 78;9 rue Haute;81090;V"
    plan = town.load(sheet(line))
    [family], [child] = plan.families, plan.children
    assert (family.values["street"], family.old["street"]) == (
        "9 rue Haute",
        "3 rue Basse",
    )
    [guardian] = family.guardians
    assert guardian.values == {"phone": "07 12 34 56 78"}
    assert guardian.old == {"phone": "06 12 34 56 78"}
    assert child.school_class.endswith("|cm1") and not child.values


def test_case_and_accents_are_no_change(town):
    line = "Roux;TOM;2017-05-04;ce2;Roux;Eve;EVE@example.org;612345678;"
    line += "3, Rue Basse;81090;v"
    plan = town.load(sheet(line))
    assert set(states(plan)) == {"same"}


def test_a_newcomer_joins_the_family_of_its_guardian(town):
    line = TOM.replace("Tom;04/05/2017", "Mia;01/02/2021")
    plan = town.load(sheet(line))
    assert [f.state for f in plan.families] == ["same"]
    assert [c.state for c in plan.children] == ["new"]


def test_who_is_missing_is_listed_where_the_register_is_whole(town):
    mia = "PETIT;Mia;01/02/2021;CE2;PETIT;Luc;;;8 rue Basse;81090;V"
    [tom] = town.known.children
    assert town.load(sheet(mia), whole=False).leavers == []
    assert town.load(sheet(mia)).leavers == [tom.id]
    assert all(child.active for child in town.known.children)


def test_children_of_another_school_are_not_missing(town):
    town.known.school = "Autre école"
    mia = "PETIT;Mia;01/02/2021;CE2;PETIT;Luc;;;8 rue Basse;81090;V"
    assert town.load(sheet(mia)).leavers == []


MOVED = TOM.replace("Tom;04/05/2017", "Mia;01/02/2021").replace("3 rue", "9 rue")


def test_an_email_at_another_address_is_asked(town):
    plan = town.load(sheet(MOVED))
    [doubt] = plan.doubts
    assert (doubt.code, doubt.answer) == ("moved", "same")
    assert [f.state for f in plan.families] == ["changed"]
    assert set(states(town.load(sheet(MOVED)))) == {"same"}


def test_an_email_at_another_address_may_be_another_family(town):
    [doubt] = compare(reading.read([sheet(MOVED)], TODAY), town.known).doubts
    plan = town.load(sheet(MOVED), answers={doubt.key: OTHER})
    assert [f.state for f in plan.families] == ["new"]
    assert set(states(town.load(sheet(MOVED)))) == {"same"}


ELSEWHERE = "ROUX;Tom;04/05/2017;CE2;PETIT;Luc;luc@example.org;;8 rue Haute;81090;V"


def test_a_child_of_that_name_and_birth_elsewhere_is_asked(town):
    plan = town.load(sheet(ELSEWHERE))
    assert [doubt.code for doubt in plan.doubts] == ["elsewhere"]
    [child] = plan.children
    # The same child has a second home: who has it when is left to be set.
    assert (child.state, len(child.other_homes)) == ("changed", 1)
    assert set(states(town.load(sheet(ELSEWHERE)))) == {"same"}


def test_a_child_of_that_name_and_birth_may_be_another(town):
    [doubt] = compare(reading.read([sheet(ELSEWHERE)], TODAY), town.known).doubts
    plan = town.load(sheet(ELSEWHERE), answers={doubt.key: OTHER})
    assert [c.state for c in plan.children] == ["new"]
    again = town.load(sheet(ELSEWHERE, TOM), answers={doubt.key: OTHER})
    assert len(town.known.children) == 2
    assert "new" not in states(again)


def test_two_children_of_one_name_and_birth_stay_two():
    both = sheet(TOM, ELSEWHERE)
    town = Town()
    key = town.load(both).doubts[0].key
    two = Town()
    plan = two.load(both, answers={key: OTHER})
    assert len(plan.children) == 2 and len(two.known.children) == 2
    again = two.load(both, answers={key: OTHER})
    assert set(states(again)) == {"same"}
    assert len({child.id for child in again.children}) == 2


def test_a_date_that_was_corrected_is_asked_and_is_no_second_child(town):
    line = TOM.replace("04/05/2017", "05/04/2017")
    plan = town.load(sheet(line))
    assert [doubt.code for doubt in plan.doubts] == ["birth"]
    [child] = plan.children
    assert child.old == {"birth_date": date(2017, 5, 4)}
    assert not plan.leavers


def test_a_name_in_use_that_is_new_is_a_change(town):
    line = TOM.replace("ROUX;Tom", "ROUX-PETIT;Tom")
    [child] = town.load(sheet(line)).children
    assert child.values == {"lastname": "ROUX-PETIT"}
    assert set(states(town.load(sheet(line)))) == {"same"}


def test_a_family_that_had_left_is_opened_again_or_not(town):
    town.known.families = [replace(f, active=False) for f in town.known.families]
    town.known.children = [replace(c, active=False) for c in town.known.children]
    found = reading.read([sheet(TOM)], TODAY)
    plan = compare(found, town.known)
    assert {doubt.code for doubt in plan.doubts} == {"archived"}
    assert plan.families[0].values == plan.children[0].values == {"active": True}
    answers = {doubt.key: OTHER for doubt in plan.doubts}
    other = compare(found, town.known, answers=answers)
    assert states(other)[0] == "new"


def test_parents_of_one_family_who_live_apart_by_now_stay_and_are_told(town):
    luc = TOM.replace("Ève;eve@", "Luc;luc@")
    town.load(sheet(TOM, luc))
    apart = sheet(TOM, luc.replace("3 rue", "9 rue"))
    plan = town.load(apart)
    assert [doubt.code for doubt in plan.doubts] == ["twice", "split"]
    [family] = town.known.families
    assert family.address.street == "3 rue Basse"
    assert set(states(plan)) == {"same"}


def test_unknown_diets_are_told_and_known_ones_compared():
    header = "Nom enfant;Prénom enfant;Né le;Régime;Nom resp 1"
    town = Town(diets={"sans-porc": 7})
    lines = ["ROUX;Tom;04/05/2017;Sans porc;ROUX", "ROUX;Mia;04/05/2019;vegan;ROUX"]
    plan = town.load(sheet(*lines, header=header))
    assert [child.values.get("diet_id") for child in plan.children] == [7, None]
    assert plan.unknown_diets == [1]


def test_an_existing_class_may_be_meant_by_another_name(town):
    line = TOM.replace("CE2", "CE2 B")
    key = compare(reading.read([sheet(line)], TODAY), town.known).classes[0].key
    [child] = town.known.children
    plan = town.load(sheet(line), classes={key: child.class_id})
    assert set(states(plan)) == {"same"}


# === Two telephones === #


@pytest.mark.parametrize(
    ("known", "told", "expected"),
    [
        (("06 12 34 56 78", ""), ("+33612345678",), {}),
        (("06 12 34 56 78", ""), ("+33612345678", "+33563501111"), "second"),
        (("05 63 50 11 11", "06 12 34 56 78"), ("+33612345678", "+33563501111"), {}),
        (("06 00 00 00 00", ""), ("+33612345678",), "first"),
        (("06 00 00 00 00", "05 63 50 11 11"), ("+33612345678",), "first"),
        (
            ("06 12 34 56 78", "05 00 00 00 00"),
            ("+33612345678", "+33563501111"),
            "second",
        ),
    ],
)
def test_telephones_that_are_known_stay_where_they_are(known, told, expected):
    expected = {
        "first": {"phone": "06 12 34 56 78"},
        "second": {"phone2": "05 63 50 11 11"},
    }.get(expected or None, {})
    guardian = Guardian("ROUX", "Sandrine", phones=told)
    person = KnownGuardian(1, 1, "Sandrine", "ROUX", "", "", *known)
    new, _old = guardian_changes(guardian, person)
    assert new == expected
    # The same again changes nothing.
    phones = dict(zip(("phone", "phone2"), known, strict=True)) | new
    again = KnownGuardian(1, 1, "Sandrine", "ROUX", "", "", *phones.values())
    assert guardian_changes(guardian, again)[0] == {}
