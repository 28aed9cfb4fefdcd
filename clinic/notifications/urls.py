"""The addresses that providers post to; none of them shows anything."""

from django.urls import path

from clinic.notifications import views

app_name = "hooks"
urlpatterns = [
    path("sms/status/<uuid:message_id>/", views.sms_status, name="sms_status"),
    path("sms/in/", views.sms_in, name="sms_in"),
    path("email/", views.email, name="email"),
]
