from odoo import api, models

from odoo.addons.espace_famille_billing.domain.wording import format_number
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ..booking.espace_portal_offer import in_order


class EspacePortalTariff(models.AbstractModel):
    """The prices of a commune as everybody may read them, with who voted them.

    A régisseur has to be able to show the prices and the decisions that set them
    (instruction on the régies of local authorities, title 3).
    """

    _name = "espace.portal.tariff"
    _description = "Portal: Prices"

    @api.model
    def _read(self, company):
        """Return the grids that hold today or later, the present one first."""
        today = company._espace_today()
        tariffs_sudo = (
            self.env["espace.tariff"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", today),
                ],
                order="date_from",
            )
        )
        past_sudo = tariffs_sudo.filtered(lambda tariff: tariff.date_from <= today)
        # Of those without end the last one that has begun holds.
        return [self._grid(one) for one in past_sudo[-1:] | (tariffs_sudo - past_sudo)]

    @api.model
    def _grid(self, tariff_sudo):
        company = tariff_sudo.company_id
        by_product = tariff_sudo.line_ids.grouped("product_id")
        products_sudo = in_order(tariff_sudo.line_ids.product_id)
        return {
            "name": tariff_sudo.name,
            "from": company._espace_format_day(tariff_sudo.date_from, "d MMMM y"),
            "to": tariff_sudo.date_to
            and company._espace_format_day(tariff_sudo.date_to, "d MMMM y"),
            "deliberation": tariff_sudo.deliberation or "",
            "services": [
                {
                    "name": product.name,
                    "activity": product.espace_activity_id.name,
                    "prices": [
                        (self._for_whom(line), self._price(company, line))
                        for line in by_product[product]
                    ],
                }
                for product in products_sudo
            ],
            "adjustments": [
                (self._adjusted(one), self._adjustment(company, one))
                for one in tariff_sudo.adjustment_ids
            ],
        }

    @api.model
    def _for_whom(self, line_sudo):
        """Say for what and for whom a price holds: event, bracket, and who."""
        words = []
        if line_sudo.event != "planned":
            words.append(self._label(line_sudo, "event"))
        words += self._selectors(line_sudo)
        return ", ".join(words) or self.env._("Booked in time, everybody")

    @api.model
    def _selectors(self, row_sudo):
        words = []
        start, end = to_decimal(row_sudo.qf_min), to_decimal(row_sudo.qf_max)
        if end:
            words.append(
                self.env._(
                    "QF from %(start)s to less than %(end)s",
                    start=format_number(start),
                    end=format_number(end),
                )
            )
        elif start:
            words.append(self.env._("QF from %s on", format_number(start)))
        if row_sudo.residency != "any":
            words.append(self._label(row_sudo, "residency"))
        first, last = row_sudo.sibling_rank_min, row_sudo.sibling_rank_max
        if first and last == first:
            words.append(self.env._("child no. %s of the family", first))
        elif first and last:
            words.append(
                self.env._("children no. %(first)s to %(last)s", first=first, last=last)
            )
        elif first:
            words.append(self.env._("from child no. %s of the family on", first))
        elif last:
            words.append(self.env._("up to child no. %s of the family", last))
        if row_sudo.pai != "any":
            words.append(self._label(row_sudo, "pai"))
        return words

    @api.model
    def _price(self, company, line_sudo):
        """Say a price, or how it is found of the quotient, and for what time."""
        euros = company._espace_amount_words
        amount = to_decimal(line_sudo.amount)
        if line_sudo.kind == "effort_rate":
            price = self.env._("%s %% of the QF", format_number(amount))
            bounds = []
            if line_sudo.min_amount:
                bounds.append(self.env._("at least %s", euros(line_sudo.min_amount)))
            if line_sudo.max_amount:
                bounds.append(self.env._("at most %s", euros(line_sudo.max_amount)))
            price = ", ".join([price, *bounds])
        else:
            price = euros(amount)
        if line_sudo.unit == "hour":
            return self.env._("%s an hour", price)
        if line_sudo.unit == "started_unit":
            return self.env._(
                "%(price)s for each %(minutes)s min begun",
                price=price,
                minutes=line_sudo.unit_minutes,
            )
        return price

    @api.model
    def _adjusted(self, row_sudo):
        words = [row_sudo.product_id.name] if row_sudo.product_id else []
        if row_sudo.event != "any":
            words.append(self._label(row_sudo, "event"))
        words += self._selectors(row_sudo)
        return ", ".join(words) or self.env._("Everybody")

    @api.model
    def _adjustment(self, company, row_sudo):
        value = to_decimal(row_sudo.value)
        euros = company._espace_amount_words(value)
        if row_sudo.operation == "set":
            return euros
        if row_sudo.operation == "floor":
            return self.env._("Reductions leave at least %s", euros)
        if row_sudo.operation == "waive":
            return self.env._("Nothing is asked below %s", euros)
        sign = "\N{MINUS SIGN}" if value < 0 else "+"
        if row_sudo.operation == "percent":
            return f"{sign}{format_number(abs(value))}\N{NO-BREAK SPACE}%"
        return f"{sign}{company._espace_amount_words(abs(value))}"

    @api.model
    def _label(self, row_sudo, name):
        field = row_sudo._fields[name]
        return dict(field._description_selection(self.env))[row_sudo[name]]
