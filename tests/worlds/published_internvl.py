"""InternVL3-1B's chat template, tokens and picture processing as published, around a small vocabulary."""

import numpy as np

from bentxt.models.answering_model import PatchImages
from worlds.tiny_rs_internvl import tokenizer

#: As InternVL's checkpoints of transformers have it.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n'}}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for content in message['content'] %}{% if content['type'] == 'image' %}{{ '<IMG_CONTEXT>\n' }}"
    "{% elif content['type'] == 'video' %}{{ '<video>\n' }}"
    "{% elif content['type'] == 'text' %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}"
    "{{'<|im_end|>\n'}}{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\n' }}{% endif %}"
)
#: Names that InternVL's processor asks its tokenizer for.
TOKENS = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}
TILE_SIDE, TILE_TOKENS = 448, 256
#: Mean and standard deviation of ImageNet.
PICTURES = {
    "size": {"height": TILE_SIDE, "width": TILE_SIDE},
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}
QUESTIONS = (
    "Does the image show arable land?",
    "The whole image area is 1440000 square meters. Which class is present? a) Pastures, b) Mixed forest",
    "Where is <ref>mixed forest</ref>?",
    "  two\n\nlines ",
)


def published_tokenizer():
    """Return a small tokenizer with the published chat template."""
    words = tokenizer()
    words.chat_template = CHAT_TEMPLATE
    return words


def patch(white=3000):
    """Return a patch of fields, edges and noise, dark and bright."""
    rows, columns = np.mgrid[:120, :120]
    draws = np.random.default_rng(12)
    bands = {}
    for number, band in enumerate(("B04", "B03", "B02"), 1):
        fields = 700 * ((rows // 17 + number * (columns // 23)) % 5)
        waves = 400 * (1 + np.sin(rows / (3 + number)) * np.cos(columns / 7))
        bands[band] = (fields + waves + draws.integers(0, 200, (120, 120))).astype(np.uint16)
    return PatchImages("PATCH", bands, {}, white)
