# The reproduction of "BigEarthNet.txt" (arXiv 2603.29630): config, stages, named targets; nothing else.
# Each stage is a file in rules/, each rule one program in workflow_scripts/.

from snakemake.utils import min_version

min_version("9.27")


# By its folder, so that a run in another folder gets as far as the message of rules/common.smk.
configfile: f"{workflow.basedir}/config.yaml"


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/retrieve.smk"
include: "rules/prepare.smk"


if MADE:

    include: "rules/annotate.smk"
    include: "rules/augment.smk"
    include: "rules/caption_check.smk"
    include: "rules/assemble.smk"

else:

    include: "rules/release.smk"


include: "rules/statistics.smk"
include: "rules/finetune.smk"
include: "rules/benchmark.smk"
include: "rules/figures.smk"
include: "rules/items.smk"
include: "rules/verify.smk"
include: "rules/models.smk"
include: "rules/ablation.smk"


localrules:
    all,
    build_dataset,


# Every table and figure of the paper, with its provenance.
rule all:
    default_target: True
    input:
        TABLES,
        BREAKDOWN,
        FIGURES,
        "figures/caption_statistics.csv",
        ANSWERS,
        ITEM_PAGES,
        COMPARISONS,
        LEARNING,
        CAPTION_CHECK if MADE else [],
        "figures/agreement.csv",
        "figures/counts.csv",
        "figures/paper_consistency.csv",
        "figures/reproduction.csv",


# The text data set alone: no images, no models.
rule build_dataset:
    input:
        DATASET,
