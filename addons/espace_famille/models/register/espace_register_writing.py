"""What was accepted is written, household by household, by a scheduled job."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

from ...domain.register.columns import DOCUMENT
from ..core.batch import progress
from .espace_register_preview import PLACES

_logger = logging.getLogger(__name__)

# Lines a transaction, about: many are created faster together.
BATCH = 200


class EspaceRegisterImport(models.Model):
    _inherit = "espace.register.import"

    @api.model
    def _cron_work(self):
        """Go on with the imports that were accepted, as long as the job may last."""
        progress(self.env, remaining=self._left())
        for one in self.search([("state", "=", "running")], order="id"):
            going_on = True
            while going_on:
                self.env.invalidate_all()
                done = retrying(one._work_batch, self.env)
                going_on = one.state == "running"
                if not progress(self.env, done, remaining=self._left()):
                    return

    @api.model
    def _left(self):
        """Return how many lines are left, and imports that have to end."""
        running = self.search([("state", "=", "running")])
        lines = self.env["espace.register.line"].search_count(
            [("import_id", "in", running.ids), ("state", "=", "todo")]
        )
        return lines + len(running)

    def _work_batch(self):
        """Write the next groups; end with the last. Return how many lines it was.

        It is done with the rights of who accepted it, and in that language.
        """
        self.ensure_one()
        agent = self.accepted_uid
        own = self.with_user(agent).with_context(
            lang=agent.lang or self.env.lang,
            allowed_company_ids=self.company_id.ids,
            tracking_disable=False,
        )
        lines = own._next_lines()
        if lines:
            own._write_together(lines)
        if not own._todo(limit=1):
            own._finish()
        return len(lines)

    def _lines(self, **wanted):
        """Return the lines of which these fields have one of these values."""
        domain = Domain("import_id", "=", self.id)
        for name, values in wanted.items():
            domain &= Domain(name, "in", values)
        return self.env["espace.register.line"].search(domain)

    def _todo(self, **options):
        return self.env["espace.register.line"].search(
            [("import_id", "=", self.id), ("state", "=", "todo")],
            order="group, id",
            **options,
        )

    def _next_lines(self):
        """Return the lines left of the next groups, each whole."""
        groups = self._todo(limit=BATCH).mapped("group")
        if groups[:1] == [PLACES]:
            groups = [PLACES]
        return self._lines(state=["todo"], group=groups)

    def _write_together(self, lines):
        """Write these groups in one go; where one fails, each on its own."""
        try:
            with self.env.cr.savepoint():
                self._write_groups(lines)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001 - found group by group below
            for group in lines.grouped("group").values():
                self._write_alone(group)

    def _write_alone(self, lines):
        """Write one group, or nothing of it; what prevents it is written down."""
        try:
            with self.env.cr.savepoint():
                self._write_groups(lines)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            lines.sudo().write({"state": "failed", "reason": str(error)})
        except Exception as error:
            _logger.exception("Lines %s of a register", lines.ids)
            reason = self.env._("Unexpected error: %s", error)
            lines.sudo().write({"state": "failed", "reason": reason})

    def _finish(self):
        import_sudo = self.sudo()
        lines = import_sudo.line_ids.filtered(
            lambda line: line.subject == "child" and line.section != "leaver"
        )
        taken = lines.filtered(
            lambda line: line.section == "same" or line.state == "done"
        )
        import_sudo.write(
            {
                "state": "done",
                "finished_on": fields.Datetime.now(),
                "child_ids": [Command.set([i for i in taken.mapped("res_id") if i])],
            }
        )
        # What is in them is in the commune now; names and addresses are kept once.
        own = import_sudo.attachment_ids.filtered(
            lambda a: a.res_model == self._name and a.res_id == self.id
        )
        own.unlink()

    # === One batch === #

    def _write_groups(self, lines):
        """Write these lines: places first, then families, then children."""
        by_subject = lines.grouped("subject")
        none = lines.browse()
        self._check_unchanged(lines)
        self._write_schools(by_subject.get("school", none))
        self._write_classes(by_subject.get("class", none))
        children = by_subject.get("child", none)
        homes = self._write_families(by_subject.get("family", none), children)
        self._write_children(children, homes)
        self.env.flush_all()
        lines.sudo().write({"state": "done"})

    def _check_unchanged(self, lines):
        """Refuse to write over what somebody changed since it was shown.

        :raise UserError:
        """
        Guardian = self.env["espace.guardian"]
        for line in lines.filtered(lambda line: line.subject in ("family", "child")):
            data = line.data
            if data["id"]:
                record = self._record(line.subject).browse(data["id"])
                self._check_same(record, data["old"], line)
            for one in data.get("guardians", ()):
                if one["id"]:
                    self._check_same(Guardian.browse(one["id"]), one["old"], line)
        self._check_nobody_came(lines)

    def _record(self, subject):
        return self.env[f"espace.{subject}"].with_context(active_test=False)

    def _check_same(self, record, old, line):
        if record.exists() and all(
            self._is_still(record, name, value, line) for name, value in old.items()
        ):
            return
        raise UserError(
            self.env._(
                "%s was changed since the preview: nothing of it is imported. Load the "
                "file again.",
                line.label,
            )
        )

    def _quotient_on(self, family, day):
        """Return the quotient of a family on a day “2026-09-01”, today's for none."""
        if not day:
            return self._known_quotients(family).get(family.id)
        history = self._quotient_histories(family).get(family.id, ())
        day = fields.Date.to_date(day)
        return next((v for start, v in reversed(history) if start <= day), None)

    def _is_still(self, record, name, value, line):
        if name == "quotient":
            known = self._quotient_on(record, line.data.get("quotient_from"))
            return (None if value is None else str(value)) == (
                None if known is None else str(known)
            )
        if name == "street":
            told = " ".join(filter(None, (record.street, record.street2)))
            return told == (value or "")
        now = record[name]
        if record._fields[name].type == "many2one":
            now = now.id
        elif record._fields[name].type == "date":
            now = now.isoformat() if now else False
        return (now or False) == (value or False)

    def _check_nobody_came(self, lines):
        """Refuse to create a child that somebody has created since the preview."""
        new = lines.filtered(
            lambda line: line.subject == "child" and not line.data["id"]
        )
        born = {line.data["values"].get("birth_date") for line in new} - {None}
        if not born:
            return
        own = self._lines(subject=["child"]).filtered("res_id")
        came = self._record("child").search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("birth_date", "in", list(born))
            & Domain("create_date", ">", self.prepared_on)
            & Domain("id", "not in", own.mapped("res_id"))
        )
        names = {(child.name, child.birth_date.isoformat()) for child in came}
        for line in new:
            if (line.label, line.data["values"].get("birth_date")) in names:
                raise UserError(
                    self.env._(
                        "%s was created since the preview: load the file again.",
                        line.label,
                    )
                )

    # === Places === #

    def _write_schools(self, lines):
        for line in lines:
            school = self.env["espace.school"].create(
                {"name": line.data["name"], "company_id": self.company_id.id}
            )
            line.sudo().res_id = school.id

    def _write_classes(self, lines):
        schools = {
            line.data["key"]: line.res_id for line in self._lines(subject=["school"])
        }
        for line in lines:
            school_class = self.env["espace.school.class"].create(
                {
                    "name": line.data["name"],
                    "school_id": schools[line.data["school"]],
                    "level": line.data["level"],
                }
            )
            line.sudo().res_id = school_class.id

    # === Families === #

    def _write_families(self, lines, children):
        """Write the families of these groups that a child needs.

        :return: {number of the household: id of the family}
        """
        wanted = {
            number
            for child in children
            for number in (child.data["home"], *child.data["others"])
        }
        homes = self._known_homes(children)
        new = lines.filtered(
            lambda line: not line.data["id"] and line.data["number"] in wanted
        )
        families = self._quick("family").create(
            [self._family_values(line) for line in new]
        )
        self._write_guardians(new, families)
        quotients = {}
        for line, family in zip(new, families, strict=True):
            line.sudo().res_id = family.id
            homes[line.data["number"]] = family.id
            if line.data["values"].get("quotient"):
                quotients[family] = self._told_quotient(line.data)
        for line in lines.filtered(lambda line: line.data["id"]):
            family = self._record("family").browse(line.data["id"])
            homes[line.data["number"]] = family.id
            if line.data["values"].get("quotient"):
                quotients[family] = self._told_quotient(line.data)
            made = self._change_family(family, line.data)
            if made:
                # To be found again if it is undone.
                line.sudo().data = {**line.data, "made": made.ids}
        made = self._write_quotients(quotients)
        for line in lines:
            if line.data["values"].get("quotient"):
                is_new = homes[line.data["number"]] in made.ids
                line.sudo().data = {**line.data, "made_quotient": is_new}
        return homes

    def _told_quotient(self, data):
        day = fields.Date.to_date(data.get("quotient_from") or False)
        return data["values"]["quotient"], day or None

    def _known_homes(self, children):
        """Return {number: id} of the families that nothing is written of."""
        others = self._lines(subject=["family"], group=children.mapped("group"))
        return {line.data["number"]: line.res_id for line in others if line.res_id}

    def _quick(self, name):
        """Return a model to create many records of, without a note on each of them.

        What Odoo passes on from a contact to those below it is given instead.
        """
        return self.env[f"espace.{name}"].with_context(
            tracking_disable=True,
            mail_create_nolog=True,
            _partners_skip_fields_sync=True,
        )

    def _language(self):
        return self.company_id.partner_id.lang or self.env.lang

    def _family_values(self, line):
        values = {k: v for k, v in line.data["values"].items() if k != "quotient"}
        return {**values, "company_id": self.company_id.id, "lang": self._language()}

    def _write_guardians(self, lines, families):
        """Create the guardians of new families, as contacts of their payer."""
        self._quick("guardian").create(
            [
                {
                    **{name: family[name] for name in ("street", "zip", "city")},
                    **one["values"],
                    "family_id": family.id,
                    "parent_id": family.partner_id.id,
                    "type": "contact",
                    "lang": self._language(),
                }
                for line, family in zip(lines, families, strict=True)
                for one in line.data["guardians"]
            ]
        )

    def _change_family(self, family, data):
        values = {k: v for k, v in data["values"].items() if k != "quotient"}
        if values.pop("active", False):
            family.action_unarchive()
        if "street" in values:
            values["street2"] = False
        if values:
            family.write(values)
        for one in data["guardians"]:
            if one["id"] and one["values"]:
                self.env["espace.guardian"].browse(one["id"]).write(one["values"])
        return self.env["espace.guardian"].create(
            [
                {"family_id": family.id, **one["values"]}
                for one in data["guardians"]
                if not one["id"]
            ]
        )

    # === Children === #

    def _write_children(self, lines, homes):
        classes = {line.data["key"]: line for line in self._lines(subject=["class"])}
        new = lines.filtered(lambda line: not line.data["id"])
        children = self._quick("child").create(
            [
                self._child_values(line.data, homes, classes)
                | {"family_id": homes[line.data["home"]]}
                for line in new
            ]
        )
        for line, child in zip(new, children, strict=True):
            line.sudo().res_id = child.id
        for line in lines - new:
            child = self._record("child").browse(line.data["id"])
            values = self._child_values(line.data, homes, classes)
            if values:
                child.write(values)
                line.sudo().data = {
                    **line.data,
                    "linked": [homes[number] for number in line.data["others"]],
                    "class_id": values.get("class_id"),
                }
        self._write_documents(lines)

    def _write_documents(self, lines):
        """Record what was given as valid: whoever writes the register has seen it."""
        today = self.company_id._espace_today()
        told = [(line, line.data.get("documents") or {}) for line in lines]
        made = self.env["espace.document"].create(
            [
                {
                    "type_id": int(name.removeprefix(DOCUMENT)),
                    "child_id": line.res_id,
                    "issued_on": today,
                    **({"expires_on": until} if until else {}),
                }
                for line, papers in told
                for name, until in papers.items()
            ]
        )
        made.action_accept()
        ids = iter(made.ids)
        for line, papers in told:
            if papers:
                own = [next(ids) for _name in papers]
                line.sudo().data = {**line.data, "papers": own}

    def _child_values(self, data, homes, classes):
        values = dict(data["values"])
        if data["class"]:
            line = classes[data["class"]]
            if line.state == "failed":
                raise UserError(
                    self.env._("The class was not created: %s", line.reason)
                )
            # A class that was left aside is none.
            if line.res_id:
                values["class_id"] = line.res_id
        if data["others"]:
            values["other_family_ids"] = [
                Command.link(homes[number]) for number in data["others"]
            ]
        return values
