"""What is agreed on ahead: deposits, the accountant's terms, months at one price."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.espace_famille_billing.domain.instalment import Part

from .. import recompute
from .regie import take
from .steps import Nothing, step


def spread(story, amount, days):
    """Return (day, Decimal euros) that add up to an amount, in the order of days."""
    cents = round(float(amount) * 100)
    if cents < len(days):
        raise Nothing
    cuts = sorted(story.draw.sample(range(1, cents), len(days) - 1))
    sums = [
        after - before for before, after in zip([0, *cuts], [*cuts, cents], strict=True)
    ]
    return [
        (day, recompute.number(one / 100)) for day, one in zip(days, sums, strict=True)
    ]


# === Deposits before the due date === #


@step(often=3)
def the_canteen_asks_for_deposits(story):
    """Or no longer: what is booked from now on is paid so, as early as possible."""
    canteen, rule = story.case.canteen, story.case.deposit_rule
    canteen.deposit_rule_id = False if canteen.deposit_rule_id else rule
    rule.days_before = story.draw.choice([1, 3, 6])
    rule.count = story.draw.randint(1, 4)
    story.tell(canteen.deposit_rule_id.name, rule.days_before, rule.count)


@step(often=3)
def deposits_are_agreed(story):
    """As the agent types them: sometimes after the due date, which is refused."""
    moves = story.invoices(
        ("amount_residual", ">", 0), ("invoice_date_due", ">", story.today)
    )
    move = story.one_of(moves)
    until = (move.invoice_date_due - story.today).days + story.draw.choice([0, 0, 0, 5])
    many = story.draw.randint(1, min(3, until))
    days = [
        story.today + timedelta(days=number)
        for number in sorted(story.draw.sample(range(1, until + 1), many))
    ]
    parts = spread(story, move.amount_residual, days)
    story.tell(move.name, *(f"{day:%d/%m} {amount}" for day, amount in parts))
    plans = story.env["espace.deposit.plan"].with_user(story.clerk)
    plans._agree(
        move.with_user(story.clerk),
        [Part(day, amount) for day, amount in parts],
        note="At the counter",
        by=story.clerk,
    )


def plans_in_force(story):
    plans = story.env["espace.deposit.plan"].search(
        [("company_id", "=", story.case.company.id)], order="id"
    )
    return plans.filtered(lambda plan: plan.state == "in_force")


@step(often=4)
def a_deposit_is_paid(story):
    plan = story.one_of(plans_in_force(story))
    line = plan.move_id._espace_receivable_lines().filtered("amount_residual")[:1]
    due = plan._next()
    if not due or not line:
        raise Nothing
    amount = min(due.left, line.amount_residual)
    story.tell(plan.move_id.name, due.date, amount)
    means = story.draw.choice(["cash", "cheque", "card"])
    take(story, plan.move_id.espace_family_id, {line: amount}, means)


@step(often=1)
def a_schedule_is_closed(story):
    plan = story.one_of(plans_in_force(story)).with_user(story.clerk)
    story.tell(plan.move_id.name)
    plan.closed_reason = "The family asked"
    plan.action_close()


# === What the accountant grants === #


@step(often=3)
def the_accountant_grants_terms(story):
    """On debts that are his, or on one that is not: that is refused."""
    moves = story.invoices(("amount_residual", ">", 0))
    his = moves.filtered("espace_transmitted_on")
    chosen = his if his and story.chance(0.9) else moves
    family = story.one_of(chosen).espace_family_id
    chosen = chosen.filtered(lambda move: move.espace_family_id == family)
    chosen = chosen.browse([move.id for move in story.some_of(chosen, 3)])
    many = story.draw.randint(1, 3)
    days = [story.today + timedelta(days=30 * (n + 1)) for n in range(many)]
    parts = spread(story, sum(chosen.mapped("amount_residual")), days)
    story.tell(*chosen.mapped("name"), *(f"{amount}" for _day, amount in parts))
    terms = story.env["espace.accountant.terms"].with_user(story.clerk)
    terms.create(
        {
            "family_id": family.id,
            "reference": f"2027-{story.numbers[-1]}",
            "granted_on": story.today,
            "granted_by": "SGC de Castres",
            "move_ids": [Command.set(chosen.ids)],
            "line_ids": [
                Command.create({"date": day, "amount": float(amount)})
                for day, amount in parts
            ],
        }
    ).action_record()


@step(often=1)
def terms_end(story):
    terms = story.env["espace.accountant.terms"].search(
        [("company_id", "=", story.case.company.id)], order="id"
    )
    one = story.one_of(terms.filtered(lambda one: one.state == "in_force"))
    one = one.with_user(story.clerk)
    story.tell(one.reference)
    one.ended_reason = "Not kept"
    one.action_end()


# === A month at one price === #


def subscriptions(story):
    return story.env["espace.flat"].search(
        [("company_id", "=", story.case.company.id)], order="id"
    )


@step(often=4)
def a_child_has_months_at_one_price(story):
    """From some day on, past ones too: what was booked before is included then."""
    child = story.child()
    since = story.today + timedelta(days=story.draw.randint(-25, 20))
    family = child._paying_family(since)
    formula = story.draw.choice(story.case.formulas)
    story.tell(child.firstname, family.name, formula.name, since)
    story.env["espace.flat"].create(
        {
            "child_id": child.id,
            "family_id": family.id,
            "formula_id": formula.id,
            "date_from": since,
            "date_to": since + timedelta(days=40) if story.chance(0.3) else False,
        }
    )


@step(often=3)
def months_at_one_price_end(story):
    """On a day to come or past, or the end is taken back."""
    flat = story.one_of(subscriptions(story))
    day = story.today + timedelta(days=story.draw.randint(-30, 20))
    day = False if flat.date_to and story.chance(0.4) else max(day, flat.date_from)
    story.tell(flat.child_id.firstname, flat.formula_id.name, day)
    flat.date_to = day


@step(often=1)
def a_subscription_is_deleted(story):
    flat = story.one_of(subscriptions(story))
    story.tell(flat.child_id.firstname, flat.formula_id.name)
    flat.unlink()


# === Packs of days === #


def packs(story):
    return story.env["espace.pack"].search(
        [("company_id", "=", story.case.company.id)], order="id"
    )


@step(often=4)
def a_pack_is_bought(story):
    """Today or some days ago: what was charged before stays."""
    child = story.child()
    day = story.today + timedelta(days=story.draw.randint(-10, 3))
    family = child._paying_family(day)
    formula = story.draw.choice(story.case.pack_formulas)
    story.tell(child.firstname, family.name, formula.name, day)
    story.env["espace.pack"].create(
        {
            "child_id": child.id,
            "family_id": family.id,
            "formula_id": formula.id,
            "date_from": day,
            "by_parent": story.chance(0.3),
        }
    )


@step(often=2)
def a_pack_ends(story):
    """Ended by an agent, taken back if nobody used it, or given more time."""
    pack = story.one_of(packs(story))
    pack = pack.with_user(story.clerk)
    what = story.draw.choice(("end", "cancel", "longer"))
    story.tell(pack.child_id.firstname, pack.formula_id.name, what)
    if what == "longer":
        pack.date_to += timedelta(days=story.draw.randint(-20, 20))
    elif what == "cancel":
        pack.action_cancel()
    else:
        pack.action_end()
