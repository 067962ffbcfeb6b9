"""Checkpoints of every kind with one fault each: what libraries load at random is refused with the names."""

import json
import shutil

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.checkpoints import find_checkpoint
from bentxt.models.encoders import load_encoder
from bentxt.models.families.transformers_model import TransformersModel
from bentxt.models.rs_internvl import load_parts
from bentxt.models.tiny.internvl import tiny_image_processor
from bentxt.models.tiny.vit import tiny_encoder
from bentxt.models.whole_weights import IncompleteWeights, check_whole
from worlds import tiny_models, tiny_rs_internvl
from worlds.tiny_timm import timm_weights

CPU = torch.device("cpu")
TYPES = ["internvl", "qwen3_vl", "glm46v", "llava_onevision"]


def copy_of(folder, target, change):
    """Copy a checkpoint; ``change`` turns its tensors into others."""
    shutil.copytree(folder, target)
    path = target / "model.safetensors"
    weights = {name: value.clone() for name, value in change(load_file(path)).items()}
    save_file(weights, path, metadata={"format": "pt"})
    return target


def first(weights, part):
    """Return the first name that holds ``part``."""
    return next(name for name in weights if part in name)


def without(part):
    """Remove every tensor whose name holds ``part``."""
    return lambda weights: {name: value for name, value in weights.items() if part not in name}


def without_one(part):
    return lambda weights: {name: v for name, v in weights.items() if name != first(weights, part)}


def renamed(part, new):
    def change(weights):
        chosen = first(weights, part)
        return {name.replace(part, new) if name == chosen else name: v for name, v in weights.items()}

    return change


def reshaped(part):
    def change(weights):
        chosen = first(weights, part)
        return weights | {chosen: torch.zeros(weights[chosen].shape[0] + 1, *weights[chosen].shape[1:])}

    return change


def with_more(name):
    return lambda weights: weights | {name: torch.zeros(2)}


#: What is done to a vision-language model, and what the message says.
FAULTS = {
    "head": (without("lm_head"), r"1 of its weights is missing: lm_head\.weight"),
    "key matrix": (
        without_one("self_attn.k_proj.weight"),
        r"1 of its weights is missing: \S+self_attn\.k_proj\.weight",
    ),
    "MLP matrix": (
        without_one("mlp.down_proj.weight"),
        r"1 of its weights is missing: \S+mlp\.down_proj\.weight",
    ),
    "embedding": (without("embed_tokens"), r"missing: \S*embed_tokens\.weight"),
    "vision tower": (
        lambda weights: without("visual.")(without("vision_tower.")(weights)),
        r"[1-9]\d of its weights are missing: (model\.(visual|vision_tower)\S+, ){9}.* and \d+ more",
    ),
    "other name": (
        renamed("self_attn.k_proj.weight", "self_attn.key.weight"),
        r"1 of its weights is missing: \S+k_proj\.weight; 1 is unexpected: \S+self_attn\.key\.weight",
    ),
    "other shape": (reshaped("mlp.down_proj.weight"), r"1 has another shape: \S+ \(33, 64\) for \(32, 64\)"),
    "one more": (with_more("model.adapter.weight"), r"1 is unexpected: model\.adapter\.weight"),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {}

    def folder(kind):
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind) / "checkpoint"
            tiny_models.save_checkpoint(kind, made[kind])
        return made[kind]

    return folder


def load(folder):
    return TransformersModel(find_checkpoint(folder), None, {}, False, CPU, torch.float32)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(("change", "message"), FAULTS.values(), ids=FAULTS)
def test_a_native_model_with_a_fault_is_refused(folders, tmp_path, kind, change, message):
    folder = copy_of(folders(kind), tmp_path / "checkpoint", change)
    with pytest.raises(CheckpointUnavailable, match=message):
        load(folder)


#: Names of one version of transformers in those of another.
_TODAY = {
    "language_model.lm_head": "lm_head",
    "language_model.model": "model.language_model",
    "vision_tower": "model.vision_tower",
    "multi_modal_projector": "model.multi_modal_projector",
    "image_newline": "model.image_newline",
}


