"""Where tries to sign in are counted while Redis is down: as Django's cache in a database wants it, and not kept through a crash."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                "CREATE UNLOGGED TABLE liaison_tries"
                " (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL)",
                "CREATE INDEX liaison_tries_expires ON liaison_tries (expires)",
            ],
            "DROP TABLE liaison_tries",
        )
    ]
