"""Registers are read whatever wrote them; what cannot be read is said where it is."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlwt
from espace_famille_domain.register import columns, reading, table, values
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 30)
HEADER = ["Nom enfant", "Prénom enfant", "Né(e) le", "Classe", "Nom resp. 1"]
HEADER += ["Prénom resp. 1", "Courriel resp. 1", "Tél. resp. 1", "Adresse", "CP"]
TOM = ["ROUX", "Tom", "04/05/2017", "CE2", "ROUX", "Ève", "eve@example.org"]
TOM += ["0612345678", "3 rue du Lavoir", "81090"]


def csv_file(*rows, separator=";", encoding="utf-8"):
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def lay_out(*rows, name="register.csv", known=None):
    [found] = table.open_file(name, csv_file(*rows))
    return columns.lay_out(found, known)


def read(*tables, **options):
    return reading.read(tables, TODAY, **options)


def one(**cells):
    """Return the line of a child, of other cells than Tom's."""
    return [cells.get(name, value) for name, value in zip(HEADER, TOM, strict=True)]


# === Files === #


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_text_files_of_all_programs_are_read(encoding, separator):
    content = csv_file(HEADER, TOM, separator=separator, encoding=encoding)
    [found] = table.open_file("x.csv", content)
    assert [row.cells for row in found.rows] == [tuple(HEADER), tuple(TOM)]


def test_a_comma_within_a_cell_separates_nothing():
    content = b'Nom;Adresse\r\nROUX;"3, rue du Lavoir, bas"\r\nPETIT;"4, rue, bas"'
    [found] = table.open_file("x.csv", content)
    assert found.rows[1].cells == ("ROUX", "3, rue du Lavoir, bas")


def xlsx(*rows, more=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, lines in more:
        sheet = book.create_sheet(title)
        for row in lines:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xls(*rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            sheet.write(y, x, cell, *([style] if isinstance(cell, date) else []))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("write", [xlsx, xls])
def test_spreadsheets_keep_days_and_whole_numbers(write):
    rows = [["Nom", "Né le", "CP"], ["ROUX", date(2017, 5, 4), 81090.0]]
    [found] = table.open_file("x", write(*rows))
    assert found.rows[1].cells == ("ROUX", date(2017, 5, 4), 81090)


def test_each_sheet_is_a_table_and_empty_lines_count():
    content = xlsx(["Titre"], [], ["Nom"], more=[("Vide", []), ("Autre", [["x"]])])
    found = table.open_file("x.xlsx", content)
    assert [(one.name, [row.number for row in one.rows]) for one in found] == [
        ("x.xlsx – Sheet", [1, 3]),
        ("x.xlsx – Autre", [1]),
    ]


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"\r\n;;\r\n", "empty"),
        (b"%PDF-1.7 ...", "kind"),
        (b"\x89PNG\x00\x01", "kind"),
        (b"PK\x03\x04 broken", "broken"),
        (b"\xd0\xcf\x11\xe0 broken", "broken"),
        (b"a;b\r\n" * (table.MAX_ROWS + 1), "large"),
        (b"x" * (table.MAX_BYTES + 1), "large"),
    ],
)
def test_what_is_no_table_is_refused(content, code):
    with pytest.raises(table.NotATable) as caught:
        table.open_file("x", content)
    assert caught.value.code == code


# === Columns === #


def fields(*headers, **options):
    laid = lay_out(headers, ["x"] * len(headers), **options)
    return [column.field for column in laid.columns]


@pytest.mark.parametrize(
    "headers, expected",
    [
        (["Nom", "Prénom", "Date de naissance"], ["lastname", "firstname"]),
        (["NOM DE L'ENFANT", "PRENOM DE L'ENFANT"], ["lastname", "firstname"]),
        (["Nom et prénom de l'enfant", "Classe"], ["fullname", "class"]),
        (["Élève", "Niveau"], ["fullname", "level"]),
        (["École", "Régime alimentaire"], ["school", "diet"]),
    ],
)
def test_columns_of_children_are_recognised(headers, expected):
    found = fields(*headers)[: len(expected)]
    assert found == [f"child.{name}" for name in expected]


def test_columns_of_both_parents_are_recognised():
    headers = ["Nom mère", "Prénom mère", "Tél mère", "Nom père", "Mail père"]
    assert fields("Enfant", "Né le", *headers)[2:] == [
        "guardian1.lastname",
        "guardian1.firstname",
        "guardian1.phone",
        "guardian2.lastname",
        "guardian2.email",
    ]


