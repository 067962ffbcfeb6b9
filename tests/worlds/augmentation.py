"""The augmentation as it is run, against a server of the tests: settings, command line and table."""

import json
import sys

import augment_captions
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.table_files import read_table
from worlds.caption_tables import SETTINGS


def settings(server=None, **changes):
    augmentation = {"backend": "grammar", "most_fallbacks": 0.5}
    if server is not None:
        options = {
            "base_url": server.base_url,
            "key_variable": "BENTXT_TEST_KEY",
            "concurrency": 1,
            "retries": 0,
            "timeout": 60,
            "length_parameter": "max_tokens",
            "extra": {},
        }
        augmentation |= {
            "backend": "openai",
            "model": "m",
            "temperature": 0.0,
            "max_tokens": 99,
            "chat": {},
            "openai": options,
        }
    return json.dumps(SETTINGS | {"augmentation": augmentation | changes})


def command(inputs, folder, text, shard=0, shards=1, python=sys.executable):
    return [
        python,
        augment_captions.__file__,
        *inputs,
        *("--shard", str(shard), "--shards", str(shards), "--settings", text),
        *(
            "--answers",
            str(folder / f"{shard}-{shards}.jsonl"),
            "--out",
            str(folder / f"{shard}-{shards}.parquet"),
        ),
    ]


def written(folder, shard=0, shards=1):
    return read_table(folder / f"{shard}-{shards}.parquet", AUGMENTED_CAPTIONS)


def unquoted(messages):
    """Answer as a model might: the template caption without quotation marks round the classes."""
    if len(messages) == 4:
        return f"{messages[2]['content']} "
    template = messages[1]["content"].removeprefix("Description: ").removesuffix("\nCaption:")
    body, zone = template.split("in the climate zone ")
    return body.replace('"', "") + "in the climate zone " + zone
