"""Every setting of an installation, in one file. What differs between installations comes from the environment."""

from email.utils import parseaddr
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from liaison import env

ROOT = Path(__file__).resolve().parent.parent

# --- the installation -------------------------------------------------------------------------------------------

SECRET_KEY = env.secret("SECRET_KEY")
PRIVATE_DATA_KEYS = env.words("PRIVATE_DATA_KEYS")  # newest first; checked by liaison.checks
DEBUG = env.flag("DEBUG", default=False)
HTTPS = env.flag("HTTPS", default=True)
SITE_URL = env.text("SITE_URL", "https://localhost").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

DATABASES = {
    "default": env.database("DATABASE_URL", prepare_after=env.number("DATABASE_PREPARE_AFTER", 3))
    | {"CONN_MAX_AGE": env.number("DATABASE_CONN_MAX_AGE", 600), "CONN_HEALTH_CHECKS": True},
}
SECOND_WALL = env.flag("SECOND_WALL", default=True)
REDIS_URL = env.secret("REDIS_URL")

DATA_DIR = Path(env.text("DATA_DIR", str(ROOT / "var" / "data")))
MEDIA_ROOT = DATA_DIR  # private: no address serves this folder as it is
MEDIA_URL = "/media-is-private/"

globals().update(env.mail("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Liaison <liaison@localhost>")
EMAIL_SUBJECT_PREFIX = ""

# Web push is on where there is a key; only these services, and names below them, are ever called.
PUSH_PRIVATE_KEY = env.text("PUSH_PRIVATE_KEY", "")
PUSH_CONTACT = env.text("PUSH_CONTACT", f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
PUSH_SERVICES = env.words(
    "PUSH_SERVICES", "fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com"
)
APPRISE_GATEWAYS = env.named("APPRISE_GATEWAYS")

# --- the house --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "liaison.accounts",
    "liaison.notices",
    "events",
    "guests",
    "liaison.apps.AdminConfig",
    "liaison.apps.LiaisonConfig",
]

MIDDLEWARE = [
    "liaison.watching.middleware.TraceMiddleware",
    "liaison.middleware.WallsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # of random length, and tokens are masked: nothing to measure (BREACH)
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "liaison.middleware.PrivatePagesMiddleware",
    "liaison.watching.middleware.ProbesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "liaison.wall.WallMiddleware",
    "liaison.middleware.LanguageMiddleware",
    "liaison.accounts.middleware.SignOutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "liaison.accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "liaison.urls"
WSGI_APPLICATION = "liaison.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "liaison.watching.trace.code_for_templates",
                "events.admin.chosen.desk_for_templates",
            ],
            "libraries": {"clock": "liaison.templatetags.clock", "devices": "liaison.templatetags.devices"},
        },
    },
]

# --- languages and time: UTC in tables, the event's zone on screens ------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "liaison" / "locale", ROOT / "liaison" / "theme" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- sign-in: by e-mail, by invitation only, one door for everybody ------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["liaison.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("home")
ACCOUNT_ADAPTER = "liaison.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = (
    "none"  # who answers a code or an invitation has shown that the address is theirs
)
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
SESSION_COOKIE_AGE = 14 * 24 * 3600

# How long whoever opens the desk may do without a second factor, from their first sign-in that should have had one.
SECOND_FACTOR_GRACE_DAYS = env.number("SECOND_FACTOR_GRACE_DAYS", 7)
# How long after the last day of their last event officers and press officers may still sign in.
SIGN_IN_ENDS_AFTER_DAYS = env.number("SIGN_IN_ENDS_AFTER_DAYS", 14)
MFA_ADAPTER = "liaison.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "liaison.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "liaison.accounts.forms.RenamePasskeyForm",
    "login_webauthn": "liaison.accounts.forms.PasskeySignInForm",
    "authenticate_webauthn": "liaison.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "liaison.accounts.forms.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # half a minute to type, and phones whose clocks are a little off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address is the coordinator's to give, so nobody can sit on another's

# A venue's whole team may come through one address of its network, so what counts for addresses is wide, and what
# counts for an account is narrow. Behind proxies, addresses are the ones that the outermost trusted proxy wrote down.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 1 if HTTPS else 0)
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "request_login_code": "60/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,3/m/key,10/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

