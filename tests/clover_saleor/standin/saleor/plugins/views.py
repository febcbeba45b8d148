from django.http import HttpResponseNotFound
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from saleor.channel.models import Channel
from saleor.plugins.manager import get_plugins_manager


@csrf_exempt
def of_channel(request, slug, plugin_id, rest=""):
    plugin = get_plugins_manager().get_plugin(plugin_id, slug)
    if plugin is None or not plugin.active:
        return HttpResponseNotFound()
    return plugin.webhook(request, f"/{rest}", previous_value=None)


@csrf_exempt
def old(request, plugin_id, rest=""):
    """The old route does not look whether the plugin is active."""
    first = Channel.objects.order_by("pk").first()
    plugin = get_plugins_manager().get_plugin(plugin_id, first.slug)
    if plugin is None:
        return HttpResponseNotFound()
    return plugin.webhook(request, f"/{rest}", previous_value=None)


urlpatterns = [
    path("plugins/channel/<slug:slug>/<str:plugin_id>/<path:rest>", of_channel),
    path("plugins/<str:plugin_id>/<path:rest>", old),
]
