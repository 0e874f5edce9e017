import csv
import io
import json
import zipfile
from datetime import date, datetime
from tempfile import SpooledTemporaryFile

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext
from odoo.tools.misc import format_date

from odoo.addons.espace_famille.models.core.spreadsheet import harmless

from .gdpr_sections import SECTIONS

# Larger archives take the place of everybody else on the server.
MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 20_000
# Below that an archive is made in memory.
IN_MEMORY = 8 * 1024 * 1024

FORBIDDEN = ':*?"<>|'
# Of these types nought says something.
NUMBERS = ("integer", "float", "monetary")


class EspaceGdprExport(models.AbstractModel):
    """My data: all that the commune holds about one household, as one archive.

    Articles 15 and 20 of the GDPR. What the other household of a shared child gave or
    did is not in it, nor what agents noted for themselves.
    """

    _name = "espace.gdpr.export"
    _description = "GDPR Export"

    @api.model
    def _archive(self, family_sudo, now):
        """Return the archive, as a file opened for reading at its start.

        :param family_sudo: as superuser, one that the user belongs to
        :param datetime now: naive UTC
        """
        tables = [self._section(family_sudo, section) for section in SECTIONS]
        tables.append(self._messages(family_sudo))
        # It is read, then closed, by who sends it.
        target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            left_out = self._write_files(archive, family_sudo)
            archive.writestr(
                "resume.html", self._summary(family_sudo, tables, left_out, now)
            )
            archive.writestr("donnees.json", self._json(family_sudo, tables, now))
            for table in tables:
                archive.writestr(f"tableaux/{table['name']}.csv", self._csv(table))
        target.seek(0)
        return target

    @api.model
    def _filename(self, family_sudo, now):
        day = family_sudo.company_id._espace_today(now)
        return f"mes-donnees-{day.isoformat()}.zip"

    # === Tables === #

    @api.model
    def _section(self, family_sudo, section):
        """Return a section as plain data.

        :return: dict of name, title, columns (name, label), rows (values by name) and
            words (what a person reads, by name)
        """
        records = self._records(family_sudo, section)
        columns = [
            (name, records._fields[name]._description_string(self.env))
            for name in section.fields
        ]
        return {
            "name": section.name,
            "title": self._titles()[section.name],
            "columns": columns,
            "rows": [
                {name: self._plain(record, name) for name in section.fields}
                for record in records
            ],
            "words": [
                {name: self._words(record, name) for name in section.fields}
                for record in records
            ],
        }

    @api.model
    def _records(self, family_sudo, section):
        domain = Domain(section.path, "in", family_sudo.ids)
        if section.model == "account.move":
            domain &= Domain("state", "=", "posted")
        if section.model == "espace.incident":
            # What an agent is still writing is nothing that the commune says.
            domain &= Domain("state", "=", "declared")
        # Of a person who may no longer come, what is kept is in it as well.
        Model = self.env[section.model].sudo().with_context(active_test=False)
        return Model.search(domain, order=section.order, limit=MOST_ROWS)

    @api.model
    def _titles(self):
        return {
            "foyer": self.env._("Household"),
            "responsables": self.env._("Guardians, and the e-mails they chose"),
            "enfants": self.env._("Children"),
            "gardes": self.env._("Shared custody"),
            "autorisations": self.env._("What you allow"),
            "personnes_autorisees": self.env._("Persons who may fetch the children"),
            "quotients": self.env._("Quotient familial"),
            "inscriptions": self.env._("Enrolments"),
            "reservations": self.env._("Bookings and attendance"),
            "absences": self.env._("Absences"),
            "accidents": self.env._("Accidents"),
            "prestations": self.env._("Services counted"),
            "tiers_payeurs": self.env._("Third parties that pay a part"),
            "acomptes": self.env._("Deposits before the due date"),
            "delais_du_comptable": self.env._("Time to pay granted by the accountant"),
            "forfaits": self.env._("Months at a flat price"),
            "carnets": self.env._("Packs of days"),
            "factures": self.env._("Invoices"),
            "reglements": self.env._("Payments"),
            "documents": self.env._("Documents given"),
            "demandes": self.env._("Requests"),
            "corrections": self.env._("Corrections proposed"),
            "appareils": self.env._("Devices that are told things"),
            "actualites_lues": self.env._("News read"),
            "messages": self.env._("Messages"),
        }

    @api.model
    def _plain(self, record, name):
        """Return a value for machines: numbers, text, ISO dates; people by name."""
        field, value = record._fields[name], record[name]
        if field.relational:
            names = value.mapped("display_name")
            return names if field.type.endswith("2many") else "".join(names)
        if isinstance(value, date | datetime):
            return value.isoformat()
        return value if value or field.type in NUMBERS else None

    @api.model
    def _words(self, record, name):
        """Return a value as a person reads it."""
        field, value = record._fields[name], record[name]
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "datetime" and value:
            company = record.company_id if "company_id" in record else self.env.company
            local = company._espace_local(value)
            return f"{format_date(self.env, local)} {company._espace_time_words(local)}"
        if field.type == "date" and value:
            return format_date(self.env, value)
        return str(value) if value or field.type in NUMBERS else ""

    @api.model
    def _messages(self, family_sudo):
        """Return what the commune and the family wrote to each other."""
        requests_sudo = self.env["espace.request"].sudo()
        requests_sudo = requests_sudo.search([("family_id", "=", family_sudo.id)])
        comment = self.env.ref("mail.mt_comment")
        received = family_sudo.message_ids.filtered(
            lambda m: m.subtype_id == comment and not m.is_internal
        )
        messages = (
            received.sorted("id") | requests_sudo.sorted("id")._all_conversations()
        )
        mine = family_sudo.guardian_ids._contacts()
        columns = [
            ("date", self.env._("Date")),
            ("author", self.env._("From")),
            ("subject", self.env._("Subject")),
            ("text", self.env._("Text")),
        ]
        rows = [
            {
                "date": message.date.isoformat(),
                "author": message.author_id.name
                if message.author_id in mine
                else family_sudo.company_id.name,
                "subject": message.subject or message.record_name or "",
                "text": html2plaintext(message.body or ""),
            }
            for message in messages[:MOST_ROWS]
        ]
        return {
            "name": "messages",
            "title": self._titles()["messages"],
            "columns": columns,
            "rows": rows,
            "words": rows,
        }

    # === Writing === #

    @api.model
    def _json(self, family_sudo, tables, now):
        return json.dumps(
            {
                "commune": family_sudo.company_id.name,
                "date": now.isoformat(),
                **{table["name"]: table["rows"] for table in tables},
            },
            ensure_ascii=False,
            indent=1,
        )

    @api.model
    def _csv(self, table):
        """Return a table as spreadsheets of French computers open it."""
        target = io.StringIO()
        writer = csv.writer(target, delimiter=";")
        writer.writerow([label for _name, label in table["columns"]])
        for words in table["words"]:
            writer.writerow(
                [harmless(words[name]) for name, _label in table["columns"]]
            )
        return target.getvalue().encode("utf-8-sig")

    @api.model
    def _summary(self, family_sudo, tables, left_out, now):
        company = family_sudo.company_id
        local = company._espace_local(now)
        return Markup("<!DOCTYPE html>\n") + self.env["ir.qweb"]._render(
            "espace_famille_portal.my_data_summary",
            {
                "company": company,
                "family": family_sudo,
                "tables": tables,
                "left_out": left_out,
                "lang": (self.env.lang or "fr").replace("_", "-"),
                "day": format_date(self.env, local, date_format="d MMMM y"),
            },
        )

    # === Files === #

    @api.model
    def _write_files(self, archive, family_sudo):
        """Add the files that the household gave or received.

        :return: names of those for which no room was left
        """
        written, left_out = 0, []
        for folder, file, title in self._files(family_sudo):
            name = f"{folder}/{file.id}-{self._safe_name(title)}"
            if written + file.file_size > MOST_BYTES:
                left_out.append(name)
                continue
            content = file.raw or b""
            written += len(content)
            archive.writestr(name, content)
            # One file at a time in memory.
            file.invalidate_recordset(["raw", "datas"])
        return left_out

    @api.model
    def _files(self, family_sudo):
        """Yield (folder, attachment, file name) of the household, as superuser."""
        mine = Domain("family_id", "=", family_sudo.id)

        def found(model, domain=mine):
            return self.env[model].sudo().search(domain)

        sources = (
            ("documents", found("espace.document").attachment_ids),
            ("quotients", found("espace.family.income").proof_ids),
            ("quotients", found("espace.change").attachment_ids),
            (
                "demandes",
                found("espace.request")._all_conversations().attachment_ids,
            ),
            ("factures", self._invoice_files(family_sudo)),
        )
        for folder, files in sources:
            for file in files.sorted("id"):
                yield folder, file, file.name
        proofs = found("espace.absence").proof_ids
        for file in self._proof_files(proofs):
            yield "justificatifs", file, proofs.browse(file.res_id).name

    @api.model
    def _proof_files(self, proofs):
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "espace.absence.proof"),
                    ("res_field", "=", "content"),
                    ("res_id", "in", proofs.ids),
                ]
            )
        )

    @api.model
    def _invoice_files(self, family_sudo):
        """Return the invoices that were made into PDF already."""
        return self._records(
            family_sudo, next(one for one in SECTIONS if one.name == "factures")
        ).invoice_pdf_report_id

    @api.model
    def _safe_name(self, name):
        """Return the name of a file that no computer refuses, nor takes for a path."""
        name = (name or "").replace("\\", "/").rpartition("/")[2]
        kept = [sign for sign in name if sign.isprintable() and sign not in FORBIDDEN]
        return "".join(kept)[-100:] or "fichier"
