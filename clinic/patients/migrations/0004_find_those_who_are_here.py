"""Patients of before today get the fingerprints they are found by."""

from django.db import migrations

from clinic.patients.marks import marks_of


def mark(apps, schema_editor):
    """One row after another, as their names have to be opened."""
    patients = apps.get_model("patients", "Patient")
    for patient in patients.objects.order_by("pk").iterator(chunk_size=200):
        names = [str(name or "") for name in (patient.legal_name, patient.preferred_name)]
        patient.marks = marks_of(names=names, phone=str(patient.phone or ""), born_on=patient.born_on or "")
        patient.save(update_fields=["marks"])


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_found_by")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
