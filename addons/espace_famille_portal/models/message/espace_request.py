from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import formataddr, plaintext2html

from odoo.addons.espace_famille.domain.files import MOST_FILES
from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.groups import MONEY

from ...domain.activation import clean
from ...domain.sent import read_day
from .mail_message import SAYING

MOST_SUBJECT = 120
MAX_WORDS = 4000
OPEN_STATES = ("new", "in_progress")


class EspaceRequest(models.Model):
    """A conversation of a family with the commune (demande)."""

    _name = "espace.request"
    _description = "Request of a Family"
    _inherit = ["espace.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Subject", required=True, tracking=True)
    kind = fields.Selection(
        [
            ("booking", "Booking"),
            ("invoice", "Invoice"),
            ("absence", "Absence and proof"),
            ("situation", "Change of situation"),
            ("privacy", "Personal data"),
            ("other", "Other"),
        ],
        default="other",
        required=True,
        tracking=True,
    )
    family_id = fields.Many2one(
        "espace.family",
        index=True,
        ondelete="cascade",
        check_company=True,
        help="Empty: the question of somebody who was not logged in.",
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True
    )
    visitor_name = fields.Char("Name of the Visitor", readonly=True)
    visitor_email = fields.Char(
        "Address of the Visitor",
        readonly=True,
        help="As it was typed on the public form: nobody has checked whose it is.",
    )
    child_id = fields.Many2one(
        "espace.child", domain="[('family_ids', 'in', family_id)]", check_company=True
    )
    date_from = fields.Date("From")
    date_to = fields.Date("Until")
    about = fields.Char(
        "Contests",
        readonly=True,
        help="The line of an invoice that the family contests, as it was then.",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        "Contested Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=MONEY,
    )
    invoice_id = fields.Many2one(
        related="invoice_line_id.move_id", string="Contested Invoice", groups=MONEY
    )
    author_id = fields.Many2one("res.partner", "Asked by", readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("in_progress", "In progress"),
            ("waiting", "Waiting for the family"),
            ("done", "Closed"),
        ],
        default="new",
        required=True,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users", "Followed by", domain=[("share", "=", False)], tracking=True
    )
    seen_by_ids = fields.Many2many(
        "res.partner",
        "espace_request_seen",
        string="Read by",
        readonly=True,
        copy=False,
        help="The guardians who have opened the last answer of the town hall.",
    )
    last_family_at = fields.Datetime("Last Message of the Family", readonly=True)
    answer_by = fields.Date(
        "Answer by", compute="_compute_answer_by", store=True, index=True
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The last day comes before the first.",
    )
    _has_asker = models.Constraint(
        "CHECK(family_id IS NOT NULL OR visitor_email IS NOT NULL)",
        "Choose the family that asks.",
    )
    _to_answer = models.Index(
        "(company_id, answer_by) WHERE state IN ('new', 'in_progress')"
    )

    @api.depends("family_id.company_id")
    def _compute_company_id(self):
        for request in self:
            request.company_id = request.family_id.company_id or request.company_id

    @api.depends("last_family_at", "company_id.espace_answer_days")
    def _compute_answer_by(self):
        for request in self:
            last = request.last_family_at
            request.answer_by = last and request.company_id._espace_local(
                last
            ).date() + timedelta(days=request.company_id.espace_answer_days)

    @api.depends("answer_by", "state")
    def _compute_overdue(self):
        for request in self:
            request.overdue = bool(
                request.state in OPEN_STATES
                and request.answer_by
                and request.answer_by < request.company_id._espace_today()
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = fields.Domain("state", "in", OPEN_STATES) & fields.Domain(
            "answer_by", "<", self.env.company._espace_today()
        )
        return late if True in value else ~late

    # === The family === #

    @api.model
    def _read_form(self, family, post):
        """Return the values of `_ask` that were typed; the child is the family's.

        :raise UserError: what was typed is no date
        """
        kinds = self._fields["kind"].get_values(self.env)
        child_sudo = family.child_ids.filtered(
            lambda child: str(child.id) == post.get("child")
        )
        return {
            "kind": post.get("kind") if post.get("kind") in kinds else "other",
            "name": clean(post.get("subject"))[:MOST_SUBJECT],
            "child_id": child_sudo.id,
            "date_from": self._read_day(post.get("date_from")),
            "date_to": self._read_day(post.get("date_to") or post.get("date_from")),
        }

    @api.model
    def _read_day(self, text):
        if not text:
            return False
        day = read_day(text)
        if not day:
            raise UserError(self.env._("This is no date: %s.", text))
        return day

    @api.model
    def _ask(self, family, author, values, text, files=(), now=None):
        """Open a request in the name of a guardian.

        :param author: the guardian's `res.partner`
        :param dict values: kind, name, child_id, date_from, date_to
        :param files: list of (name, bytes), checked by their content
        :raise AccessError: the child is not of this family
        :raise UserError: no subject, no text, or a file that is not taken
        """
        child_sudo = (
            self.env["espace.child"].sudo().browse(values.get("child_id") or [])
        )
        if child_sudo and child_sudo not in family.sudo().child_ids:
            raise AccessError(
                self.env._("This child does not belong to your family account.")
            )
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and last < first:
            raise UserError(self.env._("The last day is before the first: correct it."))
        if not (values.get("name") or "").strip():
            raise UserError(self.env._("Enter the subject of your request."))
        self._check_message(text, files)
        request_sudo = (
            self.sudo()
            .with_context(mail_create_nolog=True)
            .create({**values, "family_id": family.id, "author_id": author.id})
        )
        request_sudo.message_subscribe(author.ids)
        request_sudo._write_as_family(author, text, files, now)
        return request_sudo

    @api.model
    def _asked_last(self, family, author, values):
        """Return the last request of a guardian that was made of these values."""
        same = [(name, "=", value) for name, value in values.items()]
        whose = [("family_id", "=", family.id), ("author_id", "=", author.id)]
        return self.sudo().search([*whose, *same], order="id desc", limit=1)

    @api.model
    def _ask_erasure(self, family, author, words):
        """Ask, in the name of a guardian, that the data of a family be erased.

        :param author: the guardian's `res.partner`
        :param str words: what the parent adds, maybe empty
        :raise UserError: such a request is open already
        """
        if self.sudo().search_count(
            [
                ("family_id", "=", family.id),
                ("kind", "=", "privacy"),
                ("state", "!=", "done"),
            ]
        ):
            raise UserError(
                self.env._("You have asked already: the town hall answers you there.")
            )
        text = self.env._(
            "I ask that the personal data of my family be erased (article 17 of the "
            "GDPR). I know that the accounting is kept for ten years."
        )
        return self._ask(
            family,
            author,
            {"kind": "privacy", "name": self.env._("Erasure of my data")},
            "\n\n".join(filter(None, [text, (words or "").strip()])),
        )

    @api.model
    def _ask_as_visitor(self, company, name, address, text, now=None):
        """Keep the question of somebody who is not logged in; staff answers by e-mail.

        It joins no family, whatever the address: anybody may type anybody's.
        """
        request_sudo = (
            self.sudo()
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            .create(
                {
                    "name": self.env._("Question of %s", name)[:MOST_SUBJECT],
                    "company_id": company.id,
                    "visitor_name": name,
                    "visitor_email": address,
                    "last_family_at": now or fields.Datetime.now(),
                }
            )
        )
        request_sudo.message_post(
            body=plaintext2html(text.strip()[:MAX_WORDS]),
            author_id=False,
            email_from=formataddr((name, address)),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return request_sudo

    def _answer_as_family(self, author, text, files=(), now=None):
        """Add a message of a guardian; a closed request is open again."""
        self.ensure_one()
        self._check_message(text, files)
        request_sudo = self.sudo()
        if request_sudo.state != "new":
            request_sudo.state = "in_progress"
        request_sudo.message_subscribe(author.ids)
        request_sudo._write_as_family(author, text, files, now)

    def _check_message(self, text, files):
        if not (text or "").strip() and not files:
            raise UserError(self.env._("Write your message first."))
        if len(files) > MOST_FILES:
            raise UserError(self.env._("Send %s files at most.", MOST_FILES))

    def _write_as_family(self, author, text, files, now):
        Document = self.env["espace.document"].sudo()
        attachments = [
            (Document._check_file(name, raw, self.company_id), raw)
            for name, raw in files
        ]
        self.last_family_at = now or fields.Datetime.now()
        self.message_post(
            body=plaintext2html((text or "").strip()[:MAX_WORDS]),
            date=self.last_family_at,
            author_id=author.id,
            email_from=author.email_formatted or self.company_id.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=attachments,
        )

    # === The commune === #

    def message_post(self, **kwargs):
        """After an agent's message the request waits for the family.

        Notes stay inside the town hall; the family reads what the commune answers, and
        not the name of who wrote it.
        """
        if not self.env.user.share and not kwargs.get("email_from"):
            kwargs["email_from"] = self.company_id._espace_sender_formatted() or None
            kwargs["email_add_signature"] = False
            # Else Odoo takes whoever has that address for the author.
            kwargs.setdefault("author_id", self.env.user.partner_id.id)
        message = super().message_post(**kwargs)
        by_staff = (
            message.message_type == "comment"
            and not message.is_internal
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and any(not user.share for user in message.sudo().author_id.user_ids)
        )
        if by_staff and self.state in OPEN_STATES:
            self.sudo().write(
                {"state": "waiting", "user_id": self.user_id.id or self.env.uid}
            )
        if by_staff:
            self.sudo().seen_by_ids = [Command.clear()]
        if by_staff and self.visitor_email and not self.family_id:
            self._answer_visitor(message)
        if by_staff:
            self._push_answer()
        return message

    def _message_create(self, values_list):
        """Let everybody speak in one's own name and now, and nobody else's or then.

        :raise AccessError: an agent gives another author
        """
        if not self.env.su:
            for values in values_list:
                values.pop("date", None)
                values.pop("create_date", None)
                if values.get("author_id") not in self.env.user.partner_id.ids:
                    raise AccessError(
                        self.env._("Everybody writes in their own name only.")
                    )
        return super(EspaceRequest, allow(self, SAYING))._message_create(values_list)

    def _answer_visitor(self, message):
        """Send an agent's answer to who asked without being logged in."""
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("Answer to your question"),
                "body_html": message.body,
                "email_from": self.company_id._espace_sender_formatted(),
                "email_to": formataddr((self.visitor_name, self.visitor_email)),
                "reply_to": self.company_id.email_formatted,
                "attachment_ids": [Command.set(message.attachment_ids.ids)],
            }
        )

    def action_open_invoice(self):
        """Open the invoice of which the family contests a line."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.invoice_id.id,
            "view_mode": "form",
        }

    def action_take(self):
        """Follow these requests oneself."""
        self.check_access("write")
        self.write({"user_id": self.env.uid})
        self.filtered(lambda r: r.state == "new").write({"state": "in_progress"})

    def action_close(self):
        self.check_access("write")
        self.write({"state": "done"})

    def action_reopen(self):
        self.check_access("write")
        self.write({"state": "in_progress"})

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Lead the family from the e-mail to its own page."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        if not self:
            return groups
        guardians = self.sudo().family_id.guardian_ids._contacts().ids
        url = f"{self.get_base_url()}/my/demandes/{self.id}"
        return [
            (
                "espace_guardian",
                lambda data: data["id"] in guardians,
                {
                    "active": True,
                    "has_button_access": True,
                    "button_access": {
                        "url": url,
                        "title": self.env._("Read and answer"),
                    },
                },
            ),
            *groups,
        ]

    # === What is new === #

    @api.model
    def _open_domain(self, family):
        """Return the domain of the requests of a family that are not closed."""
        return [("family_id", "=", family.id), ("state", "!=", "done")]

    def _new_to(self, guardian):
        """Return those of these that have an answer which a guardian has not opened.

        :param guardian: the `res.partner` of a guardian, as `author_id`
        """
        return self.filtered(
            lambda one: one.state == "waiting" and guardian not in one.seen_by_ids
        )

    @api.model
    def _new_domain(self, family, guardian):
        """Return the domain of the answers that a guardian has not opened."""
        return [
            ("family_id", "=", family.id),
            ("state", "=", "waiting"),
            ("seen_by_ids", "not in", guardian.ids),
        ]

    def _mark_seen(self, guardian):
        """Remember that a guardian opened these requests."""
        for one in self._new_to(guardian):
            one.seen_by_ids = [Command.link(guardian.id)]

    # === The page === #

    def _conversation(self):
        """Return the messages that the family reads, the oldest first."""
        self.ensure_one()
        read = self._read_by_family()
        return self.sudo().message_ids.filtered_domain(read).sorted("id")

    def _all_conversations(self):
        """Return the messages of these requests that the family reads."""
        return self.env["mail.message"].concat(*(one._conversation() for one in self))

    @api.model
    def _read_by_family(self):
        """Return the domain of the messages that the family reads."""
        return [
            ("message_type", "in", ("comment", "email")),
            ("is_internal", "=", False),
            ("subtype_id", "=", self.env.ref("mail.mt_comment").id),
        ]

    def _last_messages(self):
        """Return {request: when the family or the commune last wrote}, newest first.

        Times are naive UTC. One query, however many requests.
        """
        about = [("model", "=", self._name), ("res_id", "in", self.ids)]
        written = dict(
            self.env["mail.message"]
            .sudo()
            ._read_group([*about, *self._read_by_family()], ["res_id"], ["date:max"])
        )
        last = {one: written.get(one.id) or one.create_date for one in self}
        newest = sorted(self, key=lambda one: (last[one], one.id), reverse=True)
        return {one: last[one] for one in newest}

    def _row(self, last):
        """Return what is shown of a request; `last` is when somebody last wrote."""
        company = self.company_id
        fields_of = self._fields
        day = company._espace_local(last).date()
        return {
            "id": self.id,
            "subject": self.name,
            "kind": dict(fields_of["kind"]._description_selection(self.env))[self.kind],
            "state": self.state,
            "label": self._family_states()[self.state],
            "child": self.child_id.firstname or "",
            "days": company._espace_span_words(self.date_from, self.date_to)
            if self.date_from
            else "",
            "day": company._espace_day_words(day, year=True),
            "about": self.about or "",
            "by": self.author_id.name or "",
        }

    @api.model
    def _family_states(self):
        """Say the states as the family sees them."""
        return {
            "new": self.env._("Sent"),
            "in_progress": self.env._("Being looked at"),
            "waiting": self.env._("Answered"),
            "done": self.env._("Closed"),
        }

    def _message_row(self, message_sudo):
        """Return what is shown of a message of the conversation."""
        company = self.company_id
        guardians_sudo = self.family_id.guardian_ids._contacts()
        when = company._espace_local(message_sudo.date)
        mine = message_sudo.author_id in guardians_sudo
        return {
            "author": message_sudo.author_id.name if mine else company.name,
            "mine": mine,
            "when": self.env._(
                "%(day)s at %(time)s",
                day=company._espace_day_words(when.date()),
                time=company._espace_time_words(when),
            ),
            "body": message_sudo.body,
            "files": [
                (f"/my/demandes/{self.id}/piece/{attachment.id}", attachment.name)
                for attachment in message_sudo.attachment_ids
            ],
        }
