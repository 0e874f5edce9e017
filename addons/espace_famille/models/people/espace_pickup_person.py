from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_date


class EspacePickupPerson(models.Model):
    """Somebody a family lets fetch its children (personne autorisée)."""

    _name = "espace.pickup.person"
    _description = "Pick-up Person"
    _order = "family_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    phone = fields.Char()
    relation = fields.Char(help="Grandmother, neighbour, childminder…")
    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        help="The household that names the person.",
    )
    child_ids = fields.Many2many(
        "espace.child",
        string="Children",
        compute="_compute_child_ids",
        store=True,
        readonly=False,
        check_company=True,
        help="All children of the family, unless you choose.",
    )
    date_from = fields.Date("From", help="Empty: from now on.")
    date_to = fields.Date("To", help="Empty: without end.")
    identity_checked_on = fields.Date("Identity Checked on")
    identity_checked_by = fields.Many2one("res.users", "Identity Checked by")
    note = fields.Char()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(related="family_id.company_id", store=True, index=True)

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A person must not cease to be authorised before it starts.",
    )

    @api.depends("family_id")
    def _compute_child_ids(self):
        for person in self:
            if not person.child_ids:
                person.child_ids = person.family_id.child_ids

    @api.constrains("child_ids", "family_id")
    def _check_children(self):
        for person in self:
            if not person.child_ids:
                raise ValidationError(
                    self.env._("Say which children %s may fetch.", person.name)
                )
            for child in person.child_ids:
                if person.family_id not in child.family_ids:
                    raise ValidationError(
                        self.env._(
                            "%(child)s does not belong to %(family)s.",
                            child=child.name,
                            family=person.family_id.name,
                        )
                    )

    def action_check_identity(self):
        """Record that the papers of these persons were seen today."""
        self.check_access("write")
        self.write(
            {
                "identity_checked_on": self.env.company._espace_today(),
                "identity_checked_by": self.env.uid,
            }
        )

    def _words(self):
        """Say the person in a list: “Odile Roux (grandmother) 06 39 98 00 00”."""
        self.ensure_one()
        relation = f"({self.relation})" if self.relation else ""
        return " ".join(filter(None, [self.name, relation, self.phone]))


class EspaceGuardian(models.Model):
    _inherit = "espace.guardian"

    may_pick_up = fields.Boolean(
        "May Fetch the Children",
        default=True,
        groups="espace_famille.group_animation",
        help="Untick it where a court has decided so: agents are warned.",
    )

    def _pickup_words(self):
        """Say the guardian in a list: “Claire Martin 06 39 98 00 00”."""
        self.ensure_one()
        return " ".join(filter(None, [self.name, self.phone, self.phone2]))


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    pickup_person_ids = fields.One2many(
        "espace.pickup.person",
        "family_id",
        "Pick-up Persons",
        groups="espace_famille.group_animation",
    )


class EspaceChild(models.Model):
    _inherit = "espace.child"

    pickup_person_ids = fields.Many2many(
        "espace.pickup.person",
        string="Pick-up Persons",
        groups="espace_famille.group_animation",
    )
    pickup_words = fields.Char(
        "May be Fetched by",
        compute="_compute_pickup_words",
        compute_sudo=True,
        groups="espace_famille.group_animation",
        help="Guardians first, then the persons authorised today.",
    )

    @api.depends(
        "family_id.guardian_ids.may_pick_up",
        "custody_ids.family_id.guardian_ids.may_pick_up",
        "pickup_person_ids.active",
        "pickup_person_ids.date_from",
        "pickup_person_ids.date_to",
    )
    @api.depends_context("lang", "uid")
    def _compute_pickup_words(self):
        shown = self._whose_pickup_is_read()
        words = shown._pickup_words(self.env.company._espace_today())
        for child in self:
            child.pickup_words = words.get(child.id)

    def _pickup_words(self, day):
        """Return {child id: who may fetch the child on `day`, in words}.

        Guardians come first, those of the household that pays the day before the
        others; those whom a court keeps away are named last, as such.
        """
        children = self.sudo()
        persons = self._pickup_persons(day)
        bans = self._pickup_bans(day)
        # Read at once for all: a list may hold 300 children.
        families = children.family_id | children.custody_ids.family_id
        guardians_of = {family.id: family.guardian_ids for family in families}
        words = {}
        for child in children:
            payer = child._paying_family(day)
            households = [
                payer.id,
                child.family_id.id,
                *child.custody_ids.family_id.ids,
            ]
            guardians = [
                guardian
                for family_id in dict.fromkeys(households)
                # A child that is typed in has no household yet.
                for guardian in guardians_of.get(family_id, ())
            ]
            names = [
                *(g._pickup_words() for g in guardians if g.may_pick_up),
                *(person._words() for person in persons.get(child.id, ())),
                *(self.env._("NOT %s", name) for name in bans.get(child.id, ())),
            ]
            words[child.id] = ", ".join(names)
        return words

    def _pickup_persons(self, day):
        """Return {child id: persons authorised on `day`}."""
        persons = (
            self.env["espace.pickup.person"]
            .sudo()
            .search(
                Domain("child_ids", "in", self.ids)
                & (Domain("date_from", "=", False) | Domain("date_from", "<=", day))
                & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
            )
        )
        found = {}
        for person in persons:
            for child in person.child_ids:
                found.setdefault(child.id, []).append(person)
        return found

    @api.model
    def _search_display_name(self, operator, value):
        """Find children by any words of their names, in any order."""
        if operator == "ilike" and isinstance(value, str) and " " in value.strip():
            return Domain.AND(Domain("name", "ilike", word) for word in value.split())
        return super()._search_display_name(operator, value)

    @api.depends("class_id", "birth_date")
    @api.depends_context("espace_show_class", "formatted_display_name", "lang")
    def _compute_display_name(self):
        """Add the class to the name where agents choose among all children."""
        super()._compute_display_name()
        if self.env.context.get("espace_show_class"):
            for child in self.filtered("class_id"):
                child.display_name = f"{child.name} – {child.class_id.display_name}"
        self._tell_apart()

    def _told_apart(self):
        """Return {child id: its class and the day it was born}."""
        words = {}
        for child in self:
            born = child.birth_date and format_date(self.env, child.birth_date)
            parts = [child.class_id.display_name, born]
            words[child.id] = ", ".join(filter(None, parts))
        return words

    def action_add_pickup_person(self):
        """Open a new person for this child and its brothers and sisters."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pick-up Person"),
            "res_model": "espace.pickup.person",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_family_id": self.family_id.id,
                "default_child_ids": [Command.set(self.family_id.child_ids.ids)],
            },
        }
