"""The one settings file; everything that differs between places comes from the environment (docs/settings.md)."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_noop

from clinic.onebox import places, secrets

BASE_DIR = Path(__file__).resolve().parent.parent

ENVIRONMENT = os.environ.get("ENVIRONMENT", "development")
if ENVIRONMENT not in ("development", "test", "production"):
    raise ImproperlyConfigured("ENVIRONMENT must be development, test or production.")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = False


def secret(variable: str, file_name: str) -> str:
    """A secret from the environment, or from the folder that the one-machine start made; never a default."""
    if value := os.environ.get(variable):
        return value
    path = places.secrets_dir() / file_name
    if not path.exists() and not IS_PRODUCTION:
        secrets.ensure()
    if not path.exists():
        raise ImproperlyConfigured(f"Set {variable}, or start the clinic once with `make run` to create it.")
    return path.read_text()


SECRET_KEY = secret("SECRET_KEY", secrets.DJANGO_KEY_FILE).strip()
VAULT_KEYS = secret("VAULT_KEYS", secrets.VAULT_KEYS_FILE)

ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "clinic.web",
    "clinic.onebox",
    "clinic.vault",
    "clinic.audit",
    "clinic.accounts",
    "clinic.pages",
    "clinic.patients",
    "clinic.notifications",
    "clinic.journal",
    "clinic.intake",
    "clinic.questionnaires",
    "clinic.reviews",
    "clinic.booking",
    "clinic.treatment",
    "clinic.followups",
    "clinic.my",
    "clinic.staff",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "pgtrigger",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.web.middleware.private_pages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "clinic.web.middleware.language_of_page",
    "django.middleware.common.CommonMiddleware",
    "clinic.web.middleware.readable_input",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.web.middleware.refused_in_words",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.web.context.clinic",
                "clinic.intake.pace.on_pages",
                "clinic.staff.urgent_lines.alarm",
            ],
        },
    },
]
FORM_RENDERER = "clinic.web.rendering.CalmRenderer"
CRISPY_TEMPLATE_PACK = "calm"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("calm",)
CRISPY_FAIL_SILENTLY = False


def prepared_from(word: str) -> int | None:
    """From which use on the statements of `clinic/prepared.py` are prepared; None: none is."""
    if word not in ("on", "off"):
        raise ImproperlyConfigured("PREPARED_STATEMENTS must be on or off.")
    return 0 if word == "on" else None


def database(url: str) -> dict[str, object]:
    """Django's database settings from a postgresql:// URL; the host may be a socket folder given as ?host=."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "prepare_threshold": prepared_from(os.environ.get("PREPARED_STATEMENTS", "on")),
            **query,
        },
        "TEST": {"NAME": f"test_{unquote(parts.path.lstrip('/'))}"},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL") or places.database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "counted_tries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
"""Tries at signing in are counted for all processes together; a process of its own would forget and allow more."""

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL") or places.broker_url()
BEAT_SCHEDULE_FILE = places.var_dir() / "beat-schedule"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "clinic.accounts.adapter.StaffAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_ADAPTER = "clinic.accounts.factors.StaffFactors"
MFA_FORMS = {
    "authenticate": "clinic.accounts.forms.CodeForm",
    "authenticate_webauthn": "clinic.accounts.forms.PasskeyForm",
    "reauthenticate": "clinic.accounts.forms.CodeAgainForm",
    "reauthenticate_webauthn": "clinic.accounts.forms.PasskeyAgainForm",
    "add_webauthn": "clinic.accounts.forms.NewPasskeyForm",
    "activate_totp": "clinic.accounts.forms.AppForm",
}
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff:home"
MFA_TOTP_ISSUER = os.environ.get("CLINIC_NAME", "Larkfield Clinic")
LOGOUT_REDIRECT_URL = "account_login"

SESSION_ENGINE = "clinic.web.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.staff.refused.csrf_failure"

USE_HTTPS = SITE_URL.startswith("https://")
if IS_PRODUCTION or USE_HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
FILE_UPLOAD_HANDLERS: list[str] = []

