"""Menus of a week as caterers write them, and the 14 allergens."""

from datetime import date

import pytest
from espace_famille_domain import allergens, menu

MONDAY = date(2027, 1, 4)
DIETS = {"sans-porc": 7}
HEAD = ["", "lundi", "mardi", "mercredi", "jeudi", "vendredi"]


def read(*rows):
    return menu.read_table(rows, MONDAY)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Allergie à l'ARACHIDE et aux fruits à coque", {"peanuts", "nuts"}),
        ("Œufs, lait de vache", {"eggs", "milk"}),
        ("APLV", {"milk"}),
        ("Intolérant au blé", {"gluten"}),
        ("noix de coco, noix de muscade", set()),
        ("noix de coco et noix", {"nuts"}),
        ("pollen de bouleau", set()),
        ("laitue", set()),
        (None, set()),
    ],
)
def test_a_text_names_allergens(text, codes):
    assert allergens.named_in(text) == codes


def test_fourteen_of_them_by_number_name_and_code():
    assert len(allergens.CODES) == 14 == len(allergens.WORDS)
    assert allergens.code_of("7") == "milk" == allergens.code_of("Lait")
    assert allergens.code_of("soybeans") == "soybeans"
    assert allergens.code_of("15") is None
    assert allergens.code_of("local") is None


def test_a_dish_without_brackets_is_not_known():
    [dish], problems = menu.read_cell("Carottes râpées", DIETS)
    assert dish == menu.Dish("Carottes râpées") and not dish.known and not problems
    [dish], problems = menu.read_cell("Pomme (-)", DIETS)
    assert dish == menu.Dish("Pomme", (), True) and not problems


def test_a_cell_holds_dishes_with_allergens_and_diets():
    dishes, problems = menu.read_cell(
        "Rôti de porc (moutarde, 12 ; sauf Sans porc) / Omelette (œufs)", DIETS
    )
    assert not problems
    assert dishes == [
        menu.Dish("Rôti de porc", ("mustard", "sulphites"), True, (7,)),
        menu.Dish("Omelette", ("eggs",), True),
    ]


def test_a_word_that_is_no_allergen_is_said():
    [dish], [problem] = menu.read_cell("Yaourt (ferme du Moulin)", DIETS)
    assert dish == menu.Dish("Yaourt (ferme du Moulin)")
    assert problem.code == "in_the_name" and "ferme du Moulin" in problem.where
    # With one that is none, what is known stays, and “none” is never believed.
    [dish], [problem] = menu.read_cell("Flan (lait, vanile)", DIETS)
    assert problem.code == "not_allergen"
    assert dish == menu.Dish("Flan", ("milk",), True)
    [dish], [problem] = menu.read_cell("Flan (-, vanile)", DIETS)
    assert not dish.known


def test_what_is_written_is_read_again():
    cell = "Rôti (moutarde, sauf Sans porc) / Pomme (-) / Pain"
    dishes, _problems = menu.read_cell(cell, DIETS)
    words = {"mustard": "moutarde"}
    assert menu.write_cell(dishes, words, lambda _diet: "Sans porc") == cell


def test_days_across():
    found = read(
        ["Menus de la cantine"],
        HEAD,
        ["Entrées", "Potage", "Céleri", "", "Salade", "Pizza"],
        ["Plat principal", "Poulet", "Colin", None, "Rôti", "Omelette"],
        ["Légumes", "Riz\nCarottes", "", "", "", ""],
    )
    assert not found.problems
    assert found.cells["starter", 0] == "Potage"
    assert found.cells["main", 4] == "Omelette"
    assert found.cells["side", 0] == "Riz / Carottes"
    assert ("starter", 2) not in found.cells


def test_days_down():
    found = read(
        ["Jour", "Entrée", "Plat", "Dessert"],
        ["lundi 4 janvier", "Potage", "Poulet", "Pomme"],
        ["mardi 5 janvier", "Céleri", "Colin", "Flan"],
    )
    assert not found.problems
    assert found.cells["dessert", 1] == "Flan"
    assert found.cells["starter", 0] == "Potage"


@pytest.mark.parametrize(
    "heading",
    [
        date(2027, 1, 5),
        "05/01/2027",
        "05/01",
        "5 janvier",
        "Mardi 5 janvier 2027",
        "mar. 5",
        "MARDI",
        "mardi 5 janv.",
    ],
)
def test_a_day_is_written_in_many_ways(heading):
    found = read(["", heading, "jeudi"], ["Plat", "Colin", "Rôti"])
    assert found.cells == {("main", 1): "Colin", ("main", 3): "Rôti"}


def test_dishes_without_a_day_are_said_and_nothing_else_is_lost():
    found = read(["", "lundi", "", "jeudi"], ["Plat", "Poulet", "Colin", "Rôti"])
    assert found.cells == {("main", 0): "Poulet", ("main", 3): "Rôti"}
    assert found.problems == [menu.Problem("no_day", "Colin")]


def test_a_day_that_stands_twice_is_said_and_the_first_one_holds():
    found = read(["", "lundi", "04/01/2027"], ["Plat", "Poulet", "Colin"])
    assert found.cells == {("main", 0): "Poulet"}
    assert found.problems == [menu.Problem("twice", "04/01/2027")]


def test_another_week_and_an_unknown_course_are_said():
    found = read(
        ["", "lundi 11 janvier", "mardi"],
        ["Plat", "Poulet", "Colin"],
        ["Divers", "", "Pain"],
    )
    assert found.cells == {("main", 1): "Colin"}
    assert found.problems == [
        menu.Problem("other_week", "lundi 11 janvier"),
        menu.Problem("no_course", "Divers", 3),
    ]
    assert read(["", "lundi 11", "mardi"]).problems[0].code == "other_week"


def test_courses_without_headings_come_in_their_order():
    found = read(["lundi", "mardi"], ["Potage", "Céleri"], ["Poulet", "Colin"])
    assert found.cells["main", 1] == "Colin"


def test_a_table_without_any_day_is_none():
    assert read(["Plat", "Poulet"]).problems == [menu.Problem("no_table", "")]
    assert read().problems == [menu.Problem("no_table", "")]


def test_the_turn_of_the_year():
    found = menu.read_table(
        [["", "31 décembre", "1er janvier"], ["Plat", "Dinde", "Chapon"]],
        date(2026, 12, 28),
    )
    assert found.cells == {("main", 3): "Dinde", ("main", 4): "Chapon"}
