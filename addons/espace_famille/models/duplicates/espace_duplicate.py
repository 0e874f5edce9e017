from odoo import fields, models
from odoo.tools import SQL

from .espace_merge import SUBJECTS

# Letters as they are compared; what is no letter nor figure separates words.
ACCENTED = "àáâäãåçèéêëìíîïñòóôöõùúûüýÿœæ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyyoa"


class EspaceDuplicate(models.Model):
    """Two records of the commune that look like one, found at each look.

    Children: names and birth. Guardians: e-mail and first name, or names and telephone.
    Families: name and address. Who was found to be two is left out.
    """

    _name = "espace.duplicate"
    _description = "Possible Duplicate"
    _auto = False
    _order = "subject, one_name, id"
    _rec_name = "one_name"
    _depends = {
        "espace.child": [
            "active",
            "birth_date",
            "company_id",
            "family_id",
            "firstname",
            "lastname",
            "name",
        ],
        "espace.family": ["active", "company_id", "partner_id", "reference"],
        "espace.guardian": ["company_id", "family_id", "partner_id", "person_id"],
        "espace.merge": [
            "child_id",
            "family_id",
            "gone_id",
            "guardian_id",
            "outcome",
            "subject",
        ],
        "res.partner": [
            "active",
            "email",
            "firstname",
            "name",
            "phone",
            "street",
            "zip",
        ],
    }

    subject = fields.Selection(SUBJECTS, "About", readonly=True)
    reason = fields.Selection(
        [
            ("birth", "Same name and date of birth"),
            ("email", "Same first name and e-mail"),
            ("phone", "Same name and telephone"),
            ("address", "Same name and address"),
        ],
        "In Common",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    one_id = fields.Integer(readonly=True, aggregator=None)
    other_id = fields.Integer(readonly=True, aggregator=None)
    one_name = fields.Char("Name", readonly=True)
    one_family_id = fields.Many2one("espace.family", "Family", readonly=True)
    other_name = fields.Char(readonly=True)
    other_family_id = fields.Many2one("espace.family", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH people AS (%(people)s), pairs AS (
                SELECT one.subject, one.reason, one.company_id,
                    one.id AS one_id, other.id AS other_id,
                    one.name AS one_name, other.name AS other_name,
                    one.family_id AS one_family_id, other.family_id AS other_family_id
                FROM people one
                JOIN people other ON other.subject = one.subject
                    AND other.reason = one.reason
                    AND other.company_id = one.company_id
                    AND other.key = one.key AND other.id > one.id
                    AND (other.person IS NULL OR other.person != one.person)
                WHERE NOT EXISTS (
                    SELECT 1 FROM espace_merge apart
                    WHERE apart.outcome = 'apart' AND apart.subject = one.subject
                    AND coalesce(apart.guardian_id, apart.child_id, apart.family_id)
                        = one.id
                    AND apart.gone_id = other.id
                )
            )
            SELECT DISTINCT ON (subject, one_id, other_id)
                ('x' || substr(md5(subject || one_id || '-' || other_id), 1, 7)
                )::bit(28)::int AS id,
                pairs.*
            FROM pairs
            ORDER BY subject, one_id, other_id, reason
            """,
            people=self._people_query(),
        )

    def _people_query(self):
        """Return who may be twice: (subject, reason, key that is the same)."""

        def plain(text):
            return SQL("translate(lower(%s), %s, %s)", text, ACCENTED, PLAIN)

        def words(text):
            return SQL(
                """
                (SELECT string_agg(word, '-' ORDER BY word)
                 FROM regexp_split_to_table(%s, '[^a-z0-9]+') word WHERE word != '')
                """,
                plain(text),
            )

        return SQL(
            """
            SELECT 'child' AS subject, 'birth' AS reason, child.company_id, child.id,
                child.name, child.family_id, NULL::int AS person,
                %(child)s || child.birth_date AS key
            FROM espace_child child
            WHERE child.active AND child.birth_date IS NOT NULL
            UNION ALL
            SELECT 'guardian', 'email', guardian.company_id, guardian.id, partner.name,
                guardian.family_id, guardian.partner_id,
                %(first)s || '|' || lower(trim(partner.email))
            FROM espace_guardian guardian
            JOIN res_partner partner ON partner.id = guardian.partner_id
            JOIN espace_family family ON family.id = guardian.family_id
            WHERE trim(coalesce(partner.email, '')) != '' AND family.active
            UNION ALL
            SELECT 'guardian', 'phone', guardian.company_id, guardian.id, partner.name,
                guardian.family_id, guardian.partner_id,
                %(name)s || '|' || right(
                    regexp_replace(partner.phone, '\\D', '', 'g'), 9)
            FROM espace_guardian guardian
            JOIN res_partner partner ON partner.id = guardian.partner_id
            JOIN espace_family family ON family.id = guardian.family_id
            WHERE length(regexp_replace(coalesce(partner.phone, ''), '\\D', '', 'g'))
                >= 9 AND family.active
            UNION ALL
            SELECT 'family', 'address', family.company_id, family.id, partner.name,
                family.id, family.partner_id,
                %(name)s || '|' || %(street)s
            FROM espace_family family
            JOIN res_partner partner ON partner.id = family.partner_id
            WHERE family.active AND trim(coalesce(partner.street, '')) != ''
            """,
            child=words(SQL("child.name")),
            first=words(SQL("coalesce(partner.firstname, partner.name)")),
            name=words(SQL("partner.name")),
            street=words(SQL("partner.street || ' ' || coalesce(partner.zip, '')")),
        )

    # === Actions === #

    def _pair(self):
        """Return the two records; the families of guardians of two families."""
        self.ensure_one()
        if self.subject == "guardian" and self.one_family_id != self.other_family_id:
            return self.one_family_id, self.other_family_id
        records = self.env[f"espace.{self.subject}"]
        return records.browse(self.one_id), records.browse(self.other_id)

    def action_merge(self):
        """Open the form that merges them, the older one kept."""
        return self.env["espace.merge.wizard"]._open(*self._pair())

    def action_keep_apart(self):
        """Record that they are two: they are listed no more."""
        for pair in self:
            records = self.env[f"espace.{pair.subject}"]
            self.env["espace.merge"]._keep_apart(
                records.browse(pair.one_id), records.browse(pair.other_id)
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
