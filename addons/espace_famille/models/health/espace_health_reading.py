import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.batch import one_by_one
from ..core.guards import ERASING, allow, is_allowed
from ..core.health_fields import OneByOne
from ..core.ir_http import visitor_address

_logger = logging.getLogger(__name__)

# Where a transaction keeps what was read in it.
NOTES = "espace_health_readings"
# Who reads the same again within an hour, from the same place, leaves no second row:
# an attendance list is loaded anew at each tap.
GRAIN = timedelta(hours=1)
# Rows erased in one piece.
SLICE = 5000


class EspaceHealthReading(models.Model):
    """Which agent read what on the health of a child, when and from where.

    Written by the fields of `health_fields.py` and by files that are opened. Parents,
    who read what is theirs, leave no row. Nobody edits a row or deletes it: a scheduled
    job erases what is older than the settings say.
    Source: articles 5.1.f and 32 of the GDPR; deliberation 2021-122 of the CNIL.
    """

    _name = "espace.health.reading"
    _description = "Reading of Health Data"
    _inherit = ["espace.guard.mixin"]
    _order = "at desc, id desc"
    _rec_name = "child_id"
    _log_access = False

    at = fields.Datetime("Read on", required=True, index=True)
    user_id = fields.Many2one(
        "res.users", "Read by", required=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("pai", "Care plan (PAI)"),
            ("allergies", "Allergies"),
            ("document", "Confidential document"),
            ("proof", "Proof of an absence"),
            ("incident", "Injuries and care after an accident"),
        ],
        "What",
        required=True,
    )
    child_id = fields.Many2one("espace.child", index=True, ondelete="set null")
    family_id = fields.Many2one(
        "espace.family",
        "Household",
        ondelete="set null",
        help="Whose document it is, where it is about no child.",
    )
    document_id = fields.Many2one("espace.document", ondelete="set null")
    address = fields.Char(
        "Network Address",
        help="Of the computer that asked; empty: the server itself.",
    )
    company_id = fields.Many2one("res.company", required=True, index=True)

    _recent = models.Index("(user_id, at)")

    # === Guards === #

    @property
    def _by_code(self):
        return self._fields.keys()

    @api.model
    def _by_code_words(self):
        return self.env._("Who read health data is recorded by itself, never by hand.")

    def write(self, vals):
        if vals and self.env.su:
            raise UserError(self.env._("Who read health data is never edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not is_allowed(self.env, ERASING):
            raise UserError(
                self.env._("Who read health data is never deleted by hand.")
            )

    # === Recording === #

    @api.model
    def _note(self, kind, child, document=None, family=None):
        """Note that the user of this environment has just read something.

        All that a transaction reads is written once, before it ends.

        :param child: the `espace.child`, maybe empty, or one that is being typed in
        """
        what = (
            child._origin.id,
            document.id if document else False,
            family.id if family else False,
        )
        if not (child._origin or family):
            return  # of somebody who is being typed in
        data = self.env.cr.precommit.data
        if NOTES not in data:
            data[NOTES] = set()
            self.env.cr.precommit.add(self.sudo()._keep_notes)
        data[NOTES].add((self.env.uid, kind, *what))

    @api.model
    def _keep_notes(self):
        """Write what was read, with who reads it or, if that may not write, apart.

        A replica of the database takes no row: another connection does, before the
        answer leaves.
        """
        missing = self._missing(self.env.cr.precommit.data.pop(NOTES, ()))
        if not missing:
            return
        if self.env.cr.readonly:
            self.env.cr.postcommit.add(partial(self._write_apart, missing))
        else:
            self.create(missing)

    @api.model
    def _write_apart(self, vals_list):
        with self.env.registry.cursor() as cr:
            self.env(cr=cr)[self._name].create(vals_list)

    @api.model
    def _missing(self, notes):
        """Return the values of the rows that these notes need, as superuser.

        :param notes: of (user id, kind, child id, document id, family id)
        """
        address, now = visitor_address(), fields.Datetime.now()
        users = {note[0] for note in notes}
        # Found, not read: a user has a hundred fields.
        agents = self.env["res.users"].search(
            [("id", "in", users), ("share", "=", False)]
        )
        if not agents:
            return []
        columns = ("user_id", "kind", "child_id", "document_id", "family_id")
        self.flush_model()
        recent = self.env.execute_query(
            SQL(
                """
                SELECT user_id, kind, child_id, document_id, family_id
                  FROM espace_health_reading
                 WHERE user_id = ANY(%s) AND at > %s
                   AND address IS NOT DISTINCT FROM %s
                """,
                agents.ids,
                now - GRAIN,
                address or None,
            )
        )
        known = {tuple(value or False for value in row) for row in recent}
        new = sorted(
            note for note in notes if note[0] in agents.ids and note not in known
        )
        # Read at once for all: a list may hold 300 children.
        companies = {}
        for model, place in (("espace.family", 4), ("espace.child", 2)):
            read = self.env[model].browse({note[place] for note in new} - {False})
            companies |= {(place, one.id): one.company_id.id for one in read}
        return [
            {
                **dict(zip(columns, note, strict=True)),
                "at": now,
                "address": address or False,
                "company_id": companies.get((2, note[2])) or companies[4, note[4]],
            }
            for note in new
        ]

    # === Erasing === #

    @api.model
    def _cron_erase(self):
        """Erase what is older than each commune keeps it."""
        today = fields.Datetime.now()
        old = self.browse()
        kept = [("espace_health_readings_months", ">", 0)]
        for company in self.env["res.company"].search(kept):
            limit = fields.Datetime.subtract(
                today, months=company.espace_health_readings_months
            )
            old |= self.search([("company_id", "=", company.id), ("at", "<", limit)])
        one_by_one(
            self.env,
            [old[start : start + SLICE] for start in range(0, len(old), SLICE)],
            lambda rows: allow(rows, ERASING).unlink(),
            _logger,
            "%s were not erased",
        )


class EspaceHealthMixin(models.AbstractModel):
    """Health texts are neither grouped nor sorted: that would leave no trace."""

    _name = "espace.health.mixin"
    _description = "Health Texts that are Read One by One"

    def _read_group_groupby(self, alias, groupby_spec, query):
        self._check_read_one_by_one(groupby_spec)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        self._check_read_one_by_one(aggregate_spec)
        return super()._read_group_select(aggregate_spec, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        self._check_read_one_by_one(field_name)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _check_read_one_by_one(self, spec):
        field = self._fields.get(spec.partition(":")[0])
        if isinstance(field, OneByOne):
            field.check_one_by_one(self)


class EspaceChild(models.Model):
    _name = "espace.child"
    _inherit = ["espace.child", "espace.health.mixin"]

    def _note_reading(self, name):
        """Note that the user reads a field of this child; see `health_fields.py`."""
        kind = "pai" if name == "pai_details" else "allergies"
        self.env["espace.health.reading"]._note(kind, self)


class EspaceReservation(models.Model):
    _name = "espace.reservation"
    _inherit = ["espace.reservation", "espace.health.mixin"]

    def _note_reading(self, name):
        self.child_id._note_reading(name)


class EspaceDocument(models.Model):
    _inherit = "espace.document"

    def _note_reading(self, name=None):
        """Note that the user reads which files these are, or one of them."""
        for document_sudo in self.sudo().filtered("confidential"):
            # A paper of a household is no child's.
            child = document_sudo.child_id
            self.env["espace.health.reading"]._note(
                "document",
                child,
                document_sudo._origin,
                None if child else document_sudo.family_id._origin,
            )


class EspaceAbsenceProof(models.Model):
    _inherit = "espace.absence.proof"

    def _note_reading(self, name=None):
        """Note that the user opens proofs: they are medical certificates, mostly."""
        for proof_sudo in self.sudo():
            child = proof_sudo.absence_id.child_id
            self.env["espace.health.reading"]._note("proof", child)
