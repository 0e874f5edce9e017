"""A sheet to fill in, for who has no register to load."""

import base64
import io

import xlsxwriter

from odoo import api, models

# The first cell of a line that is not read.
EXAMPLE = "EXEMPLE"
SHEET = "Enfants"

COLUMNS = (
    ("Nom de l'enfant", "ROUX", "Nom de naissance ou d'usage."),
    ("Prénom de l'enfant", "Élise", ""),
    ("Date de naissance", "14/03/2018", "jj/mm/aaaa. Obligatoire."),
    ("École", "École des Tilleuls", "Vide : celle choisie à l'écran."),
    ("Classe", "CE1-CE2 Mme Brun", "Créée si elle n'existe pas."),
    ("Niveau", "CE1", "PS, MS, GS, CP, CE1, CE2, CM1, CM2."),
    ("Régime alimentaire", "", "Un des régimes de la commune."),
    ("Adresse", "3 chemin des Vignes", "Celle du foyer de l'enfant."),
    ("Code postal", "81090", ""),
    ("Ville", "Valdurenque", ""),
    ("Civilité responsable 1", "Mme", ""),
    ("Nom responsable 1", "ROUX", ""),
    ("Prénom responsable 1", "Sandrine", ""),
    ("Courriel responsable 1", "s.roux@example.org", "Sert d'identifiant au portail."),
    ("Téléphone responsable 1", "06 12 34 56 78", ""),
    ("Téléphone domicile responsable 1", "", ""),
    ("Civilité responsable 2", "M.", ""),
    ("Nom responsable 2", "ROUX", ""),
    ("Prénom responsable 2", "Didier", ""),
    ("Courriel responsable 2", "", ""),
    ("Téléphone responsable 2", "", ""),
    ("Adresse responsable 2", "", "Seulement s'il vit à une autre adresse."),
    ("Code postal responsable 2", "", ""),
    ("Ville responsable 2", "", ""),
    ("Quotient familial", "", ""),
    ("Quotient familial depuis le", "", "Vide : le jour de l'import."),
)


class EspaceRegisterImport(models.Model):
    _inherit = "espace.register.import"

    @api.model
    def get_template(self):
        """Return the sheet to fill in: its name and its content in base64."""
        self.check_access("create")
        content = base64.b64encode(self._template_workbook()).decode()
        return {"name": "registre-a-remplir.xlsx", "content": content}

    @api.model
    def _template_workbook(self):
        """Return the workbook: one sheet, its header, one example to write over.

        Registers of French schools are in French: so is the sheet.
        """
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        sheet = book.add_worksheet(SHEET)
        bold = book.add_format({"bold": True, "bg_color": "#EFEDF6", "border": 1})
        # Telephones, postal codes and dates stay as they are typed.
        text = book.add_format({"num_format": "@"})
        grey = book.add_format({"num_format": "@", "italic": True, "color": "#555D67"})
        sheet.write_string(0, 0, "Ligne", bold)
        sheet.write_string(1, 0, EXAMPLE, grey)
        sheet.write_comment(
            0,
            0,
            f"Une ligne marquée {EXAMPLE} n'est pas lue : effacez-la ou laissez-la.",
        )
        papers = [
            (
                f"{name} jusqu'au",
                "",
                "Date de fin, ou « oui ». Vide : pas encore fourni.",
            )
            for _field, name in self.env["espace.register.column"]._papers()
        ]
        columns = (*COLUMNS, *papers)
        for number, (header, example, note) in enumerate(columns, 1):
            sheet.write_string(0, number, header, bold)
            sheet.write_string(1, number, example, grey)
            if note:
                sheet.write_comment(0, number, note)
            sheet.set_column(number, number, max(14, len(header) + 2), text)
        sheet.set_column(0, 0, 10, grey)
        sheet.freeze_panes(1, 3)
        book.close()
        return stream.getvalue()
