"""The addresses of the patient's form; none of them says what a page asks."""

from django.urls import path

from clinic.intake import views, views_after, views_again, views_check, views_medicines, views_return, views_right
from clinic.patients.session import saved_although_late

app_name = "intake"

urlpatterns = [
    path("check/", views_check.check, name="check"),
    path("check/<int:number>/", views_check.check_page, name="check_page"),
    path("check/result/", views_check.check_result, name="check_result"),
    path("intake/start/", views.start, name="start"),
    path("intake/", views.tasks, name="tasks"),
    path("intake/medicines/names/", views_medicines.names, name="medicine_names"),
    path("intake/medicines/add/", views_medicines.add_medicine, name="add_medicine"),
    path("intake/medicines/<uuid:medicine_id>/change/", views_medicines.change_medicine, name="change_medicine"),
    path("intake/medicines/<uuid:medicine_id>/remove/", views_medicines.remove_medicine, name="remove_medicine"),
    path("intake/medicines/<uuid:medicine_id>/put-back/", views_medicines.put_back_medicine, name="put_back_medicine"),
    path("intake/check/", views.answers, name="answers"),
    path("intake/sign/", views.sign, name="sign"),
    path("intake/help/", views_after.help_now, name="help"),
    path("intake/save/", views_return.save, name="save"),
    path("intake/saved/", views_return.saved, name="saved"),
    path("intake/idle/", views_return.idle, name="idle"),
    path("intake/<slug:part>/<int:number>/", saved_although_late(views.page), name="page"),
    path("intake/<slug:part>/<int:number>/right/", views_right.is_this_right, name="is_this_right"),
    path("resume/", views_return.resume, name="resume"),
    path("resume/<str:token>/", views_return.resume_link, name="resume_link"),
    path("come-back/<str:token>/", views_return.status_link, name="status_link"),
    path("again/<str:token>/", views_again.again_link, name="again_link"),
    path("intake/again/", views_again.again, name="again"),
    path("leave/", views_return.leave, name="leave"),
]