def test_an_unknown_column_is_asked_and_what_was_chosen_is_remembered():
    headers = ["Enfant", "Né le", "Truc"]
    assert fields(*headers)[2] is None
    assert fields(*headers, known={"TRUC ": "child.class"})[2] == "child.class"
    assert fields(*headers, known={"truc": columns.IGNORED})[2] == columns.IGNORED


def test_a_second_telephone_is_kept_as_another_one():
    headers = ["Enfant", "Né le", "Nom resp 1", "Tél resp 1", "Portable resp 1"]
    assert fields(*headers)[3:] == ["guardian1.phone", "guardian1.phone_home"]


def test_the_header_is_found_below_titles():
    laid = lay_out(["Effectifs 2026"], ["Mairie", "", "28 enfants"], HEADER, TOM)
    assert laid.header.number == 3
    assert [row.number for row in laid.rows] == [4]


# === Cells === #


@pytest.mark.parametrize(
    "cell, expected",
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        (612345678, "+33612345678"),
        (33612345678, "+33612345678"),
        ("6,12345678E+08", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("'0612345678", "+33612345678"),
        ("0690 12 34 56", "+590690123456"),
        ("+32 470 12 34 56", "+32470123456"),
        ("", ""),
        (None, ""),
        ("0", ""),
        ("00 00 00 00 00", ""),
    ],
)
def test_telephones_are_read_as_spreadsheets_spoil_them(cell, expected):
    assert values.phone(cell) == expected


@pytest.mark.parametrize("cell", ["06 12 34", "liste rouge 12", "123456789012345678"])
def test_what_is_no_telephone_is_refused(cell):
    with pytest.raises(values.Unreadable):
        values.phone(cell)


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True))
def test_a_telephone_that_is_shown_is_read_again(number):
    read_once = values.phone(number)
    assert values.phone(values.shown_phone(read_once)) == read_once
    assert values.same_phone(number, values.shown_phone(read_once))


@pytest.mark.parametrize(
    "cell",
    ["04/05/2017", "4/5/2017", "2017-05-04", "04.05.2017", "04-05-17", 42859, "42859"]
    + ["04/05/2017 00:00", date(2017, 5, 4)],
)
def test_days_of_birth_are_read(cell):
    assert values.birth_date(cell, TODAY) == date(2017, 5, 4)


@pytest.mark.parametrize(
    "cell, code",
    [
        ("31/02/2018", "not_a_day"),
        ("mai 2018", "not_a_day"),
        ("01/12/2026", "not_yet_born"),
        ("12/03/1918", "too_old"),
    ],
)
def test_wrong_days_of_birth_are_refused(cell, code):
    with pytest.raises(values.Unreadable) as caught:
        values.birth_date(cell, TODAY)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text, expected",
    [
        ("CE1-CE2 Mme Brun", ["ce1", "ce2"]),
        ("PS/MS", ["ps", "ms"]),
        ("CM1CM2", ["cm1", "cm2"]),
        ("CP A", ["cp"]),
        ("cpb", ["cp"]),
        ("CE 1", ["ce1"]),
        ("Grande section", ["gs"]),
        ("Toute petite section", ["tps"]),
        ("Mme Campsie", []),
        ("M. Cepe", []),
        ("ULIS", []),
    ],
)
def test_levels_are_read_of_the_names_of_classes(text, expected):
    assert list(values.levels(text)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ROUX Tom", ("ROUX", "Tom")),
        ("Tom ROUX", ("ROUX", "Tom")),
        ("DE LA TOUR Anne-Laure", ("DE LA TOUR", "Anne-Laure")),
        ("Roux Tom", ("Roux", "Tom")),
        ("ROUX TOM", ("ROUX", "TOM")),
    ],
)
def test_a_name_in_one_cell_is_split(text, expected):
    assert values.split_name(text) == expected


# === Children, guardians, households === #


def test_a_line_says_a_child_and_its_household():
    found = read(lay_out(HEADER, TOM))
    [child], [guardian], [home] = found.children, found.guardians, found.households
    assert (child.name, child.birth, child.level) == (
        "Tom ROUX",
        date(2017, 5, 4),
        "ce2",
    )
    assert (guardian.name, guardian.phones) == ("Ève ROUX", ("+33612345678",))
    assert home.address.text == "3 rue du Lavoir, 81090"
    assert not found.problems


