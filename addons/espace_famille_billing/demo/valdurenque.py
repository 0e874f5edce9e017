"""What the families of the demonstration commune booked, owe and paid."""

from datetime import timedelta

from odoo import fields

from odoo.addons.espace_famille import demo

from ..domain.invoicing import previous_month

# (product, event, QF from, QF below, price, unit); prices of the commune's règlement
# for canteen and childcare, invented for the leisure centre.
PRICES = [
    ("product_canteen", "planned", 0, 0, 3.60, "session"),
    ("product_canteen", "unplanned", 0, 0, 5.40, "session"),
    ("product_canteen", "absence_unjustified", 0, 0, 5.40, "session"),
    ("product_canteen", "absence_justified", 0, 0, 0, "session"),
    *(
        (product, "planned", low, high, price, "hour")
        for product in ("product_morning", "product_evening_1", "product_evening_2")
        for low, high, price in ((0, 500, 0.60), (500, 1001, 0.65), (1001, 0, 0.80))
    ),
    *(
        ("product_evening_1", "flat", low, high, price, "session")
        for low, high, price in ((0, 500, 22), (500, 1001, 26), (1001, 0, 32))
    ),
    *(
        ("product_leisure", "pack", low, high, price, "session")
        for low, high, price in ((0, 500, 63), (500, 1001, 85), (1001, 0, 108))
    ),
    ("product_leisure", "planned", 0, 500, 7.00, "session"),
    ("product_leisure", "planned", 500, 1001, 9.50, "session"),
    ("product_leisure", "planned", 1001, 0, 12.00, "session"),
]

# Younger than a debt that blocks bookings.
RECENT_DAYS = 20