def as_today(weights):
    new = {}
    for name, value in weights.items():
        old = next(old for old in _TODAY if name.startswith(old))
        new[name.replace(old, _TODAY[old], 1)] = value
    return new


@pytest.mark.parametrize("kind", ["internvl", "llava_onevision"])
def test_names_of_several_versions_are_the_same_weights(folders, tmp_path, kind):
    """transformers writes the names of its fourth version and has others."""
    folder = copy_of(folders(kind), tmp_path / "checkpoint", as_today)
    assert set(load_file(folder / "model.safetensors")) != set(load_file(folders(kind) / "model.safetensors"))
    expected, found = (load(each)._model.state_dict() for each in (folders(kind), folder))
    assert all(torch.equal(found[name], value) for name, value in expected.items())


def test_the_names_of_siglip_in_older_versions_are_its_weights(folders, tmp_path):
    def older(weights):
        return {name.replace("vision_tower.", "vision_tower.vision_model."): v for name, v in weights.items()}

    load(copy_of(folders("llava_onevision"), tmp_path / "checkpoint", older))


def test_buffers_that_older_versions_saved_are_no_fault(folders, tmp_path):
    buffers = {
        "vision_tower.embeddings.position_ids": torch.arange(16)[None],
        "language_model.model.rotary_emb.inv_freq": torch.ones(4),
    }
    load(copy_of(folders("llava_onevision"), tmp_path / "checkpoint", lambda weights: weights | buffers))


def set_ties(folder, **ties):
    """Write ``tie_word_embeddings`` of model and language model; None removes it."""
    config = json.loads((folder / "config.json").read_text())
    for part, value in ((config, ties["model"]), (config["text_config"], ties["text"])):
        part.pop("tie_word_embeddings", None)
        if value is not None:
            part["tie_word_embeddings"] = value
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("ties", [(True, None), (True, False), (None, True), (False, True)])
@pytest.mark.parametrize("kind", ["internvl", "llava_onevision"])
def test_a_head_that_is_the_embedding_is_not_missing(folders, tmp_path, kind, ties):
    folder = copy_of(folders(kind), tmp_path / "checkpoint", without("lm_head"))
    set_ties(folder, model=ties[0], text=ties[1])
    model = load(folder)._model
    assert model.lm_head.weight is model.get_input_embeddings().weight


@pytest.mark.parametrize("ties", [(False, False), (False, None), (None, False), (None, None)])
def test_a_missing_head_is_not_replaced_by_the_embedding_because_a_class_does_so(folders, tmp_path, ties):
    """Checkpoints of InternVL from before the class tied them by default say nothing."""
    folder = copy_of(folders("internvl"), tmp_path / "checkpoint", without("lm_head"))
    set_ties(folder, model=ties[0], text=ties[1])
    with pytest.raises(CheckpointUnavailable, match=r"missing: lm_head\.weight"):
        load(folder)


@pytest.mark.parametrize("ties", [(True, True), (True, False), (None, True), (None, None), (False, False)])
def test_a_head_that_is_there_is_taken_whatever_the_config_says(folders, tmp_path, ties):
    folder = copy_of(folders("internvl"), tmp_path / "checkpoint", dict)
    set_ties(folder, model=ties[0], text=ties[1])
    model = load(folder)._model
    saved = load_file(folder / "model.safetensors")
    for name, found in (("lm_head", model.lm_head), ("embed_tokens", model.get_input_embeddings())):
        assert torch.equal(found.weight, saved[first(saved, name)])
    assert model.lm_head.weight.data_ptr() != model.get_input_embeddings().weight.data_ptr()


