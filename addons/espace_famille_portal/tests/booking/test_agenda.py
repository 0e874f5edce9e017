from datetime import date, timedelta
from urllib.parse import urlencode

from freezegun import freeze_time
from lxml import html
from werkzeug.datastructures import MultiDict

from odoo import http
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ...models.booking.espace_portal_offer import in_order
from ..common import BOOKINGS, CART, EspacePortalCase

AGENDA = f"{BOOKINGS}/agenda"


class AgendaCase(EspacePortalCase):
    def form(self, *choices, first=MONDAY, last=None, children=None, **more):
        """Return the fields of the form, as a browser sends them."""
        children = self.nina | self.tom if children is None else children
        pairs = [
            ("asked", "1"),
            ("from", str(first)),
            ("to", str(last or first + timedelta(days=6))),
        ]
        pairs += [("child", str(child.id)) for child in children]
        pairs += [("want", choice) for choice in choices]
        return pairs + list(more.items())

    def choice(self, product, day="all", child=None):
        return f"{child.id if child else 0}-{product.id}-{day}"

    def preview(self, *choices, **options):
        query = urlencode([*self.form(*choices, **options), ("preview", "1")])
        return self.page(f"{AGENDA}?{query}")

    def add(self, *choices, **options):
        """Accept what was asked for; return the page that comes back as a tree."""
        pairs = self.form(*choices, **options)
        pairs.append(("csrf_token", http.Request.csrf_token(self)))
        response = self.url_open(AGENDA, data=urlencode(pairs), headers=FORM)
        self.assertEqual(response.status_code, 200, response.text[:2000])
        self.last = response
        return html.fromstring(response.content)

    def block(self, tree, name):
        found = tree.xpath(f"//*[@data-block='{name}']")
        return self.words(found[0]) if found else ""

    def refused(self, tree):
        """Return {status: words} of what cannot be added."""
        found = {}
        for line in tree.xpath("//*[@data-block='refused']//li[@data-status]"):
            status = line.get("data-status")
            found[status] = f"{found.get(status, '')} {self.words(line)}".strip()
        return found

    def days(self):
        """Return the days in the cart: {child: {date}}."""
        found = {}
        for child, _product, day in self.cart():
            found.setdefault(child, set()).add(day)
        return found


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@tagged("post_install", "-at_install")
class TestAgendaForm(AgendaCase):
    """The form offers what these children may have, and says what misses."""

    def values(self, tree):
        return {box.get("value") for box in tree.xpath("//input[@name='want']")}

    def test_both_views_lead_to_each_other(self):
        for path, current in ((BOOKINGS, "period"), (AGENDA, "agenda")):
            tree = self.page(path)
            [shown] = tree.xpath("//*[@data-mode][@aria-current='page']")
            self.assertEqual(shown.get("data-mode"), current)
            self.assertEqual(len(tree.xpath("//a[@data-mode]")), 2)

    def test_the_boxes_are_the_open_weekdays_of_each_option(self):
        values = self.values(self.page(AGENDA))
        for product in (self.meal, self.t1, self.t2):
            for day in ("all", 0, 1, 3, 4):
                self.assertIn(self.choice(product, day), values)
            self.assertNotIn(self.choice(product, 2), values)

    def test_only_what_these_children_may_book_is_offered(self):
        self.nina.enrolment_ids.filtered(
            lambda enrolment: enrolment.activity_id == self.canteen
        ).unlink()
        values = self.values(self.page(f"{AGENDA}?each=1"))
        self.assertNotIn(self.choice(self.meal, 0, self.nina), values)
        self.assertIn(self.choice(self.meal, 0, self.tom), values)
        [head] = self.page(AGENDA).xpath("//th[@scope='row'][contains(., 'Repas')]")
        self.assertIn("(Tom)", self.words(head))

    def test_each_option_says_its_price(self):
        tree = self.page(AGENDA)
        [head] = tree.xpath("//th[@scope='row'][contains(., 'Repas')]")
        self.assertIn("3.60", self.words(head))
        [head] = tree.xpath("//th[@scope='row'][contains(., 'Tranche 1')]")
        self.assertIn("0.65", self.words(head))
        self.env["espace.tariff.line"].search([]).to_fill = True
        [head] = self.page(AGENDA).xpath("//th[@scope='row'][contains(., 'Repas')]")
        self.assertNotIn("3.60", self.words(head))

    def test_the_dates_are_checked_on_the_page_of_the_form(self):
        tree = self.preview(self.choice(self.meal, 0))
        [check] = tree.xpath("//*[@id='agenda_check'][@data-ready]")
        self.assertTrue(check.xpath(".//button[@data-action='add']"))
        self.assertTrue(tree.xpath("//form[@data-form='agenda']"))
        [shown] = tree.xpath("//form[@data-form='agenda']/@action")
        self.assertTrue(shown.endswith("#agenda_check"))
        self.assertFalse(self.page(AGENDA).xpath("//*[@data-ready]"))

    def test_services_stand_as_the_day_goes_or_as_the_commune_wants(self):
        morning = self.canteen.copy({"name": "Matin", "sequence": 99})
        option = self._create_option(
            morning, "Accueil", espace_time_from=7.5, espace_time_to=8.5
        )
        products = self.meal | self.t1 | self.t2 | option
        self.assertEqual(
            list(in_order(products)), [option, self.meal, self.t1, self.t2]
        )
        self.company.espace_by_hours = False
        self.assertEqual(in_order(products)[-1], option)

    def test_where_hours_are_not_known_the_commune_s_order_holds(self):
        club = self.canteen.copy({"name": "Club", "sequence": 1})
        option = self._create_option(club, "Club")
        products = self.meal | self.t1 | self.t2 | option
        self.assertEqual(in_order(products)[0], option)

    def test_each_field_has_a_label(self):
        tree = self.page(AGENDA)
        for field in tree.xpath("//form[@data-form]//input[not(@type='hidden')]"):
            self.assertTrue(tree.xpath(f"//label[@for='{field.get('id')}']"))

    def test_a_preset_fills_the_dates_and_keeps_the_ticks(self):
        choice = self.choice(self.meal, 0)
        query = urlencode([*self.form(choice), ("preset", "next_month")])
        tree = self.page(f"{AGENDA}?{query}")
        self.assertEqual(
            [tree.xpath(f"//input[@name='{n}']/@value")[0] for n in ("from", "to")],
            ["2027-02-01", "2027-02-28"],
        )
        self.assertTrue(tree.xpath(f"//input[@value='{choice}'][@checked]"))

    def test_a_week_of_its_own_for_each_child_starts_from_the_common_one(self):
        query = urlencode([*self.form(self.choice(self.t1, 0)), ("each", "1")])
        tree = self.page(f"{AGENDA}?{query}")
        ticked = tree.xpath("//input[@name='want'][@checked]/@value")
        self.assertEqual(
            ticked,
            [self.choice(self.t1, 0, child) for child in (self.nina, self.tom)],
        )

    def test_kinds_of_days_are_asked_where_they_matter(self):
        self.assertFalse(self.page(AGENDA).xpath("//input[@name='kind']"))
        self.evening.on_holidays = True
        kinds = self.page(AGENDA).xpath("//input[@name='kind']/@value")
        self.assertEqual(kinds, ["school", "holiday"])

    def test_what_misses_is_said_at_the_field_and_above(self):
        cases = {
            "agenda_from": {"last": MONDAY - timedelta(days=1)},
            "agenda_children": {"children": self.nina.browse()},
        }
        for field, options in cases.items():
            tree = self.preview(self.choice(self.meal), **options)
            self.assertTrue(
                tree.xpath(f"//*[@data-block='problems']//a[@href='#{field}']")
            )
            self.assertTrue(tree.xpath(f"//*[@id='{field}_error']"))
            self.assertTrue(tree.xpath(f"//*[@id='{field}']"))
        tree = self.preview()
        self.assertIn("Tick at least one day", self.block(tree, "problems"))

    def test_a_range_without_sense_is_refused_in_words(self):
        year = timedelta(days=366)
        for first, last, words in (
            ("", "", "Enter the first"),
            ("demain", "2027-02-30", "Enter the first"),
            (MONDAY, MONDAY - timedelta(days=1), "before the first"),
            (MONDAY, MONDAY + year, "one school year"),
            (TODAY - year, TODAY - timedelta(days=1), "are over"),
            (date(2100, 1, 1), date(2100, 1, 2), "too far"),
        ):
            pairs = dict(self.form(self.choice(self.meal)))
            pairs |= {"from": first, "to": last, "preview": "1"}
            tree = self.page(f"{AGENDA}?{urlencode(pairs)}")
            self.assertIn(words, self.block(tree, "problems"))

    def test_a_family_without_anything_to_book_is_told(self):
        self.martin.child_ids.enrolment_ids.unlink()
        tree = self.page(AGENDA)
        self.assertTrue(tree.xpath("//*[@data-empty]"))
        self.assertFalse(tree.xpath("//input[@name='want']"))

    def test_without_a_family_there_is_no_page(self):
        self.martin.guardian_ids.unlink()
        for response in (self.url_open(AGENDA), self.post(AGENDA)):
            self.assertEqual(response.request.path_url, "/my")


