"""`./run screenshots [names]`: pictures of every screen, or of those named, into var/screenshots."""

import os
import sys

import django

from liaison.notices.vapid import make_private_key

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread
    os.environ["PUSH_PRIVATE_KEY"] = make_private_key()  # the page of notices shows all it can offer
    os.environ["APPRISE_GATEWAYS"] = "WhatsApp=whatsapp://token@1/{phone} Telegram=tgram://token/{handle}"
    django.setup()

    from tests.browser.album import take_pictures  # its imports need Django set up

    sys.stdout.write(f"{take_pictures(sys.argv[1:])}\n")
