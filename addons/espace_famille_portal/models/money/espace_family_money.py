from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from odoo.addons.espace_famille_billing.models.account.espace_family import (
    HELD_FIRST,
    LATEST_FIRST,
    OF_LINES,
)
from odoo.addons.espace_famille_billing.models.account.espace_family_net import (
    OF_ENTRIES,
)
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.models.core.at_once import search_at_once

from ...domain.sent import read_id, read_ids

# What pages show of documents, and what is asked of their entries.
OF_DOCUMENTS = (
    *OF_ENTRIES,
    "amount_residual",
    "amount_total",
    "company_id",
    "invoice_date",
    "invoice_date_due",
    "state",
)

# What a parent may choose at once: more is a browser that makes it up.
MAX_CHOSEN = 200


class EspaceFamily(models.Model):
    """What a family owes, has paid and may pay, as its pages say it."""

    _inherit = "espace.family"

    # === Sums === #

    def _portal_sums(self, sums):
        """Return the lines that say what became of a total, the same on every page.

        :param net.Sums sums: in euros
        :return: [(key, label, amount in words)]; empty where nothing is asked
        """
        words = self.company_id._espace_amount_words
        less = self.company_id._espace_deduction_words
        if not sums.total:
            return []
        lines = [("total", self.env._("Total"), words(sums.total))]
        if sums.deducted:
            lines.append(
                ("deducted", self.env._("Credit deducted"), less(sums.deducted))
            )
        if sums.paid:
            lines.append(("paid", self.env._("Paid"), words(sums.paid)))
        if sums.left or not sums.paid:
            lines.append(("left", self.env._("Left to pay"), words(sums.left)))
        return lines

    def _portal_owed(self, lines=None, waiting=None):
        """Return what the family owes, net, in words, and what was deducted for it.

        What the public accountant recovers is asked by nobody here, and said apart.

        :param lines: what is open of it, on both sides, if it is known
        :param waiting: its `_espace_waiting_credits`, if they are known
        :return: dict of `owed`, `elsewhere`, `deducted` and `credit`, each "" for
            nothing
        """
        of_family = self._espace_net(lines, waiting)
        elsewhere = to_decimal(0)
        # What is open says whether the public accountant has some of it.
        if of_family.owed and (
            lines is None or any(lines.sudo().move_id.mapped("espace_transmitted_on"))
        ):
            elsewhere = self._portal_elsewhere()
        owed = of_family.owed - elsewhere
        words = self.company_id._espace_amount_words
        less = self.company_id._espace_deduction_words
        return {
            "owed": words(owed) if owed else "",
            "elsewhere": words(elsewhere) if elsewhere else "",
            "deducted": less(of_family.deducted) if of_family.deducted else "",
            "credit": words(of_family.left) if of_family.left else "",
        }

    def _portal_elsewhere(self):
        """Return the euros that the family pays the public accountant, as Decimal."""
        [[amount]] = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("espace_family_id", "=", self.id),
                    ("espace_transmitted_on", "!=", False),
                    ("state", "=", "posted"),
                    ("move_type", "=", "out_invoice"),
                    ("amount_residual", ">", 0),
                ],
                [],
                ["amount_residual:sum"],
            )
        )
        return to_decimal(amount or 0)

    def _portal_other_debts(self, listed_sudo, lines_sudo):
        """Say what the family owes besides these documents, "" if nothing.

        A balance taken over from elsewhere, for instance: it is paid at the town hall.

        :param lines_sudo: what is open of the family, on both sides
        """
        others = lines_sudo.filtered(
            lambda line: line.amount_residual > 0 and line.move_id not in listed_sudo
        )
        if not others:
            return ""
        amount = sum(to_decimal(line.amount_residual) for line in others)
        return self.company_id._espace_amount_words(amount)

    # === Invoices and payments === #

    def _portal_money_found(self, limit):
        """Find at once what Mes factures shows: {name: records}, as superuser.

        :param int limit: how many payments at most
        """
        family = self.sudo()
        env = family.env
        moves, held = env["account.move"], env["espace.reservation"]
        charges = [*family._espace_waiting_domain(), ("amount", "<", 0)]
        providers = family.company_id._espace_online_providers_domain()
        due = family._espace_invoices_domain("due")
        history = family._espace_invoices_domain("history")
        found_sudo = search_at_once(
            env,
            {
                "lines": (env["account.move.line"], family._espace_open_domain(), None),
                # Without one no sum of charges is below 0.
                "credits": (env["espace.charge"], charges, None),
                "due": (moves, due, LATEST_FIRST),
                "history": (moves, history, LATEST_FIRST),
                "held": (held, family._espace_held_domain(), HELD_FIRST),
                "providers": (env["payment.provider"], providers, None),
                "payments": family._portal_payments_search(limit),
            },
        )
        found_sudo["lines"].fetch(OF_LINES)
        found_sudo["lines"] = found_sudo["lines"]._espace_oldest_first()
        # Of all documents at once.
        documents_sudo = found_sudo["due"] | found_sudo["history"]
        (documents_sudo | found_sudo["lines"].move_id).fetch(OF_DOCUMENTS)
        if found_sudo["credits"]:
            found_sudo["credits"] = family._espace_waiting_credits()
        return found_sudo

    def _portal_invoice(self, move_sudo):
        """Return what the page shows of one of the family's invoices, as a dict."""
        company = self.company_id
        today = company._espace_today()
        refund = move_sudo.move_type == "out_refund"
        open_amount = bool(move_sudo.amount_residual)
        partial = open_amount and move_sudo.amount_residual < move_sudo.amount_total
        deducted = partial and not refund and move_sudo._espace_sums().deducted
        return {
            "move": move_sudo,
            "name": move_sudo.name,
            "dates": self._portal_invoice_dates(move_sudo, open_amount and not refund),
            "amount": company._espace_amount_words(move_sudo.amount_total),
            "left": self.env._(
                "left to pay: %s",
                company._espace_amount_words(move_sudo.amount_residual),
            ),
            "refund": refund,
            "late": open_amount
            and not refund
            and bool(move_sudo.invoice_date_due)
            and move_sudo.invoice_date_due < today,
            "partial": partial,
            "deducted": deducted
            and self.env._(
                "credit deducted: %s", company._espace_deduction_words(deducted)
            ),
            "payable": open_amount
            and not refund
            and not move_sudo.espace_payment_on_its_way
            and move_sudo._has_to_be_paid(),
            "transmitted": open_amount
            and bool(move_sudo.espace_transmitted_on)
            and move_sudo._espace_transmitted_words(),
            "on_its_way": open_amount and move_sudo.espace_payment_on_its_way,
            "deposits": open_amount and self._portal_deposits(move_sudo),
            "regie": move_sudo._espace_regie_shown(),
        }

    def _portal_invoice_dates(self, move_sudo, due):
        """Say when an invoice was made and, if it is due, until when to pay."""
        made = format_date(self.env, move_sudo.invoice_date, date_format="d MMM y")
        if not due or not move_sudo.invoice_date_due:
            return made
        until = format_date(self.env, move_sudo.invoice_date_due, date_format="d MMM y")
        return self.env._("%(made)s, due on %(until)s", made=made, until=until)

    def _portal_due(self):
        return self._espace_invoices("due").filtered(
            lambda move: move.move_type == "out_invoice"
        )

    def _portal_payable(self, asked, deposit=None):
        """Return the chosen invoices, all of them payable now.

        What the family is owed is set off first: they are paid for what is left, and
        an invoice that it settles is no longer among them.

        :param asked: ids as a browser sends them
        :param deposit: id of the deposit of the one invoice that is to be paid, as a
            browser sends it; None for all that is left
        :raise UserError: nothing, or something that cannot be paid, was chosen
        """
        ids = read_ids(asked, MAX_CHOSEN)
        if not ids:
            raise UserError(self.env._("Choose at least one invoice to pay."))
        if not self.company_id._espace_pays_online():
            raise UserError(self.env._("The commune takes no payment online."))
        before_sudo = self._portal_due()
        before_sudo.filtered(lambda m: m.id in ids).transaction_ids._espace_ask_bank()
        self._espace_set_off()
        due_sudo = self._portal_due()
        ids -= set((before_sudo - due_sudo).ids)
        if not ids:
            raise UserError(
                self.env._(
                    "Your credit has paid what you chose: nothing is left of it."
                )
            )
        chosen_sudo = due_sudo.filtered(lambda move: move.id in ids)
        if any(chosen_sudo.mapped("espace_payment_on_its_way")):
            raise UserError(
                self.env._(
                    "A payment of one of these invoices is already on its way: wait "
                    "for its result."
                )
            )
        chosen_sudo._espace_check_collectable()
        if len(chosen_sudo) != len(ids) or not all(
            m._has_to_be_paid() for m in chosen_sudo
        ):
            raise UserError(
                self.env._(
                    "One of these invoices is settled or cannot be paid here: choose "
                    "again."
                )
            )
        if len(chosen_sudo.espace_regie_id) > 1:
            raise UserError(
                self.env._(
                    "These invoices are of several régies (%s), each with its own "
                    "account: pay those of one, then those of the other.",
                    ", ".join(chosen_sudo.espace_regie_id.mapped("name")),
                )
            )
        left = self._portal_asked(chosen_sudo, deposit)
        if reason := self._espace_why_offline(chosen_sudo.espace_regie_id, left):
            raise UserError(
                self.env._(
                    "%(amount)s cannot be paid online: %(reason)s Choose other "
                    "invoices with it, or pay it at the town hall.",
                    amount=self.company_id._espace_amount_words(left),
                    reason=reason,
                )
            )
        return chosen_sudo.sorted(lambda move: (move.invoice_date_due, move.id))

    def _portal_asked(self, moves_sudo, deposit=None):
        """Return the euros that are paid of these now, as Decimal.

        :param deposit: see `_portal_payable`: the next one of its invoice, no other
        :raise UserError: it is not
        """
        if deposit is None:
            return moves_sudo._espace_sums().left
        plans_sudo = self.env["espace.deposit.plan"].sudo()
        if len(moves_sudo) == 1:
            plans_sudo = moves_sudo._espace_deposit_plan_sudo()
        next_sudo = plans_sudo._next() if plans_sudo else plans_sudo.line_ids
        if not next_sudo or next_sudo.id != read_id(deposit):
            raise UserError(
                self.env._(
                    "This deposit is paid, or is not the next one: open the invoice "
                    "again."
                )
            )
        return to_decimal(next_sudo.left)

    def _portal_deposits(self, move_sudo):
        """Return what the page shows of the deposits of an invoice, None for none."""
        plan_sudo = move_sudo._espace_deposit_plan_sudo()
        if not plan_sudo:
            return None
        words = self.company_id._espace_amount_words
        next_sudo = plan_sudo._next()
        return {
            "next": next_sudo.id,
            "next_words": self.env._(
                "Next deposit: %(amount)s by %(day)s",
                amount=words(next_sudo.left),
                day=next_sudo._day_words(),
            ),
            "next_amount": words(next_sudo.left),
            "missed": next_sudo.state == "missed",
            "rows": [
                {
                    "id": line.id,
                    "day": line._day_words(),
                    "amount": words(line.amount),
                    "state": line.state,
                    "left": words(line.left) if line.left and line.paid else "",
                }
                for line in plan_sudo.line_ids.sorted("date")
            ],
        }

    def _portal_first_regie(self, rows):
        """Say which of these rows are chosen at first: those of one régie."""
        payable = [row["move"] for row in rows if row["payable"]]
        first = payable[0].espace_regie_id if payable else None
        for row in rows:
            row["chosen"] = row["payable"] and row["move"].espace_regie_id == first
        return rows

    def _portal_payments_search(self, limit=None):
        """Return what `search_at_once` needs to find what gave a receipt."""
        return (
            self.env["account.payment"].sudo(),
            [
                ("espace_family_id", "=", self.id),
                ("espace_receipt_number", "!=", False),
            ],
            "date desc, id desc",
            limit,
        )

    def _portal_payments(self, payments_sudo):
        """Return what the page shows of payments that gave a receipt, as dicts."""
        company = self.company_id
        return [
            {
                "payment": payment,
                "day": format_date(self.env, payment.date, date_format="d MMM y"),
                "amount": company._espace_amount_words(payment.amount),
                "means": payment._espace_means_words(),
                "rejected": payment._espace_rejection_words(),
            }
            for payment in payments_sudo
        ]

    # === Seats that wait for a payment === #

    def _portal_hold(self, held=None):
        """Return what waits for the family's online payment, None if nothing does.

        Of several carts the one to pay first: see `_espace_payment_moves`, of `held`
        too.
        """
        move_sudo = self._espace_payment_moves(held)[:1]
        return self._portal_hold_of(move_sudo, held) if move_sudo else None

    def _portal_other_holds(self, moves_sudo):
        """Return what waits for payment besides these, each with its `lines`."""
        lines = self.env["espace.portal.cart"]._paid_lines
        return [
            {**self._portal_hold_of(move_sudo), "lines": lines(move_sudo)}
            for move_sudo in self._espace_payment_moves() - moves_sudo
        ]

    def _portal_hold_of(self, move_sudo, held=None):
        """Return what waits for the payment of this draft invoice.

        :param held: all seats of the family that wait for one, if they are known
        :return: dict of the draft invoice, its bookings, the euros asked, the same in
            cents, in words, the limit in words, why it cannot be paid online and
            whether the time to open a payment page is over
        """
        self.ensure_one()
        company = self.company_id
        now = fields.Datetime.now()
        if held is None:
            reservations_sudo = move_sudo.espace_reservation_ids.filtered(
                lambda reservation: reservation.state == "pending_payment"
            )
        else:
            reservations_sudo = held.sudo().filtered(
                lambda reservation: move_sudo in reservation.charge_ids.move_id
            )
        asked = move_sudo._espace_asked()
        on_its_way = move_sudo.espace_payment_on_its_way
        amount = company._espace_amount_words(asked)
        return {
            "move": move_sudo,
            "asked": float(asked),
            "cents": int(asked * 100),
            "reservations": reservations_sudo,
            "amount": amount,
            "title": self._portal_hold_title(reservations_sudo, amount),
            "kept": self._portal_hold_kept(reservations_sudo),
            "count": self.env["espace.portal.cart"]._bookings_words(
                len(reservations_sudo)
            ),
            "on_its_way": on_its_way,
            "offline": not on_its_way and move_sudo._espace_why_offline(asked),
            "over": any(
                reservation.hold_until and reservation.hold_until <= now
                for reservation in reservations_sudo
            ),
            "regie": move_sudo._espace_regie_shown(),
        }

    def _portal_hold_title(self, reservations_sudo, amount):
        time, limit = self._portal_hold_limit(reservations_sudo)
        if time:
            return self.env._(
                "Payment pending until %(time)s: %(amount)s", time=time, amount=amount
            )
        if limit:
            return self.env._(
                "Payment pending until %(limit)s: %(amount)s",
                limit=limit,
                amount=amount,
            )
        return self.env._("Payment pending: %s", amount)

    def _portal_hold_kept(self, reservations_sudo):
        """Say until when seats are kept, "" if there is no limit."""
        time, limit = self._portal_hold_limit(reservations_sudo)
        if time:
            return self.env._(
                "Your places are kept until %(time)s, then given back.", time=time
            )
        if limit:
            return self.env._(
                "Your places are kept until %(limit)s, then given back.", limit=limit
            )
        return ""

    def _portal_hold_limit(self, reservations_sudo):
        """Return (time of today, day and time), the words of the one that fits."""
        limits = [r.hold_until for r in reservations_sudo if r.hold_until]
        if not limits:
            return "", ""
        company = self.company_id
        now = fields.Datetime.now()
        # An open payment page keeps them until its answer.
        pages = [
            move._espace_page_until(now)
            for move in reservations_sudo.charge_ids.move_id
        ]
        limit = max([min(limits), *filter(None, pages)])
        until = company._espace_local(limit)
        if until.date() == company._espace_today():
            return company._espace_time_words(until), ""
        return "", company._espace_limit_words(limit)

    # === Tax certificates === #

    def _portal_certificates(self):
        """Return what to show of each past year with a certificate, latest first."""
        self.ensure_one()
        company = self.company_id
        certificates_sudo = self.env["espace.tax.certificate"].sudo()
        shown = []
        for year in certificates_sudo._years(self.sudo(), company._espace_today()):
            for found in certificates_sudo._certificates(self.sudo(), year):
                shown.append(
                    {
                        "year": year,
                        "paid": company._espace_amount_words(found["paid"]),
                        "children": ", ".join(
                            part["child"].firstname for part in found["children"]
                        ),
                    }
                )
        return shown

    def _portal_certificate_pdf(self, year):
        """Return the PDF of a past year, None where there is no certificate."""
        self.ensure_one()
        certificates_sudo = self.env["espace.tax.certificate"].sudo()
        if year not in certificates_sudo._years(
            self.sudo(), self.company_id._espace_today()
        ):
            return None
        run_sudo = (
            self.env["espace.tax.wizard"]
            .sudo()
            .create(
                {
                    "company_id": self.company_id.id,
                    "year": year,
                    "family_ids": [Command.set(self.ids)],
                }
            )
        )
        pdf, _kind = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf(
                "espace_famille_billing.tax_certificate_report", run_sudo.ids
            )
        )
        return pdf
