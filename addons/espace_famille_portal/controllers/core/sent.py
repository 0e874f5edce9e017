"""Files that come with a request: the one place where they are read."""

from odoo.http import request

from ...domain import sent as rules


def sent_files(name):
    """Return [(file name, bytes)] of the files chosen in an input, each looked at.

    :param str name: of the input
    :raise UserError: one of them must not be kept
    """
    chosen = []
    for upload in request.httprequest.files.getlist(name):
        if not upload.filename:
            continue
        # Odoo runs a request again that collided with another: from the beginning.
        upload.stream.seek(0)
        chosen.append((rules.read_file_name(upload.filename), upload.read()))
    for file_name, content in chosen:
        request.env["espace.upload"]._check(file_name, content)
    return chosen
