"""RS-InternVL: the published sizes, the order of its visual tokens, what is trained, and its answers."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
import transformers

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.checkpoints import find_checkpoint
from bentxt.models.families.rs_internvl_model import RSInternVLModel
from bentxt.models.loading import Weights
from bentxt.models.modalities import PAPER, Make
from bentxt.models.rs_internvl import Features, RSInternVL, load_parts, read_make
from bentxt.models.special_tokens import IMAGE_TOKEN
from bentxt.models.tiny.internvl import tiny_image_processor
from bentxt.models.visual_prompts import Prompts
from worlds.tiny_rs_internvl import images, model, parts

CPU = torch.device("cpu")
QUESTIONS = [
    "Does the image show arable land?",
    "Which class is present?",
    "Where is mixed forest in it?",
    "yes",
]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    words, internvl, s1, s2 = parts()
    folder = tmp_path_factory.mktemp("checkpoints")
    for piece in (internvl, words, tiny_image_processor()):
        piece.save_pretrained(folder / "base")
    s1.save_pretrained(folder / "s1")
    s2.save_pretrained(folder / "s2")
    return folder / "base", folder / "s1", folder / "s2"


def published(make):
    """Return the model of the published sizes, without memory, with its adapter."""
    text = {
        "model_type": "qwen2",
        "vocab_size": 151674,
        "hidden_size": 896,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
        "intermediate_size": 4864,
        "tie_word_embeddings": False,
    }
    config = transformers.InternVLConfig(
        text_config=text, vision_config={"attention_bias": True}, tie_word_embeddings=False
    )
    with torch.device("meta"):
        internvl = transformers.InternVLForConditionalGeneration(config)
        encoders = [
            transformers.ViTModel(
                transformers.ViTConfig(image_size=120, patch_size=8, num_channels=channels),
                add_pooling_layer=False,
            )
            if sensor in make.modalities
            else None
            for sensor, channels in (("s1", 2), ("s2", 10))
        ]
        network = RSInternVL(internvl, *encoders, make=make)
        network.add_adapter(8, 32, 0.1)
    return network


def count(values):
    return sum(value.numel() for value in values)


def test_the_published_sizes_have_the_published_number_of_parameters():
    network = published(Make())
    trained = {name: value.numel() for name, value in network.trained_parameters().items()}
    assert sum(count for name, count in trained.items() if "lora" in name) == 4_399_104
    assert sum(count for name, count in trained.items() if "s1_projection" in name) == 689_024
    assert sum(count for name, count in trained.items() if "s2_projection" in name) == 689_024
    assert sum(trained.values()) == 5_777_152
    assert count(network.parameters()) == 1_115_022_208
    assert network.visual_length == 706


#: Parameters by hand. A linear projection: 768 × 896 weights and 896 biases. InternVL's projector: a layer
#: norm of 4096, 4096 × 896 + 896, 896 × 896 + 896. An encoder of c channels: 12 layers of 12 × 768² weights,
#: 9 × 768 biases and two norms, 226 positions, a class token, a norm, 64 c × 768 weights of a patch, biases.
LORA, PROJECTION = 4_399_104, 768 * 896 + 896
PROJECTOR = 2 * 4096 + 4096 * 896 + 896 + 896 * 896 + 896


def encoder_size(channels):
    layer = 12 * 768**2 + 9 * 768 + 4 * 768
    return 12 * layer + 226 * 768 + 768 + 2 * 768 + 64 * channels * 768 + 768


SIZES = {
    ("rgb",): (LORA, 1_115_022_208 - 2 * PROJECTION - encoder_size(2) - encoder_size(10), 256),
    ("rgb", "s2"): (LORA + PROJECTION, 1_115_022_208 - PROJECTION - encoder_size(2), 481),
    ("rgb", "s1"): (LORA + PROJECTION, 1_115_022_208 - PROJECTION - encoder_size(10), 481),
    ("s2", "s1"): (LORA + 2 * PROJECTION, 1_115_022_208, 450),
}


@pytest.mark.parametrize(("modalities", "expected"), SIZES.items(), ids=map("-".join, SIZES))
def test_what_is_not_seen_has_neither_parameters_nor_tokens(modalities, expected):
    network = published(Make.of(modalities))
    found = count(network.trained_parameters().values()), count(network.parameters()), network.visual_length
    assert found == expected


TRAINED = {
    ("projections",): 2 * PROJECTION,
    ("adapter",): LORA,
    ("projections", "adapter", "rgb_projector"): 2 * PROJECTION + LORA + PROJECTOR,
    ("projections", "encoders"): 2 * PROJECTION + encoder_size(2) + encoder_size(10),
}


@pytest.mark.parametrize(("trained", "expected"), TRAINED.items(), ids=map("-".join, TRAINED))
def test_what_is_trained_is_a_setting(trained, expected):
    network = published(Make.of(trained=trained))
    assert count(network.trained_parameters().values()) == expected
    # A part that is not there adds nothing to the whole but for its adapter.
    assert count(network.parameters()) == 1_115_022_208 - (0 if "adapter" in trained else LORA)


def test_the_adapter_is_in_all_linear_layers_of_the_language_model_only():
    _, network = model()
    network.add_adapter(2, 4, 0.0)
    adapted = {name.split(".lora_")[0] for name in network.trained_parameters() if "lora" in name}
    assert all("language_model" in name for name in adapted)
    layers = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    found = sorted(name.rpartition(".")[2] for name in adapted)
    assert found == sorted(layers * 2), "seven linear layers in each of the two layers"
    others = {name for name in network.trained_parameters() if "lora" not in name}
    assert others == {f"{s}_projection.{kind}" for s in ("s1", "s2") for kind in ("weight", "bias")}


def test_visual_tokens_come_as_rgb_then_sentinel_2_then_sentinel_1():
    _, network = model()
    features = Features(torch.randn(2, 16, 64), torch.randn(2, 9, 32), torch.randn(2, 9, 32))
    tokens = network.visual_tokens(features)
    assert tokens.shape == (2, 16 + 9 + 9, 64)
    torch.testing.assert_close(tokens[:, :16], features.rgb)
    torch.testing.assert_close(tokens[:, 16:25], network.s2_projection(features.s2))
    torch.testing.assert_close(tokens[:, 25:], network.s1_projection(features.s1))


def test_encoders_give_a_token_for_each_cell_without_the_class_token():
    _, network = model()
    features = network.encode(*INPUTS)
    assert (features.rgb.shape, features.s2.shape, features.s1.shape) == ((2, 16, 64), (2, 9, 32), (2, 9, 32))


INPUTS = torch.randn(2, 3, 112, 112), torch.randn(2, 10, 120, 120), torch.randn(2, 2, 120, 120)
MAKES = [
    Make.of(modalities, trained)
    for modalities in (("rgb",), ("rgb", "s2"), ("rgb", "s1"), ("rgb", "s2", "s1"), ("s1",))
    for trained in (("projections", "adapter"), ("projections", "adapter", "rgb_projector", "encoders"))
]


def make_name(make):
    return "-".join(make.modalities) + ("" if make.trained == Make().trained else "-everything")


def step(network, inputs=INPUTS, before=(1, 2)):
    """Return the loss of a few answer tokens behind the prefix."""
    prefix = network.prefix(network.encode(*inputs), before)
    tokens = torch.tensor([[5, 6, 7, 8], [9, 10, 11, 12]])
    embeddings = torch.cat([prefix, network.language_model.embed_tokens(tokens)], dim=1)
    length = embeddings.shape[1]
    mask = torch.ones(length, length, dtype=torch.bool).tril()[None, None].expand(2, -1, -1, -1)
    positions = torch.arange(length)[None].expand(2, -1)
    rows, columns = torch.tensor([0, 0, 1, 1]), torch.tensor([-3, -2, -3, -2]) % length
    logits = network.logits(embeddings, mask, positions, rows, columns)
    return torch.nn.functional.cross_entropy(logits.float(), torch.tensor([7, 8, 11, 12]))


@pytest.mark.parametrize("make", MAKES, ids=make_name)
def test_gradients_reach_what_is_trained_and_nothing_else(make):
    _, network = model(make=make)
    network.add_adapter(2, 4, 0.0)
    torch.manual_seed(1)
    for name, value in network.named_parameters():
        if "lora_B" in name:
            # A fresh adapter is 0, and so would be the gradient of its other half.
            torch.nn.init.normal_(value, std=0.1)
    network.train()
    step(network).backward()
    reached = {name for name, value in network.named_parameters() if value.grad is not None}
    assert reached == set(network.trained_parameters())
    assert all(bool(network.get_parameter(name).grad.any()) for name in reached if "class" not in name)
    parts = {name.split(".")[0] for name in reached}
    assert ("s1_projection" in parts) == ("s1" in make.modalities)
    assert ("s2_encoder" in parts) == ("s2" in make.modalities and "encoders" in make.trained)
    assert ("rgb_projector" in parts) == ("rgb" in make.modalities and "rgb_projector" in make.trained)


@pytest.mark.parametrize("make", MAKES, ids=make_name)
def test_what_is_frozen_gives_features_that_training_changes_nothing_of(make):
    """Features may be kept: a step of training leaves them as they are, to the last bit."""
    _, network = model(make=make)
    network.add_adapter(2, 4, 0.0)
    before = network.encode(*INPUTS)
    tokens = network.visual_tokens(before)
    optimizer = torch.optim.SGD(network.trained_parameters().values(), lr=1.0)
    network.train()
    step(network).backward()
    optimizer.step()
    after = network.eval().encode(*INPUTS)
    for one, other in zip(before.__dict__.values(), after.__dict__.values(), strict=True):
        assert torch.equal(one, other)
    if make.modalities != ("rgb",) or "rgb_projector" in make.trained:
        assert not torch.equal(tokens, network.visual_tokens(after))


def test_a_trained_part_computes_what_it_did_while_it_was_frozen():
    """The frozen part ends earlier; what follows is the same function."""
    _, frozen = model()
    _, trained = model(make=Make.of(trained=("projections", "rgb_projector", "encoders")))
    one, other = (network.visual_tokens(network.encode(*INPUTS)) for network in (frozen, trained))
    torch.testing.assert_close(one, other)


def test_modalities_that_are_not_seen_take_their_tokens_away_and_change_no_others():
    _, whole = model()
    tokens = whole.visual_tokens(whole.encode(*INPUTS))
    parts = {"rgb": tokens[:, :16], "s2": tokens[:, 16:25], "s1": tokens[:, 25:]}
    for make in MAKES[::2]:
        _, network = model(make=make)
        seen = [
            INPUTS[place] if name in make.modalities else torch.zeros(2, 0)
            for place, name in enumerate(parts)
        ]
        found = network.visual_tokens(network.encode(*seen))
        torch.testing.assert_close(found, torch.cat([parts[name] for name in make.modalities], dim=1))
        assert found.shape[1] == network.visual_length


@pytest.mark.parametrize("make", [MAKES[1], MAKES[6], MAKES[7]], ids=make_name)
def test_a_step_in_bfloat16_is_near_one_in_float32(make):
    losses = {}
    for dtype in (torch.float32, torch.bfloat16):
        _, network = model(make=make, dtype=dtype)
        network.add_adapter(2, 4, 0.0)
        assert {value.dtype for value in network.trained_parameters().values()} == {torch.float32}
        network.train()
        loss = step(network, [tensor.to(dtype) for tensor in INPUTS])
        loss.backward()
        losses[dtype] = loss.item()
        assert all(bool(value.grad.isfinite().all()) for value in network.trained_parameters().values())
    assert network.internvl.lm_head.weight.dtype == torch.bfloat16
    assert losses[torch.bfloat16] == pytest.approx(losses[torch.float32], rel=0.02)
    assert losses[torch.bfloat16] != losses[torch.float32], "nothing was computed in bfloat16"


@pytest.mark.parametrize("make", [MAKES[6], MAKES[7]], ids=make_name)
def test_checkpointed_gradients_are_the_same(make):
    gradients, kept = [], []

    def count(tensor):
        kept[-1] += tensor.numel()
        return tensor

    for checkpointed in (False, True):
        _, network = model(make=make)
        torch.manual_seed(3)
        network.add_adapter(2, 4, 0.1)
        if checkpointed:
            network.checkpoint_gradients()
        network.train()
        torch.manual_seed(4)
        kept.append(0)
        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            loss = step(network)
        loss.backward()
        gradients.append({name: value.grad for name, value in network.trained_parameters().items()})
    assert kept[1] < 0.8 * kept[0], "checkpoints keep fewer activations"
    for name, value in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], value)


def test_frozen_parts_drop_nothing_while_others_are_trained():
    _, network = model()
    network.s1_encoder.config.hidden_dropout_prob = 0.5
    for module in network.s1_encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.5
    expected = network.eval().encode(*INPUTS)
    assert torch.equal(network.train().encode(*INPUTS).s1, expected.s1)


def test_a_prompt_is_cut_at_the_image():
    words, _, _, _ = parts()
    prompts = Prompts(words, IMAGE_TOKEN)
    whole = words.decode([*prompts.before, *prompts.instruction("Is it a forest?")])
    assert whole == "<|im_start|><img></img>Is it a forest?<|im_end|><|im_start|>"
    assert prompts.answer("yes")[-1] == words.eos_token_id


def test_a_chat_template_without_an_image_is_refused():
    words, _, _, _ = parts()
    words.chat_template = "{{ messages[0].role }}"
    with pytest.raises(CheckpointUnavailable, match="image"):
        Prompts(words, IMAGE_TOKEN)


def test_fresh_projections_depend_on_the_seed_alone():
    _, first = model(seed=5)
    torch.manual_seed(99)
    _, second = model(seed=5)
    _, other = model(seed=6)
    assert torch.equal(first.s2_projection.weight, second.s2_projection.weight)
    assert not torch.equal(first.s2_projection.weight, other.s2_projection.weight)


def _with_adapter(checkpoints, folder, make=PAPER):
    network, _, _ = load_parts(*checkpoints, 1, CPU, torch.float32, make)
    network.add_adapter(4, 8, 0.0)
    torch.manual_seed(2)
    for value in network.trained_parameters().values():
        torch.nn.init.normal_(value, std=0.2)
    folder.mkdir(exist_ok=True)
    network.save_adapter(folder)
    return network


@pytest.mark.parametrize(
    "make", [*MAKES, Make.of(trained=["adapter"]), Make.of(trained=["projections"])], ids=str
)
def test_an_adapter_is_loaded_as_it_was_saved(checkpoints, tmp_path, make):
    saved = _with_adapter(checkpoints, tmp_path / "adapter", make)
    base, s1, s2 = checkpoints
    used = (s1 if "s1" in make.modalities else None, s2 if "s2" in make.modalities else None)
    loaded, _, _ = load_parts(base, *used, 7, CPU, torch.float32, read_make(tmp_path / "adapter"))
    loaded.load_adapter(tmp_path / "adapter")
    assert loaded.make == make
    expected = dict(saved.named_parameters())
    found = dict(loaded.named_parameters())
    assert set(found) == set(expected)
    # Also a projection that is not trained: it is in no checkpoint.
    for name, value in expected.items():
        assert torch.equal(found[name], value), name
    assert set(loaded.trained_parameters()) == set(saved.trained_parameters())


@pytest.mark.parametrize(
    ("saved", "loaded", "message"),
    [
        (
            ("rgb", "s2"),
            ("rgb", "s2", "s1"),
            "modalities rgb, s2, this model has rgb, s2, s1, so that weights of s1",
        ),
        (("rgb", "s2", "s1"), ("rgb",), r"with the modalities rgb, s2, s1, this model has rgb(?!,)"),
    ],
)
def test_an_adapter_of_other_modalities_is_refused_with_the_names(
    checkpoints, tmp_path, saved, loaded, message
):
    _with_adapter(checkpoints, tmp_path / "adapter", Make.of(saved))
    network, _, _ = load_parts(*checkpoints, 1, CPU, torch.float32, Make.of(loaded))
    with pytest.raises(InputError, match=message):
        network.load_adapter(tmp_path / "adapter")
    with pytest.raises(InputError, match=message):
        load(checkpoints, tmp_path / "adapter", "_".join(loaded))


def test_an_adapter_of_other_parts_is_refused_with_the_names(checkpoints, tmp_path):
    _with_adapter(checkpoints, tmp_path / "adapter", Make.of(trained=["adapter"]))
    network, _, _ = load_parts(*checkpoints, 1, CPU, torch.float32)
    with pytest.raises(
        InputError, match=r"in the parts adapter, this .*, so that weights of projections are missing"
    ):
        network.load_adapter(tmp_path / "adapter")


@pytest.mark.parametrize(
    "missing",
    ["projections.safetensors", "adapter_config.json", "adapter_model.safetensors", "rs_internvl.json"],
)
def test_an_incomplete_adapter_is_refused(checkpoints, tmp_path, missing):
    _with_adapter(checkpoints, tmp_path / "adapter")
    (tmp_path / "adapter" / missing).unlink()
    network, _, _ = load_parts(*checkpoints, 1, CPU, torch.float32)
    with pytest.raises(InputError, match="no adapter that fits"):
        network.load_adapter(tmp_path / "adapter")


def test_a_folder_without_a_base_is_refused(checkpoints, tmp_path):
    with pytest.raises(CheckpointUnavailable, match="base"):
        load_parts(tmp_path, *checkpoints[1:], 1, CPU, torch.float32)


def _plain_answer(answering, patch, instruction, length):
    """Greedy decoding that computes everything again for each token: no cache, no padding, no batch."""
    network, prompts = answering._model, answering._prompts
    prefix = network.prefix(network.encode(*answering._prepare([patch])), prompts.before)
    tokens, said = prompts.instruction(instruction), []
    for _ in range(length):
        embeddings = network.language_model.embed_tokens(torch.tensor([[*tokens, *said]]))
        hidden = network.language_model(inputs_embeds=torch.cat([prefix, embeddings], 1), use_cache=False)
        chosen = int(network.internvl.lm_head(hidden.last_hidden_state[0, -1]).argmax())
        if chosen == prompts.tokenizer.eos_token_id:
            break
        said.append(chosen)
    return prompts.tokenizer.decode(said, skip_special_tokens=True).strip()


def load(checkpoints, adapter=None, sees="rgb_s2_s1"):
    roles = ("checkpoint", "s1_encoder", "s2_encoder")
    found = {role: find_checkpoint(folder) for role, folder in zip(roles, checkpoints, strict=True)}
    settings = {"seed": 1, "prediction": {"device": "cpu", "dtype": "float32"}}
    entry = SimpleNamespace(image={"input": sees, "side": None})
    return RSInternVLModel.load("M", entry, Weights(None, found, []), settings, adapter=adapter)


def test_answers_do_not_depend_on_batch_padding_or_cached_prefix(checkpoints, tmp_path):
    _with_adapter(checkpoints, tmp_path / "adapter")
    answering = load(checkpoints, tmp_path / "adapter")
    patches = [images("first"), images("second"), images("third")]
    asked = [QUESTIONS, QUESTIONS[:1], QUESTIONS[2:]]
    together = [[reply.text for reply in of] for of in answering.answer_many(patches, asked, 12)]
    assert [len(of) for of in together] == [4, 1, 2]
    alone = [
        [answering.answer(patch, [text], 12)[0] for text in texts]
        for patch, texts in zip(patches, asked, strict=True)
    ]
    with torch.inference_mode():
        plain = [
            [_plain_answer(answering, patch, text, 12) for text in texts]
            for patch, texts in zip(patches, asked, strict=True)
        ]
    assert together == alone == plain
    assert len({text for of in together for text in of}) > 1, "answers that are all equal would prove nothing"


def test_without_an_adapter_the_projections_are_fresh(checkpoints):
    first = load(checkpoints)
    second = load(checkpoints)
    patch = images("first")
    assert first.answer(patch, QUESTIONS, 8) == second.answer(patch, QUESTIONS, 8)


@pytest.mark.parametrize("sees", ["rgb", "rgb_s2", "s1"])
def test_a_model_of_fewer_modalities_answers_without_the_others_encoders(checkpoints, tmp_path, sees):
    make = Make.of(sees.split("_"), ["projections", "adapter", "encoders"])
    _with_adapter(checkpoints, tmp_path / "adapter", make)
    base, s1, s2 = checkpoints
    needed = {"checkpoint": base} | {
        f"{name}_encoder": folder for name, folder in (("s1", s1), ("s2", s2)) if name in make.modalities
    }
    found = {role: find_checkpoint(folder) for role, folder in needed.items()}
    settings = {"seed": 1, "prediction": {"device": "cpu", "dtype": "bfloat16"}}
    entry = SimpleNamespace(image={"input": sees, "side": None})
    loaded = RSInternVLModel.load(
        "M", entry, Weights(None, found, []), settings, adapter=tmp_path / "adapter"
    )
    of = images("first")
    blind = {"rgb": replace(of, s1={}), "rgb_s2": replace(of, s1={}), "s1": replace(of, s2={}, white=None)}[
        sees
    ]
    assert loaded.answer(of, QUESTIONS, 6) == loaded.answer(blind, QUESTIONS, 6)
