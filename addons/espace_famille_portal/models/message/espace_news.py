import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import html_to_inner_content

from odoo.addons.espace_famille.models.core.batch import one_by_one
from odoo.addons.espace_famille.models.message.espace_audience import MANAGERS

from ..notice.espace_booking_reminder import CHOICES

_logger = logging.getLogger(__name__)


class EspaceNews(models.Model):
    """A message of the commune to its families (actualité), between two dates.

    It is a draft until somebody publishes it: nobody reads what is being written.
    """

    _name = "espace.news"
    _description = "News"
    _inherit = ["espace.thread", "espace.audience.mixin"]
    _order = "pinned desc, publish_at desc, id desc"
    _check_company_auto = True

    name = fields.Char("Title", required=True, tracking=True)
    kind = fields.Selection(
        [
            ("information", "Information"),
            ("alert", "Alert"),
            ("closure", "Closure"),
            ("menu", "Menu"),
            ("registration", "Registration"),
        ],
        default="information",
        required=True,
    )
    body = fields.Html("Text", sanitize=True, sanitize_style=True, required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    pinned = fields.Boolean(help="Stays above the others.")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments")

    # When
    released_at = fields.Datetime(
        "Published on", readonly=True, copy=False, tracking=True, help="Empty: a draft."
    )
    publish_at = fields.Datetime(
        "Published from", default=fields.Datetime.now, required=True
    )
    unpublish_at = fields.Datetime("Until", help="Empty: it stays.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("planned", "Planned"),
            ("published", "Published"),
            ("ended", "No longer shown"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    # To whom: the fields of the mixin, named here for Odoo to find their French.
    audience = fields.Selection(string="For")
    school_ids = fields.Many2many()
    class_ids = fields.Many2many()
    activity_ids = fields.Many2many()
    booked_from = fields.Date("Booked from", help="Empty: enrolled or booked whenever.")
    booked_to = fields.Date("Booked until")
    family_ids = fields.Many2many(string="Families")
    family_count = fields.Integer(
        "Families Reached", compute="_compute_family_count", groups=MANAGERS
    )
    mail_count = fields.Integer(
        "Guardians who Get the E-mail", compute="_compute_mail_count", groups=MANAGERS
    )
    read_ids = fields.One2many("espace.news.read", "news_id")
    read_count = fields.Integer(
        "Families that Read It", compute="_compute_read_count", groups=MANAGERS
    )

    # By e-mail
    by_mail = fields.Boolean("Also by E-mail")
    mailed_at = fields.Datetime("E-mails Sent on", readonly=True, copy=False)

    _dates_ordered = models.Constraint(
        "CHECK(unpublish_at IS NULL OR unpublish_at > publish_at)",
        "The news must not end before it is published.",
    )

    @api.depends("released_at", "publish_at", "unpublish_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for news in self:
            if not news.released_at:
                news.state = "draft"
            elif not news.publish_at or news.publish_at > now:
                news.state = "planned"
            else:
                ended = news.unpublish_at and news.unpublish_at <= now
                news.state = "ended" if ended else "published"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        released = Domain("released_at", "!=", False)
        domains = {
            "draft": ~released,
            "planned": released & Domain("publish_at", ">", now),
            "published": self._published(now),
            "ended": released & Domain("unpublish_at", "<=", now),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends(
        "audience",
        "school_ids",
        "class_ids",
        "activity_ids",
        "booked_from",
        "booked_to",
        "family_ids",
        "company_id",
    )
    def _compute_family_count(self):
        for news in self:
            news.family_count = self.env["espace.family"].search_count(news._reached())

    @api.depends("family_count")
    def _compute_mail_count(self):
        for news in self:
            news.mail_count = self.env["espace.guardian"].search_count(
                Domain("family_id", "any", news._reached())
                & Domain("email_normalized", "!=", False)
                & Domain("notify_news", "=", True)
            )

    @api.depends("read_ids.family_id")
    def _compute_read_count(self):
        for news in self:
            news.read_count = len(news.read_ids.family_id)

    # === From draft to published === #

    def action_publish(self):
        """Let the families read these drafts, from their first day on.

        :raise UserError: nobody would read one of them
        """
        now = fields.Datetime.now()
        for news in self.filtered(lambda one: not one.released_at):
            if not news.family_count and news.audience != "all":
                raise UserError(
                    self.env._(
                        "No family would read “%s”: choose whom it is for.", news.name
                    )
                )
            news.released_at = now
            if news.publish_at < now and not news.read_ids:
                # It was written for days: families find it where new ones are.
                news.publish_at = now

    def action_back_to_draft(self):
        """Have nobody read it any more while it is corrected; e-mails have left."""
        self.released_at = False

    def action_open_families(self):
        """Show the families that this news is for."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_family_action"
        )
        action["display_name"] = self.env._("Readers of “%s”", self.name or "")
        action["domain"] = list(self._reached())
        return action

    # === To whom === #

    @api.model
    def _published(self, now):
        return (
            Domain("released_at", "!=", False)
            & Domain("publish_at", "<=", now)
            & (Domain("unpublish_at", "=", False) | Domain("unpublish_at", ">", now))
        )

    @api.model
    def _published_in(self, company, now):
        """Return the domain of what a commune says now, to all or to some."""
        return Domain("company_id", "=", company.id) & self._published(now)

    @api.model
    def _for_family(self, family, now=None, published_sudo=None):
        """Return the news that a family may read now, as superuser, in their order.

        :param published_sudo: those of `_published_in`, if somebody has found them
        """
        if published_sudo is None:
            published_sudo = self.sudo().search(
                self._published_in(family.company_id, now or fields.Datetime.now())
            )
        Family = self.env["espace.family"].sudo()
        return published_sudo.filtered(
            lambda news: (
                news.audience == "all"
                or Family.search_count(news._reached() & Domain("id", "=", family.id))
            )
        )

    # === Read marks === #

    def _unread(self, user):
        """Return those of these news that the user has not opened yet."""
        reads_sudo = self.env["espace.news.read"].sudo()
        read = reads_sudo.search(
            [("news_id", "in", self.ids), ("user_id", "=", user.id)]
        )
        return self - read.news_id

    def _mark_read(self, family, user):
        """Remember that a guardian opened these news."""
        self.env["espace.news.read"].sudo().create(
            [
                {"news_id": news.id, "family_id": family.id, "user_id": user.id}
                for news in self._unread(user)
            ]
        )

    # === By e-mail === #

    @api.model
    def _cron_mail(self, now=None):
        """Send by e-mail what is published and wants it, family by family."""
        now = now or fields.Datetime.now()
        to_send = self.search(
            Domain("by_mail", "=", True)
            & Domain("mailed_at", "=", False)
            & self._published(now)
        )
        one_by_one(
            self.env, to_send, lambda news: news._mail(now), _logger, "%s was not sent"
        )

    def _mail(self, now):
        """Write to the guardians of the families that this news is for, once."""
        self.ensure_one()
        families_sudo = self.env["espace.family"].sudo().search(self._reached())
        guardians = families_sudo.guardian_ids.filtered(
            lambda one: one.email_normalized and one.notify_news
        )

        def headers(guardian):
            choices = f"{guardian.get_base_url()}{CHOICES}"
            return repr({"List-Unsubscribe": f"<{choices}>"})

        self.env["mail.template"]._espace_make(
            "espace_famille_portal.mail_template_news",
            lambda template: [
                template.with_context(news=self).send_mail(
                    guardian.id, email_values={"headers": headers(guardian)}
                )
                for guardian in guardians
            ],
            self,
        )
        self._push_closures(families_sudo, now)
        self.mailed_at = now

    def _row(self):
        """Return what the pages show of a news, as a dict."""
        self.ensure_one()
        company = self.company_id
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        day = company._espace_local(self.publish_at).date()
        return {
            "id": self.id,
            "title": self.name,
            "kind": kinds[self.kind],
            "alert": self.kind in ("alert", "closure"),
            "pinned": self.pinned,
            "day": company._espace_day_words(day, year=True),
        }

    def _summary(self, length=160):
        """Return the beginning of the text, without its layout."""
        text = " ".join(html_to_inner_content(self.body or "").split())
        return text if len(text) <= length else f"{text[:length].rsplit(' ', 1)[0]}…"


class EspaceNewsRead(models.Model):
    """A guardian opened a news: when."""

    _name = "espace.news.read"
    _description = "News Read"
    _order = "id desc"

    news_id = fields.Many2one(
        "espace.news", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="news_id.company_id", store=True)
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")

    _once = models.UniqueIndex("(news_id, user_id)", "It was read already.")