@pytest.mark.parametrize("kind", TYPES)
def test_a_tokenizer_with_more_tokens_than_the_embedding_is_refused(folders, tmp_path, kind):
    folder = tmp_path / "checkpoint"
    shutil.copytree(folders(kind), folder)
    words = transformers.AutoTokenizer.from_pretrained(folder)
    rows = len(words)
    words.add_tokens(["<new>", "<newer>"])
    words.save_pretrained(folder)
    problem = f"2 tokens beyond the {rows} of the embedding: the first is '<new>', number {rows}"
    with pytest.raises(CheckpointUnavailable, match=problem):
        load(folder)


def test_weights_in_a_pickle_are_not_read(folders, tmp_path):
    folder = tmp_path / "checkpoint"
    shutil.copytree(folders("internvl"), folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointUnavailable, match="cannot load it"):
        load(folder)


def test_a_missing_part_of_a_checkpoint_in_parts_is_refused(folders, tmp_path):
    folder = tmp_path / "checkpoint"
    shutil.copytree(folders("qwen3_vl"), folder)
    transformers.AutoModelForImageTextToText.from_pretrained(folder).save_pretrained(
        folder, max_shard_size="100KB"
    )
    (folder / "model.safetensors").unlink()
    load(folder)
    parts = sorted(folder.glob("model-*.safetensors"))
    assert len(parts) > 1
    parts[1].unlink()
    with pytest.raises(CheckpointUnavailable, match="cannot load it"):
        load(folder)


# RS-InternVL: base, encoders, adapter


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    words, internvl, s1, s2 = tiny_rs_internvl.parts()
    folder = tmp_path_factory.mktemp("parts")
    for piece in (internvl, words, tiny_image_processor()):
        piece.save_pretrained(folder / "base")
    s1.save_pretrained(folder / "s1")
    s2.save_pretrained(folder / "s2")
    return folder / "base", folder / "s1", folder / "s2"


def load_all(base, s1, s2):
    return load_parts(base, s1, s2, 1, CPU, torch.float32)[0]


@pytest.mark.parametrize(
    "fault", ["head", "key matrix", "MLP matrix", "vision tower", "other name", "one more"]
)
def test_a_base_with_a_fault_is_refused(parts, tmp_path, fault):
    change, message = FAULTS[fault]
    base = copy_of(parts[0], tmp_path / "base", change)
    with pytest.raises(CheckpointUnavailable, match=message) as caught:
        load_all(base, *parts[1:])
    assert caught.value.file == base


TIES = [(True, True), (True, False), (True, None), (None, True), (None, None), (False, False)]


@pytest.mark.parametrize("ties", TIES)
def test_the_head_of_a_base_is_never_its_embedding(parts, tmp_path, ties):
    """InternVL3-1B's is a matrix of its own, whatever its config says or a class does by default."""
    base = copy_of(parts[0], tmp_path / "base", dict)
    set_ties(base, model=ties[0], text=ties[1])
    model = load_all(base, *parts[1:]).internvl
    assert model.lm_head.weight.data_ptr() != model.get_input_embeddings().weight.data_ptr()
    saved = load_file(base / "model.safetensors")
    assert torch.equal(model.lm_head.weight, saved[first(saved, "lm_head")])
    headless = copy_of(base, tmp_path / "headless", without("lm_head"))
    with pytest.raises(CheckpointUnavailable, match=r"1 of its weights is missing: lm_head\.weight"):
        load_all(headless, *parts[1:])


def test_a_base_with_more_tokens_than_its_embedding_is_refused(parts, tmp_path):
    base = copy_of(parts[0], tmp_path / "base", dict)
    words = transformers.AutoTokenizer.from_pretrained(base)
    words.add_tokens(["<new>"])
    words.save_pretrained(base)
    with pytest.raises(CheckpointUnavailable, match="1 tokens beyond"):
        load_all(base, *parts[1:])


ENCODER_FAULTS = {
    "key matrix": (
        without_one("attention.key.weight"),
        r"1 of its weights is missing: layers\.0\.attention\.k_proj\.weight",
    ),
    "a layer": (without("layer.0."), r"16 of its weights are missing: layers\.0\."),
    "positions": (without("position_embeddings"), r"missing: embeddings\.position_embeddings"),
    "other shape": (
        reshaped("intermediate.dense.weight"),
        r"1 has another shape: layers\.0\.mlp\.fc1\.weight",
    ),
    "one more": (with_more("decoder.weight"), r"1 is unexpected: decoder\.weight"),
}


