from odoo import api, models
from odoo.fields import Domain

from odoo.addons.espace_famille.models.absence.espace_absence import (
    OPEN_STATES,
    REASONS,
)

SHOWN = 30
BADGES = {
    "declared": ("o_espace_wait", "fa-hourglass-half"),
    "waiting_proof": ("o_espace_wait", "fa-paperclip"),
    "to_check": ("o_espace_wait", "fa-hourglass-half"),
    "accepted": ("o_espace_ok", "fa-check"),
    "refused": ("o_espace_bad", "fa-times"),
    "withdrawn": ("text-bg-light", "fa-undo"),
}


class EspacePortalAbsence(models.AbstractModel):
    """The absences of a family: what it declared, and what it may declare."""

    _name = "espace.portal.absence"
    _description = "Portal: Absences"

    @api.model
    def _read(self, family, may_book):
        """Return what the page shows, as a dict."""
        absences_sudo = (
            self.env["espace.absence"]
            .sudo()
            .search([("family_id", "=", family.id)], limit=SHOWN)
        )
        activities_sudo = self._activities(family)
        return {
            "absences": [self._entry(absence, may_book) for absence in absences_sudo],
            "elsewhere": self._elsewhere(family),
            "activities": activities_sudo,
            "rules": [
                (activity.name, activity.absence_sentence)
                for activity in activities_sudo
            ],
            "reasons": self._reasons(),
        }

    @api.model
    def _elsewhere(self, family):
        """Return the absences of shared children on days of the other household.

        Both parents keep the right to know of them (article 373-2-1 of the Code
        civil): the child, the days, the services and what was declared, and nothing of
        the other household: neither its name nor its words, its proofs or its money.

        :return: list of dicts: child, days and state in words, lines of the services
        """
        shared_sudo = family.sudo().child_ids.filtered("shared_custody")
        if not shared_sudo:
            return []
        others = Domain("child_id", "in", shared_sudo.ids) & Domain(
            "family_id", "!=", family.id
        )
        declared_sudo = (
            self.env["espace.absence"]
            .sudo()
            .search(others & Domain("state", "!=", "withdrawn"), limit=SHOWN)
        )
        marked_sudo = (
            self.env["espace.reservation"]
            .sudo()
            .search(
                others
                & Domain("attendance", "in", ("absent_unjustified", "absent_justified"))
                & Domain("id", "not in", declared_sudo.reservation_ids.ids),
                order="date desc, id",
                limit=SHOWN,
            )
        )
        words = self._state_words()
        return [
            *(
                {
                    "child": absence.child_id.firstname,
                    "days": absence._span_words(),
                    "state": words[absence.state],
                    "lines": self._services(absence.reservation_ids),
                }
                for absence in declared_sudo
            ),
            *(
                {
                    "child": own[0].child_id.firstname,
                    "days": own[0].company_id._espace_day_words(own[0].date),
                    "state": self.env._("Marked absent"),
                    "lines": self._services(own),
                }
                for own in marked_sudo.grouped(lambda r: (r.date, r.child_id)).values()
            ),
        ]

    @api.model
    def _services(self, reservations_sudo):
        """Name the services and the days of bookings, in their order."""
        booked_sudo = reservations_sudo.filtered(lambda r: r.state == "confirmed")
        return [
            f"{r.activity_id.name}, {r.company_id._espace_day_words(r.date)}"
            for r in booked_sudo
        ]

    @api.model
    def _activities(self, family):
        """Return the activities that the family's children may attend, as superuser."""
        activities_sudo = (
            self.env["espace.activity"]
            .sudo()
            .search([("company_id", "=", family.company_id.id)])
        )
        enrolled_sudo = family.sudo().child_ids.enrolment_ids.activity_id
        return activities_sudo.filtered(
            lambda activity: (
                not activity.enrolment_required or activity in enrolled_sudo
            )
        )

    @api.model
    def _reasons(self):
        field = self.env["espace.absence"]._fields["reason"]
        words = dict(field._description_selection(self.env))
        return [(key, words[key]) for key, _source in REASONS]

    @api.model
    def _entry(self, absence_sudo, may_book):
        state = absence_sudo.state
        badge, icon = BADGES[state]
        reasons = dict(self._reasons())
        is_open = state in OPEN_STATES
        return {
            "id": absence_sudo.id,
            "state": state,
            "state_words": self._state_words()[state],
            "badge": badge,
            "icon": icon,
            "child": absence_sudo.child_id.firstname,
            "days": absence_sudo._span_words(),
            "reason": reasons[absence_sudo.reason],
            "note": absence_sudo.note,
            "lines": absence_sudo.reservation_ids.filtered(
                lambda r: r.state == "confirmed"
            )._absence_lines(),
            "due": absence_sudo.reservation_ids.filtered(
                lambda r: r.state == "confirmed" and r.absence_due
            )._absence_lines(),
            "refusal": absence_sudo.refusal,
            "deadline": is_open and absence_sudo.proof_words,
            "proofs": [(proof.id, proof.name) for proof in absence_sudo.proof_ids],
            "may_send": may_book and is_open,
            "may_withdraw": may_book and (is_open or self._is_to_come(absence_sudo)),
        }

    @api.model
    def _is_to_come(self, absence_sudo):
        today = absence_sudo.company_id._espace_today()
        return absence_sudo.state == "accepted" and absence_sudo.date_from > today

    @api.model
    def _state_words(self):
        """Return the word of each state, as families read it."""
        return {
            "declared": self.env._("Being examined"),
            "waiting_proof": self.env._("Proof awaited"),
            "to_check": self.env._("Proof being checked"),
            "accepted": self.env._("Accepted"),
            "refused": self.env._("Refused"),
            "withdrawn": self.env._("Withdrawn"),
        }

    @api.model
    def _done_words(self, absence_sudo):
        """Say what became of a declaration just made."""
        if absence_sudo.state == "accepted":
            return self.env._("Absence declared and accepted.")
        if absence_sudo.state == "waiting_proof":
            return self.env._(
                "Absence declared. Send us the proof until %s.",
                absence_sudo.proof_words,
            )
        if absence_sudo.state == "to_check":
            return self.env._("Absence declared: the town hall checks your proof.")
        return self.env._("Absence declared: the town hall will answer you.")

    @api.model
    def _awaited(self, absences_sudo):
        """Return [(what, limit in words, limit)] of the proofs still owed; UTC.

        :param absences_sudo: those of `_awaited_domain`, by their limits
        """
        return [
            (absence.display_name, absence.proof_words, absence.proof_deadline)
            for absence in absences_sudo
        ]

    @api.model
    def _awaited_domain(self, family):
        """Return the domain of the absences of which a proof is still owed."""
        return [("family_id", "=", family.id), ("state", "=", "waiting_proof")]
