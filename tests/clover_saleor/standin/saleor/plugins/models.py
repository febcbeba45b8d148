from django.db import models


class PluginConfiguration(models.Model):
    identifier = models.CharField(max_length=128)
    name = models.CharField(max_length=128)
    channel = models.ForeignKey("channel.Channel", models.CASCADE, null=True)
    active = models.BooleanField(default=False)
    configuration = models.JSONField(default=list)

    class Meta:
        unique_together = ("identifier", "channel")
