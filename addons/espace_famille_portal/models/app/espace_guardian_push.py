from odoo import api, fields, models

KINDS = ("limit", "place", "answer", "absence", "invoice", "closure")


class EspaceGuardian(models.Model):
    """What a guardian wants to be told on its devices: nothing, at first."""

    _inherit = "espace.guardian"

    push_limit = fields.Boolean("Device: Before a Limit")
    push_place = fields.Boolean("Device: A Place Given")
    push_answer = fields.Boolean("Device: Answers of the Town Hall")
    push_absence = fields.Boolean("Device: Absences Accepted")
    push_invoice = fields.Boolean("Device: Invoices")
    push_closure = fields.Boolean("Device: Strikes and Closures")
    # It is offered once, after a booking, and never again.
    push_offered = fields.Boolean("Devices were Offered")

    @api.model
    def _push_words(self):
        """Return {kind: its name} as the page of the account asks for them."""
        return {
            "limit": self.env._(
                "A limit within 24 hours, with nothing booked or a cart not validated"
            ),
            "place": self.env._("A place that I was given from the waiting list"),
            "answer": self.env._("An answer of the town hall"),
            "absence": self.env._("An absence that was accepted"),
            "invoice": self.env._("An invoice to pay"),
            "closure": self.env._("A strike or a closure"),
        }

    def _push_take_offer(self):
        """Return whether devices are offered to this guardian now: once."""
        fresh_sudo = self.sudo().filtered(lambda one: not one.push_offered)
        fresh_sudo.push_offered = True
        return bool(fresh_sudo)
