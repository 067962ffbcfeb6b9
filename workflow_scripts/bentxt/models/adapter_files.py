"""The files of an adapter of RS-InternVL, by which it is loaded and told from others."""

PROJECTIONS = "projections.safetensors"
#: What an adapter was trained with: its modalities and its trained parts.
ABOUT_ADAPTER = "rs_internvl.json"
ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"

#: All that answers depend on, as patterns: its model card, curve and logs change none.
ADAPTER_FILES = ("*.safetensors", ADAPTER_CONFIG, ABOUT_ADAPTER)