class Demonstration(demo.Demonstration):
    def _load_money(self):
        """Set the prices and quotients, then book, mark, invoice and collect."""
        self._load_books()
        # Paid once the child came, by the invoices of a run; the rest is at booking.
        self._ref("activity_leisure").billing_mode = "consumption"
        self._set_online_payment(False)
        self._load_tariff()
        self._load_incomes()
        self._load_aids()
        self._load_flats()
        self._load_packs()
        reservations = self._load_bookings()
        self._load_attendance(reservations)
        self._load_payments()
        self._set_online_payment(True)

    def _load_tariff(self):
        company = self._company()
        years = self.env["espace.school.year"].search([("company_id", "=", company.id)])
        self.env["espace.tariff"].create(
            {
                "name": "Tarifs du règlement",
                "company_id": company.id,
                "date_from": min(years.mapped("date_from")),
                "line_ids": [
                    fields.Command.create(
                        {
                            "sequence": sequence,
                            "product_id": self._ref(product).product_variant_id.id,
                            "event": event,
                            "qf_min": low,
                            "qf_max": high,
                            "amount": price,
                            "unit": unit,
                        }
                    )
                    for sequence, (product, event, low, high, price, unit) in enumerate(
                        PRICES
                    )
                ],
            }
        )

    def _load_incomes(self):
        """Give a quotient to nine families of ten; the others pay the dearest price."""
        draw = self._random("incomes")
        families = self._families()
        self.env["espace.family.income"].create(
            [
                {
                    "family_id": family.id,
                    "value": draw.randrange(180, 1900),
                    "date_from": fields.Date.subtract(self._today(), years=1),
                }
                for number, family in enumerate(families)
                if number % 10 != 9
            ]
        )

    def _load_aids(self):
        """Have the CCAS pay half of what a family with a small quotient is charged."""
        ccas = self.env["res.partner"].create(
            {
                "name": "CCAS de Valdurenque",
                "is_company": True,
                "street": "1 place de la Mairie",
                "zip": "81090",
                "city": "Valdurenque",
                "lang": "fr_FR",
            }
        )
        # The first one is the family that visitors are.
        family = self._families()[1:].filtered("qf_known").sorted("current_qf")[:1]
        since = self.env["espace.tariff"].search([], limit=1).date_from
        self.env["espace.aid"].create(
            {
                "family_id": family.id,
                "payer_id": ccas.id,
                "kind": "percent",
                "share": 50,
                "ceiling": 60,
                "ceiling_period": "month",
                "date_from": since,
                "number": "2026-17",
                "decided_on": since,
            }
        )

    def _load_flats(self):
        """Sell the evenings of a month together; one family pays them so since autumn.

        Its last month is invoiced by the run, the present one waits for the next.
        """
        formula = self.env["espace.flat.formula"].create(
            {
                "name": "Garderie du soir au mois",
                "company_id": self._company().id,
                "product_id": self._ref("product_evening_1").product_variant_id.id,
                "deliberation": "Délibération 2026-41",
                "partial": "half",
                "absence_part": 20,
                "absence_days": 2,
                "portal": True,
                "note": "Continuez à réserver les soirs : ils sont compris.",
            }
        )
        family = self._families()[2]
        self.env["espace.flat"].create(
            {
                "formula_id": formula.id,
                "family_id": family.id,
                "child_id": family.child_ids[:1].id,
                "date_from": previous_month(self._today())[0],
            }
        )

    def _load_packs(self):
        """Sell ten days of the leisure centre together, to a child who often goes."""
        leisure = self._ref("product_leisure").product_variant_id
        formula = self.env["espace.pack.formula"].create(
            {
                "name": "Carnet de 10 journées de centre de loisirs",
                "company_id": self._company().id,
                "product_id": leisure.id,
                "days": 10,
                "months": 12,
                "unused": "refund",
                "deliberation": "Délibération 2026-42",
                "portal": True,
                "note": "Réservez chaque journée : elle est prise sur le carnet.",
            }
        )
        child = next(
            child
            for family in self._families()
            for child in family.main_child_ids
            if leisure in self._habits(child) and len(family.child_ids.family_id) == 1
        )
        self.env["espace.pack"].create(
            {
                "formula_id": formula.id,
                "family_id": child.family_id.id,
                "child_id": child.id,
                "date_from": previous_month(self._today())[0],
            }
        )

    def _families(self):
        return self.env["espace.family"].search(
            [("company_id", "=", self._company().id)], order="id"
        )

    def _load_bookings(self):
        """Book month by month, through the gate, and invoice each month at once."""
        Reservation = self.env["espace.reservation"]
        ids = []
        for start, end, instant in self._booking_periods():
            for family in self._families():
                items = self._items(family, start, end)
                quotes = Reservation._book(family, items, now=instant)
                full = [q.item for q in quotes if q.may_wait and q.date > self._today()]
                Reservation._join_waiting(family, full, now=instant)
                ids += [
                    quote.reservation_id for quote in quotes if quote.reservation_id
                ]
            charges = self.env["espace.charge"].search([("state", "=", "to_invoice")])
            charges._invoice(instant)._post()
        return self.env["espace.reservation"].browse(ids)

    def _load_attendance(self, reservations):
        """Mark who came on past days but the last evening: nearly everybody came."""
        draw = self._random("attendance")
        today = self._today()
        evenings = reservations.filtered(
            lambda r: r.date < today and r.activity_id == self._ref("activity_evening")
        )
        left = evenings.session_id.sorted("date")[-1:]
        reservations = reservations.filtered(lambda r: r.session_id != left)
        attendances = {"present": [], "absent_unjustified": [], "absent_justified": []}
        for reservation in reservations.filtered(lambda r: r.date < today):
            chance = draw.random()
            attendance = (
                "absent_justified"
                if chance < 0.01
                else "absent_unjustified"
                if chance < 0.02
                else "present"
            )
            attendances[attendance].append(reservation.id)
        for attendance, ids in attendances.items():
            reservations.browse(ids)._set_attendance(attendance)
        self._load_walk_ins()

    def _load_walk_ins(self):
        """Have two children come to the last canteen without booking."""
        session = self.env["espace.session"].search(
            [
                ("activity_id", "=", self._ref("activity_canteen").id),
                ("date", "<", self._today()),
            ],
            order="date desc",
            limit=1,
        )
        booked = session.reservation_ids.child_id
        meal = self._ref("product_canteen").product_variant_id
        for child in (self._families().main_child_ids - booked)[:2]:
            self.env["espace.reservation"]._walk_in(child, meal, session)

    def _load_payments(self):
        """Have most families pay within two weeks, by several means.

        The first one, whose parent visitors are, owes no more than a recent invoice.
        """
        draw = self._random("payments")
        today = self._today()
        journals = self._payment_journals()
        invoices = self.env["account.move"].search(
            [
                ("espace_family_id", "!=", False),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ]
        )
        visited = self._families()[:1]
        waiting = self._waiting_invoice(invoices, visited)
        paid = {}
        for number, invoice in enumerate(invoices.sorted("id")):
            paid_on = invoice.invoice_date + timedelta(days=draw.choice([2, 5, 9, 13]))
            pays = number % 8 != 7 or invoice.espace_family_id == visited
            if pays and paid_on <= today and invoice != waiting:
                journal = draw.choice(journals.filtered(self._takes(invoice)))
                paid.setdefault((paid_on, journal), []).append(invoice.id)
        # The receipts are numbered in the order of the days.
        for (paid_on, journal), invoice_ids in sorted(
            paid.items(), key=lambda item: (item[0][0], item[0][1].id)
        ):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice_ids
            ).create(
                {
                    "payment_date": paid_on,
                    "journal_id": journal.id,
                    "group_payment": False,
                }
            )._create_payments()

    def _takes(self, invoice):
        """Return what tells whether all of an invoice may be paid into a journal.

        A CESU never pays the canteen, and cash no more than the law allows.
        """
        debts = invoice._espace_receivable_lines()
        by_cesu = sum(debts.mapped(lambda line: float(line._espace_cesu_left())))
        limits = {
            "cesu": by_cesu,
            "cash": invoice.espace_regie_id.cash_limit or invoice.amount_residual,
        }

        def takes(journal):
            limit = limits.get(journal.espace_means, invoice.amount_residual)
            return invoice.amount_residual <= limit

        return takes

    def _waiting_invoice(self, invoices, family):
        """Return the recent invoice that a visitor finds to pay for a family."""
        since = self._today() - timedelta(days=RECENT_DAYS)
        return invoices.filtered(
            lambda move: move.espace_family_id == family and move.invoice_date >= since
        ).sorted("id")[-1:]

    def _set_online_payment(self, is_published):
        """Let families pay online, or not, with the demonstration provider."""
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        if provider:
            provider.write({"state": "test", "is_published": is_published})
