from collections import defaultdict
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain

STATES = [
    ("draft", "To invite"),
    ("invited", "Invited"),
    ("active", "Active"),
    ("archived", "Archived"),
]


class EspaceFamily(models.Model):
    """The family account (compte famille): who books and who pays.

    Its partner is the commercial entity of its guardians, so that Odoo's own portal
    rule shows each guardian the family's invoices.
    """

    _name = "espace.family"
    _description = "Family"
    _inherit = ["espace.thread", "mail.activity.mixin", "espace.namesake.mixin"]
    _inherits = {"res.partner": "partner_id"}
    _order = "name, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Payer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    reference = fields.Char("Family Reference", copy=False, readonly=True, index=True)
    state = fields.Selection(
        STATES, "Account", default="draft", required=True, tracking=True
    )
    active = fields.Boolean(default=True, tracking=True)
    residency = fields.Selection(
        [("resident", "Lives in the commune"), ("non_resident", "Lives elsewhere")],
        default="resident",
        required=True,
        tracking=True,
    )

    parents_work = fields.Boolean(
        tracking=True,
        help="Both parents, or the only one, work or study, as proved. It counts on "
        "the waiting lists that say so.",
    )

    # Household
    guardian_ids = fields.One2many("espace.guardian", "family_id", "Guardians")
    child_ids = fields.Many2many(
        "espace.child",
        string="Children",
        compute="_compute_child_ids",
        search="_search_child_ids",
        help="Children who live here all the time or part of it.",
    )
    main_child_ids = fields.One2many(
        "espace.child", "family_id", "Children of the Household"
    )
    custody_ids = fields.One2many("espace.custody", "family_id", "Shared Custody")
    child_count = fields.Integer(compute="_compute_child_count")
    document_ids = fields.One2many("espace.document", "family_id", "Documents")

    # Bookings
    reservation_ids = fields.One2many("espace.reservation", "family_id", "Bookings")
    coming_count = fields.Integer("Coming Bookings", compute="_compute_coming_count")

    _partner_unique = models.UniqueIndex(
        "(partner_id)", "This contact already has a family account."
    )
    _reference_unique = models.UniqueIndex(
        "(company_id, reference)", "This family reference is already used."
    )

    @api.depends("main_child_ids", "custody_ids.child_id")
    def _compute_child_ids(self):
        # Read whole: every page of the portal needs them.
        children = self.env["espace.child"].search_fetch(
            self.env["espace.child"]._living_with(self)
        )
        homes = defaultdict(dict)
        for child in children:
            homes[child.family_id.id][child.id] = None
        for line in children.filtered("shared_custody").custody_ids.sorted("id"):
            homes[line.family_id.id][line.child_id.id] = None
        for family in self:
            if family.id:
                family.child_ids = children.browse(homes[family.id])
            else:  # being typed in
                family.child_ids = family.main_child_ids | family.custody_ids.child_id

    @api.model
    def _search_child_ids(self, operator, value):
        return Domain("main_child_ids", operator, value) | Domain(
            "custody_ids.child_id", operator, value
        )

    @api.depends("child_ids")
    def _compute_child_count(self):
        for family in self:
            family.child_count = len(family.child_ids)

    @api.depends("reservation_ids.state")
    def _compute_coming_count(self):
        counts = self.env["espace.reservation"]._coming_counts("family_id", self)
        for family in self:
            family.coming_count = counts.get(family, 0)

    @api.depends("name", "reference", "active", "main_child_ids")
    @api.depends_context("espace_show_archived", "formatted_display_name", "lang")
    def _compute_display_name(self):
        says_archived = self.env.context.get("espace_show_archived")
        for family in self:
            name = family.name or family.reference
            if says_archived and not family.active:
                name = self.env._("%s (archived)", name)
            family.display_name = name
        self._tell_apart()

    def _told_apart(self):
        """Return {family id: its reference and its children, with their classes}."""
        words = {}
        for family in self:
            children = [
                f"{child.firstname} ({child.class_id.name})"
                if child.class_id
                else child.firstname
                for child in family.main_child_ids
            ]
            parts = [family.reference, ", ".join(children)]
            words[family.id] = " · ".join(filter(None, parts))
        return words

    @api.model
    def _search_display_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return super()._search_display_name(operator, value)
        return (
            Domain("name", operator, value)
            | Domain("reference", operator, value)
            | Domain("email", operator, value)
            | Domain("guardian_ids.name", operator, value)
            | Domain("main_child_ids.name", operator, value)
        )

    @api.constrains("company_id")
    def _check_commune(self):
        self.company_id._espace_check_communes()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if self.env.context.get("espace_import_test"):
                # Taken back at once: it must not use a number.
                vals["reference"] = f"TEST-{uuid4()}"
            elif not vals.get("reference"):
                company = vals.get("company_id") or self.env.company.id
                vals["reference"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("espace.family")
                )
            if vals.get("name") and not vals.get("partner_id"):
                # The name of a household has no first name to be split off.
                vals["lastname"] = vals.pop("name")
        families = super().create(vals_list)
        families._give_contacts_to_commune()
        return families

    def write(self, vals):
        if vals.get("company_id"):
            company = self.env["res.company"].browse(vals["company_id"])
            (self.partner_id | self.guardian_ids.partner_id)._espace_give_to(company)
        if vals.get("state") == "archived":
            vals = {"active": False, **vals}
        leaving = {}
        if vals.get("active") is False:
            leaving = self.filtered("active").grouped("state")
        back = self.browse()
        if vals.get("active"):
            back = self.filtered(lambda family: not family.active)
        result = super().write(vals)
        if vals.get("partner_id"):
            self._give_contacts_to_commune()
        for state, families in leaving.items():
            families._leave(state)
        back._come_back()
        return result

    def _give_contacts_to_commune(self):
        """Have the payers belong to the commune of their family."""
        for company, families in self.grouped("company_id").items():
            families.partner_id._espace_give_to(company)

    # === Actions === #

    def action_open_reservations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("family_id", "=", self.id)]
        return action

    def action_open_children(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_child_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("family_ids", "in", self.ids)]
        action["context"] = {"default_family_id": self.id}
        return action

    def action_book(self):
        """Open the wizard with which staff book for this family."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_booking_wizard_action"
        )
        action["context"] = {
            "default_family_id": self.id,
            "default_child_ids": self.child_ids.ids,
        }
        return action

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Families"),
                "template": "/espace_famille/static/import/familles.xlsx",
            }
        ]

    # === Tools === #

    def _booking_block(self, now):
        """Hook: find what keeps the family, not its children, from booking.

        :param datetime now: naive UTC
        :return: function that says in words, for an `espace.activity`, why the family
            may not book it; '' if nothing keeps it
        """
        self.ensure_one()
        return lambda activity: ""

    def _notify_with(self, name, record, values=None, **options):
        """Write to the family what a template of the commune says about a record.

        Where the template is of no use nothing is sent, and its file says so.

        :param str name: external identifier of the `mail.template`
        :param record: what the template calls `object`; it is read as superuser
        :param dict values: what else it may name; a preview is made without them
        :param options: see `_notify`
        """
        made = self._words_with(name, record, values)
        if made:
            subject, body, attachments = made
            if attachments:
                options["attachment_ids"] = attachments.ids
            family = self.with_context(lang=self.lang or self.env.lang)
            family._notify(subject, body, **options)

    def _words_with(self, name, record, values=None):
        """Return what a template says to the family: subject, body and attachments.

        In its language; None, and a note for staff, where the template is of no use.
        See `_notify_with` for the parameters.
        """
        self.ensure_one()
        family = self.with_context(lang=self.lang or self.env.lang)
        return family.env["mail.template"]._espace_make(
            name,
            lambda template: (
                *template._espace_words(record, values or {}),
                template.attachment_ids,
            ),
            self,
        )

    def _notify(self, subject, body, **options):
        """Write to the guardians who book, and keep the message with the family.

        The commune writes, whoever or whatever caused it: a parent must not read the
        name of another one.

        :param options: arguments of `message_post` that differ
        :return: the `mail.message`
        """
        self.ensure_one()
        commune = self.company_id.partner_id
        return self.message_post(
            **{
                "subject": subject,
                "body": body,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "author_id": commune.id,
                "email_from": commune.email_formatted or None,
                "partner_ids": self.guardian_ids.filtered("may_book").partner_id.ids,
                **options,
            }
        )

    @api.model
    def _of_user(self, user=None, archived=False):
        """Return the families that the (portal) user is a guardian of.

        :param bool archived: those that left too, which may still owe something
        """
        return self.env["espace.guardian"]._of_user(user)._families(archived)
