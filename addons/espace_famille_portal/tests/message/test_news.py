import base64
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import EspacePortalCase

NEWS = "/my/actualites"


@tagged("post_install", "-at_install")
class TestNews(EspacePortalCase):
    """Mes actualités: who reads what, and when."""

    def create_news(self, **vals):
        return self.env["espace.news"].create(
            {
                "name": "Menu de la semaine",
                "body": "<p>Lundi : <b>couscous</b></p>",
                "company_id": self.company.id,
                "publish_at": NOW - timedelta(days=1),
                "released_at": NOW - timedelta(days=1),
                **vals,
            }
        )

    def readers(self, news):
        families = self.martin | self.durand
        return families.filtered(lambda f: news in news._for_family(f, NOW))

    # === Drafts === #

    def test_a_draft_is_read_by_nobody(self):
        draft = self.create_news(released_at=False, by_mail=True)
        self.assertEqual(draft.state, "draft")
        self.assertFalse(self.readers(draft))
        self.assertIn(draft, draft.search([("state", "=", "draft")]))
        self.assertNotIn(draft, draft.search([("state", "=", "published")]))
        self.env["espace.news"]._cron_mail(NOW)
        self.assertFalse(draft.mailed_at)
        self.authenticate("claire.martin", "claire.martin")
        self.assertNotIn(draft.name, self.url_open(NEWS).text)
        page = self.url_open(f"{NEWS}/{draft.id}")
        self.assertNotIn("couscous", page.text)

    def test_what_an_agent_writes_is_a_draft_until_published(self):
        news = self.env["espace.news"].create({"name": "Menu", "body": "<p>Riz</p>"})
        self.assertEqual(news.state, "draft")
        news.action_publish()
        self.assertEqual(news.state, "published")
        self.assertEqual(self.readers(news), self.martin | self.durand)
        news.action_back_to_draft()
        self.assertFalse(self.readers(news))

    def test_what_was_written_for_days_is_new_when_it_is_published(self):
        news = self.create_news(released_at=False, publish_at=NOW - timedelta(days=5))
        news.action_publish()
        self.assertEqual(news.publish_at, NOW)
        later = self.create_news(released_at=False, publish_at=NOW + timedelta(days=5))
        later.action_publish()
        self.assertEqual(later.publish_at, NOW + timedelta(days=5))
        self.assertEqual(later.state, "planned")

    def test_a_draft_says_who_will_read_it(self):
        draft = self.create_news(
            released_at=False,
            audience="class",
            class_ids=[Command.set(self.tom.class_id.ids)],
        )
        self.assertEqual(draft.family_count, 1)
        self.assertEqual(draft.mail_count, len(self.martin.guardian_ids))
        self.martin.guardian_ids[0].notify_news = False
        draft.invalidate_recordset()
        self.assertEqual(draft.mail_count, len(self.martin.guardian_ids) - 1)
        listed = draft.action_open_families()
        found = self.env["espace.family"].search(listed["domain"])
        self.assertEqual(found, self.martin)

    def test_what_nobody_would_read_is_not_published(self):
        empty = self.env["espace.school"].create(
            {"name": "École vide", "class_ids": [Command.create({"name": "CP"})]}
        )
        draft = self.create_news(
            released_at=False,
            audience="school",
            school_ids=[Command.set(empty.ids)],
        )
        with self.assertRaisesRegex(UserError, "No family"):
            draft.action_publish()

    # === To whom === #

    def test_all_families_read_what_is_for_all(self):
        self.assertEqual(self.readers(self.create_news()), self.martin | self.durand)

    def test_another_commune_reads_nothing_of_ours(self):
        other = self.env["res.company"].create(
            {"name": "Autre Commune", "espace_is_commune": True}
        )
        self.assertFalse(self.readers(self.create_news(company_id=other.id)))

    def test_a_class_a_school_chosen_families(self):
        of_class = self.create_news(
            audience="class", class_ids=[Command.set(self.tom.class_id.ids)]
        )
        self.assertEqual(self.readers(of_class), self.martin)
        of_school = self.create_news(
            audience="school",
            school_ids=[Command.set(self.lina.class_id.school_id.ids)],
        )
        self.assertEqual(self.readers(of_school), self.martin | self.durand)
        chosen = self.create_news(
            audience="family", family_ids=[Command.set(self.durand.ids)]
        )
        self.assertEqual(self.readers(chosen), self.durand)
        self.assertEqual(chosen.family_count, 1)

    def test_who_booked_between_two_days(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.book(self.durand, (self.lina, self.meal, TUESDAY))
        news = self.create_news(
            audience="activity",
            activity_ids=[Command.set(self.canteen.ids)],
            booked_from=MONDAY,
            booked_to=MONDAY,
        )
        self.assertEqual(self.readers(news), self.martin)
        news.booked_to = TUESDAY
        self.assertEqual(self.readers(news), self.martin | self.durand)

    def test_what_is_cancelled_no_longer_counts(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        news = self.create_news(
            audience="activity",
            activity_ids=[Command.set(self.evening.ids)],
            booked_from=MONDAY,
        )
        self.assertEqual(self.readers(news), self.martin)
        self.cancel(reservation)
        self.assertFalse(self.readers(news))

    def test_an_audience_without_names_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Choose which ones"):
            self.create_news(audience="school")

    # === When === #

    def test_it_is_shown_between_its_dates_only(self):
        for start, end, shown in ((1, None, False), (-2, -1, False), (-1, 1, True)):
            news = self.create_news(
                publish_at=NOW + timedelta(days=start),
                unpublish_at=end and NOW + timedelta(days=end),
            )
            self.assertEqual(bool(self.readers(news)), shown)

    def test_what_is_pinned_comes_first(self):
        old = self.create_news(publish_at=NOW - timedelta(days=9), pinned=True)
        self.create_news()
        self.assertEqual(self.env["espace.news"]._for_family(self.martin, NOW)[0], old)

    # === Pages === #

    def test_a_parent_reads_and_the_mark_goes(self):
        news = self.create_news()
        self.assertIn("New", self.shown(self.url_open(NEWS)))
        page = self.shown(self.url_open(f"{NEWS}/{news.id}"))
        self.assertIn("couscous", page)
        self.assertIn("Sunday 3 January 2027", page)
        [row] = self.page(NEWS).xpath(f"//li[@data-news='{news.id}']")
        self.assertNotIn("New", self.words(row).split())
        self.assertEqual(news.read_ids.user_id, self.claire)
        self.url_open(f"{NEWS}/{news.id}")
        self.assertEqual(news.read_count, 1)

    def test_the_list_shows_words_not_markup(self):
        self.create_news(body="<p>Sortie <strong>par la cour</strong>.</p>")
        self.assertIn("Sortie par la cour.", self.shown(self.url_open(NEWS)))

    def test_the_home_shows_the_news(self):
        self.create_news(name="Grève jeudi", kind="alert")
        self.assertIn("Grève jeudi", self.shown(self.url_open("/my")))

    def test_news_and_attachments_of_others_are_not_opened(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "menu.pdf", "datas": base64.b64encode(b"%PDF-1.4 menu")}
        )
        news = self.create_news(
            audience="family",
            family_ids=[Command.set(self.durand.ids)],
            attachment_ids=[Command.set(attachment.ids)],
        )
        for path in (f"{NEWS}/{news.id}", f"{NEWS}/{news.id}/piece/{attachment.id}"):
            response = self.url_open(path)
            self.assertTrue(response.url.endswith(NEWS))
            self.assertNotIn(news.name, response.text)
        self.login(self.sofia)
        file = self.url_open(f"{NEWS}/{news.id}/piece/{attachment.id}")
        self.assertEqual(file.content, b"%PDF-1.4 menu")
        self.assertIn("attachment", file.headers["Content-Disposition"])

    def test_scripts_in_the_text_do_not_survive(self):
        news = self.create_news(body="<p onclick='x()'>A<script>alert(1)</script></p>")
        self.assertNotIn("script", news.body)
        self.assertNotIn("onclick", news.body)

    # === By e-mail === #

    def test_it_is_sent_once_to_those_it_is_for(self):
        self.martin.guardian_ids[0].email = "claire.martin@example.org"
        self.martin.guardian_ids[1].email = False
        news = self.create_news(
            by_mail=True,
            audience="family",
            family_ids=[Command.set(self.martin.ids)],
        )
        progress = patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
        )
        with progress:
            self.env["espace.news"]._cron_mail(NOW)
            self.env["espace.news"]._cron_mail(NOW)
        mails = self.env["mail.mail"].search([("subject", "ilike", news.name)])
        self.assertEqual(
            mails.mapped("email_to"), ['"Claire Martin" <claire.martin@example.org>']
        )
        self.assertIn("couscous", mails.body_html)
        self.assertEqual(news.mailed_at, NOW)
