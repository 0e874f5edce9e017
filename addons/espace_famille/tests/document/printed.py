"""What a printed document says, read back from its PDF."""

import io
import re

from pypdf import PdfReader

from ...models.document.printing import library

try:
    library()
    MISSING = ""
except OSError as error:
    MISSING = str(error)

# Why tests that print are skipped, where the system cannot: CI has what it takes.
NO_PANGO = "the library Pango is missing (Debian: libpangoft2-1.0-0)"


class Printed:
    """A PDF: `size` in bytes, `pages` the text of each, `text` of all of them."""

    def __init__(self, content):
        self.size = len(content)
        self.reader = PdfReader(io.BytesIO(content))
        self.pages = [
            re.sub(r"\s+", " ", page.extract_text()) for page in self.reader.pages
        ]
        self.text = " ".join(self.pages)


def print_report(report, records, **data):
    """Print records, as whoever their environment is; return `Printed`.

    :param str report: its external id or the name of its template
    """
    content, kind = (
        records.env["ir.actions.report"]
        .with_context(force_report_rendering=True)
        ._render_qweb_pdf(report, records.ids, data=data)
    )
    assert kind == "pdf"
    return Printed(content)


class PrintedCase:
    """Assertions about documents, for test cases."""

    def assert_order(self, printed, *words):
        """The document says these words, in this order."""
        place = 0
        for part in words:
            found = printed.text.find(part, place)
            self.assertGreaterEqual(
                found,
                0,
                f"“{part}” after:\n{printed.text[:place]}\n…\n{printed.text[place:]}",
            )
            place = found + len(part)

    def assert_numbered(self, printed, *counts):
        """The pages bear their numbers: of each part, so many pages."""
        numbers = [
            f"Page {number}/{count}"
            for count in counts
            for number in range(1, count + 1)
        ]
        found = [re.findall(r"Page \d+/\d+", page) for page in printed.pages]
        self.assertEqual(found, [[number] for number in numbers])

    def assert_readable(self, printed):
        """The text is text, in its language, and tagged to be read aloud."""
        root = printed.reader.trailer["/Root"]
        self.assertIn("/StructTreeRoot", root)
        self.assertTrue(root["/Lang"])
        self.assertTrue(printed.reader.metadata.title)
        self.assertNotRegex(printed.text, r"(?i)your logo|\bOdoo\b")
