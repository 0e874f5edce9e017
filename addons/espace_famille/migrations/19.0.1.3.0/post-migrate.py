"""Whole schools, days off that nobody marked, texts and links, in 19.0.1.3."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tools import html2plaintext

# What the e-mail about places that were not paid said before, if nobody changed it.
NOT_KEPT = (
    "Your payment was not completed in time: these places were given back and nothing "
    "was charged. You may book again."
)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    name_schools(env)
    communes = env["res.company"]._espace_communes()
    env["espace.session"]._review_calendar(communes)
    env["espace.message.template"]._create_defaults(communes)
    lead_back_to_the_cart(env)


def name_schools(env):
    """Put the school in the place of a list of all its classes."""
    activities = env["espace.activity"].with_context(active_test=False)
    for activity in activities.search([("limit_class_ids", "!=", False)]):
        limits = activity.limit_class_ids
        whole = limits.school_id.filtered(
            lambda school, limits=limits: school.class_ids <= limits
        )
        if whole:
            activity.write(
                {
                    "limit_school_ids": [Command.set(whole.ids)],
                    "limit_class_ids": [
                        Command.unlink(one.id)
                        for one in limits
                        if one.school_id in whole
                    ],
                }
            )


def lead_back_to_the_cart(env):
    """Give the e-mail about places not kept its link, unless the commune wrote it."""
    template = env.ref("espace_famille.mail_template_hold_expired", False)
    if not template:
        return
    template = template.with_context(lang="en_US")
    said = " ".join(html2plaintext(template.body_html or "").split())
    if template.template_fs and said.removesuffix("•").strip() == NOT_KEPT:
        template.reset_template()
