"""The addresses of the public site."""

from django.urls import path

from clinic.pages import views, views_offline

app_name = "pages"

urlpatterns = [
    path("", views.home, name="home"),
    path("conditions/", views.conditions, name="conditions"),
    path("conditions/<slug:slug>/", views.condition, name="condition"),
    path("evidence/", views.evidence, name="evidence"),
    path("law/", views.law, name="law"),
    path("how-it-works/", views.text, {"page": "how_it_works"}, name="how_it_works"),
    path("locations/", views.text, {"page": "locations"}, name="locations"),
    path("questions/", views.questions, name="questions"),
    path("about/", views.text, {"page": "about"}, name="about"),
    path("privacy/", views.text, {"page": "privacy"}, name="privacy"),
    path("accessibility/", views.text, {"page": "accessibility"}, name="accessibility"),
    path("terms/", views.text, {"page": "terms"}, name="terms"),
    path("help-now/", views.help_now, name="help_now"),
    path("offline/", views_offline.offline, name="offline"),
    path("service-worker.js", views_offline.service_worker, name="service_worker"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
