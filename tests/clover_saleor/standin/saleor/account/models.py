from django.db import models


class User(models.Model):
    email = models.EmailField()
    language_code = models.CharField(max_length=35, default="en")
    private_metadata = models.JSONField(default=dict)
