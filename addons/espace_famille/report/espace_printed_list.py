from odoo import api, models


class EspacePrintedList(models.AbstractModel):
    """What the lists to print hold; who may print them is looked at again."""

    _name = "report.espace_famille.printed_list"
    _description = "List to Print"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizards = self.env["espace.list.wizard"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": wizards._name,
            "docs": wizards,
            **self._contents(wizards),
        }

    @api.model
    def _contents(self, wizards):
        """Return what the template asks for, by its names."""
        return {"lists": [(one, one._sheets()) for one in wizards]}


class EspacePrintedLabels(models.AbstractModel):
    """Sheets of labels."""

    _name = "report.espace_famille.printed_labels"
    _inherit = ["report.espace_famille.printed_list"]
    _description = "Labels to Print"

    @api.model
    def _contents(self, wizards):
        return {"sheets": [sheet for one in wizards for sheet in one._labels()]}
