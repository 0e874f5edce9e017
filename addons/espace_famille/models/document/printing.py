"""HTML laid out as PDF by WeasyPrint: real text, page numbers, headings on each page.

`docs/architecture.md` says why not wkhtmltopdf. Nothing is fetched: what a document
shows is in its HTML, and the fonts are those that Odoo brings.
"""

import logging
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import lxml.html

from odoo.tools.misc import file_open, file_path

# Of each: CSS weight, CSS style, file. They are the same on every server.
FONTS = (
    ("normal", "normal", "Regular"),
    ("normal", "italic", "Italic"),
    ("bold", "normal", "SemiBold"),
)
FONT = "web/static/fonts/google/Open_Sans/Open_Sans-%s.ttf"
STYLE = "espace_famille/static/src/print/document.css"
# Pictures larger than what a printer shows are made smaller.
DPI = 200


class Sheet(NamedTuple):
    """What is numbered from page 1 on: a letter, an invoice, the list of a day."""

    record_id: int | None
    lang: str
    title: str
    body: str


@lru_cache(maxsize=1)
def library():
    """Return WeasyPrint, loaded when something is printed first.

    :raise OSError: the system has no Pango, which WeasyPrint draws letters with
    """
    # They tell each step of their work as if it were news.
    for name in ("fontTools", "weasyprint"):
        logging.getLogger(name).setLevel(logging.ERROR)
    import weasyprint

    return weasyprint


def read_sheets(html, model, lang):
    """Return the sheets of a rendered report, in their order.

    Each `div.page` is one; an article without is one as a whole.

    :param html: bytes or text of the page
    :param str model: the model of the records that articles are about
    :param str lang: of what does not say its language (`data-oe-lang`)
    :return: list of Sheet
    """
    if isinstance(html, bytes):
        html = html.decode()
    root = lxml.html.document_fromstring(html)
    found = []
    for article in root.find_class("article"):
        is_record = article.get("data-oe-model") == model
        record_id = int(article.get("data-oe-id") or 0) if is_record else 0
        for node in article.find_class("page") or [article]:
            language = node.get("data-oe-lang") or article.get("data-oe-lang") or lang
            titles = node.xpath(".//h1")
            node.tail = None
            found.append(
                Sheet(
                    record_id or None,
                    language.replace("_", "-"),
                    " ".join(titles[0].text_content().split()) if titles else "",
                    lxml.html.tostring(node, encoding="unicode"),
                )
            )
    return found


def printed(sheets, page_style):
    """Return the PDF (bytes) of these sheets, each with its own page numbers.

    :param sheets: list of Sheet, at least one
    :param str page_style: CSS of the paper, see `report.paperformat`
    """
    weasyprint = library()
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    style = weasyprint.CSS(
        string=f"{_font_faces()}\n{_style()}\n{page_style}",
        font_config=fonts,
        url_fetcher=_fetcher("file"),
    )
    options = {"optimize_images": True, "dpi": DPI, "cache": {}}
    documents = [
        weasyprint.HTML(string=_whole(sheet), url_fetcher=_fetcher("data")).render(
            font_config=fonts, stylesheets=[style], **options
        )
        for sheet in sheets
    ]
    pages = [page for document in documents for page in document.pages]
    return documents[0].copy(pages).write_pdf(pdf_tags=True, **options)


def _fetcher(scheme):
    """Return what opens addresses of this scheme, and no others."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=(scheme,), allow_redirects=False)


def _whole(sheet):
    title = lxml.html.Element("title")
    title.text = sheet.title
    head = lxml.html.tostring(title, encoding="unicode")
    return (
        f'<!DOCTYPE html><html lang="{sheet.lang}"><head><meta charset="utf-8">{head}'
        f"</head><body>{sheet.body}</body></html>"
    )


@lru_cache(maxsize=1)
def _font_faces():
    return "\n".join(
        f"@font-face {{ font-family: Document; font-weight: {weight}; "
        f"font-style: {slant}; src: url({Path(file_path(FONT % name)).as_uri()}); }}"
        for weight, slant, name in FONTS
    )


@lru_cache(maxsize=1)
def _style():
    with file_open(STYLE) as file:
        return file.read()
