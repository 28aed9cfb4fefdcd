"""Writes fields and inputs as HTML in one pass: a page of 40 costs a quarter of what a template per input does."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.forms import BaseForm, BoundField, CheckboxInput
from django.forms.renderers import DjangoTemplates
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic.web.icons import draw

UNTOLD = {
    "": {"required", "maxlength"},
    "checkbox": {"required", "class"},
    "radio": {"required", "class", "aria-invalid"},
}
"""What the browser is not told, by type of choice. `required` makes it refuse a form in its own words, `maxlength` cuts
pasted text silently, and a wrong group of radios is marked once, on its fieldset."""

FITS_HALF = 24
"""Letters of an answer that still fit half the width of a phone, in two lines."""


def safe(value: object) -> str:
    """The value as HTML: escaped, unless it is HTML already. Django's own does the same, at a quarter of the speed."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def attributes(attrs: Mapping[str, object], kind: str = "") -> str:
    """HTML attributes, each after a space, without those the browser is not told."""
    untold = UNTOLD[kind]
    return "".join(
        f" {name}" if value is True else f' {name}="{safe(value)}"'
        for name, value in attrs.items()
        if value is not False and value is not None and name not in untold
    )


def input_html(widget: Mapping[str, Any]) -> str:
    """An input of one line, or a single tick box."""
    value = widget["value"]
    written = "" if value is None else f' value="{safe(value)}"'
    return f'<input type="{widget["type"]}" name="{safe(widget["name"])}"{written}{attributes(widget["attrs"])}>'


def textarea_html(widget: Mapping[str, Any]) -> str:
    """A box for several lines; the first line break is one the browser drops."""
    text = safe(widget["value"] or "")
    return f'<textarea name="{safe(widget["name"])}"{attributes(widget["attrs"])}>\n{text}</textarea>'


def select_html(widget: Mapping[str, Any]) -> str:
    """A drop-down list."""
    groups = _grouped(widget, _option_html, lambda label: f'<optgroup label="{safe(label)}">', "</optgroup>")
    return f'<select name="{safe(widget["name"])}"{attributes(widget["attrs"])}>{groups}</select>'


def choices_html(widget: Mapping[str, Any]) -> str:
    """Radio buttons or tick boxes: the whole box is the label; an "or" stands before answers that exclude others."""
    groups = _grouped(widget, _choice_html, lambda label: f'<p class="group">{safe(label)}</p>', "")
    return f'<div class="choices">{groups}</div>'


def choice_buttons_html(widget: Mapping[str, Any]) -> str:
    """A button for each answer: pressing it answers and sends, in one."""
    return f'<div class="choices">{_grouped(widget, _choice_button_html, safe, "")}</div>'


def _choice_button_html(option: Mapping[str, Any]) -> str:
    sent = f'name="{safe(option["name"])}" value="{safe(option["value"])}"'
    return (
        f'\n<button class="choice" type="submit" id="{option["attrs"]["id"]}" {sent}>{safe(option["label"])}</button>'
    )


def date_html(widget: Mapping[str, Any]) -> str:
    """Boxes side by side, each with its own label."""
    boxes = "".join(
        f'<div><label for="{safe(box["attrs"]["id"])}">{safe(box["label"])}</label>{input_html(box)}</div>'
        for box in widget["subwidgets"]
    )
    return f'<div class="date">{boxes}</div>'


def _grouped(
    widget: Mapping[str, Any], write: Callable[[Mapping[str, Any]], str], opening: Callable[[str], str], closing: str
) -> str:
    return "".join(
        f"{opening(label)}{_joined(options, write)}{closing}" if label else _joined(options, write)
        for label, options, _ in widget["optgroups"]
    )


def _joined(options: Iterable[Mapping[str, Any]], write: Callable[[Mapping[str, Any]], str]) -> str:
    return "".join(write(option) for option in options)


def _option_html(option: Mapping[str, Any]) -> str:
    return f'\n<option value="{safe(option["value"])}"{attributes(option["attrs"])}>{safe(option["label"])}</option>'


def _choice_html(option: Mapping[str, Any]) -> str:
    divider = f'\n<div class="or" aria-hidden="true">{_("or")}</div>' if option.get("divider") else ""
    hint = option.get("hint")
    explained = f"<span>{safe(hint)}</span>" if hint else ""
    kind, label = option["type"], safe(option["label"])
    look = "choice wide" if len(label) > FITS_HALF else "choice"
    return (
        f'{divider}\n<label class="{look}"><input type="{kind}" name="{safe(option["name"])}"'
        f' value="{safe(option["value"])}"{attributes(option["attrs"], kind)}>'
        f"<span><b>{label}</b>{explained}</span></label>"
    )


ONE_LINE = ("text", "email", "number", "tel", "password", "search", "url", "hidden", "date", "time", "checkbox")
WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"django/forms/widgets/{name}.html": input_html for name in ONE_LINE},
    "django/forms/widgets/textarea.html": textarea_html,
    "django/forms/widgets/select.html": select_html,
    "django/forms/widgets/radio.html": choices_html,
    "django/forms/widgets/checkbox_select.html": choices_html,
    "calm/choice_buttons": choice_buttons_html,
    "calm/date": date_html,
}


