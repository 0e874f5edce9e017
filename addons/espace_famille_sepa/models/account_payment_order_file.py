"""The file of a run: made once, taken by the régisseur, sent to the bank."""

from lxml import etree, objectify

from odoo import fields, models, tools
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from ..domain import iban, treasury

# What objectify leaves behind.
PYTYPE = b' xmlns:py="http://codespeak.net/lxml/objectify/pytype"'


class AccountPaymentOrder(models.Model):
    _inherit = "account.payment.order"

    def action_espace_generate(self):
        """Make the file of this run."""
        self.ensure_one()
        self._espace_check_role()
        self.sudo()._espace_generate()

    def _espace_generate(self, today=None):
        """Make the debits and the file; from here on nothing changes in them.

        :param date today: local, the present if None
        :raise UserError: not told, too late, or made already
        """
        self.ensure_one()
        if self.espace_stage != "announced":
            raise UserError(
                self.env._("Tell the families first.")
                if self.espace_stage == "proposed"
                else self.env._(
                    "The file of %s is made: for another one cancel the run, and "
                    "propose again.",
                    self.name,
                )
            )
        if self.date_scheduled <= (today or self.company_id._espace_today()):
            raise UserError(
                self.env._(
                    "The day of this run is over: cancel it, and propose another one."
                )
            )
        self.espace_regie_id._debit_check_ready()
        self._espace_refresh()
        identifier = self.espace_regie_id._debit_identifier()
        self.payment_method_line_id.sepa_creditor_identifier = identifier
        run = allow(self, STATING)
        run.draft2open()
        run.open2generated()
        self.payment_file_id.write({"res_model": self._name, "res_id": self.id})

    def action_espace_download(self):
        """Take the file: from the first time on it counts as sent to the bank."""
        self.ensure_one()
        self._espace_check_role()
        order_sudo = self.sudo()
        if order_sudo.espace_stage not in ("generated", "uploaded", "collected"):
            raise UserError(self.env._("Make the file first."))
        if order_sudo.state == "generated":
            now = fields.Datetime.now()
            allow(order_sudo, STATING).write(
                {
                    "state": "uploaded",
                    "date_uploaded": order_sudo.company_id._espace_today(now),
                    "espace_downloaded_at": now,
                }
            )
        order_sudo.message_post(
            body=self.env._("The file was taken by %s.", self.env.user.name)
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{order_sudo.payment_file_id.id}?download=true",
            "target": "download",
        }

    # === What the file says === #

    def _sepa_iban_prefix_list(self):
        return sorted({*super()._sepa_iban_prefix_list(), *iban.SEPA})

    def _prepare_filename(self):
        self.ensure_one()
        regie = self.espace_regie_id
        if not regie.debit_dft:
            return super()._prepare_filename()
        today = self.company_id._espace_today()
        made = self.search_count(
            [("espace_regie_id", "=", regie.id), ("date_generated", "=", today)]
        )
        return treasury.file_name(regie.debit_dft_service, today, made + 1)

    def _espace_debit_reference(self, lot, number):
        """Return how banks name one debit of this run, unique for ever."""
        self.ensure_one()
        regie = self.espace_regie_id
        if regie.debit_dft:
            number = self.env["ir.sequence"].next_by_code("espace.debit")
            return treasury.end_to_end(regie.debit_dft_post, number)
        return f"{lot.name}/{number}".replace("/", "-")

    def _generate_charge_bearer(self, parent_node):
        """Name the régie below the accounting office, where it asks so (DFT)."""
        regie = self.espace_regie_id
        if regie.debit_dft:
            parent_node.Cdtr.Nm = regie.debit_dft_creditor[:70]
            ultimate = objectify.SubElement(parent_node, "UltmtCdtr")
            ultimate.Nm = regie.name[:70]
        return super()._generate_charge_bearer(parent_node)

    def _finalize_sepa_file_creation(self, xml_root, gen_args):
        """Write no file of families to the logs: it is full of their accounts."""
        if not self.espace_regie_id:
            return super()._finalize_sepa_file_creation(xml_root, gen_args)
        objectify.deannotate(xml_root)
        # Its elements get their namespace as the text is read again, as banks do.
        content = etree.tostring(
            xml_root, pretty_print=True, encoding="UTF-8", xml_declaration=True
        ).replace(PYTYPE, b"")
        with tools.file_open(gen_args["pain_xsd_file"], "rb") as schema:
            is_valid = etree.XMLSchema(etree.parse(schema)).validate(
                etree.fromstring(content)
            )
        if not is_valid:
            raise UserError(
                self.env._(
                    "The file would not be what banks accept: look at the names, the "
                    "addresses and the creditor identifier."
                )
            )
        return content, "xml"