@pytest.mark.parametrize(("change", "message"), ENCODER_FAULTS.values(), ids=ENCODER_FAULTS)
def test_an_encoder_of_transformers_with_a_fault_is_refused(parts, tmp_path, change, message):
    folder = copy_of(parts[1], tmp_path / "s1", change)
    with pytest.raises(CheckpointUnavailable, match=message):
        load_encoder(folder, "s1_encoder")


def test_the_head_of_a_classifier_is_left_out(parts, tmp_path):
    def classifier(weights):
        return {f"vit.{name}": value for name, value in weights.items()} | {
            "classifier.weight": torch.zeros(19, 32),
            "classifier.bias": torch.zeros(19),
        }

    plain = load_encoder(parts[1], "s1_encoder").state_dict()
    found = load_encoder(copy_of(parts[1], tmp_path / "s1", classifier), "s1_encoder").state_dict()
    assert all(torch.equal(found[name], value) for name, value in plain.items())


TIMM_FAULTS = {
    "fused matrix": (without("blocks.1.attn.qkv.weight"), r"3 of its weights are missing: layers\.1\.atten"),
    "first layer": (without("blocks.0."), r"1 of its weights is missing: model\.vision_encoder\.blocks\.0"),
    "patches": (without("patch_embed"), r"missing: model\.vision_encoder\.patch_embed\.proj\.weight"),
    "norm": (without("encoder.norm.bias"), r"1 of its weights is missing: layernorm\.bias"),
    "other name": (renamed("blocks.0.norm1", "blocks.0.norm9"), r"1 is unexpected: .*blocks\.0\.norm9"),
    "other shape": (reshaped("mlp.fc2.weight"), r"1 has another shape: layers\.0\.mlp\.fc2\.weight"),
    "one more": (with_more("model.vision_encoder.fc_norm.weight"), r"1 is unexpected: .*fc_norm\.weight"),
    "beside it": (with_more("model.decoder.weight"), r"1 is unexpected: model\.decoder\.weight"),
}


def timm_folder(folder, weights):
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize(("change", "message"), TIMM_FAULTS.values(), ids=TIMM_FAULTS)
def test_an_encoder_of_timm_with_a_fault_is_refused(tmp_path, change, message):
    folder = timm_folder(tmp_path / "s1", change(timm_weights(2)))
    with pytest.raises(CheckpointUnavailable, match=message):
        load_encoder(folder, "s1_encoder")


def test_a_last_layer_that_is_missing_shows_in_timms_known_sizes(tmp_path):
    """The layers are counted in the file, so that nothing else would say that it should have one more."""
    weights = timm_weights(2, width=192, layers=12)
    load_encoder(timm_folder(tmp_path / "whole", weights), "s1_encoder")
    cut = timm_folder(tmp_path / "cut", without("blocks.11.")(weights))
    with pytest.raises(CheckpointUnavailable, match=r"16 of its weights are missing: layers\.11\."):
        load_encoder(cut, "s1_encoder")


def test_exchanged_encoders_are_refused_by_their_channels(parts, tmp_path):
    base, s1, s2 = parts
    with pytest.raises(CheckpointUnavailable, match="takes 10 channels, as the encoder of Sentinel-2 does"):
        load_all(base, s2, s1)
    with pytest.raises(CheckpointUnavailable, match="takes 2 channels, as the encoder of Sentinel-1 does"):
        load_encoder(timm_folder(tmp_path / "timm", timm_weights(2)), "s2_encoder")


