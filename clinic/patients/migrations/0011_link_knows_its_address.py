"""A link keeps where it went; those from before are taken to have gone to the e-mail address of now."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def went_to_email(apps, schema_editor):
    """The address that links of before went to, as far as it is known."""
    of_patient = apps.get_model("patients", "Patient").objects.filter(pk=OuterRef("patient"))
    links = apps.get_model("patients", "PatientLink").objects.filter(sent_to="")
    links.update(sent_to=Subquery(of_patient.values("email_index")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0010_wish_taken_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='patientlink',
            name='sent_to',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.RunPython(went_to_email, migrations.RunPython.noop),
    ]
