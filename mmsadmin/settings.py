"""All settings, from the environment. The defaults are the embedded set-up: one machine, SQLite, local files."""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from mmsadmin import broker, env
from mmsadmin.told import *  # noqa: F403  # settings are names

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("MMSADMIN_VAR", str(BASE_DIR / "var")))
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)

# `demo` shows a made-up world and speaks to the sandbox carrier; `production` refuses both.
DEMO = env.text("MMSADMIN_ENV", "demo") == "demo"
PRODUCTION = env.text("MMSADMIN_ENV", "demo") == "production"
DEBUG = env.flag("DEBUG", False)
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL", f"http://127.0.0.1:{env.whole('PORT', 8000)}").rstrip("/")
# Where carriers fetch files, if that is a name of its own (or a CDN before it); nothing but files answers there.
MEDIA_BASE_URL = env.text("MEDIA_BASE_URL", "").rstrip("/")
# How long the public address of a file lives, in days; afterwards it answers 410.
MEDIA_LINK_DAYS = env.whole("MEDIA_LINK_DAYS", 30)
if not 1 <= MEDIA_LINK_DAYS <= 3_650:
    raise ImproperlyConfigured(f"MEDIA_LINK_DAYS is {MEDIA_LINK_DAYS}; write 1 to 3650.")
# 'Now' means: after so many seconds, in which a launch can be undone.
UNDO_S = env.whole("UNDO_S", 30)
if not 5 <= UNDO_S <= 3_600:
    raise ImproperlyConfigured(f"UNDO_S is {UNDO_S}; write 5 to 3600.")

if PRODUCTION:
    SECRET_KEY = env.text("SECRET_KEY")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG cannot be on in production.")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names this site answers to, comma-separated.")
    if not PUBLIC_BASE_URL.startswith("https://"):
        raise ImproperlyConfigured("Set PUBLIC_BASE_URL to the https:// address that carriers can reach.")
    if MEDIA_BASE_URL and not MEDIA_BASE_URL.startswith("https://"):
        raise ImproperlyConfigured("MEDIA_BASE_URL has to begin with https://.")
else:
    SECRET_KEY = env.kept_secret(VAR / "secret_key")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
MEDIA_HOST = urlsplit(MEDIA_BASE_URL).hostname or ""
if MEDIA_HOST and urlsplit(PUBLIC_BASE_URL).hostname == MEDIA_HOST:
    raise ImproperlyConfigured(
        "MEDIA_BASE_URL names the host of PUBLIC_BASE_URL: leave it out, or give files their own."
    )
if MEDIA_HOST:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, MEDIA_HOST]


DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"mmsadmin@{urlsplit(PUBLIC_BASE_URL).hostname}")

INSTALLED_APPS = [
    "mmsadmin.adminsite.BoundedAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "mmsadmin.staticfiles.ChosenStaticFiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "subscriptions",
    "campaigns",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mmsadmin.middleware.MediaHostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "mmsadmin.middleware.PlainAddressMiddleware",
    "mmsadmin.middleware.SharedAnswerMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "mmsadmin.middleware.ShortBodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "mmsadmin.middleware.PrivatePageMiddleware",
    "mmsadmin.middleware.PreferenceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mmsadmin.middleware.MethodMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mmsadmin.urls"
WSGI_APPLICATION = "mmsadmin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "campaigns.views.frame.context",
            ],
        },
    },
]

DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{VAR / 'mmsadmin.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "campaigns:dashboard"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# What is refused anyway is not kept: it would lock for ever, and make a row of each name that somebody invents.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HANDLER = "mmsadmin.logins.Handler"
AXES_CLIENT_IP_CALLABLE = "mmsadmin.logins.address"
# An office behind one address shares this; who tries one password on many users has it within AXES_COOLOFF_TIME.
LOGIN_FAILURES_FROM_ONE_ADDRESS = 50
# How many proxies of ours stand between the world and this server; each is believed about whom it heard.
PROXIES = env.whole("PROXIES", 1 if PRODUCTION else 0)
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("tabler/css", BASE_DIR / "node_modules/@tabler/core/dist/css"),
    ("tabler/js", BASE_DIR / "node_modules/@tabler/core/dist/js"),
    ("cropperjs", BASE_DIR / "node_modules/cropperjs/dist"),
]
ICONS_DIR = BASE_DIR / "node_modules/@tabler/icons/icons"

# The private files: originals, rebuilt files, inbound pictures. Nothing here is served by the web server itself.
S3_BUCKET = env.text("S3_BUCKET", "")
# A storage that does not answer is away: better to know that soon than to keep people and runs waiting. In seconds.
S3_WAIT_S = env.whole("S3_WAIT_S", 5)
if S3_BUCKET:
    from botocore.config import Config  # where nothing is kept in S3, no process waits for its library

    _files: dict[str, object] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
            "region_name": env.text("S3_REGION", "") or None,
            "client_config": Config(
                signature_version="s3v4",
                connect_timeout=S3_WAIT_S,
                read_timeout=S3_WAIT_S,
                retries={"total_max_attempts": 2},
            ),
            "default_acl": None,
            "file_overwrite": False,
        },
    }
else:
    _files = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
STORAGES = {
    "default": _files,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_TEMP_DIR = None
# For every form: the check of its token reads a body before anybody is asked who they are. Only views that take a file
# get a body of more than SHORT_BODY_BYTES (see ShortBodyMiddleware).
SHORT_BODY_BYTES = 2_000_000
FILE_UPLOAD_HANDLERS = ["campaigns.views.uploads.LimitedUpload"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# What one MMS may weigh, in bytes (KB means 1,000 bytes here): see campaigns/gateways/limits.py for the sources.
MMS_HARD_LIMIT_BYTES = 1_000_000
MMS_ADVICE_BYTES = 600_000
UPLOAD_LIMIT_BYTES = 25_000_000
INBOUND_LIMIT_BYTES = 10_000_000
IMPORT_LIMIT_BYTES = 25_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

# Celery: the broker only rings a bell, the tables are the queue. See docs/architecture.md.
CELERY_BROKER_URL = env.text("BROKER_URL", "filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "ticks"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For ever: what waits for a broker works without one meanwhile.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
BROKER_DIR = VAR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = broker.prepared(url=CELERY_BROKER_URL, folder=BROKER_DIR)

# Which database was last at work here, kept outside of it (docs/decisions/0019): machines that share a database share
# this file, or each stops all sending when it meets the database for the first time while nobody else is at work.
BOOT_MARK = Path(env.text("MMSADMIN_BOOT_MARK", str(VAR / "boot_mark")))

# The sandbox carrier: a pretend provider in a process of its own. Refused in production.
SANDBOX = env.flag("SANDBOX", not PRODUCTION)
if SANDBOX and PRODUCTION:
    raise ImproperlyConfigured("The sandbox carrier cannot run in production: unset SANDBOX.")
SANDBOX_URL = env.text("SANDBOX_URL", "http://127.0.0.1:8025") if SANDBOX else ""
SANDBOX_SECRET = env.kept_secret(VAR / "sandbox_secret") if SANDBOX else ""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"brief": {"()": "mmsadmin.logs.Brief"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
