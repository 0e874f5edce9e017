from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL


class EspaceDocumentMissing(models.Model):
    """What families should have handed in and did not: computed, nothing is stored.

    A document is needed from today on, or from the first day of an enrolment to come,
    by each child with an approved enrolment in an activity that asks for it; one about
    the household is needed from every household of such a child.
    """

    _name = "espace.document.missing"
    _description = "Missing Document"
    _auto = False
    _order = "needed_on, family_id, child_id, type_id"
    _depends = {
        "espace.child": ["active", "class_id", "family_id", "has_pai", "name"],
        "espace.custody": ["child_id", "family_id"],
        "espace.document": [
            "child_id",
            "decision",
            "expires_on",
            "family_id",
            "issued_on",
            "type_id",
        ],
        "espace.document.reminder": ["child_id", "family_id", "sent_on", "type_id"],
        "espace.document.type": [
            "about",
            "active",
            "activity_ids",
            "blocking",
            "company_id",
            "needed_for",
            "only_pai",
            "provisional_months",
        ],
        "espace.enrolment": [
            "activity_id",
            "child_id",
            "date_from",
            "date_to",
            "state",
        ],
        "espace.family": ["active"],
    }

    type_id = fields.Many2one("espace.document.type", "Document", readonly=True)
    child_id = fields.Many2one("espace.child", readonly=True)
    family_id = fields.Many2one("espace.family", "Household", readonly=True)
    class_id = fields.Many2one("espace.school.class", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    blocking = fields.Boolean(readonly=True)
    needed_on = fields.Date("Needed on", readonly=True)
    admitted_on = fields.Date(
        "Admitted on", readonly=True, help="First day of the first enrolment."
    )
    provisional_until = fields.Date(
        "Provisionally until",
        readonly=True,
        help="Until this day the child is admitted without it; then it blocks.",
    )
    asked_on = fields.Date("Enrolled since", readonly=True)
    reminded_on = fields.Date(readonly=True)
    status = fields.Selection(
        [("missing", "Missing"), ("refused", "Refused"), ("expired", "Ended")],
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH wanted AS (
                SELECT t.id AS type_id, t.about, t.company_id, t.blocking,
                       c.id AS child_id, c.family_id, c.class_id,
                       CASE WHEN t.blocking THEN t.provisional_months END AS months,
                       min(admission.day) AS admitted_on,
                       min(greatest(e.date_from, %(today)s::date)) AS needed_on,
                       min(e.create_date)::date AS asked_on
                  FROM espace_document_type t
                  JOIN espace_child c ON c.company_id = t.company_id AND c.active
                  JOIN espace_enrolment e ON e.child_id = c.id
                  JOIN LATERAL (
                      SELECT min(every.date_from) AS day
                        FROM espace_enrolment every
                       WHERE every.child_id = c.id
                         AND every.state = 'approved') admission ON TRUE
                 WHERE t.active
                   AND t.needed_for != 'nothing'
                   AND (c.has_pai OR t.only_pai IS NOT TRUE)
                   AND e.state = 'approved'
                   AND e.date_to >= %(today)s::date
                   AND (t.needed_for = 'all' OR EXISTS (
                       SELECT FROM espace_activity_espace_document_type_rel r
                        WHERE r.espace_document_type_id = t.id
                          AND r.espace_activity_id = e.activity_id))
                 GROUP BY t.id, c.id
            ), owed AS (
                SELECT type_id, child_id, family_id, class_id, company_id, blocking,
                       needed_on, asked_on, admitted_on, months
                  FROM wanted
                 WHERE about = 'child'
                 UNION ALL
                SELECT w.type_id, NULL, f.family_id, NULL, w.company_id, w.blocking,
                       min(w.needed_on), min(w.asked_on), min(w.admitted_on),
                       min(w.months)
                  FROM wanted w
                  JOIN (SELECT id AS child_id, family_id FROM espace_child
                         UNION
                        SELECT child_id, family_id FROM espace_custody) f
                       ON f.child_id = w.child_id
                 WHERE w.about = 'family'
                 GROUP BY w.type_id, f.family_id, w.company_id, w.blocking
            )
            SELECT owed.type_id::bigint * 10000000
                   + coalesce(owed.child_id, owed.family_id) AS id,
                   owed.*,
                   CASE WHEN owed.months > 0 THEN (
                       greatest(owed.admitted_on, ended.day + 1)
                       + make_interval(months => owed.months) - interval '1 day')::date
                       END AS provisional_until,
                   CASE WHEN last.decision = 'refused' THEN 'refused'
                        WHEN last.expires_on < owed.needed_on THEN 'expired'
                        ELSE 'missing' END AS status,
                   reminder.sent_on AS reminded_on
              FROM owed
              JOIN espace_family f ON f.id = owed.family_id AND f.active
              LEFT JOIN LATERAL (
                  SELECT d.decision, d.expires_on, d.create_date
                    FROM espace_document d
                   WHERE d.type_id = owed.type_id
                     AND coalesce(d.child_id, -d.family_id)
                         = coalesce(owed.child_id, -owed.family_id)
                   ORDER BY d.issued_on DESC, d.id DESC
                   LIMIT 1) last ON TRUE
              LEFT JOIN LATERAL (
                  SELECT max(d.expires_on) AS day
                    FROM espace_document d
                   WHERE d.type_id = owed.type_id
                     AND d.decision != 'refused'
                     AND coalesce(d.child_id, -d.family_id)
                         = coalesce(owed.child_id, -owed.family_id)) ended ON TRUE
              LEFT JOIN LATERAL (
                  SELECT max(r.sent_on) AS sent_on
                    FROM espace_document_reminder r
                   WHERE r.type_id = owed.type_id
                     AND r.family_id = owed.family_id
                     AND r.child_id IS NOT DISTINCT FROM owed.child_id
                     AND r.sent_on >= coalesce(
                         last.create_date::date, r.sent_on)) reminder ON TRUE
             WHERE NOT EXISTS (
                  SELECT FROM espace_document d
                   WHERE d.type_id = owed.type_id
                     AND coalesce(d.child_id, -d.family_id)
                         = coalesce(owed.child_id, -owed.family_id)
                     AND d.decision != 'refused'
                     AND d.issued_on <= owed.needed_on
                     AND (d.expires_on IS NULL OR d.expires_on >= owed.needed_on))
            """,
            today=self.env.company._espace_today(),
        )

    # === Actions === #

    def action_record(self):
        """Open the form in which the document that came is recorded."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record a Document"),
            "res_model": "espace.document",
            "view_mode": "form",
            "context": {
                "default_type_id": self.type_id.id,
                "default_child_id": self.child_id.id,
                "default_family_id": self.family_id.id,
                "default_decision": "valid",
            },
        }

    def action_remind(self):
        """Remind the families of these lines now, one message each."""
        self.env["espace.document.reminder"].check_access("create")
        self._remind()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s families were reminded.", len(self.family_id)
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === Tools === #

    def _admission_words(self):
        """Say since when and until when the child is admitted without it, '' if not."""
        self.ensure_one()
        if not self.provisional_until:
            return ""
        company_sudo = self.sudo().company_id
        first, last = (
            company_sudo._espace_format_day(day, "d MMMM y")
            for day in (self.admitted_on, self.provisional_until)
        )
        if company_sudo._espace_today() > self.provisional_until:
            return self.env._(
                "The provisional admission, since %(first)s, ended on %(last)s: "
                "nothing can be booked until it is given.",
                first=first,
                last=last,
            )
        return self.env._(
            "Admitted provisionally since %(first)s, until %(last)s: nothing can be "
            "booked after it without this document.",
            first=first,
            last=last,
        )

    def _provisional_ends_soon(self):
        """Tell whether the family is to be told that the admission ends, once."""
        self.ensure_one()
        today = self.company_id._espace_today()
        warned_from = self.provisional_until - timedelta(
            days=self.type_id.reminder_days
        )
        told = self.reminded_on and self.reminded_on >= warned_from
        return warned_from <= today <= self.provisional_until and not told

    def _remind(self):
        """Write to each family what it lacks, and keep that it was notified."""
        Reminder = self.env["espace.document.reminder"]
        for family, lines in self.grouped("family_id").items():
            family._notify_with(
                "espace_famille.mail_template_documents_missing",
                lines[0],
                {"documents": lines},
            )
            Reminder.create(
                [
                    {
                        "type_id": line.type_id.id,
                        "child_id": line.child_id.id,
                        "family_id": line.family_id.id,
                        "sent_on": line.company_id._espace_today(),
                    }
                    for line in lines
                ]
            )
