"""What is new in 19.0.1.2 is filled in for what was there before."""

from odoo import SUPERUSER_ID, api

# What the régie said and what is the public accountant's to say.
THREATS = ("mise en demeure", "formal notice")


def _name_write_offs(cr):
    """Until now a debt could be given up in one way only: admitted as irrecoverable."""
    cr.execute(
        """
        UPDATE account_move SET espace_write_off_kind = 'irrecoverable'
        WHERE espace_written_off_family_id IS NOT NULL
        AND espace_write_off_kind IS NULL
        """
    )


def _soften_last_reminder(env):
    """A régie does not give formal notice: say the last reminder as it is made now."""
    levels = env["espace.reminder.level"].with_context(active_test=False).search([])
    for code, _name in env["res.lang"].get_installed():
        for level in levels.with_context(lang=code):
            said = f"{level.name} {level.subject} {level.body}".lower()
            if any(threat in said for threat in THREATS):
                last = level._default_vals()[-1]
                level.write({name: last[name] for name in ("name", "subject", "body")})


def open_regies(env):
    """Make a régie where families are charged and there is none; it takes over all."""
    env["espace.regie"].search([])._show_selectors()
    charged = env["espace.charge"]._read_group([], ["company_id"])
    for [company] in charged:
        regies = env["espace.regie"].with_context(active_test=False)
        if not regies.search_count([("company_id", "=", company.id)], limit=1):
            company.with_company(company)._espace_create_regie()


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    # A régie for each commune that bills: until 19.0.1.2 it could do without.
    open_regies(env)
    _name_write_offs(cr)
    _soften_last_reminder(env)
