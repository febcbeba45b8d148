from django.db import models


class User(models.Model):
    email = models.EmailField()
    private_metadata = models.JSONField(default=dict)
