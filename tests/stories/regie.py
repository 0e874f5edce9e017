"""What the régie does: take money, give it back, invoice, remind, close, hand over."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.espace_famille_bank.tests.statement_files import camt
from odoo.addons.espace_famille_sepa.tests.common import CAMT_054, SENT_BACK

from .. import recompute
from .commune import IBANS
from .steps import Nothing, step

SEPA, BANK, TITRES = (
    ["espace_famille_sepa"],
    ["espace_famille_bank"],
    ["espace_famille_titres"],
)


def open_lines(story, family, side="debit"):
    return family.with_user(story.clerk)._espace_open_lines(side).sorted("id")


def take(story, family, parts, means, advance=0, **vals):
    payments = story.env["account.payment"].with_user(story.clerk)
    journals = {**story.case.journals}
    payment = payments._espace_register(
        family.with_user(story.clerk),
        journals[means].with_user(story.clerk),
        parts,
        story.today,
        advance=advance,
        **vals,
    )
    return payment


# === The counter === #


@step(often=9)
def a_family_pays_at_the_counter(story):
    """All, a part, or too much; by any of the means."""
    family = story.one_of(
        story.case.families.filtered(lambda one: open_lines(story, one))
    )
    means = story.draw.choice(["cash", "cheque", "card", "cesu", "transfer"])
    lines = story.some_of(open_lines(story, family), 3)
    parts = {line: line.amount_residual for line in lines}
    advance = 0
    way = story.draw.choice(["all", "part", "part", "too much"])
    if way == "part":
        parts = {line: story.part_of(amount) for line, amount in parts.items()}
    elif way == "too much" and means != "cesu":
        advance = story.cents(1, 3000)
    paid = sum(parts.values())
    story.tell(family.name, means, way, f"{paid:.2f} + {advance:.2f} €")
    take(story, family, parts, means, advance)


@step(often=3)
def a_family_pays_in_advance(story):
    family = story.family()
    amount = story.cents(500, 6000)
    means = story.draw.choice(["cash", "cheque", "card"])
    story.tell(family.name, means, amount)
    take(story, family, {}, means, amount)._espace_mark_top_up()


@step(often=3)
def a_payment_is_rejected(story):
    payment = story.one_of(story.payments()).with_user(story.clerk)
    reason = story.draw.choice(["unpaid_cheque", "mistake", "other"])
    story.tell(payment.espace_receipt_number, payment.amount, reason)
    rejection = payment._espace_reject(reason, story.today)
    if story.chance(0.4):
        rejection._espace_charge_fee(story.case.fee, 8, story.today)
        story.tell(story.words, "fee")


@step(often=3)
def a_credit_is_paid_back(story):
    family = story.one_of(
        story.case.families.filtered(lambda one: open_lines(story, one, "credit"))
    )
    line = open_lines(story, family, "credit")[:1]
    amount = story.part_of(-line.amount_residual)
    story.tell(family.name, amount)
    take(
        story,
        family,
        {line: amount},
        story.draw.choice(["cash", "transfer"]),
        espace_proof="Reçu",
    )


# === Invoices === #


@step(often=4)
def an_invoice_is_credited(story):
    move = story.one_of(story.invoices())
    charges = move.invoice_line_ids.espace_charge_ids._creditable().sorted("id")
    chosen = story.some_of(charges, 4)
    follow_up = story.draw.choice(["reissue", "later", "waive"])
    story.tell(move.name, follow_up, sum(charge.amount for charge in chosen))
    wizard = story.env["espace.credit.wizard"].with_user(story.clerk)
    wizard.create(
        {
            "move_id": move.id,
            "reason": "Erreur",
            "follow_up": follow_up,
            "charge_ids": [Command.set([charge.id for charge in chosen])],
        }
    ).action_credit()


@step(often=5, follows=["days_are_marked"])
def a_run_invoices(story):
    """The days of some weeks up to now; some are to be recovered as titres."""
    kind = story.draw.choice(["regular", "regular", "corrective"])
    last = story.today
    first = (last - timedelta(days=story.draw.randint(5, 40))).replace(day=1)
    vals = {
        "date_from": first,
        "date_to": last,
        "kind": kind,
        "is_last": story.chance(0.5),
    }
    if story.case.has(TITRES) and story.chance(0.15):
        vals["by_title"] = True
    story.tell(kind, first, last, vals.get("by_title", ""))
    run = story.env["espace.billing.run"].create(vals)
    run.action_prepare()
    run.action_launch_anyway()
    run.sudo()._work_all()
    story.case.assertFalse(run.failed_count, run.family_line_ids.mapped("reason"))


@step(often=2)
def third_parties_are_invoiced(story):
    charges = story.env["espace.charge"].with_user(story.clerk)
    charges.action_invoice_payers()


@step(often=2)
def third_party_pays(story):
    moves = story.env["account.move"].search(
        [
            ("company_id", "=", story.case.company.id),
            ("espace_third_party", "=", True),
            ("state", "=", "posted"),
            ("move_type", "=", "out_invoice"),
            ("amount_residual", ">", 0),
        ],
        order="id",
    )
    move = story.one_of(moves)
    amount = story.part_of(move.amount_residual)
    story.tell(move.name, amount)
    action = move.action_register_payment()
    wizard = story.env[action["res_model"]].with_context(**action["context"])
    wizard.create(
        {
            "amount": amount,
            "journal_id": story.case.journals["transfer"].id,
            "payment_date": story.today,
        }
    ).action_create_payments()


# === Debts === #


@step(often=2)
def a_debt_is_given_up(story):
    family = story.one_of(
        story.case.families.filtered(lambda one: open_lines(story, one))
    )
    line = story.one_of(open_lines(story, family))
    kind = story.draw.choice(["irrecoverable", "extinguished", "remission"])
    amount = story.part_of(line.amount_residual)
    story.tell(line.move_name, kind, amount)
    story.env["account.move"].with_user(story.clerk)._espace_write_off(
        family.with_user(story.clerk),
        {line: amount},
        story.today,
        "Délibération 2027-40",
        story.today,
        story.case.company.espace_writeoff_account_id,
        kind,
    )


def given_up(story):
    return (
        story.env["account.move"]
        .with_user(story.clerk)
        .search(
            [
                ("espace_written_off_family_id", "in", story.case.families.ids),
                ("state", "=", "posted"),
            ],
            order="id",
        )
    )


@step(often=1)
def giving_up_is_undone(story):
    move = story.one_of(given_up(story))
    story.tell(move.name)
    move.action_espace_undo_write_off()


@step(often=1)
def what_was_given_up_is_collected(story):
    moves = given_up(story).filtered(lambda move: move._espace_still_owed())
    move = story.one_of(moves)
    amount = story.part_of(move._espace_still_owed())
    story.tell(move.name, amount)
    move._espace_collect_written_off(
        story.case.journals["cash"].with_user(story.clerk),
        recompute.number(amount),
        story.today,
    )


@step(often=2)
def an_invoice_is_disputed(story):
    move = story.one_of(story.invoices(("amount_residual", ">", 0)))
    move = move.with_user(story.clerk)
    story.tell(move.name, not move.espace_disputed)
    if move.espace_disputed:
        move.espace_disputed = False
    else:
        move.write({"espace_disputed": True, "espace_dispute_reason": "Was ill"})


@step(often=1)
def families_are_reminded(story):
    action = story.env["espace.reminder.wizard"].with_user(story.clerk).action_prepare()
    wizard = story.env["espace.reminder.wizard"].with_user(story.clerk)
    wizard = wizard.browse(action["res_id"])
    wizard.action_send()
    story.tell(len(wizard.reminder_ids))
    story.case.assertFalse(wizard.failed_ids)


@step(often=3)
def debts_go_to_the_accountant(story):
    moves = story.invoices(("amount_residual", ">", 0)).filtered("espace_to_transmit")
    chosen = story.some_of(moves, 4)
    story.tell(*(move.name for move in chosen))
    moves = moves.browse([move.id for move in chosen]).with_user(story.clerk)
    action = moves.action_espace_transmit()
    transfers = story.env["espace.debt.transfer"].with_user(story.clerk)
    transfers.browse(action["res_id"]).action_send()


@step(often=1)
def a_debt_comes_back_from_the_accountant(story):
    lines = story.env["espace.debt.transfer.line"].search(
        [("company_id", "=", story.case.company.id), ("returned_on", "=", False)],
        order="id",
    )
    line = story.one_of(lines).with_user(story.clerk)
    story.tell(line.move_id.name)
    line.returned_reason = "By mistake"
    line.action_take_back()


@step(often=3)
def the_accountant_is_paid(story):
    moves = story.invoices(
        ("amount_residual", ">", 0), ("espace_transmitted_on", "!=", False)
    )
    move = story.one_of(moves)
    line = move._espace_receivable_lines().filtered("amount_residual")[:1]
    amount = story.part_of(line.amount_residual)
    story.tell(move.name, amount)
    story.env["account.move"].with_user(story.clerk)._espace_paid_to_treasury(
        move.espace_family_id.with_user(story.clerk),
        {line.with_user(story.clerk): amount},
        story.today,
        "P503",
        story.case.at_treasury,
    )


@step(often=1)
def a_payment_to_the_accountant_is_undone(story):
    moves = story.env["account.move"].search(
        [
            ("espace_treasury_family_id", "in", story.case.families.ids),
            ("reversed_entry_id", "=", False),
            ("state", "=", "posted"),
        ],
        order="id",
    )
    move = story.one_of(moves)
    story.tell(move.name)
    move.with_user(story.clerk).action_espace_undo_treasury()


@step(often=2, wants=TITRES, follows=["debts_go_to_the_accountant"])
def titres_are_sealed(story):
    lists = story.env["espace.title.list"].with_user(story.clerk)
    one = lists.create({"minimum_amount": 0})
    one.action_gather()
    if not one.title_ids:
        raise Nothing
    one.action_seal()
    story.tell(one.display_name, one.amount)


@step(often=1, wants=TITRES)
def a_titre_is_cancelled(story):
    titles = story.env["espace.title"].search(
        [("company_id", "=", story.case.company.id), ("state", "=", "sealed")],
        order="id",
    )
    title = story.one_of(titles).with_user(story.clerk)
    story.tell(title.display_name)
    title.cancelled_reason = "Mistake"
    title.action_cancel()


# === Direct debits === #


@step(often=3, wants=SEPA)
def a_mandate_is_signed(story):
    family = story.family()
    mandates = story.env["account.banking.mandate"]
    number = IBANS[story.case.families.ids.index(family.id)]
    story.tell(family.name)
    mandates._espace_sign(
        family,
        story.case.regie,
        number,
        family.guardian_ids[0].name,
        story.today,
        espace_origin="paper",
    )


@step(often=1, wants=SEPA)
def a_mandate_is_revoked(story):
    mandates = story.env["account.banking.mandate"].search(
        [
            ("espace_regie_id", "=", story.case.regie.id),
            ("state", "=", "valid"),
        ],
        order="id",
    )
    mandate = story.one_of(mandates)
    story.tell(mandate.espace_family_id.name)
    mandate.with_user(story.clerk).action_espace_revoke()


def runs(story, *stages):
    orders = story.env["account.payment.order"].with_user(story.clerk)
    found = orders.search([("espace_regie_id", "=", story.case.regie.id)], order="id")
    return found.filtered(lambda run: run.espace_stage in stages)


@step(often=6, wants=SEPA)
def a_debit_run_goes_on(story):
    """It is proposed, told, written and taken to the bank, one thing at a time."""
    orders = story.env["account.payment.order"].with_user(story.clerk)
    open_runs = runs(story, "proposed", "announced", "generated")
    if not open_runs:
        day = story.today + timedelta(days=story.draw.randint(14, 18))
        while day.weekday() > 4:
            day += timedelta(days=1)
        story.tell("proposed for", day)
        run = orders._espace_propose(
            story.case.regie.with_user(story.clerk), day + timedelta(days=30), day
        )
        if not run:
            raise Nothing
        return
    run = open_runs[:1]
    story.tell(run.name, run.espace_stage)
    {
        "proposed": run.action_espace_announce,
        "announced": run.action_espace_generate,
        "generated": run.action_espace_download,
    }[run.espace_stage]()


@step(often=1, wants=SEPA)
def a_debit_run_is_cancelled(story):
    run = story.one_of(runs(story, "proposed", "announced", "generated", "uploaded"))
    story.tell(run.name, run.espace_stage)
    run.action_espace_cancel()


@step(often=3, wants=SEPA)
def a_bank_sends_debits_back(story):
    """Some are of nobody, or of another amount: they change nothing."""
    payments = runs(story, "uploaded", "collected").payment_ids.sudo().sorted("id")
    payment = story.one_of(payments)
    amount = payment.amount
    lie = story.draw.choice(["", "", "", "", "amount", "reference"])
    if lie == "amount":
        amount += 0.01
    reference = "NOBODY" if lie == "reference" else payment.memo
    code = story.draw.choice(["AM04", "MD06", "AC04"])
    story.tell(payment.memo, f"{amount:.2f}", code, lie)
    entry = SENT_BACK.format(
        ref=reference, amount=f"{amount:.2f}", code=code, day=story.today
    )
    content = CAMT_054.format(id=f"CAMT{story.numbers[-1]}", entries=entry)
    returns = story.env["espace.debit.return"].with_user(story.clerk)
    returns._receive(story.case.company, "retour.xml", content.encode())


# === The bank === #


@step(often=4, wants=BANK)
def a_statement_is_loaded(story):
    """Transfers of families, receipts of days, and money of strangers."""
    movements = []
    day = story.today - timedelta(days=1)
    owing = story.invoices(("amount_residual", ">", 0))[:2]
    for move in owing:
        cents = round(move.amount_residual * 100)
        if story.chance(0.3):
            cents += story.draw.randint(-min(cents - 1, 50), 50)
        movements.append((day, max(cents, 1), f"VIR {move.name}"))
    for payment in story.payments(("espace_means", "in", ("card", "online")))[-2:]:
        movements.append((day, round(payment.amount * 100), "REMISE CB"))
    if story.chance(0.3):
        movements.append((day, story.draw.randint(100, 3000), "VIREMENT INCONNU"))
    if not movements:
        raise Nothing
    story.tell(*(f"{cents} {words}" for _day, cents, words in movements))
    lines = story.env["espace.bank.line"].search(
        [("journal_id", "=", story.case.deposit.id)]
    )
    opening = round(sum(lines.mapped("amount")) * 100)
    content = camt(*movements, opening=opening, number=str(story.numbers[-1] + 1))
    files = story.env["espace.bank.file"].with_user(story.clerk)
    files._receive(story.case.company, "releve.xml", content)


def bank_lines(story, state):
    lines = story.env["espace.bank.line"].search(
        [("journal_id", "=", story.case.deposit.id), ("state", "=", state)],
        order="id",
    )
    return lines.with_user(story.clerk)


@step(often=5, wants=BANK, follows=["a_statement_is_loaded"])
def a_movement_is_pointed(story):
    """As proposed, or as an advance of some family."""
    line = story.one_of(bank_lines(story, "open"))
    story.tell(line.display_name)
    if line.amount > 0 and story.chance(0.2):
        family = story.family().with_user(story.clerk)
        line._point_transfer(family, {}, line.amount)
        story.tell(story.words, family.name)
    else:
        line.action_propose()
        line.action_accept()


@step(often=2, wants=BANK)
def pointing_is_taken_back(story):
    line = story.one_of(bank_lines(story, "pointed"))
    story.tell(line.display_name)
    line.action_release()


# === What is handed over and closed === #


@step(often=2)
def money_is_handed_over(story):
    means = story.draw.choice(["cash", "cheque", "card"])
    vals = {
        "regie_id": story.case.regie.id,
        "journal_id": story.case.journals[means].id,
        "date": story.today,
    }
    remittance = story.env["espace.remittance"].with_user(story.clerk).create(vals)
    if means == "cheque":
        remittance.action_all_cheques()
    else:
        remittance.amount = story.part_of(max(remittance.held, 0.01))
    story.tell(means, remittance.amount)
    remittance.action_confirm()


@step(often=2)
def the_collection_is_closed(story):
    action = story.case.regie.with_user(story.clerk).action_close_month()
    collections = story.env["espace.collection.statement"].with_user(story.clerk)
    collection = collections.browse(action["res_id"])
    story.tell(collection.date_from, collection.date_to)
    collection.action_close()
