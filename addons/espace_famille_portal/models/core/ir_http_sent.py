"""Odd requests are answered in words: what no page of ours sends is refused first."""

import json

from werkzeug.exceptions import (
    BadRequest,
    MethodNotAllowed,
    RequestEntityTooLarge,
    abort,
)

from odoo import models
from odoo.exceptions import ValidationError
from odoo.http import Response, request

from odoo.addons.base.models.ir_http import SignedIntConverter

from ...domain import sent as rules

OURS = "odoo.addons.espace_famille"


class RecordNumber(SignedIntConverter):
    """A number in an address: one that no record has is not found.

    Python refuses to read thousands of figures, and PostgreSQL to compare them.
    """

    regex = r"-?\d{1,18}"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return {**super()._get_converters(), "int": RecordNumber}

    @classmethod
    def _serve_fallback(cls):
        """Find nothing where the address holds what no attachment's has."""
        return None if "\0" in request.httprequest.path else super()._serve_fallback()

    # === What was sent === #

    @classmethod
    def _espace_is_ours(cls, endpoint):
        return endpoint.func.__module__.startswith(OURS)

    @classmethod
    def _espace_reads_itself(cls, endpoint):
        """Tell whether a method looks itself at the values that it gets.

        Screens of Odoo send lists and long texts; all the others get plain values.
        """
        return bool(endpoint.routing.get("espace_reads_itself"))

    @classmethod
    def _espace_check_sent(cls, endpoint):
        """Refuse, in words, what no page sends to a route of ours.

        :raise HTTPException: 400, 405, or 413 where it is too much to be read
        :raise ValidationError: a script sent what no value is
        """
        if not cls._espace_is_ours(endpoint):
            return
        if request.httprequest.method == "OPTIONS":
            # Odoo lets it through to every method, and without the token of the form.
            raise MethodNotAllowed(endpoint.routing["methods"] or ["GET", "POST"])
        try:
            if endpoint.routing["type"] == "http":
                cls._espace_check_form(endpoint)
            else:
                cls._espace_check_params(endpoint)
        except RequestEntityTooLarge:
            # The page of an error would read the form again, and not end either.
            cls._espace_abort("too_long", 413)

    @classmethod
    def _espace_check_params(cls, endpoint):
        try:
            body = request.get_json_data()
        except (ValueError, RecursionError):
            body = None
        if not rules.is_call(body):
            cls._espace_abort("unreadable", 400)
        if cls._espace_reads_itself(endpoint):
            return
        if problem := rules.problem_of_params(body.get("params", {})):
            raise ValidationError(cls._espace_problem_words(problem))

    @classmethod
    def _espace_check_form(cls, endpoint):
        sent = request.httprequest
        fields = [*sent.args.items(multi=True), *sent.form.items(multi=True)]
        problem = rules.problem_of_form(fields, sent.files)
        if problem and not (
            problem == "too_long" and cls._espace_reads_itself(endpoint)
        ):
            raise BadRequest(cls._espace_problem_words(problem))

    @classmethod
    def _espace_abort(cls, problem, status):
        words = cls._espace_problem_words(problem)
        abort(Response(words, status=status, mimetype="text/plain"))

    @classmethod
    def _espace_problem_words(cls, problem):
        if problem == "too_long":
            return request.env._(
                "What you sent is too long: send less, or smaller files."
            )
        return request.env._(
            "What you sent could not be read: go back, reload the page and try again."
        )

    @classmethod
    def _dispatch(cls, endpoint):
        if cls._espace_is_ours(endpoint):
            # The method is called with names: this one is taken.
            request.params.pop("self", None)
            if not cls._espace_reads_itself(endpoint):
                request.params = rules.texts_of(request.params, (models.BaseModel,))
        return super()._dispatch(endpoint)

    # === What is answered === #

    @classmethod
    def _handle_debug(cls):
        """Keep the pages that show how Odoo works for agents."""
        asked = request.session.debug or "debug" in request.httprequest.args
        if asked and request.env["espace.door"]._is_outside():
            request.session.debug = ""
        else:
            super()._handle_debug()

    @classmethod
    def _handle_error(cls, exception):
        """Tell visitors and parents what is wrong, and not where in the code."""
        # What was done is undone in any case; whoever asks is looked at anew.
        request.env.cr.rollback()
        response = super()._handle_error(exception)
        is_call = request.dispatcher.routing_type != "http"
        if (
            is_call
            and isinstance(response, Response)
            and request.env["espace.door"]._is_outside()
        ):
            cls._espace_hide_code(response)
        return response

    @classmethod
    def _espace_hide_code(cls, response):
        """Take the lines of the code out of the answer to a script."""
        answer = json.loads(response.get_data(as_text=True))
        # JSON-RPC has it below the error, `/json/2` at the top.
        data = answer.get("error", {}).get("data") or answer
        if "debug" in data:
            data["debug"] = ""
            response.set_data(json.dumps(answer))
