"""What the books say of the money that a collection is about, read at once.

Amounts are integer cents here, signed: what was received is positive.
"""

from collections import defaultdict

from odoo.tools import SQL

from ...domain.allocation import ADVANCE, Movement, Share, allocate, impute
from ..core.account_move_line import RECEIVABLE_ACCOUNTS
from ..core.amounts import POSTED, to_cents

RECEIVABLE = ("asset_receivable", "liability_payable")


def applied_by_document(payments, until=None):
    """Return what each payment paid: {payment id: {document or ADVANCE: cents}}.

    A document is the entry that asked for the money: an invoice, a credit note, or a
    payment that was taken back and is paid again. What is matched only after `until`
    is still an advance.

    :param payments: `account.payment` records
    :param date until: the last day of a collection, None: as it is now
    """
    matched = defaultdict(lambda: defaultdict(int))
    for payment_id, document, cents in _matched(payments, until):
        matched[payment_id][document] += cents
    return {
        payment.id: _limited(
            matched[payment.id], to_cents(payment.amount_company_currency_signed)
        )
        for payment in payments
    }


def _limited(applied, total):
    """Return {document: cents} of `total` cents; what is left is an advance.

    With a difference written off in the payment's own entry, more was matched than
    was paid.
    """
    asked = sum(applied.values())
    if asked and abs(asked) > abs(total):
        applied = allocate(total, applied)
    applied = dict(applied)
    left = total - sum(applied.values())
    if left:
        applied[ADVANCE] = left
    return applied


def _matched(payments, until):
    """Yield (payment id, document, cents) of what is matched with payments.

    A payment that is matched with one that took it back, or with the advance that it
    pays back, paid nothing by that.
    """
    if not payments:
        return
    payments.env.flush_all()
    payments.env.cr.execute(
        SQL(
            """
            SELECT payment.id, other.move_id, round(100 * sum(match.amount))
            FROM account_payment payment
            JOIN account_move_line line ON line.move_id = payment.move_id
            JOIN LATERAL (
                SELECT debit_move_id AS other_id, amount, max_date
                FROM account_partial_reconcile WHERE credit_move_id = line.id
                UNION ALL
                SELECT credit_move_id, -amount, max_date
                FROM account_partial_reconcile WHERE debit_move_id = line.id
            ) match ON TRUE
            JOIN account_move_line other ON other.id = match.other_id
            JOIN account_account account ON account.id = line.account_id
            LEFT JOIN account_payment back ON back.move_id = other.move_id
            WHERE payment.id = ANY(%(ids)s)
            AND account.account_type = ANY(%(types)s)
            AND (%(until)s::date IS NULL OR match.max_date <= %(until)s::date)
            AND (
                back.id IS NULL
                OR (
                    back.payment_type = 'outbound'
                    AND back.espace_reverses_id IS NOT NULL
                    AND back.espace_reverses_id != payment.id
                    AND payment.espace_reverses_id IS NULL
                )
            )
            GROUP BY payment.id, other.move_id
            ORDER BY payment.id, other.move_id
            """,
            ids=payments.ids,
            types=list(RECEIVABLE),
            until=until or None,
        )
    )
    for payment_id, document, cents in payments.env.cr.fetchall():
        yield payment_id, document, int(cents)


