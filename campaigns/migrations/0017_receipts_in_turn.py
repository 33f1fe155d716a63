from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0016_attempts_in_doubt"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="callback", name="callback_waiting"),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                fields=["tries", "id"], condition=models.Q(("processed_at__isnull", True)), name="callback_waiting"
            ),
        ),
    ]