LANGUAGE_CODE = "en-us"
LANGUAGES = [
    ("en-us", "English"),
    *(pair.split("=") for pair in filter(None, os.environ.get("LANGUAGES", "").split(","))),
]
LOCALE_PATHS = [BASE_DIR / "clinic" / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = CLINIC_TIME_ZONE = os.environ.get("CLINIC_TIME_ZONE", "America/Los_Angeles")

STATIC_URL = "/static/"
STATIC_ROOT = places.var_dir() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

EMAIL_URL = os.environ.get("EMAIL_URL", "")
if IS_PRODUCTION and not EMAIL_URL:
    raise ImproperlyConfigured("Set EMAIL_URL: without it no message reaches anybody.")
MAIL_DIR = places.var_dir() / "mail"
SMS_PROVIDER = os.environ.get("SMS_PROVIDER", "")
SMS_URL = os.environ.get("SMS_URL", "https://api.twilio.com")
SMS_ACCOUNT, SMS_TOKEN = os.environ.get("SMS_ACCOUNT", ""), os.environ.get("SMS_TOKEN", "")
SMS_FROM = os.environ.get("SMS_FROM", "")
SMS_REPLIES = os.environ.get("SMS_REPLIES", "off") == "on"
TEXT_DIR = places.var_dir() / "texts"
MAIL_HOOK_SECRET = os.environ.get("MAIL_HOOK_SECRET", "")
PAGER_URL, PAGER_SECRET = os.environ.get("PAGER_URL", ""), os.environ.get("PAGER_SECRET", "")
if PAGER_URL and not (PAGER_SECRET and PAGER_URL.startswith(("https://", "http://127.0.0.1"))):
    raise ImproperlyConfigured("PAGER_URL is https, and PAGER_SECRET signs what goes there.")
DEFAULT_FROM_EMAIL = os.environ.get("FROM_EMAIL", "Larkfield <appointments@larkfield.example>")

# The clinic. A clinic that is not invented sets these; see docs/settings.md.
CLINIC_NAME = os.environ.get("CLINIC_NAME", "Larkfield Clinic")
CLINIC_NEUTRAL_NAME = os.environ.get("CLINIC_NEUTRAL_NAME", "Larkfield")
CLINIC_PHONE_DISPLAY = os.environ.get("CLINIC_PHONE_DISPLAY", "(555) 010-0142")
CLINIC_PHONE_URI = os.environ.get("CLINIC_PHONE_URI", "+15550100142")
CLINIC_OPENS, CLINIC_CLOSES, CLINIC_DAYS = 8, 18, (0, 1, 2, 3, 4)
CLINIC_HOURS = gettext_noop("Mon to Fri, 8 am to 6 pm Pacific")
FORM_MINUTES = 25  # what pages say the form takes until enough people finished it; tests/ux/test_walks.py measures it
LICENSED_REGIONS = frozenset(os.environ.get("LICENSED_REGIONS", "US-CA,US-NY,US-AZ").split(","))
TELEHEALTH_FLEXIBILITY_UNTIL = date.fromisoformat(os.environ.get("TELEHEALTH_FLEXIBILITY_UNTIL", "2026-12-31"))
CRISIS_LINES_FILE = Path(os.environ.get("CRISIS_LINES_FILE") or BASE_DIR / "clinic" / "web" / "crisis_lines.toml")
LEAVE_URL = os.environ.get("LEAVE_URL", "https://www.weather.gov/")
LEAVE_NAME = os.environ.get("LEAVE_NAME", gettext_noop("a weather site"))
LEAVE_QUICKLY = os.environ.get("LEAVE_QUICKLY", "on") == "on"
OFFLINE_HELP = os.environ.get("OFFLINE_HELP", "on") == "on"
PROTOCOL = os.environ.get("PROTOCOL", "2026-11")
PROTOCOL_NOT_APPROVED = not tomllib.loads(
    (BASE_DIR / "screening" / "protocols" / PROTOCOL / "protocol.toml").read_text()
).get("approved_by")
ON_CALL_EMAIL = os.environ.get("ON_CALL_EMAIL", "on-call@larkfield.example")

LOGGING_CONFIG = None
