from django.db import models


class Channel(models.Model):
    slug = models.SlugField(unique=True)
    currency_code = models.CharField(max_length=3)
    allow_unpaid_orders = models.BooleanField(default=False)
    automatically_complete_fully_paid_checkouts = models.BooleanField(default=False)

    def __str__(self):
        return self.slug
