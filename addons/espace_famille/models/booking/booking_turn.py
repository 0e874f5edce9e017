"""Bookings of the same places, one after the other.

The counter of a session and its CHECK refuse one child too many whoever asks. But
of two transactions that take a place of one session, the second fails and has to be
run again: with many parents at the opening of the bookings, Odoo's five tries, seconds
apart, run out. Those who take their turn here wait for the one before them instead,
and then see what is left.
"""

from contextlib import contextmanager

# Names our locks among those of the database; any number will do.
TURN = 1702195041


@contextmanager
def in_turn(env, sessions):
    """Run a block that books these `espace.session`, then commit.

    What the transaction has done so far is committed first, so that the block sees
    what others booked while it waited: call it where nothing is half done. The locks
    are held by a connection of their own, in one order, and go with it, whatever
    becomes of the block. They guard nothing by themselves: who books without them is
    stopped by the counter.
    """
    if not sessions:
        yield
        return
    env.cr.commit()  # pylint: disable=invalid-commit
    with env.registry.cursor() as queue:
        queue.execute(
            """SELECT pg_advisory_xact_lock(%s, id)
               FROM unnest(%s) AS id ORDER BY id""",
            [TURN, sorted(sessions.ids)],
        )
        yield
        env.cr.commit()  # pylint: disable=invalid-commit
