"""How money that a family brings is shared among what it owes."""

from decimal import Decimal


def spread(amount, dues):
    """Share an amount among debts, each filled before the next one.

    :param Decimal amount: euros received, not negative
    :param list dues: euros of each debt, in the order in which they are paid
    :return: list of euros for each debt; their sum is the amount, or all the debts
        where the amount is above them
    """
    left = Decimal(amount)
    parts = []
    for due in dues:
        part = min(left, Decimal(due))
        parts.append(part)
        left -= part
    return parts
