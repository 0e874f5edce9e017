"""What the screen of an import shows, step by step."""

import base64
import binascii

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...domain.register import columns, table

# Lines shown at once; more are asked for.
SHOWN = 100
TABS = ("new", "changed", "same", "decide", "problem", "place", "leaver")


class EspaceRegisterImport(models.Model):
    _inherit = "espace.register.import"

    # === What is shown === #

    @api.model
    def get_screen(self, import_id=False, tab=False, shown=SHOWN):
        """Return all that the screen shows, in the language of the agent.

        :param import_id: None or False: the last one of the agent that is not over
        :param str tab: one of `TABS`, that of the preview that is looked at
        :param int shown: how many lines of it at most
        """
        self.check_access("read")
        one = self.browse(import_id or ()).exists() or self._going_on()
        screen = {
            "id": one.id or False,
            "step": one.state or "files",
            "name": one.name or "",
            "title": one._title_words() if one else "",
        }
        step = screen["step"]
        if step == "files":
            screen |= one._screen_of_files()
        elif step == "columns":
            screen |= one._screen_of_columns()
        else:
            screen |= one._screen_of_lines(tab, shown)
        return screen

    @api.model
    def _going_on(self):
        """Return the import that the agent has begun and not ended, maybe none."""
        return self.search(
            [
                ("company_id", "=", self.env.company.id),
                ("create_uid", "=", self.env.uid),
                ("state", "!=", "done"),
            ],
            limit=1,
        )

    def _title_words(self):
        lines = sum(self.table_ids.mapped("line_count"))
        if not lines:
            return self.name
        return self.env._("%(files)s · %(lines)s lines", files=self.name, lines=lines)

    def _screen_of_files(self):
        files = []
        for attachment in self.attachment_ids.sorted("id"):
            words, is_read = self._file_words(attachment.name, attachment.raw or b"")
            files.append(
                {
                    "id": attachment.id,
                    "name": attachment.name,
                    "words": words,
                    "is_read": is_read,
                }
            )
        schools = self.env["espace.school"].search(
            [("company_id", "=", self.env.company.id)]
        )
        default = self.school_id if self else self._default_school()
        return {
            "files": files,
            "schools": [{"id": one.id, "name": one.name} for one in schools],
            "school_id": default.id if default else False,
            "school_name": self.school_name or "",
            "is_whole": self.is_whole if self else True,
        }

    def _file_words(self, name, content):
        """Say what is in a file, or why it cannot be read; and whether it can."""
        try:
            tables = table.open_file(name, content)
        except table.NotATable as error:
            return self._not_a_table(error.code, name), False
        laid = [columns.lay_out(one) for one in tables]
        return (
            self.env._(
                "%(lines)s lines, %(columns)s columns",
                lines=sum(1 for one in laid for _row in one.rows),
                columns=max(len(one.columns) for one in laid),
            ),
            True,
        )

    def _screen_of_columns(self):
        options = self.env["espace.register.column"]._selection_field()
        rows = [
            {
                "id": column.id,
                "table": column.table_id.name,
                "header": column.header or "",
                "examples": column.examples or "",
                "field": column.field or "",
            }
            for column in self.column_ids
        ]
        ignored = [row for row in rows if row["field"] == "ignored"]
        return {
            "columns": rows,
            "options": [{"value": value, "label": label} for value, label in options],
            "asked": self.asked_count,
            "known": len(rows) - len(ignored) - self.asked_count,
            "ignored": len(ignored),
            "several": len(self.table_ids) > 1,
        }

    def _screen_of_lines(self, tab, shown):
        counts = self._tab_counts()
        if tab not in TABS or not counts[tab]:
            tab = next(
                (t for t in ("decide", "changed", "new", *TABS) if counts[t]), "new"
            )
        lines = self.env["espace.register.line"].search(
            [("import_id", "=", self.id), *self._tab_domain(tab)], limit=shown + 1
        )
        return {
            "tab": tab,
            "counts": counts,
            "rows": [self._row(line, tab, self._only_file()) for line in lines[:shown]],
            "more": len(lines) > shown,
            "classes": self._class_options() if tab == "place" else [],
            "problems_url": self._problems_url(),
            "progress": round(self.progress),
            "summary": self._summary_words(),
            "report": self._report() if self.state in ("done", "undone") else False,
        }

    def _tab_domain(self, tab):
        if tab == "place":
            return [("subject", "in", ("school", "class"))]
        domain = [("section", "=", tab)]
        if tab in ("new", "same"):
            domain.append(("subject", "in", ("family", "child")))
        return domain

    def _tab_counts(self):
        Line = self.env["espace.register.line"]
        groups = Line._read_group(
            [("import_id", "=", self.id)], ["section", "subject"], ["__count"]
        )
        counts = dict.fromkeys(TABS, 0)
        for section, subject, count in groups:
            if subject in ("school", "class"):
                counts["place"] += count
            # A household counts by its children, and by what changes of itself.
            elif section in ("new", "same") and subject == "family":
                continue
            else:
                counts[section] += count
        return counts

    def _only_file(self):
        """Return what the places of the lines begin with if all are of one table."""
        return f"{self.table_ids.name}, " if len(self.table_ids) == 1 else ""

    def _row(self, line, tab, file):
        answers = []
        if line.is_answered:
            code = line.key.partition(":")[0]
            answers = [
                {"value": value, "label": label}
                for value, label in zip(
                    ("same", "other"), self._answer_words(code), strict=True
                )
            ]
        return {
            "id": line.id,
            "place": (line.place or "").replace(file, ""),
            "subject": line.subject or "",
            "label": line.label or "",
            "text": (line.text or "").split("\n"),
            "answers": answers,
            "answer": line.answer or "",
            "is_taken": line.is_taken,
            # A household is written with its children.
            "is_optional": tab == "changed"
            or (tab == "new" and line.subject == "child"),
            "is_class": line.subject == "class",
            "class_id": line.class_id.id or False,
            "state": line.state,
            "reason": line.reason or "",
        }

    def _answer_words(self, code):
        """Return what the buttons of a doubt say: what is proposed, and the other."""
        return {
            "twice": (self.env._("One child"), self.env._("As many as lines")),
            "moved": (self.env._("Same family"), self.env._("New family")),
            "archived": (self.env._("Open it again"), self.env._("Create it anew")),
            "elsewhere": (
                self.env._("It is the same child"),
                self.env._("Another child"),
            ),
            "birth": (
                self.env._("Same child, correct the date"),
                self.env._("Another child"),
            ),
        }[code]

    def _class_options(self):
        classes = self.env["espace.school.class"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return [{"id": one.id, "name": one.display_name} for one in classes]

    def _problems_url(self):
        if not self.problems_file:
            return ""
        return (
            f"/web/content/{self._name}/{self.id}/problems_file"
            f"/{self.problems_name}?download=true"
        )

    def _summary_words(self):
        """Say what accepting the preview would give."""
        found = self.line_ids.filtered(
            lambda line: line.section in ("new", "changed", "same") and line.is_taken
        )
        left = self.line_ids.filtered(
            lambda line: line.section in ("new", "changed") and not line.is_taken
        )
        written = found.filtered(lambda line: line.section != "same")
        both = sum(
            len((line.data or {}).get("others") or ()) > 0
            for line in found
            if line.subject == "child"
        )
        told = [
            self.env._(
                "Gives %(children)s children in %(homes)s households.",
                children=len(found.filtered(lambda line: line.subject == "child")),
                homes=len(found.filtered(lambda line: line.subject == "family")),
            )
        ]
        if both:
            told.append(self.env._("Children at two addresses: %s.", both))
        return {"written": len(written), "left": len(left), "words": " ".join(told)}

    def _report(self):
        def count(section, subject, state):
            return len(
                self.line_ids.filtered(
                    lambda line: (
                        (line.section, line.subject, line.state)
                        == (section, subject, state)
                    )
                )
            )

        children = self.child_ids
        custody = children.filtered("custody_to_set")
        return {
            "finished": format_datetime(self.env, self.finished_on, dt_format="short"),
            "seconds": int((self.finished_on - self.accepted_on).total_seconds()),
            "by": self.accepted_uid.name,
            "created": count("new", "child", "done"),
            "families": count("new", "family", "done"),
            "changed": count("changed", "child", "done")
            + count("changed", "family", "done"),
            "same": self.same_count,
            "left": len(self.line_ids.filtered(lambda line: line.state == "left")),
            "failed": self.failed_count,
            "failures": [
                {"label": line.label or "", "reason": line.reason or ""}
                for line in self.line_ids.filtered(lambda line: line.state == "failed")
            ],
            "custody": len(custody),
            "children": len(children),
            "undo_until": self._may_be_undone()
            and format_datetime(self.env, self._undo_until(), dt_format="short"),
            "undone": self.undone_words or "",
        }

    # === What is done === #

    @api.model
    def add_file(self, import_id, name, content):
        """Add a file, if it can be read, to an import that is begun by it if none is.

        :param str content: base64
        :return: {id: of the import, problem: in words, "" if it was added}
        :raise UserError: the import has gone on meanwhile
        """
        self.check_access("create")
        one = self.browse(import_id or ()).exists()
        try:
            raw = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("The file did not arrive whole.")) from error
        words, is_read = self._file_words(name, raw)
        if not is_read:
            return {"id": one.id or False, "problem": words}
        if not one:
            one = self.create({})
        one._check_step("files")
        one.attachment_ids += self.env["ir.attachment"].create(
            {"name": name, "raw": raw, "res_model": self._name, "res_id": one.id}
        )
        return {"id": one.id, "problem": ""}

    def remove_file(self, attachment_id):
        """Take a file away again."""
        self._check_step("files")
        self.attachment_ids.filtered(lambda one: one.id == attachment_id).unlink()

    def choose(self, line_id, values):
        """Note what is decided on a line of the preview; it counts once shown again.

        :param dict values: of `answer`, `is_taken`, `class_id`
        """
        self._check_step("preview")
        line = self.line_ids.filtered(lambda one: one.id == line_id)
        known = {"answer", "is_taken", "class_id"} & values.keys()
        line.write({name: values[name] for name in known})
        if line.subject == "class" or "answer" in values:
            # Households, classes and doubts hang together: all is found anew.
            self.action_preview()

    def choose_column(self, column_id, field):
        """Note what a column is."""
        self._check_step("columns")
        self.column_ids.filtered(lambda one: one.id == column_id).field = field or False

    def action_open(self):
        """Open the screen of this import."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "espace_register",
            "name": self.env._("Import a Register"),
            "params": {"import_id": self.id},
        }
