"""How staff sign in, set up their second step and sign out; allauth's other pages have no address here."""

from allauth.account.views import LoginView, logout
from django.urls import path

from clinic.accounts import views
from clinic.accounts.forms import SignInForm

urlpatterns = [
    path("sign-in/", LoginView.as_view(form_class=SignInForm), name="account_login"),
    path("sign-in/code/", views.code, name="mfa_authenticate"),
    path("sign-in/set-up/", views.own_sign_in, name="mfa_index"),
    path("sign-in/set-up/app/", views.set_up_app, name="mfa_activate_totp"),
    path("sign-in/set-up/app/remove/", views.remove_app, name="mfa_deactivate_totp"),
    path("sign-in/set-up/passkey/", views.add_passkey, name="mfa_add_webauthn"),
    path("sign-in/set-up/passkey/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("sign-in/set-up/codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("sign-in/set-up/codes/new/", views.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sign-in/again/", views.code_once_more, name="mfa_reauthenticate"),
    path("sign-in/again/passkey/", views.passkey_once_more, name="mfa_reauthenticate_webauthn"),
    path("sign-in/held/", views.held_form, name="staff_held"),
    path("sign-in/alive/", views.alive, name="staff_alive"),
    path("sign-out/", logout, name="account_logout"),
    path("join/<str:token>/", views.join, name="staff_join"),
]
