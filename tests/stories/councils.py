"""What the council and third parties decide: prices, quotients, who pays a part."""

from datetime import timedelta

from .steps import step


def settle_the_past(story):
    """Do what follows a changed price: list it, and charge the difference."""
    Reservation = story.env["espace.reservation"]
    Reservation._cron_recompute_prices()
    own = [("company_id", "=", story.case.company.id)]
    Reservation.search(own)._settle(strict=False)


@step(often=2)
def a_price_changes(story):
    """Of days that were invoiced already, too."""
    tariffs = story.env["espace.tariff"].search(
        [("company_id", "=", story.case.company.id)], order="id"
    )
    lines = tariffs.line_ids.filtered(lambda one: one.kind == "fixed" and one.amount)
    line = story.one_of(lines.sorted("id"))
    line.amount = story.cents(20, 600)
    story.tell(line.product_id.name, line.event, line.amount)
    settle_the_past(story)


@step(often=2)
def a_reduction_changes(story):
    changes = story.case.tariff.adjustment_ids.sorted("id")
    change = story.one_of(changes)
    if change.operation == "percent":
        change.value = -story.draw.randint(1, 60)
    else:
        change.value = story.cents(5, 150)
    story.tell(change.operation, change.value)
    settle_the_past(story)


@step(often=3)
def a_quotient_changes(story):
    """From some day of the past on, or it is taken back."""
    family = story.family()
    since = story.today.replace(day=1) - timedelta(days=story.draw.randint(0, 45))
    known = family.income_ids.filtered(lambda one: one.date_from == since)
    value = story.cents(10000, 150000)
    story.tell(family.name, since, value)
    if known:
        known.value = value
    elif family.income_ids and story.chance(0.2):
        family.income_ids.sorted("date_from")[-1:].unlink()
    else:
        story.env["espace.family.income"].create(
            {"family_id": family.id, "value": value, "date_from": since}
        )
    settle_the_past(story)


@step(often=1)
def a_family_moves(story):
    family = story.family()
    family.residency = (
        "resident" if family.residency == "non_resident" else "non_resident"
    )
    story.tell(family.name, family.residency)
    settle_the_past(story)


# === Third parties === #


def decisions(story):
    return story.env["espace.aid"].search(
        [("company_id", "=", story.case.company.id)], order="id"
    )


@step(often=2)
def a_third_party_decides_to_pay(story):
    family = story.family()
    kind = story.draw.choice(["percent", "booking", "day", "month"])
    vals = {
        "family_id": family.id,
        "payer_id": story.draw.choice(story.case.third_parties).id,
        "number": str(len(decisions(story)) + 1),
        "decided_on": story.today,
        "date_from": story.today - timedelta(days=story.draw.randint(0, 30)),
        "sequence": story.draw.randint(1, 20),
        "kind": kind,
    }
    if kind == "percent":
        vals["share"] = story.draw.choice([10, 33, 50, 66.67, 100])
    else:
        vals["amount"] = story.cents(20, 2000 if kind == "month" else 400)
    if story.chance(0.3):
        vals |= {
            "ceiling": story.cents(200, 3000),
            "ceiling_period": story.draw.choice(["month", "year", "all"]),
        }
    if story.chance(0.3):
        vals["child_id"] = story.draw.choice(family.child_ids).id
    if story.chance(0.3):
        vals["activity_ids"] = [(6, 0, story.case.canteen.ids)]
    story.env["espace.aid"].create(vals)
    story.tell(family.name, *(f"{name} {vals.get(name)}" for name in sorted(vals)[-4:]))


@step(often=1)
def a_decision_is_changed(story):
    """What was invoiced by it stays: it is refused then."""
    aid = story.one_of(decisions(story))
    story.tell(aid.number, aid.kind)
    as_user = aid.with_user(story.clerk)
    if aid.kind == "percent":
        as_user.share = story.draw.randint(1, 100)
    else:
        as_user.amount = story.cents(20, 400)


@step(often=1)
def a_decision_ends(story):
    """On a day to come, or on one that was invoiced already."""
    aid = story.one_of(decisions(story))
    day = story.today + timedelta(days=story.draw.randint(-20, 10))
    story.tell(aid.number, day)
    aid.with_user(story.clerk).date_to = max(day, aid.date_from)
