"""Scheduled work whose worker is killed between its batches: real commits."""

from unittest.mock import patch

from psycopg2 import InterfaceError, OperationalError

from odoo.tools import mute_logger

from .served import CommittingCase


class KilledCase(CommittingCase):
    """A job with a connection of its own, which is cut; `work` runs it."""

    def work(self, kill_after=None):
        """Run the job, killed after so many batches."""
        raise NotImplementedError

    def batches(self, model, kill_after):
        """Return a patch that kills the worker of a model after so many batches."""
        owner = self.registry[model]
        work_batch, batches = owner._work_batch, []

        def counted(record):
            done = work_batch(record)
            batches.append(done)
            if kill_after is not None and len(batches) > kill_after:
                record.env.flush_all()
                self.cut(record.env.cr)
            return done

        return patch.object(owner, "_work_batch", counted)

    def cut(self, cr):
        """Kill the connection of a transaction, as a crash of its worker does."""
        pid = cr.connection.get_backend_pid()
        with self.registry.cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])

    def killed(self, after):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises((OperationalError, InterfaceError)),
        ):
            self.work(kill_after=after)
