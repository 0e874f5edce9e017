"""A departure that nobody has decided yet: what becomes of the bookings to come?"""

from odoo.exceptions import UserError


class Undecided(UserError):
    """Somebody would leave seats behind; nothing was changed.

    It is said in words to whoever calls; `asked` is what the dialog needs to ask what
    becomes of them: the model, the ids and the values to write (None: to delete).
    """

    def __init__(self, words, asked):
        super().__init__(words)
        self.asked = asked
