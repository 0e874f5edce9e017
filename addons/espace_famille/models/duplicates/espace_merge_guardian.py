from odoo import models


class EspaceMerge(models.Model):
    """Two guardians who are one person, with the log-in of one of them."""

    _inherit = "espace.merge"

    def _guardian_problems(self, kept, gone, choices):
        problems = []
        if kept.family_id != gone.family_id:
            problems.append(
                self.env._(
                    "%(one)s and %(other)s are guardians of two families: merge the "
                    "families, or leave the person in both.",
                    one=kept.name,
                    other=gone.name,
                )
            )
        users = self._log_ins(kept), self._log_ins(gone)
        if all(users) and users[0] != users[1] and not choices.get("log_in"):
            problems.append(
                self.env._(
                    "Both have a log-in (%(one)s, %(other)s): choose the one that goes "
                    "on.",
                    one=users[0].login,
                    other=users[1].login,
                )
            )
        if any(user._is_internal() for user in users[0] | users[1]):
            problems.append(
                self.env._(
                    "One of them works here and has an agent's account: an "
                    "administrator merges the contacts in Odoo first."
                )
            )
        return problems

    def _log_ins(self, guardian):
        users = self.env["res.users"].sudo()
        return users.search([("partner_id", "=", guardian.person_id.id)], limit=1)

    def _before_guardians(self, kept, gone, choices):
        told = self._fill_blanks(kept, gone, ("civility", "email", "phone"))
        values = {}
        for name in ("may_book", "is_payer", "is_emergency"):
            if gone[name] and not kept[name]:
                values[name] = True
        # What a court has decided is not lost.
        if not gone.may_pick_up and kept.may_pick_up:
            values["may_pick_up"] = False
        if values:
            kept.write(values)
        own, other = self._log_ins(kept), self._log_ins(gone)
        if other and other != own and (not own or choices.get("log_in") == "gone"):
            told.append(self._take_log_in(kept, gone, own, other))
        elif own and other and own != other:
            other.active = False
            told.append(
                self.env._(
                    "%(kept)s goes on to log in; %(gone)s is closed.",
                    kept=own.login,
                    gone=other.login,
                )
            )
        return told

    def _take_log_in(self, kept, gone, own, other):
        """Have the one that is kept be the person who logs in as the other."""
        names = {name: kept[name] for name in ("firstname", "lastname", "phone")}
        partner, person = gone.partner_id, gone.person_id
        self.partner_id = kept.partner_id
        if own:
            own.active = False
        self.env.flush_all()
        # Nobody is a guardian twice: the one that goes has no person any more.
        for guardian, contact, log_in in (
            (gone, gone.company_id.partner_id.id, None),
            (kept, partner.id, person.id),
        ):
            self.env.cr.execute(
                "UPDATE espace_guardian SET partner_id = %s, person_id = %s "
                "WHERE id = %s",
                (contact, log_in, guardian.id),
            )
        self.env.invalidate_all()
        kept.partner_id.write({name: value for name, value in names.items() if value})
        return self.env._("%s goes on to log in.", other.login)

    def _after_guardians(self, _kept, gone, _choices):
        self.partner_id = self.partner_id or gone.partner_id
        partner = self.partner_id
        gone.unlink()
        # Who is nobody else here, and logs in no more, is found no more.
        others = self.env["espace.guardian"].search([("partner_id", "=", partner.id)])
        if not others and not partner.user_ids:
            partner.active = False
        return []
