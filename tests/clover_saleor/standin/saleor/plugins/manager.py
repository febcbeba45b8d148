from django.conf import settings
from django.utils.module_loading import import_string

from saleor.channel.models import Channel
from saleor.plugins.models import PluginConfiguration


def get_plugins_manager(allow_replica=False):
    return PluginsManager([import_string(path) for path in settings.PLUGINS])


class PluginsManager:
    """Builds its plugins anew; those of a channel come before those without one."""

    def __init__(self, classes):
        self.classes = classes

    def get_plugins(self, channel_slug, active_only=False):
        channel = Channel.objects.filter(slug=channel_slug).first()
        by_channel = [kind for kind in self.classes if kind.CONFIGURATION_PER_CHANNEL]
        others = [kind for kind in self.classes if not kind.CONFIGURATION_PER_CHANNEL]
        built = [self._build(kind, channel) for kind in by_channel]
        built += [self._build(kind, None) for kind in others]
        return [plugin for plugin in built if plugin.active or not active_only]

    def get_plugin(self, plugin_id, channel_slug):
        found = self.get_plugins(channel_slug)
        return next((row for row in found if plugin_id == row.PLUGIN_ID), None)

    def call(self, method, plugin_id, channel_slug, payment_information):
        """One gateway's answer, also of an inactive one; none is a crash."""
        plugin = self.get_plugin(plugin_id, channel_slug)
        answer = getattr(plugin, method)(payment_information, previous_value=None)
        if answer is None:
            raise Exception(f"Payment plugin {plugin_id} for {method} is inaccessible!")
        return answer

    def run(self, method, channel_slug, *args):
        """The pipeline: each plugin's answer is the next one's previous value."""
        value = None
        for plugin in self.get_plugins(channel_slug, active_only=True):
            if hasattr(plugin, method):
                value = getattr(plugin, method)(*args, previous_value=value)
        return value

    def list_payment_gateways(self, currency, channel_slug):
        return [
            plugin
            for plugin in self.get_plugins(channel_slug, active_only=True)
            if "process_payment" in type(plugin).__dict__
            and currency in plugin.get_supported_currencies(previous_value=[])
        ]

    def _build(self, kind, channel):
        rows = PluginConfiguration.objects.filter(identifier=kind.PLUGIN_ID)
        row = rows.filter(channel=channel).first()
        return kind(
            configuration=row.configuration if row else None,
            active=row.active if row else kind.DEFAULT_ACTIVE,
            channel=channel,
        )
