from odoo import api, models


class EspaceMealOrder(models.AbstractModel):
    """What the printed order for the kitchen holds (commande de repas)."""

    _name = "report.espace_famille.meal_order"
    _description = "Order for the Kitchen"

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["espace.meal.order.wizard"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": orders._name,
            "docs": orders,
            "sheets": [self._sheet(order) for order in orders],
        }

    @api.model
    def _sheet(self, order):
        """Return one order: a table per day and activity, and the totals of all."""
        days = self.env["espace.meal.count"]._by_day(order._domain())
        diets = self.env["espace.diet"].union(
            *(
                diet
                for _day, _activity, rows in days
                for _school, d, _n in rows
                for diet in d
            )
        )
        without = any(
            not diet
            for _day, _activity, rows in days
            for _s, d, _n in rows
            for diet in d
        )
        columns = [*diets.sorted(), *([diets.browse()] if without else [])]
        return {
            "order": order,
            "columns": columns,
            "days": [
                (day, activity, rows, self._total(rows, columns))
                for day, activity, rows in days
            ],
            "total": self._total([row for day in days for row in day[2]], columns),
        }

    @api.model
    def _total(self, rows, columns):
        """Return ({diet: meals}, meals, own baskets) over rows of schools."""
        diets = {
            diet: sum(counts.get(diet, 0) for _school, counts, _own in rows)
            for diet in columns
        }
        return diets, sum(diets.values()), sum(own for _school, _counts, own in rows)
