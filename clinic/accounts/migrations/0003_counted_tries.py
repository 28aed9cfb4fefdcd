"""The table in which tries at signing in are counted, so that no start and no test needs a command of its own."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_people_and_links"),
    ]

    operations = [
        migrations.RunPython(make_table, migrations.RunPython.noop),
    ]
