-- Links in what the copy sends lead to the copy, not to the families' real pages: Odoo
-- takes the address by which its administrator logs in.
UPDATE ir_config_parameter
   SET value = 'http://localhost:8069'
 WHERE key = 'web.base.url';
DELETE FROM ir_config_parameter
 WHERE key = 'web.base.url.freeze';
-- The telephones of real families are told nothing by the copy.
DELETE FROM mail_push_device;
