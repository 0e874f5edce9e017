"""The port of the e-mail dialog is text in 19.0.1.3: what was typed, or nothing."""


def migrate(cr, version):
    cr.execute("ALTER TABLE IF EXISTS espace_mail_wizard DROP COLUMN IF EXISTS port")
