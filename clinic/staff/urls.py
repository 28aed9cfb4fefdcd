"""Every address of the staff pages."""

from django.urls import path

from clinic.staff import views, views_day, views_people

app_name = "staff"
urlpatterns = [
    path("", views.home, name="home"),
    path("worklist/", views.list_of_waiting, name="worklist"),
    path("intakes/<str:reference>/", views.review, name="review"),
    path("intakes/<str:reference>/decide/", views.decide, name="decide"),
    path("intakes/<str:reference>/answers/", views.all_answers, name="answers"),
    path("decisions/<uuid:decision_id>/undo/", views.undo, name="undo"),
    path("decisions/<uuid:decision_id>/reopen/", views.reopen, name="reopen"),
    path("tasks/", views_day.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/done/", views_day.done, name="done"),
    path("calendar/", views_day.calendar, name="calendar"),
    path("people/", views_people.people, name="people"),
    path("people/invite/", views_people.invite, name="invite"),
    path("people/<int:user_id>/", views_people.person, name="person"),
    path("people/<int:user_id>/role/", views_people.change_role, name="change_role"),
    path("people/<int:user_id>/end/", views_people.end_access, name="end_access"),
    path("people/<int:user_id>/reset/", views_people.reset_sign_in, name="reset_sign_in"),
    path("people/<int:user_id>/invite/", views_people.invite_again, name="invite_again"),
    path("outbox/", views_day.outbox_list, name="outbox"),
    path("outbox/<uuid:message_id>/", views_day.outbox_mail, name="mail"),
]
