from markupsafe import Markup

from odoo import fields, http
from odoo.http import request, route
from odoo.tools import email_normalize
from odoo.tools.mail import plaintext2html

from ...domain import activation as rules
from ..core.commune import asked_commune

QUESTION = "/espace-famille/question"
ACCOUNT = "/espace-famille/demande-de-compte"
MOST_WORDS = 4000


class EspacePublicForms(http.Controller):
    """What strangers may send to the commune: a question, a request of an account."""

    # === Poser une question === #

    @route(QUESTION, type="http", auth="public", website=True, methods=["GET"])
    def espace_question(self, **query):
        return self._page("question", query)

    @route(QUESTION, type="http", auth="public", website=True, methods=["POST"])
    def espace_question_send(self, **values):
        errors = self._missing(values, ("name", "email", "message"))
        return self._send("question", values, errors, self._ask)

    def _ask(self, company, values):
        """Keep the question for staff and send it to the commune, once.

        An answer by either way goes to who asked.
        """
        name = rules.clean(values["name"])[: rules.MOST_LETTERS]
        address = email_normalize(values["email"])
        text = values["message"].strip()[:MOST_WORDS]
        limits = request.env["espace.rate.limit"]
        if not limits._first_tap(f"{QUESTION} {company.id}", name, address, text):
            return
        request.env["espace.request"]._ask_as_visitor(company, name, address, text)
        request.env["mail.mail"].sudo().create(
            {
                "subject": request.env._("Question of %s on the family space", name),
                "body_html": Markup("%s<p>%s – %s</p>")
                % (
                    plaintext2html(text),
                    name,
                    address,
                ),
                "email_from": company._espace_sender_formatted(),
                "email_to": company.email_formatted,
                "reply_to": address,
                "auto_delete": False,
            }
        )

    # === A request of an account === #

    @route(ACCOUNT, type="http", auth="public", website=True, methods=["GET"])
    def espace_account_request(self, **query):
        return self._page("account_request", query)

    @route(ACCOUNT, type="http", auth="public", website=True, methods=["POST"])
    def espace_account_request_send(self, **values):
        errors = self._missing(values, ("civility", "firstname", "lastname", "email"))
        if values.get("civility") not in rules.CIVILITIES:
            errors["civility"] = request.env._("Fill in this field.")
        return self._send("account_request", values, errors, self._request_account)

    def _request_account(self, company, values):
        request.env["espace.account.request"]._receive(
            company,
            {
                "civility": values["civility"],
                "firstname": rules.clean(values["firstname"])[: rules.MOST_LETTERS],
                "lastname": rules.clean(values["lastname"])[: rules.MOST_LETTERS],
                "email": values["email"],
                "phone": rules.clean(values.get("phone"))[:30],
                "children": str(values.get("children") or "").strip()[:MOST_WORDS],
            },
        )

    # === Both === #

    def _send(self, kind, values, errors, act):
        """Do what was asked once the form is complete, and thank."""
        now = fields.Datetime.now()
        env = request.env
        who = email_normalize(values.get("email") or "") or ""
        computer = request.httprequest.remote_addr or ""
        if values.get("email") and not who:
            errors["email"] = env._("This is no e-mail address.")
        if not errors and not env["espace.captcha"]._passed(values, now):
            errors["captcha"] = env._("Do the captcha again.")
        limits = env["espace.rate.limit"]
        if not errors and not limits._count_in(kind, who, computer, now):
            errors["captcha"] = env._(
                "Too many messages: wait an hour, or call the town hall."
            )
        if errors:
            return self._page(kind, values, errors)
        act(asked_commune(values), values)
        return self._page(kind, values, sent=True)

    def _missing(self, values, names):
        return {
            name: request.env._("Fill in this field.")
            for name in names
            if not str(values.get(name) or "").strip()
        }

    def _page(self, kind, values, errors=None, sent=False):
        company_sudo = asked_commune(values)
        question, sum_token = request.env["espace.captcha"]._sum(fields.Datetime.now())
        return request.render(
            f"espace_famille_portal.{kind}",
            {
                "company": company_sudo,
                # Header and footer are those of the same commune.
                "res_company": company_sudo,
                "form": values,
                "errors": errors or {},
                "sent": sent,
                "sum_question": question,
                "sum_token": sum_token,
            },
            headers={"Cache-Control": "no-store"},
        )
