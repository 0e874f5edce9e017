from datetime import datetime, timedelta

import pytest
from espace_famille_portal_domain.push import (
    DELAYS,
    is_push_service,
    is_silent,
    may_ring,
    next_try,
)

NOON = datetime(2027, 1, 4, 12)


@pytest.mark.parametrize(
    ("hour", "minute", "silent"),
    [(6, 59, True), (7, 0, False), (19, 59, False), (20, 0, True), (0, 0, True)],
)
def test_the_night(hour, minute, silent):
    assert is_silent(datetime(2027, 1, 4, hour, minute)) is silent


@pytest.mark.parametrize(
    ("at", "rings"),
    [
        (NOON, NOON),
        (datetime(2027, 1, 4, 20), datetime(2027, 1, 5, 7)),
        (datetime(2027, 1, 31, 23, 59), datetime(2027, 2, 1, 7)),
        (datetime(2027, 1, 4, 3), datetime(2027, 1, 4, 7)),
    ],
)
def test_what_arises_at_night_waits_until_the_morning(at, rings):
    assert may_ring(at) == rings


def test_it_is_tried_again_some_times():
    tries = [next_try(number, NOON) for number in range(1, len(DELAYS) + 2)]
    assert tries[-1] is None
    assert tries[0] == NOON + timedelta(minutes=1)
    assert tries[:-1] == sorted(tries[:-1])


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/QGu",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_services_of_browsers(endpoint):
    assert is_push_service(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com.example.org/x",
        "https://notfcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user:secret@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]:x/",
        "ftp://fcm.googleapis.com/x",
        "",
    ],
)
def test_what_a_server_is_not_made_to_call(endpoint):
    assert not is_push_service(endpoint)


def test_others_are_allowed_by_their_origin_alone():
    others = ["http://127.0.0.1:8099"]
    assert is_push_service("http://127.0.0.1:8099/wpush/a", others)
    assert not is_push_service("http://127.0.0.1:8098/wpush/a", others)
    assert not is_push_service("http://x@127.0.0.1:8099/wpush/a", others)
