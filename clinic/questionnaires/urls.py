"""The addresses of the short questions; none of them says what is asked."""

from django.urls import path

from clinic.questionnaires import views

app_name = "questionnaires"

urlpatterns = [
    path("f/<str:token>/", views.link, name="link"),
    path("my/questions/", views.next_one, name="next"),
    path("my/questions/<uuid:questionnaire_id>/", views.start, name="start"),
    path("my/questions/<uuid:questionnaire_id>/<int:number>/", views.page, name="page"),
    path("my/questions/<uuid:questionnaire_id>/send/", views.send, name="send"),
]