def test_brothers_and_sisters_are_of_one_household():
    mia = one(**{"Prénom enfant": "Mia", "Adresse": "3, RUE DU LAVOIR"})
    found = read(lay_out(HEADER, TOM, mia))
    assert [home.children for home in found.households] == [[0, 1]]
    assert len(found.guardians) == 1


def test_abbreviations_of_an_address_are_no_difference():
    mia = one(**{"Prénom enfant": "Mia", "Adresse": "3 r. du Lavoir"})
    assert len(read(lay_out(HEADER, TOM, mia)).households) == 1


def test_one_email_at_two_addresses_is_one_person_and_told():
    mia = one(**{"Prénom enfant": "Mia", "Adresse": "8 avenue de la Gare"})
    found = read(lay_out(HEADER, TOM, mia))
    assert len(found.households) == 1
    assert [doubt.code for doubt in found.doubts] == ["addresses"]


def test_a_child_on_two_lines_of_two_parents_lives_in_two_households():
    other = one(
        **{
            "Nom resp. 1": "PETIT",
            "Prénom resp. 1": "Luc",
            "Courriel resp. 1": "",
            "Tél. resp. 1": "",
            "Adresse": "8 avenue de la Gare",
        }
    )
    found = read(lay_out(HEADER, TOM, other))
    assert [child.name for child in found.custody_to_set] == ["Tom ROUX"]
    [doubt] = found.doubts
    assert (doubt.code, [place.line for place in doubt.places]) == ("twice", [2, 3])
    two = read(lay_out(HEADER, TOM, other), apart={found.children[0].key})
    assert [child.households for child in two.children] == [[0], [1]]
    assert [(doubt.code, len(doubt.places)) for doubt in two.doubts] == [("twice", 2)]


def test_both_parents_on_lines_of_their_own_are_one_household():
    other = one(**{"Prénom resp. 1": "Luc", "Courriel resp. 1": "", "Tél. resp. 1": ""})
    found = read(lay_out(HEADER, TOM, other))
    assert [home.guardians for home in found.households] == [[0, 1]]
    assert not found.doubts


def test_children_without_guardians_live_where_their_line_says():
    header = ["Nom élève", "Prénom élève", "Date naissance", "Adresse1", "Cp1"]
    lines = [
        ["ROUX", "Tom", "04/05/2017", "3 rue du Lavoir", "81090"],
        ["ROUX", "Mia", "04/05/2019", "3 rue du lavoir", "81090"],
        ["PETIT", "Léa", "04/05/2019", "3 rue du lavoir", "81090"],
        ["SEUL", "Max", "04/05/2019", "", ""],
    ]
    found = read(lay_out(header, *lines))
    assert [home.children for home in found.households] == [[0, 1], [2], [3]]


def test_problems_say_file_line_and_column():
    found = read(
        lay_out(
            HEADER,
            one(**{"Né(e) le": "31/02/2018"}),
            one(**{"Prénom enfant": "", "Nom enfant": ""}),
            one(**{"Prénom enfant": "Mia", "Né(e) le": ""}),
            one(**{"Prénom enfant": "Zoé", "Courriel resp. 1": "eve@"}),
            one(**{"Prénom enfant": "Éli", "Tél. resp. 1": "06 12"}),
        )
    )
    assert [(p.line, p.column, p.code, p.stays_out) for p in found.problems] == [
        (2, "Né(e) le", "not_a_day", True),
        (3, "Nom enfant", "no_name", True),
        (4, "Né(e) le", "no_birth_date", True),
        (5, "Courriel resp. 1", "not_an_email", False),
        (6, "Tél. resp. 1", "not_a_phone", False),
    ]
    assert {p.file for p in found.problems} == {"register.csv"}
    assert [child.firstname for child in found.children] == ["Zoé", "Éli"]
    assert [place.line for place in found.left_out] == [2, 3, 4]


GUARDIANS = ["Nom responsable", "Prénom responsable", "Courriel"]
GUARDIANS += ["Nom de famille enfant", "Prénom enfant", "Classes enfants"]


