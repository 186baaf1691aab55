import django.db.models.manager
import odoo_sync.mirror.base
from django.db import migrations, models


class Migration(migrations.Migration):
    """What work centres do with their time, and what is done to keep them going."""

    dependencies = [
        ('odoo_sync', '0007_changes_of_fields_are_kept'),
    ]

    operations = [
        migrations.CreateModel(
            name='LossReason',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('name', models.CharField()),
                ('category', models.CharField(null=True)),
                ('sequence', models.IntegerField(null=True)),
                ('is_manual', models.BooleanField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='MaintenanceStage',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('name', models.CharField()),
                ('sequence', models.IntegerField(null=True)),
                ('is_final', models.BooleanField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='EquipmentCategory',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('name', models.CharField()),
                ('company', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.company')),
                ('technician', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.odoouser')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Equipment',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('name', models.CharField()),
                ('serial_number', models.CharField(null=True)),
                ('model', models.CharField(null=True)),
                ('location', models.CharField(null=True)),
                ('active', models.BooleanField(null=True)),
                ('company', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.company')),
                ('technician', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.odoouser')),
                ('work_centre', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.workcentre')),
                ('category', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.equipmentcategory')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='MaintenanceTeam',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('name', models.CharField()),
                ('active', models.BooleanField(null=True)),
                ('company', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.company')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='MaintenanceRequest',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('name', models.CharField()),
                ('kind', models.CharField(null=True)),
                ('priority', models.CharField(null=True)),
                ('requested_on', models.DateField(null=True)),
                ('scheduled_at', models.DateTimeField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('hours', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('is_cancelled', models.BooleanField(null=True)),
                ('company', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.company')),
                ('equipment', odoo_sync.mirror.base.Many2one(related_name='requests', to='odoo_sync.equipment')),
                ('technician', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.odoouser')),
                ('stage', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.maintenancestage')),
                ('team', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.maintenanceteam')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='equipment',
            name='team',
            field=odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.maintenanceteam'),
        ),
        migrations.CreateModel(
            name='CentreTime',
            fields=[
                ('id', models.BigIntegerField(db_comment='connection_id << 40 | Odoo id', primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField(db_comment='Odoo write_date, UTC, whole seconds', null=True)),
                ('read_began_at', models.DateTimeField(null=True)),
                ('read_ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
                ('extra', models.JSONField(default=dict)),
                ('category', models.CharField(null=True)),
                ('description', models.TextField(null=True)),
                ('start_at', models.DateTimeField(null=True)),
                ('end_at', models.DateTimeField(null=True)),
                ('minutes', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('company', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.company')),
                ('user', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.odoouser')),
                ('work_centre', odoo_sync.mirror.base.Many2one(related_name='times', to='odoo_sync.workcentre')),
                ('work_order', odoo_sync.mirror.base.Many2one(related_name='times', to='odoo_sync.workorder')),
                ('reason', odoo_sync.mirror.base.Many2one(related_name='+', to='odoo_sync.lossreason')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everything',
                'indexes': [models.Index(condition=models.Q(('end_at', None)), fields=['work_centre'], name='open_times_of_a_centre')],
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everything', django.db.models.manager.Manager()),
            ],
        ),
    ]
