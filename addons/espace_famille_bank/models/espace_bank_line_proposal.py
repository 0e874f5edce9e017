"""What the movements that wait probably are, said in words; a human decides."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount
from odoo.tools.i18n import format_list

from odoo.addons.espace_famille_billing.models.core.amounts import POSTED, to_cents
from odoo.addons.espace_famille_billing.models.posted.account_move_posted import DEPOSIT

from ..domain import proposing
from .espace_bank_line import KINDS

# How many receipts a sentence names.
NAMED = 4
# Remittances are other records than payments: their ids count below zero.
OF_REMITTANCE = -1


class EspaceBankLine(models.Model):
    _inherit = "espace.bank.line"

    proposal_kind = fields.Selection(KINDS, "Proposal", readonly=True)
    proposal_words = fields.Char("Why", readonly=True)
    proposal_sure = fields.Boolean("Words and Amount Agree", readonly=True)
    proposal_family_id = fields.Many2one(
        "espace.family", "Family Proposed", readonly=True, index="btree_not_null"
    )
    # What was shown when somebody accepts: `_proposal_text` of it.
    proposal_text = fields.Char(readonly=True)

    @api.model
    def _no_proposal(self):
        return {
            "proposal_kind": False,
            "proposal_words": False,
            "proposal_sure": False,
            "proposal_family_id": False,
            "proposal_text": False,
        }

    # === Actions === #

    def action_propose(self):
        """Look again at what waits: what was entered since may be shown by it."""
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")
        self.filtered(lambda line: line.state == "open")._propose()

    def action_accept(self):
        """Do what is proposed for these movements, as it was shown.

        :raise UserError: nothing is proposed, or something else is now
        """
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")
        for line in self.sorted(lambda one: (one.day, one.id)):
            line._accept()
        self._propose_others()

    def _propose_others(self):
        """Look again at what waits of these régies: what is shown now is another's."""
        waiting = [("regie_id", "in", self.regie_id.ids), ("state", "=", "open")]
        self.search(waiting)._propose()

    def _accept(self):
        self._check_pointable()
        proposal = self._proposals()[self]
        if not proposal or self._proposal_text(proposal) != self.proposal_text:
            raise UserError(
                self.env._(
                    "%s: nothing is proposed, or no longer what was shown. Press "
                    "“Propose again”, or choose by hand.",
                    self.display_name,
                )
            )
        if proposal.kind in (proposing.REJECTION, proposing.FEES):
            raise UserError(
                self.env._(
                    "%s: look at it by itself, it is not accepted from the list.",
                    self.display_name,
                )
            )
        if proposal.kind == proposing.TRANSFER:
            lines = self.env["account.move.line"].browse(proposal.debts)
            self._point_transfer(
                self.env["espace.family"].browse(proposal.family),
                {line: proposal.debts[line.id] / 100 for line in lines},
                proposal.advance / 100,
            )
        elif proposal.kind == proposing.REMITTANCE:
            self._point_remittance(self._remittances_of(proposal))
        else:
            payments = self._payments_of(proposal)
            journal = payments.sudo().journal_id if proposal.withheld else None
            self._point_known(proposal.kind, payments, journal)

    @api.model
    def _payments_of(self, proposal):
        ids = [one for one in proposal.movements if one > 0]
        return self.env["account.payment"].browse(ids)

    @api.model
    def _remittances_of(self, proposal):
        ids = [one * OF_REMITTANCE for one in proposal.movements if one < 0]
        return self.env["espace.remittance"].browse(ids)

    # === Proposing === #

    def _propose(self):
        """Write what these movements probably are, or that nothing fits."""
        for line, proposal in self._proposals().items():
            line.sudo().write(line._proposal_vals(proposal))

    def _proposals(self):
        """Return {movement: `Proposal` or None}, by what the books say now."""
        found = {}
        for regie, lines in self.grouped("regie_id").items():
            families, debts = regie._bank_debts()
            movements = regie._bank_movements(min(lines.mapped("day")))
            for line in lines:
                told = proposing.Line(
                    line.day,
                    to_cents(line.amount),
                    " ".join(filter(None, (line.label, line.payer, line.reference))),
                )
                found[line] = proposing.propose(told, families, debts, movements)
        return found

    def _proposal_vals(self, proposal):
        if not proposal:
            return self._no_proposal()
        return {
            "proposal_kind": proposal.kind,
            "proposal_words": self._speaking()._proposal_words(proposal),
            "proposal_sure": proposal.sure,
            "proposal_family_id": proposal.family or False,
            "proposal_text": self._proposal_text(proposal),
        }

    @api.model
    def _proposal_text(self, proposal):
        """Return a text that is the same for the same proposal."""
        debts = ",".join(f"{one}:{cents}" for one, cents in proposal.debts.items())
        movements = ",".join(map(str, sorted(proposal.movements)))
        return (
            f"{proposal.kind} {proposal.family} {debts} {movements} "
            f"{proposal.withheld} {proposal.advance}"
        )

    def _speaking(self):
        """Return itself in the language of the commune: what is said is kept."""
        commune = self.regie_id.company_id.partner_id
        return self.with_context(lang=commune.lang or self.env.lang)

    def _proposal_words(self, proposal):
        """Say what is proposed, and why."""
        self.ensure_one()
        why = {
            "named": self.env._("the words name it"),
            "amount": self.env._("the only one of that amount"),
            "invoice": self.env._("the words name the invoice"),
            "reference": self.env._("the words name the family"),
            "name": self.env._("the name of the payer, and an amount that fits"),
            "day": self.env._("the sum of the receipts"),
            "withheld": self.env._("the receipts, less the fee of the bank"),
            "fees": self.env._("the words say a fee"),
        }[proposal.why]
        what = self._proposed_documents(proposal)
        return f"{what} – {why}" if what else why

    def _proposed_documents(self, proposal):
        lines = self.env["account.move.line"].sudo().browse(proposal.debts)
        names = lines.mapped("move_name")
        names += [p._espace_words() for p in self._payments_of(proposal).sudo()]
        names += self._remittances_of(proposal).sudo().mapped("display_name")
        if len(names) > NAMED:
            more = self.env._("%s more", len(names) - NAMED)
            names = [*names[:NAMED], more]
        for cents, words in (
            (proposal.advance, self.env._("advance")),
            (proposal.withheld, self.env._("fee")),
        ):
            if cents:
                amount = format_amount(self.env, cents / 100, self.currency_id)
                names.append(f"{words} {amount}")
        return format_list(self.env, names) if names else ""


