"""A city: the pages of parents and the screens of agents, at four sizes.

Promise: what parents and agents open each day takes as many queries, and no more than
its budget, whatever the families and the years that are past. Each family has two
children, three years of bookings, each charged, a bill a month, all paid but two. The
last month is over and not invoiced yet.

Pages are asked of a server, through their controllers: what is judged is the median of
what Odoo logs, in yardsticks of the same run, at the speed of the fastest Contacts of
that run. Screens are read in this process as the web client reads them: every entry of
the menu with the columns and the filter that it opens with, then the screens of our
own. Each is the best of some calls after the first, which reads what Odoo keeps.
"""

import argparse
import re
import time
from datetime import date, timedelta
from functools import partial

from _copies import copy_family
from _odoo import CONF, DATABASE, Report, Town, median, ms, seconds, transaction
from _screens import collection, dashboard, one_account
from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo.fields import Domain
from odoo.tools import safe_eval as wrapped

from odoo.addons.espace_famille_billing.tests.common_regie import Regie

from tests.rush import Parent, Server, open_session

SIZES = [60, 1_000, 10_000]
YEARS, UNPAID = 3, 2
# Of a family: 400 at 50,000 families are 20 million.
BOOKINGS = 400
CHILDREN = 2

# Seconds of the server, at the machine's best speed.
PAGES = {
    "/my/contacts": None,
    "/my": 0.045,
    "/my/factures": 0.028,
    "/my/reservations": 0.045,
    "/my/reservations/agenda": 0.045,
    "/my/panier": 0.045,
    "/my/absences": 0.045,
    "/my/actualites": 0.045,
    "/my/demandes": 0.045,
    "/my/foyer": 0.045,
    "/my/porte-monnaie": 0.045,
}
MOST_QUERIES = {"/my": 15}
SCREEN, PREVIEW, CHECK, LOADED = 0.3, 1.0, 60.0, 1800.0
QUERIES_OF_A_FAMILY = 6
BATCH = 100
LOGGED = re.compile(r'"(?:GET|POST) (\S+) HTTP/1.1" 200 - (\d+) ([\d.]+) ([\d.]+)')

ROLES = ("animation", "kitchen", "manager", "finance", "administration")


class Office(Regie, Town):
    """The commune around today, with a régie."""


def main():
    options = arguments()
    report = Report()
    city = build(options.bookings)
    counted, done = {}, 1
    for count in sorted(options.families):
        spent = time.monotonic()
        with transaction() as env:
            copy_family(env["espace.family"].browse(city["family"]), done, count - 1)
            count_seats(env)
        done = count
        vacuum()
        label = f"{count} families"
        report.budget(f"{label}: loaded", time.monotonic() - spent, LOADED)
        weigh(report, label)
        for name, queries in measure(report, label, city, options).items():
            counted.setdefault(name, []).append(queries)
    for name, queries in counted.items():
        report.expect(f"{name}: queries, whoever else", max(queries), min(queries))
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, nargs="+", default=SIZES)
    parser.add_argument(
        "--bookings", type=int, default=BOOKINGS, help="of a family, in years past"
    )
    parser.add_argument("--times", type=int, default=3, help="measurements a screen")
    parser.add_argument("--requests", type=int, default=20, help="a page")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="what is measured"
    )
    return parser.parse_args()


def measure(report, label, city, options):
    """Measure the chosen parts; return {name: queries} of what must not grow."""
    counted = {}
    for part in options.only:
        counted |= PARTS[part](report, label, city, options)
    return counted


def weigh(report, label):
    with transaction() as env:
        env.cr.execute("SELECT count(*) FROM espace_reservation")
        [bookings] = env.cr.fetchone()
        env.cr.execute("SELECT pg_database_size(current_database())")
        [size] = env.cr.fetchone()
    report.figure(f"{label}: bookings", f"{bookings:>8}", bookings, unit="")
    megabytes = size // 2**20
    report.figure(f"{label}: disk", f"{megabytes:>8} MB", megabytes, unit="MB")


# === Pages of parents === #