def test_an_encoder_of_other_bands_or_of_another_size_is_refused(tmp_path):
    tiny_encoder(12, 32, 1, 40).save_pretrained(tmp_path / "twelve")
    with pytest.raises(CheckpointUnavailable, match=r"takes 12 channels; the s2_encoder .* takes 10 \(B02, "):
        load_encoder(tmp_path / "twelve", "s2_encoder")
    config = tiny_encoder(2, 32, 1, 40).config
    config.image_size = 240
    transformers.ViTModel(config, add_pooling_layer=False).save_pretrained(tmp_path / "large")
    with pytest.raises(CheckpointUnavailable, match="240 pixels a side, those of a patch 120"):
        load_encoder(tmp_path / "large", "s1_encoder")


@pytest.fixture(scope="module")
def adapter(parts, tmp_path_factory):
    """A folder with an adapter, and what was trained."""
    network = load_all(*parts)
    network.add_adapter(4, 8, 0.0)
    torch.manual_seed(2)
    for value in network.trained_parameters().values():
        torch.nn.init.normal_(value, std=0.2)
    folder = tmp_path_factory.mktemp("adapter") / "adapter"
    folder.mkdir()
    network.save_adapter(folder)
    return folder, network.trained_parameters()


ADAPTER = "adapter_model.safetensors"
ADAPTER_FAULTS = {
    "half": (ADAPTER, without("layers.1."), r"14 of its weights are missing: .*layers\.1\..* and 4 more"),
    "one half of a pair": (ADAPTER, without_one("k_proj.lora_A"), r"1 of its weights is missing: .*k_proj"),
    "other names": (
        ADAPTER,
        lambda weights: {n.replace("language_model", "text"): v for n, v in weights.items()},
        r"28 of its weights are missing: .*; 28 are unexpected: ",
    ),
    "one more": (
        ADAPTER,
        with_more("base_model.model.model.vision_tower.layer.0.fc1.lora_A.weight"),
        r"1 is unexpected: .*vision_tower",
    ),
    "other rank": (
        ADAPTER,
        reshaped("lora_A"),
        r"1 has another shape: .*lora_A\.weight \(5, \d+\) for \(4, ",
    ),
    "projection": (
        "projections.safetensors",
        without("s1_projection.bias"),
        r"1 of its weights is missing: s1_projection\.bias",
    ),
    "projection too many": (
        "projections.safetensors",
        with_more("s3_projection.bias"),
        r"1 is unexpected: s3_projection\.bias",
    ),
    "projection of another width": (
        "projections.safetensors",
        reshaped("s2_projection.weight"),
        r"1 has another shape: s2_projection\.weight \(65, 32\) for \(64, 32\)",
    ),
}


def changed_adapter(folder, target, file, change):
    shutil.copytree(folder, target)
    weights = change(load_file(folder / file))
    save_file({name: value.clone() for name, value in weights.items()}, target / file)
    return target


@pytest.mark.parametrize(("file", "change", "message"), ADAPTER_FAULTS.values(), ids=ADAPTER_FAULTS)
def test_an_adapter_with_a_fault_is_refused(parts, adapter, tmp_path, file, change, message):
    folder = changed_adapter(adapter[0], tmp_path / "adapter", file, change)
    with pytest.raises(InputError, match=message) as caught:
        load_all(*parts).load_adapter(folder)
    assert not isinstance(caught.value, CheckpointUnavailable)
    assert caught.value.file == folder


def test_an_adapter_under_the_names_of_an_older_transformers_is_loaded_whole(parts, adapter, tmp_path):
    def older(weights):
        return {
            name.replace("model.language_model.", "language_model.model."): v for name, v in weights.items()
        }

    folder, trained = adapter
    network = load_all(*parts)
    network.load_adapter(changed_adapter(folder, tmp_path / "adapter", ADAPTER, older))
    found = dict(network.named_parameters())
    assert all(torch.equal(found[name], value) for name, value in trained.items())


def test_a_long_list_is_cut_and_counted():
    names = [f"layers.{number}" for number in range(290)]
    with pytest.raises(
        IncompleteWeights, match=r"^290 of its weights are missing: (\S+, ){9}\S+ and 280 more$"
    ):
        check_whole(names, [], {})
