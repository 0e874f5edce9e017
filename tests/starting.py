"""An administrator who starts a commune from nothing, as the checklist says.

It presses the button of the step that the screen shows as the next one, fills what is
then asked, and counts each click and each field that it types.
"""

import re
import time
from dataclasses import dataclass, field

from .accessibility import findings_in

LONG = 180_000


@dataclass(frozen=True)
class School:
    name: str
    classes: str


@dataclass(frozen=True)
class Town:
    """What the town hall knows, on paper."""

    name: str
    street: str
    zip: str
    city: str
    phone: str
    email: str
    siret: str
    schools: tuple[School, ...]
    places: dict[str, str]
    # Model of activity: its sentence, where it is not the one proposed
    booking: dict[str, str] = field(default_factory=dict)
    # Rows of the table of prices, in the order of its columns
    prices: tuple[tuple[str, ...], ...] = ()
    # Columns to add to it, by the words of the choice
    events: tuple[str, ...] = ()
    deliberation: str = ""
    # A table copied from a spreadsheet, instead of typing it
    pasted: str = ""


class Administrator:
    """Counts what its hands do in the back office."""

    def __init__(self, visit, by_keyboard=False):
        self.visit, self.page = visit, visit.page
        self.by_keyboard = by_keyboard
        self.clicks = self.fields = 0
        self.steps = {}

    # === Hands === #

    def click(self, where, **options):
        self.clicks += 1
        where.click(**options)

    def type(self, where, text):
        self.fields += 1
        where.fill(text)
        # What depends on a field is asked of the server once it is left.
        where.press("Tab")
        self.page.wait_for_timeout(150)

    def choose(self, where, **choice):
        self.clicks += 1
        where.select_option(**choice)

    def pick(self, name, words):
        """Choose in a list of the form: it opens, then one of its lines is pressed."""
        self.click(self.name(name))
        self.click(self.page.locator(".o_select_menu_item", has_text=words).first)

    # === The screen === #

    @property
    def dialog(self):
        return self.page.locator(".o_dialog .modal-content").last

    def name(self, name):
        """The field of a form in the dialog, by its technical name."""
        return self.dialog.locator(
            f"[name='{name}'] input, [name='{name}'] textarea, [name='{name}'] select"
        ).first

    def press(self, words):
        self.click(self.dialog.get_by_role("button", name=words, exact=True).first)

    def closed(self):
        """Wait until the dialog is gone and the list was looked at again.

        :raise AssertionError: the server refused, with its words
        """
        end = time.monotonic() + LONG / 1000
        while self.page.locator(".o_dialog").count():
            if self.page.locator(".o_error_dialog, .o_dialog").count() > 1:
                raise AssertionError(self.dialog.inner_text())
            assert time.monotonic() < end, self.dialog.inner_text()
            self.page.wait_for_timeout(100)
        self.page.wait_for_timeout(800)

    def answered(self, words, refusal):
        """Wait until the dialog says these words.

        :param str refusal: selector of what the dialog shows instead if it is refused
        :raise AssertionError: at once if it says something else, with its own words
        """
        refused = self.dialog.locator(refusal)
        error = self.page.locator(".o_error_dialog, .o_notification.border-danger")
        answer = self.dialog.get_by_text(words)
        answer.or_(refused).or_(error).first.wait_for(timeout=LONG)
        if error.count():
            raise AssertionError(error.first.inner_text())
        if refused.count():
            raise AssertionError(self.dialog.inner_text())

    def sound(self, selector):
        """See that everybody can use a part of the screen."""
        found = findings_in(self.page, selector)
        assert not found, "\n".join(found)

    def step(self, code):
        return self.page.locator(f".o_espace_step[data-step='{code}']")

    def current(self):
        """Return the code of the step that the screen shows as the next, None: all."""
        shown = self.page.locator(".o_espace_step.o_espace_current")
        return shown.first.get_attribute("data-step") if shown.count() else None

    def is_done(self, code):
        return self.step(code).get_attribute("data-done") == "1"

    def words(self, code):
        return self.step(code).inner_text()

    def begin(self, code):
        """Press the button of a step."""
        before = (self.clicks, self.fields)
        self.steps[code] = before
        button = self.step(code).locator("[data-open]")
        if self.by_keyboard:
            # A press of a key counts as a click.
            self.clicks += 1
            button.focus()
            self.page.keyboard.press("Enter")
        else:
            self.click(button)

    def ended(self, code):
        clicks, fields = self.steps[code]
        self.steps[code] = (self.clicks - clicks, self.fields - fields)

    # === What each step asks === #

    def do(self, code, town, sink):
        self.begin(code)
        getattr(self, f"do_{code}")(town, sink)
        self.ended(code)

    def do_commune(self, town, _sink):
        for name in ("name", "street", "zip", "city", "phone", "email", "siret"):
            self.type(self.name(name), getattr(town, name))
        self.press("Enregistrer")
        self.closed()

    def do_mail(self, _town, sink):
        self.type(self.name("host"), sink.host)
        self.pick("encryption", "Aucun")
        self.type(self.name("port"), str(sink.port))
        self.press("Envoyer un essai")
        self.answered("L’avez-vous reçu", "[data-state=failed]")
        assert sink.letters, "The server accepted a test that never came."
        self.visit.picture("admin-essai-courriel", full_page=False)
        self.press("Oui, reçu")
        self.closed()

    def do_year(self, _town, _sink):
        self.press("Charger le calendrier")
        done = self.dialog.get_by_role("button", name="Voir l’année scolaire")
        done.wait_for(timeout=LONG)
        self.press("Fermer")
        self.closed()

    def do_schools(self, town, _sink):
        for rank, school in enumerate(town.schools):
            row = self.dialog.locator("tr.o_data_row").nth(rank)
            if rank:
                # The tabulator left the last field: the next line is there by itself.
                row.locator("[name=name] input").wait_for(timeout=LONG)
            elif not row.locator("[name=name] input").count():
                self.click(row.locator("[name=name]"))
            self.type(row.locator("[name=name] input"), school.name)
            self.type(row.locator("[name=classes] input"), school.classes)
        self.press("Créer")
        self.closed()

    def do_activities(self, town, _sink):
        for code, places in town.places.items():
            model = self.dialog.locator(f"[data-model='{code}']")
            self.type(model.locator("input[type=number]"), places)
            if code in town.booking:
                select = model.locator("select[data-sentence='booking']")
                self.choose(select, label=town.booking[code])
        self.visit.picture("admin-activites", full_page=False)
        self.sound(".o_espace_models")
        self.click(self.dialog.locator("[data-create]"))
        self.closed()

    def do_tariff(self, town, _sink):
        dialog = self.dialog
        dialog.locator(".o_espace_tariff_table table").wait_for()
        for words in town.events:
            self.choose(dialog.locator("[data-choice=column]"), label=words)
            self.page.wait_for_timeout(300)
        if town.pasted:
            self.click(dialog.locator("[data-paste=open]"))
            self.type(dialog.locator("textarea.font-monospace"), town.pasted)
            self.click(dialog.locator("[data-paste=apply]"))
            self.page.get_by_text("Prix lus").wait_for()
        else:
            self.fill_table(town)
        if town.deliberation:
            self.type(self.name("deliberation"), town.deliberation)
        self.visit.picture("admin-tarifs", full_page=False)
        self.sound(".o_espace_tariff_table table")
        self.click(dialog.locator("footer button.o_form_button_save"))
        self.closed()

    def fill_table(self, town):
        """Type the prices as they are read: column by column, from top to bottom."""
        for column, prices in enumerate(town.prices):
            keys = self.dialog.locator("input.o_espace_price").evaluate_all(
                "all => [...new Set(all.map(one => one.dataset.column))]"
            )
            cells = self.dialog.locator(
                f"input.o_espace_price[data-column='{keys[column]}']"
            )
            for rank, price in enumerate(prices):
                self.type(cells.nth(rank), price)

    def do_regie(self, _town, _sink):
        self.press("Mettre en place la régie")
        self.closed()

    def do_sessions(self, _town, _sink):
        self.page.wait_for_selector(
            ".o_espace_step[data-step=sessions][data-done='1']", timeout=LONG
        )

    def without_payment(self):
        """Decide that families pay at the counter: the step is optional."""
        self.click(self.step("payment").locator("[data-other]"))
        self.page.wait_for_selector(
            ".o_espace_step[data-step=payment][data-done='1']", timeout=LONG
        )

    def look(self):
        """Ask what would go wrong; return {level: [words]}."""
        self.click(self.page.locator("[data-open=ready]"))
        self.page.locator("[data-verdict]").wait_for(timeout=LONG)
        found = {}
        for one in self.page.locator(".o_espace_finding").all():
            words = re.sub(r"\s+", " ", one.inner_text()).strip()
            found.setdefault(one.get_attribute("data-level"), []).append(words)
        return found

    # === Families, out of a register === #

    def import_register(self, files, school):
        """Drop the files of a school where the checklist leads, and import them.

        :param dict files: {name: content}, as the school exports them
        :param str school: whose classes they are
        """
        page = self.page
        self.click(self.step("families").locator("[data-open]"))
        page.locator(".o_drop").wait_for(timeout=LONG)
        self.drop(page.locator(".o_drop"), files)
        for name in files:
            page.get_by_text(name, exact=True).wait_for(timeout=LONG)
        self.choose(page.locator("select[name=school_id]"), label=school)
        on = page.locator(".o_espace_register [name=continue]")
        self.click(on)
        page.locator(".o_espace_register .alert-success").wait_for(timeout=LONG)
        self.visit.picture("admin-registre-colonnes", full_page=False)
        self.click(on)
        page.locator(".o_tabs").wait_for(timeout=LONG)
        self.visit.picture("admin-registre-apercu", full_page=False)
        self.sound(".o_espace_register")
        self.click(page.locator(".o_espace_register [name=import]"))
        page.locator(".o_figures").wait_for(timeout=LONG)
        self.click(page.locator(".o_breadcrumb a", has_text="Mise en route").first)
        page.locator(".o_espace_setup").wait_for(timeout=LONG)
        page.wait_for_timeout(500)

    def drop(self, where, files):
        """Drop files as a hand does that drags them out of a folder: it is a click."""
        self.clicks += 1
        dragged = self.page.evaluate_handle(
            """(files) => {
                const dragged = new DataTransfer();
                for (const [name, bytes] of files) {
                    const content = new Uint8Array(bytes);
                    dragged.items.add(new File([content], name, {type: "text/csv"}));
                }
                return dragged;
            }""",
            [[name, list(content)] for name, content in files.items()],
        )
        where.dispatch_event("dragover", {"dataTransfer": dragged})
        self.page.locator(".o_drop.o_over").wait_for()
        where.dispatch_event("drop", {"dataTransfer": dragged})

    # === A family, typed in === #

    def type_family(self, family):
        """Type a household, its guardian and its children, where the checklist leads.

        :param dict family: "name", "guardian" (first name), "email" and "children",
            (first name, birth date as it is typed, words that find the class)
        """
        page = self.page
        self.click(self.step("families").locator("[data-other]"))
        form = page.locator(".o_form_view")
        form.wait_for()
        self.type(form.locator("[name=name] input").first, family["name"])
        row = self.new_row(form, "guardian_ids")
        self.choose_civility(row)
        self.type(row.locator("[name=lastname] input"), family["name"])
        self.type(row.locator("[name=firstname] input"), family["guardian"])
        self.type(row.locator("[name=email] input"), family["email"])
        for first, birth, school_class in family["children"]:
            row = self.new_row(form, "main_child_ids")
            self.type(row.locator("[name=lastname] input"), family["name"])
            self.type(row.locator("[name=firstname] input"), first)
            self.type(row.locator("[name=birth_date] input"), birth)
            self.fields += 1
            row.locator("[name=class_id] input").fill(school_class)
            # What was found for it, not “Loading…” nor what stood there before.
            found = page.locator(".o-autocomplete--dropdown-item:not(.o_loading)")
            self.click(found.filter(has_text=f"{school_class} – ").first)
        self.click(page.locator(".o_form_button_save"))
        page.locator(".o_form_button_save").wait_for(state="hidden", timeout=LONG)
        self.click(page.locator(".o_breadcrumb a", has_text="Mise en route").first)
        page.locator(".o_espace_setup").wait_for(timeout=LONG)
        page.wait_for_timeout(500)

    def new_row(self, form, name):
        table = form.locator(f"[name={name}]")
        if not table.is_visible():
            # On another page of the notebook
            for tab in form.locator(".nav-link").all():
                self.click(tab)
                if table.is_visible():
                    break
        self.click(table.locator(".o_field_x2many_list_row_add a").first)
        return table.locator("tr.o_selected_row")

    def choose_civility(self, row):
        self.click(row.locator("[name=civility] input").first)
        self.click(self.page.locator(".o_select_menu_item").nth(1))

    def enrol(self):
        """Enrol the children whom the step of the families names."""
        self.begin("families")
        self.press("Vérifier")
        self.dialog.get_by_role("button", name="Inscrire", exact=True).wait_for(
            timeout=LONG
        )
        self.press("Inscrire")
        self.page.wait_for_timeout(1500)
        if self.page.locator(".o_dialog").count():
            self.press("Fermer")
        self.closed()
        self.ended("families")

    def invite(self):
        """Look at everything, then invite those who wait."""
        self.begin("invite")
        self.page.locator("[data-verdict]").wait_for(timeout=LONG)
        self.click(self.page.locator("[data-open=next]"))
        self.click(self.dialog.locator("button[name=action_send]"))
        self.closed()
        self.ended("invite")
