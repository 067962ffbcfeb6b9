"""Fine-tune RS-InternVL for one task on the training and validation splits (Section 4.2).

A killed run resumes from the last state under --progress and ends with the same weights. Several processes,
started by torchrun or by Slurm's srun, share a run: "python -m torch.distributed.run --standalone
--nproc-per-node 4 workflow_scripts/finetune_rs_internvl.py …".
"""

import hashlib
import json
import platform
import shutil
from importlib.metadata import version

import torch

from bentxt.atomic import atomic_directory
from bentxt.bigearthnet.image_store import open_images
from bentxt.models.device import choose_device, device_name
from bentxt.models.modalities import Make
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.randomness import generator
from bentxt.release import TASKS
from bentxt.training.annotation_tokens import open_tokens
from bentxt.training.attention import choose_attention
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.feature_store import FeatureStore, frozen_parts, stored_parts
from bentxt.training.finetuning import FinetuningSettings, finetune
from bentxt.training.held_out import ValidationSettings, held_out_patches, remaining
from bentxt.training.model_card import write_card
from bentxt.training.monitoring import Monitor
from bentxt.training.patch_inputs import ImageReader
from bentxt.training.processes import joined, this_process
from bentxt.training.projection_fit import FITTED, drawn_patches, fit_projections
from bentxt.training.run_settings import check_precision, resumable_settings, task_options, tracked_settings
from bentxt.training.stored_features import open_features
from bentxt.training.trained_model import ROLES, load_model
from bentxt.training.validation import Validation


def arguments():
    """Return the parsed arguments."""
    parser = program_parser(__doc__)
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--tokens", required=True, help="the annotations, from tokenise_annotations.py")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--features", help="from encode_features.py, where finetuning.features is stored")
    parser.add_argument("--base", required=True, help="InternVL: folder or Hugging Face id")
    parser.add_argument("--s1-encoder", help="folder or Hugging Face id, where it sees Sentinel-1")
    parser.add_argument("--s2-encoder", help="folder or Hugging Face id, where it sees Sentinel-2")
    parser.add_argument(
        "--progress", required=True, help="folder of the state that a killed run resumes from"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="threads of PyTorch, of all processes of a node"
    )
    parser.add_argument(
        "--running",
        type=json.loads,
        default={},
        help="JSON: keys of finetuning that change no result, in place of those in --settings",
    )
    parser.add_argument("--out", required=True, help="folder of the fine-tuned weights")
    return parser.parse_args()


def main():
    args = arguments()
    options = task_options(args.settings, args.running, args.task)
    # The lineage and the key of the state say what the result depends on.
    args.settings = tracked_settings(args.settings)
    settings = section(options, "finetuning", FinetuningSettings)
    validation = ValidationSettings(**setting(options, "finetuning.validation"))
    check_precision(setting(options, "finetuning.dtype"))
    device, dtype = choose_device(setting(options, "finetuning.device"), setting(options, "finetuning.dtype"))
    make = Make.of(*(setting(options, f"finetuning.{key}") for key in ("modalities", "trained")))
    processes = this_process()
    device = processes.device(device)
    torch.set_num_threads(processes.threads(args.threads))
    seed = setting(args.settings, "seed")
    sources = {role: getattr(args, role) for role in ROLES}
    loaded = load_model(sources, args.settings, seed, device, dtype, make)
    model, prompts = loaded.model, loaded.prompts
    torch.manual_seed(seed)
    model.add_adapter(settings.rank, settings.alpha, settings.dropout)
    model.to(device)
    attention = choose_attention(setting(options, "finetuning.attention"), device)
    model.language_model.set_attn_implementation(attention)
    tokens = open_tokens(args.tokens, args.task, prompts)

    draws = int(generator(seed, "finetuning", args.task).integers(2**63))
    held = held_out_patches(tokens.validation, validation.patches, draws)
    plan = BatchPlan(
        tokens.patch_ids,
        tokens.first,
        tokens.lengths(),
        len(prompts.before) + model.visual_length,
        settings.epochs,
        settings.batch_size,
        settings.tokens_per_row,
        settings.tokens_per_pass,
        draws,
        remaining(len(tokens.patch_ids), held),
    )
    if setting(options, "finetuning.features") == "stored":
        reader = open_features(args.features, tokens.patch_ids, loaded.made_from(), make)
        features = FeatureStore(reader, stored_parts(device), 0)
    else:
        seen = (loaded.preparation, loaded.white, "s1" in make.modalities)
        reader = ImageReader(open_images(args.images), tokens.patch_ids, tokens.s1_names, *seen)
        features = FeatureStore(reader, frozen_parts(model, dtype), settings.cached_patches)
    key = _key(args, [of.identity for of in loaded.checkpoints.values()], tokens)
    measure = None
    if len(held):
        own = (tokens, plan.at_once(held), features, settings.loss, validation.samples, draws)
        measure = Validation(model, prompts, *own).measure
    run_of = (model, prompts.before, tokens, plan, features, settings, draws, args.progress, key)
    watched = Monitor(args.progress, key, args.task, plan, measure, validation.times)
    fitted = {}
    with joined(processes, device), watched as monitor:
        if setting(options, "finetuning.initial_projections") == FITTED:
            fitted = fit_projections(model, features, drawn_patches(plan.patches, draws), processes)
        log = finetune(*run_of, monitor, processes, prompts.tokenizer.decode)
    if not processes.writes:
        return
    description = _description(args, loaded, plan, tokens) | {
        "initial_projections": {sensor: round(left, 4) for sensor, left in fitted.items()},
        "held_out_patches": len(held),
        "steps": len(log),
        "device": device_name(device),
        "processes": processes.count,
        "seconds": round(monitor.seconds, 1),
    }
    with atomic_directory(args.out) as part:
        model.save_adapter(part)
        (part / "training.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        monitor.save(part)
        write_card(part, description)
    shutil.rmtree(args.progress, ignore_errors=True)


def _description(args, loaded, plan, tokens):
    """Return what can be said of the run, whatever processes it had."""
    model = loaded.model
    return {
        "task": args.task,
        "modalities": model.make.modalities,
        "trained": model.make.trained,
        "trained_parameters": sum(value.numel() for value in model.trained_parameters().values()),
        "parameters": sum(value.numel() for value in model.parameters()),
        "patches": len(plan.patches),
        "annotations": plan.annotations,
        "data": tokens.content(),
        "padding": round(plan.padding(), 4),
        "checkpoints": loaded.described(),
        "dtype": loaded.precision,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "transformers", "peft")},
        "lineage": lineage(args, weights=loaded.weights()).to_dict(),
    }


def _key(args, identities, tokens):
    """Return the hash of what the run depends on."""
    settings = resumable_settings(args.settings)
    text = json.dumps([args.task, settings, args.code, identities, tokens.content()], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


if __name__ == "__main__":
    run(main)
