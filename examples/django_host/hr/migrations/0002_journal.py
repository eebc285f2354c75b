"""The tables of the journal, by the statements that ``mkd journal ddl`` prints for the database in use."""

from django.db import migrations

from mkd_plugins.journal.sql import ddl


def make(apps, schema_editor):
    for statement in filter(None, map(str.strip, ddl(schema_editor.connection.vendor).split(";"))):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("hr", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