def measure_pages(report, label, city, options):
    with Server(DATABASE, CONF, 1).running() as server:
        parent = Parent(server, city["session"])
        for _time in range(options.requests + 5):
            for path in PAGES:
                answer = parent.get(path)
                if answer.trouble:
                    raise SystemExit(answer.trouble)
        lines = LOGGED.findall(server.log.read_text(errors="replace"))
    found = {
        path: [
            (float(database) + float(rest), int(queries))
            for logged, queries, database, rest in lines
            if logged == path
        ][5:]
        for path in PAGES
    }
    stick = median([taken for taken, _queries in found["/my/contacts"]])
    best = min(taken for taken, _queries in found["/my/contacts"])
    counted = {}
    for path, budget in PAGES.items():
        if not found[path]:
            raise SystemExit(f"{path} was not shown.")
        times, queries = zip(*found[path], strict=True)
        counted[path] = max(queries)
        text = f"median {ms(median(times))}, {median(times) / stick:.1f} yardsticks"
        name = f"{label}: {path}"
        if budget is None:
            words = f"{ms(best):>8} {text}"
            report.figure(f"{name} (yardstick)", words, best, queries=max(queries))
            continue
        at_best = median(times) / stick * best
        report.budget(name, at_best, budget, text, max(queries))
        if path in MOST_QUERIES:
            most = MOST_QUERIES[path]
            report.at_most(f"{name}: queries", max(queries), most, "queries")
    return counted


# === Screens of agents === #


def measure_screens(report, label, city, options):
    counted = {}
    with transaction(city["users"]["all"], **city["where"]) as env:
        screens = {**OWN, **entries(env)}
    for name, (user, screen) in screens.items():
        samples = []
        for _time in range(options.times + 1):
            with transaction(city["users"][user], **city["where"]) as env:
                taken = seconds(partial(screen, env))
                samples.append((taken, env.cr.sql_log_count))
                env.cr.rollback()
        taken, queries = min(samples[1:])
        report.budget(f"{label}: {name}", taken, SCREEN, queries=queries)
        counted[name] = queries
    return counted


def home(role):
    return lambda env: env["espace.home"].load(role)


OWN = {
    **{f"Home of {role}": (role, home(role)) for role in ROLES},
    "Dashboard of the régie": ("finance", dashboard),
    "Collection of a month": ("finance", collection),
    "One family's account": ("finance", one_account),
}


def entries(env):
    """Return what each entry of our menu opens with: {name: (user, function)}."""
    root = env.ref("espace_famille.espace_menu_root")
    menus = env["ir.ui.menu"].with_context(lang="en_US")
    visible = menus.search([("id", "child_of", root.id), ("action", "!=", False)])
    found = {}
    for menu in visible:
        action = menu.action.sudo()
        if action._name == "ir.actions.act_window":
            screen = opened(env, action)
            if screen:
                found[menu.complete_name.split("/", 1)[1]] = ("all", screen)
    return found


def opened(env, action):
    """Return a function that reads what a window action shows first, None: nothing."""
    names = {
        "uid": env.uid,
        "context_today": date.today,
        "relativedelta": relativedelta,
        "datetime": wrapped.datetime,
        "time": wrapped.time,
        "allowed_company_ids": env.context["allowed_company_ids"],
        "active_id": False,
    }
    context = evaluated(action.context or "{}", names)
    domain = Domain(evaluated(action.domain or "[]", names))
    kind = next((mode for _id, mode in action.views if mode in SHOWN), None)
    if not kind or action.views[0][1] not in SHOWN:
        return None
    model = env[action.res_model].with_context(context)
    views = model.get_views(
        [*[list(view) for view in action.views], [action.search_view_id.id, "search"]]
    )["views"]
    groups = []
    search = etree.fromstring(views["search"]["arch"])
    for key, value in context.items():
        if not (key.startswith("search_default_") and value):
            continue
        for node in search.iterfind(f".//filter[@name='{key[15:]}']"):
            domain &= Domain(evaluated(node.get("domain") or "[]", names))
            grouped = evaluated(node.get("context") or "{}", names).get("group_by")
            groups += [grouped] if isinstance(grouped, str) else grouped or []
            if node.get("date") and not node.get("domain"):
                first = date.today().replace(day=1)
                domain &= Domain(node.get("date"), ">=", first)
    groups = groups or context.get("group_by") or []
    groups = [groups] if isinstance(groups, str) else groups
    arch = etree.fromstring(views[kind]["arch"])
    read = SHOWN[kind]
    domain = list(domain)
    name, keep = action.res_model, {k: v for k, v in context.items() if k != "group_by"}
    return lambda env: read(env[name].with_context(keep), arch, domain, groups)


def evaluated(text, names):
    return wrapped.safe_eval(text, dict(names)) if isinstance(text, str) else text


