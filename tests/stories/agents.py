"""What agents of the family desk and of the schools do."""

from datetime import timedelta

from odoo.fields import Command

from .councils import settle_the_past
from .families import DONE, asked, items
from .steps import Nothing, step


@step(often=6)
def agent_books(story):
    """Limits do not bind an agent; places do."""
    family, wanted = items(story)
    story.tell(family.name, asked(wanted))
    quotes = story.env["espace.reservation"]._book(
        family, wanted, story.now, staff=True
    )
    if not any(quote.status in DONE for quote in quotes):
        story.declined(quotes[0].reason or quotes[0].status)


@step(often=3)
def agent_cancels(story):
    """Days that are over too: a correction."""
    booking = story.one_of(story.bookings("confirmed", "waiting", "pending_payment"))
    story.tell(booking.child_id.firstname, booking.product_id.name, booking.date)
    booking._cancel(story.now, staff=True, reason="By an agent")


# === Who came === #


def past_sessions(story, days=30):
    return (story.case.canteen | story.case.evening).session_ids.filtered(
        lambda one: 0 <= (story.today - one.date).days <= days
    )


def marked(story, booking):
    """Mark one child in one of the ways there are."""
    chance = story.draw.random()
    if chance < 0.15:
        booking._set_attendance("absent_unjustified")
    elif chance < 0.25:
        booking._set_attendance("absent_justified")
    elif booking.records_times and chance < 0.6:
        booking._record_times(left=17 + story.draw.randrange(0, 100) / 60)
    else:
        booking._set_attendance("present")
    return f"{booking.child_id.firstname} {booking.attendance}"


@step(often=7, follows=["a_night_passes", "nobody_works_for_weeks"])
def days_are_marked(story):
    """All that is open of the last days, as on a tablet in the evening."""
    waiting = story.bookings("confirmed", attendance="expected").filtered(
        lambda one: one.date <= story.today and not one.session_id.attendance_locked
    )
    if not waiting:
        raise Nothing
    story.tell(*[marked(story, booking) for booking in waiting[:6]])


@step(often=3)
def a_mark_is_corrected(story):
    booking = story.one_of(
        story.bookings("confirmed").filtered(lambda one: one.date <= story.today)
    )
    story.tell(booking.product_id.name, booking.date)
    if booking.session_id.attendance_locked:
        if story.chance(0.3):
            # A locked day is refused, or opened first.
            marked(story, booking)
            return
        booking.session_id.attendance_locked = False
    story.tell(story.words, marked(story, booking))


@step(often=2)
def a_child_comes_unannounced(story):
    there = past_sessions(story, 3).filtered(lambda one: one.state == "open")
    session = story.one_of(there)
    child = story.child()
    products = session.activity_id.product_ids.product_variant_id
    product = story.draw.choice(products)
    story.tell(child.firstname, product.name, session.date)
    story.env["espace.reservation"]._walk_in(child, product, session)


@step(often=2)
def a_day_is_locked(story):
    session = story.one_of(past_sessions(story))
    story.tell(session.display_name, not session.attendance_locked)
    if session.attendance_locked:
        session.action_unlock()
    else:
        session.action_lock()


# === Absences === #


@step(often=2)
def an_absence_is_decided(story):
    absences = story.env["espace.absence"].search(
        [
            ("company_id", "=", story.case.company.id),
            ("state", "in", ("declared", "waiting_proof", "to_check", "accepted")),
        ],
        order="id",
    )
    absence = story.one_of(absences)
    decision = story.draw.choice(["accept", "refuse", "withdraw"])
    story.tell(absence.child_id.firstname, absence.date_from, absence.state, decision)
    if decision == "accept":
        absence._accept(story.now)
    elif decision == "refuse":
        absence._refuse("No proof", story.now)
    else:
        absence._withdraw(story.now)


# === Days and places === #


@step(often=1)
def a_day_is_closed(story):
    session = story.one_of(
        (story.case.canteen | story.case.evening).session_ids.filtered(
            lambda one: 0 <= (one.date - story.today).days <= 14 and one.state == "open"
        )
    )
    story.tell(session.date)
    closure = story.env["espace.closure"].create(
        {"name": "Grève", "date_from": session.date, "date_to": session.date}
    )
    closure._apply(story.now)


@step(often=1)
def a_day_is_opened_again(story):
    closure = story.one_of(
        story.env["espace.closure"].search(
            [("company_id", "=", story.case.company.id), ("state", "=", "done")],
            order="id",
        )
    )
    story.tell(closure.date_from)
    closure._undo(story.now)


@step(often=1)
def there_are_more_or_fewer_places(story):
    sessions = (story.case.canteen | story.case.evening).session_ids.filtered(
        lambda one: 0 < (one.date - story.today).days <= 14
    )
    session = story.one_of(sessions)
    session.capacity = story.draw.randint(0, 5)
    story.tell(session.display_name, session.capacity)


@step(often=1)
def custody_changes(story):
    """Another household pays Nina's even weeks from a day to come on, or all."""
    child = story.case.nina
    lines = child.custody_ids
    since = story.today + timedelta(days=story.draw.randint(1, 20))
    if lines:
        line = lines.sorted("id")[-1:]
        if line.date_to:
            raise Nothing
        story.tell("ends", since)
        line.date_to = since
    else:
        story.tell("even weeks", since)
        child.custody_ids = [
            Command.create(
                {
                    "family_id": story.case.durand.id,
                    "pattern": "even",
                    "date_from": since,
                }
            )
        ]
    # Brothers and sisters have another rank then, and maybe another price.
    settle_the_past(story)
