"""The photo of a child on the lists of agents: with the consent of its family alone.

The consent is of this use and no other, and as easily taken back as given: the photo is
erased in the same transaction, and by the devices that keep it once they are told.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CONSENT = "photo_list"
# Of a face on a tile; more is not kept.
SIZE = 128


class EspaceChild(models.Model):
    _inherit = "espace.child"

    list_photo = fields.Image(
        "Photo on the Lists",
        max_width=SIZE,
        max_height=SIZE,
        copy=False,
        groups="espace_famille.group_photo",
        help="Shown to the agents who mark attendance, if the family allows it.",
    )

    @api.constrains("list_photo")
    def _check_list_photo(self):
        for child in self.sudo():
            if child.list_photo and child not in child._with_photo_consent():
                raise ValidationError(
                    self.env._(
                        "The family of %s has not allowed a photo on the lists: record "
                        "its consent first, among the authorisations.",
                        child.name,
                    )
                )

    def _with_photo_consent(self):
        """Return the children whose family allows a photo on the lists."""
        return (
            self.env["espace.authorisation"]
            .sudo()
            .search(
                [
                    ("child_id", "in", self.ids),
                    ("kind", "=", CONSENT),
                    ("granted", "=", "yes"),
                ]
            )
            .child_id
        )

    def _erase_photos_without_consent(self):
        """Erase the photos of those whose family allows none, or no longer."""
        without = self.sudo() - self._with_photo_consent().sudo()
        erased = without.filtered("list_photo")
        if erased:
            erased.write({"list_photo": False})
            erased._tell_screens()

    def _photo_stamps(self):
        """Return {child id: which photo it has}, without reading the photos."""
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "list_photo"),
                    ("res_id", "in", self.ids),
                ],
                ["res_id", "checksum"],
            )
        )
        return {one.res_id: one.checksum for one in files}

    def _photo_addresses(self):
        """Return {child id: its photo as an address that holds it}."""
        kinds = {"/": "jpeg", "i": "png", "R": "gif", "U": "webp"}
        return {
            child.id: f"data:image/{kinds.get(data[0], 'png')};base64,{data}"
            for child in self
            if (data := (child.sudo().list_photo or b"").decode())
        }


class EspaceAuthorisation(models.Model):
    _inherit = "espace.authorisation"

    def write(self, vals):
        children = self.child_id
        result = super().write(vals)
        if vals.keys() & {"kind", "granted", "child_id"}:
            (children | self.child_id)._erase_photos_without_consent()
        return result

    def unlink(self):
        children = self.child_id
        result = super().unlink()
        children._erase_photos_without_consent()
        return result
