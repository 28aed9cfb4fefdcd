"""Every address of the clinic."""

from django.urls import include, path

from clinic.patients.views import choose_language
from clinic.staff import refused
from clinic.web import errors

handler400 = errors.bad_request
handler403 = refused.forbidden
handler404 = refused.not_found
handler405 = refused.wrong_method
handler500 = refused.server_error

urlpatterns = [
    path("", include("clinic.intake.urls")),  # asked most often, and looked through first
    path("language/", choose_language, name="language"),
    path("hooks/", include("clinic.notifications.urls")),
    path("", include("clinic.followups.urls")),
    path("", include("clinic.pages.urls")),
    path("", include("clinic.questionnaires.urls")),
    path("", include("clinic.booking.urls")),
    path("", include("clinic.journal.urls")),
    path("", include("clinic.my.urls")),
    path("staff/", include("clinic.staff.urls")),
    path("staff/", include("clinic.accounts.urls")),
]