class CalmRenderer(DjangoTemplates):
    """Django's form renderer, with our inputs written directly; what we do not write comes from Django's templates."""

    def render(self, template_name: str, context: Mapping[str, Any], request: object = None) -> SafeString:
        """Write the widget in `context`, or render the template of that name."""
        write = WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return mark_safe(write(context["widget"]))  # noqa: S308 - every value is escaped above  # nosec B308 B703


def field_html(field: BoundField, look: Mapping[str, Any]) -> SafeString:
    """A field as label, hint, error, input, in that order; a group of inputs is a fieldset with its legend.

    `look` is the template context; of it count `wrapper_class`, `heading_field` (the name of the field whose label is
    the heading of the page), `notes` (what stands between that heading and the answers, as HTML), `form_show_labels`,
    `crispy_prepended_text` and `crispy_appended_text`.
    """
    if field.is_hidden:
        return field.as_widget()
    widget, error = field.field.widget, _error_html(field)
    classes = " ".join(filter(None, ("field", error and "has-err", look.get("wrapper_class"))))
    opening = f'id="div_{field.auto_id}" class="{safe(classes)}"'
    if widget.use_fieldset:
        html = _group_html(field, look, opening, error)
    elif isinstance(widget, CheckboxInput):
        html = _tick_html(field, opening, error)
    else:
        html = _single_html(field, look, opening, error)
    return mark_safe(html)  # noqa: S308 - every value is escaped where it is written  # nosec B308 B703


class Fields:
    """A part of a crispy layout: several fields, written one after another without a template for each."""

    def __init__(self, *names: str, wrapper_class: str = "", css_class: str = "") -> None:
        self.names, self.wrapper_class, self.css_class = names, wrapper_class, css_class

    def render(self, form: BaseForm, context: Context, **_: object) -> SafeString:
        """The fields, in a box when the part has a class of its own; a name that the form lacks is an error.

        Of the context counts what `field_html` says, and `below_heading`: the notes, as HTML.
        """
        form.rendered_fields |= {*self.names}
        look = {**context.flatten(), "wrapper_class": self.wrapper_class}
        if look.get("heading_field") in self.names:
            look["notes"] = look.get("below_heading", "")
        html = "".join(self.written(form, name, look) for name in self.names)
        boxed = f'<div class="{safe(self.css_class)}">{html}</div>' if self.css_class else html
        return mark_safe(boxed)  # noqa: S308 - every value is escaped where it is written  # nosec B308 B703

    def written(self, form: BaseForm, name: str, look: Mapping[str, Any]) -> str:
        """The HTML of one field."""
        return field_html(form[name], look)


def _group_html(field: BoundField, look: Mapping[str, Any], opening: str, error: str) -> str:
    role = ' role="radiogroup"' if getattr(field.field.widget, "input_type", "") == "radio" else ""
    wrong = ' aria-invalid="true"' if role and error else ""
    described = f' aria-describedby="{field.aria_describedby}"' if field.aria_describedby else ""
    legend = f"<legend{_hidden(look)}>{_label_html(field, look)}</legend>"
    return f"<fieldset {opening}{role}{wrong}{described}>\n{legend}{_hint_html(field, look)}{error}{field}\n</fieldset>"


def _tick_html(field: BoundField, opening: str, error: str) -> str:
    hint = f'<span id="{field.auto_id}_helptext">{safe(field.help_text)}</span>' if field.help_text else ""
    label = f'<label class="choice">{field}<span><b>{safe(field.label)}</b>{hint}</span></label>'
    return f"<div {opening}>\n{error}{label}\n</div>"


def _single_html(field: BoundField, look: Mapping[str, Any], opening: str, error: str) -> str:
    label = f'<label for="{field.id_for_label}"{_hidden(look)}>{_label_html(field, look)}</label>'
    before, after = look.get("crispy_prepended_text"), look.get("crispy_appended_text")
    written = str(field)
    if before or after:
        sides = [f"<span>{safe(text)}</span>" if text else "" for text in (before, after)]
        written = f'<div class="affix">{sides[0]}{written}{sides[1]}</div>'
    return f"<div {opening}>\n{label}{_hint_html(field, look)}{error}{written}\n</div>"


def _hidden(look: Mapping[str, Any]) -> str:
    return ' class="vh"' if look.get("form_show_labels") is False else ""


def _label_html(field: BoundField, look: Mapping[str, Any]) -> str:
    words = safe(field.label)
    if not field.field.required and (optional := _("(optional)")) not in words:
        words = f"{words} {optional}"
    return f"<h1>{words}</h1>" if look.get("heading_field") == field.name else words


def _hint_html(field: BoundField, look: Mapping[str, Any]) -> str:
    hint = f'<div class="hint" id="{field.auto_id}_helptext">{safe(field.help_text)}</div>' if field.help_text else ""
    return f"{hint}{look.get('notes', '')}" if look.get("heading_field") == field.name else hint


def _error_html(field: BoundField) -> str:
    if not field.errors:
        return ""
    words = " ".join(safe(error) for error in field.errors)
    return (
        f'<p class="err" id="{field.auto_id}_error">{draw("error")}'
        f'<span><span class="vh">{_("Error:")} </span>{words}</span></p>'
    )
