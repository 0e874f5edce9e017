from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .mover import Mover

SUBJECTS = [("family", "Household"), ("guardian", "Guardian"), ("child", "Child")]
OUTCOMES = [("merged", "Merged"), ("apart", "Two Different Ones")]


class EspaceMerge(models.Model):
    """What became of two records that looked like one: merged, or two after all.

    What is merged belongs to the one that was kept from then on, bookings, charges and
    invoices as they were; the other one is deleted. This is what is left to read of it.
    """

    _name = "espace.merge"
    _description = "Merged Duplicate"
    _inherit = ["espace.guard.mixin"]
    _order = "id desc"
    _rec_name = "gone_name"

    _by_code = frozenset(
        {
            "company_id",
            "subject",
            "outcome",
            "family_id",
            "guardian_id",
            "child_id",
            "kept_name",
            "gone_id",
            "gone_name",
            "gone_reference",
            "partner_id",
            "details",
            "merged_uid",
            "merged_on",
        }
    )

    company_id = fields.Many2one("res.company", required=True, index=True)
    subject = fields.Selection(SUBJECTS, "About", required=True)
    outcome = fields.Selection(OUTCOMES, required=True, default="merged")

    # Who was kept
    family_id = fields.Many2one(
        "espace.family",
        index="btree_not_null",
        ondelete="set null",
        help="The one that was kept, or that of who was kept.",
    )
    guardian_id = fields.Many2one(
        "espace.guardian", "Kept Guardian", ondelete="set null"
    )
    child_id = fields.Many2one("espace.child", "Kept Child", ondelete="set null")
    kept_name = fields.Char("Kept")

    # Who is gone
    gone_id = fields.Integer("Former Number", index=True, aggregator=None)
    gone_name = fields.Char("Merged with It")
    gone_reference = fields.Char("Former Reference")
    # It stays on what was posted in its name.
    partner_id = fields.Many2one(
        "res.partner", "Contact Left Behind", ondelete="set null"
    )

    details = fields.Text("What Was Moved")
    merged_uid = fields.Many2one("res.users", "By", ondelete="restrict")
    merged_on = fields.Datetime("On")

    @api.model
    def _by_code_words(self):
        return self.env._("What was merged is recorded by the form that merges.")

    # === Merging === #

    @api.model
    def _merge(self, kept, gone, choices=None):
        """Make one record of two: what belongs to `gone` belongs to `kept`.

        :param dict choices: what the agent has chosen, see `espace.merge.wizard`
        :return: the `espace.merge` that records it
        :raise UserError: what has to be settled on one of them first
        """
        self._check_pair(kept, gone)
        # Two agents merge the same ones, or a parent books meanwhile.
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR UPDATE",
                SQL.identifier(kept._table),
                (kept.id, gone.id),
            )
        )
        kept, gone = kept.sudo(), gone.sudo()
        problems = self._problems(kept, gone, choices or {})
        if problems:
            raise UserError("\n".join(problems))
        subject = kept._name.removeprefix("espace.")
        merge = self.sudo().create(
            {
                "company_id": kept.company_id.id,
                "subject": subject,
                "family_id": kept.id if subject == "family" else kept.family_id.id,
                f"{subject}_id": kept.id,
                "kept_name": kept.name,
                "gone_id": gone.id,
                "gone_name": gone.name,
                "gone_reference": gone.reference if subject == "family" else False,
                "merged_uid": self.env.uid,
                "merged_on": fields.Datetime.now(),
            }
        )
        told = [
            self.env._("Kept: %s", merge._identity(kept)),
            self.env._("Merged: %s", merge._identity(gone)),
        ]
        told += merge._before(kept, gone, choices or {})
        mover = Mover(kept, gone, self._droppable())
        mover.move()
        told += merge._rows_words(mover)
        told += merge._after(kept, gone, choices or {})
        merge.details = "\n".join(told)
        return merge

    @api.model
    def _check_pair(self, kept, gone):
        """Refuse what is no pair, or not for this agent.

        :raise AccessError: to one who does not write both
        :raise UserError: they are one, or of two communes
        """
        (kept | gone).check_access("write")
        if not self.env.user.has_group("espace_famille.group_manager"):
            (kept | gone).check_access("unlink")
        if len(kept) != 1 or len(gone) != 1 or kept == gone:
            raise UserError(self.env._("Choose two different records to merge."))
        if not (kept.exists() and gone.exists()):
            raise UserError(
                self.env._("One of them is there no more: open the list again.")
            )
        if kept.company_id != gone.company_id:
            raise UserError(self.env._("Records of two communes are not merged."))

    @api.model
    def _problems(self, kept, gone, choices):
        """Hook: return, in words, what prevents it and what to do first."""
        problems = []
        if (
            self.env["espace.register.import"]
            .sudo()
            .search_count(
                [("company_id", "=", kept.company_id.id), ("state", "=", "running")],
                limit=1,
            )
        ):
            problems.append(
                self.env._("A register is being imported: wait until it has ended.")
            )
        find = {
            "espace.family": self._family_problems,
            "espace.guardian": self._guardian_problems,
            "espace.child": self._child_problems,
        }
        return problems + find[kept._name](kept, gone, choices)

    def _before(self, kept, gone, choices):
        """Hook: do what has to be done before rows are moved; return what to tell."""
        do = {
            "espace.family": self._before_families,
            "espace.guardian": self._before_guardians,
            "espace.child": self._before_children,
        }
        return do[kept._name](kept, gone, choices)

    def _after(self, kept, gone, choices):
        """Hook: do what follows once rows are moved; return what to tell."""
        do = {
            "espace.family": self._after_families,
            "espace.guardian": self._after_guardians,
            "espace.child": self._after_children,
        }
        return do[kept._name](kept, gone, choices)

    @api.model
    def _droppable(self):
        """Hook: return the models of which the row of the one that was kept counts.

        Where both have one of a kind, that of the other is deleted.
        """
        return {"espace.authorisation", "mail.followers", "ir.model.data"}

    # === Words === #

    def _identity(self, gone):
        """Say who somebody is: of who was merged it is to be read nowhere else."""
        parts = [gone.name]
        names = {
            "espace.family": ("reference", "street", "zip", "city", "email", "phone"),
            "espace.guardian": ("email", "phone"),
            "espace.child": ("birth_date", "class_id", "family_id"),
        }
        for name in names[gone._name]:
            value = gone[name]
            if isinstance(value, models.BaseModel):
                value = value.display_name
            if value:
                parts.append(
                    self.env["ir.qweb.field.date"].value_to_html(value, {})
                    if gone._fields[name].type == "date"
                    else str(value)
                )
        return ", ".join(parts)

    def _rows_words(self, mover):
        """Say how many rows of what were moved, and which were left out."""
        hidden = {"espace.merge", "ir.model.data", "mail.followers", "mail.message"}

        models_sudo = self.env["ir.model"].sudo()
        names = {
            one.model: one.name
            for one in models_sudo.search(
                [("model", "in", [*mover.moved, *mover.dropped])]
            )
        }

        def words(rows):
            return ", ".join(
                f"{names.get(model, model)} : {count}"
                for model, count in sorted(rows.items())
                if model not in hidden and count
            )

        told = []
        if moved := words(mover.moved):
            told.append(self.env._("Moved: %s", moved))
        if dropped := words(mover.dropped):
            told.append(
                self.env._(
                    "Left out, for the one that is kept has its own: %s", dropped
                )
            )
        return told

    def _fill_blanks(self, kept, gone, names):
        """Take over what is known of `gone` alone; return what differs, in words."""
        told, values = [], {}
        for name in names:
            old, new = kept[name], gone[name]
            if not new or old == new:
                continue
            if not old:
                is_record = kept._fields[name].type == "many2one"
                values[name] = new.id if is_record else new
                continue
            label = kept._fields[name]._description_string(self.env)
            told.append(
                self.env._(
                    "%(what)s: “%(kept)s” is kept, not “%(gone)s”",
                    what=label,
                    kept=kept._fields[name].convert_to_display_name(old, kept),
                    gone=gone._fields[name].convert_to_display_name(new, gone),
                )
            )
        if values:
            kept.write(values)
        return told

    # === Showing first === #

    @api.model
    def _show(self, kept, gone, choices):
        """Return what merging would do, in words; nothing is done.

        It is done and taken back: what is said is what will be.

        :raise UserError: what prevents it
        """
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            details = self._merge(kept, gone, choices).details
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return details

    # === Two after all === #

    @api.model
    def _keep_apart(self, one, other):
        """Record that two records are two, so that they are listed no more."""
        self._check_pair(one, other)
        low, high = (one | other).sorted("id")
        subject = one._name.removeprefix("espace.")
        return self.sudo().create(
            {
                "company_id": one.company_id.id,
                "subject": subject,
                "outcome": "apart",
                "family_id": low.id if subject == "family" else low.family_id.id,
                f"{subject}_id": low.id,
                "kept_name": low.name,
                "gone_id": high.id,
                "gone_name": high.name,
                "merged_uid": self.env.uid,
                "merged_on": fields.Datetime.now(),
            }
        )

    @api.model
    def _apart_from(self, record):
        """Return the ids of those that were found to be others than this one."""
        if not record.id:
            return []
        subject = record._name.removeprefix("espace.")
        name = f"{subject}_id"
        apart = self.sudo().search(
            Domain("outcome", "=", "apart")
            & Domain("subject", "=", subject)
            & (Domain(name, "=", record.id) | Domain("gone_id", "=", record.id))
        )
        return [i for one in apart for i in (one[name].id, one.gone_id)]

    @api.model
    def _of_family(self, families):
        """Return what was merged with these families, their people included."""
        return self.sudo().search([("family_id", "in", families.ids)])

    def _erase_names(self):
        """Leave when something was merged and by whom, and no longer who it was."""
        self.sudo().write({"kept_name": "–", "gone_name": "–", "details": False})
