"""Write the golden file of what InternVL's own processor makes of a picture and questions.

It needs torchvision, which is not among the project's packages: run it in an environment of transformers of
requirements.lock that has it too, with ``tests`` and ``workflow_scripts`` on the path:

    PYTHONPATH=tests:workflow_scripts python -m worlds.render_internvl_inputs
"""

import json
from pathlib import Path

import transformers
from PIL import Image

from worlds.published_internvl import (
    CHAT_TEMPLATE,
    PICTURES,
    QUESTIONS,
    TILE_TOKENS,
    TOKENS,
    patch,
    published_tokenizer,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden/internvl_inputs.json"
#: Rows and columns whose pixels are kept.
STEP = 37


def render():
    """Return the golden file's content."""
    words = published_tokenizer()
    for name, token in TOKENS.items():
        setattr(words, name, token)
        setattr(words, f"{name}_id", words.convert_tokens_to_ids(token))
    processor = transformers.InternVLProcessor(
        transformers.GotOcr2ImageProcessor(**PICTURES),
        words,
        transformers.InternVLVideoProcessor(),
        image_seq_length=TILE_TOKENS,
        chat_template=CHAT_TEMPLATE,
    )
    picture = Image.fromarray(patch().rgb)
    found = {"transformers": transformers.__version__, "step": STEP, "prompts": {}}
    for question in QUESTIONS:
        content = [{"type": "image"}, {"type": "text", "text": question}]
        text = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        # Its default, which this project leaves, would cut a square picture into one tile all the same.
        made = processor(images=[picture], text=[text], return_tensors="pt")
        found["prompts"][question] = made["input_ids"][0].tolist()
        found["shape"] = list(made["pixel_values"].shape)
        pixels = made["pixel_values"][0, :, ::STEP, ::STEP]
        found["pixels"] = [[[round(float(v), 4) for v in row] for row in plane] for plane in pixels]
    found["image_token"] = words.convert_tokens_to_ids(TOKENS["context_image_token"])
    return json.dumps(found) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(render(), encoding="utf-8")
