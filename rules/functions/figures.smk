# What the rules of rules/figures.smk are given. No rules.


def tabulated_scores(wildcards):
    """The scores of a table with a row for every model, and of the references where it has them."""
    layout = LAYOUTS[f"table{wildcards.number}"]
    return scores(RUN_MODELS + RUN_REFERENCES * layout.has_references, layout.tasks)
