from odoo import fields, http
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request, route

from ...domain import activation as rules
from ...domain import password as password_rules
from ...models.access.espace_guardian import ACTIVATION_URL


class EspaceActivationPage(http.Controller):
    """Création de Compte: the page behind the link of an invitation."""

    @route(
        ACTIVATION_URL,
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def espace_activation(self, **query):
        """Show the form that a code opens, or ask for the code.

        The parameters are those of the e-mails in use: activationCode and email.
        """
        values = {key: query.get(key) or "" for key in ("activationCode", "email")}
        if not any(values.values()):
            return self._render(values)
        return self._open(values, fields.Datetime.now())

    @route(ACTIVATION_URL, type="http", auth="public", website=True, methods=["POST"])
    def espace_activation_save(self, **values):
        """Open the form for a code, check a part, or create the account."""
        step = {"check": self._check, "save": self._save}.get(values.get("step"))
        return self._open(values, fields.Datetime.now(), step)

    def _open(self, values, now, go_on=None):
        """Show the form of an invitation, or go on with what was typed in it."""
        if not self._may_try(values, now):
            return self._render(values, problem=self._too_many_words())
        invitation = self._invitation(values, now)
        letter_sudo = not invitation and request.env["espace.activation"]._find_letter(
            values.get("activationCode"), now
        )
        if letter_sudo:
            return self._answer_letter(letter_sudo, values, now)
        if not invitation:
            self._note_failure(values, now)
            return self._render(values, problem=self._no_invitation_words())
        if go_on:
            return go_on(invitation, values, now)
        invitation._note_opened(now)
        return self._render(values, invitation=invitation)

    def _answer_letter(self, letter_sudo, values, now):
        """Send the link to the address that was typed, or ask for it."""
        if not values.get("email"):
            letter_sudo._note_opened(now)
            return self._render(values, letter=letter_sudo)
        # Each e-mail counts like a try: nobody is flooded by means of a letter.
        self._note_failure(values, now)
        try:
            with request.env.cr.savepoint():
                letter_sudo._answer(values["email"], now)
        except UserError as error:
            return self._render(values, letter=letter_sudo, problem=str(error))
        return self._render(values, letter=letter_sudo, sent=True)

    @route(
        "/espace-famille/securite",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def espace_captcha(self, **_kwargs):
        """Return a challenge to the widget of the captcha."""
        challenge = request.env["espace.captcha"]._challenge(fields.Datetime.now())
        return request.make_json_response(
            challenge, headers={"Cache-Control": "no-store"}
        )

    # === Creating === #

    def _check(self, invitation, values, _now):
        """Say what is wrong in the part that is left, {name of the input: words}."""
        _form, errors = self._read(invitation, values)
        words = self._error_words(errors, values)
        return request.make_json_response(
            {name: words[name] for name in errors.of_part(values.get("part"))},
            headers={"Cache-Control": "no-store"},
        )

    def _read(self, invitation, values):
        """Return (form, errors) of all that was typed but the captcha."""
        form, errors = rules.read_form(values)
        if not invitation._user():
            self._check_password(form, values, errors)
        elif not values.get("password"):
            errors.add("account", "password", "missing")
        return form, errors

    def _save(self, invitation, values, now):
        form, errors = self._read(invitation, values)
        if errors:
            return self._render(values, invitation=invitation, errors=errors)
        if not request.env["espace.captcha"]._passed(values, now):
            errors.add("children", "captcha", "undone")
            return self._render(values, invitation=invitation, errors=errors)
        had_account = bool(invitation._user())
        try:
            with request.env.cr.savepoint():
                user = invitation._activate(form, values["password"], now)
        except AccessDenied:
            self._note_failure(values, now)
            errors.add("account", "password", "wrong")
            return self._render(values, invitation=invitation, errors=errors)
        except UserError as error:
            return self._render(values, invitation=invitation, problem=str(error))
        entered = not had_account and self._enter(user, values["password"])
        return self._welcome(invitation, user, entered)

    def _enter(self, user, password):
        """Log a new parent in at once; whoever had an account logs in as usual.

        A second factor that the commune asks for is asked for all the same.

        :return: whether the parent is in
        """
        credential = {"login": user.login, "password": password, "type": "password"}
        try:
            request.session.authenticate(request.env, credential)
        except AccessDenied:
            return False
        return bool(request.session.uid)

    def _check_password(self, form, values, errors):
        words = [form.name, values.get("email", "").partition("@")[0]]
        for person in (*form.guardians, *form.children):
            words += [person.firstname, person.lastname]
        problem = password_rules.password_problem(values.get("password") or "", words)
        if problem:
            errors.add("account", "password", problem)

    def _welcome(self, invitation, user, entered):
        return request.render(
            "espace_famille_portal.activation_done",
            {
                "firstname": user.partner_id.firstname or user.name,
                "login": user.login,
                "entered": entered,
                "company": invitation.sudo().company_id,
            },
        )

    # === Who may try === #

    def _may_try(self, values, now):
        return request.env["espace.rate.limit"]._allowed(
            "activation", self._who(values), self._computer(), now
        )

    def _note_failure(self, values, now):
        request.env["espace.rate.limit"]._note(
            "activation", self._who(values), self._computer(), now
        )

    def _who(self, values):
        return str(values.get("email") or "").strip().lower()[:200]

    def _computer(self):
        return request.httprequest.remote_addr or ""

    def _invitation(self, values, now):
        return request.env["espace.activation"]._find(
            values.get("email"), values.get("activationCode"), now
        )

    # === The page === #

    def _render(
        self, values, invitation=None, errors=None, problem="", letter=None, sent=False
    ):
        """Draw the page: the form, the question for the code, or what comes next.

        :param letter: the `espace.activation` whose code was typed without an address
        :param bool sent: the link is on its way to the address that was typed
        """
        invitation_sudo = invitation and invitation.sudo()
        known_sudo = invitation_sudo or (letter and letter.sudo())
        company_sudo = (
            known_sudo.company_id if known_sudo else request.env.company.sudo()
        )
        question, sum_token = request.env["espace.captcha"]._sum(fields.Datetime.now())
        return request.render(
            "espace_famille_portal.activation",
            {
                "company": company_sudo,
                "email": values.get("email") or "",
                "code": values.get("activationCode") or "",
                "opened": bool(invitation_sudo),
                "letter": bool(letter),
                "sent": sent,
                "has_account": bool(invitation_sudo and invitation_sudo._user()),
                "form": self._form(invitation_sudo, values),
                "errors": self._error_words(errors, values),
                "part": errors.part if errors else rules.PARTS[0],
                "problem": problem,
                "sum_question": question,
                "sum_token": sum_token,
            },
            headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        )

    def _form(self, invitation_sudo, values):
        """Return what the inputs hold: what was typed, else what is known."""
        if not invitation_sudo:
            return {}
        known = invitation_sudo._form_values()
        return {**known, **values} if values.get("step") == "save" else known

    def _error_words(self, errors, values):
        words = {
            "missing": request.env._("Fill in this field."),
            "not_a_name": request.env._("A name is made of letters."),
            "too_long": request.env._("This name is too long."),
            "wrong": request.env._("The password of your account is not this one."),
            "undone": request.env._("Do the captcha again."),
        }
        about_password = request.env["res.users"]._espace_password_words
        return {
            name: words.get(reason) or about_password(reason, values["password"])
            for name, (_part, reason) in (errors.of.items() if errors else ())
        }

    def _no_invitation_words(self):
        """Say the same whatever is wrong: strangers learn nothing from it."""
        return request.env._(
            "This code and this address do not open an invitation. It may have been "
            "used, or have ended: log in if you have an account, else ask the town "
            "hall for a new invitation."
        )

    def _too_many_words(self):
        return request.env._(
            "Too many tries: wait a quarter of an hour, or contact the town hall."
        )
