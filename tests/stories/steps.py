"""How a step is written: a function of a story, registered with how often it comes.

    @step(often=3, wants=["espace_famille_sepa"])
    def cancels(story):
        '''Say what happens; the name of the function is what a replay prints.'''
        booking = story.one_of(story.bookings("confirmed"))
        story.tell(booking.display_name)
        booking._cancel(story.now)

A step takes what it needs from the story, of which it draws by `story.draw` alone, so
that a seed tells the same story again. It ends in one of four ways:

- it returns: something happened;
- `Nothing`: there is nothing that it could be done to, another step is drawn;
- `UserError`: the product refuses, and what was begun is undone, as a request is;
- `Declined`: the product declines without an error: then nothing may have changed.

To add what is new (a flat price, a deposit…): a step for each thing that people do with
it, in the file of who does it; what must hold of it belongs in `espace.check` and in
`tests/recompute.py`, which each step is followed by.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Nothing(Exception):
    """There is nothing that this step could be done to."""


class Declined(Exception):
    """The product says no in its answer, and changes nothing."""


class Step(NamedTuple):
    """`tell` makes it happen; of all steps it comes `often` times as much as one."""

    name: str
    actor: str
    often: int
    tell: Callable
    wants: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


#: All of them, by name.
STEPS: dict[str, Step] = {}


def step(
    often: int = 2, wants: Sequence[str] = (), follows: Sequence[str] = ()
) -> Callable:
    """Register a step.

    :param often: how often it comes, compared with others
    :param wants: names of addons without which it is never told
    :param follows: names of steps that it often comes after, minutes later
    """

    def register(tell: Callable) -> Callable:
        name = tell.__name__
        if name in STEPS:
            raise ValueError(f"Two steps are called {name}.")
        actor = tell.__module__.rpartition(".")[2]
        STEPS[name] = Step(name, actor, often, tell, tuple(wants), tuple(follows))
        return tell

    return register
