import logging
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import split_every
from odoo.tools.misc import format_amount, format_date

from odoo.addons.espace_famille.models.core.batch import attempt, one_by_one

from ...domain import reminder
from ..core.amounts import to_decimal

_logger = logging.getLogger(__name__)

# What may change once a reminder was sent: when its letter was printed.
# What is written later: when its letter was printed, what became of its e-mail.
LATER = {"printed_on", "letter_message_id", "letter_state", "letter_reason"}


class EspaceReminder(models.Model):
    """A reminder that a family was sent (relance); what was sent is never changed."""

    _name = "espace.reminder"
    _description = "Reminder of Unpaid Invoices"
    _inherit = "espace.letter.mixin"
    _order = "date desc, id desc"
    _rec_name = "subject"
    _check_company_auto = True

    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level_id = fields.Many2one(
        "espace.reminder.level", required=True, ondelete="restrict", readonly=True
    )
    date = fields.Date("Sent on", required=True, readonly=True)
    amount = fields.Monetary(
        "Amount Asked", required=True, readonly=True, help="On that day, less credits."
    )
    credit = fields.Monetary("Credits Deducted", readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        "espace_reminder_account_move_rel",
        "reminder_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )
    line_ids = fields.One2many("espace.reminder.line", "reminder_id", readonly=True)
    by_mail = fields.Boolean("E-mail", readonly=True)
    by_letter = fields.Boolean("Letter", readonly=True)
    printed_on = fields.Datetime("Letter Printed on", readonly=True)
    subject = fields.Char(required=True, readonly=True)
    body = fields.Text("Text", required=True, readonly=True)
    fee_move_id = fields.Many2one("account.move", "Invoice of the Fee", readonly=True)

    # However many agents and scheduled actions send at the same time.
    _once_a_day = models.UniqueIndex(
        "(family_id, date, coalesce(merge_id, 0))",
        "This family was already sent a reminder on that day.",
    )

    # === CRUD === #

    def write(self, vals):
        if vals.keys() - LATER:
            raise UserError(self.env._("A reminder that was sent is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A reminder that was sent is not deleted."))

    # === Who gets what === #

    @api.model
    def _verdicts(self, company, day, families=None):
        """Find what each family with unpaid invoices gets on a local date.

        :param families: `espace.family` to look at, all of the commune if None
        :return: {family: (`reminder.Verdict`, level record or empty, days late)}
        """
        debts = defaultdict(list)
        Lines = self.env["espace.aged.receivable"]
        for debt in Lines._debts_of_families(company, families):
            debts[debt.family_id].append(debt)
        families_sudo = self.env["espace.family"].sudo().browse(debts)
        arrears = self.env["espace.arrears"]._of_families(families_sudo, day)
        nets = families_sudo._espace_nets()
        levels_sudo = (
            self.env["espace.reminder.level"]
            .sudo()
            .search([("company_id", "=", company.id)])
        )
        levels = levels_sudo._domain_levels()
        reached = self._reached(families_sudo, levels)
        moves_sudo = self._documents(debts)
        found = {}
        for family in families_sudo:
            of_family = arrears[family.id]
            verdict = reminder.verdict(
                self._invoices(debts[family.id], moves_sudo, reached, nets[family]),
                levels,
                day,
                exempt=of_family.exempt,
                last_sent=of_family.last_sent,
                gap_days=company.espace_reminder_gap,
                at_most=company.espace_reminder_count,
            )
            if verdict.reason == reminder.NOTHING_OVERDUE:
                continue
            level = levels.get(verdict.level, levels_sudo.browse())
            found[family] = (verdict, level, of_family.days_late)
        return found

    @api.model
    def _documents(self, debts):
        """Return {id: `account.move`} of what is owed, as superuser."""
        ids = {debt.move_id for of_family in debts.values() for debt in of_family}
        return {move.id: move for move in self.env["account.move"].sudo().browse(ids)}

    @api.model
    def _invoices(self, debts, moves_sudo, reached, of_family):
        """Return the `reminder.Invoice` of each document that is not wholly paid."""
        by_move = defaultdict(list)
        for debt in debts:
            by_move[debt.move_id].append(debt)
        return [
            reminder.Invoice(
                key=move_id,
                due=min(debt.due for debt in own),
                left=sum((debt.left for debt in own), Decimal(0)),
                reached=reached.get(move_id),
                disputed=moves_sudo[move_id].espace_disputed,
                on_its_way=moves_sudo[move_id].espace_payment_on_its_way,
                covered=of_family.paid_of(moves_sudo[move_id].line_ids.ids),
                transmitted=bool(moves_sudo[move_id].espace_transmitted_on),
            )
            for move_id, own in by_move.items()
        ]

    @api.model
    def _reached(self, families, domain_levels):
        """Return {id of a document: highest rank of the levels reminded of}."""
        rank = {level.id: key.rank for key, level in domain_levels.items()}
        reached = {}
        for sent in self.sudo().search([("family_id", "in", families.ids)]):
            # A level that was archived since counts as the first.
            of_level = rank.get(sent.level_id.id, 0)
            for move_id in sent.move_ids.ids:
                reached[move_id] = max(of_level, reached.get(move_id, 0))
        return reached

    # === Sending === #

    @api.model
    def _send(self, company, day, families):
        """Send these families what they are due on a local date, found again now.

        A family that fails is left for the next time and stops nobody.

        :return: (reminders sent, families that failed)
        """
        sent, failed = self.sudo(), families.browse()
        for batch in split_every(100, families.ids, families.browse):
            now_sent, now_failed = self._send_batch(company, day, batch)
            sent |= now_sent
            failed |= now_failed
        return sent, failed

    @api.model
    def _send_batch(self, company, day, families):
        self._set_off_first(families)
        verdicts = self._verdicts(company, day, families)
        reminded = [family for family, (_v, level, _d) in verdicts.items() if level]
        sent = {}

        def send(family):
            verdict, level, _days = verdicts[family]
            sent[family] = self.sudo()._send_one(family, verdict, level, day).id

        failed = [
            family
            for family in reminded
            if not attempt(self.env, send, family, _logger, "%s was not reminded")
        ]
        done = [sent[family] for family in reminded if family not in failed]
        return self.sudo().browse(done), families.browse(f.id for f in failed)

    @api.model
    def _set_off_first(self, families):
        """Set what these families are owed against what they are to be reminded of."""
        nets = families._espace_nets()
        for family in families.filtered(lambda family: nets[family].deducted):
            attempt(
                self.env,
                lambda family: family._espace_set_off(),
                family,
                _logger,
                "%s: credits not used",
            )

    @api.model
    def _send_one(self, family, verdict, level, day):
        family = family.with_context(lang=family.lang or self.env.lang)
        level = level.with_env(family.env)
        moves = self.env["account.move"].browse(verdict.keys).sorted("invoice_date_due")
        left = {move.id: self._left(move) for move in moves}
        words = self._words(family, verdict.amount, day)
        mails = any(family._payers().mapped("email"))
        sent = self.create(
            {
                "family_id": family.id,
                "company_id": family.company_id.id,
                "level_id": level.id,
                "date": day,
                "amount": float(verdict.amount),
                "credit": float(sum(left.values()) - verdict.amount),
                "move_ids": [Command.set(moves.ids)],
                "line_ids": [
                    Command.create(
                        {
                            "move_id": move.id,
                            "due_date": move.invoice_date_due or move.date,
                            "amount": float(left[move.id]),
                        }
                    )
                    for move in moves
                ],
                "by_mail": mails and level.channel in ("mail", "both"),
                "by_letter": not mails or level.channel in ("letter", "both"),
                "subject": level.subject.format(**words),
                "body": level.body.format(**words),
                "fee_move_id": self._invoice_fee(family, level, moves, day).id,
            }
        )
        sent._mail()
        return sent

    @api.model
    def _left(self, move):
        lines = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        return sum((to_decimal(line.amount_residual) for line in lines), Decimal(0))

    @api.model
    def _words(self, family, amount, day):
        """Return what fills in the texts of a level."""
        company = family.company_id
        return {
            "family": family.name,
            "amount": format_amount(family.env, float(amount), company.currency_id),
            "commune": company.name,
            "date": format_date(family.env, day, date_format="d MMMM y"),
            "phone": company.phone or "",
            "email": company.email or "",
        }

    def _mail(self):
        """Write to those who pay, through the queue of messages, where it is by mail.

        What was sent stays with the family, letters too.
        """
        for sent in self:
            family = sent.family_id.with_context(
                lang=sent.family_id.lang or self.env.lang,
                mail_notify_force_send=False,
            )
            commune = sent.company_id.partner_id
            message = family.message_post(
                subject=sent.subject,
                body=self.env["ir.qweb"]
                .with_context(lang=family.env.lang)
                ._render(
                    "espace_famille_billing.reminder_mail",
                    {"sent": sent.with_env(family.env)},
                ),
                message_type="comment" if sent.by_mail else "notification",
                subtype_xmlid="mail.mt_comment" if sent.by_mail else "mail.mt_note",
                author_id=commune.id,
                email_from=commune.email_formatted or None,
                partner_ids=family._payers().ids if sent.by_mail else [],
            )
            if sent.by_mail:
                sent.sudo()._letter_follow(message)

    @api.model
    def _invoice_fee(self, family, level, moves, day):
        """Invoice the fee of the level, if it has one; never because of a fee alone.

        A fee of nothing makes no invoice.
        """
        Move = self.env["account.move"]
        product = level.fee_product_id
        fees = self.search([("fee_move_id", "in", moves.ids)]).fee_move_id
        if product.lst_price <= 0 or not (moves - fees):
            return Move
        fee = Move.with_company(family.company_id).create(
            {
                "move_type": "out_invoice",
                "company_id": family.company_id.id,
                "partner_id": family.partner_id.id,
                "espace_family_id": family.id,
                "espace_regie_id": moves.espace_regie_id[:1].id,
                "invoice_user_id": False,
                "invoice_date": day,
                "invoice_payment_term_id": False,
                "invoice_date_due": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": "\n".join(
                                filter(
                                    None,
                                    (
                                        product.name,
                                        level.name,
                                        product.espace_fee_decision,
                                    ),
                                )
                            ),
                            "quantity": 1,
                            "price_unit": product.lst_price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        fee.action_post()
        return fee

    # === Letters === #

    def action_print_letters(self):
        """Print the letters of these reminders, all in one document."""
        self.check_access("read")
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie prints reminders."))
        letters = self.filtered("by_letter")
        if not letters:
            raise UserError(self.env._("None of these was sent by letter."))
        letters.sudo().printed_on = fields.Datetime.now()
        job = self.env["espace.reminder.wizard"].create(
            {"reminder_ids": [Command.set(letters.ids)]}
        )
        return self.env.ref(
            "espace_famille_billing.reminder_letters_report"
        ).report_action(job, config=False)

    # === Scheduled action === #

    @api.model
    def _cron_remind(self):
        """Propose or send what is due, as each commune chose; off by default."""
        for company in self.env["res.company"].search(
            [("espace_reminder_auto", "!=", "no")]
        ):
            company = company.with_company(company)
            day = company._espace_today()
            verdicts = self.with_company(company)._verdicts(company, day)
            families = self.env["espace.family"].union(
                *(family for family, (_v, level, _d) in verdicts.items() if level)
            )
            if company.espace_reminder_auto == "propose":
                self._propose(company, families)
            else:
                self._send_in_batches(company, day, families)

    @api.model
    def _send_in_batches(self, company, day, families):
        one_by_one(
            self.env,
            split_every(50, families.ids, families.browse),
            lambda batch: self._send(company, day, batch),
            _logger,
            "Reminders of %s were not sent",
        )

    @api.model
    def _propose(self, company, families):
        """Notify the régisseurs and their deputies how many families wait."""
        regies_sudo = (
            self.env["espace.regie"].sudo().search([("company_id", "=", company.id)])
        )
        users = regies_sudo.regisseur_id | regies_sudo.deputy_ids
        if not families or not users:
            return
        for user in users:
            env = self.with_context(lang=user.lang).env
            self.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=env._("Reminders to send"),
                body=env._(
                    "%s families are to be reminded of unpaid invoices: see Régie, "
                    "Arrears, Send Reminders.",
                    len(families),
                ),
            )


class EspaceReminderLine(models.Model):
    """An invoice as a reminder showed it: what was left to pay on that day."""

    _name = "espace.reminder.line"
    _description = "Invoice of a Reminder"
    _order = "due_date, id"

    reminder_id = fields.Many2one(
        "espace.reminder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="reminder_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, ondelete="restrict"
    )
    due_date = fields.Date("Due on", required=True)
    amount = fields.Monetary("Left to Pay", required=True)