class CollectionFacts:
    """The payments of a period of a régie, and what each of their cents paid."""

    def __init__(self, regie, date_from, date_to):
        self.env = regie.sudo().env
        self.regie = regie.sudo()
        self.date_from, self.date_to = date_from, date_to
        self.payments = self._payments()

    # === Payments === #

    def _payments(self):
        """Return the payments of the period, the oldest first."""
        return self.env["account.payment"].search(
            [
                ("espace_regie_id", "=", self.regie.id),
                ("state", "in", POSTED),
                ("date", ">=", self.date_from),
                ("date", "<=", self.date_to),
                ("espace_statement_id", "=", False),
            ],
            order="date, id",
        )

    def kind(self, payment):
        """Return receipt, rejection or refund, of payers without an account too."""
        if payment.payment_type == "inbound":
            return "receipt"
        return "rejection" if payment.espace_reverses_id else "refund"

    # === Imputation === #

    def shares(self):
        """Return the new `Share` list of the period.

        First of earlier payments that now pay something else than a closed collection
        recorded, then of the payments of the period.
        """
        earlier = self._changed()
        payments = earlier | self.payments
        reversed_ids = self._reversed(payments)
        applied = applied_by_document(payments, self.date_to)
        recorded = self._recorded(payments | payments.espace_reverses_id)
        before = self._by_payment(recorded)
        movements = [
            movement
            for payment in payments
            for movement in self._movement(
                payment, applied[payment.id], before[payment.id], reversed_ids
            )
        ]
        documents = {doc for m in movements for doc in m.applied if doc}
        debts = self._debts(documents)
        recorded |= self._recorded_on(documents, debts)
        return impute(
            movements,
            self._documents(documents - debts.keys()),
            [self._share(line) for line in recorded],
            debts,
        )

    def _movement(self, payment, applied, before, reversed_ids):
        """Yield the `Movement` of a payment, if it changes anything."""
        if payment.espace_reverses_id:
            amount = to_cents(payment.amount_company_currency_signed)
            if not before:
                yield Movement(
                    payment.id, reverses=payment.espace_reverses_id.id, amount=amount
                )
            return
        if payment.id in reversed_ids:
            # What it paid is what is taken back, line by line.
            if before:
                return
            applied = self._before_taken_back(payment, applied)
        changes = {
            doc: applied.get(doc, 0) - before.get(doc, 0)
            for doc in applied.keys() | before.keys()
        }
        if any(changes.values()):
            yield Movement(payment.id, {d: c for d, c in changes.items() if c})

    def _before_taken_back(self, payment, applied):
        """Return what a payment paid before a bank took it back."""
        if applied.keys() - {ADVANCE}:
            return applied
        kept = {int(doc): c for doc, c in (payment.espace_applied_before or {}).items()}
        known = self.env["account.move"].browse(kept).exists().ids
        kept = {doc: cents for doc, cents in kept.items() if doc in known}
        if not kept:
            return applied
        return _limited(kept, to_cents(payment.amount_company_currency_signed))

    def _reversed(self, payments):
        """Return the ids of those whose money was taken back, whenever."""
        reversals = self.env["account.payment"].search(
            [("espace_reverses_id", "in", payments.ids), ("state", "in", POSTED)]
        )
        return set(reversals.espace_reverses_id.ids)

    def _changed(self):
        """Return the payments of closed collections that may pay something else now.

        Those with an advance left, those matched since, and those of which another
        sum is matched than was recorded.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH recorded AS (
                    SELECT payment_id, sum(amount) AS whole,
                        coalesce(sum(amount) FILTER (WHERE move_id IS NOT NULL), 0)
                            AS applied
                    FROM espace_collection_allocation
                    WHERE regie_id = %(regie)s
                    GROUP BY payment_id
                ), matched AS (
                    SELECT payment.id, sum(match.amount) AS applied,
                        max(match.create_date) AS latest
                    FROM recorded
                    JOIN account_payment payment ON payment.id = recorded.payment_id
                    JOIN account_move_line line ON line.move_id = payment.move_id
                    JOIN account_partial_reconcile match
                        ON line.id IN (match.credit_move_id, match.debit_move_id)
                    JOIN account_account account ON account.id = line.account_id
                    WHERE account.account_type = ANY(%(types)s)
                    GROUP BY payment.id
                )
                SELECT recorded.payment_id
                FROM recorded LEFT JOIN matched ON matched.id = recorded.payment_id
                WHERE recorded.applied != recorded.whole
                OR abs(recorded.applied) != coalesce(matched.applied, 0)
                OR matched.latest >= (
                    SELECT max(closed_at) FROM espace_collection_statement
                    WHERE regie_id = %(regie)s
                )
                ORDER BY recorded.payment_id
                """,
                regie=self.regie.id,
                types=list(RECEIVABLE),
            )
        )
        return self.env["account.payment"].browse(payment_id for [payment_id] in rows)

    # === What was recorded === #

    def _recorded(self, payments):
        return self.env["espace.collection.allocation"].search(
            [("payment_id", "in", payments.ids)]
        )

    def _recorded_on(self, documents, debts):
        return self.env["espace.collection.allocation"].search(
            [
                "|",
                ("move_id", "in", list(documents)),
                ("payment_id", "in", list(debts.values())),
            ]
        )

    def _by_payment(self, lines):
        """Return {payment id: {document or ADVANCE: cents recorded}}."""
        recorded = defaultdict(lambda: defaultdict(int))
        for line in lines:
            recorded[line.payment_id.id][line.move_id.id or ADVANCE] += to_cents(
                line.amount
            )
        return recorded

    def _share(self, line):
        return Share(
            line.payment_id.id,
            line.move_id.id or ADVANCE,
            (line.product_id.id or 0, line.account_id.id or 0),
            to_cents(line.amount),
        )

    # === Documents === #

    def _debts(self, documents):
        """Return {entry: payment} of those that took money back and are paid again."""
        payments = self.env["account.payment"].search(
            [("move_id", "in", list(documents)), ("espace_reverses_id", "!=", False)]
        )
        return {payment.move_id.id: payment.id for payment in payments}

    def _documents(self, documents):
        """Return {document: {(product, account): cents}}, less what was credited."""
        credits_ = self._credits(documents)
        lines = self._lines(documents | {credit for _doc, credit, _cents in credits_})
        asked = {document: dict(lines.get(document, {})) for document in documents}
        for document, credit, cents in credits_:
            if not sum(lines[credit].values()):
                continue
            for key, share in allocate(-cents, lines[credit]).items():
                asked[document][key] = asked[document].get(key, 0) + share
        return asked

    def _lines(self, documents):
        """Return {document: {(product, account): cents}} of what entries ask for."""
        lines = defaultdict(dict)
        if not documents:
            return lines
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.move_id, coalesce(line.product_id, 0), line.account_id,
                    round(-100 * sum(line.balance))
                FROM account_move_line line
                JOIN account_account account ON account.id = line.account_id
                WHERE line.move_id = ANY(%(ids)s)
                AND account.account_type != ALL(%(types)s)
                GROUP BY 1, 2, 3
                """,
                ids=list(documents),
                types=list(RECEIVABLE),
            )
        )
        for document, product, account, cents in rows:
            lines[document][product, account] = int(cents)
        return lines

    def _credits(self, documents):
        """Return [(invoice, credit note, cents)] of what credits paid of invoices."""
        if not documents:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT debit.move_id, credit.move_id, round(100 * sum(match.amount))
                FROM account_partial_reconcile match
                JOIN account_move_line debit ON debit.id = match.debit_move_id
                JOIN account_move_line credit ON credit.id = match.credit_move_id
                JOIN account_move invoice ON invoice.id = debit.move_id
                JOIN account_move refund ON refund.id = credit.move_id
                WHERE debit.move_id = ANY(%(ids)s)
                AND invoice.move_type = 'out_invoice'
                AND refund.move_type = 'out_refund'
                AND match.max_date <= %(until)s
                GROUP BY 1, 2
                ORDER BY 1, 2
                """,
                ids=list(documents),
                until=self.date_to,
            )
        )
        return [(invoice, credit, int(cents)) for invoice, credit, cents in rows]

    # === Debts of families === #

    def _maybe_unpaid(self):
        """Return the ids of the lines that are open now or were paid afterwards.

        No other can have been open at the end. Asked for apart, for PostgreSQL then
        knows how few they are.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM account_move_line
                WHERE account_id = ANY(%(receivable)s)
                AND company_id = %(company)s AND parent_state = 'posted'
                AND reconciled IS NOT TRUE AND amount_residual != 0
                UNION
                SELECT debit_move_id FROM account_partial_reconcile
                WHERE company_id = %(company)s AND max_date > %(until)s
                """,
                receivable=RECEIVABLE_ACCOUNTS,
                company=self.regie.company_id.id,
                until=self.date_to,
            )
        )
        return [line_id for (line_id,) in rows]

    def unpaid(self):
        """Return [(entry, due date, cents left)] of the régie at the end.

        Invoices of families, and payments that a bank took back, the oldest due first.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH asked AS (
                    SELECT line.id, line.move_id, line.balance,
                        coalesce(line.date_maturity, line.date) AS due
                    FROM account_move_line line
                    JOIN account_move move ON move.id = line.move_id
                    LEFT JOIN account_payment payment ON payment.move_id = move.id
                    WHERE line.id = ANY(%(maybe)s)
                    AND move.espace_regie_id = %(regie)s
                    AND move.state = 'posted' AND line.date <= %(until)s
                    AND line.account_id = ANY(%(receivable)s)
                    AND line.balance > 0
                    AND (
                        (
                            move.move_type = 'out_invoice'
                            AND move.espace_family_id IS NOT NULL
                        )
                        OR payment.espace_reverses_id IS NOT NULL
                    )
                ), paid AS (
                    SELECT asked.id, sum(match.amount) AS amount
                    FROM asked
                    JOIN account_partial_reconcile match
                        ON match.debit_move_id = asked.id
                    WHERE match.max_date <= %(until)s
                    GROUP BY asked.id
                )
                SELECT asked.move_id, min(asked.due),
                    round(100 * sum(asked.balance - coalesce(paid.amount, 0))) AS left
                FROM asked LEFT JOIN paid ON paid.id = asked.id
                GROUP BY asked.move_id
                HAVING sum(asked.balance - coalesce(paid.amount, 0)) > 0
                ORDER BY 2, 1
                """,
                maybe=self._maybe_unpaid(),
                regie=self.regie.id,
                receivable=RECEIVABLE_ACCOUNTS,
                until=self.date_to,
            )
        )
        Move = self.env["account.move"]
        moves = Move.browse(move_id for move_id, _due, _left in rows)
        moves.fetch(["name", "partner_id", "invoice_date", "date", "espace_family_id"])
        return [(Move.browse(move_id), due, int(left)) for move_id, due, left in rows]
