-- What waits to be sent is the real commune's: not even once somebody switches the jobs
-- and a mail server of the copy on again.
UPDATE mail_mail
   SET state = 'cancel'
 WHERE state = 'outgoing';
DELETE FROM ir_cron_trigger;
