"""Template tags and filters of the calm look: icons, severity tags, form ids, scales and clock times."""

import datetime
from collections.abc import Sequence

from django import template
from django.forms import BaseForm, BoundField
from django.template.base import FilterExpression, Parser, Token
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.web import dates, once
from clinic.web.icons import LEVELS, draw
from clinic.web.listing import either_of
from clinic.web.rendering import field_html

register = template.Library()


class IconNode(template.Node):
    """An icon whose name is only known while the page is being written."""

    def __init__(self, name: FilterExpression) -> None:
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        return draw(self.name.resolve(context))


@register.tag
def icon(parser: Parser, token: Token) -> template.Node:
    """`{% icon "clock" %}`: a literal name is drawn once, when the template is compiled."""
    _, argument = token.split_contents()
    name = parser.compile_filter(argument)
    if not isinstance(name.var, str):
        return IconNode(name)
    try:
        return template.base.TextNode(draw(name.var))
    except KeyError:
        raise template.TemplateSyntaxError(f"There is no icon named {argument}") from None


@register.simple_tag
def tag(level: str, word: str = "", icon: str = "") -> SafeString:
    """`{% tag "review" %}` or `{% tag "note" "In progress" icon="clock" %}`: word, shape and border of a level."""
    usual_word, usual_icon = LEVELS[level]
    shape = icon or usual_icon
    return format_html('<span class="tag {}">{}{}</span>', level, draw(shape) if shape else "", word or usual_word)


@register.simple_tag(takes_context=True)
def field(context: template.Context) -> SafeString:
    """Write the form field that is `field` in the context: the whole of the pack's field template."""
    return field_html(context["field"], context)


@register.simple_tag(takes_context=True)
def questions(context: template.Context, form: BaseForm) -> SafeString:
    """What `{% crispy form %}` writes for a form whose page writes the tag, the token and the errors: its layout."""
    return form.helper.render_layout(form, context)


@register.filter
def first_input_id(field: BoundField) -> str:
    """The id an error link must land on: the input, the first of its group, or the first wrong part of a date."""
    if not field.use_fieldset:
        return field.id_for_label or field.auto_id
    wrong = getattr(field.field.widget, "wrong_parts", ())
    return f"{field.auto_id}_{min(wrong, default=0)}"


@register.filter
def clock(moment: datetime.datetime) -> str:
    """`9:41 pm`, in the time zone now active."""
    return dates.clock(timezone.localtime(moment))


@register.filter
def long_day(day: datetime.date) -> str:
    """`December 3, 2026`; of a moment, in the time zone now active."""
    return dates.long_day(timezone.localtime(day) if isinstance(day, datetime.datetime) else day)


@register.filter
def month_day(day: datetime.date) -> str:
    """`December 3`; of a moment, in the time zone now active."""
    return dates.month_day(timezone.localtime(day) if isinstance(day, datetime.datetime) else day)


@register.filter
def short_date(text: object) -> str:
    """`1991-01-02`, as a date of birth is kept, as `Jan 2, 1991`."""
    day = datetime.date.fromisoformat(str(text))
    return f"{dates.short_month_day(day)}, {day.year}"


@register.filter
def either(names: Sequence[str]) -> str:
    """`California, New York or Arizona`."""
    return either_of(names)


@register.filter
def segments(current: int, total: int = 6) -> str:
    """The states of a progress bar, one letter a part: d(one), c(urrent), then t(o come)."""
    return "d" * (current - 1) + "c" + "t" * (total - current)


@register.simple_tag(name="once")
def written_once(template_name: str, **told: object) -> SafeString:
    """`{% once "components/brand.html" name=clinic.name %}`: a part that knows no more than this, written for all."""
    return once.written(template_name, told)


@register.inclusion_tag("components/scale.html")
def scale(score: int, maximum: int, cuts: list[int]) -> dict[str, object]:
    """Draw a score on its bands. `cuts` holds the lowest score of each band, from 0 upwards."""
    edges = [*cuts, maximum + 1]
    width = 100 / (maximum + 1)
    bands = [
        {"x": low * width, "width": (high - low) * width - 0.8, "on": low <= score < high}
        for low, high in zip(edges, edges[1:], strict=False)
    ]
    return {"bands": bands, "marker": (score + 0.5) * width, "lowest": score < edges[1]}


@register.inclusion_tag("components/dots.html")
def dots(grade: object) -> dict[str, object]:
    """Four dots, some of them filled, beside the word that says the same; a grade without dots shows its word alone."""
    return {"dots": [] if grade.filled is None else [index < grade.filled for index in range(4)], "word": grade.word}