def test_a_file_of_guardians_alone_names_known_children():
    known = [
        reading.Pupil("Roux", "Tom", date(2017, 5, 4), "CE2"),
        reading.Pupil("Roux", "Léa", date(2017, 5, 4), "CE2"),
        reading.Pupil("Roux", "Léa", date(2018, 5, 4), "CE1"),
        reading.Pupil("Roux", "Max", date(2018, 5, 4), "CE1"),
        reading.Pupil("Roux", "Max", date(2019, 5, 4), "CE1"),
    ]
    lines = [
        ["ROUX", "Ève", "eve@example.org", "ROUX", "TOM", ""],
        ["ROUX", "Ève", "eve@example.org", "ROUX", "Léa", "CE1"],
        ["ROUX", "Ève", "eve@example.org", "ROUX", "Max", "CE1"],
        ["ROUX", "Ève", "eve@example.org", "AUTRE", "Max", "CE1"],
    ]
    found = read(lay_out(GUARDIANS, *lines), known=known)
    assert [(c.firstname, c.birth.year, c.is_known) for c in found.children] == [
        ("Tom", 2017, True),
        ("Léa", 2018, True),
    ]
    assert [(p.line, p.code) for p in found.problems] == [
        (4, "unclear_child"),
        (5, "unknown_child"),
    ]


def test_quotients_are_of_the_household_and_differ_nowhere():
    def amount(text):
        return Decimal(text) if text.isdigit() else None

    header = [*HEADER, "QF"]
    lines = [
        [*TOM, "512"],
        [*one(**{"Prénom enfant": "Mia"}), "600"],
        [*one(**{"Prénom enfant": "Zoé"}), "beaucoup"],
    ]
    found = read(lay_out(header, *lines), amount=amount)
    assert [home.quotient for home in found.households] == [512]
    assert [(p.line, p.code) for p in found.problems] == [
        (3, "other_amount"),
        (4, "not_an_amount"),
    ]
    assert read(lay_out(header, *lines)).households[0].quotient is None


@given(
    st.lists(
        st.lists(st.text(max_size=12), min_size=len(HEADER), max_size=len(HEADER)),
        max_size=6,
    )
)
def test_nothing_that_a_file_holds_stops_the_reading(lines):
    rows = [
        table.Row(number, tuple(cells))
        for number, cells in enumerate([HEADER, *lines, TOM], 1)
    ]
    found = read(columns.lay_out(table.Table("x", tuple(rows))))
    assert "Tom ROUX" in [child.name for child in found.children]


# === What a register says besides === #


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("oui", values.GIVEN),
        ("X", values.GIVEN),
        ("à jour", values.GIVEN),
        ("31/08/2027", date(2027, 8, 31)),
        ("jusqu'au 31/08/2027", date(2027, 8, 31)),
        ("oui, 31/08/2027", date(2027, 8, 31)),
        (date(2027, 8, 31), date(2027, 8, 31)),
        ("non", None),
        ("à fournir", None),
        ("", None),
        (None, None),
    ],
)
def test_a_document_was_given_or_not(cell, expected):
    assert values.document(cell) == expected


@pytest.mark.parametrize("cell", ["peut-être", "31/02/2027", "12"])
def test_what_does_not_say_whether_a_document_was_given(cell):
    with pytest.raises(values.Unreadable) as raised:
        values.document(cell)
    assert raised.value.code == "not_a_document"


@pytest.mark.parametrize(
    "header",
    [
        "Date du QF",
        "QF depuis le",
        "Quotient familial au",
        "Date quotient familial",
        "Quotient familial depuis le",
    ],
)
def test_a_quotient_may_have_its_day(header):
    rows = (table.Row(1, ("Nom", "Date de naissance", "QF", header)),)
    laid = columns.lay_out(table.Table("x", rows))
    assert laid.columns[-1].field == "family.quotient_date"
    assert laid.columns[2].field == "family.quotient"


def test_the_example_of_the_sheet_to_fill_in_is_not_read():
    rows = (
        table.Row(1, ("Ligne", "Nom", "Prénom", "Né le")),
        table.Row(2, ("EXEMPLE", "ROUX", "Élise", "14/03/2018")),
        table.Row(3, ("", "PONS", "Noé", "29/02/2016")),
    )
    laid = columns.lay_out(table.Table("x", rows))
    assert [row.number for row in laid.rows] == [3]
    assert laid.columns[0].field == columns.IGNORED