def read_list(records, arch, domain, groups):
    fields = [
        node.get("name")
        for node in arch.iter("field")
        if not any(up.tag == "field" for up in node.iterancestors())
        and node.get("column_invisible") not in ("1", "True")
    ]
    specification = {
        name: {"fields": {"display_name": {}}}
        if records._fields[name].type == "many2one"
        else {}
        for name in fields
        if name in records._fields
    }
    order = arch.get("default_order")
    if groups:
        sums = [
            f"{node.get('name')}:{how}"
            for node in arch.iter("field")
            for how in ("sum", "avg")
            if node.get(how) and records._fields[node.get("name")].store
        ]
        records.web_read_group(
            domain,
            groups[:1],
            sums,
            limit=80,
            auto_unfold=arch.get("expand") == "1" or arch.tag == "kanban",
            unfold_read_specification=specification,
            unfold_read_default_limit=80,
        )
    else:
        records.web_search_read(
            domain, specification, limit=80, order=order, count_limit=10_001
        )


def read_figures(records, arch, domain, groups):
    rows = [
        node.get("name") + (f":{node.get('interval')}" if node.get("interval") else "")
        for node in arch.iter("field")
        if node.get("type") in ("row", "col")
        or (arch.tag == "graph" and node.get("type") != "measure")
    ]
    measures = [
        f"{node.get('name')}:{records._fields[node.get('name')].aggregator or 'sum'}"
        for node in arch.iter("field")
        if node.get("type") == "measure"
    ]
    records.formatted_read_group(domain, groups or rows, [*measures, "__count"])


SHOWN = {
    "list": read_list,
    "kanban": read_list,
    "pivot": read_figures,
    "graph": read_figures,
}


# === Billing === #


def measure_billing(report, label, city, _options):
    """Prepare and launch the run of the month that is over, and do a batch of it."""
    first = date.today().replace(day=1) - relativedelta(months=1)
    with transaction(**city["where"]) as env:
        run = env["espace.billing.run"].create(
            {"date_from": first, "date_to": first + relativedelta(months=1, days=-1)}
        )
        before = env.cr.sql_log_count
        taken = seconds(lambda: prepared(run))
        queries = env.cr.sql_log_count - before
        report.budget(f"{label}: preview of a run", taken, PREVIEW, queries=queries)
        before = env.cr.sql_log_count
        taken = seconds(lambda: launched(run))
        queries = env.cr.sql_log_count - before
        report.budget(f"{label}: launch of a run", taken, PREVIEW, queries=queries)
        size = min(BATCH, len(run.family_line_ids))
        before = env.cr.sql_log_count
        taken = seconds(lambda: batch(run, size))
        queries = env.cr.sql_log_count - before
        text = f"{ms(taken):>8} {taken / size * 1000:.1f} ms a family"
        report.figure(
            f"{label}: a batch of {size} families", text, taken, queries=queries
        )
        report.at_most(
            f"{label}: queries a family in a run",
            queries / size,
            QUERIES_OF_A_FAMILY,
            "queries",
        )
        env.cr.rollback()
    return {}


def prepared(run):
    run.action_prepare()
    run.env.flush_all()


def launched(run):
    run.env.invalidate_all()
    run.action_launch_anyway()
    run.env.flush_all()


def batch(run, size):
    run.env.invalidate_all()
    if run._invoice_batch(size) != size:
        raise SystemExit("The run stopped.")
    run.env.flush_all()


# === Check === #


def measure_check(report, label, city, _options):
    """Check all promises; say the slowest."""
    slow = []
    with transaction() as env:
        check = type(env["espace.check"])
        companies = env["res.company"].browse(city["where"]["allowed_company_ids"])
        finding = check._finding

        def timed(self, invariant, companies):
            found = None

            def find():
                nonlocal found
                found = finding(self, invariant, companies)

            slow.append((seconds(find), invariant.code))
            return found

        check._finding = timed
        try:
            before = env.cr.sql_log_count
            problems = []
            taken = seconds(
                lambda: problems.extend(env["espace.check"]._problems(companies))
            )
            queries = env.cr.sql_log_count - before
        finally:
            check._finding = finding
    slowest = ", ".join(f"{code} {ms(t)}" for t, code in sorted(slow)[:-4:-1])
    report.budget(f"{label}: check", taken, CHECK, slowest, queries)
    broken = [problem for problem in problems if not problem.notice]
    for problem in broken:
        words = f"{len(problem.ids)} {problem.sentence}"
        report.figure(f"{label}: {problem.code}", words)
    report.expect(f"{label}: broken promises", len(broken), 0)
    return {}


PARTS = {
    "pages": measure_pages,
    "screens": measure_screens,
    "billing": measure_billing,
    "check": measure_check,
}


# === A city === #