# --- cache and queue: Redis; a page never fails because Redis does -------------------------------------------------

CACHES = {"default": {"BACKEND": "liaison.cache.ForgivingRedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
PGHISTORY_MIDDLEWARE_METHODS = (
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
)  # GET never writes, so it has nothing to sign

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 660
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # sending waits for Redis, however long
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 0,  # a page that asks for a task does not wait for Redis; the worker's own patience is set above
}
CELERY_TASK_PUBLISH_RETRY = False  # the row is the queue: beat finds what a lost message would have announced
CELERY_DB_REUSE_MAX = 1000
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_TIMEZONE = "UTC"

# --- files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(ROOT / "var" / "static")))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# The fonts of the prints are read from disk by WeasyPrint, never by a browser; packing their 24 MB takes minutes.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "otf", "ttf")
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- the desk: ink on paper, brass as the one accent ---------------------------------------------------------------

DESK_EVENT = "events.admin.chosen.chosen_event"
DESK_ZONES = "events.admin.chosen.zones_at_desk"
UNFOLD = {
    "SITE_TITLE": "Liaison",
    "SITE_HEADER": "Liaison",
    "SITE_SUBHEADER": _("The coordinator’s desk"),
    "SITE_ICON": "liaison.desk.icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "liaison.desk.icon"}],
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": ["liaison.desk.stylesheet"],
    "SCRIPTS": ["liaison.desk.choosers"],
    "DASHBOARD_CALLBACK": "guests.admin.home.with_what_waits",
    "SIDEBAR": {"navigation": "liaison.desk.navigation"},
    "ACCOUNT": {"navigation": [{"title": _("Sign-in and devices"), "link": reverse_lazy("mfa_index")}]},
    "COLORS": {
        "base": {
            "50": "#fbf9f4",
            "100": "#f2efe7",
            "200": "#e0dcd1",
            "300": "#c3c2be",
            "400": "#949ca8",
            "500": "#5c6879",
            "600": "#445164",
            "700": "#2c3b52",
            "800": "#1c2d47",
            "900": "#10243e",
            "950": "#0a182b",
        },
        "primary": {
            "50": "#fbf6ea",
            "100": "#f5ead0",
            "200": "#ead5a3",
            "300": "#dcbb6f",
            "400": "#c99d45",
            "500": "#b3862f",
            "600": "#8a6420",
            "700": "#75551d",
            "800": "#5f451b",
            "900": "#4e3919",
            "950": "#2c1f0b",
        },
    },
}

# --- the web's own walls -------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, by plain HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
if HTTPS:  # then browsers take these only from this very host, so that no neighbour under the same domain can set them
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}

# --- seeing inside -------------------------------------------------------------------------------------------------

METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # nothing is counted or told without
METRICS_DIR = Path(env.text("METRICS_DIR", str(ROOT / "var" / "metrics")))
SENTRY_DSN = env.text("SENTRY_DSN", "")

# A line for a person, or JSON for a program, which also tells of every request and every task, once.
LOG_FORMAT = env.one_of("LOG_FORMAT", "line", "json")
_TOLD_BY_US = "INFO" if LOG_FORMAT == "json" else "WARNING"
_TOLD_BY_CELERY = env.text("CELERY_LOG_LEVEL", "WARNING")  # at INFO, what it received and what succeeded

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "liaison.watching.logs.JsonLine"},
    },
    "filters": {"without_secrets": {"()": "liaison.weblog.WithoutSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["without_secrets"]}
    },
    "root": {
        "handlers": ["console"],
        "level": env.one_of("LOG_LEVEL", "info", "debug", "warning", "error").upper(),
    },
    "loggers": {
        "liaison.requests": {"level": _TOLD_BY_US},
        "liaison.tasks": {"level": _TOLD_BY_US},
        "celery.app.trace": {"level": _TOLD_BY_CELERY},
        "celery.worker.strategy": {"level": _TOLD_BY_CELERY},
        "apprise": {"level": "CRITICAL"},  # it names addresses; what failed stands beside the delivery
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
