"""Parents under whose thumbs the pages of their bookings are tested."""

from .browser import PHONE, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase


class TapsCase(ValdurenqueCase):
    """Camille Vasseur with her telephone, before the month of her first free day."""

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.enterContext(self.allow_requests(all_requests=True))
        self.visitor = self.enterContext(open_browser(self.base_url()))
        self.clara = self.children[0]
        # Server and test share one cursor: nothing is read while a page is loading.
        self.evening_name = self.evening.name

    def open_month(self, viewport=PHONE):
        # The worker asks when it likes, and shares its cursor with the test.
        visit = self.visitor(viewport, service_workers="block")
        visit.log_in(PARENT, PASSWORD)
        visit.page.wait_for_url("**/my**")
        self.open_period(visit.page, self.clara.id)
        visit.settle()
        return visit

    def tap(self, page, product, day=None):
        self.cell(page, self.clara, product, day).locator("button").click()

    def status(self, page, product, day=None):
        return self.cell(page, self.clara, product, day).get_attribute("data-status")

    def said(self, page, words):
        """Wait until this is seen and heard."""
        spoken = page.locator("#espace_spoken", has_text=words)
        spoken.wait_for(state="attached")
        page.locator("#espace_toast", has_text=words).wait_for()

    def lines(self):
        return self.reservations().filtered(lambda line: line.state == "draft")
