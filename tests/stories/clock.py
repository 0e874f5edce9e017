"""What happens by itself: the minutes and the nights of the scheduled actions."""

from .steps import step


@step(often=12)
def a_minute_passes(story):
    """What was booked is invoiced; credits are set against debts."""
    story.env["espace.charge"]._cron_invoice_at_once()
    story.is_settled = True


@step(often=5)
def a_night_passes(story):
    """All other scheduled actions, in an order of their own."""
    jobs = [
        ("espace.reservation", "_cron_release_expired"),
        ("espace.reservation", "_cron_recompute_prices"),
        ("espace.absence", "_cron_refuse_overdue"),
        ("espace.family", "_cron_purse_low"),
        ("espace.billing.run", "_cron_work"),
        ("payment.transaction", "_cron_payfip_refresh"),
        ("account.payment.order", "_cron_espace_collect"),
        ("espace.reminder", "_cron_remind"),
        ("espace.deposit", "_cron_remind"),
        ("espace.flat", "_cron_open"),
        ("espace.pack", "_cron_end"),
        ("espace.charge", "_cron_invoice_at_once"),
    ]
    story.draw.shuffle(jobs)
    # Odoo's own job commits and rolls back by itself.
    story.env["payment.transaction"].search(
        [("state", "=", "done"), ("is_post_processed", "=", False)]
    )._post_process()
    done = []
    for model, name in jobs:
        if model in story.env and hasattr(story.env[model], name):
            getattr(story.env[model], name)()
            done.append(name.removeprefix("_cron_"))
    story.tell(*done)


@step(often=1)
def nobody_works_for_weeks(story):
    """The server was down: nothing ran meanwhile."""
    days = story.draw.randint(7, 25)
    story.tell(f"{days} days")
    story.clock.tick(days * 86400)