@tagged("post_install", "-at_install")
class TestAgendaPreview(AgendaCase):
    """What can be added with its price, and why the rest cannot."""

    def test_price_and_days_for_each_child(self):
        tree = self.preview(self.choice(self.meal, 0), self.choice(self.t1, 1))
        for name in ("Nina", "Tom"):
            [card] = tree.xpath(
                "//*[@data-block='free']//*[contains(@class, 'ef-kidhead')]"
                f"[h4[contains(., '{name}')]]"
            )
            self.assertIn("4.25", self.words(card))
        [total] = tree.xpath("//*[@data-total]")
        self.assertIn("4 bookings", self.words(total))
        self.assertIn("8.50", self.words(total))
        self.assertFalse(self.cart())

    def test_each_refused_day_has_its_reason(self):
        """This week's canteen is closed to bookings, next week's is open."""
        tree = self.preview(self.choice(self.meal), first=TODAY, last=TUESDAY)
        refused = self.refused(tree)
        self.assertEqual(set(refused), {"too_late"})
        self.assertIn("Repas – Nina, Tom", refused["too_late"])
        self.assertIn(
            "Monday 4 January, Tuesday 5 January, Thursday 7 January, and Friday 8",
            refused["too_late"],
        )

    def test_days_that_are_over_are_refused_with_the_others(self):
        """The range said above is the one looked at, its past days included."""
        with freeze_time("2027-01-13 09:00:00"):
            tree = self.preview(self.choice(self.t1), last=date(2027, 1, 17))
            self.assertIn(
                "from 11 January to 17 January", self.words(tree.xpath("//main")[0])
            )
            refused = self.refused(tree)
            self.assertIn("This day is over.", refused["past"])
            self.assertIn("Monday 11 January and Tuesday 12 January", refused["past"])
            self.assertNotIn("14 January", refused["past"])

    def test_dates_are_said_in_their_order(self):
        """Two Thursdays are no series to say apart from the Monday between them."""
        thursdays = (MONDAY + timedelta(days=3), MONDAY + timedelta(days=10))
        monday = MONDAY + timedelta(days=7)
        for day in (*thursdays, monday):
            self.session_of(self.canteen, day).action_close()
        tree = self.preview(self.choice(self.meal), last=MONDAY + timedelta(days=13))
        self.assertIn(
            "Thursday 14 January, Monday 18 January, and Thursday 21 January",
            self.refused(tree)["closed"],
        )

    def test_a_year_of_refused_days_stays_readable(self):
        self.canteen._generate_sessions(TODAY, date(2027, 7, 2))
        self.canteen.session_ids.filtered(
            lambda session: session.date >= MONDAY
        ).action_close()
        tree = self.preview(
            self.choice(self.meal, 1), first=TODAY, last=date(2027, 7, 2)
        )
        lines = tree.xpath("//*[@data-block='refused']//li[@data-status='closed']")
        self.assertLessEqual(len(lines), 4)
        self.assertIn(
            "each Tuesday from 12 January to 2 February", self.words(lines[0])
        )

    def test_holidays_are_named(self):
        tree = self.preview(
            self.choice(self.meal, 0), first=MONDAY, last=date(2027, 3, 15)
        )
        self.assertIn("Vacances d'hiver", self.refused(tree)["closed"])

    def test_two_options_of_a_day_are_one_too_many(self):
        tree = self.preview(self.choice(self.t1, 0), self.choice(self.t2, 0))
        self.assertIn("single option", self.refused(tree)["other_option"])
        self.assertIn("2 bookings", self.words(tree.xpath("//*[@data-total]")[0]))

    def test_what_is_there_already_is_no_refusal(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        tree = self.preview(self.choice(self.meal, 0))
        self.assertIn("Repas – Nina", self.block(tree, "already"))
        self.assertFalse(self.refused(tree))

    def test_nothing_left_to_add_is_no_failure(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        tree = self.preview(self.choice(self.meal, 0))
        [told] = tree.xpath("//*[@data-empty]")
        self.assertIn("nothing to add", self.words(told))
        self.assertFalse(tree.xpath("//button[@data-action='add']"))

    def test_brothers_and_sisters_without_a_place_for_all_are_warned(self):
        self.book(self.durand, (self.lina, self.t1, MONDAY))
        tree = self.preview(self.choice(self.t1, 0))
        self.assertIn("not a place for each", self.block(tree, "free"))
        self.assertIn("only 1 place left", self.block(tree, "free"))

    def test_only_the_kinds_of_days_that_were_ticked(self):
        self.evening.on_holidays = True
        last = date(2027, 3, 15)
        self.evening._generate_sessions(TODAY, last)
        choice = self.choice(self.t1, 0)
        tree = self.preview(choice, last=last, kind="holiday")
        self.assertIn("4 bookings", self.words(tree.xpath("//*[@data-total]")[0]))
        tree = self.preview(choice, last=last)
        self.assertIn("kind of days", self.block(tree, "problems"))

    def test_a_preview_changes_nothing(self):
        before = self.everything()
        self.preview(self.choice(self.meal), wait="1")
        self.assertEqual(self.everything(), before)

    def test_a_preview_quotes_once_for_a_fixed_number_of_queries(self):
        agenda = self.env["espace.portal.agenda"]

        def queries(last):
            form = MultiDict(self.form(self.choice(self.meal), last=last))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page = agenda._page(self.martin, form, True, now=NOW)
            self.assertTrue(page["preview"].count)
            return self.env.cr.sql_log_count - before

        queries(MONDAY)  # caches of the registry
        self.assertLessEqual(queries(date(2027, 2, 5)) - queries(MONDAY), 1)


@tagged("post_install", "-at_install")
class TestAgendaAdding(AgendaCase):
    """What is accepted goes to the cart, through the gate alone."""

    def test_two_children_two_weeks_in_the_cart(self):
        tree = self.add(
            self.choice(self.meal, 0),
            self.choice(self.t1, 3),
            last=MONDAY + timedelta(days=13),
        )
        self.assertEqual(self.last.request.path_url, CART)
        days = {MONDAY + timedelta(days=n) for n in (0, 3, 7, 10)}
        self.assertEqual(self.days(), {self.nina: days, self.tom: days})
        level, text = self.message(tree)
        self.assertEqual(level, "success")
        self.assertIn("Added to the cart: 8 bookings", text)

    def test_each_child_its_week(self):
        self.add(
            self.choice(self.meal, 0, self.nina), self.choice(self.meal, 1, self.tom)
        )
        self.assertEqual(self.days(), {self.nina: {MONDAY}, self.tom: {TUESDAY}})

    def test_what_cannot_be_added_is_left_out_and_said(self):
        tree = self.add(self.choice(self.meal), first=TODAY, last=MONDAY)
        self.assertEqual(set(self.days()[self.nina]), {MONDAY})
        self.assertIn("left out: 8 bookings", self.message(tree)[1])

    def test_adding_twice_counts_once(self):
        for _twice in range(2):
            tree = self.add(self.choice(self.meal, 0))
        self.assertEqual(len(self.cart()), 2)
        self.assertEqual(self.message(tree)[0], "warning")

    def test_the_waiting_list_is_joined_when_asked(self):
        self.evening.waiting_list = True
        zoe = self._create_child(self.durand, "Zoé", self.class_cp)
        self.book(self.durand, (self.lina, self.t1, MONDAY), (zoe, self.t1, MONDAY))
        choice = self.choice(self.t1, 0)
        tree = self.preview(choice)
        self.assertIn("No place left", self.refused(tree)["full"])
        self.assertTrue(tree.xpath("//input[@name='wait']"))
        self.add(choice)
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))
        tree = self.add(choice, wait="1")
        self.assertIn("On the waiting list: 2 bookings", self.message(tree)[1])
        for child in (self.nina, self.tom):
            waits = self.reservation(child, self.evening, MONDAY)
            self.assertEqual(waits.state, "waiting")

    def test_the_clock_and_the_places_are_those_of_the_server(self):
        """A preview that was open for a week is worth nothing by itself."""
        with freeze_time("2027-01-10 20:00:00"):
            before = self.everything()
            tree = self.add(self.choice(self.t1, 0), now="2027-01-04", price="0.01")
            self.assertEqual(self.message(tree)[0], "warning")
        self.assertEqual(self.everything(), before)

    def test_past_days_are_never_added(self):
        with freeze_time("2027-01-14 09:00:00"):
            self.add(self.choice(self.t1), first=MONDAY, last=date(2027, 1, 17))
        self.assertEqual(set(self.days()[self.nina]), {date(2027, 1, 15)})

    def test_bad_input_is_said_and_changes_nothing(self):
        before = self.everything()
        for options in (
            {"last": MONDAY - timedelta(days=1)},
            {"last": MONDAY + timedelta(days=400)},
            {"first": TODAY - timedelta(days=9), "last": TODAY - timedelta(days=8)},
            {"children": self.nina.browse()},
        ):
            tree = self.add(self.choice(self.meal), **options)
            self.assertTrue(self.block(tree, "problems"))
        for choice in ("x", "0-0-0", f"0-{2**40}-1", f"0-{self.meal.id}-9"):
            self.assertTrue(self.block(self.add(choice), "problems"))
        self.assertEqual(self.everything(), before)

    def test_a_child_of_another_family_is_not_booked(self):
        before = self.everything()
        self.add(self.choice(self.meal), children=self.lina)
        self.add(self.choice(self.meal, 0, self.lina))
        self.add(self.choice(self.meal, 0, self.lina), copy="week", source=TODAY)
        self.assertEqual(self.everything(), before)

    def test_a_product_of_another_commune_is_not_booked(self):
        product = self.option_elsewhere(MONDAY)
        before = self.everything()
        self.assertTrue(self.block(self.add(self.choice(product, 0)), "problems"))
        self.assertEqual(self.everything(), before)

    def test_a_guardian_who_may_not_book_only_looks(self):
        self.martin.guardian_ids[0].may_book = False
        before = self.everything()
        tree = self.preview(self.choice(self.meal, 0))
        self.assertFalse(tree.xpath("//button[@data-action='add']"))
        tree = self.add(self.choice(self.meal, 0))
        self.assertIn("not change them", self.message(tree)[1])
        self.assertEqual(self.everything(), before)

    def test_a_request_without_csrf_token_is_refused(self):
        before = self.everything()
        pairs = self.form(self.choice(self.meal, 0))
        with self.assertLogs("odoo.http", "WARNING"):
            response = self.url_open(AGENDA, data=urlencode(pairs), headers=FORM)
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.everything(), before)


