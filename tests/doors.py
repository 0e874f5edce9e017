"""Which routes of Odoo a parent and a visitor reach beside ours, each with its reason.

What is closed stands in `espace.door` (espace_famille_portal/models/access); a route
that our controllers override is ours. A star at the end stands for all that begins so.
"""

REASONS = {
    "asks `_check_uid_passwd`, which refuses parents, before each call": [
        "/jsonrpc",
        "/xmlrpc/<service>",
        "/xmlrpc/2/<service>",
    ],
    "log-in and its second factor": [
        "/auth/passkey/start-auth",
        "/web/login_successful",
        "/web/session/authenticate",
        "/web/session/check",
        "/web/session/destroy",
        "/web/session/get_session_info",
        "/web/session/logout",
        "/web/signup",
    ],
    "the home and the shell of the portal": [
        "/my/counters",
    ],
    "leads who is no agent to the portal": [
        "/odoo",
        "/odoo/<path:subpath>",
        "/scoped_app/<path:subpath>",
        "/web",
    ],
    "asks for the password; the account is closed, not the family": [
        "/my/deactivate_account",
    ],
    "invoices of the payer, by Odoo's rule or the token of a mail": [
        "/my/invoices/overdue",
    ],
    "online payment, by session or token": [
        "/invoice/transaction/<int:invoice_id>",
        "/payment/confirmation",
        "/payment/pay",
        "/payment/status",
        "/payment/status/poll",
        "/payment/transaction",
    ],
    "a link of a mail, with a token": [
        "/digest/<int:digest_id>/unsubscribe",
        "/digest/<int:digest_id>/unsubscribe_oneclik",
        "/mail/unfollow",
        "/mail/view",
        "/my/journal/<int:journal_id>/unsubscribe",
    ],
    "only for administrators: Odoo looks at the group": [
        "/digest/<int:digest_id>/set_periodicity",
        "/doc",
    ],
    "a dashboard that an agent shares, with its token": [
        "/dashboard/data/<int:share_id>/<token>",
        "/dashboard/download/<int:share_id>/<token>",
        "/dashboard/share/<int:share_id>/<token>",
    ],
    "files that the reader may read, by Odoo's rules; pictures of pages": [
        "/web/content*",
        "/web/image*",
    ],
    "what every page loads": [
        "/html_editor/image_shape/*",
        "/html_editor/shape/*",
        "/logo",
        "/logo.png",
        "/mail/font_to_img/*",
        "/odoo/offline",
        "/report/barcode*",
        "/robots.txt",
        "/scoped_app",
        "/scoped_app_icon_png",
        "/terms",
        "/web/assets/<string:unique>/<string:filename>",
        "/web/binary/company_logo",
        "/web/bundle/<string:bundle_name>",
        "/web/filestore/<path:_path>",
        "/web/manifest.scoped_app_manifest",
        "/web/manifest.webmanifest",
        "/web/service-worker.js",
        "/web/session/get_lang_list",
        "/web/sign/get_fonts*",
        "/web/webclient/bootstrap_translations",
        "/web/webclient/translations",
        "/web_editor/font_to_img/*",
        "/web_editor/image_shape/*",
        "/web_editor/shape/*",
        "/website/translations",
    ],
    "the provider of the demonstration; no commune has it": [
        "/payment/demo/simulate_payment",
    ],
    "PayFiP calls, or leads back: it names a payment that is asked for again": [
        "/payment/payfip/notification",
        "/payment/payfip/return/<string:refdet>",
    ],
    "says that the server runs, and which version": [
        "/json/version",
        "/web/health",
        "/web/version",
        "/web/webclient/version_info",
        "/websocket/health",
    ],
    "notices of a service, signed": [
        "/peppol/webhook/*",
        "/sms/status",
    ],
    "`list_db = False` and the proxy close it: docs/SECURITY.md": [
        "/web/database/*",
    ],
    "asks for the password of an administrator": [
        "/base_import_module/login_upload",
    ],
}
OPEN = {route: reason for reason, routes in REASONS.items() for route in routes}


def reason(route):
    """Return why a route is open, "" when it has no reason."""
    for known, why in OPEN.items():
        is_beginning = known.endswith("*") and route.startswith(known[:-1])
        if route == known or is_beginning:
            return why
    return ""
