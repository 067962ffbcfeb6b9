# What the rules of rules/ablation.smk are given. No rules.


def ablation_variants(wildcards):
    """What the rows of the ablation say of their fine-tuning, as JSON; the first is what the others are held against."""
    found = {}
    for key in ABLATION_MODELS:
        changes = ABLATIONS.get(key, {})
        tuning = config["finetuning"] | changes
        all_of_it = len(tuning["modalities"]) == 3 and key not in ABLATIONS
        found[key] = {
            "name": key.partition(f"{TRAINED[0]}-")[2] or ("all" if all_of_it else TRAINED[0]),
            "modalities": list(Make.of(tuning["modalities"], tuning["trained"]).modalities),
            "trained": list(Make.of(tuning["modalities"], tuning["trained"]).trained),
            "changes": ", ".join(
                f"{name}: {value}" for name, value in changes.items() if name not in ("modalities", "trained")
            ),
        }
    return json.dumps(found)
