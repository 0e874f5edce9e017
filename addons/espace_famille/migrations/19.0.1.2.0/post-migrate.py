"""Several communes in 19.0.1.2: whose each thing is that until now was everybody's."""

from odoo import SUPERUSER_ID, api

# What a commune was told of a person.
TOLD = (
    *("firstname", "lastname", "email", "phone", "lang"),
    *("street", "street2", "zip", "city", "state_id", "country_id"),
)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    tick_communes(env)
    part_diets(env)
    part_options(env)
    part_contacts(env)
    communes = env["res.company"]._espace_communes()
    communes._espace_become_communes()


def tick_communes(env):
    """Tick the companies with families, activities or years; or the only one."""
    env.flush_all()
    env.cr.execute(
        """
        UPDATE res_company SET espace_is_commune = TRUE
        WHERE id IN (
            SELECT company_id FROM espace_family
            UNION SELECT company_id FROM espace_activity
            UNION SELECT company_id FROM espace_school_year
        ) OR (SELECT count(*) FROM res_company) = 1
        """
    )
    env["res.company"].invalidate_model(["espace_is_commune"])


def part_diets(env):
    """Give each commune its own diets, under the names they have."""
    communes = env["res.company"]._espace_communes().sorted("id")
    diets = env["espace.diet"].with_context(active_test=False)
    shared = diets.search([("company_id", "!=", False)])
    env["ir.model.data"].search([("model", "=", "espace.diet")]).unlink()
    first, others = communes[:1], communes[1:]
    if first:
        shared.company_id = first
    for commune in others:
        for diet in shared:
            own = diet.copy({"company_id": commune.id})
            env.flush_all()
            env.cr.execute(
                "UPDATE espace_child SET diet_id = %s "
                "WHERE diet_id = %s AND company_id = %s",
                (own.id, diet.id, commune.id),
            )
    env.invalidate_all()


def part_options(env):
    """Have the options belong to the company of their activity."""
    env.flush_all()
    env.cr.execute(
        """
        UPDATE product_template option SET company_id = activity.company_id
        FROM espace_activity activity
        WHERE activity.id = option.espace_activity_id
        """
    )
    env.invalidate_all()


def part_contacts(env):
    """Have the contacts of families belong to their commune.

    Who was one contact in two communes keeps its log-in; the second commune gets a
    contact of its own, with what it was told so far.
    """
    for guardian in env["espace.guardian"].search([("id", "!=", 0)], order="id"):
        contact, company = guardian.partner_id, guardian.company_id
        home = (
            contact.company_id
            or env["espace.family"]
            .with_context(active_test=False)
            .search([("partner_id", "=", contact.parent_id.id)], limit=1)
            .company_id
        )
        if contact.partner_share and home and home != company:
            values = contact._convert_to_write(contact._cache)
            own = contact.create(
                {
                    **{name: values.get(name) for name in TOLD},
                    "parent_id": guardian.family_id.partner_id.id,
                    "type": "contact",
                }
            )
            guardian.write({"partner_id": own.id, "person_id": contact.id})
    env.flush_all()
    env.cr.execute(
        """
        UPDATE res_partner contact SET company_id = owner.company_id
        FROM (
            SELECT partner_id, company_id FROM espace_family
            UNION SELECT partner_id, company_id FROM espace_guardian
        ) owner
        WHERE owner.partner_id = contact.id AND contact.company_id IS NULL
        AND NOT EXISTS (
            SELECT FROM res_users agent
            WHERE agent.partner_id = contact.id
            AND (NOT agent.share OR agent.company_id != owner.company_id)
        )
        """
    )
    env.invalidate_all()
