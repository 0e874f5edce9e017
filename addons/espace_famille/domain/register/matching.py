"""Find which families and children of the commune those of a register are."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from .differing import lasts
from .known import KnownChild, KnownGuardian
from .plan import ANSWERED, OTHER, SAME, PlanDoubt
from .reading import Child
from .values import slug


@dataclass(order=True)
class _Match:
    """A household and a family that may be one; the best is the greatest."""

    rank: tuple
    household: int
    family_id: int
    is_moved: bool = False


class Matcher:
    """Matches a reading with what is known; what is not sure is a doubt."""

    def __init__(self, reading, known, answers):
        self.reading = reading
        self.known = known
        self.answers = answers
        self.doubts: list[PlanDoubt] = []
        self.families = {family.id: family for family in known.families}
        self.children = {child.id: child for child in known.children}
        self.of_family = defaultdict(list)
        self.guardians_by_name = defaultdict(list)
        for guardian in known.guardians:
            self.of_family[guardian.family_id].append(guardian)
            self.guardians_by_name[slug(guardian.name)].append(guardian)
        self.children_by_key = defaultdict(list)
        self.children_of = defaultdict(list)
        for child in known.children:
            self.children_by_key[child.key].append(child)
            for family_id in child.family_ids:
                self.children_of[family_id].append(child)
        self.family_of: dict[int, int] = {}
        self.owner: dict[int, int] = {}
        self.claimed: set[int] = set()
        # Who is named exactly is nobody else.
        self.exact: set[int] = {
            known.id
            for child in reading.children
            for known in self._same_children(child)
        }

    # === Doubts === #

    def _ask(self, code, key, **about) -> str:
        """Note a doubt and return its answer."""
        key = f"{code}:{key}"
        answer = self.answers.get(key, SAME) if code in ANSWERED else SAME
        doubt = PlanDoubt(key, code, answer, **about)
        if not any(one.key == key for one in self.doubts):
            self.doubts.append(doubt)
        return answer

    def _tell_doubts_of_the_files(self):
        reading = self.reading
        for doubt in reading.doubts:
            if doubt.code == "twice":
                key = "|".join(reading.children[doubt.who].key)
                self._ask("twice", key, child=doubt.who, places=doubt.places)
            else:
                key = slug(reading.guardians[doubt.who].name)
                self._ask(doubt.code, key, guardian=doubt.who, places=doubt.places)

    # === Households === #

    def _same_children(self, child: Child) -> list[KnownChild]:
        """Return the known children of the same name, of birth too, and birth."""
        birth = child.key[1]
        keys = {child.key, (slug(f"{child.firstname} {child.lastname}"), birth)}
        return [known for key in sorted(keys) for known in self.children_by_key[key]]

    def _same_guardians(self, guardian) -> list[KnownGuardian]:
        names = {
            slug(f"{guardian.firstname} {last}".strip()) for last in lasts(guardian)
        }
        return [
            known for name in sorted(names) for known in self.guardians_by_name[name]
        ]

    def _match_households(self, candidates):
        matches = [
            match
            for number in range(len(self.reading.households))
            for match in self._matches(number, candidates)
        ]
        for match in sorted(matches, key=lambda m: m.rank, reverse=True):
            if match.household in self.family_of:
                continue
            if match.is_moved and self._answer_of_move(match) == OTHER:
                continue
            if not self.families[match.family_id].active:
                household = self.reading.households[match.household]
                about = {"known_id": match.family_id}
                if household.children:
                    about["child"] = household.children[0]
                key = f"family|{self._household_key(match.household)}"
                if self._ask("archived", key, **about) == OTHER:
                    continue
            self.family_of[match.household] = match.family_id
            if match.family_id in self.owner:
                self._tell_split(match)
            self.owner.setdefault(match.family_id, match.household)

    def _answer_of_move(self, match) -> str:
        return self._ask(
            "moved",
            self._household_key(match.household),
            guardian=self.reading.households[match.household].guardians[0],
            known_id=match.family_id,
        )

    def _tell_split(self, match):
        """Tell that a family stays one, although its guardians live apart by now."""
        guardian = self.reading.households[match.household].guardians[:1]
        self._ask(
            "split",
            self._household_key(match.household),
            guardian=guardian[0] if guardian else None,
            known_id=match.family_id,
        )

    def _household_key(self, number) -> str:
        household = self.reading.households[number]
        names = sorted(
            slug(self.reading.guardians[g].name) for g in household.guardians
        )
        if not names:
            names = ["|".join(self.reading.children[c].key) for c in household.children]
        return "|".join((*names, household.address.key))

    def _matches(self, number, candidates):
        """Yield the families that a household may be."""
        household = self.reading.households[number]
        kids, guards, mails = Counter(), Counter(), Counter()
        for child in household.children:
            for family_id in {f for k in candidates[child] for f in k.family_ids}:
                kids[family_id] += 1
        for guardian in (self.reading.guardians[g] for g in household.guardians):
            same = self._same_guardians(guardian)
            guards.update({known.family_id for known in same})
            mails.update(
                {
                    known.family_id
                    for known in same
                    if guardian.email and known.email.lower() == guardian.email
                }
            )
        for family_id in {**kids, **guards}:
            family = self.families.get(family_id)
            if family is None:
                continue
            home = family.address.key
            here = bool(home) and home == household.address.key
            both = bool(kids[family_id] and guards[family_id])
            moved = not both and not here and bool(mails[family_id])
            alone = kids[family_id] and not (
                household.guardians and self.of_family[family_id]
            )
            if (
                both
                or moved
                or alone
                or (here and (guards[family_id] or kids[family_id]))
            ):
                rank = (
                    both and family.active,
                    family.active,
                    both,
                    here,
                    bool(guards[family_id]),
                    kids[family_id],
                    guards[family_id],
                    mails[family_id],
                    -family_id,
                    -number,
                )
                yield _Match(rank, number, family_id, moved)

    def _find_child(self, number, child, candidates) -> KnownChild | None:
        homes = {self.family_of[h] for h in child.households if h in self.family_of}
        free = [known for known in candidates if known.id not in self.claimed]
        near = [known for known in free if homes & set(known.family_ids)]
        pool = near or free
        pool.sort(key=lambda known: (not known.active, known.id))
        found = pool[0] if pool else None
        key = "|".join(child.key)
        if len([known for known in near if known.active]) > 1:
            self._ask("double", key, child=number, known_id=found.id)
        if found and not near:
            found = self._elsewhere(number, child, found)
        elif not found:
            found = self._namesake(number, child, homes)
        left = found and not found.active
        if (
            left
            and self._ask("archived", key, child=number, known_id=found.id) == OTHER
        ):
            return None
        if found:
            self.claimed.add(found.id)
        return found

    def _elsewhere(self, number, child, found):
        """Ask about a child whose known family is none of those of the register."""
        key = "|".join(child.key)
        if self._ask("elsewhere", key, child=number, known_id=found.id) == OTHER:
            return None
        return found

    def _namesake(self, number, child, homes):
        """Return the child of the family with that first name, if one fact differs.

        A last name may have changed, or a date was typed wrong.
        """
        names = {slug(last) for last in lasts(child)}
        for known in (k for home in sorted(homes) for k in self.children_of[home]):
            if known.id in self.claimed or known.id in self.exact:
                continue
            if slug(known.firstname) != slug(child.firstname):
                continue
            if known.birth == child.birth:
                return known
            if slug(known.lastname) in names:
                key = "|".join(child.key)
                if not known.birth:
                    return known
                answer = self._ask("birth", key, child=number, known_id=known.id)
                return None if answer == OTHER else known
        return None
