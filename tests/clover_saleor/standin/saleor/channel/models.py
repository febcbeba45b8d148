from django.db import models


class Channel(models.Model):
    slug = models.SlugField(unique=True)
    currency_code = models.CharField(max_length=3)

    def __str__(self):
        return self.slug
