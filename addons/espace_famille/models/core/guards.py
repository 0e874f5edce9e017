"""What code tells the gate by the context, and no client can.

A client sends what context it likes with its calls, but never an object of ours: a
key counts only with this very object as its value.
"""

from odoo.tools.misc import clean_context

# The booking methods write, not somebody by hand.
BY_THE_GATE = "espace_by_the_gate"
# Personal data are erased: words leave what is never edited otherwise.
ERASING = "espace_erasing"

_TOKEN = object()


def allow(records, key, told=True):
    """Return the records with the key told, or taken back, to what is called."""
    return records.with_context(**{key: _TOKEN if told else None})


def is_allowed(env, key):
    """Tell whether code, and no client, has told the key."""
    return env.context.get(key) is _TOKEN


def without_defaults(records):
    """Return the records without the defaults that a client sent with its call.

    `sudo` drops them by itself; code that acts with the user's own rights does not.
    """
    context = clean_context(records.env.context)
    return records.with_env(records.env(context=context))
