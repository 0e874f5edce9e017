"""What the launcher does inside Odoo, called from ``odoo shell``."""

import gc
from pathlib import Path

#: Web assets that neither the demo nor the tests ask for, by a part of their name.
UNUSED_ASSETS = (
    "api_doc",
    "assets_web_dark",
    "assets_web_print",
    "mail.assets_public",
    "qunit",
    "snailmail",
    "spreadsheet",
    "tests_assets",
    "unit_tests",
)

#: How many of the records that break an invariant are named.
SHOWN = 10


def load_demo(env, addons: list[str]) -> None:
    """Load the demo files of these addons, and of no other, in their order."""
    from odoo.modules.module import Manifest
    from odoo.tools.convert import convert_file

    # Each environment asked for is looked for among all that live. Those that are done
    # with refer to themselves: they go when Python looks for such, which it does the
    # more rarely the more it holds. What Odoo is made of need not be looked through.
    gc.collect()
    gc.freeze()
    for addon in addons:
        for path in Manifest.for_addon(addon).get("demo") or []:
            print(f"demo: {addon}/{path}", flush=True)
            convert_file(env, addon, path, {}, mode="init", noupdate=True)
    env.cr.commit()


def make_assets(env) -> None:
    """Make the scripts and styles of pages now, so that no page waits for them."""
    qweb = env["ir.qweb"]
    scripts, styles = qweb._get_bundles_to_pregenarate()
    for name in sorted(scripts | styles):
        if any(part in name for part in UNUSED_ASSETS):
            continue
        print(f"assets: {name}", flush=True)
        if name in scripts:
            qweb._get_asset_bundle(name, css=False, js=True).js()
        if name in styles:
            qweb._get_asset_bundle(name, css=True, js=False).css()
    env.cr.commit()


def make_commune(env) -> None:
    """Build the commune that most of the tests work in, with its books, as they would.

    They speak English, which the database has not: it is active while one runs only.
    Nobody listens at the address of the site: what is printed would ask whatever is
    served on this machine for its styles.
    """
    from freezegun import freeze_time

    from odoo.addons.espace_famille.tests.common import NOW
    from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

    english = env["res.lang"]._activate_lang("en_US")
    with freeze_time(NOW):
        EspaceBillingCase._create_commune(env)
        EspaceBillingCase._create_accounts()
        EspaceBillingCase._keep_commune()
        env.flush_all()
    env["ir.config_parameter"].set_param("web.base.url", "http://localhost:1")
    env.cr.execute("UPDATE res_lang SET active = false WHERE id = %s", [english.id])
    env.cr.commit()


def check_data(env) -> None:
    """Print what becomes of each invariant, as JSON on a line ``check: …``."""
    import json

    for invariant, finding in env["espace.check"]._results():
        result = {"promise": invariant.promise, "notice": invariant.notice}
        if finding:
            records = env[finding.model].sudo().browse(finding.ids[:SHOWN])
            names = [f"{record.display_name} ({record.id})" for record in records]
            result |= {
                "sentence": finding.sentence,
                "model": finding.model,
                "count": len(finding.ids),
                "records": names,
            }
        print(f"check: {json.dumps(result)}", flush=True)
    env.cr.rollback()


def export_terms(env, addons: list[str], folder: str) -> None:
    """Write the terms to translate of each addon to ``folder/addon.pot``."""
    from odoo.tools.translate import trans_export

    for addon in addons:
        with Path(folder, f"{addon}.pot").open("wb") as target:
            trans_export(None, [addon], target, "po", env)
