"""A job works piece by piece: what fails, or lacks the time, stays to be done."""

import logging
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ...models.core.batch import one_by_one

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install")
class TestBatch(TransactionCase):
    def setUp(self):
        super().setUp()
        self.partners = self.env["res.partner"].create(
            [{"name": name} for name in ("one", "two", "three")]
        )

    def test_a_job_of_ours_speaks_the_language_of_the_commune(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        commune = self.env["res.company"]._espace_communes()[:1]
        commune.partner_id.lang = "fr_FR"
        ours = self.env.ref("espace_famille.cron_remind_documents")
        others = self.env["ir.cron"].search(
            [("model_id.model", "not like", "espace.")], limit=1
        )
        Action = self.env.registry["ir.actions.server"]
        for job, lang in ((ours, "fr_FR"), (others, None)):
            with (
                patch.object(Action, "run", autospec=True) as run,
                patch.object(self.env.cr, "commit"),
                patch.object(self.env.cr, "rollback"),
            ):
                job.with_context(lang=None)._callback(
                    job.cron_name, job.ir_actions_server_id.id
                )
            [action] = run.call_args.args
            self.assertEqual(action.env.lang, lang)

    def run_job(self, do, seconds_left=60.0):
        """Run it as a scheduled job; return what it said of its progress."""
        job = self.env(context={"ir_cron_progress_id": 1})
        with patch.object(
            self.env.registry["ir.cron"], "_commit_progress", return_value=seconds_left
        ) as said:
            one_by_one(job, self.partners, do, _logger, "%s was not done")
        return said.call_args_list

    def test_one_that_fails_stops_no_other_and_leaves_nothing(self):
        def fail_for_two(partner):
            name, partner.name = partner.name, "done"
            if name == "two":
                raise ZeroDivisionError

        with self.assertLogs(_logger) as logs:
            self.run_job(fail_for_two)
        self.assertEqual(self.partners.mapped("name"), ["done", "two", "done"])
        self.assertEqual([line.levelno for line in logs.records], [logging.ERROR])

    def test_what_is_refused_in_words_is_logged_with_them(self):
        def refuse(partner):
            reason = f"{partner.name} has to wait"
            raise UserError(reason)

        with self.assertLogs(_logger) as logs:
            self.run_job(refuse)
        self.assertEqual([line.levelno for line in logs.records], [logging.WARNING] * 3)
        self.assertIn("one has to wait", logs.output[0])

    def test_each_piece_is_told_to_the_job(self):
        said = self.run_job(lambda partner: None)
        self.assertEqual(said[0].kwargs["remaining"], 3)
        self.assertEqual([call.args[0] for call in said], [0, 1, 1, 1])

    def test_when_the_time_is_up_the_rest_is_left(self):
        done = []
        self.run_job(done.append, seconds_left=0)
        self.assertEqual(done, [self.partners[0]])

    def test_outside_a_job_nothing_is_committed(self):
        with patch.object(self.env.registry["ir.cron"], "_commit_progress") as said:
            one_by_one(self.env, self.partners, lambda partner: None, _logger, "%s")
        said.assert_not_called()
