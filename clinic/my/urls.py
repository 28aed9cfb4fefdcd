"""The addresses of the patient's own page."""

from django.urls import path

from clinic.my import views, views_changes, views_preferences, views_progress, views_question, views_who_looked

app_name = "my"

urlpatterns = [
    path("my/", views.status, name="status"),
    path("my/messages/<uuid:message_id>/", views.message, name="message"),
    path("my/agreements/", views.agreements, name="agreements"),
    path("my/agreements/<uuid:consent_id>/", views.agreement, name="agreement"),
    path("my/details/", views.details, name="details"),
    path("my/who-looked/", views_who_looked.who_looked, name="who_looked"),
    path("my/changes/", views_changes.changes, name="changes"),
    path("my/changes/medicine/", views_changes.medicine, name="changed_medicine"),
    path("my/progress/", views_progress.progress, name="progress"),
    path("my/preferences/", views_preferences.preferences, name="preferences"),
    path("my/preferences/pause/", views_preferences.pause, name="pause"),
    path("my/data/", views_preferences.data, name="data"),
    path("my/data/file/", views_preferences.data_file, name="data_file"),
    path("my/data/read/", views_preferences.data_page, name="data_page"),
    path("my/ask/", views.ask, name="ask"),
    path("my/question/", views_question.question, name="question"),
]