@tagged("post_install", "-at_install")
class TestAgendaCopy(AgendaCase):
    """A week or a month once more, through the same preview."""

    def setUp(self):
        super().setUp()
        self.book(
            self.martin,
            (self.nina, self.meal, MONDAY),
            (self.tom, self.t2, TUESDAY),
        )

    def test_a_week_is_copied_to_the_next(self):
        week = timedelta(days=7)
        query = {"copy": "week", "source": TUESDAY}
        tree = self.preview(first=MONDAY + week, **query)
        self.assertIn("same day of that week", self.words(tree.xpath("//main")[0]))
        self.assertFalse(self.cart())
        self.add(first=MONDAY + week, **query)
        self.assertEqual(
            self.cart(),
            {
                (self.nina, self.meal, MONDAY + week),
                (self.tom, self.t2, TUESDAY + week),
            },
        )

    def test_a_week_is_copied_to_several_for_one_child(self):
        first = MONDAY + timedelta(days=7)
        self.add(
            first=first,
            last=first + timedelta(days=13),
            children=self.tom,
            copy="week",
            source=MONDAY,
        )
        self.assertEqual(
            self.days(), {self.tom: {date(2027, 1, 19), date(2027, 1, 26)}}
        )

    def test_a_month_is_copied_by_weekday_and_rank(self):
        self.canteen._generate_sessions(TODAY, date(2027, 3, 31))
        self.add(
            first=date(2027, 3, 1),
            last=date(2027, 3, 31),
            copy="month",
            source=date(2027, 1, 1),
        )
        # The second Monday repeats the second Monday.
        self.assertEqual(self.cart(), {(self.nina, self.meal, date(2027, 3, 8))})

    def test_the_period_view_leads_to_both(self):
        tree = self.page(f"{BOOKINGS}?view=week&date=2027-01-20")
        [link] = tree.xpath("//a[@data-copy='here']/@href")
        page = self.page(link)
        self.assertIn("Nina", self.block(page, "free"))
        [onward] = tree.xpath("//a[@data-copy='onward']/@href")
        form = self.page(onward)
        self.assertEqual(form.xpath("//input[@name='source']/@value"), ["2027-01-18"])
        self.assertEqual(form.xpath("//input[@name='from']/@value"), ["2027-01-25"])

    def test_a_week_without_bookings_is_nothing_to_copy(self):
        tree = self.preview(
            first=date(2027, 1, 25), copy="week", source=date(2027, 1, 18)
        )
        self.assertIn("nothing to copy", self.block(tree, "problems"))
        tree = self.preview(copy="week", source="")
        self.assertIn("week to copy", self.block(tree, "problems"))

    def test_another_family_s_week_is_not_copied(self):
        self.book(self.durand, (self.lina, self.meal, date(2027, 1, 18)))
        before = self.everything()
        self.add(
            first=date(2027, 1, 25),
            children=self.lina | self.nina,
            copy="week",
            source=date(2027, 1, 18),
        )
        self.assertEqual(self.everything(), before)
