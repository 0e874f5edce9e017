"""The work of a scheduled job, piece by piece: what fails stops nothing else."""

from odoo import models
from odoo.exceptions import UserError


def one_by_one(env, pieces, do, logger, failure):
    """Do each piece of work on its own and commit it, as long as the job may last.

    Odoo calls the job again for what is left. What fails is logged and stays to be
    done. Called by something else than a job, all of it is one transaction.

    :param pieces: iterable, of records for instance; read before any is done
    :param do: callable with one piece
    :param str failure: what is logged, with `%s` for the piece
    """
    pieces = list(pieces)
    progress(env, remaining=len(pieces))
    for piece in pieces:
        attempt(env, do, piece, logger, failure)
        if not progress(env, 1):
            break


def attempt(env, do, piece, logger, failure):
    """Do one piece of work, or nothing of it; return whether it was done."""
    try:
        with env.cr.savepoint():
            do(piece)
    except UserError as error:
        logger.warning(f"{failure}: %s", piece, error)
    except Exception:
        logger.exception(failure, piece)
    else:
        return True
    return False


def progress(env, done=0, remaining=None):
    """Commit what a scheduled job has done; return the seconds that it has left.

    :param int remaining: pieces left, those known less `done` if None
    """
    if not env.context.get("ir_cron_progress_id"):
        return float("inf")
    return env["ir.cron"]._commit_progress(done, remaining=remaining)


class IrCron(models.Model):
    """Our jobs write in the commune's language what they leave in a file.

    A job is nobody's, and would speak English. What families receive is in theirs.
    """

    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        speaking = self._espace_in_language()
        return super(IrCron, speaking)._callback(cron_name, server_action_id)

    def _espace_in_language(self):
        if not (self.model_name or "").startswith("espace."):
            return self
        commune = self.env["res.company"].sudo()._espace_communes()[:1]
        return self.with_context(lang=commune.partner_id.lang or self.env.lang)
