"""What the scripts of `migrations/` of our addons share."""


def empty_own_extensions(cr, module):
    """Have the views by which an addon extends its own views say nothing until read.

    Odoo checks each view of an addon together with its extensions in the database.
    While an update reads the files of that addon one by one, those of the version
    before still name fields that are gone. Reading its own file gives each its contents
    again; one that has no file any more is removed by Odoo at the end.

    :param str module: name of the addon that is being updated
    """
    cr.execute(
        """
        UPDATE ir_ui_view view
        SET arch_db = jsonb_build_object('en_US', '<data/>')
        FROM ir_model_data own, ir_model_data extended
        WHERE own.model = 'ir.ui.view' AND own.res_id = view.id AND own.module = %(us)s
          AND extended.model = 'ir.ui.view' AND extended.res_id = view.inherit_id
          AND extended.module = %(us)s AND view.mode = 'extension'
          AND NOT coalesce(own.noupdate, FALSE)
        """,
        {"us": module},
    )
