"""A weekly rule that goes on stands once; of those that were posted twice, the first one stays."""

from __future__ import annotations

from django.db import migrations, models

SAID = (
    *("clinician", "weekday", "opens", "closes", "time_zone", "location", "room", "modes"),
    *("slot_minutes", "buffer_minutes", "notice_hours", "horizon_days", "most_per_day", "valid_from"),
)
COLUMNS = ", ".join("clinician_id" if name == "clinician" else name for name in SAID)


class Migration(migrations.Migration):
    dependencies = [("booking", "0008_what_the_desk_heard")]

    operations = [
        migrations.RunSQL(
            "DELETE FROM booking_availability WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "  # nosec B608 - names of ours
            f"(PARTITION BY {COLUMNS} ORDER BY id) AS nth FROM booking_availability WHERE valid_to IS NULL) AS each "
            "WHERE nth > 1)",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="availability",
            constraint=models.UniqueConstraint(
                name="availability_once", fields=SAID, condition=models.Q(valid_to=None), nulls_distinct=False
            ),
        ),
    ]
