"""One settings file; the environment decides, and what is missing stops the start with one clear line."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from controltower import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY", "development-only-" + "0" * 40 if DEBUG else None)
FIELD_KEY = env.text("FIELD_KEY", SECRET_KEY)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("TRUSTED_ORIGINS", "")
GROUP_CURRENCY = env.text("GROUP_CURRENCY", "EUR")
GROUP_NAME = env.text("GROUP_NAME", "Our group")

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "csp",
    "axes",
    "controltower",
    "odoo_sync",
    "apps.audit",
    "apps.accounts",
    "apps.notifications",
    "apps.actions",
    "apps.exceptions",
    "apps.kpis",
    "apps.intercompany",
    "apps.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "controltower.security.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "apps.accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.audit.middleware.AuditGroupMiddleware",
    "controltower.lib.memory.remember_while_answering",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "controltower.urls"
ASGI_APPLICATION = "controltower.asgi.application"
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
                "apps.console.frame.frame",
            ],
            "builtins": ["controltower.templatetags.ui"],
        },
    }
]

# A PostgreSQL whose machine or network is gone is noticed within a minute and a half by all; one that hangs, by the
# pages alone (database_patience.py): the worker waits for it.
DATABASE_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        "OPTIONS": DATABASE_PATIENCE,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_BROKER, REDIS_CHANNELS, REDIS_CACHE = env.redis("REDIS_URL")
# A Valkey that hangs, not only one that refuses, is given up: a page is never answered by its leave.
REDIS_PATIENCE = {"socket_connect_timeout": 3.0, "socket_timeout": 3.0}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE,
        "OPTIONS": REDIS_PATIENCE,
    }
}
# Redis' messages cross its numbered databases, so the number is in the prefix: two towers on one Redis must not hear
# each other.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_CHANNELS, **REDIS_PATIENCE}],
            "prefix": f"tower{urlsplit(REDIS_CHANNELS).path}",
        },
    }
}

CELERY_BROKER_URL = REDIS_BROKER
CELERY_BROKER_TRANSPORT = "controltower.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_PATIENCE
# A task is a hint that the timetable repeats: once more over a new connection, then no more.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
HOT_SECONDS = env.number("HOT_SECONDS", 2)
WARM_SECONDS = env.number("WARM_SECONDS", 60)
COLD_SECONDS = env.number("COLD_SECONDS", 900)
CELERY_BEAT_SCHEDULE = {
    "poll the hot lane": {
        "task": "odoo_sync.tasks.poll_lane",
        "schedule": HOT_SECONDS,
        "args": ["hot"],
        "options": {"expires": HOT_SECONDS},
    },
    "poll the warm lane": {
        "task": "odoo_sync.tasks.poll_lane",
        "schedule": WARM_SECONDS,
        "args": ["warm"],
        "options": {"expires": WARM_SECONDS},
    },
    "poll the cold lane": {
        "task": "odoo_sync.tasks.poll_lane",
        "schedule": COLD_SECONDS,
        "args": ["cold"],
        "options": {"expires": COLD_SECONDS},
    },
    "tell of changes left behind": {"task": "odoo_sync.tasks.announce_left_behind", "schedule": 5.0},
    "sweep ids for absence": {"task": "odoo_sync.tasks.sweep_ids", "schedule": timedelta(minutes=5)},
    "probe the connections": {"task": "odoo_sync.tasks.probe", "schedule": timedelta(minutes=10)},
    "ask what may be written": {"task": "apps.console.tasks.look_at_write_rights", "schedule": timedelta(minutes=10)},
    "evaluate what time has changed": {"task": "apps.exceptions.tasks.check_due", "schedule": 5.0},
    "evaluate everything": {"task": "apps.exceptions.tasks.sweep", "schedule": timedelta(minutes=10)},
    "tell the next contact": {"task": "apps.exceptions.tasks.escalate", "schedule": 15.0, "options": {"expires": 15.0}},
    "publish what was left behind": {"task": "apps.exceptions.tasks.publish", "schedule": 2.0},
    "deliver what waits": {"task": "apps.actions.tasks.deliver_waiting", "schedule": 5.0},
    "end grants whose time has come": {"task": "apps.accounts.tasks.announce_ended_grants", "schedule": 10.0},
    "forget old sign-ins": {"task": "apps.accounts.tasks.forget_old_sign_ins", "schedule": timedelta(hours=6)},
    "seal the audit trail": {"task": "apps.audit.tasks.seal", "schedule": 1.0},
    "send mail": {"task": "apps.notifications.tasks.send_mail", "schedule": 5.0, "options": {"expires": 5.0}},
    "forget old mails": {"task": "apps.notifications.tasks.forget_old_mails", "schedule": timedelta(hours=6)},
    "verify the audit trail": {"task": "apps.audit.tasks.verify_chain", "schedule": timedelta(hours=6)},
    "keep the day's audit root": {"task": "apps.audit.tasks.keep_daily_root", "schedule": timedelta(minutes=10)},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HANDLER = "apps.accounts.lockout.Lockout"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.locked_out"

PUBLIC_URL = env.site("PUBLIC_URL", "http://localhost:8800")
MAIL = env.mail("EMAIL_URL")
MAIL_IS_SENT = bool(MAIL.backend)
EMAIL_BACKEND = MAIL.backend or "django.core.mail.backends.dummy.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = MAIL.host, MAIL.port, 20
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.tls
EMAIL_FILE_PATH = MAIL.folder or None
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "Control Tower <control-tower@localhost>")

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
BEHIND_TLS = env.flag("BEHIND_TLS", False)
ODOO_HOSTS = env.words("ODOO_HOSTS", "")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", "127.0.0.0/8,::1" if BEHIND_TLS else "")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "controltower.error_pages.csrf_failure"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"odoorpc": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
