# What the rules of rules/figures.smk are given. No rules.


def table_label(wildcards):
    """What the report calls a table of scores."""
    return {"item": f"Table {(LAYOUTS | BEST_LAYOUTS)[wildcards.table].number}"}


def tabulated_scores(wildcards):
    """The scores of a table with a row for every model, and of the references where it has them."""
    layout = LAYOUTS[wildcards.table]
    models = [
        key
        for key in RUN_MODELS
        if not layout.models or key in layout.models or MODEL_TABLE[key].group == "own"
    ]
    return scores(models + RUN_REFERENCES * layout.has_references, layout.tasks, layout.split)


def best_inputs(wildcards):
    """The scores of a table of the best, and before Table 8 what the terminal says of RS-InternVL's learning."""
    layout = BEST_LAYOUTS[wildcards.table]
    found = {"scores": scores(RUN_MODELS, layout.tasks, layout.split)}
    return found | ({"learning": LEARNING} if wildcards.table == "table8" else {})
