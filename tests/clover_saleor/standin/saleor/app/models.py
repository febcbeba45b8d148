from django.db import models


class App(models.Model):
    name = models.CharField(max_length=60)
    identifier = models.CharField(max_length=256, blank=True)
    is_active = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True)
