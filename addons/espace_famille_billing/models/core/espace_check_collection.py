"""What must always be true of the collections of a régie."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _collection_invariants(self):
        return [
            Invariant(
                "collection_sum",
                self.env._(
                    "A closed collection is the sum of its payments and remittances."
                ),
                self.env._(
                    "These closed collections are not the sum of their payments and "
                    "remittances."
                ),
            ),
            Invariant(
                "collection_content",
                self.env._("What a closed collection says is what it said."),
                self.env._(
                    "What these closed collections say was changed since they were "
                    "closed: their SHA-256 is another."
                ),
            ),
            Invariant(
                "collection_chain",
                self.env._(
                    "A collection begins on the day after the one before, and opens "
                    "with what that one closed with."
                ),
                self.env._(
                    "These collections do not continue the one before, by their "
                    "number, days or balance."
                ),
            ),
            Invariant(
                "collection_payments",
                self.env._("A closed period holds all payments of its days."),
                self.env._("These payments of closed periods are in no collection."),
            ),
            Invariant(
                "allocation",
                self.env._(
                    "Every cent of a payment in a collection is imputed exactly once."
                ),
                self.env._("The imputations of these payments do not add up to them."),
            ),
        ]

    # === Collections === #

    @api.model
    def _find_collection_sum(self, companies):
        return self._select(
            "espace.collection.statement",
            SQL(
                """
                SELECT collection.id
                FROM espace_collection_statement collection
                LEFT JOIN LATERAL (
                    SELECT round(100 * sum(amount_company_currency_signed)) AS cents,
                        count(*) FILTER (WHERE payment_type = 'inbound') AS receipts
                    FROM account_payment
                    WHERE espace_statement_id = collection.id
                ) payment ON TRUE
                LEFT JOIN LATERAL (
                    SELECT round(100 * sum(amount)) AS cents
                    FROM espace_remittance WHERE statement_id = collection.id
                ) remittance ON TRUE
                LEFT JOIN LATERAL (
                    SELECT round(100 * sum(amount)) AS cents
                    FROM espace_collection_allocation
                    WHERE statement_id = collection.id
                ) allocation ON TRUE
                WHERE collection.company_id IN %s AND collection.state = 'closed'
                AND (
                    (frozen_summary->>'net')::int != coalesce(payment.cents, 0)
                    OR (frozen_summary->>'receipt_count')::int != payment.receipts
                    OR (frozen_summary->>'remittances')::int
                        != -coalesce(remittance.cents, 0)
                    OR coalesce(allocation.cents, 0) != coalesce(payment.cents, 0)
                    OR (frozen_summary->>'closing')::int
                        != (frozen_summary->>'opening')::int
                        + (frozen_summary->>'net')::int
                        + (frozen_summary->>'remittances')::int
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_collection_content(self, companies):
        return self._select(
            "espace.collection.statement",
            SQL(
                """
                SELECT id FROM espace_collection_statement
                WHERE company_id IN %s AND state = 'closed' AND (
                    content_hash IS DISTINCT FROM
                        encode(sha256(convert_to(content, 'UTF8')), 'hex')
                    OR content::jsonb->'summary' IS DISTINCT FROM frozen_summary
                    OR content::jsonb->>'number' IS DISTINCT FROM name
                    OR content::jsonb->>'date_from' IS DISTINCT FROM date_from::text
                    OR content::jsonb->>'date_to' IS DISTINCT FROM date_to::text
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_collection_chain(self, companies):
        return self._select(
            "espace.collection.statement",
            SQL(
                """
                SELECT id FROM (
                    SELECT id, state, date_from, year, rank,
                        (frozen_summary->>'opening')::int AS opening,
                        lag((frozen_summary->>'closing')::int) OVER chain AS closing,
                        lag(date_to) OVER chain AS before,
                        lag(year) OVER chain AS year_before,
                        lag(rank) OVER chain AS rank_before,
                        lag(state) OVER chain AS state_before
                    FROM espace_collection_statement
                    WHERE company_id IN %s
                    WINDOW chain AS (PARTITION BY regie_id ORDER BY date_from, id)
                ) collection
                WHERE before IS NOT NULL AND date_from != before + 1
                OR state_before = 'draft'
                OR state = 'closed' AND (
                    opening IS DISTINCT FROM coalesce(closing, opening)
                    OR rank != CASE WHEN year_before = year
                        THEN rank_before + 1 ELSE 1 END
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_collection_payments(self, companies):
        """Payments before the first collection are in its opening balance."""
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                JOIN espace_collection_statement collection
                    ON collection.regie_id = payment.espace_regie_id
                    AND collection.state = 'closed'
                    AND payment.date BETWEEN collection.date_from AND collection.date_to
                WHERE payment.company_id IN %s
                AND payment.state IN ('in_process', 'paid')
                AND payment.espace_statement_id IS DISTINCT FROM collection.id
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_allocation(self, companies):
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                LEFT JOIN (
                    SELECT payment_id, sum(amount) AS amount
                    FROM espace_collection_allocation GROUP BY payment_id
                ) allocation ON allocation.payment_id = payment.id
                WHERE payment.company_id IN %s
                AND coalesce(allocation.amount, 0) != CASE
                    WHEN payment.espace_statement_id IS NULL THEN 0
                    ELSE round(payment.amount_company_currency_signed::numeric, 2)
                END
                """,
                tuple(companies.ids),
            ),
        )
