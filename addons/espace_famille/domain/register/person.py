"""Somebody whom a register names."""


class Named:
    """Has a last name of birth, maybe another in use, and a first name.

    A mixin of dataclasses with `lastname`, `usage_name` and `firstname`.
    """

    @property
    def last(self) -> str:
        """Return the last name to show: the one in use."""
        return self.usage_name or self.lastname

    @property
    def name(self) -> str:
        return f"{self.firstname} {self.last}".strip()
