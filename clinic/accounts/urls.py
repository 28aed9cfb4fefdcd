"""How staff sign in and out; allauth's other pages open with the issue that needs them."""

from allauth.account import views
from django.urls import path

from clinic.accounts.forms import SignInForm

urlpatterns = [
    path("sign-in/", views.LoginView.as_view(form_class=SignInForm), name="account_login"),
    path("sign-out/", views.logout, name="account_logout"),
]
