"""What a collection says (état d'encaissement), as plain values that can be kept.

The same values make the preview, the PDF and the workbook, so that what is printed of
a closed collection tomorrow is what was printed today. Amounts are integer cents,
days are ISO text, words are in the language of the commune.
"""

import hashlib
import json
from collections import defaultdict
from functools import cached_property

from ..core.amounts import to_cents
from .collection_facts import CollectionFacts

FLOWS = ("receipt", "rejection", "refund", "transfer")


def to_text(content):
    """Return the one text of a content: the same values always give the same text."""
    return json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def digest(text):
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class CollectionContent:
    """Computes the content of an open collection."""

    def __init__(self, collection):
        company = collection.company_id
        lang = company.partner_id.lang or collection.env.lang
        self.collection = collection.sudo().with_context(lang=lang)
        self.env = self.collection.env
        self.facts = CollectionFacts(
            self.collection.regie_id, collection.date_from, collection.date_to
        )
        self.shares = self.facts.shares()
        self.unpaid = self.facts.unpaid()
        self.remittances = self.env["espace.remittance"].search(
            [
                ("regie_id", "=", collection.regie_id.id),
                ("state", "=", "posted"),
                ("date", ">=", collection.date_from),
                ("date", "<=", collection.date_to),
            ],
            order="date, id",
        )

    @property
    def payments(self):
        return self.facts.payments

    # === Summary === #

    @cached_property
    def summary(self):
        """Return the totals: by means of payment, by product, of the whole."""
        means = self._means()
        totals = {
            name: sum(row[name] for row in means)
            for name in (
                "opening",
                "receipts",
                "rejections",
                "refunds",
                "remittances",
                "closing",
            )
        }
        of_kind = self.payments.grouped(self.facts.kind)
        receipts = of_kind.get("receipt", self.payments.browse())
        numbers = sorted(filter(None, receipts.mapped("espace_receipt_number")))
        return {
            **totals,
            "net": totals["receipts"] + totals["rejections"] + totals["refunds"],
            "receipt_count": len(receipts),
            "receipt_first": numbers[0] if numbers else "",
            "receipt_last": numbers[-1] if numbers else "",
            "unnumbered_count": len(receipts) - len(numbers),
            "rejection_count": len(of_kind.get("rejection", ())),
            "refund_count": len(of_kind.get("refund", ())),
            "remittance_count": len(self.remittances),
            "means": means,
            "products": self._products(),
            "unpaid_count": len(self.unpaid),
            "unpaid": sum(cents for _move, _due, cents in self.unpaid),
        }

    def _means(self):
        """Return a row a journal: what it held, received, handed over, and holds."""
        openings = self.collection._openings()
        flows = defaultdict(lambda: defaultdict(int))
        counts = defaultdict(int)
        for payment in self.payments:
            kind = self.facts.kind(payment)
            flows[payment.journal_id.id][kind] += to_cents(
                payment.amount_company_currency_signed
            )
            counts[payment.journal_id.id] += kind == "receipt"
        for remittance in self.remittances:
            journal = remittance.journal_id.id
            flows[journal]["remittance"] += to_cents(remittance.amount)
        journals = self.env["account.journal"].browse(openings | flows.keys())
        journals |= self.collection.regie_id.journal_ids
        rows = []
        for journal in journals.sorted(lambda j: (j.sequence, j.id)):
            flow = flows[journal.id]
            opening = openings.get(journal.id, 0)
            rows.append(
                {
                    "journal": journal.id,
                    "means": self._means_words(journal),
                    "account": journal.default_account_id.code or "",
                    "opening": opening,
                    "count": counts[journal.id],
                    "receipts": flow["receipt"],
                    "rejections": flow["rejection"],
                    "refunds": flow["refund"],
                    "remittances": -flow["remittance"],
                    "closing": opening
                    + flow["receipt"]
                    + flow["rejection"]
                    + flow["refund"]
                    - flow["remittance"],
                }
            )
        return rows

    def _means_words(self, journal):
        means = dict(
            journal._fields["espace_means"]._description_selection(self.env)
        ).get(journal.espace_means)
        if not means or means == journal.name:
            return journal.name
        return f"{means} ({journal.name})"

    def _products(self):
        """Return a row an account and product, the advances last."""
        kinds = self._kinds()
        flows = defaultdict(lambda: dict.fromkeys(FLOWS, 0))
        for share in self.shares:
            key = (*share.key, share.document is None)
            flows[key][kinds[share.movement]] += share.cents
        rows = [
            {
                **self._imputation(*key),
                "receipts": flow["receipt"],
                "rejections": flow["rejection"],
                "refunds": flow["refund"],
                "transfers": flow["transfer"],
                "total": sum(flow.values()),
            }
            for key, flow in flows.items()
            if any(flow.values())
        ]
        return sorted(
            rows, key=lambda row: (row["advance"], row["account"], row["name"])
        )

    def _kinds(self):
        """Return {payment id: kind}; those of earlier collections are transfers."""
        kinds = defaultdict(lambda: "transfer")
        kinds.update(
            (payment.id, self.facts.kind(payment)) for payment in self.payments
        )
        return kinds

    def _imputation(self, product_id, account_id, is_advance):
        account = self.env["account.account"].browse(account_id or [])
        product = self.env["product.product"].browse(product_id or [])
        if is_advance:
            name = self.env._("Advances received")
        else:
            name = product.display_name or self.env._("Without a product")
        return {
            "account": account.with_company(self.collection.company_id).code or "",
            "account_name": account.name or "",
            "name": name,
            "advance": is_advance,
        }

    # === The whole === #

    def content(self, number, closed_on):
        """Return all that the collection says.

        :param str number: its number
        :param date closed_on: the day it is closed, of the commune
        """
        collection, regie = self.collection, self.collection.regie_id
        company = collection.company_id
        of_kind = self.payments.grouped(self.facts.kind)
        none = self.payments.browse()
        taken_back = of_kind.get("rejection", none) | of_kind.get("refund", none)
        return {
            "number": number,
            "company": company.name,
            "city": company.city or "",
            "siret": company.company_registry or "",
            "regie": regie.name,
            "regie_code": regie.code,
            "decision": regie.decision or "",
            "decision_date": (
                regie.decision_date.isoformat() if regie.decision_date else ""
            ),
            "regisseur": regie.regisseur_id.name or "",
            "deputies": ", ".join(regie.deputy_ids.mapped("name")),
            "mandataires": ", ".join(
                regie._mandataires(collection.date_to).mapped("name")
            ),
            "date_from": collection.date_from.isoformat(),
            "date_to": collection.date_to.isoformat(),
            "closed_on": closed_on.isoformat() if closed_on else "",
            "closed_by": self.env.user.name if closed_on else "",
            "currency": company.currency_id.name,
            "summary": self.summary,
            "receipts": self._payment_rows(of_kind.get("receipt", none)),
            "taken_back": self._payment_rows(
                taken_back.sorted(lambda p: (p.date, p.id))
            ),
            "transfers": self._transfer_rows(),
            "remittances": [self._remittance_row(r) for r in self.remittances],
            "unpaid": self._unpaid_rows(),
        }

    def _payment_rows(self, payments):
        kinds = dict(
            self.env["espace.collection.allocation"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        means = {journal: self._means_words(journal) for journal in payments.journal_id}
        paid = self._paid_words()
        return [
            {
                "id": payment.id,
                "date": payment.date.isoformat(),
                "kind": kinds[self.facts.kind(payment)],
                "number": payment.espace_receipt_number or "",
                "entry": payment.name or "",
                "payer": payment.partner_id.name or "",
                "means": means[payment.journal_id],
                "reference": self._reference(payment),
                "paid": ", ".join(paid[payment.id]),
                "reverses": payment.espace_reverses_id._espace_words()
                if payment.espace_reverses_id
                else "",
                "amount": to_cents(payment.amount_company_currency_signed),
            }
            for payment in payments
        ]

    def _reference(self, payment):
        cheque = " ".join(
            filter(None, (payment.espace_cheque_number, payment.espace_cheque_bank))
        )
        return cheque or payment.memo or ""

    def _paid_words(self):
        """Return {payment id: names of what it paid}."""
        documents = {share.document for share in self.shares if share.document}
        moves = self.env["account.move"].browse(documents)
        names = {move.id: move.name for move in moves}
        paid = defaultdict(dict)
        for share in self.shares:
            name = names.get(share.document) or self.env._("Advance")
            paid[share.movement][name] = True
        return paid

    def _transfer_rows(self):
        """Return what was imputed otherwise since: advances used, mostly."""
        kinds = self._kinds()
        rows = []
        for share in self.shares:
            if kinds[share.movement] != "transfer":
                continue
            payment = self.env["account.payment"].browse(share.movement)
            imputation = self._imputation(*share.key, share.document is None)
            rows.append(
                {
                    "id": payment.id,
                    "date": payment.date.isoformat(),
                    "number": payment._espace_words(),
                    "payer": payment.partner_id.name or "",
                    "statement": payment.espace_statement_id.name or "",
                    "account": imputation["account"],
                    "name": imputation["name"],
                    "amount": share.cents,
                }
            )
        return rows

    def _remittance_row(self, remittance):
        return {
            "id": remittance.id,
            "date": remittance.date.isoformat(),
            "number": remittance.name,
            "means": self._means_words(remittance.journal_id),
            "to": remittance.destination_journal_id.name,
            "reverses": remittance.reverses_id.name or "",
            "amount": to_cents(remittance.amount),
        }

    def _unpaid_rows(self):
        """Return what families owe, with its age in days at the end of the period."""
        end = self.collection.date_to
        return [
            {
                "id": move.id,
                "number": move.name,
                "payer": move.partner_id.name or "",
                "date": (move.invoice_date or move.date).isoformat(),
                "due": due.isoformat(),
                "age": max((end - due).days, 0),
                "amount": cents,
            }
            for move, due, cents in self.unpaid
        ]

    def allocation_vals(self):
        """Return the values of the `espace.collection.allocation` to be recorded."""
        kinds = self._kinds()
        collection = self.collection
        payments = {
            payment.id: payment
            for payment in self.env["account.payment"].browse(
                {share.movement for share in self.shares}
            )
        }
        own = set(self.payments.ids)
        return [
            {
                "statement_id": collection.id,
                "regie_id": collection.regie_id.id,
                "company_id": collection.company_id.id,
                "currency_id": collection.currency_id.id,
                "date": payments[share.movement].date
                if share.movement in own
                else collection.date_to,
                "kind": kinds[share.movement],
                "payment_id": share.movement,
                "family_id": payments[share.movement].espace_family_id.id,
                "move_id": share.document or False,
                "product_id": share.key[0] or False,
                "account_id": share.key[1] or False,
                "amount": share.cents / 100,
            }
            for share in self.shares
        ]
