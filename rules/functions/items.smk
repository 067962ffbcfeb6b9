# What the rules of rules/items.smk are given. No rules.

from bentxt.reporting.shown_answers import ANSWER_FIGURES


def shown_scores(wildcards):
    """The scores of the models of one of Figures S3-S7."""
    return scores(RUN_MODELS, [ANSWER_FIGURES[f"figure_s{wildcards.number}"].task])


def shown_items(wildcards):
    """The items of the models of one of Figures S3-S7."""
    return items(RUN_MODELS, [ANSWER_FIGURES[f"figure_s{wildcards.number}"].task])
