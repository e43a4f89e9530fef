"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from liaison.wall import stay_behind

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
application = get_wsgi_application()
stay_behind()
