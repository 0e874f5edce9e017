from odoo.tests import TransactionCase, tagged

NAMES = (
    ("Jean Dupont", False),
    ("DUPONT Jean-Pierre", False),
    ("Madame Marie-Claire de La Tour", False),
    ("Trésorerie", False),
    ("Société des eaux & Cie, agence d'Albi", True),
)


@tagged("post_install", "-at_install")
class TestContactNames(TransactionCase):
    def test_contacts_that_were_there_keep_their_full_names(self):
        """The addon that we need cuts names into parts when it is installed."""
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO res_partner (name, complete_name, is_company, active, type) "
            "SELECT name, name, company, TRUE, 'contact' "
            "FROM unnest(%s, %s) AS known(name, company) RETURNING id",
            ([name for name, _company in NAMES], [company for _n, company in NAMES]),
        )
        contacts = self.env["res.partner"].browse(
            [row[0] for row in self.env.cr.fetchall()]
        )
        contacts._install_partner_firstname()
        self.env.flush_all()
        self.env.invalidate_all()
        names = [name for name, _company in NAMES]
        self.assertEqual(contacts.mapped("name"), names)
        self.assertEqual(contacts.mapped("complete_name"), names)
        self.assertTrue(all(contacts.mapped("lastname")))
