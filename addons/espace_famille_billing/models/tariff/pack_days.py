"""Days that packs (carnets) have left, while prices are shown."""


class PackDays:
    """How many days of its packs a family may still take, as it looks at prices."""

    def __init__(self, env, family):
        self.packs = []
        if not env["espace.rulebook"]._sells_packs(family.company_id):
            return
        packs = (
            env["espace.pack"]
            .sudo()
            .search(
                [("family_id", "=", family.id), ("state", "=", "in_force")],
                order="date_to, id",
            )
        )
        self.packs = packs
        self.left = {pack: pack.left for pack in packs}

    def take(self, child, family, product, day):
        """Take a day; tell whether there was one."""
        for pack in self.packs:
            if self.left[pack] > 0 and pack._fits(child, family, product, day):
                self.left[pack] -= 1
                return True
        return False
