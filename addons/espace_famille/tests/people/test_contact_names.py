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
        contacts = self.env["res.partner"].create(
            [{"name": name, "is_company": company} for name, company in NAMES]
        )
        self.env.flush_all()
        # As they were before it.
        self.env.cr.execute(
            "UPDATE res_partner SET firstname = NULL, lastname = NULL "
            "WHERE id = ANY(%s)",
            [contacts.ids],
        )
        self.env.invalidate_all()
        contacts._install_partner_firstname()
        self.env.flush_all()
        self.env.invalidate_all()
        names = [name for name, _company in NAMES]
        self.assertEqual(contacts.mapped("name"), names)
        self.assertEqual(contacts.mapped("complete_name"), names)
        self.assertTrue(all(contacts.mapped("lastname")))
