class ConfigurationTypeField:
    STRING = "String"
    BOOLEAN = "Boolean"
    SECRET = "Secret"
    OUTPUT = "OUTPUT"


class BasePlugin:
    PLUGIN_NAME = ""
    PLUGIN_ID = ""
    CONFIG_STRUCTURE = None
    CONFIGURATION_PER_CHANNEL = True
    DEFAULT_CONFIGURATION = ()
    DEFAULT_ACTIVE = False
    HIDDEN = False

    def __init__(self, *, configuration, active, channel=None, db_config=None):
        known = {row["name"]: row for row in configuration or ()}
        self.configuration = [
            {**known.get(row["name"], row), **self.CONFIG_STRUCTURE[row["name"]]}
            for row in self.DEFAULT_CONFIGURATION
        ]
        self.active = active
        self.channel = channel

    def __del__(self):
        self.configuration.clear()

    @classmethod
    def save_plugin_configuration(cls, plugin_configuration, cleaned_data):
        rows = plugin_configuration.configuration
        for sent in cleaned_data.get("configuration") or ():
            cls._update(rows, sent["name"], sent.get("value"))
        if "active" in cleaned_data:
            plugin_configuration.active = cleaned_data["active"]
        cls.validate_plugin_configuration(plugin_configuration)
        cls.pre_save_plugin_configuration(plugin_configuration)
        plugin_configuration.save()
        return plugin_configuration

    @classmethod
    def _update(cls, rows, name, value):
        field = cls.CONFIG_STRUCTURE.get(name)
        if value is None or field is None or field["type"] == "OUTPUT":
            return
        if field["type"] == ConfigurationTypeField.BOOLEAN:
            value = str(value).lower() == "true"
        for row in rows:
            if row["name"] == name:
                row["value"] = value
                return
        rows.append({"name": name, "value": value})

    @classmethod
    def validate_plugin_configuration(cls, plugin_configuration, **kwargs):
        pass

    @classmethod
    def pre_save_plugin_configuration(cls, plugin_configuration):
        pass
