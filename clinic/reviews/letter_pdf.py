"""A letter as a PDF that a screen reader can read: language, title, and every line of text tagged in order.

What fpdf2 cannot: it writes no list or table tags (a list is paragraphs that begin with a dash), does not mark
decoration as such (there is none), and does not declare PDF/UA, so a validator of that standard says no.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.syntax import Name

FONTS: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "Atkinson"
MARGIN: Final = 25.0
POINTS, HEADING_POINTS = 11.5, 16.0
LINE: Final = 6.0


def as_pdf(*, title: str, text: str, dated: str, to: str, draft: bool) -> bytes:
    """The letter as PDF bytes.

    Args:
        title: the name of the document; it names no patient.
        text: its words; an empty line ends a paragraph, a line that begins with a dash is one of a list.
        dated: the day in words.
        to: to whom, in the patient's words; may be empty.
        draft: True until it is sent; then the first line says so.
    """
    pdf = FPDF(format="letter")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(False)
    pdf.set_lang("en-US")
    pdf.set_title(title)
    pdf.set_author("")
    for style, name in (("", "regular"), ("B", "bold")):
        pdf.add_font(FAMILY, style, FONTS / f"atkinson-hyperlegible-next-{name}.ttf")
    pdf.add_page()
    first, _, rest = text.partition("\n")
    if draft:
        _block(pdf, "Draft. Not sent.", tag="P", style="B", points=POINTS)
    _block(pdf, first, tag="H1", style="B", points=HEADING_POINTS)
    for line in filter(None, (dated, f"To: {to}" if to else "")):
        _block(pdf, line, tag="P", style="", points=POINTS)
    for paragraph in rest.strip().split("\n\n"):
        for line in paragraph.splitlines():
            _block(pdf, line, tag="P", style="", points=POINTS, after=0)
        pdf.ln(LINE * 0.7)
    return bytes(pdf.output())


def _block(pdf: FPDF, text: str, *, tag: str, style: str, points: float, after: float = LINE * 0.5) -> None:
    """One heading or paragraph with its tag; it goes whole to the next page when it does not fit on this one."""
    pdf.set_font(FAMILY, style, points)
    height = LINE * points / POINTS
    needed = float(pdf.multi_cell(0, height, text, dry_run=True, output="HEIGHT", align="L"))
    if pdf.y + needed > pdf.h - MARGIN:
        pdf.add_page()
    with pdf._marked_sequence() as element:  # fpdf2 tags figures only; the kind of the element is ours to say
        element.s = Name(tag)
        pdf.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(after)
