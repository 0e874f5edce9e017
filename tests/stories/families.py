"""What parents do on the portal: book, cancel, wait, excuse, pay online."""

from datetime import timedelta
from decimal import Decimal

from odoo.fields import Command

from .steps import Declined, Nothing, step

DONE = ("booked", "pending")


def items(story, most=4):
    """Draw what a family asks for: some children, days to come, options."""
    family = story.family()
    days = sorted(
        {
            one.date
            for one in (story.case.canteen | story.case.evening).session_ids
            if story.today <= one.date <= story.today + timedelta(days=21)
        }
    )
    day_of = {}
    wanted = []
    for child in story.some_of(family.child_ids, 2):
        for day in story.some_of(days, most):
            product = story.draw.choice(story.case.meal | story.case.t1 | story.case.t2)
            if child._paying_family(day) == family:
                day_of[child, product.espace_activity_id, day] = product
    wanted = [(child, product, day) for (child, _a, day), product in day_of.items()]
    if not wanted:
        raise Nothing
    return family, wanted


def asked(wanted):
    return "; ".join(f"{c.firstname} {p.name} {d:%d/%m}" for c, p, d in wanted)


@step(often=9)
def puts_in_the_cart_and_validates(story):
    """The seats are held until the payment, where one is asked online."""
    family, wanted = items(story)
    story.tell(family.name, asked(wanted))
    family = story.logged_in(family)
    family._portal_check_may_book()
    cart = family.env["espace.portal.cart"]
    family.env["espace.reservation"]._add_to_cart(family, wanted, story.now)
    if not cart._validate(family, story.now):
        story.declined("nothing of the cart could be booked")


@step(often=2)
def waits_for_a_place(story):
    family, wanted = items(story)
    story.tell(family.name, asked(wanted))
    family = story.logged_in(family)
    quotes = family.env["espace.reservation"]._join_waiting(family, wanted, story.now)
    if not any(quote.status == "waiting" for quote in quotes):
        story.declined(quotes[0].reason or quotes[0].status)


@step(often=5)
def cancels(story):
    """In time or too late, waiting or booked or not paid yet."""
    live = story.bookings("confirmed", "waiting", "pending_payment").filtered(
        lambda one: one.date >= story.today
    )
    booking = story.one_of(live)
    story.tell(booking.child_id.firstname, booking.product_id.name, booking.date)
    parent = story.case.parents[booking.family_id]
    booking.with_user(parent).sudo()._cancel(story.now)


@step(often=2)
def changes_the_option(story):
    evenings = story.bookings("confirmed", activity_id=story.case.evening.id)
    booking = story.one_of(evenings.filtered(lambda one: one.date >= story.today))
    other = (story.case.t1 | story.case.t2) - booking.product_id
    story.tell(booking.child_id.firstname, booking.date, other.name)
    item = (booking.child_id, other, booking.date)
    quote = booking._change_option(booking.family_id, item, story.now)
    if quote.status not in DONE:
        story.declined(quote.reason or quote.status)


@step(often=3)
def excuses_a_child(story):
    booking = story.one_of(
        story.bookings("confirmed").filtered(
            lambda one: abs((one.date - story.today).days) < 10
        )
    )
    proofs = [("c.pdf", b"%PDF-1.4 a certificate")] if story.chance(0.6) else ()
    story.tell(booking.child_id.firstname, booking.date, "proof" if proofs else "none")
    story.env["espace.absence"]._declare(
        booking.family_id,
        booking.child_id,
        booking.date,
        booking.date + timedelta(days=story.draw.randint(0, 3)),
        reason="illness",
        now=story.now,
        origin=story.draw.choice(["portal", "staff"]),
        proofs=proofs,
    )


# === Paying online === #


def open_page(story, family, amount, **vals):
    """Open the payment page of PayFiP, as the button of the portal does."""
    provider = story.case.payfip
    transactions = family.env["payment.transaction"]
    transaction = transactions.create(
        {
            "provider_id": provider.id,
            "payment_method_id": provider.payment_method_ids[:1].id,
            "amount": amount,
            "currency_id": story.case.company.currency_id.id,
            "partner_id": family.guardian_ids[:1].partner_id.id,
            "reference": f"STORY-{transactions.search_count([])}",
            "operation": "online_redirect",
            **vals,
        }
    )
    story.tell(story.words, f"{amount:.2f} €", transaction.reference)
    transaction._get_specific_rendering_values({})
    return transaction


@step(often=5, follows=["puts_in_the_cart_and_validates"])
def opens_the_payment_of_its_cart(story):
    family = story.one_of(
        story.case.families.filtered(lambda one: one._espace_payment_moves())
    )
    story.tell(family.name)
    family = story.logged_in(family)
    family._espace_payment_moves().transaction_ids._espace_ask_bank()
    hold = family._portal_hold()
    if not hold or hold["on_its_way"] or not hold["asked"] or hold["over"]:
        raise Declined("the page offers no payment")
    family._portal_check_may_book()
    open_page(story, family, hold["asked"], invoice_ids=[Command.set(hold["move"].ids)])


@step(often=2)
def confirms_its_cart_by_a_credit(story):
    family = story.one_of(
        story.case.families.filtered(lambda one: one._espace_payment_move())
    )
    hold = story.logged_in(family)._portal_hold()
    story.tell(family.name, hold["asked"])
    if hold["on_its_way"]:
        raise Declined("it is on its way")
    hold["move"]._espace_confirm_by_credit()


@step(often=1)
def gives_its_cart_up(story):
    family = story.one_of(
        story.case.families.filtered(lambda one: one._espace_payment_move())
    )
    story.tell(family.name)
    family._portal_hold()["reservations"]._cancel(story.now)


@step(often=4)
def opens_the_payment_of_invoices(story):
    family = story.one_of(story.case.families.filtered(lambda one: one._portal_due()))
    chosen = story.some_of(family._portal_due().sorted("id"), 3)
    story.tell(family.name, *(move.name for move in chosen))
    family = story.logged_in(family)
    moves = family._portal_payable([str(move.id) for move in chosen])
    amount = float(moves._espace_sums().left)
    open_page(story, family, amount, invoice_ids=[Command.set(moves.ids)])


@step(often=3)
def opens_the_payment_of_an_advance(story):
    family = story.family()
    amount = Decimal(story.draw.choice(["0.50", "10.00", "20.37", "50.00"]))
    story.tell(family.name, amount)
    family = story.logged_in(family)
    regie = family._portal_top_up(None, amount)
    open_page(story, family, float(amount), espace_top_up_regie_id=regie.id)