def build(bookings):
    """Build a commune with one family of three years; return what is needed of it."""
    with transaction(tracking_disable=True) as env:
        office = Office.build(env)
        today = office.today
        start = (today - relativedelta(years=YEARS)).replace(day=1)
        days = past_days(start, today - timedelta(days=1), bookings // CHILDREN)
        _regie, journals, _treasury = office._open_regie(purse=True)
        office.prices.date_from = start - timedelta(days=30)
        coming = office.coming_days(45)
        services = [
            office.add_service(
                name,
                [*days, today, today + timedelta(days=1), *coming],
                capacity=10_000_000,
                billing_mode="consumption",
            )
            for name in ("Repas de midi", "Accueil du soir")
        ]
        services[0].espace_includes_meal = True
        office.company.espace_minimum_invoice = 0
        env["espace.document.type"].create(
            {"name": "Assurance", "needed_for": "all", "company_id": office.company.id}
        )
        family = office.add_family(1, CHILDREN)
        family.income_ids.date_from = start - timedelta(days=30)
        for child in family.child_ids:
            child.enrolment_ids.date_from = min(start, office.year.date_from)
        come(office, family, services, days)
        ahead = [
            (child, option, day)
            for child in family.child_ids
            for option in services
            for day in coming[:9]
        ]
        office.Reservation._book(family, ahead, staff=True)
        parent = office.add_parent(family)
        users = {
            "animation": office._create_staff("animation").id,
            "kitchen": office._create_staff("animation", "health").id,
            "manager": office._create_staff("manager").id,
            "finance": office._create_staff("finance").id,
            "administration": office._create_staff("admin").id,
            "all": office._create_staff("admin", "finance", "manager", "health").id,
        }
        bill(office, family, start, journals["cheque"])
        return {
            "family": family.id,
            "session": open_session(env, parent),
            "users": users,
            "where": {
                "allowed_company_ids": office.company.ids,
                "lang": "fr_FR",
            },
        }


def past_days(first, last, count):
    """Return so many days between two, evenly apart."""
    span = (last - first).days
    return sorted({first + timedelta(days=n * span // count) for n in range(count)})


def come(office, family, services, days):
    """Have the children have come, to one service after the other; settle it."""
    sessions = {
        (session.activity_id, session.date): session
        for session in office.services().session_ids
    }
    bookings = office.Reservation.create(
        [
            {
                "child_id": child.id,
                "family_id": family.id,
                "session_id": sessions[option.espace_activity_id, day].id,
                "product_id": option.id,
                "state": "confirmed",
                "attendance": "present",
            }
            for number, day in enumerate(days)
            for child in family.child_ids
            for option in [services[number % len(services)]]
        ]
    )
    bookings._settle()


def bill(office, family, start, journal):
    """Invoice month after month but the last one; all is paid but the last bills."""
    this = office.today.replace(day=1)
    months = []
    while start < this - relativedelta(months=1):
        months.append(start)
        start += relativedelta(months=1)
    for number, first in enumerate(months):
        after = first + relativedelta(months=1)
        charged = family.charge_ids.filtered(lambda c, end=after: c.date < end)
        if not charged.filtered(lambda charge: charge.state == "to_invoice"):
            continue
        run = office.env["espace.billing.run"].create(
            {
                "date_from": first,
                "date_to": after - timedelta(days=1),
                "invoice_date": after,
                "date_due": after + timedelta(days=20),
            }
        )
        run.action_prepare()
        run.action_launch_anyway()
        run._work_all()
        if number < len(months) - UNPAID:
            collect(office, run.move_ids, journal)


def collect(office, moves, journal):
    """Receive the whole of bills on their day."""
    for move in moves:
        payment = office.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": move.partner_id.id,
                "amount": move.amount_total,
                "date": move.date,
                "journal_id": journal.id,
            }
        )
        payment.action_post()
        (payment.move_id | move).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()


def count_seats(env):
    """Have sessions count the copies too."""
    env.cr.execute(
        """
        UPDATE espace_session session SET booked_count = held.booked
          FROM (SELECT session_id, count(*) AS booked FROM espace_reservation
                 WHERE origin = 'booked'
                   AND state IN ('pending_payment', 'pending_approval', 'confirmed')
                 GROUP BY session_id) held
         WHERE held.session_id = session.id
        """
    )


def vacuum():
    """Do what autovacuum does within minutes of so many new rows."""
    with transaction() as env:
        env.cr.commit()
        connection = env.cr._cnx
        connection.autocommit = True
        try:
            env.cr.execute("VACUUM ANALYZE")
        finally:
            connection.autocommit = False


if __name__ == "__main__":
    main()
