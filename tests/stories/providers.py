"""What PayFiP and banks do: pay, refuse, twice, late, lie, send back."""

from .steps import Nothing, step


def opened(story, *states):
    return story.env["payment.transaction"].search(
        [
            ("company_id", "=", story.case.company.id),
            ("provider_code", "=", "payfip"),
            ("provider_reference", "!=", False),
            ("state", "in", states),
        ],
        order="id",
    )


def of_double(story, transaction):
    return story.case.double.payments[transaction.provider_reference]


def notified(transaction):
    """Do what the notification does, and what the scheduled action does then."""
    transaction._payfip_refresh()
    if transaction.state == "done":
        transaction._post_process()


@step(
    often=8,
    follows=[
        "opens_the_payment_of_its_cart",
        "opens_the_payment_of_invoices",
        "opens_the_payment_of_an_advance",
    ],
)
def payer_decides(story):
    """The service tells once, twice, or keeps it to itself until it is asked."""
    transaction = story.one_of(opened(story, "draft", "pending", "cancel"))
    payment = of_double(story, transaction)
    if payment.result in ("P", "V"):
        raise Nothing
    choice = story.draw.choice(
        ["card", "card", "card", "debit", "debit", "refuse", "cancel", "close"]
    )
    times = story.draw.choice([0, 1, 1, 1, 2])
    story.tell(transaction.reference, choice, f"told {times} times")
    story.case.double.decide(payment, choice, quietly=True)
    for _time in range(times):
        notified(transaction)


@step(often=3)
def payfip_is_asked_late(story):
    """Whatever it kept to itself is told now; and what was told, again."""
    transaction = story.one_of(opened(story, "draft", "cancel", "done", "error"))
    story.tell(transaction.reference, transaction.state)
    notified(transaction)


@step(often=2)
def bank_sends_a_debit_of_payfip_back(story):
    paid = opened(story, "done").filtered(
        lambda one: (
            one.payfip_result == "V" and one.payment_id and not one.payfip_returned
        )
    )
    transaction = story.one_of(paid)
    story.tell(transaction.reference)
    story.case.double.decide(of_double(story, transaction), "refuse_debit", True)
    notified(transaction)


@step(often=1)
def somebody_forges_a_return(story):
    """Nothing is believed of what a browser or a stranger sends."""
    known = opened(story, "draft", "cancel", "done")[:1]
    Transaction = story.env["payment.transaction"]
    for idop, refdet in (
        ("0001-double-ffff", None),
        ("' OR 1=1 --", None),
        (None, "FORGED"),
        (None, known.payfip_refdet or "X"),
    ):
        # A number that is right is looked up, and tells what PayFiP knows.
        found = Transaction._payfip_of(idop, refdet)
        if found:
            notified(found)
    story.tell(known.reference)


@step(often=1)
def payfip_lies_about_the_amount(story):
    transaction = story.one_of(opened(story, "draft"))
    payment, double = of_double(story, transaction), story.case.double
    if payment.result:
        raise Nothing
    story.tell(transaction.reference)
    double.lies = {"montant": str(int(payment.asked["montant"]) - 1)}
    double.decide(payment, "card", quietly=True)
    notified(transaction)
    double.lies = {}


@step(often=1)
def payfip_breaks_down(story):
    """The next that is asked of it fails."""
    story.case.double.faults = ["TechIndisponibiliteErreur"]
