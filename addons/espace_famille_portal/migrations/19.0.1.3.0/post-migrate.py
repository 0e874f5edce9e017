"""What 19.0.1.3 sets where it was installed before."""


def migrate(cr, version):
    # Answers of the time before read marks are not all new at once.
    cr.execute(
        """
        INSERT INTO espace_request_seen (espace_request_id, res_partner_id)
        SELECT request.id, guardian.partner_id
        FROM espace_request request
        JOIN espace_guardian guardian ON guardian.family_id = request.family_id
        WHERE request.state = 'waiting'
        ON CONFLICT DO NOTHING
        """
    )
    # Communes that stated nothing say what this release was audited to be.
    cr.execute(
        """
        UPDATE res_company
           SET espace_accessibility = 'audit'
         WHERE espace_accessibility = 'none'
           AND espace_accessibility_date IS NULL
        """
    )
