"""An import is undone within a day, household by household, unless it was used."""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

HOURS = 24


class EspaceRegisterImport(models.Model):
    _inherit = "espace.register.import"

    undone_words = fields.Text("What Was Undone", readonly=True, copy=False)

    def _undo_until(self):
        return self.finished_on + timedelta(hours=HOURS)

    def _may_be_undone(self):
        """Tell whether this is the last import of the commune, and of today."""
        self.ensure_one()
        if self.state != "done" or fields.Datetime.now() > self._undo_until():
            return False
        later = [("company_id", "=", self.company_id.id), ("id", ">", self.id)]
        later.append(("state", "in", ("running", "done")))
        return not self.search_count(later, limit=1) and bool(
            self.line_ids.filtered(lambda line: line.state == "done")
        )

    def action_undo(self):
        """Take back what was written; what was used or changed since stays.

        :raise UserError: it is too late, or another import came after
        """
        self._check_step("done")
        if not self._may_be_undone():
            raise UserError(
                self.env._(
                    "An import is undone within %s hours, the last one first.", HOURS
                )
            )
        own = self.sudo()
        done = own.line_ids.filtered(lambda line: line.state == "done")
        groups = done.filtered(lambda line: line.subject in ("family", "child"))
        for lines in groups.grouped("group").values():
            own._undo_alone(lines)
        own._undo_places(done)
        kept = own.line_ids.filtered(lambda line: line.reason and line.state == "done")
        undone = own.line_ids.filtered(lambda line: line.state == "undone")
        words = self.env._("Undone: %s lines.", len(undone))
        if kept:
            reasons = "\n".join(f"{line.label} : {line.reason}" for line in kept)
            words += "\n" + self.env._("These stay:\n%s", reasons)
        own.write({"state": "undone", "undone_words": words})

    def _undo_alone(self, lines):
        """Undo one group, or nothing of it; what prevents it is written down."""
        try:
            with self.env.cr.savepoint():
                self._undo_group(lines)
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever refers to it by now
            self.env.invalidate_all()
            reason = (
                str(error)
                if isinstance(error, UserError)
                else self.env._("It is used by now.")
            )
            lines.filtered(lambda line: line.section != "same").write(
                {"reason": reason}
            )

    def _undo_group(self, lines):
        children = lines.filtered(lambda line: line.subject == "child")
        families = lines - children
        self._check_unused(children)
        for line in children:
            self._undo_child(line)
        for line in families:
            self._undo_family(line)
        lines.write({"state": "undone"})

    def _check_unused(self, lines):
        """Refuse where a child of the group was booked since.

        :raise UserError:
        """
        made = [line.res_id for line in lines if not line.data["id"]]
        booked = self.env["espace.reservation"].search(
            [("child_id", "in", made)], limit=1
        )
        if booked:
            raise UserError(self.env._("%s was booked since.", booked.child_id.name))

    def _restore(self, record, new, old, label):
        """Write the old values back, if nobody has written others since.

        :raise UserError:
        """
        for name, value in new.items():
            now = record[name]
            if record._fields[name].type == "many2one":
                now = now.id
            elif record._fields[name].type == "date":
                now = now.isoformat() if now else False
            if (now or False) != (value or False):
                raise UserError(self.env._("%s was changed since.", label))
        back = {name: old[name] or False for name in new if name in old}
        if back.pop("active", True) is False:
            record.action_archive()
        if back:
            record.write(back)

    def _undo_child(self, line):
        data = line.data
        child = self._record("child").browse(line.res_id).exists()
        if not child:
            return
        self._undo_documents(data)
        if not data["id"]:
            child.unlink()
            return
        linked = data.get("linked") or []
        child.other_family_ids -= self.env["espace.family"].browse(linked)
        new = dict(data["values"])
        if data["class"]:
            new["class_id"] = data.get("class_id") or child.class_id.id
            new.setdefault("level", child.level)
        self._restore(child, new, data["old"], line.label)

    def _undo_documents(self, data):
        """Delete the documents that it recorded, but for those with files by now."""
        made = self.env["espace.document"].browse(data.get("papers") or ()).exists()
        made.filtered(lambda one: not one.attachment_ids).unlink()

    def _undo_family(self, line):
        data = line.data
        family = self._record("family").browse(line.res_id or data["id"]).exists()
        if not family:
            return
        if data["values"].get("quotient"):
            self._undo_quotient(family, data)
        Guardian = self.env["espace.guardian"]
        if data["id"]:
            self._remove_guardians(Guardian.browse(data.get("made") or ()))
            for one in data["guardians"]:
                if one["id"]:
                    guardian = Guardian.browse(one["id"]).exists()
                    self._restore(guardian, one["values"], one["old"], line.label)
            new = {k: v for k, v in data["values"].items() if k != "quotient"}
            self._restore(family, new, data["old"], line.label)
            return
        if family.with_context(active_test=False).main_child_ids:
            raise UserError(self.env._("%s has children by now.", line.label))
        self._remove_guardians(family.guardian_ids)
        payer = family.partner_id
        family.unlink()
        payer.unlink()

    def _remove_guardians(self, guardians):
        """Delete guardians that the import made, unless they have a log-in.

        :raise UserError:
        """
        guardians = guardians.exists()
        for guardian in guardians:
            if guardian.with_context(active_test=False).user_id:
                raise UserError(self.env._("%s has a log-in by now.", guardian.name))
        persons = guardians.partner_id
        guardians.unlink()
        persons.unlink()

    def _undo_quotient(self, family, data):
        """Hook: take back the quotient that the import recorded."""

    def _undo_places(self, done):
        """Delete the classes and schools that the import made and nobody is in."""
        for subject, model in (
            ("class", "espace.school.class"),
            ("school", "espace.school"),
        ):
            for line in done.filtered(
                lambda one, s=subject: one.subject == s and one.section == "new"
            ):
                record = self.env[model].browse(line.res_id).exists()
                used = (
                    record.with_context(active_test=False).child_ids
                    if subject == "class"
                    else record.with_context(active_test=False).class_ids
                )
                if used:
                    line.reason = self.env._("It is used by now.")
                    continue
                try:
                    with self.env.cr.savepoint():
                        record.unlink()
                        self.env.flush_all()
                    line.state = "undone"
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    raise
                except Exception:  # noqa: BLE001 - a limit of an activity names it
                    self.env.invalidate_all()
                    line.reason = self.env._("It is used by now.")
