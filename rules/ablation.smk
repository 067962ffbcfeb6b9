# RS-InternVL fine-tuned otherwise, as the config's ablation says: on all four tasks, next to the one of the tables.
#
# needs:  {results}/scores/bench, {results}/items/bench
# makes:  figures/ablation.csv, figures/ablation.md
#
# Each setting is a model of its own, RS-InternVL-{name}, which the rules of fine-tuning, prediction and scoring run;
# no other table or figure asks for one.


include: "functions/ablation.smk"


#: The models of the ablation's rows: RS-InternVL as it is in the tables, and each of its ablations.
ABLATION_MODELS = [*TRAINED, *ABLATIONS]


rule tabulate_ablation:
    input:
        scores=scores(ABLATION_MODELS, TASKS),
        scored_items=items(ABLATION_MODELS, TASKS),
    output:
        csv=report(
            "figures/ablation.csv",
            caption="../report/ablation.rst",
            category="Comparison",
            labels={"item": "RS-InternVL with fewer modalities"},
        ),
        markdown="figures/ablation.md",
        provenance="figures/ablation.provenance.json",
    log:
        f"{LOGS}/tabulate_ablation.log",
    benchmark:
        f"{TIMINGS}/tabulate_ablation.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("seed", "benchmark.bootstrap_resamples"),
        variants=ablation_variants,
        code=code("tabulate_ablation"),
    message:
        "RS-InternVL with fewer modalities, or trained otherwise"
    shell:
        "python workflow_scripts/tabulate_ablation.py"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " --variants {params.variants:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