class EspaceRegie(models.Model):
    _inherit = "espace.regie"

    def _bank_debts(self):
        """Return the families that may pay this régie, and what they owe it.

        :return: (list of `Family`, list of `Debt`), the oldest debt first
        """
        self.ensure_one()
        company = self.company_id
        families_sudo = (
            self.env["espace.family"].sudo().search([("company_id", "=", company.id)])
        )
        debts = []
        lines = families_sudo._espace_open_lines("debit", self).sudo()
        payers = {family.partner_id: family for family in families_sudo}
        for line in lines:
            family = payers.get(line.partner_id.commercial_partner_id)
            move = line.move_id
            if not family or move.espace_transmitted_on:
                continue
            names = (move.name, move.payment_reference)
            debts.append(
                proposing.Debt(
                    line.id,
                    family.id,
                    to_cents(line.amount_residual),
                    tuple(filter(None, map(proposing.compact, names))),
                )
            )
        owing = {debt.family for debt in debts}
        families = [
            proposing.Family(
                family.id,
                tuple(filter(None, (proposing.compact(family.reference),))),
                tuple(family.guardian_ids.mapped("name")) if family.id in owing else (),
            )
            for family in families_sudo
        ]
        return families, debts

    def _bank_movements(self, day):
        """Return the `Movement` that no line of the bank shows yet.

        :param date day: the first of the lines
        """
        self.ensure_one()
        movements = []
        for payment in self._bank_payments(day):
            kind = payment.espace_kind
            cents = to_cents(payment.amount_company_currency_signed)
            numbers = (
                payment.espace_receipt_number,
                payment.memo,
                payment.payment_transaction_id.reference,
                payment.payment_transaction_id.provider_reference,
            )
            movement = proposing.Movement(
                payment.id,
                kind,
                payment.espace_means,
                payment.date,
                cents,
                tuple(filter(None, map(proposing.compact, numbers))),
                payment.espace_family_id.id,
                payment.journal_id.id,
            )
            if kind == "receipt" and not payment.espace_rejected:
                movements.append(movement._replace(kind="returnable"))
            # What was entered by mistake, and what took it back, the bank never saw.
            taken_back = payment | payment.espace_rejection_ids
            if "mistake" not in taken_back.mapped("espace_reason") and not (
                payment.bank_match_ids
            ):
                movements.append(movement)
        return movements + self._bank_remittances(day)

    def _bank_payments(self, day):
        """Return what this régie has of the deposit account since a day, and before."""
        return (
            self.env["account.payment"]
            .sudo()
            .search(
                [
                    ("espace_regie_id", "=", self.id),
                    ("espace_means", "in", DEPOSIT),
                    ("espace_kind", "!=", False),
                    ("state", "in", POSTED),
                    ("date", ">=", day - proposing.CHARGEBACK),
                ],
                order="date, id",
            )
        )

    def _bank_remittances(self, day):
        remittances_sudo = (
            self.env["espace.remittance"]
            .sudo()
            .search(
                [
                    ("regie_id", "=", self.id),
                    ("state", "=", "posted"),
                    ("date", ">=", day - proposing.TRAVEL),
                    ("bank_line_id", "=", False),
                    ("bank_match_ids", "=", False),
                ],
                order="date, id",
            )
        )
        lines = self.env["espace.bank.line"]
        return [
            proposing.Movement(
                remittance.id * OF_REMITTANCE,
                "remittance",
                remittance.means,
                remittance.date,
                lines._cents_shown(remittance),
                tuple(
                    filter(
                        None,
                        map(proposing.compact, (remittance.name, remittance.note)),
                    )
                ),
            )
            for remittance in remittances_sudo
        ]
