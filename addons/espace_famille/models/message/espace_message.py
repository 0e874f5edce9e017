from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list
from odoo.tools.mail import is_html_empty

from ...domain import merge_fields
from ..core.guards import without_defaults
from .espace_audience import MANAGERS

# What sending records, and nobody enters.
RECORDED = frozenset(
    ("state", "kind", "line_ids", "checked_at", "sent_by_id", "sent_at", "closure_id")
)
# What is said and to whom, which stays as it was checked.
WRITTEN = {
    "name",
    "body",
    "attachment_ids",
    "company_id",
    "audience",
    "school_ids",
    "class_ids",
    "activity_ids",
    "booked_from",
    "booked_to",
    "family_ids",
    "child_ids",
    "by_sms",
    "sms_text",
}

# The fields of a text, by what replaces them: these words and those of the catalogues.
FIELDS = ("children", "class", "school", "family", "activity", "days", "commune")


class EspaceMessage(models.Model):
    """What the commune writes to many families at once (message aux familles).

    A draft is checked: who receives it, by e-mail or on paper, is then written down
    with each family's own words, and nothing of it changes until it is sent. Closures
    write theirs by themselves.
    """

    _name = "espace.message"
    _description = "Message to Families"
    _inherit = ["espace.thread", "espace.audience.mixin", "espace.guard.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _by_code = RECORDED

    name = fields.Char("Subject", required=True, tracking=True)
    body = fields.Html("Text", sanitize=True, sanitize_style=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    template_id = fields.Many2one(
        "espace.message.template",
        "Start from",
        check_company=True,
        ondelete="set null",
        help="A text that the commune keeps: it takes the place of what is written.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments")
    child_ids = fields.Many2many("espace.child", string="Children", check_company=True)
    fields_sentence = fields.Char("Fields", compute="_compute_fields_sentence")

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("ready", "Checked"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
        ],
        "Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    kind = fields.Selection(
        [
            ("written", "Written by an agent"),
            ("closed", "Closure"),
            ("reopened", "Closure withdrawn"),
        ],
        default="written",
        required=True,
        readonly=True,
        copy=False,
    )
    closure_id = fields.Many2one(
        "espace.closure",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    checked_at = fields.Datetime("Checked on", readonly=True, copy=False)
    sent_at = fields.Datetime("Sent on", readonly=True, copy=False, index=True)
    sent_by_id = fields.Many2one("res.users", "Sent by", readonly=True, copy=False)
    line_ids = fields.One2many(
        "espace.message.line", "message_id", "Who Receives It", readonly=True
    )

    # Before it is checked
    reached_count = fields.Integer(
        "Families Meant", compute="_compute_reached_count", groups=MANAGERS
    )
    problems = fields.Text(compute="_compute_problems")

    # What becomes of it
    family_count = fields.Integer("Families Written to", compute="_compute_counts")
    mail_count = fields.Integer("By E-mail", compute="_compute_counts")
    paper_count = fields.Integer("Letters to Print", compute="_compute_counts")
    left_count = fields.Integer("Still to Leave", compute="_compute_counts")
    sent_count = fields.Integer("E-mails Sent", compute="_compute_counts")
    failed_count = fields.Integer("Not Received", compute="_compute_counts")
    progress = fields.Float("Progress (%)", compute="_compute_counts")
    remarks = fields.Text(compute="_compute_remarks")
    mail_problem = fields.Char(compute="_compute_mail_problem")

    # === Computes === #

    @api.model
    def _audiences(self):
        return [*super()._audiences(), ("child", self.env._("Chosen children"))]

    @api.model
    def _audience_fields(self):
        return [*super()._audience_fields(), "child_ids"]

    def _reached_children(self):
        if self.audience == "child":
            return fields.Domain("id", "in", self.child_ids.ids)
        return super()._reached_children()

    @api.depends_context("lang")
    def _compute_fields_sentence(self):
        self.fields_sentence = self._fields_sentence()

    @api.depends(lambda self: [*self._audience_fields(), "booked_from", "booked_to"])
    def _compute_reached_count(self):
        for message in self:
            reached = message.state == "draft" and message._reached()
            families = self.env["espace.family"]
            message.reached_count = families.search_count(reached) if reached else 0

    @api.depends("name", "body", "sms_text", "company_id")
    def _compute_problems(self):
        for message in self:
            texts = [text for text, _html in message._texts().values()]
            faults = message.state == "draft" and self._faults(
                message.company_id, *texts
            )
            message.problems = "\n".join(faults or ()) or False

    def _texts(self):
        """Return {what a line holds: (the text with fields, whether it is HTML)}."""
        self.ensure_one()
        texts = {"subject": (self.name or "", False), "body": (self.body or "", True)}
        if self.by_sms:
            texts["sms_text"] = (self.sms_text or "", False)
        return texts

    @api.depends("line_ids.state", "line_ids.channel")
    def _compute_counts(self):
        counts = {}
        for message, channel, state, count in self.env[
            "espace.message.line"
        ]._read_group(
            [("message_id", "in", self.ids)],
            ["message_id", "channel", "state"],
            ["__count"],
        ):
            counts.setdefault(message.id, {})[channel, state] = count
        for message in self:
            own = counts.get(message.id, {})

            def of(channel=None, states=None, own=own):
                return sum(
                    count
                    for (by, state), count in own.items()
                    if by in (channel or by) and state in (states or (state,))
                )

            message.family_count = of()
            message.mail_count = of(("mail",))
            message.paper_count = of(("paper",))
            message.left_count = of(states=("todo", "queued"))
            message.sent_count = of(("mail",), ("sent",))
            message.failed_count = of(states=("refused", "returned"))
            total = message.family_count
            done = total - message.left_count
            message.progress = 100.0 * done / total if total else 0.0

    @api.depends("line_ids", "state")
    def _compute_remarks(self):
        for message in self:
            message.remarks = "\n".join(message._remarks()) or False

    def _remarks(self):
        """Say in words what an agent should know before sending."""
        if self.state != "ready":
            return []
        remarks = []
        if self.paper_count:
            remarks.append(
                self.env._(
                    "%s families have no e-mail address: print their letters.",
                    self.paper_count,
                )
            )
        lacking = self.line_ids.filtered("lacking")
        if lacking:
            remarks.append(
                self.env._(
                    "A field is empty for %(count)s families, %(family)s for "
                    "instance: read their message below.",
                    count=len(lacking),
                    family=lacking[0].family_id.name,
                )
            )
        return remarks + self._sms_remarks()

    def _compute_mail_problem(self):
        self.mail_problem = self.env["ir.mail_server"]._espace_problem()

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id:
            self._take(self.template_id)

    def _take(self, template):
        """Take over the texts of a template."""
        self.name = template.subject
        self.body = template.body
        self.sms_text = template.sms_text

    @api.constrains("company_id")
    def _check_commune(self):
        self.company_id._espace_check_communes()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        entered = [
            {name: value for name, value in vals.items() if name not in RECORDED}
            for vals in vals_list
        ]
        return super(EspaceMessage, without_defaults(self)).create(entered)

    def write(self, vals):
        settled = any(message.state != "draft" for message in self)
        if settled and vals.keys() & self._written() and not self._is_code():
            raise UserError(
                self.env._(
                    "This message was checked: press “Back to Draft” to change it. "
                    "What was sent stays as it was read."
                )
            )
        return super().write(vals)

    @api.model
    def _written(self):
        """Return the names of the fields that say what is said and to whom."""
        return WRITTEN

    @api.model
    def _by_code_words(self):
        return self.env._("What became of a message is never entered by hand.")

    @api.ondelete(at_uninstall=False)
    def _unlink_unsent(self):
        if self.filtered(lambda message: message.state in ("sending", "sent")):
            raise UserError(
                self.env._("A message that was sent is kept: families have read it.")
            )

    # === Fields in braces === #

    @api.model
    def _known_fields(self, company):
        """Return {word as `merge_fields.plain` has it: one of FIELDS}.

        These very names, and the words of the commune's language and of the agent's.
        """
        languages = {company.partner_id.lang, self.env.lang, "en_US"}
        known = {name: name for name in FIELDS}
        for lang in sorted(filter(None, languages)):
            for name, word in self.with_context(lang=lang)._field_words().items():
                known[merge_fields.plain(word)] = name
        return known

    @api.model
    def _field_words(self):
        return {
            "children": self.env._("child names"),
            "class": self.env._("class"),
            "school": self.env._("school"),
            "family": self.env._("family"),
            "activity": self.env._("activity"),
            "days": self.env._("days"),
            "commune": self.env._("commune"),
        }

    @api.model
    def _fields_sentence(self):
        words = ", ".join(f"{{{word}}}" for word in self._field_words().values())
        return self.env._("Each family reads its own in the place of %s.", words)

    @api.model
    def _faults(self, company, *texts):
        """Say in words which fields of these texts nobody knows."""
        known = self._known_fields(company or self.env.company)
        wrong = [word for text in texts for word in merge_fields.unknown(text, known)]
        faults = [
            self.env._(
                "{%(word)s} is no field. Write one of these: %(known)s.",
                word=word,
                known=", ".join(f"{{{w}}}" for w in self._field_words().values()),
            )
            for word in dict.fromkeys(wrong)
        ]
        if any(map(merge_fields.has_lone_brace, texts)):
            faults.append(
                self.env._(
                    "A brace is alone: a field is written {%s}, and braces are for "
                    "fields only.",
                    self._field_words()["children"],
                )
            )
        return faults

    # === Check === #

    def action_check(self):
        """Write down who receives it, and what each family reads; nothing leaves.

        :raise UserError: an unknown field, no text, or nobody to write to
        """
        self.ensure_one()
        self.check_access("write")
        self._check_state("draft")
        self._check_texts()
        # Two agents who check at once: the second one waits, and is told.
        self.sudo().write({"state": "ready", "checked_at": fields.Datetime.now()})
        self.flush_recordset()
        self._prepare()
        return True

    def _check_texts(self):
        texts = [text for text, _html in self._texts().values()]
        faults = self._faults(self.company_id, *texts) + self._sms_faults()
        if is_html_empty(self.body):
            faults.append(self.env._("Nothing is written yet: write the message."))
        if faults:
            raise UserError("\n".join(faults))

    def _check_state(self, *states):
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The message “%(message)s” is “%(state)s”: it was done already, "
                    "maybe by somebody else. Look again.",
                    message=self.name,
                    state=labels[self.state],
                )
            )

    def _prepare(self):
        """Write a line for each family that is meant, with its own words.

        :raise UserError: there is none
        """
        families = self.env["espace.family"].search(self._reached(), order="id")
        if not families:
            raise UserError(
                self.env._(
                    "Nobody would receive “%s”: no family is meant. Choose others.",
                    self.name,
                )
            )
        children = self._children_of(families)
        known = self._known_fields(self.company_id)
        words = self._words_by_children(known)
        lines = []
        for family in families:
            values = words(family, children[family.id])
            lines.append(
                {
                    "family_id": family.id,
                    "child_ids": [fields.Command.set(children[family.id].ids)],
                    **values,
                }
            )
        self._write_lines(lines)

    def _children_of(self, families):
        """Return {family id: its children that the message is about}."""
        # In one go, and as a person would list them.
        concerned = self.env["espace.child"].search(
            self._reached_children() & fields.Domain("family_ids", "in", families.ids)
        )
        return {family.id: family.child_ids & concerned for family in families}

    def _words_by_children(self, known):
        """Return a function that says what a family reads: subject, body, lacking."""
        company = self.company_id
        texts = self._texts()
        wanted = {
            known[merge_fields.plain(word)]
            for text, _html in texts.values()
            for word in merge_fields.used(text)
        }
        activity = format_list(self.env, self.activity_ids.mapped("name"))
        days = self._days_words()

        def words(family, children):
            classes = children.class_id
            values = {
                "children": format_list(self.env, children.mapped("firstname")),
                "class": format_list(self.env, classes.mapped("name")),
                "school": format_list(self.env, classes.school_id.mapped("name")),
                "family": family.name or "",
                "activity": activity,
                "days": days,
                "commune": company.name,
            }
            filled = {
                name: merge_fields.fill(text, known, values, html)
                for name, (text, html) in texts.items()
            }
            return {**filled, "lacking": any(not values[name] for name in wanted)}

        return words

    def _days_words(self):
        if not (self.booked_from or self.booked_to):
            return ""
        first = self.booked_from or self.booked_to
        return self.company_id._espace_span_words(first, self.booked_to or first)

    def _write_lines(self, lines):
        """Write the lines of this message anew.

        :param lines: list of values: family_id and what it reads
        """
        self.line_ids.sudo().unlink()
        families = self.env["espace.family"].browse(
            [vals["family_id"] for vals in lines]
        )
        addresses = families._message_addresses()
        by_sms = self._sms_vals(families)
        self.env["espace.message.line"].sudo().create(
            [
                {
                    "message_id": self.id,
                    "channel": "mail" if addresses[vals["family_id"]] else "paper",
                    "addresses": ", ".join(
                        one.email for one in addresses[vals["family_id"]]
                    ),
                    **by_sms[vals["family_id"]],
                    **vals,
                }
                for vals in lines
            ]
        )

    def action_back_to_draft(self):
        """Have the text and the families open to change again."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("ready")
        message_sudo = self.sudo()
        message_sudo.write({"state": "draft", "checked_at": False})
        message_sudo.line_ids.unlink()
        return True

    # === Actions === #

    def action_open_families(self):
        """Show the families that it is meant for, or that were written to."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_family_action"
        )
        reached = self._reached() if self.state == "draft" else None
        families = self.line_ids.family_id.ids
        action["display_name"] = self.name or self.env._("Families")
        action["domain"] = list(reached) if reached else [("id", "in", families)]
        return action

    def action_open_lines(self):
        """Open what became of it, family by family."""
        return self._action_lines()

    def action_open_failed(self):
        """Open the families that it did not reach."""
        return self._action_lines(search_default_failed=1)

    def _action_lines(self, **context):
        self.ensure_one()
        self.check_access("read")
        return self.env["espace.message.line"]._open(
            self.name, [("message_id", "=", self.id)], **context
        )

    def action_print_letters(self):
        """Print a letter for each family that no e-mail reaches, or reached."""
        self.ensure_one()
        return self.line_ids.action_print_letters()

    def action_send_again(self):
        """Send again to those whom it did not reach."""
        self.ensure_one()
        failed = self.line_ids.filtered(
            lambda one: one.state in ("refused", "returned")
        )
        return failed.action_send_again()
