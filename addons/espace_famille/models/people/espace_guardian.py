from odoo import api, fields, models
from odoo.fields import Domain


class EspaceGuardian(models.Model):
    """An adult responsible for the children (responsable) of one family account."""

    _name = "espace.guardian"
    _description = "Guardian"
    _inherit = ["espace.namesake.mixin"]
    _inherits = {"res.partner": "partner_id"}
    _order = "family_id, rank, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    # Somebody known in two communes has one log-in, which is another contact's there:
    # each commune keeps its own contact, with what it was told.
    person_id = fields.Many2one(
        "res.partner",
        "Contact of the Log-in",
        compute="_compute_person_id",
        store=True,
        readonly=False,
        copy=False,
        index=True,
        ondelete="restrict",
        groups=fields.NO_ACCESS,
    )
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True, index=True)
    phone2 = fields.Char("Second Telephone", help="At home or at work.")
    # A register may not say it; the person does when activating its account.
    civility = fields.Selection([("madam", "Mrs"), ("sir", "Mr")])
    rank = fields.Integer(
        compute="_compute_rank",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="1 for responsable 1, 2 for responsable 2.",
    )
    may_book = fields.Boolean(default=True)
    is_payer = fields.Boolean("Pays", default=True)
    is_emergency = fields.Boolean("Emergency Contact", default=True)
    user_id = fields.Many2one(
        "res.users",
        "Portal User",
        compute="_compute_user_id",
        search="_search_user_id",
        compute_sudo=True,
    )

    _partner_unique = models.UniqueIndex(
        "(partner_id, family_id)", "This person is already a guardian of this family."
    )
    _person_unique = models.UniqueIndex(
        "(person_id, family_id)", "This person is already a guardian of this family."
    )
    _rank_positive = models.Constraint(
        "CHECK(rank > 0 AND rank < 100)",
        "The rank of a guardian is between 1 and 99.",
    )

    @api.depends("family_id")
    def _compute_rank(self):
        """Propose the rank after those of the household."""
        for guardian in self:
            others = guardian.family_id.guardian_ids - guardian
            guardian.rank = max(others.mapped("rank"), default=0) + 1

    @api.depends("name", "family_id.reference")
    @api.depends_context("formatted_display_name", "lang")
    def _compute_display_name(self):
        super()._compute_display_name()
        self._tell_apart()

    def _told_apart(self):
        """Return {guardian id: its household and the children of it}."""
        families = self.family_id._told_apart()
        return {guardian.id: families.get(guardian.family_id.id) for guardian in self}

    @api.depends("partner_id")
    def _compute_person_id(self):
        for guardian in self:
            guardian.person_id = guardian.partner_id

    @api.depends("person_id.user_ids")
    def _compute_user_id(self):
        for guardian in self:
            guardian.user_id = guardian.person_id.user_ids[:1]

    @api.model
    def _search_user_id(self, operator, value):
        # The contact of the log-in may be another commune's: it is not asked for.
        found = self.sudo()._search([("person_id.user_ids", operator, value)])
        return Domain("id", "in", found)

    @api.model_create_multi
    def create(self, vals_list):
        self._give_ranks(vals_list)
        guardians = super().create(vals_list)
        guardians._attach_to_family()
        return guardians

    def write(self, vals):
        result = super().write(vals)
        if "family_id" in vals:
            self._attach_to_family()
        elif "partner_id" in vals:
            for company, guardians in self.grouped("company_id").items():
                guardians.partner_id._espace_give_to(company)
        return result

    @api.model
    def _give_ranks(self, vals_list):
        """Number guardians created together: none of them sees the others yet."""
        ids = {vals.get("family_id") for vals in vals_list}
        taken = dict(
            self._read_group(
                [("family_id", "in", list(ids))], ["family_id"], ["rank:max"]
            )
        )
        last = {family.id: rank for family, rank in taken.items()}
        for vals in vals_list:
            family_id = vals.get("family_id")
            if not vals.get("rank"):
                vals["rank"] = last.get(family_id, 0) + 1
            last[family_id] = max(last.get(family_id, 0), vals["rank"])

    def _attach_to_family(self):
        """Make each contact a child of the family's partner, of its commune."""
        for family, guardians in self.grouped("family_id").items():
            payer = family.partner_id
            strangers = guardians.partner_id.filtered(
                lambda one, payer=payer: one.parent_id != payer or one.type != "contact"
            )
            if strangers:
                strangers.write({"parent_id": payer.id, "type": "contact"})
            guardians.partner_id._espace_give_to(family.company_id)

    @api.model
    def _of_user(self, user=None):
        """Return who the (portal) user is in each family, as superuser."""
        user = user or self.env.user
        # On every page of the portal: what is read of them, no more.
        user.sudo().fetch(["partner_id", "company_id"])
        return self.sudo().search_fetch(
            [("person_id", "=", user.partner_id.id)],
            ["partner_id", "family_id", "may_book"],
            order="id",
        )

    def _contacts(self):
        """Return who may have written as one of them: here, or by its log-in."""
        return self.partner_id | self.sudo().person_id.with_env(self.env)

    def _may_book(self, family):
        """Tell whether one of them may change the bookings of a family."""
        return any(one.may_book for one in self if one.family_id == family)

    @api.model
    def _fields_of_families(self):
        """Return what pages read of the families of a user, at once."""
        return ["active", "company_id", "leaves_on", "partner_id", "residency"]

    def _families(self, archived=False):
        """Return the families of these guardians, by name.

        :param bool archived: those that left too, after the others
        """
        self.family_id.fetch(self._fields_of_families())
        families = self.family_id if archived else self.family_id.filtered("active")
        # The name is that of a contact: one family needs no order.
        return (
            families.sorted(lambda f: (not f.active, f.name, f.id))
            if families[1:]
            else families
        )
