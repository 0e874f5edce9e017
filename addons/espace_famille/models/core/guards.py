"""What no client writes, whatever its rights, and how code says that it is no client.

A client sends what context it likes with its calls, but never an object of ours: a
key counts only with this very object as its value. The keys are for what no parameter
can reach: create, write, unlink and the constraints, which the ORM calls.
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.misc import clean_context

# The booking methods write, not somebody by hand.
BY_THE_GATE = "espace_by_the_gate"
# Personal data are erased: words leave what is never edited otherwise.
ERASING = "espace_erasing"
# Several records change together: who writes them checks them all at the end.
CHECKED_LATER = "espace_checked_later"

# Somebody leaves, and what becomes of the coming bookings was decided.
LEAVING = "espace_leaving_decided"

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


class EspaceGuardMixin(models.AbstractModel):
    """Fields that code finds, counts or records, and that no client writes."""

    _name = "espace.guard.mixin"
    _description = "Fields Written by Code Only"

    # Their names.
    _by_code = frozenset()
    # The key by which code says that it writes; where none, the superuser is code.
    _code_key = None

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_by_code(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_by_code(vals)
        return super().write(vals)

    def _check_by_code(self, vals):
        if vals.keys() & self._by_code and not self._is_code():
            raise AccessError(self._by_code_words())

    @api.model
    def _is_code(self):
        if self._code_key:
            return is_allowed(self.env, self._code_key)
        return self.env.su

    @api.model
    def _by_code_words(self):
        """Say what to do instead; each model that has such fields does."""
        raise NotImplementedError
