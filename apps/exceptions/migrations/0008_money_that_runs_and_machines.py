import django.db.models.deletion
import django.db.models.functions.datetime
import odoo_sync.mirror.base
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Money that is no order's is kept apart, and people say which machine stands at which work centre."""

    dependencies = [
        ('exceptions', '0007_places_have_limits_of_their_own'),
        ('odoo_sync', '0008_downtime_and_maintenance'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='own_money',
            field=models.DecimalField(db_comment="of it, what is no order's", decimal_places=2, default=0, max_digits=20),
        ),
        migrations.AddField(
            model_name='case',
            name='running',
            field=models.JSONField(db_comment='how money grows by itself: at, per_hour, until, since', null=True),
        ),
        migrations.CreateModel(
            name='EquipmentLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(max_length=16)),
                ('set_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('equipment', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='odoo_sync.equipment')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('work_centre', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.workcentre')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('basis__in', ('serial', 'code', 'name', 'hand'))), name='a_machine_is_tied_on_a_known_basis')],
            },
        ),
    ]
