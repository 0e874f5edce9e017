"""School zones by postcode."""

import pytest
from espace_famille_domain import departments


@pytest.mark.parametrize(
    ("postcode", "zone", "region", "tz"),
    [
        ("34120", "C", None, "Europe/Paris"),
        ("81 090", "C", None, "Europe/Paris"),
        ("69001", "A", None, "Europe/Paris"),
        ("59000", "B", None, "Europe/Paris"),
        ("57000", "B", "57", "Europe/Paris"),
        ("67000", "B", "6AE", "Europe/Paris"),
        ("20200", "corse", None, "Europe/Paris"),
        ("97410", "reunion", "974", "Indian/Reunion"),
        ("98800", "nouvelle_caledonie", "NC", "Pacific/Noumea"),
    ],
)
def test_a_postcode_tells_zone_public_holidays_and_clock(postcode, zone, region, tz):
    assert departments.of_zip(postcode) == (zone, region, tz)


@pytest.mark.parametrize("postcode", ["", "3412", "99123", "B-1000", "١٢٣٤٥"])
def test_what_is_no_postcode_of_france_tells_nothing(postcode):
    assert departments.of_zip(postcode) is None


def test_each_department_of_the_mainland_has_one_zone():
    names = [name for names in departments.ZONES.values() for name in names.split()]
    assert sorted(names) == sorted(set(names))
    expected = {f"{number:02d}" for number in range(1, 96)} - {"20"}
    assert set(names) == expected
