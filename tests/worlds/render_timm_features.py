"""Write the golden file of what timm computes with the weights of ``worlds.tiny_timm``.

It needs timm, which is not among the project's packages: run it in an environment that has it and the
project's own, with ``tests`` and ``workflow_scripts`` on the path:

    PYTHONPATH=tests:workflow_scripts python -m worlds.render_timm_features
"""

import json
from pathlib import Path

import timm
import torch

from worlds.tiny_timm import PREFIX, picture, timm_weights

GOLDEN = Path(__file__).resolve().parents[1] / "golden/timm_features.json"
#: Width, layers and patch of the small model.
SIZES = (128, 2, 40)


def render():
    """Return the golden file's content, by channels: features; names and shapes of the published size."""
    width, layers, patch = SIZES
    found = {"timm": timm.__version__, "features": {}, "published": {}}
    for channels in (2, 10):
        model = timm.models.vision_transformer.VisionTransformer(
            img_size=120,
            patch_size=patch,
            in_chans=channels,
            num_classes=19,
            embed_dim=width,
            depth=layers,
            num_heads=width // 64,
        )
        weights = timm_weights(channels, width, layers, patch)
        model.load_state_dict({name.removeprefix(PREFIX): value for name, value in weights.items()})
        with torch.inference_mode():
            tokens = model.eval().forward_features(picture(channels))[0, 1:, ::8]
        found["features"][str(channels)] = [[round(float(v), 4) for v in token] for token in tokens]
        with torch.device("meta"):
            whole = timm.create_model("vit_base_patch8_224", img_size=120, in_chans=channels, num_classes=19)
        found["published"][str(channels)] = {
            PREFIX + name: list(value.shape) for name, value in whole.state_dict().items()
        }
    return json.dumps(found) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(render(), encoding="utf-8")
