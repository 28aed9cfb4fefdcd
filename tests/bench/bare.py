"""The least a Django view can do, to measure the clinic's pages against; and the least that a saved form needs."""

from __future__ import annotations

import re
import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import include, path

from clinic.intake.models import Intake
from clinic.patients.session import PATIENT
from clinic.web.widgets import RadioChoices

WRITTEN_ONCE = re.compile(r'{% once "([^"]+)"(.*?) %}')
LOADED = re.compile(r"{% load [^%]+ %}")
WORDS = "I would like to sleep again, and to be there for my children in the morning."
LAYOUT = """{% extends layout %}{% block title %}A page{% endblock %}
{% block content %}<h1>A page</h1><p>{{ words }}</p><form method="post">{% csrf_token %}
<button class="btn" type="submit">Continue</button></form>{% endblock %}"""
ASKING = """{% extends layout %}{% load crispy_forms_tags %}{% block title %}A page{% endblock %}
{% block content %}<h1>A page</h1><form method="post">{% csrf_token %}{% crispy form %}
<button class="btn" type="submit">Continue</button></form>{% endblock %}"""
ONE_LINE = "<!doctype html><html lang=en><title>A page</title><p>{{ words }}</p></html>"


class Line(models.Model):
    """One row that a bare view inserts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    words = models.TextField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return str(self.id)


def make_table() -> None:
    """The table of the bare insert; no app and no migration knows it."""
    with connection.schema_editor() as editor:
        editor.create_model(Line)


def rows() -> int:
    """How many rows the bare insert has made."""
    return Line.objects.count()


def insert(request: HttpRequest) -> HttpResponse:
    """Insert what was sent as one row, in one transaction, and go on: what any Django view does."""
    with transaction.atomic():
        Line.objects.create(words=request.POST["words"])
    return HttpResponseRedirect("/my/")


def layout_page(request: HttpRequest) -> HttpResponse:
    """The patient's layout with a heading, a sentence and an empty form."""
    return HttpResponse(page(LAYOUT, {"words": WORDS}, request))


class OneQuestion(forms.Form):
    """One question with three answers, by the same library and in the same look as the clinic's."""

    told = forms.ChoiceField(
        label="Is it so?", choices=[("yes", "Yes"), ("no", "No"), ("not_sure", "I am not sure")], widget=RadioChoices
    )
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False


def asking_page(request: HttpRequest) -> HttpResponse:
    """One question to the patient whom the session names, with what the row of their form keeps; nothing is decided."""
    intake = Intake.objects.latest_of(request.session[PATIENT])
    form = OneQuestion(initial={"told": intake.answers.get("told") if intake else None})
    return HttpResponse(page(ASKING, {"form": form}, request))


def keep_answer(request: HttpRequest) -> HttpResponse:
    """Keep one answer in the row of the form, held meanwhile; nothing is decided or recorded."""
    form = OneQuestion(request.POST)
    if not form.is_valid():
        raise ValueError(form.errors)
    with transaction.atomic():
        intake = Intake.objects.select_for_update().get(patient_id=request.session[PATIENT])
        intake.answers |= form.cleaned_data
        intake.save(update_fields=["answers"])
    return HttpResponseRedirect("/my/")


def one_line_page(request: HttpRequest) -> HttpResponse:
    """One sentence and no layout."""
    return HttpResponse(page(ONE_LINE, {"words": WORDS}, request))


_templates: dict[str, Any] = {}


def page(source: str, told: dict[str, Any], request: HttpRequest) -> str:
    """A page in the patient's layout as any Django view writes it: no part of it is kept from the page before."""
    return _compiled(source).render({"layout": _plain("patient.html"), "base": _plain("base.html"), **told}, request)


def _compiled(source: str) -> Any:
    if source not in _templates:
        _templates[source] = engines["django"].from_string(source)
    return _templates[source]


def _plain(name: str) -> Any:
    if name not in _templates:
        told = _source(name).replace('{% extends "base.html" %}', "{% extends base %}")
        _templates[name] = engines["django"].from_string(WRITTEN_ONCE.sub(_in_place, told)).template
    return _templates[name]


def _source(name: str) -> str:
    return (settings.BASE_DIR / "templates" / name).read_text()


def _in_place(part: re.Match[str]) -> str:
    """The part itself, which knows what the page knows; a template of its own would take longer."""
    source = LOADED.sub("", _source(part[1]))
    told = dict(pair.split("=") for pair in part[2].split())
    others = " ".join(f"{name}={value}" for name, value in told.items() if name != value)
    return f"{{% with {others} %}}{source}{{% endwith %}}" if others else source


urlpatterns = [
    path("bench/insert/", insert),
    path("bench/layout/", layout_page),
    path("bench/asking/", asking_page),
    path("bench/answer/", keep_answer),
    path("bench/line/", one_line_page),
    path("", include("clinic.urls")),
]
