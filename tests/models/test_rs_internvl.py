"""RS-InternVL: the published sizes, the order of its visual tokens, what is trained, and its answers."""

from types import SimpleNamespace

import pytest
import torch
import transformers

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.checkpoints import find_checkpoint
from bentxt.models.families.rs_internvl_model import RSInternVLModel
from bentxt.models.loading import Weights
from bentxt.models.rs_internvl import Features, Prompts, RSInternVL, load_parts
from bentxt.models.special_tokens import IMAGE_TOKEN
from bentxt.models.tiny.internvl import tiny_image_processor
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


def test_the_published_sizes_have_the_published_number_of_parameters():
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
            for channels in (2, 10)
        ]
        network = RSInternVL(internvl, *encoders)
        network.add_adapter(8, 32, 0.1)
    trained = {name: value.numel() for name, value in network.trained_parameters().items()}
    assert sum(count for name, count in trained.items() if "lora" in name) == 4_399_104
    assert sum(count for name, count in trained.items() if "s1_projection" in name) == 689_024
    assert sum(count for name, count in trained.items() if "s2_projection" in name) == 689_024
    assert sum(trained.values()) == 5_777_152
    assert sum(value.numel() for value in network.parameters()) == 1_115_022_208


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
    features = Features(torch.randn(2, 4, 64), torch.randn(2, 9, 32), torch.randn(2, 9, 32))
    tokens = network.visual_tokens(features)
    assert tokens.shape == (2, 4 + 9 + 9, 64)
    torch.testing.assert_close(tokens[:, :4], features.rgb)
    torch.testing.assert_close(tokens[:, 4:13], network.s2_projection(features.s2))
    torch.testing.assert_close(tokens[:, 13:], network.s1_projection(features.s1))


def test_encoders_give_a_token_for_each_cell_without_the_class_token():
    _, network = model()
    features = network.encode(
        torch.randn(1, 3, 56, 56), torch.randn(1, 10, 120, 120), torch.randn(1, 2, 120, 120)
    )
    assert (features.rgb.shape, features.s2.shape, features.s1.shape) == ((1, 4, 64), (1, 9, 32), (1, 9, 32))


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


def _with_adapter(checkpoints, folder):
    network, _, _ = load_parts(*checkpoints, 1, CPU, torch.float32)
    network.add_adapter(4, 8, 0.0)
    torch.manual_seed(2)
    for value in network.trained_parameters().values():
        torch.nn.init.normal_(value, std=0.2)
    folder.mkdir(exist_ok=True)
    network.save_adapter(folder)
    return network


def test_an_adapter_is_loaded_as_it_was_saved(checkpoints, tmp_path):
    saved = _with_adapter(checkpoints, tmp_path / "adapter")
    loaded, _, _ = load_parts(*checkpoints, 7, CPU, torch.float32)
    loaded.load_adapter(tmp_path / "adapter")
    expected = saved.trained_parameters()
    found = dict(loaded.named_parameters())
    assert expected
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


@pytest.mark.parametrize(
    "missing", ["projections.safetensors", "adapter_config.json", "adapter_model.safetensors"]
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


def load(checkpoints, adapter=None):
    roles = ("checkpoint", "s1_encoder", "s2_encoder")
    found = {role: find_checkpoint(folder) for role, folder in zip(roles, checkpoints, strict=True)}
    settings = {"seed": 1, "prediction": {"device": "cpu", "dtype": "float32"}}
    entry = SimpleNamespace(image={"input": "rgb_s2_s1", "side": None})
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
