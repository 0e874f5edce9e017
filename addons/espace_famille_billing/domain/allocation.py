"""Imputation (ventilation) of the money received to what it paid for, in cents.

The public accountant wants each receipt by product and income account, although a
family pays whole invoices, sometimes in parts. An amount is shared among weights by
the method of the largest remainder: each share is within one cent of its exact
proportion and the shares add up to the amount. Parts of one invoice are shared
cumulatively, so that once it is paid its lines have received exactly what they ask.

What was recorded in a closed collection is never changed: what it should be now, less
what was recorded, is recorded in the open one, as a settlement does with charges.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

# The document of money that paid nothing yet (avances reçues).
ADVANCE = None
# The product of money whose document has none, or adds up to nothing.
NOTHING = (0, 0)


def allocate(amount: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Share `amount` in proportion of `weights`, whatever their order.

    Negative weights (credits on an invoice) have a share of the opposite sign. The
    cents that are left go to the largest remainders; among equal ones to the largest
    weight, then to the first key.

    :param int amount: cents, of any sign
    :param weights: {key: cents}; keys of one mapping can be compared
    :return: {key: cents} of all keys, adding up to `amount`
    :raise ValueError: the weights add up to nothing, and there is something to share
    """
    total = sum(weights.values())
    if not amount:
        return dict.fromkeys(weights, 0)
    if not total:
        raise ValueError("Weights that add up to nothing cannot share an amount.")
    sign = -1 if amount < 0 else 1
    toward = -1 if total < 0 else 1
    exact = {key: abs(amount) * weight * toward for key, weight in weights.items()}
    shares = {key: product // abs(total) for key, product in exact.items()}
    left = abs(amount) - sum(shares.values())
    by_remainder = sorted(
        sorted(weights),
        key=lambda key: (exact[key] % abs(total), abs(weights[key])),
        reverse=True,
    )
    for key in by_remainder[:left]:
        shares[key] += 1
    return {key: sign * share for key, share in shares.items()}


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came or went: what is new of it in this period, in cents.

    :param applied: {document or ADVANCE: cents}; of an earlier movement, the change
        since it was recorded, which adds up to nothing
    :param reverses: id of the movement whose money this one takes back
    :param amount: what is taken back, negative; only where `reverses` is given
    """

    id: int
    applied: Mapping[int | None, int] = field(default_factory=dict)
    reverses: int | None = None
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """Cents of a movement that paid `key` (product, account) on a document."""

    movement: int
    document: int | None
    key: tuple[int, int]
    cents: int


def impute(
    movements: Iterable[Movement],
    documents: Mapping[int, Mapping[tuple[int, int], int]],
    recorded: Iterable[Share] = (),
    debts: Mapping[int, int] | None = None,
) -> list[Share]:
    """Share movements among what the documents ask, in the order given.

    :param documents: {document: {(product, account): cents}}, invoices less credits
    :param recorded: the earlier shares of these documents, and of the movements that
        are taken back
    :param debts: {document: movement} of movements that took money back and are
        themselves paid: what they took is what is paid again
    :return: the new shares, none of zero
    """
    ledger = _Ledger(documents, debts or {})
    for share in recorded:
        ledger.add(share)
    shares = []
    for movement in movements:
        for share in ledger.shares(movement):
            ledger.add(share)
            shares.append(share)
    return shares


class _Ledger:
    """What each document and each movement has so far."""

    def __init__(self, documents, debts):
        self.documents, self.debts = documents, debts
        self.of_document = defaultdict(lambda: defaultdict(int))
        self.of_movement = defaultdict(lambda: defaultdict(int))

    def add(self, share):
        self.of_document[share.document][share.key] += share.cents
        key = (share.document, share.key)
        self.of_movement[share.movement][key] += share.cents

    def shares(self, movement):
        if movement.reverses is not None:
            return self._taken_back(movement)
        documents = sorted(movement.applied, key=lambda d: (d is None, d or 0))
        return [
            Share(movement.id, document, key, cents)
            for document in documents
            for key, cents in self._due(document, movement.applied[document]).items()
            if cents
        ]

    def _taken_back(self, movement):
        """Take back from each product what the reversed movement gave it."""
        given = self.of_movement.get(movement.reverses, {})
        # Keys with and without a document cannot be compared: count them instead.
        keys = sorted(given, key=lambda key: (key[0] is None, key[0] or 0, key[1]))
        weights = {rank: given[key] for rank, key in enumerate(keys)}
        if not sum(weights.values()):
            return [Share(movement.id, ADVANCE, NOTHING, movement.amount)]
        return [
            Share(movement.id, *keys[rank], cents)
            for rank, cents in allocate(movement.amount, weights).items()
            if cents
        ]

    def _due(self, document, cents):
        """Return {key: cents} for `cents` more (or less) paid of a document."""
        before = self.of_document[document]
        weights = self._weights(document)
        paid = sum(before.values()) + cents
        if paid and not sum(weights.values()):
            return {NOTHING: cents}
        target = allocate(paid, weights)
        return {
            key: target.get(key, 0) - before.get(key, 0)
            for key in sorted(target.keys() | before.keys())
        }

    def _weights(self, document):
        if document is ADVANCE:
            return {}
        if document not in self.debts:
            return self.documents.get(document, {})
        weights = defaultdict(int)
        for (_document, key), cents in self.of_movement[self.debts[document]].items():
            weights[key] -= cents
        return weights
