"""Every address of the staff pages."""

from django.urls import path

from clinic.staff import views, views_about, views_audit, views_day, views_letter, views_people, views_worklist

app_name = "staff"
urlpatterns = [
    path("", views.home, name="home"),
    path("worklist/", views_worklist.list_of_waiting, name="worklist"),
    path("worklist/claim/", views_worklist.claim, name="claim"),
    path("worklist/views/", views_worklist.save_view, name="save_view"),
    path("worklist/views/<int:view_id>/forget/", views_worklist.forget_view, name="forget_view"),
    path("intakes/<str:reference>/", views.review, name="review"),
    path("intakes/<str:reference>/decide/", views.decide, name="decide"),
    path("intakes/<str:reference>/answers/", views.all_answers, name="answers"),
    path("intakes/<str:reference>/note/", views_about.note, name="note"),
    path("intakes/<str:reference>/match/", views_about.match, name="match"),
    path("intakes/<str:reference>/pass-on/", views_about.pass_on, name="pass_on"),
    path("intakes/<str:reference>/preview/", views_about.preview, name="preview"),
    path("intakes/<str:reference>/letter/", views_letter.letter, name="letter"),
    path("intakes/<str:reference>/letter/file/", views_letter.letter_file, name="letter_file"),
    path("intakes/<str:reference>/letter/sent/", views_letter.letter_sent, name="letter_sent"),
    path("intakes/<str:reference>/letter/answered/", views_letter.letter_answered, name="letter_answered"),
    path("decisions/<uuid:decision_id>/undo/", views.undo, name="undo"),
    path("decisions/<uuid:decision_id>/reopen/", views.reopen, name="reopen"),
    path("tasks/", views_day.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/done/", views_day.done, name="done"),
    path("tasks/<uuid:task_id>/undo/", views_day.undo_task, name="undo_task"),
    path("tasks/<uuid:task_id>/snooze/", views_day.snooze, name="snooze"),
    path("calendar/", views_day.calendar, name="calendar"),
    path("people/", views_people.people, name="people"),
    path("people/invite/", views_people.invite, name="invite"),
    path("people/<int:user_id>/", views_people.person, name="person"),
    path("people/<int:user_id>/role/", views_people.change_role, name="change_role"),
    path("people/<int:user_id>/end/", views_people.end_access, name="end_access"),
    path("people/<int:user_id>/reset/", views_people.reset_sign_in, name="reset_sign_in"),
    path("people/<int:user_id>/invite/", views_people.invite_again, name="invite_again"),
    path("audit/", views_audit.audit, name="audit"),
    path("audit/check/", views_audit.check, name="check_audit"),
    path("audit/file/", views_audit.audit_file, name="audit_file"),
    path("outbox/", views_day.outbox_list, name="outbox"),
    path("outbox/<uuid:message_id>/", views_day.outbox_mail, name="mail"),
]
