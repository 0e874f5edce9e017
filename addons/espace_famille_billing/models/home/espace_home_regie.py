"""The morning of the régie: what it holds, what is owed, what is to be done today."""

from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount, format_date

from odoo.addons.espace_famille.models.home.espace_home import (
    Duty,
    Listed,
    Role,
    Row,
    Section,
)

from ...domain.regie import has_to_hand_over
from ..arrears.espace_aged_receivable import BUCKETS
from ..core.amounts import to_decimal

PAYMENTS = "espace_famille_billing.espace_payment_action"
LINES = "espace_famille_billing.espace_arrears_line_action"
SIGNS = {"receipt": 1, "rejection": -1, "refund": -1}
# How long a rejection is shown, and after how many days one is reminded.
LATELY, LATE_DAYS = timedelta(days=30), 15
MOST_COLLECTIONS = 2
LATE = {"late_30", "late_60", "late_90", "late_more"}


class Owed(NamedTuple):
    """What families owe of one age: documents, euros, ids of the families."""

    count: int
    amount: float
    families: frozenset


NOTHING_OWED = Owed(0, 0.0, frozenset())


class EspaceHome(models.AbstractModel):
    _inherit = "espace.home"

    @api.model
    def _roles(self):
        roles = super()._roles()
        role = Role("finance", self.env._("Régie"), "espace_famille.group_finance")
        return [*roles[:2], role, *roles[2:]]

    @api.model
    def _duty_codes(self, role):
        if role != "finance":
            return super()._duty_codes(role)
        return [
            "blocking",
            "remittances",
            "unpriced",
            "rejections",
            "reminders",
            "credits",
            "quotients",
        ]

    @api.model
    def _section_codes(self, role):
        if role != "finance":
            return super()._section_codes(role)
        return ["run", "ages", "collections"]

    @api.model
    def _link_codes(self, role):
        if role != "finance":
            return super()._link_codes(role)
        return [
            "counter",
            "cash",
            "received",
            "not_due",
            "overdue",
            "age",
            "run",
            "run_unlocked",
            "collection",
        ]

    @api.model
    def _button_codes(self, role):
        return ["counter"] if role == "finance" else super()._button_codes(role)

    @api.model
    def _subtitle_finance(self, place):
        month = format_date(self.env, place.today, date_format="MMMM y")
        names = ", ".join(self._own_regies(place).mapped("name"))
        return " · ".join(filter(None, [place.company.name, names, month]))

    @api.model
    def _button_counter(self, _place):
        return {
            "code": "counter",
            "label": self.env._("Take a Payment"),
            "icon": "fa-eur",
            "main": True,
        }

    @api.model
    def _open_counter(self, _place, _key):
        return self.env["ir.actions.actions"]._for_xml_id(
            "espace_famille_billing.espace_counter_action"
        )

    @api.model
    def _own_regies(self, place):
        """Return the régies that the user works for, else all of the commune."""
        return place.once("regies", lambda: self._find_own_regies(place))

    @api.model
    def _find_own_regies(self, place):
        regies = place.company._espace_regies()
        if len(regies) < 2:
            return regies
        return regies.filtered(lambda r: self.env.user in r._persons()) or regies

    @api.model
    def _of_regies(self, place, name="regie_id"):
        """Return the domain of what is of the user's régies; of none yet: all."""
        regies = self._own_regies(place)
        if not (regies and regies[0].is_one_of_several):
            return self._mine(place)
        return self._mine(place) & Domain(name, "in", regies.ids)

    @api.model
    def _euros(self, place, amount):
        return format_amount(self.env, amount, place.company.currency_id)

    # === Figures === #

    @api.model
    def _figures(self, role, place):
        if role != "finance":
            return super()._figures(role, place)
        return [
            self._figure_cash(place),
            self._figure_received(place),
            self._figure_not_due(place),
            self._figure_overdue(place),
        ]

    @api.model
    def _figure_cash(self, place):
        regies_sudo = self._own_regies(place).sudo()
        ceiling = sum(regies_sudo.mapped("cash_ceiling"))
        return {
            "code": "cash",
            "title": self.env._("Cash held"),
            "value": self._euros(
                place, sum(regie._held("cash") for regie in regies_sudo)
            ),
            "words": self.env._("ceiling %s", self._euros(place, ceiling))
            if ceiling
            else self.env._("no ceiling"),
        }

    @api.model
    def _open_cash(self, place, _key):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_regie_action"
        )
        domain = Domain("id", "in", self._own_regies(place).ids)
        return {**action, "domain": list(domain), "context": {"create": False}}

    @api.model
    def _list_received(self, place):
        domain = (
            self._of_regies(place, "espace_regie_id")
            & Domain("espace_kind", "!=", False)
            & Domain("state", "in", ["in_process", "paid"])
            & Domain("date", "=", place.today)
        )
        return Listed("account.payment", domain, PAYMENTS)

    @api.model
    def _figure_received(self, place):
        names = place.company._espace_means_names()
        total, by_means = 0, {}
        for means, kind, count, amount in self.env["account.payment"]._read_group(
            self._list_received(place).domain,
            ["espace_means", "espace_kind"],
            ["__count", "amount:sum"],
        ):
            total += SIGNS[kind] * amount
            by_means[means] = by_means.get(means, 0) + count
        words = ", ".join(
            f"{names.get(means, '')} {count}" for means, count in by_means.items()
        )
        return {
            "code": "received",
            "title": self.env._("Received today"),
            "value": self._euros(place, total),
            "words": words or self.env._("nothing yet"),
        }

    # === What is owed === #

    @api.model
    def _owed(self, place):
        return self._of_regies(place) & Domain("family_id", "!=", False)

    @api.model
    def _list_not_due(self, place):
        domain = self._owed(place) & Domain("bucket", "=", "current")
        return Listed("espace.aged.receivable", domain, LINES)

    @api.model
    def _list_overdue(self, place):
        domain = self._owed(place) & Domain("days_late", ">", 0)
        return Listed("espace.aged.receivable", domain, LINES)

    @api.model
    def _owed_by_age(self, place):
        """Return {age: `Owed`} of all that families owe and are owed, read once."""
        return place.once("owed", lambda: self._find_owed_by_age(place))

    @api.model
    def _find_owed_by_age(self, place):
        groups = self.env["espace.aged.receivable"]._read_group(
            self._owed(place),
            ["bucket"],
            ["__count", "amount:sum", "family_id:array_agg_distinct"],
        )
        return {
            bucket: Owed(count, amount, frozenset(families))
            for bucket, count, amount, families in groups
        }

    @api.model
    def _overdue(self, place):
        """Return {age: `Owed`} of what is overdue, the youngest first."""
        owed = self._owed_by_age(place)
        return {age: owed[age] for age, _label in BUCKETS if age in owed.keys() & LATE}

    @api.model
    def _figure_not_due(self, place):
        owed = self._owed_by_age(place).get("current", NOTHING_OWED)
        return {
            "code": "not_due",
            "title": self.env._("Not due yet"),
            "value": self._euros(place, owed.amount),
            "words": self.env._("invoices: %s", owed.count),
        }

    @api.model
    def _figure_overdue(self, place):
        late = self._overdue(place).values()
        families = frozenset().union(*(owed.families for owed in late))
        return {
            "code": "overdue",
            "title": self.env._("Overdue"),
            "value": self._euros(place, sum(owed.amount for owed in late)),
            "words": self.env._("families: %s", len(families)),
        }

    @api.model
    def _section_ages(self, place):
        """Return what is overdue by its age, with the number of invoices."""
        labels = dict(
            self.env["espace.aged.receivable"]
            ._fields["bucket"]
            ._description_selection(self.env)
        )
        rows = [
            Row(
                labels[age],
                self.env._("invoices: %s", owed.count),
                self._euros(place, owed.amount),
                code="age",
                key=age,
            )
            for age, owed in self._overdue(place).items()
        ]
        return rows and Section("ages", self.env._("Overdue by Age"), rows)

    @api.model
    def _open_age(self, place, key):
        domain = self._list_overdue(place).domain & Domain("bucket", "=", key)
        return self._list_action(Listed("espace.aged.receivable", domain, LINES))

    # === Duties === #

    @api.model
    def _late_remittances(self, place):
        """Return the régies that hold too much, or have held it for too long."""
        return self._own_regies(place).filtered(
            lambda regie: self._hands_over(place, regie.sudo())
        )

    @api.model
    def _hands_over(self, place, regie_sudo):
        return bool(regie_sudo._exceeded()) or has_to_hand_over(
            to_decimal(regie_sudo._held()),
            regie_sudo._last_remittance(),
            place.today,
            regie_sudo.remit_days,
        )

    @api.model
    def _list_remittances(self, place):
        return Listed(
            "espace.regie",
            Domain("id", "in", self._late_remittances(place).ids),
            "espace_famille_billing.espace_regie_action",
        )

    @api.model
    def _open_remittances(self, place, _key):
        """Open a new remittance where one régie has to hand over, else their list."""
        regies = self._late_remittances(place)
        if len(regies) == 1:
            return regies.action_remit()
        return self._list_action(self._list_remittances(place))

    @api.model
    def _duty_remittances(self, place):
        regies = self._late_remittances(place)
        return (
            Duty(
                "remittances",
                len(regies),
                self.env._("Remittance to make"),
                "; ".join(regies[0]._warnings()),
                self.env._("Prepare"),
                "now",
                "fa-university",
            )
            if regies
            else None
        )

    @api.model
    def _list_unpriced(self, place):
        domain = self._mine(place) & Domain("settlement_error", "!=", False)
        return Listed(
            "espace.reservation",
            domain,
            "espace_famille_billing.espace_reservation_unsettled_action",
        )

    @api.model
    def _duty_unpriced(self, place):
        count = self._count(self._list_unpriced(place))
        return (
            Duty(
                "unpriced",
                count,
                self.env._("Bookings without a price"),
                self.env._("Nothing is charged for them until the tariff is complete"),
                self.env._("See"),
                "now",
                "fa-question-circle",
            )
            if count
            else None
        )

    @api.model
    def _list_rejections(self, place):
        domain = (
            self._of_regies(place, "espace_regie_id")
            & Domain("espace_kind", "=", "rejection")
            & Domain("state", "in", ["in_process", "paid"])
            & Domain("date", ">=", place.today - LATELY)
        )
        return Listed("account.payment", domain, PAYMENTS)

    @api.model
    def _duty_rejections(self, place):
        names = place.company._espace_means_names()
        groups = self.env["account.payment"]._read_group(
            self._list_rejections(place).domain, ["espace_means"], ["__count"]
        )
        return (
            Duty(
                "rejections",
                sum(count for _means, count in groups),
                self.env._("Payments rejected within 30 days"),
                ", ".join(f"{names.get(means, '')} {count}" for means, count in groups),
                self.env._("See"),
                "soon",
                "fa-times-circle-o",
            )
            if groups
            else None
        )

    @api.model
    def _list_reminders(self, place):
        domain = (
            self._mine(place)
            & Domain("overdue", ">", 0)
            & Domain("days_late", ">=", LATE_DAYS)
            & Domain("last_level_id", "=", False)
            & Domain("exempt", "=", False)
        )
        return Listed(
            "espace.arrears", domain, "espace_famille_billing.espace_arrears_action"
        )

    @api.model
    def _duty_reminders(self, place):
        count = self._count(self._list_reminders(place))
        return (
            Duty(
                "reminders",
                count,
                self.env._("Families to remind"),
                self.env._("Overdue for %s days or more, never reminded", LATE_DAYS),
                self.env._("Remind"),
                "soon",
                "fa-bell-o",
            )
            if count
            else None
        )

    @api.model
    def _list_credits(self, place):
        domain = self._owed(place) & Domain("bucket", "=", "credit")
        return Listed("espace.aged.receivable", domain, LINES)

    @api.model
    def _duty_credits(self, place):
        credits = self._owed_by_age(place).get("credit")
        return credits and Duty(
            "credits",
            credits.count,
            self.env._("Payments without an invoice"),
            self.env._(
                "%s in all: set against what families will owe",
                self._euros(place, -credits.amount),
            ),
            self.env._("See"),
            "",
            "fa-money",
        )

    @api.model
    def _list_quotients(self, place):
        domain = (
            self._mine(place)
            & Domain("qf_state", "in", ["missing", "to_renew"])
            & Domain("child_ids", "!=", False)
        )
        return Listed(
            "espace.family",
            domain,
            "espace_famille_billing.espace_family_quotient_action",
        )

    @api.model
    def _duty_quotients(self, place):
        count = self._count(self._list_quotients(place))
        return (
            Duty(
                "quotients",
                count,
                self.env._("Quotients missing or too old"),
                self.env._("Without a quotient the dearest price applies"),
                self.env._("Ask for Them"),
                "",
                "fa-file-text-o",
            )
            if count
            else None
        )

    # === Collections === #

    @api.model
    def _section_collections(self, place):
        collections = self.env["espace.collection.statement"].search(
            self._of_regies(place), limit=MOST_COLLECTIONS
        )
        states = dict(collections._fields["state"]._description_selection(self.env))
        rows = [
            Row(
                place.company._espace_span_words(one.date_from, one.date_to),
                ", ".join(filter(None, [one.name, states.get(one.state, "")])),
                icon="fa-lock" if one.state == "closed" else "fa-file-text-o",
                code="collection",
                key=str(one.id),
                link=self.env._("Open It"),
            )
            for one in collections
        ]
        return rows and Section("collections", self.env._("Collections"), rows)

    @api.model
    def _open_collection(self, _place, key):
        collection = self._record("espace.collection.statement", key)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_collection_statement_action"
        )
        return {**action, "views": [(False, "form")], "res_id": collection.id}
