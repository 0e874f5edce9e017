"""The tables of the GDPR export: which records, which of their fields."""

from typing import NamedTuple


class Section(NamedTuple):
    """One table of the archive.

    name: of its file; model; path: from the family, or to it; fields in their order.
    """

    name: str
    model: str
    path: str
    fields: tuple[str, ...]
    order: str = "id"


SECTIONS = (
    Section(
        "foyer",
        "espace.family",
        "id",
        (
            "reference",
            "name",
            "street",
            "street2",
            "zip",
            "city",
            "phone",
            "email",
            "residency",
            "state",
            "create_date",
        ),
    ),
    Section(
        "responsables",
        "espace.guardian",
        "family_id",
        (
            "rank",
            "civility",
            "firstname",
            "lastname",
            "phone",
            "email",
            "may_book",
            "is_payer",
            "is_emergency",
            "notify_limits",
            "notify_cart",
            "notify_news",
        ),
        "rank",
    ),
    Section(
        "enfants",
        "espace.child",
        "family_ids",
        (
            "firstname",
            "lastname",
            "birth_date",
            "school_id",
            "class_id",
            "diet_id",
            "has_pai",
            "allergies",
            "pai_details",
        ),
    ),
    Section(
        "gardes",
        "espace.custody",
        "family_id",
        ("child_id", "pattern", "date_from", "date_to"),
    ),
    Section(
        "autorisations",
        "espace.authorisation",
        "guardian_id.family_id",
        ("child_id", "kind", "granted", "given_on", "guardian_id", "note"),
    ),
    Section(
        "personnes_autorisees",
        "espace.pickup.person",
        "family_id",
        ("name", "relation", "phone", "child_ids", "date_from", "date_to"),
    ),
    Section(
        "quotients",
        "espace.family.income",
        "family_id",
        ("value", "date_from", "source"),
        "date_from",
    ),
    Section(
        "inscriptions",
        "espace.enrolment",
        "child_id.family_ids",
        ("child_id", "activity_id", "date_from", "date_to", "state", "refusal_reason"),
        "date_from, id",
    ),
    Section(
        "reservations",
        "espace.reservation",
        "family_id",
        (
            "date",
            "child_id",
            "activity_id",
            "product_id",
            "state",
            "origin",
            "booked_at",
            "cancelled_at",
            "attendance",
            "arrived_at",
            "left_at",
        ),
        "date, id",
    ),
    Section(
        "absences",
        "espace.absence",
        "family_id",
        (
            "child_id",
            "date_from",
            "date_to",
            "activity_ids",
            "reason",
            "note",
            "state",
            "refusal",
            "declared_on",
        ),
        "date_from, id",
    ),
    Section(
        "prestations",
        "espace.charge",
        "family_id",
        (
            "date",
            "child_id",
            "product_id",
            "event",
            "quantity",
            "unit_price",
            "amount",
            "qf",
            "explanation",
            "move_id",
        ),
        "date, id",
    ),
    Section(
        "factures",
        "account.move",
        "espace_family_id",
        (
            "name",
            "move_type",
            "invoice_date",
            "invoice_date_due",
            "amount_total",
            "amount_residual",
            "payment_state",
        ),
        "invoice_date, id",
    ),
    Section(
        "reglements",
        "account.payment",
        "espace_family_id",
        ("date", "amount", "payment_type", "espace_receipt_number", "state"),
        "date, id",
    ),
    Section(
        "documents",
        "espace.document",
        "family_id",
        (
            "type_id",
            "child_id",
            "issued_on",
            "expires_on",
            "state",
            "refusal_reason",
            "attachment_ids",
        ),
    ),
    Section(
        "demandes",
        "espace.request",
        "family_id",
        ("create_date", "name", "kind", "child_id", "date_from", "date_to", "state"),
    ),
    Section(
        "corrections",
        "espace.change",
        "family_id",
        (
            "create_date",
            "subject",
            "label",
            "before",
            "after",
            "state",
            "reason",
            "decided_at",
        ),
    ),
    Section(
        "actualites_lues",
        "espace.news.read",
        "family_id",
        ("news_id", "create_date"),
    ),
)
